# %% [markdown]
# # Recall by amplification
#
# Some bits of a pattern are known, the others are not: Grover's search completes it. What is
# reflected about decides everything. You will see
#
# - the first quantum associative memory (Ventura and Martinez, 2000) reproduce its published
#   numbers, and then fail at most loads for every number of rounds up to twice the published one,
# - amplification about the memory state succeed at every load,
# - the price: state preparations against K, slope ½ against slope 1 of measuring and checking.

# %%
import numpy as np
from matplotlib import pyplot as plt

from classical_ref import erase, random_patterns, text_to_spins
from qdenseam import AmplitudeMemory, recall
from qdenseam.methods import (
    AdaptiveAmplification,
    AmplitudeAmplification,
    HammingBall,
    SampleAndAccept,
    VenturaMartinez,
)
from qdenseam.plots.failure_map import plot_best_success, plot_failure_map
from qdenseam.plots.power_laws import fitted_power_law, plot_power_laws

rng = np.random.default_rng(4)

# %% [markdown]
# ## The published example
#
# Six patterns of four bits, and two probes: one fully known, one with a bit unknown. Both numbers
# below are those of the paper's algorithm, the law beside shots of the circuit.

# %%
example = AmplitudeMemory(text_to_spins(["0000", "0011", "0110", "1001", "1100", "1111"]))
published = {}
for probe in ("0110", "011?"):
    law = VenturaMartinez().law(example, probe)
    shots = recall(example, probe, method=VenturaMartinez(), sampler="aer", shots=2000, rng=rng)
    published[probe] = law.joint[2]
    print(f"{probe}: law {law.joint[2]:.4f}, shots {shots.counts[2] / 2000:.3f}")

# %% [markdown]
# ## Where it fails
#
# It reflects about the *uniform* state of all $N = 2^D$ basis states, though only p of them are
# stored. Below, D = 8, two unknown bits, random memories: the probability of a stored pattern that
# matches, averaged over eight memories for each load p/N, after T rounds.


# %%
def matches(memory, probe):
    return (memory.patterns * probe != -1).all(axis=1)


def success(method, memory, probe):
    return method.law(memory, probe).joint[matches(memory, probe)].sum()


loads = 2 ** np.arange(0, 9)
rounds = range(1, 26)
failure_map, exact, unknowing = np.zeros((9, 25)), np.zeros(9), np.zeros(9)
for row, load in enumerate(loads):
    for _ in range(8):
        memory = AmplitudeMemory(random_patterns(load, 8, rng=rng))
        probe = erase(memory.patterns[0], 2, rng=rng)
        failure_map[row] += [success(VenturaMartinez(t), memory, probe) / 8 for t in rounds]
        claim = AmplitudeAmplification(num_matches=int(matches(memory, probe).sum()))
        exact[row] += success(claim, memory, probe) / 8
        unknowing[row] += success(AdaptiveAmplification(), memory, probe) / 8

# %%
fig, (left, right) = plt.subplots(1, 2, figsize=(10.5, 4.2), layout="constrained")
plot_failure_map(failure_map, loads / 256, ax=left)
left.set_title("Ventura and Martinez", fontsize=10)
curves = {
    "Ventura-Martinez, best T ≤ 25": failure_map.max(axis=1),
    "amplification, number of matches known": exact,
    "amplification, nothing known": unknowing,
}
plot_best_success(loads / 256, curves, ax=right, failing="Ventura-Martinez, best T ≤ 25")
fig.legend(*right.get_legend_handles_labels(), loc="outside lower right", ncols=3, fontsize=8)
plt.show()

# %% [markdown]
# The old algorithm is good where the stored patterns are one, or all, of the states. In between,
# much of the probability sits on states that do not match or are not stored. Its published number
# of rounds is 13 here.
#
# The remedy is to reflect about $|M\rangle$: a round is $-A S_0 A^\dagger O$ with A the circuit
# that prepares the memory. The state then never leaves the span of the stored patterns, and with
# Long's phases one match is found with certainty. Without a claim about the number of matches,
# rounds of random length with a check after each do it, too.
#
# ## On shots

# %%
memory = AmplitudeMemory(random_patterns(16, 8, rng=rng))
probe = erase(memory.patterns[0], 2, rng=rng)
claim = AmplitudeAmplification(num_matches=int(matches(memory, probe).sum()))
answers = recall(memory, probe, method=claim, sampler="aer", shots=1000, rng=rng)
right_ones = answers.counts[matches(memory, probe)].sum()
print(f"{right_ones} of 1000 shots show a stored pattern that matches")
print(claim.resources(memory, probe))

# %% [markdown]
# ## Queries to solution
#
# Counted are preparations of $|M\rangle$ and their inverses, all of them, per correct answer.
# Measuring the memory and checking classically takes K on average. Patterns have 40 bits here, so
# that one matches; the numbers are exact, from the laws.

# %%
sizes = 2 ** np.arange(4, 15)
costs = {"measure and check": [], "nothing known": [], "one match known": []}
for size in sizes:
    memory = AmplitudeMemory(random_patterns(size, 40, rng=rng))
    probe = erase(memory.patterns[0], 4, rng=rng)
    search, claim = AdaptiveAmplification(), AmplitudeAmplification(num_matches=1)
    costs["measure and check"].append(1 / success(SampleAndAccept(HammingBall(0)), memory, probe))
    costs["nothing known"].append(
        search.expected_state_preparations(memory, probe) / success(search, memory, probe)
    )
    costs["one match known"].append(
        claim.state_preparations(memory, probe) / success(claim, memory, probe)
    )

# %%
fig, ax = plt.subplots(figsize=(6.5, 4))
plot_power_laws(costs, sizes, ax=ax, fit_from=256, baseline="measure and check")
ax.legend(fontsize=8)
plt.show()

# %% [markdown]
# The errors are those of the fit: scatter about the line. With nothing known the slope is above ½
# by more than that: a search starts with short runs, and their share falls slowly. Between the last
# two points it has come down.

# %%
last = {name: np.log2(cost[-1] / cost[-2]) for name, cost in costs.items()}
print({name: round(float(slope), 3) for name, slope in last.items()})

# %% [markdown]
# The gain is quadratic in state preparations and in nothing else. A preparation takes on the order
# of K·D gates, and reading the K·D stored bits once finds the answer classically.

# %%
slopes = {name: fitted_power_law(sizes[4:], cost[4:]).exponent for name, cost in costs.items()}
assert abs(published["0110"] - 0.990) < 5e-4
assert abs(published["011?"] - 0.9401) < 5e-5
assert exact.min() > 0.999, "amplification about the memory succeeds at every load"
assert failure_map.max(axis=1).min() < 0.5, "no number of rounds up to 25 helps the old algorithm"
assert abs(slopes["measure and check"] - 1) < 0.01
assert abs(slopes["one match known"] - 0.5) < 0.02
assert abs(slopes["nothing known"] - 0.5) < 0.05

# %% [markdown]
# Next: [Recall by distance](05_recall_by_distance.ipynb). [All notebooks](README.md).
