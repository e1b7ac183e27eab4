# %% [markdown]
# # Patterns into qubits
#
# K patterns of D bits become one state of D qubits, $|M\rangle = \sum_\mu \sqrt{\pi_\mu}\,
# |\xi^\mu\rangle$. Measured, it shows one stored pattern and never anything else. You will see
#
# - the state and its circuit, checked amplitude by amplitude,
# - prior weights as Born probabilities,
# - what loading costs: two-qubit gates against K, one curve per encoder,
# - a set of 512 patterns that costs a handful of gates, because it has structure.

# %%
import numpy as np
from matplotlib import pyplot as plt
from qiskit.quantum_info import Statevector

from circuits.loading import Affine, Auto, Dense, Incremental, IndexFirst, Merging, prepare
from classical_ref import digits, random_patterns, spins_to_bits, spins_to_text
from qdenseam import AmplitudeMemory, recall
from qdenseam.methods import HammingBall, SampleAndAccept
from qdenseam.plots.gallery import plot_state

rng = np.random.default_rng(3)

# %% [markdown]
# ## Four digits in nine qubits
#
# Neuron i is qubit i is column i; spin +1 is bit 0 (white), spin -1 is bit 1 (ink).

# %%
data = digits(9).select(4, min_distance=3, rng=rng)
memory = AmplitudeMemory(data.patterns)
preparation = memory.preparation()

fig, axes = plt.subplots(1, 4, figsize=(6, 1.8))
for ax, pattern in zip(axes, data.patterns, strict=True):
    plot_state(pattern, data.shape, ax=ax)
    ax.set_title(spins_to_text(pattern), fontsize=8)
plt.show()
print(preparation.circuit.draw(fold=120))

# %% [markdown]
# The circuit is exact: no other state than the stored ones has an amplitude. As an integer a
# state is $\sum_i b_i 2^i$.

# %%
probabilities = Statevector(preparation.circuit).probabilities(range(9))
stored = spins_to_bits(data.patterns) @ 2 ** np.arange(9)
print("on the stored patterns:", probabilities[stored].round(6))
print(f"on all other states:    {1 - probabilities[stored].sum():.1e}")

# %% [markdown]
# ## Priors are weights
#
# A pattern that is asked for more often gets a larger amplitude, and a measurement shows it with
# just that probability. A probe of which nothing is known accepts every shot, so this is what the
# memory alone says.

# %%
prior = np.array([0.55, 0.25, 0.15, 0.05])
weighted = AmplitudeMemory(data.patterns, weights=prior)
method = SampleAndAccept(HammingBall(0))
shots = recall(weighted, "?" * 9, method=method, sampler="aer", shots=4000, rng=1)

fig, ax = plt.subplots(figsize=(5, 2.8))
ax.bar(range(4), shots.counts / 4000, color="#0072B2", label="4000 shots on Aer")
ax.plot(range(4), prior, "k_", markersize=30, label="prior")
ax.set_xticks(range(4))
ax.set_xlabel("stored pattern")
ax.set_ylabel("frequency")
ax.legend()
plt.show()

# %% [markdown]
# ## What loading costs
#
# Random patterns have no structure, so every encoder pays for each of them: the cost grows with
# K·D, the number of stored bits, up to a logarithm. How much lies between the encoders is shown
# below for one set of patterns. `Auto` counts the candidates and takes the cheapest it finds.

# %%
encoders = {
    "incremental (one pattern at a time)": Incremental(),
    "dense": Dense(),
    "index first": IndexFirst(),
    "merging": Merging(),
    "auto": Auto(goal="gates"),
}
loads = [2, 4, 8, 16, 32]
bits = spins_to_bits(random_patterns(32, 10, rng=rng))
gates = {
    name: [prepare(bits[:k], encoder=each).resources.two_qubit_gates for k in loads]
    for name, each in encoders.items()
}

# %%
fig, ax = plt.subplots(figsize=(6.5, 3.8))
for (name, counted), marker in zip(gates.items(), "vsD^o", strict=True):
    ax.plot(loads, counted, marker=marker, markersize=5, linewidth=1.2, label=name)
ax.plot(loads, 10 * np.array(loads), color="black", linewidth=0.8, label="K·D")
ax.set_xscale("log", base=2)
ax.set_yscale("log")
ax.set_xlabel("random patterns K of D = 10 bits")
ax.set_ylabel("CX, all-to-all")
ax.grid(alpha=0.25)
ax.legend(fontsize=8)
plt.show()

# %% [markdown]
# A classical scan for the nearest pattern reads those K·D bits once, and the memory is prepared
# anew for every shot and twice in every round of amplification. Loading is the price to remember
# in all that follows.
#
# ## Structure is cheap
#
# The patterns of even parity are an affine set: 512 of them, of ten bits. Nothing about them is
# random, and the encoder for such sets needs one CX per bit of the sum.

# %%
everything = (np.arange(1024)[:, None] >> np.arange(10)) & 1
even = everything[everything.sum(axis=1) % 2 == 0]
structured = prepare(even, encoder=Affine())
print(len(even), "patterns:", structured.resources)

# %%
assert abs(probabilities[stored] - 0.25).max() < 1e-12, "an equal superposition of the stored"
assert abs(shots.counts / 4000 - prior).max() < 0.05
assert gates["auto"][-1] < min(gates["incremental (one pattern at a time)"][-1], 1023)
assert structured.resources.two_qubit_gates <= 10

# %% [markdown]
# Next: [Recall by amplification](04_recall_by_amplification.ipynb). [All notebooks](README.md).
