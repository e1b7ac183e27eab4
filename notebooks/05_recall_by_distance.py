# %% [markdown]
# # Recall by distance
#
# A probe with flipped bits matches nothing exactly. A filter then multiplies the amplitude of every
# stored pattern with a function F(d) of its Hamming distance d to the probe and accepts on a flag
# qubit. You will see
#
# - Trugenberger's probabilistic memory, sharper with every control qubit,
# - a filter whose Born probabilities *are* Bayes' posterior, on shots and over many probes,
# - the same for bits of unequal reliability, one rotation per bit,
# - that without amplification "measure, then accept classically" does the same, and what
#   amplification and a minimum search save.

# %%
import numpy as np
from matplotlib import pyplot as plt

from classical_ref import flip, flip_by_rate, hamming_distance, random_patterns
from qdenseam import AmplitudeMemory, recall
from qdenseam.experiments import rate
from qdenseam.methods import (
    Amplified,
    CosinePower,
    HammingBall,
    MinimumSearch,
    Posterior,
    ProbabilisticRecall,
    ProductFilter,
    SampleAndAccept,
    SeparationFilter,
)
from qdenseam.plots.laws import plot_curves, plot_laws

rng = np.random.default_rng(5)

# %% [markdown]
# ## The probabilistic memory
#
# b control qubits give $F(d) = \cos^b(\pi d/2D)$. The lines are the laws; the points are shots on
# Aer of the circuit with one stored pattern at each distance, with 95 % intervals.


# %%
def accepted(method, num_neurons, shots):
    """Accepted shots of a lone pattern at distances 0..D from the probe."""
    pattern = np.ones(num_neurons, dtype=np.int8)
    memory = AmplitudeMemory(pattern[None])
    probes = [flip(pattern, d, rng=rng) for d in range(num_neurons + 1)]
    return [
        recall(memory, probe, method=method, sampler="aer", shots=shots, rng=rng).accepted
        for probe in probes
    ]


controls = (1, 2, 4, 8)
laws = {f"b = {b}": CosinePower(b).table(8) ** 2 for b in controls}
points = {f"b = {b}": accepted(ProbabilisticRecall(b), 8, 500) for b in controls}

fig, ax = plt.subplots(figsize=(6, 3.5))
plot_laws(laws, points, ax=ax, shots=500)
ax.set(xlabel="Hamming distance d to the probe", ylabel="acceptance F(d)²")
ax.legend()
plt.show()

# %% [markdown]
# ## Born's rule as Bayes' rule
#
# Let every bit of a stored pattern flip with probability f, and ask which pattern a probe came
# from. With $F(d)^2 = y^d$, $y = f/(1-f)$, the law given acceptance is
# $y^{d_\mu}/\sum_\nu y^{d_\nu}$: the posterior, which is also the softmax of an exponential dense
# memory. Below, ten probes of an eight-pattern memory; the posterior is computed from the flips
# alone, the law by the method, and the points are accepted shots.

# %%
f = 0.15
memory = AmplitudeMemory(random_patterns(8, 8, rng=rng))
targets = rng.integers(8, size=10)
probes = flip_by_rate(memory.patterns[targets], f, rng=rng)


def posterior(patterns, probe):
    distances = hamming_distance(patterns, probe)
    likelihood = f**distances * (1 - f) ** (len(probe) - distances)
    return likelihood / likelihood.sum()


bayes = np.array([posterior(memory.patterns, probe) for probe in probes])
method = SeparationFilter(Posterior(f))
born = np.array([method.law(memory, probe).probabilities for probe in probes])
results = [
    recall(memory, probe, method=method, sampler="aer", shots=8000, rng=rng) for probe in probes
]
counts = np.array([result.counts for result in results])
print("largest difference of law and posterior:", abs(born - bayes).max())

# %% [markdown]
# Right: is a stated 80 % right in 80 % of all cases? Over 1500 probes of random memories, every
# stored pattern's probability under the posterior filter against how often it was the target.

# %%
stated, hits = [], []
for _ in range(1500):
    random_memory = AmplitudeMemory(random_patterns(8, 8, rng=rng))
    probe = flip_by_rate(random_memory.patterns[0], f, rng=rng)
    stated.append(method.law(random_memory, probe).probabilities)
    hits.append(np.arange(8) == 0)

fig, (left, right) = plt.subplots(1, 2, figsize=(9, 4.2), layout="constrained")
totals = np.repeat(counts.sum(axis=1), counts.shape[1]).tolist()
shares = [rate(k, n) for k, n in zip(counts.ravel().tolist(), totals, strict=True)]
plot_curves({"law": born.ravel(), "shots": shares}, bayes.ravel(), ax=left, joined=False)
left.set(title="ten probes, 8000 shots each", ylabel="P(pattern | accepted)")
left.legend()
given, right_ones = np.ravel(stated), np.ravel(hits)
tenths = np.minimum((10 * given).astype(int), 9)
bins = [tenths == tenth for tenth in sorted(set(tenths.tolist()))]
shares = [rate(int(right_ones[each].sum()), int(each.sum())) for each in bins]
plot_curves({"law": shares}, [given[each].mean() for each in bins], ax=right, joined=False)
right.set(title="1500 probes, by law", ylabel="share that was the target")
for ax in (left, right):
    ax.axline((0, 0), slope=1, color="gray", linewidth=0.9)
    ax.set_xlabel("posterior probability")
plt.show()

# %% [markdown]
# ## Bits of unequal reliability
#
# If bit i flips with its own probability, distances no longer suffice, but the posterior is still a
# product over bits: one controlled rotation per bit damps a mismatch by $\sqrt{y_i}$.

# %%
rates = np.array([0.01, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.45])
product = ProductFilter(tuple(rates / (1 - rates)))
wrong = memory.patterns != probes[0]
likelihood = np.where(wrong, rates, 1 - rates).prod(axis=1)
unequal = likelihood / likelihood.sum()
difference = abs(product.law(memory, probes[0]).probabilities - unequal).max()
print(f"largest difference of law and posterior: {difference:.1e}")
print("soft bits:", product.resources(memory, probes[0]))
print("equal bits:", method.resources(memory, probes[0]))

# %% [markdown]
# ## What is gained, and what is not
#
# A filter without amplification has exactly the law and the acceptance of a classical rule: measure
# the memory, keep the outcome with probability F(d)². Amplification raises the acceptance and
# leaves the law given acceptance as it is.

# %%
large = AmplitudeMemory(random_patterns(64, 16, rng=rng))
probe = flip(large.patterns[0], 1, rng=rng)
ball = HammingBall(1)
ways = {
    "measure and accept": SampleAndAccept(ball),
    "filter": SeparationFilter(ball),
    "filter, amplified": SeparationFilter(ball, amplified=Amplified(1 / 64)),
}
spent = {}
for name, way in ways.items():
    law = way.law(large, probe)
    spent[name] = way.state_preparations(large, probe) / law.joint[0]
    print(f"{name:20} acceptance {law.acceptance:.4f}, preparations per answer {spent[name]:5.1f}")

# %% [markdown]
# Nothing above asks for the *nearest* pattern, however far. A minimum search does: amplify what is
# nearer than the best so far, until nothing is. A classical scan finds it, too: it reads the K·D =
# 1,024 stored bits once, while each of these preparations takes on the order of as many gates.

# %%
far = flip(large.patterns[0], 5, rng=rng)
distances = hamming_distance(large.patterns, far)
search = MinimumSearch()
found = search.law(large, far).joint[distances == distances.min()].sum()
until = search.preparations_until_found(large, far)
print(f"P(nearest) = {found:.4f} after {until:.1f} preparations on average, for K = 64")

# %%
assert abs(born - bayes).max() < 1e-12, "Born's rule is Bayes' rule"
assert difference < 1e-12
answers = counts.sum(axis=1, keepdims=True)
deviations = abs(counts / answers - bayes) * np.sqrt(answers)
assert deviations.max() < 2.5, "shots within five of the largest standard errors"
assert np.isclose(spent["measure and accept"], 64)
assert np.isclose(spent["filter"], spent["measure and accept"])
assert spent["filter, amplified"] < 64 / 3
assert found > 0.99

# %% [markdown]
# Next: [Separation functions](06_separation_functions.ipynb). [All notebooks](README.md).
