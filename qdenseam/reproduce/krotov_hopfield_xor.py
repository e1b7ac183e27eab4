"""XOR in three spins: which separation functions can store four patterns there.

The energies of all eight states are compared with the exact gaps, and the third spin is recalled
from the other two.
"""

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from classical_ref.discrete.dense import DenseMemory
from classical_ref.learning import XOR_PATTERNS, xor_energy_gap
from classical_ref.separation import Polynomial, RectifiedPolynomial
from qdenseam.plots.class_memory import plot_gaps
from qdenseam.plots.style import new_figure
from qdenseam.reproduce.base import Check, Records, Reproduction, equal

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ORDERS = (1, 2, 3, 4, 5, 6)
SOURCE = (
    "Krotov and Hopfield, Dense associative memory for pattern recognition (2016), arXiv 1606.01164"
)


def agreement(records: Records) -> Iterator[Check]:  # noqa: ARG001
    """Yield the exact gaps beside measured ones, and how many rows are completed."""
    for order in ORDERS:
        quantity = f"energy gap, rectified order {order}: 3^n - 3"
        yield equal(quantity, _measured_gap(order, rectified=True), 3**order - 3)
    for order in ORDERS[1:]:
        gap = 2 * (3**order - 3) if order % 2 else 0
        quantity = f"energy gap, plain order {order}: {'2 (3^n - 3)' if gap else '0'}"
        yield equal(quantity, _measured_gap(order, rectified=False), gap)
    for rectified in (True, False):
        for order in ORDERS[1:]:
            solvable = rectified or order % 2 == 1
            yield equal(
                f"rows completed of 4, {'rectified' if rectified else 'plain'} order {order}",
                completed_rows(order, rectified=rectified),
                4 if solvable else 2,  # a tie is always filled in the same way
            )


def completed_rows(order: int, *, rectified: bool) -> int:
    """Return how many of the four rows are right when z is recalled from x and y."""
    probes = XOR_PATTERNS.copy()
    probes[:, 2] = 0
    clamped = np.array([True, True, False])
    states = _memory(order, rectified=rectified).recall(probes, clamped=clamped, rng=0).states
    return int((states == XOR_PATTERNS).all(axis=1).sum())


def _measured_gap(order: int, *, rectified: bool) -> float:
    if order == 1:  # too low for a memory
        return xor_energy_gap(order, rectified=rectified)
    states = np.array(list(product((-1, 1), repeat=3)))
    energies = _memory(order, rectified=rectified).energy(states)
    right = states.prod(axis=1) == -1
    return float(energies[~right].min() - energies[right].max())


def _memory(order: int, *, rectified: bool) -> DenseMemory:
    separation = RectifiedPolynomial(order) if rectified else Polynomial(order)
    return DenseMemory(XOR_PATTERNS, separation)


def _draw(records: Records) -> "Figure":  # noqa: ARG001
    figure, axes = new_figure(1, 1, size=(5.6, 3.8))
    nan = float("nan")
    plain = {order: xor_energy_gap(order, rectified=False) for order in ORDERS}
    gaps: dict[str, list[float]] = {
        "rectified: $3^n - 3$": [xor_energy_gap(order) for order in ORDERS],
        "plain, odd: $2(3^n - 3)$": [plain[o] if o % 2 else nan for o in ORDERS],
        "plain, even: 0": [nan if o % 2 else plain[o] for o in ORDERS],
    }
    ax = plot_gaps(gaps, ORDERS, ax=axes[0, 0])
    ax.legend(fontsize=8)
    ax.set_title("XOR: four patterns in three spins", fontsize=10)
    return figure


KROTOV_HOPFIELD_XOR = Reproduction(
    name="krotov-hopfield-xor",
    title="XOR as four patterns in three spins: which separation functions can store it",
    source=SOURCE,
    agreement=agreement,
    draw=_draw,
)
