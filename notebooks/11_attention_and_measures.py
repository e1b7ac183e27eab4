# %% [markdown]
# # Attention and measures
#
# A context of many tokens is a probability measure on them, and attention an integral over it. Seen
# so, a transformer is an associative memory: it recalls one component of a mixture by its tag and
# predicts from what it recalled (Kawata and Suzuki 2026). You will see
#
# - that attention knows the measure and nothing else of its tokens,
# - a small model that is trained to recall, beside one whose attention is frozen,
# - how the decay of a component's coefficients decides what can be learned from n samples,
# - the same attention on qubits: a filter whose Born probabilities *are* the softmax weights, and
#   what it costs.

# %%
from dataclasses import replace

import numpy as np
from matplotlib import pyplot as plt

from classical_ref.continuous.context_tasks import random_contexts
from classical_ref.continuous.measures import TokenMeasure
from classical_ref.continuous.recall_and_predict import Contexts, fit
from qdenseam import AmplitudeMemory, recall
from qdenseam.memories.context import ContextState
from qdenseam.methods import Amplified, ProductFilter
from qdenseam.plots.laws import plot_curves, plot_laws
from qdenseam.reproduce.measure_attention import risk

rng = np.random.default_rng(11)

# %% [markdown]
# ## A context is a measure
#
# Four documents of 300 tokens with orthonormal tags $v_i$. Attention with scores
# $\beta \langle v, q\rangle$ puts the mass $1/(1 + (I-1)e^{-\beta})$ on the document asked for.
# Splitting tokens into lighter copies, or shuffling them, changes nothing.

# %%
tags, _ = np.linalg.qr(rng.normal(size=(4, 4)))
contents = rng.random((4, 300, 1))
context = TokenMeasure.mixture(tags, contents)
document = np.repeat(np.eye(4), 300, axis=0)
for beta in (0.0, 2.0, 5.0):
    masses = context.attend(tags[2], document, match=beta)
    print(f"β = {beta}: {masses.round(4)}, formula {1 / (1 + 3 * np.exp(-beta)):.4f}")

order = np.append(rng.permutation(1200), 7)  # atom 7 twice, at half its mass
again = TokenMeasure(
    tags=context.tags[order],
    contents=context.contents[order],
    masses=np.where(order == 7, 0.5, 1.0),
)
means = [m.attend(tags[2], m.contents, match=5.0) for m in (context, again)]
change = abs(means[0] - means[1]).max()
print(f"change by shuffling and splitting: {change:.1e}")

# %% [markdown]
# ## Recall, then predict
#
# Now each context has fresh tags, so that a model can learn nothing but to compare them. Its scores
# are $v^T A q$ with A trained from zero; the prediction is quadratic in the mean features of what
# was recalled. The target depends on the one component asked for. Frozen attention, A = 0, averages
# all components.

# %%
contexts, targets, asked = random_contexts(800, 4, rng=rng)


def part(rows):
    return Contexts(
        tags=contexts.tags[rows], means=contexts.means[rows], queries=contexts.queries[rows]
    )


train, test, wanted = part(slice(0, 500)), part(slice(500, None)), targets[500:]
models = {mode: fit(train, targets[:500], mode=mode) for mode in ("learned", "uniform")}
rows = np.arange(300)
elsewhere = replace(test, queries=test.tags[rows, (asked[500:] + 1) % 4])
errors = {mode: np.mean((model.predict(test) - wanted) ** 2) for mode, model in models.items()}
errors["learned, asked for another tag"] = np.mean(
    (models["learned"].predict(elsewhere) - wanted) ** 2
)
for mode, error in errors.items():
    print(f"{mode:30} mean square error {error:.3f}, R² {1 - error / wanted.var():6.3f}")
mass = models["learned"].weights(test)[rows, asked[500:]].mean()
print(f"mean mass on the component asked for: {mass:.4f}")
print("A =", models["learned"].match.round(1), sep="\n")

# %%
sizes, decays = (16, 64, 256), (0.5, 1.0, 2.0)
risks = {
    f"α = {decay:g}": [
        np.mean([risk({"decay": decay, "num_samples": n}, rng)["risk"] for _ in range(3)])
        for n in sizes
    ]
    for decay in decays
}
fig, axes = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
answers = {m: model.predict(test) for m, model in models.items()}
plot_curves(answers, wanted, ax=axes[0], joined=False)
axes[0].axline((0, 0), slope=1, color="gray", linewidth=0.9)
axes[0].set(xlabel="target", ylabel="prediction")
plot_curves(risks, sizes, ax=axes[1])
axes[1].set(xscale="log", yscale="log", xlabel="samples n", ylabel="mean square error")
for ax in axes:
    ax.legend(fontsize=8)
plt.show()

# %% [markdown]
# On the right, kernel regression of a function of *one* component, whose coefficients fall like
# $e^{-j^\alpha/2}$: the faster they fall, the fewer numbers describe a component and the smaller
# the error at every n. The publication proves rates for such a decay; from a few hundred samples
# only the order can be read.
#
# ## A context on qubits
#
# The state $\sum_i \pi_i |v_i\rangle\langle v_i| \otimes \rho_i$ holds the tag in one register and
# the document in another. The filter $e^{(\beta/2)(|q\rangle\langle q| - 1)}$ on the tag keeps
# document i with exactly the softmax weight, and a projection on the tag is hard recall. What
# softmax costs is the acceptance, from 1 at β = 0 down to 1/I.

# %%
states = np.array([np.diag(row) for row in rng.dirichlet(np.ones(8), size=4)])
betas = np.linspace(0, 8, 17)
kept = {}
for num_parts in (2, 4):
    vectors, _ = np.linalg.qr(rng.normal(size=(num_parts, num_parts)))
    quantum = ContextState(vectors, states[:num_parts])
    kept[f"I = {num_parts}"] = [quantum.recall(vectors[0], beta=beta) for beta in betas]
fig, axes = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
others = {name: (int(name[-1]) - 1) * np.exp(-betas) for name in kept}
plot_laws(
    {name: 1 / (1 + rest) for name, rest in others.items()},
    {name: [each.masses[0] for each in found] for name, found in kept.items()},
    ax=axes[0],
    x=betas,
)
axes[0].set(xlabel="inverse temperature β", ylabel="mass on the document asked for")
axes[0].legend()
plot_laws(
    {name: (1 + rest) / int(name[-1]) for name, rest in others.items()},
    {name: [each.acceptance for each in found] for name, found in kept.items()},
    ax=axes[1],
    x=betas,
)
axes[1].set(xlabel="inverse temperature β", ylabel="acceptance")
plt.show()
masses_error = max(
    abs(each.masses[0] - 1 / (1 + rest[place]))
    for name, rest in others.items()
    for place, each in enumerate(kept[name])
)

# %% [markdown]
# ## Tokens as patterns
#
# With tags of ±1 a whole measure fits an amplitude memory: each token is a pattern (tag, content)
# and its mass the pattern's weight. A probe gives the tag and leaves the content unknown. One
# controlled rotation per tag bit damps mismatches by $e^{-2\beta}$, and the accepted shots are
# tokens drawn with their attention weights; averages of contents are the attention output.

# %%
beta = 0.5
tokens = 1 - 2 * (rng.permutation(256)[:12, None] >> np.arange(8) & 1)
weights = rng.random(12) + 0.2
query = tokens[0, :4]
attention = TokenMeasure(tags=tokens[:, :4], contents=tokens[:, 4:], masses=weights).attend(
    query, np.eye(12), match=beta
)
memory = AmplitudeMemory(tokens, weights)
probe = np.concatenate([query, np.zeros(4, dtype=int)])
method = ProductFilter(np.exp(-2 * beta))
law = method.law(memory, probe)
result = recall(memory, probe, method=method, sampler="aer", shots=20_000, rng=rng)

fig, ax = plt.subplots(figsize=(6.5, 3.2), layout="constrained")
ax.bar(np.arange(12), attention, color="#DDDDDD", label="attention weight")
ax.plot(law.probabilities, "k+", markersize=9, label="law of the filter")
ax.plot(result.counts / result.accepted, "o", markersize=5, label="accepted shots")
ax.set_xlabel("token")
ax.set_ylabel("probability")
ax.legend()
plt.show()
law_error = abs(law.probabilities - attention).max()
print(f"largest |law - attention| = {law_error:.1e}")
print(f"acceptance {result.acceptance:.3f} by shots, {law.acceptance:.3f} by law")
print("attention output:", (attention @ tokens[:, 4:]).round(3))
print("mean of shots:   ", (result.counts @ tokens[:, 4:] / result.accepted).round(3))

# %% [markdown]
# Without amplification this is the same as drawing a token by its mass and accepting it with
# probability $e^{-2\beta d}$, d the mismatches of its tag: no quantum gain. Amplification raises
# the acceptance and leaves the weights as they are.

# %%
amplified = replace(method, amplified=Amplified(law.acceptance)).law(memory, probe)
print(f"acceptance {law.acceptance:.3f} becomes {amplified.acceptance:.6f}")

# %%
assert change < 1e-12, "attention is a function of the measure"
assert 1 - errors["learned"] / wanted.var() > 0.9
assert 1 - errors["uniform"] / wanted.var() < 0.2
assert errors["learned, asked for another tag"] > 10 * errors["learned"]
table = np.array(list(risks.values()))
assert (np.diff(table, axis=0) < 0).all(), "faster decay, smaller risk"
assert (np.diff(table, axis=1) < 0).all(), "more samples, smaller risk"
assert masses_error < 1e-12
assert law_error < 1e-12
assert abs(amplified.probabilities - attention).max() < 1e-12
assert amplified.acceptance > 0.999

# %% [markdown]
# Next: [Sparse recovery](12_sparse_recovery.ipynb). [All notebooks](README.md).
