# %% [markdown]
# # Energy landscapes
#
# Recall as minimization needs an energy whose lowest state, with the probe as a field, is the right
# pattern. All 2^D energies of ten neurons fit in a table, so every statement here is exact for its
# patterns. You will see
#
# - the same four patterns as five landscapes,
# - how many spurious minima each energy has, counted one by one,
# - for which fields the target is the ground state: log-sum-exp for all fifty probes in a
#   wide window, Hebb's energy for less than four fifths at any field,
# - what the energies are as Hamiltonians: Pauli strings, and the XOR memory as a single one.

# %%
import numpy as np
from matplotlib import pyplot as plt

from classical_ref import DenseMemory, HopfieldMemory, Polynomial, flip, random_patterns
from qdenseam import EnergyMemory
from qdenseam.experiments import rate
from qdenseam.plots.landscape import plot_landscape
from qdenseam.simulation.diagonal import qaoa_state
from qdenseam.studies.energy.landscape import energy_by_distance, num_spurious
from qdenseam.studies.energy.trial import ENERGIES

rng = np.random.default_rng(7)

# %% [markdown]
# ## Five landscapes of the same patterns
#
# Energies are scaled alike: their mean over all states is 0 and stored patterns lie at -D on
# average. Circles are the lowest energy at each distance from the first pattern, thin lines the
# mean. On the right the probe, one flip away, tilts the energy by -h Σ q_i σ_i with the field
# calibrated on the memory.

# %%
patterns = random_patterns(4, 10, rng=rng)
probe = flip(patterns[0], 1, rng=rng)
chosen = ("hebb", "order 3", "order 4", "exponential", "log-sum-exp")
memories = {label: EnergyMemory(ENERGIES[label](patterns)) for label in chosen}

fig, axes = plt.subplots(1, 2, figsize=(10, 3.6), sharey=True)
for ax, given, title in zip(axes, (None, probe), ("memory alone", "with the probe"), strict=True):
    target = int(next(iter(memories.values())).pattern_indices()[0])
    shells = {
        label: energy_by_distance(memory.diagonal(given), target)
        for label, memory in memories.items()
    }
    plot_landscape(shells, ax=ax)
    ax.set_title(title)
axes[1].set_ylabel("")
axes[0].legend(fontsize=8)
plt.show()
for label, memory in memories.items():
    print(f"{label:12} h = {memory.field_strength():.2f}")

# %% [markdown]
# Even orders (Hebb is order 2) cannot tell a pattern from its negative: their landscape falls again
# at distance 10. Odd orders and the exponential have no such twins.
#
# ## Spurious minima, counted
#
# A spurious minimum is a state that is not stored and that no flip of one neuron lowers. Fifty sets
# of random patterns for each number of patterns K, without a field; the table has medians, since a
# set that holds a pattern and its negative makes an odd energy vanish, and then all states count.

# %%
loads = (2, 4, 6, 8)
spurious = {label: [] for label in chosen}
for num_patterns in loads:
    sets = [random_patterns(num_patterns, 10, rng=rng) for _ in range(50)]
    for label in chosen:
        counts = []
        for each in sets:
            memory = EnergyMemory(ENERGIES[label](each))
            counts.append(num_spurious(memory.diagonal(), memory.pattern_indices()))
        spurious[label].append(float(np.median(counts)))
print("median number of spurious minima".ljust(34), *(f"K={k}" for k in loads), sep="  ")
for label, counts in spurious.items():
    print(label.ljust(34), *(f"{count:3.0f}" for count in counts), sep="  ")

# %% [markdown]
# ## Which field?
#
# Too weak a field leaves another minimum in charge, too strong a one makes the probe its own ground
# state. Below, the share of probes (one flip, K = 4, probes as near to another pattern redrawn)
# whose target is the ground state; bars are 95 % intervals over 50 pattern sets. A scan for the
# nearest pattern is right on all of them, by that redrawing.

# %%
fields = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.4, 2.0, 3.0)


def instance():
    while True:
        stored = random_patterns(4, 10, rng=rng)
        near = flip(stored[0], 1, rng=rng)
        if ((stored[1:] != near).sum(axis=1) > 1).all():
            return stored, near


instances = [instance() for _ in range(50)]
right = {}
for label in ("hebb", "order 3", "log-sum-exp"):
    counts = np.zeros(len(fields), dtype=int)
    for stored, near in instances:
        model = ENERGIES[label](stored)
        index = int(EnergyMemory(model).pattern_indices()[0])
        alone = EnergyMemory(model, probe_field=1.0).diagonal()
        tilt = EnergyMemory(model, probe_field=1.0).diagonal(near) - alone
        for place, h in enumerate(fields):
            energies = alone + h * tilt
            counts[place] += (np.delete(energies, index) > energies[index]).all()
    right[label] = [rate(int(count), 50, covers="pattern sets") for count in counts]

fig, ax = plt.subplots(figsize=(6.5, 3.2))
for (label, shares), color in zip(right.items(), ("#0072B2", "#D55E00", "#CC79A7"), strict=True):
    best = np.array([share.best for share in shares])
    errors = [best - [s.low for s in shares], np.array([s.high for s in shares]) - best]
    ax.errorbar(
        fields, best, yerr=errors, marker="o", mfc="white", color=color, capsize=2, label=label
    )
ax.set_xscale("log")
ax.set_xticks(fields, [str(h) for h in fields])
ax.minorticks_off()
ax.set_xlabel("probe field h")
ax.set_ylabel("target is the ground state")
ax.legend()
plt.show()

# %% [markdown]
# Log-sum-exp is right for every probe in a window of fields, up to where the probe itself takes
# over; order 3 needs a field near 1; Hebb's energy is wrong for many probes at any field. A perfect
# minimizer, quantum or not, recalls no better than these curves; a local search from the probe can.
#
# ## As Hamiltonians
#
# The diagonal is a sum of Pauli-Z strings. Hebb's energy has pairs only; order n has strings of up
# to n neurons; log-sum-exp has hundreds. A circuit for exp(-iγE) pays for each string, or
# counts distances to patterns instead, whichever is cheaper.

# %%
for label, memory in memories.items():
    masks, _ = memory.terms(probe)
    lengths = np.bincount(np.bitwise_count(masks), minlength=11)[1:]
    print(f"{label:12} {masks.size:5} strings, of length 1 to 10: {lengths.tolist()}")

# %% [markdown]
# The XOR memory stores the four rows of the truth table c = a ⊕ b. Pairs of neurons are
# uncorrelated, so Hebb's couplings vanish: no energy of order 2 holds it. Order 3 is one string,
# E = -24 ZZZ in its own units, and a single layer of QAOA lands in the four rows with certainty.

# %%
xor = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
hebb, cubic = HopfieldMemory(xor), DenseMemory(xor, Polynomial(3))
print("Hebb couplings off the diagonal:", hebb.weights[~np.eye(3, dtype=bool)])
masks, weights = EnergyMemory(cubic).terms()
print("strings of order 3:", [f"{mask:03b}" for mask in masks], weights)
states = EnergyMemory(cubic)
energies = states.diagonal()
gamma = np.pi / 4 / abs(weights[0])
layer = qaoa_state(energies, np.full(3, np.pi / 2), gammas=[gamma], betas=[-np.pi / 4])
in_rows = float((np.abs(layer[states.pattern_indices()]) ** 2).sum())
print(f"P(one of the four rows) = {in_rows:.12f}")

# %%
best = {label: max(share.best for share in shares) for label, shares in right.items()}
print(best)
assert best["log-sum-exp"] == 1.0, "log-sum-exp keeps every target its ground state"
assert max(spurious["log-sum-exp"]) == 0
assert best["hebb"] < 0.8
assert abs(in_rows - 1) < 1e-9

# %% [markdown]
# Next: [Variational recall](08_variational_recall.ipynb). [All notebooks](README.md).
