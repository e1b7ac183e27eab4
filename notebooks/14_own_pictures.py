# %% [markdown]
# # Your own pictures
#
# From a folder of pictures to a recalled one, by classical memories and by quantum ones. You see
#
# - levels of grey and of colors as code words of neurons, and what that does to distances,
# - why pictures are hard for memories of low order, in the memory's own words,
# - noisy, half covered pictures recalled classically and by exact laws of quantum filters, beside
#   a scan,
# - a circuit of 19 qubits that completes a picture of nine pixels,
# - pictures that become equal, merged and weighed.

# %%
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pandas as pd
from matplotlib import pyplot as plt
from PIL import Image

from classical_ref import (
    CenteredMemory,
    DenseMemory,
    Exponential,
    LevelCode,
    Polynomial,
    as_patterns,
    hamming_distance,
    mean_absolute_overlap,
    nearest_pattern,
)
from classical_ref.data.scenes import draw_scenes
from qdenseam import AmplitudeMemory, recall
from qdenseam.methods import CategoricalFilter, HammingBall, SampleAndAccept, SeparationFilter

# %% [markdown]
# ## Twelve pictures
#
# Any folder will do. These are drawn, the same every time: soft edges, the grain of film, as
# JPEG.

# %%
folder = Path(mkdtemp()) / "photos"
paths = draw_scenes(folder)


def show(pictures, titles, num_columns, white=1.0):
    """Draw pictures side by side; what is unknown (-1) is tan."""
    num_rows = -(-len(pictures) // num_columns)
    size = (1.5 * num_columns, 1.35 * num_rows)
    _, axes = plt.subplots(num_rows, num_columns, figsize=size, layout="constrained")
    for ax, picture, title in zip(axes.flat, pictures, titles, strict=True):
        shades = np.asarray(picture) / white
        hidden = shades < 0 if shades.ndim == 2 else (shades < 0).any(axis=2)
        drawn = np.repeat(shades[..., None], 3, axis=2) if shades.ndim == 2 else shades.copy()
        drawn[hidden] = (0.82, 0.71, 0.55)
        ax.imshow(drawn, interpolation="nearest")
        ax.set_title(title, fontsize=8)
        ax.set_xticks([])
        ax.set_yticks([])


names = [path.stem for path in paths]
show([np.asarray(Image.open(path)) for path in paths], names, 6, white=255)

# %% [markdown]
# ## As patterns
#
# Pictures are pooled to a grid. A pixel is black or white by Otsu's threshold, or one of L
# levels, written as a word of neurons: thermometer code takes L - 1 of them, one-hot L, Gray code
# log₂ L. `data.pictures(states)` reads words back.

# %%
kinds = {
    "black and white": as_patterns(folder, shape=(12, 16)),
    "8 levels": as_patterns(folder, shape=(12, 16), levels=8),
    "4 levels, Gray code": as_patterns(folder, shape=(12, 16), levels="gray(4)"),
    "4 levels of color": as_patterns(folder, shape=(12, 16), kind="color", levels=4),
}
for title, kind in kinds.items():
    chosen = kind.pictures(kind.patterns[[0, 3, 5, 8, 9, 10]]).levels
    words = ["", f"{title}", f"D = {kind.num_neurons}", "", "", ""]
    show(chosen, words, 6, white=kind.levels.num_levels - 1)

# %% [markdown]
# In thermometer code the Hamming distance of two patterns *is* the L1 distance of their levels;
# one-hot code counts pixels that differ, twice. Gray code takes the fewest neurons; only levels
# next to each other are near in it.

# %%
grey = {code: as_patterns(folder, shape=(12, 16), levels=f"{code}(8)") for code in
        ("thermometer", "gray", "one-hot")}  # fmt: skip
levels = grey["gray"].pictures(grey["gray"].patterns).levels.reshape(12, -1)
pairs = np.triu_indices(12, k=1)
apart = np.abs(levels[:, None] - levels).sum(axis=2)[pairs]
_, ax = plt.subplots(figsize=(4.5, 3), layout="constrained")
for (code, data), marker in zip(grey.items(), "o^s", strict=True):
    hamming = hamming_distance(data.patterns, data.patterns)[pairs]
    ax.plot(apart, hamming, marker, markersize=4, label=f"{code}, {data.num_neurons} neurons")
    print(code, "exact" if np.array_equal(apart, hamming) else "another distance")
ax.set_xlabel("L1 distance of the levels of two pictures")
ax.set_ylabel("Hamming distance")
ax.legend()
plt.show()

# %% [markdown]
# ## Damaged
#
# Each picture once more: noise of 60 of 255 levels on every pixel, and its right half covered.
# The cue is read from a file in the grid and levels of the stored ones; what is covered is
# unknown.

# %%
data = grey["thermometer"]
rng = np.random.default_rng(14)
(folder.parent / "damaged").mkdir()
for path in paths:
    picture = np.asarray(Image.open(path).convert("L"), dtype=float)
    noisy = np.clip(picture + rng.normal(0, 60, picture.shape), 0, 255).astype(np.uint8)
    Image.fromarray(noisy).save(folder.parent / "damaged" / f"{path.stem}.png")
cues = as_patterns(folder.parent / "damaged", shape=data.shape, levels=data.levels).patterns
cues = cues.reshape(12, 12, 16, -1).copy()
cues[:, :, 8:] = 0
cues = cues.reshape(12, -1)
wrong = ((cues != data.patterns) & (cues != 0)).sum(axis=1)
print(f"wrong neurons of {np.count_nonzero(cues[0])} known ones:", wrong.tolist())

# %% [markdown]
# ## Recalled classically
#
# Pictures share a lot: sky above, ground below. The memory says what that means for it, and what
# would do; the names were tried on these patterns, not guessed.

# %%
print(f"mean overlap {mean_absolute_overlap(data.patterns):.2f}")
print(DenseMemory(data.patterns, Polynomial(3)).recall(cues, rng=0).hint)

# %%
memories = {
    "dense, order 3": DenseMemory(data.patterns, Polynomial(3)),
    "dense, order 5": DenseMemory(data.patterns, Polynomial(5)),
    "dense, order 3, centered": CenteredMemory(data.patterns),
    "dense, exponential": DenseMemory(data.patterns, Exponential()),
}
answers = {name: memory.recall(cues, rng=0).states for name, memory in memories.items()}
answers["nearest-neighbor scan"] = data.patterns[nearest_pattern(data.patterns, cues).rows]
whole = data.pictures(data.patterns).levels
pd.DataFrame(
    {
        "recalled of 12": (states == data.patterns).all(axis=1).sum(),
        "mean error in levels": np.abs(data.pictures(states).levels - whole).mean(),
        "levels that are no code word": (~data.pictures(states).is_word).sum(),
    }
    for states in answers.values()
).set_index(pd.Index(answers)).round(3)

# %%
looked_at = [3, 5, 8, 9]
rows = {"stored": data.patterns, "cue": cues, "order 3": answers["dense, order 3"],
        "exponential": answers["dense, exponential"]}  # fmt: skip
show(
    [data.pictures(states[k]).levels for states in rows.values() for k in looked_at],
    [f"{title}: {names[k]}" for title in rows for k in looked_at],
    4,
    white=data.levels.num_levels - 1,
)

# %% [markdown]
# ## Recalled by a quantum memory
#
# The ball filter keeps patterns within r level steps of the cue. At 1,344 neurons nobody runs its
# circuit; its law is exact at any size, and shots are drawn from it. Not amplified it is exactly
# "measure the memory, accept classically": the last column. r is a tenth of the 672 known
# neurons, rounded down to 60.

# %%
memory = AmplitudeMemory(data.patterns)
ball = HammingBall(60)
how = {"sampler": "exact", "shots": 200, "rng": 0}
results = recall(memory, list(cues), method=SeparationFilter(ball), **how)
baseline = recall(memory, list(cues), method=SampleAndAccept(ball), **how)
recalled = [
    result.pattern is not None and np.array_equal(result.pattern, pattern)
    for result, pattern in zip(results, data.patterns, strict=True)
]
print(f"{sum(recalled)} of 12 recalled; {results[5].outcome}")
pd.DataFrame(
    {
        "recalled": recalled,
        "share of the accepted": [round(result.top_share, 3) for result in results],
        "accepted": [result.acceptance for result in results],
        "accepted by measuring": [result.acceptance for result in baseline],
    },
    index=names,
)

# %% [markdown]
# A circuit is run where pixels are few: nine of them in Gray code are 18 neurons. A categorical
# filter counts the pixels whose level differs; `bits_per_feature` of the data says which neurons
# belong together. The last row of pixels is unknown, one pixel is a level too bright.

# %%
small = as_patterns(folder, shape=(3, 3), levels="gray(4)")
target = 6
stored = small.pictures(small.patterns[target]).levels
cue = small.levels.encode(stored)
cue[0, 0] = small.levels.encode((stored[0, 0] + 1) % 4)
cue[2] = 0
method = CategoricalFilter(HammingBall(1), small.bits_per_feature)
result = recall(
    AmplitudeMemory(small.patterns), cue.ravel(), method=method, sampler="aer", shots=400, rng=0
)
print(result.outcome)
print(result.resources)
states = {"stored": small.patterns[target], "cue": cue.ravel(), "recalled": result.pattern}
show([small.pictures(state).levels for state in states.values()], states, 3, white=3)

# %% [markdown]
# ## Pictures that become equal
#
# In black and white at 3 x 4 pixels some of the twelve are the same. That is refused until it is
# asked for; then one is stored, weighed by their number, and an empty cue recalls it so often.

# %%
try:
    as_patterns(folder, num_neurons=12)
except ValueError as error:
    print(error)
merged = as_patterns(folder, num_neurons=12, merge_duplicates=True)
print(merged.note)
weighed = AmplitudeMemory(merged.patterns, merged.weights)
shares = recall(weighed, "?" * 12, method="separation-filter", sampler="exact", shots=4000, rng=0)
pd.DataFrame({"weight": merged.weights, "share": (shares.counts / shares.accepted).round(3)}).T

# %% [markdown]
# A word of the thermometer code with a wrong bit in the middle is none of the code. It is read as
# the nearest word, and said.

# %%
found = LevelCode(8).decode("1101000" + "1111000")
print(found.levels, found.outcome)

# %%
recalled_by = {
    name: (states == data.patterns).all(axis=1).sum() for name, states in answers.items()
}
assert recalled_by["dense, order 3"] < 6
assert recalled_by["dense, exponential"] == recalled_by["nearest-neighbor scan"] == 12
assert all(recalled)
assert np.array_equal(result.pattern, small.patterns[target])

# %% [markdown]
# [All notebooks](README.md).
