# %% [markdown]
# # Dense memories: more pictures for the same neurons
#
# A Hopfield network of D neurons holds about 0.14 D random patterns, and only a handful of
# pictures, which resemble each other. Dense associative memories keep the neurons and sharpen the
# energy,
#
# $$E(\sigma) = -\sum_\mu F(\xi^\mu \cdot \sigma), \qquad
# F(x) = \max(x, 0)^n \;\text{ or }\; e^{\beta x},$$
#
# so that one similar pattern outweighs many dissimilar ones. You will see
#
# - how many 16 × 16 glyphs come back from 20 % flipped pixels as the order n grows,
# - pictures completed from their upper half,
# - one recall pixel by pixel, and the energy on its way down,
# - the same on handwritten digits, whose overlaps make them harder.

# %%
import numpy as np
from matplotlib import pyplot as plt

from classical_ref import (
    AttentionMemory,
    CenteredMemory,
    DenseMemory,
    LogSumExp,
    Polynomial,
    RectifiedPolynomial,
    digits,
    failure_rate,
    flip,
    glyphs,
    mean_absolute_overlap,
    nearest_pattern,
)
from qdenseam.plots.gallery import plot_gallery, plot_state

rng = np.random.default_rng(5)
sprites = glyphs(16)
print(sprites.num_patterns, "glyphs of", sprites.num_neurons, "pixels")
print(f"mean |overlap| {mean_absolute_overlap(sprites.patterns):.2f}")

# %% [markdown]
# ## Growing order
#
# Each cell stores K glyphs, flips 51 of the 256 pixels of ten of them, and counts how many come
# back without a single wrong pixel. Order 2 is the Hopfield network. The memories are run as
# published, neuron by neuron and without a neuron's own spin. The last row is what they are up
# against: an exact scan for the nearest glyph, which needs no dynamics.

# %%
orders = {
    "2 (Hopfield)": Polynomial(2),
    "3": RectifiedPolynomial(3),
    "6": RectifiedPolynomial(6),
    "10": RectifiedPolynomial(10),
    "20": RectifiedPolynomial(20),
    "exponential": LogSumExp(0.5),
}
loads = [2, 6, 20, 100, 300, 1000]
rows = [*orders, "nearest glyph, scan"]
recovered = np.empty((len(rows), len(loads)))
for column, num_patterns in enumerate(loads):
    stored = sprites.select(num_patterns, rng=rng)
    targets = stored.patterns[rng.integers(num_patterns, size=10)]
    probes = flip(targets, 51, rng=rng)
    for row, separation in enumerate(orders.values()):
        recalled = DenseMemory(stored.patterns, separation).recall(probes, rng=rng)
        recovered[row, column] = 1 - failure_rate(recalled.states, targets)
    nearest = stored.patterns[nearest_pattern(stored.patterns, probes).rows]
    recovered[-1, column] = 1 - failure_rate(nearest, targets)

# %%
fig, ax = plt.subplots(figsize=(6, 3))
image = ax.imshow(recovered, cmap="viridis", vmin=0, vmax=1, aspect="auto")
ax.set_xticks(range(len(loads)), loads)
ax.set_yticks(range(len(rows)), rows)
ax.set_xlabel("stored glyphs K")
ax.set_ylabel("order")
for (row, column), value in np.ndenumerate(recovered):
    ax.text(
        column, row, f"{value:.1f}", ha="center", va="center", color="w" if value < 0.6 else "k"
    )
fig.colorbar(image, label="recovered exactly")
plt.show()

# %% [markdown]
# ## Half a picture
#
# Unknown pixels are zeros in the probe: they contribute nothing to a similarity and are filled in
# first. Clamping holds the known ones.

# %%
stored = sprites.select(20, rng=rng)
targets = stored.patterns[:4]
probes = targets.copy()
probes[:, 128:] = 0
known = probes[0] != 0
columns = {"stored": targets, "upper half": probes}
for name in ("2 (Hopfield)", "3", "exponential"):
    memory = DenseMemory(stored.patterns, orders[name])
    columns[f"order {name}"] = memory.recall(probes, clamped=known, rng=0).states
fig, axes = plt.subplots(4, 5, figsize=(7.5, 6.2))
for place, (title, states) in enumerate(columns.items()):
    for row, state in enumerate(states):
        ax = axes[row, place]
        ax.imshow(state.reshape(stored.shape), cmap="gray", vmin=-1, vmax=1)
        ax.set_axis_off()
    axes[0, place].set_title(title, fontsize=9)
plt.show()

# %% [markdown]
# ## A recall, pixel by pixel
#
# Asynchronous recall looks at one neuron after the other, in a random order, and turns it where
# that lowers the energy. Holding all later neurons of the order stops a sweep wherever one likes.

# %%
stored = sprites.select(100, rng=rng)
memory = DenseMemory(stored.patterns, RectifiedPolynomial(6))
target = stored.patterns[0]
probe = flip(target, 64, rng=rng)
order = rng.permutation(256)


def after(num_visited):
    """The state when the first neurons of the order have been visited."""
    held = np.isin(np.arange(256), order[num_visited:])
    return memory.recall(probe, order=order, clamped=held, max_sweeps=1).states


visited = np.arange(0, 257, 16)
path = np.stack([after(number) for number in visited])
fig, axes = plt.subplots(1, 5, figsize=(9, 2.1))
for ax, place in zip(axes, (0, 4, 8, 12, 16), strict=True):
    plot_state(path[place], stored.shape, ax=ax)
    ax.set_title(f"{visited[place]} neurons", fontsize=9)
plt.show()

# %%
energies = memory.energy(path)
fig, ax = plt.subplots(figsize=(5, 2.6))
ax.plot(visited, energies / abs(memory.energy(target)), "o-", markerfacecolor="white")
ax.axhline(-1, color="gray", linewidth=0.8)
ax.set_xlabel("neurons visited")
ax.set_ylabel("energy / depth of the target")
plt.show()

# %% [markdown]
# ## Digits
#
# Binarized digits overlap by a half on average: correlation, not their number, is what a low order
# cannot separate. Its cure is to compare how patterns differ from their mean (`CenteredMemory`).
# The chosen digits differ in more pixels than are flipped; most probes are then nearest to their
# own digit, and the scan says how many.

# %%
data = digits(64)
print(f"mean |overlap| of digits {mean_absolute_overlap(data.patterns):.2f}")
digit_orders = {
    "2 (Hopfield)": Polynomial(2),
    "3": RectifiedPolynomial(3),
    "6": RectifiedPolynomial(6),
    "20": RectifiedPolynomial(20),
    "exponential": LogSumExp(1.0),
}
digit_loads = [3, 10, 30, 100]
rates = {name: [] for name in (*digit_orders, "6, centered", "scan")}
for num_patterns in digit_loads:
    chosen = data.select(num_patterns, min_distance=7, rng=rng)  # more than the flips
    targets = chosen.patterns[rng.integers(num_patterns, size=60)]
    probes = flip(targets, 6, rng=rng)
    for name, separation in digit_orders.items():
        states = DenseMemory(chosen.patterns, separation).recall(probes, rng=rng).states
        rates[name].append(1 - failure_rate(states, targets))
    states = CenteredMemory(chosen.patterns, digit_orders["6"]).recall(probes, rng=0).states
    rates["6, centered"].append(1 - failure_rate(states, targets))
    states = chosen.patterns[nearest_pattern(chosen.patterns, probes).rows]
    rates["scan"].append(1 - failure_rate(states, targets))
for name, values in rates.items():
    found = zip(digit_loads, values, strict=True)
    print(f"{name:14}", "  ".join(f"K = {k}: {v:4.0%}" for k, v in found))

# %%
columns = {"stored": targets[:3], "6 flips": probes[:3]}
for name in ("2 (Hopfield)", "6", "exponential"):
    memory = DenseMemory(chosen.patterns, digit_orders[name])
    columns[f"order {name}"] = memory.recall(probes[:3], rng=0).states
fig, axes = plt.subplots(3, 5, figsize=(7.5, 4.8))
plot_gallery(columns, targets[:3], data.shape, axes=axes)
plt.show()

# %% [markdown]
# ## One step of attention
#
# For real-valued states the exponential memory becomes attention: a step of gradient descent on its
# energy is $\Xi^T \operatorname{softmax}(\beta\, \Xi x)$, and one step is nearly always enough
# here.

# %%
attention = AttentionMemory(chosen.patterns.astype(float), 1.0)
stepped = attention.step(probes.astype(float))
right = np.mean(np.all(np.sign(stepped) == targets, axis=1))
print(f"digits with every pixel right after one step: {right:.0%}")

# %%
by_order = dict(zip(rows, recovered, strict=True))
assert by_order["2 (Hopfield)"][loads.index(20)] < 0.5, "order 2 fails at 20 glyphs"
assert by_order["20"][loads.index(300)] == 1, "order 20 recovers all of 300 glyphs"
assert by_order["exponential"].min() == 1, "the exponential memory recovers all of 1000"
assert rates["2 (Hopfield)"][-1] < 0.1
assert rates["exponential"][-1] > 0.9
assert rates["6, centered"][-1] > rates["6"][-1]
assert rates["scan"][-1] >= max(each[-1] for each in rates.values()) - 0.02
assert right > 0.9
assert np.all(np.diff(energies) <= 0)
assert np.array_equal(path[-1], target)

# %% [markdown]
# Next: [Patterns into qubits](03_patterns_into_qubits.ipynb). [All notebooks](README.md).
