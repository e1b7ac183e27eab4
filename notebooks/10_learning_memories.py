# %% [markdown]
# # Learning memories
#
# So far patterns were stored as they are. Here memories are *learned*, in two ways:
#
# - a dense memory whose patterns are trained to classify digits (Krotov and Hopfield, 2016, arXiv
#   1606.01164): XOR as its smallest case, its dual neural network, and features that turn into
#   prototypes as the order grows,
# - a linear memory of facts that are asked at very unequal rates (Wang, Li, Zhong, Lu and Wang,
#   2026, arXiv 2602.05725): how fast, and how evenly, gradient descent and Muon learn it.

# %%
import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from sklearn.datasets import load_breast_cancer, load_digits, load_iris, load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from classical_ref import DenseMemory, RectifiedPolynomial
from classical_ref.learning import (
    XOR_PATTERNS,
    DenseClassifier,
    Facts,
    GradientDescent,
    Muon,
    NormalizedGradient,
    SignDescent,
    TaskAlignedSign,
    TrainingSetup,
    descent_gaps,
    gap_losses,
    learn,
    random_embeddings,
    train,
    uniform_muon_gaps,
    xor_energy_gap,
)
from qdenseam.plots.laws import plot_curves
from qdenseam.plots.pictures import plot_memories
from qdenseam.plots.power_laws import fitted_power_law, plot_power_laws

# %% [markdown]
# ## XOR: four patterns in three spins
#
# The rows of the truth table have $xyz = -1$. A right row has the overlaps 3, −1, −1, −1 with the
# four stored rows, a wrong one their negatives. An even power gives a state and its opposite the
# same energy, and the opposite of every right row is wrong. Rectified powers tell them apart from
# order 2 on, by exactly $3^n - 3$.

# %%
orders = [1, 2, 3, 4, 5, 6]
nan = float("nan")
gaps = {
    "rectified": [xor_energy_gap(n) for n in orders],
    "plain, odd": [xor_energy_gap(n, rectified=False) if n % 2 else nan for n in orders],
    "plain, even": [nan if n % 2 else xor_energy_gap(n, rectified=False) for n in orders],
}
fig, ax = plt.subplots(figsize=(5, 3.2))
plot_curves(gaps, orders, ax=ax)
ax.set_yscale("symlog", linthresh=5)
ax.set(ylim=(-1, None), xlabel="order n", ylabel="energy of wrong rows above right ones")
ax.legend(fontsize=8)
plt.show()
xor = DenseMemory(XOR_PATTERNS, RectifiedPolynomial(2))
probes = XOR_PATTERNS * np.array([1, 1, 0], dtype=np.int8)
completed = xor.recall(probes, clamped=np.array([True, True, False])).states
print(completed.tolist())

# %% [markdown]
# ## Digits
#
# 64 pixels and ten class units, 60 memories. The pixels are clamped, the class units start at −1,
# and each is updated once. Training follows the paper: a loss $\sum (c - t)^{2m}$, momentum, a step
# that moves the fastest entry of *every* memory by the same amount, and entries clipped to
# $[-1, 1]$.

# %%
digits = load_digits()
images, test_images, labels, test_labels = train_test_split(
    digits.data, digits.target, test_size=360, random_state=0, stratify=digits.target
)
scaled = test_images / 8 - 1
memories, accuracies = {}, {}
for order, power in ((3, 2), (10, 3), (20, 4)):
    setup = TrainingSetup(order=order, loss_power=power, num_epochs=60, decay=0.975)
    trained = train(images / 8 - 1, labels, setup, rng=0)
    memories[order] = trained.memory
    accuracies[order] = np.mean(trained.memory.classify(scaled) == test_labels)
    print(f"order {order:2}: test {accuracies[order]:.3f}, {trained.outcome.name.lower()}")

# %% [markdown]
# At small orders many memories decide together, each voting for several classes: features. At large
# orders one or two memories decide, each for one class: prototypes. $N_\mathrm{eff}$ is the
# effective number of memories behind the field of the right class.

# %%
effective = {n: m.effective_memories(scaled, test_labels) for n, m in memories.items()}
fig, axes = plt.subplots(1, 4, figsize=(11, 2.9), layout="constrained")
for order, values in effective.items():
    axes[0].hist(values, bins=np.arange(0, 50, 2), histtype="step", label=f"order {order}", lw=1.4)
axes[0].set_xlabel("memories that decide")
axes[0].set_ylabel("test images")
axes[0].legend(fontsize=8)
for ax, (order, memory) in zip(axes[1:], memories.items(), strict=True):
    used = np.abs(memory.contributions(scaled, test_labels)).sum(axis=0)
    plot_memories(memory.pixels[np.argsort(-used)[:12]], (8, 8), ax=ax)
    ax.set_title(f"order {order}", fontsize=10)
plt.show()

# %% [markdown]
# ## The dual network
#
# A memory with $\phi(x) = (x_+/T)^n$ is a network with one hidden layer of rectified polynomials.
# With one hidden unit per memory and class it is so exactly; with one per memory, of degree
# $n - 1$, after linearizing in the class entries. Both against the memory:

# %%
agreement, deviation = {}, {}
for order, memory in memories.items():
    fields = memory.fields(scaled)
    deviation[order] = np.abs(memory.exact_dual().fields(scaled) - fields).max()
    agreement[order] = np.mean(memory.dual().classify(scaled) == fields.argmax(axis=1))
    print(
        f"order {order:2}: exact dual within {deviation[order]:.1e}, "
        f"linearized dual gives the same class for {agreement[order]:.1%}"
    )

# %% [markdown]
# ## Any table
#
# `DenseClassifier` trains the same memories by cross-entropy, for features of any unit. It is a
# scikit-learn estimator, with probabilities, weights of samples and partial fits; the accuracies
# below are over five folds.

# %%
folds = StratifiedKFold(5, shuffle=True, random_state=0)
linear = make_pipeline(StandardScaler(), LogisticRegression())
contenders = {"logistic regression": linear} | {
    f"dense, order {n}": DenseClassifier(n, random_state=0) for n in (2, 3, 10, 20)
}
loaders = {"iris": load_iris, "wine": load_wine, "breast cancer": load_breast_cancer}
table = pd.DataFrame(
    {
        name: {
            contender: cross_val_score(model, *load(return_X_y=True), cv=folds).mean()
            for contender, model in contenders.items()
        }
        for name, load in loaders.items()
    }
)
table.round(3)

# %% [markdown]
# Training that leaves the range of numbers stops and says so; the last finite memories are kept.

# %%
too_cold = TrainingSetup(order=30, num_memories=10, temperature=1e-30, num_epochs=5)
stopped = train(images / 8 - 1, labels, too_cold, rng=0)
print(stopped.outcome.name, np.isfinite(stopped.memory.patterns).all())

# %% [markdown]
# ## Facts, and five optimizers
#
# 64 facts in eight groups whose probabilities fall like $i^{-1.5}$; queries and answers are random
# orthonormal vectors, and one matrix is learned. Muon replaces every singular value of the gradient
# by 1. Signs of single entries depend on the basis; only an oracle knows the right one. Normalized
# methods are compared at equal operator norm of a step: without noise *each* of them is
# exponential, and the one with the larger step wins.

# %%
facts = Facts.power_law(8, 8, exponent=1.5)
rng = np.random.default_rng(10)
basis = {"queries": random_embeddings(64, rng=rng), "answers": random_embeddings(64, rng=rng)}
most = facts.query_probabilities[0]
runs = {
    "Muon": learn(facts, Muon(0.5), 60, **basis),
    "SignGD in the task's basis": learn(facts, TaskAlignedSign(0.5, **basis), 40, **basis),
    "normalized gradient": learn(facts, NormalizedGradient(0.5, unit_norm=True), 60, **basis),
    "SignGD": learn(facts, SignDescent(0.5, unit_norm=True), 100, **basis),
    "GD": learn(facts, GradientDescent(4 / most), 1200, **basis),
}
fig, axes = plt.subplots(1, 2, figsize=(10, 3.8), layout="constrained")
curves = {name: (np.arange(1, len(r.losses)), r.losses[1:]) for name, r in runs.items()}
plot_curves(curves, ax=axes[0], markers=False)
axes[0].set(xscale="log", yscale="log", ylim=(1e-8, None), xlabel="steps", ylabel="loss")
axes[0].legend(fontsize=8, loc="lower right")
chosen = {n: r.group_losses[r.steps_to(1e-3)] for n, r in runs.items() if n != "SignGD"}
plot_curves(chosen, facts.group_probabilities, ax=axes[1])
axes[1].set(xscale="log", yscale="log", xlabel="probability of the group", ylabel="its loss")
axes[1].legend(fontsize=8)
axes[1].set_title("when the total loss reaches 0.001", fontsize=10)
plt.show()
slope = np.polyfit(np.arange(20, 41), np.log(runs["Muon"].losses[20:41]), 1)[0] / 0.5
print(f"Muon's log loss falls by {-slope:.3f} eta per step")

# %% [markdown]
# ## What can be known exactly
#
# Gradient descent moves one gap per group, and Muon on equally frequent facts a single one. The
# recursions replace the matrix, to rounding.

# %%
even = Facts.power_law(1, 24, exponent=1.5, label_noise=0.2)
small = {name: random_embeddings(24, rng=rng) for name in ("queries", "answers")}
step = 1.94 * even.optimal_gap / 80
noisy = learn(even, Muon(step), 80, **small).losses
errors = {
    "GD, gap recursion": np.abs(
        gap_losses(facts, descent_gaps(facts, 4 / most, range(1201))) - runs["GD"].group_losses
    ).max(),
    "Muon, equal facts with noise": np.abs(
        noisy - gap_losses(even, uniform_muon_gaps(even, step, 80))
    ).max(),
}
late = noisy[int(np.ceil(even.optimal_gap / step)) :].max()
for name, error in errors.items():
    print(f"{name}: within {error:.1e}")
print(f"with noise Muon stays within {late:.1e} of the optimum; eta²/8 is {step**2 / 8:.1e}")

# %% [markdown]
# ## With label noise
#
# A fifth of the answers are random. Muon with a constant step ends in a cycle of height
# $\eta^2$; a step of order $1/T$ makes that $T^{-2}$. Gradient descent follows $T^{-(1-1/b)}$ while
# rare facts are still unlearned. Losses are averaged over the last quarter of each run, since a
# single step shows only a phase of the cycle. With few groups gradient descent becomes exponential
# in the end, and overtakes every constant step of Muon.

# %%
task = Facts.power_law(48, 2, exponent=1.5, label_noise=0.2)
horizons = np.array([64, 96, 128, 192, 256])
muon = [
    learn(task, Muon(4.15 * task.optimal_gap / T), T).losses[-T // 4 :].mean() for T in horizons
]
losses, where = {"Muon": muon}, {"Muon": horizons}
for b in (1.5, 2.0, 3.0):
    many = Facts.power_law(16_384, 2, exponent=b, label_noise=0.2)
    steps = 2 ** np.arange(7, 12)
    gaps_of = descent_gaps(many, 1 / many.query_probabilities[0], steps)
    name = f"GD, b = {b}"
    losses[name] = gap_losses(many, gaps_of) @ many.group_probabilities
    where[name] = steps
fig, ax = plt.subplots(figsize=(5.6, 3.8))
plot_power_laws(losses, where, ax=ax, x="steps T", y="loss above the optimum")
ax.legend(fontsize=8)
plt.show()

# %%
assert np.array_equal(completed, XOR_PATTERNS), "XOR is completed"
assert gaps["rectified"] == [3**n - 3 for n in orders]
assert min(accuracies.values()) > 0.95
assert (table >= table.loc["logistic regression"] - 0.01).all(axis=None)
median = {order: np.median(values) for order, values in effective.items()}
assert median[3] > 15 > median[10] > 5 > median[20], "features turn into prototypes"
assert min(agreement.values()) >= 0.97
assert abs(slope + 1) < 0.01
assert runs["GD"].steps_to(1e-3) > 40 * runs["Muon"].steps_to(1e-3)
assert chosen["Muon"].max() < 2 * chosen["Muon"].min()
assert chosen["GD"].max() > 10 * chosen["GD"].min()
assert max(errors.values()) < 1e-12
assert late <= step**2 / 8
assert abs(fitted_power_law(horizons, muon).exponent + 2) < 0.4
for b in (1.5, 2.0, 3.0):
    name = f"GD, b = {b}"
    assert abs(fitted_power_law(where[name], losses[name]).exponent + 1 - 1 / b) < 0.03

# %% [markdown]
# Next: [Attention and measures](11_attention_and_measures.ipynb). [All notebooks](README.md).
