"""Words held and entries corrected as memories grow: ``python docs/corrected_shares.py``.

Half as many constraints as neurons, random errors, 60 probes at every number of errors; the half
point is the number of errors at which half of the probes come back exactly.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from classical_ref import flip
from classical_ref.sparse_recovery import ParityMemory, SubspaceMemory, left_regular_graph

Rows = NDArray[np.float64]
PROBES = 60


def linear_program(n: int, rng: np.random.Generator) -> tuple[float, Callable[[int], Rows]]:
    """Return the dimension of a random subspace, and which of 60 probes with k errors return."""
    basis = rng.normal(size=(n // 2, n))
    memory = SubspaceMemory.learned(basis)

    def returned(k: int) -> Rows:
        words = rng.normal(size=(PROBES, n // 2)) @ basis
        wrong = rng.permuted(np.tile(np.arange(n) < k, (PROBES, 1)), axis=1)
        states = memory.recall(words + wrong * rng.normal(size=words.shape)).states
        return (np.abs(states - words).max(axis=1) < 1e-6).astype(float)

    return n - len(memory.constraints), returned


def parity_checks(n: int, rng: np.random.Generator) -> tuple[float, Callable[[int], Rows]]:
    """Return log2 of the words of a parity memory, and which of 60 probes with k flips return."""
    memory = ParityMemory(left_regular_graph(n, n // 2, 3, rng=rng))

    def returned(k: int) -> Rows:
        words = memory.sample(PROBES, rng=rng)
        return (memory.recall(flip(words, k, rng=rng)).states == words).all(axis=1).astype(float)

    return memory.dimension, returned


MEMORIES = {
    "linear program": (linear_program, (32, 64, 128), np.arange(0.09, 0.31, 0.03)),
    "parity checks, flips": (parity_checks, (96, 192, 384, 768), np.arange(0.01, 0.1, 0.01)),
}


def half_point(errors: NDArray[np.int64], returned: Rows) -> float:
    """Return the errors at which half return, between the last number above and the next."""
    shares = np.minimum.accumulate(returned.mean(axis=1))
    below = int(np.argmax(shares < 0.5))
    return float(np.interp(0.5, shares[[below, below - 1]], errors[[below, below - 1]]))


def measured(
    name: str, sizes: tuple[int, ...], rng: np.random.Generator
) -> tuple[list[float], Rows]:
    """Return log2 of words, or dimensions, and half points ``(1 + 400, sizes)``.

    The first row is measured, the others are of probes drawn again.
    """
    make, _, levels = MEMORIES[name]
    held, points = [], []
    for n in sizes:
        dimension, returned = make(n, rng)
        errors = np.unique(np.round(levels * n).astype(int))
        found = np.array([returned(int(k)) for k in errors])
        again = rng.integers(PROBES, size=(400, len(errors), PROBES))
        draws = [found, *(np.take_along_axis(found, each, axis=1) for each in again)]
        points.append([half_point(errors, each) for each in draws])
        held.append(dimension)
    return held, np.array(points).T


def exponents(sizes: tuple[int, ...], points: Rows) -> Rows:
    """Return the slopes of the logarithm of half points against that of sizes, ``(1 + 400,)``."""
    return np.asarray(np.polyfit(np.log(sizes), np.log(points).T, 1)[0])


if __name__ == "__main__":
    for name, (_, sizes, _) in MEMORIES.items():
        held, points = measured(name, sizes, np.random.default_rng(0))
        low, high = np.percentile(points[1:], [2.5, 97.5], axis=0)
        for n, words, *half in zip(sizes, held, points[0], low, high, strict=True):
            said = "{:.1f} ({:.1f} to {:.1f})".format(*half)
            print(f"{name}: n = {n}, holds {words}, half point {said}")  # noqa: T201
        slopes = exponents(sizes, points)
        said = "{:.2f} ({:.2f} to {:.2f})".format(
            slopes[0], *np.percentile(slopes[1:], [2.5, 97.5])
        )
        print(f"{name}: half point ~ n^{said}")  # noqa: T201
