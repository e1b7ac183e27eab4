# %% [markdown]
# # Sparse recovery
#
# A memory can hold exponentially many words if they obey common constraints: it learns the
# constraints, and a probe that violates some of them is repaired by the sparsest error that
# explains the violations (Mazumdar and Rawat 2015). You will see
#
# - 48 parity checks learned exactly from 64 samples, and with them all $2^{48}$ words,
# - recall by flips: every single error, nearly all double ones,
# - what such a memory cannot do: store arbitrary random patterns,
# - the same with real numbers, by linear programming and by votes on a sparse graph,
# - the checks on qubits: a syndrome that shows the error and nothing else, a Grover search for the
#   error, and why neither is cheaper than flips,
# - XOR as a memory of one check.

# %%
import numpy as np
from matplotlib import pyplot as plt

from classical_ref import DenseMemory, Exponential, HopfieldMemory, flip, random_patterns
from classical_ref.sparse_recovery import (
    ParityMemory,
    SubspaceMemory,
    learn_checks,
    learn_constraints,
    left_regular_graph,
    num_four_cycles,
)
from qdenseam import EnergyMemory, recall
from qdenseam.experiments import rate
from qdenseam.methods import Iterations, SetIntersection, SyndromeDecoding
from qdenseam.plots.laws import plot_curves
from qdenseam.reproduce.syndrome_grover import code_memory, hamming_checks

rng = np.random.default_rng(12)

# %% [markdown]
# ## Checks, learned from samples
#
# 96 neurons and 48 checks: each neuron stands in three, each check takes in six, and no two neurons
# share two checks. A stored word is one whose six spins multiply to +1 in every check.

# %%
planted = ParityMemory(left_regular_graph(96, 48, 3, rng=rng))
samples = planted.sample(96, rng=rng)
print(
    planted, "holds", f"2^{planted.dimension} words;", num_four_cycles(planted.checks), "4-cycles"
)
sizes = (16, 24, 32, 48, 64, 96)
found = [learn_checks(samples[:k], max_chance=None) for k in sizes]
memory = ParityMemory.learned(samples[:64])
same = {row.tobytes() for row in memory.checks} == {row.tobytes() for row in planted.checks}
print("checks from 64 samples are the planted ones:", same)
try:
    ParityMemory.learned(samples[:24])
except ValueError as error:
    print(error)

# %% [markdown]
# Learning compares all sets of three neurons: two sets with equal products on every sample are the
# halves of a check. Few samples obey checks by chance as well, so the memory asks for a rank at
# which that is unlikely.
#
# None of the words below was among the samples. All are stored all the same.

# %%
fresh = planted.sample(50_000, rng=rng)
num_distinct = len(np.unique(fresh, axis=0))
print(f"{num_distinct} distinct of {len(fresh)}, violated checks: {memory.energy(fresh).sum()}")
word = fresh[0]
singles = memory.recall(np.where(np.eye(96, dtype=bool), -word, word))
print("single errors repaired:", int((singles.states == word).all(axis=1).sum()), "of 96")

flips = (1, 2, 3, 4, 5, 6)
repaired = []
for num_flips in flips:
    states = memory.recall(flip(fresh[:1000], num_flips, rng=rng)).states
    repaired.append(rate(int((states == fresh[:1000]).all(axis=1).sum()), 1000, covers="probes"))

fig, axes = plt.subplots(1, 2, figsize=(9, 3.4), layout="constrained")
plot_curves({"learned": [len(checks) for checks in found]}, sizes, ax=axes[0])
axes[0].axhline(48, color="gray", linewidth=0.9, label="48 planted")
axes[0].set(yscale="log", xlabel="samples", ylabel="checks that all samples obey")
axes[0].legend(fontsize=8)
plot_curves({"parity checks": repaired}, flips, ax=axes[1])
axes[1].set(ylim=(-0.03, 1.05), xlabel="flipped neurons", ylabel="recalled exactly")
plt.show()

# %% [markdown]
# With three checks per neuron and at most one in common, a lone wrong neuron has three violated
# checks and every other at most one: one flip always repairs it. Beyond one error these are rates
# for random errors, not guarantees.
#
# For comparison, Hopfield's memory on as many neurons, three flips, and the exponential dense
# memory at its best setting, which is a scan for the nearest pattern:

# %%
for num_patterns in (5, 13, 20, 40):
    stored = random_patterns(num_patterns, 96, rng=rng)
    probes = flip(stored, 3, rng=rng)
    hopfield = HopfieldMemory(stored).recall(probes, rng=rng).states
    dense = DenseMemory(stored, Exponential(2.4)).recall(  # β = ln(K)/2 + 1/2 at K = 40
        probes, update="synchronous", self_interaction="kept"
    )
    exact = [(states == stored).all(axis=1).mean() for states in (hopfield, dense.states)]
    print(f"K = {num_patterns:2}: {exact[0]:.2f} recalled exactly, {exact[1]:.2f}")

# %% [markdown]
# The comparison is not fair, and that is the point: their patterns are arbitrary, the words of
# a parity memory are not. Random patterns obey no common check, and are refused:

# %%
try:
    ParityMemory.learned(random_patterns(96, 96, rng=rng))
except ValueError as error:
    refusal = str(error)
    print(refusal)

# %% [markdown]
# ## Real numbers
#
# Vectors from a 64-dimensional subspace of 128 neurons. The singular value decomposition of 64
# samples gives all constraints, 63 leave a false one. Recall solves a linear program for the error
# of least $\sum |e_i|$. On a sparse graph with 0/1 constraints (n = 256) votes do it without one: a
# correction is made where it closes more checks than it opens.

# %%
basis = rng.normal(size=(64, 128))
vectors = rng.normal(size=(64, 64)) @ basis
others = rng.normal(size=(50, 64)) @ basis
rest = {k: abs(others @ learn_constraints(vectors[:k]).T).max() for k in (63, 64)}
print("largest violation by new members:", {k: f"{r:.1e}" for k, r in rest.items()})

graph = left_regular_graph(256, 128, 7, four_cycles=True, rng=rng).astype(float)
decoders = {
    "linear programming": (SubspaceMemory.learned(vectors, num_constraints=64), basis),
    "votes": (SubspaceMemory(graph, decoder="votes"), learn_constraints(graph)),
}
shares = (0.05, 0.1, 0.14, 0.18, 0.22)
curves = {}
for name, (decoder, span) in decoders.items():
    rates = []
    for share in shares:
        words = rng.normal(size=(20, len(span))) @ span
        num_wrong = round(share * span.shape[1])
        wrong = rng.permuted(np.tile(np.arange(span.shape[1]) < num_wrong, (20, 1)), axis=1)
        states = decoder.recall(words + wrong * rng.normal(size=words.shape)).states
        rates.append(rate(int((abs(states - words).max(axis=1) < 1e-6).sum()), 20))
    curves[name] = (shares, rates)
fig, ax = plt.subplots(figsize=(5.5, 3.2), layout="constrained")
plot_curves(curves, ax=ax)
ax.set(ylim=(-0.03, 1.05), xlabel="share of wrong entries", ylabel="recalled exactly")
ax.legend(fontsize=8)
plt.show()

# %% [markdown]
# ## Checks on qubits
#
# The Hamming code has 7 neurons, 3 checks and 16 words at distance 3. As a superposition of its
# words it is a stabilizer state: Hadamards and CX prepare it. An error shows the same syndrome in
# every word, so that measuring three flags tells the error and nothing of the word.
#
# Searching is another way. Of all 128 states one obeys the checks and lies within one flip of the
# probe; Grover's search for it takes eight rounds. A memory that *holds* the words searches 16
# instead of 128, in three.

# %%
code = code_memory(7)
target = 9
probe = flip(code.patterns[target], 1, rng=rng)
counts = []
for rounds in range(13):
    search = SyndromeDecoding(schedule=Iterations(rounds, may_over_rotate=True))
    shots = recall(code, probe, method=search, sampler="aer", shots=500, rng=rng)
    counts.append(rate(int(shots.counts[target]), 500, covers="shots"))
fig, ax = plt.subplots(figsize=(5.5, 3.2), layout="constrained")
fine = np.linspace(0, 12, 200)
ax.plot(fine, np.sin((2 * fine + 1) * np.arcsin(128**-0.5)) ** 2, lw=0.9, label="sin²((2r + 1)θ)")
plot_curves({"shots": counts}, np.arange(13), ax=ax, joined=False)
ax.set(xlabel="rounds r", ylabel="P(right answer)")
ax.legend(fontsize=8)
plt.show()

plain = SyndromeDecoding(schedule="plain")
success = float(plain.law(code, probe).joint[target])
anything = SyndromeDecoding(radius=7, num_matches=16, schedule="plain").law(code, probe)
print(f"eight rounds: {success:.5f}; formula {np.sin(17 * np.arcsin(128**-0.5)) ** 2:.5f}")
print(
    f"without the weight test some word comes with {anything.joint.sum():.4f}, "
    f"the right one with {anything.joint[target]:.4f}"
)

# %%
held = SetIntersection(radius=1)
ones = int(hamming_checks(7).sum())
loaded = code.preparation().resources.two_qubit_gates
print("CX gates for one answer")
print(f"  Grover search of 128 states      {plain.resources(code, probe).two_qubit_gates}")
print(f"  amplification of 16 held words   {held.resources(code, probe).two_qubit_gates}")
print(f"  loading, then syndrome           {loaded} + {ones}")
print(f"classical syndrome                 {ones} additions of bits and one look at a table")

# %% [markdown]
# The classical decoder is the cheapest by far, and with long sparse checks a sweep of flips takes
# time linear in the number of ones. The weight test is what decodes: without it the search ends on
# any of the 16 words.
#
# ## XOR is one check
#
# Three neurons and a single check over all of them store the truth table of XOR. Its energy, the
# number of violated checks, is the Pauli string ZZZ up to a constant: the energy of a dense memory
# of order 3.

# %%
xor = ParityMemory([[1, 1, 1]])
states = 1 - 2 * (np.arange(8)[:, None] >> np.arange(3) & 1)
rows = states[xor.energy(states) == 0]
masks, strengths = EnergyMemory(rows).terms()
print("rows:", rows.tolist())
print("strings of the dense memory:", [f"{mask:03b}" for mask in masks], strengths)
print("completed from two spins:", xor.recall("01?").states)

# %%
by_flips = dict(zip(flips, repaired, strict=True))
assert same
assert planted.dimension == 48
assert num_distinct == len(fresh)
assert (singles.states == word).all(), "every single error"
assert by_flips[2].best > 0.98
assert "arbitrary patterns cannot be stored" in refusal
assert rest[63] > 1e-2
assert rest[64] < 1e-10
assert abs(success - 0.99562) < 1e-5
assert abs(anything.joint[target] - anything.joint.sum() / 16) < 1e-10
assert len(held.rounds(code, probe != 0)) == 3
assert masks.tolist() == [7]

# %% [markdown]
# Next: [Noise and hardware](13_noise_and_hardware.ipynb). [All notebooks](README.md).
