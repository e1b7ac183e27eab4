# %% [markdown]
# # A first recall
#
# An associative memory gives back a whole pattern for a part of it. Here eight handwritten digits
# of 4 × 4 pixels are stored three ways: in a classical dense memory, in the amplitudes of 16
# qubits, and as an energy over spin states. You will see
#
# - a half-erased digit completed by amplitude amplification, every time,
# - the exact law of each method next to the counts of its shots,
# - what one shot costs in two-qubit gates.

# %%
import numpy as np
from matplotlib import pyplot as plt

from classical_ref import DenseMemory, Exponential, digits, erase, flip, spins_to_text
from qdenseam import AmplitudeMemory, EnergyMemory, recall
from qdenseam.methods import (
    QAOA,
    AmplitudeAmplification,
    HammingBall,
    ProbabilisticRecall,
    SampleAndAccept,
)
from qdenseam.plots.gallery import plot_state

rng = np.random.default_rng(2)

# %% [markdown]
# ## Patterns and a probe
#
# A pattern is a row of spins: +1 (white, bit 0) or -1 (ink, bit 1). Neuron i is qubit i is column
# i. A probe may hold 0 where a neuron is unknown, written `?`.

# %%
data = digits(16).select(8, min_distance=3, rng=rng)
target = data.patterns[0]
probe = erase(target, 8, rng=rng)
print(spins_to_text(target), "stored")
print(spins_to_text(probe), "probe, half of it unknown")

# %% [markdown]
# ## Classical: a dense memory
#
# Amplification takes the known pixels as certain, so the classical memory holds them too
# (`clamped`). It keeps a neuron's own spin and updates all at once, its best setting: then the
# exponential memory is an exact scan for the nearest pattern, and here nothing can recall better.

# %%
dense = DenseMemory(data.patterns, separation=Exponential(1.6))  # β above ln(K)/2 + 1/2
classical = dense.recall(
    probe, clamped=probe != 0, update="synchronous", self_interaction="kept", rng=0
)
print(spins_to_text(classical.states), "recalled after", classical.sweeps, "sweeps")

# %% [markdown]
# ## Quantum: amplification about the memory
#
# The memory state is $|M\rangle = K^{-1/2}\sum_\mu |\xi^\mu\rangle$. Grover iterations about it
# raise the amplitude of the patterns that agree with the known bits. The schedule comes from K and
# a claimed number of matches alone; with Long's phases one match is reached with certainty.

# %%
memory = AmplitudeMemory(data.patterns)
result = recall(memory, probe, method=AmplitudeAmplification(), sampler="aer", shots=500, rng=1)
result

# %%
fig, axes = plt.subplots(1, 4, figsize=(8, 2.3))
for ax, state, title in zip(
    axes,
    [target, probe, classical.states, result.pattern],
    ["stored", "probe", "dense memory", "amplification"],
    strict=True,
):
    plot_state(state, data.shape, ax=ax)
    ax.set_title(title)
plt.show()

# %% [markdown]
# ## Laws
#
# Every method comes with its law: the exact distribution of one shot, computed without the
# circuit. For a probe with flipped bits, Trugenberger's probabilistic memory weighs each pattern by
# $\cos^{2b}(\pi d/2n)$.

# %%
noisy = flip(target, 2, rng=rng)
method = ProbabilisticRecall(num_controls=4)
law = method.law(memory, noisy)
shots = recall(memory, noisy, method=method, sampler="aer", shots=4000, rng=3)

fig, ax = plt.subplots(figsize=(7, 3))
ax.bar(range(8), shots.counts / shots.accepted, color="#009E73", label="4000 shots on Aer")
ax.plot(range(8), law.probabilities, "k_", markersize=22, label="law")
ax.set_xlabel("stored pattern")
ax.set_ylabel("P(pattern | accepted)")
ax.legend()
plt.show()
print(f"acceptance: law {law.acceptance:.3f}, shots {shots.acceptance:.3f}")

# %% [markdown]
# Without amplification a filter has exactly the law of "measure the memory, accept classically":
# no gain over rejection sampling. That baseline is a method like any other.

# %%
for each in (method, SampleAndAccept(HammingBall(2)), AmplitudeAmplification()):
    print(f"{each.name:18}", each.resources(memory, probe))

# %% [markdown]
# ## Quantum: recall by energy
#
# The dense memory's energy, tilted by a field along the probe, is minimized by a warm-started
# QAOA. Outcomes may be spurious: states that are not stored.

# %%
small = digits(9).select(4, min_distance=3, rng=rng)
energy = EnergyMemory(small.patterns)
answer = recall(energy, flip(small.patterns[0], 1, rng=rng), method=QAOA(), sampler="aer", rng=4)
answer

# %%
assert (classical.states == target).all()
assert (result.pattern == target).all()
assert result.counts[0] == 500, "exact amplification succeeds in every shot"
assert abs(shots.acceptance - law.acceptance) < 0.05

# %% [markdown]
# Next: [Dense memories](02_dense_memories.ipynb). [All notebooks](README.md).
