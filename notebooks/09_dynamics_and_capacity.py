# %% [markdown]
# # Dynamics and capacity
#
# How many random patterns does a memory hold, and from how far away does it find them? Theory
# answers both for large memories. This notebook holds it against simulation:
#
# - overlaps over time, from generating-functional analysis and from a memory of 256 neurons,
# - the retarded self-interaction, without which the theory is wrong,
# - the basin of attraction and where it vanishes,
# - bit errors of one step, and the capacities that follow from them.

# %%
import numpy as np
from matplotlib import pyplot as plt

from classical_ref import DenseMemory, Exponential, Polynomial, random_patterns
from classical_ref.theory import capacity, gfa
from classical_ref.theory.simulation import simulate
from qdenseam.plots.laws import plot_overlaps

# %% [markdown]
# ## Overlap against time
#
# At order n the load is $\alpha' = (2n-3)!!\, K / N^{n-1}$. In a memory of infinitely many neurons
# each spin feels the retrieved pattern, Gaussian noise of the others, and its own past:
#
# $$u(t) = m(t)^{n-1} + \alpha \sum_{t'<t} \kappa'(C(t,t'))\, G(t,t')\, s(t') + v(t).$$

# %%
load = 0.2
start = np.array([0.2, 0.5, 0.7, 0.8, 1.0])
simulated = simulate(
    order=3,
    dense_load=load / 3,
    initial_overlaps=start,
    num_neurons=256,
    num_pattern_sets=15,
    num_targets=8,
    rng=1,
)
common = {"order": 3, "dense_load": load / 3, "num_steps": 10, "num_paths": 100_000, "rng": 2}
theory = [gfa.solve(initial_overlap=m, **common).overlap for m in simulated.initial_overlaps]

fig, ax = plt.subplots(figsize=(5.5, 3.4))
plot_overlaps(simulated.mean(), theory, ax=ax)
ax.plot([], [], "k-", linewidth=0.9, label="theory, infinitely many neurons")
ax.plot([], [], "ko", markersize=4.5, markerfacecolor="none", label="simulation, 256 neurons")
ax.legend(loc="center right", bbox_to_anchor=(1, 0.57), fontsize=8)
ax.set_title(f"load {load}, K = {simulated.num_patterns} patterns")
plt.show()

# %% [markdown]
# ## What the past does
#
# The first step is exactly $m \leftarrow \operatorname{erf}(m^{n-1}/\sqrt{2\alpha'})$. Using this
# map at every step leaves out the spin's own past, which is what holds a state together above the
# load 0.2522 where the map loses its retrieval state.

# %%
high = 0.4
kept = gfa.solve(
    order=3, dense_load=high / 3, initial_overlap=1.0, num_steps=10, num_paths=100_000, rng=3
).overlap
without = [1.0]
for _ in range(10):
    without.append(gfa.overlap_map(without[-1], order=3, dense_load=high / 3))
measured = simulate(
    order=3,
    dense_load=high / 3,
    initial_overlaps=1.0,
    num_neurons=256,
    num_pattern_sets=10,
    num_targets=20,
    rng=4,
).mean()[0]
fig, ax = plt.subplots(figsize=(5, 3))
ax.plot(kept, color="#0072B2", label="theory")
ax.plot(without, color="#777777", linestyle="--", label="without the past")
ax.plot(measured, "o", color="#0072B2", markerfacecolor="none", label="256 neurons")
ax.set_xlabel("synchronous step")
ax.set_ylabel("overlap")
ax.set_title(f"stored pattern, load {high}")
ax.legend()
plt.show()

# %% [markdown]
# ## The basin of attraction
#
# The smallest initial overlap that is still retrieved, after 20 steps.

# %%
loads = np.array([0.02, 0.05, 0.1, 0.15, 0.2, 0.25])
boundaries = [
    gfa.basin_boundary(order=3, dense_load=a / 3, num_paths=10_000, tolerance=0.01, rng=5)
    for a in loads
]
fig, ax = plt.subplots(figsize=(5, 3))
ax.plot(loads, boundaries, "o-", markerfacecolor="white")
ax.axvline(capacity.dynamical_load(3), color="gray", linewidth=0.8, linestyle="--")
ax.set_xlabel("load")
ax.set_ylabel("smallest overlap retrieved")
ax.set_ylim(0, 1)
plt.show()

# %% [markdown]
# ## One-step bit errors
#
# Stored patterns are shown to the memory, and the bits that move in one step are counted. The
# prediction inverts the characteristic function of the noise; the Gaussian one uses its variance.


# %%
def bit_error(separation, num_neurons, num_patterns, num_sets, rng):
    """The measured fraction of bits that move."""
    wrong = []
    for _ in range(num_sets):
        patterns = random_patterns(num_patterns, num_neurons, rng=rng)
        shown = patterns[:400]
        memory = DenseMemory(patterns, separation)
        states = memory.recall(shown, update="synchronous", max_sweeps=1).states
        wrong.append(np.mean(states != shown))
    return float(np.mean(wrong))


rng = np.random.default_rng(6)
cases = [
    (Polynomial(2), 256, [30, 40, 60, 90], 60),
    (Polynomial(3), 128, [600, 823, 1200, 1800], 8),
    (Polynomial(4), 48, [900, 1111, 1600, 2400], 12),
]
rows = []
for separation, num_neurons, all_loads, num_sets in cases:
    for num_patterns in all_loads:
        measured_error = bit_error(separation, num_neurons, num_patterns, num_sets, rng)
        predicted = capacity.bit_error(separation, num_neurons, num_patterns)
        gaussian = capacity.gaussian_bit_error(separation, num_neurons, num_patterns)
        rows.append((separation.order, num_neurons, num_patterns, measured_error, predicted))
        print(
            f"order {separation.order}, D = {num_neurons}, K = {num_patterns:5}: "
            f"measured {measured_error:.4f}, predicted {predicted:.4f}, Gaussian {gaussian:.4f}"
        )

# %%
fig, ax = plt.subplots(figsize=(5, 3.4))
for order, num_neurons, *_ in {row[:2]: row for row in rows}.values():
    mine = [row for row in rows if row[0] == order]
    line = ax.plot(
        [row[2] / num_neurons ** (order - 1) for row in mine], [row[4] for row in mine], lw=0.9
    )
    ax.plot(
        [row[2] / num_neurons ** (order - 1) for row in mine],
        [row[3] for row in mine],
        "o",
        color=line[0].get_color(),
        markerfacecolor="none",
        label=f"order {order}, D = {num_neurons}",
    )
ax.set_xscale("log")
ax.set_yscale("log")
ax.set_xlabel("dense load $K / D^{n-1}$")
ax.set_ylabel("bit error of one step")
ax.legend(loc="lower right", fontsize=8)
plt.show()

# %% [markdown]
# ## Capacities
#
# A capacity is a number of patterns *at a stated criterion*. Here it is 0.5 % of the bits of a
# stored pattern moving in one step.

# %%
sizes = np.array([8, 12, 16, 24, 32])
fig, ax = plt.subplots(figsize=(7.5, 3.6), layout="constrained")
for order in (2, 3, 4, 5):
    line = [capacity.half_percent_capacity(order, size) for size in sizes]
    ax.plot(sizes, line, lw=0.9, label=f"order {order}, large D")
ax.plot(
    sizes, [capacity.exponential_guaranteed_capacity(size) for size in sizes], "k--", lw=0.9,
    label="exponential, all patterns: $2^{D/2}$",
)  # fmt: skip
small = np.array([12, 14, 16, 18, 20])
given = [capacity.one_step_capacity(Exponential(), size) for size in small]
ax.plot(small, given, "ks", markerfacecolor="none", label="exponential, a given pattern")
ax.set_yscale("log")
ax.set_xlabel("neurons D")
ax.set_ylabel("patterns K at 0.5 % bit error")
ax.legend(fontsize=8, loc="center left", bbox_to_anchor=(1, 0.5))
plt.show()
print(dict(zip(small.tolist(), given, strict=True)))

# %%
distance = np.abs(simulated.mean()[:, 1:4] - np.array(theory)[:, 1:4])
assert distance.max() < 0.06, "256 neurons follow the theory for three steps"
assert abs(measured[-1] - kept[-1]) < 0.05 < 0.5 < kept[-1] - without[-1]
assert np.all(np.diff(boundaries) > 0), "basins shrink with the load"
worst = max(abs(row[3] / row[4] - 1) for row in rows)
assert worst < 0.15, "measured bit errors are within 15 % of the prediction"
print(f"bit errors agree within {worst:.0%}")

# %% [markdown]
# Next: [Learning memories](10_learning_memories.ipynb). [All notebooks](README.md).
