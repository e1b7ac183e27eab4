"""Digits whose lower half is missing: ``python docs/completions.py`` prints errors and draws them.

Of 1,797 digits of 8 x 8 pixels 1,437 are known. The other 360 keep their upper half, which a
hierarchical memory, others and a regression complete; errors are root mean squares over the missing
pixels, which lie in [0, 1].
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split
from sklearn.neighbors import KNeighborsRegressor

from classical_ref import GaussianMemory, ModularMemory, attend, hierarchical_memory
from classical_ref.learning import learn_weights
from classical_ref.modular.unrolled import after_steps, weights_of
from qdenseam.plots.style import new_figure

PICTURE = Path(__file__).with_name("completions.png")
Pictures = NDArray[np.float64]
UPPER = np.arange(64) < 32
HELD = {"image": UPPER.reshape(8, 8, 1)}


def completed(
    known: Pictures, new: Pictures, *, num_parts: int, num_wholes: int, max_iter: int
) -> tuple[dict[str, Pictures], dict[str, int]]:
    """Return completions of digits ``(n, 64)`` by name, and how many numbers each keeps."""
    mean = known.mean(axis=0)

    def cues(memory: ModularMemory, given: Pictures) -> dict[str, Pictures]:
        halves = np.where(UPPER, given, mean).reshape(-1, 8, 8, 1)
        return memory.start({"image": halves})

    def recalled(memory: ModularMemory) -> Pictures:
        return after_steps(memory, cues(memory, new), clamped=HELD)["image"].reshape(-1, 64)

    first = hierarchical_memory(
        known.reshape(-1, 8, 8), num_parts=num_parts, num_wholes=num_wholes, rng=0
    )
    targets = {"image": known.reshape(-1, 8, 8, 1)}
    learned = learn_weights(
        first, cues(first, known), targets, clamped=HELD, max_iter=max_iter, decay=1e-4
    ).memory
    settled = learned.recall(cues(learned, new), clamped=HELD, max_steps=300, tolerance=1e-3)
    half, rest = known[:, UPPER], known[:, ~UPPER]
    peers = {
        "ridge regression": Ridge(10.0),
        "nearest neighbor": KNeighborsRegressor(1),
        "5 nearest neighbors": KNeighborsRegressor(5),
    }
    found = {
        "mean": np.broadcast_to(mean, new.shape),
        **{name: each.fit(half, rest).predict(new[:, UPPER]) for name, each in peers.items()},
        "flat memory, one step": _one_step(known, new),
        "flat memory, to the end": GaussianMemory(known, 20.0)
        .recall(np.where(UPPER, new, mean), clamped=UPPER)
        .states,
        "hierarchy, k-means": recalled(first),
        "hierarchy, learned": recalled(learned),
        "hierarchy, learned, to the end": settled.states["image"].reshape(-1, 64),
    }
    weights = sum(array.size for array in weights_of(first).values())
    kept = dict.fromkeys(found, known.size) | {"mean": 64, "ridge regression": 33 * 32}
    kept |= {name: weights for name in found if name.startswith("hierarchy")}
    whole = {name: np.hstack([new[:, UPPER], each[:, -32:]]) for name, each in found.items()}
    return whole, kept


def _one_step(known: Pictures, new: Pictures) -> Pictures:
    """Return the mean of the known, weighted by ``exp(-beta |x - xi|**2 / 2)`` of upper halves."""
    half = known[:, UPPER]
    keys = np.hstack([half, -(half**2).sum(axis=1, keepdims=True) / 2])
    return attend(np.insert(new[:, UPPER], 32, 1, axis=1), keys, known, beta=20.0)


def errors(found: dict[str, Pictures], new: Pictures) -> dict[str, float]:
    """Return root mean square errors of the missing pixels."""
    return {
        name: float(np.sqrt(np.mean((each - new)[:, ~UPPER] ** 2))) for name, each in found.items()
    }


def split() -> tuple[Pictures, Pictures]:
    """Return known and new digits, pixels in [0, 1]."""
    digits, labels = load_digits(return_X_y=True)
    known, new = train_test_split(digits / 16, test_size=360, random_state=0, stratify=labels)
    return known, new


def draw(found: dict[str, Pictures], new: Pictures, path: Path) -> None:
    """Draw ten digits, their cues and completions, a row each."""
    names = (
        "nearest neighbor",
        "flat memory, one step",
        "hierarchy, k-means",
        "hierarchy, learned",
    )
    rows = {"digit": new, "cue": np.where(UPPER, new, np.nan)} | {n: found[n] for n in names}
    figure, axes = new_figure(len(rows), 1, size=(6.2, 4.4))
    for ax, (name, pictures) in zip(axes.ravel(), rows.items(), strict=True):
        row = np.hstack([np.pad(each.reshape(8, 8), 1) for each in pictures[:10]])
        ax.imshow(row, cmap="gray_r", vmin=0, vmax=1)
        ax.set(xticks=[], yticks=[])
        ax.set_ylabel(name, rotation=0, ha="right", va="center", fontsize=8)
    figure.savefig(path, dpi=100)


if __name__ == "__main__":
    known, new = split()
    found, kept = completed(known, new, num_parts=64, num_wholes=100, max_iter=30)
    for name, error in sorted(errors(found, new).items(), key=lambda item: item[1]):
        print(f"{name:32} {error:.3f} {kept[name]:7,} numbers kept")  # noqa: T201
    draw(found, new, PICTURE)
