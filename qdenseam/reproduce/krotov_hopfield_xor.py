"""XOR in three spins: which separation functions can store four patterns there.

The energies of all eight states are compared with the exact gaps, and the third spin is recalled
from the other two.
"""

from itertools import product
from pathlib import Path

import numpy as np

from classical_ref.discrete.dense import DenseMemory
from classical_ref.learning import XOR_PATTERNS, xor_energy_gap
from classical_ref.separation import Polynomial, RectifiedPolynomial
from qdenseam.plots.class_memory import plot_gaps
from qdenseam.plots.style import new_figure
from qdenseam.reproduce.base import Check, OnProgress, Reproduced, Reproduction, write_checks

ORDERS = (1, 2, 3, 4, 5, 6)
SOURCE = (
    "Krotov and Hopfield, Dense associative memory for pattern recognition (2016), arXiv 1606.01164"
)


def run_xor(out: Path, *, quick: bool, num_workers: int, on_progress: OnProgress) -> Reproduced:
    """Compare, recall and draw; it takes no time, so nothing is kept to go on from."""
    del quick, num_workers, on_progress
    checks = agreement()
    write_checks(checks, out / "agreement.csv")
    return Reproduced(checks=checks, figure=_draw(out / "figure.png"))


def agreement() -> tuple[Check, ...]:
    """Return the exact gaps beside measured ones, and how many rows are completed."""
    checks = [
        Check(
            quantity=f"energy gap, rectified order {order}: 3^n - 3",
            value=float(_measured_gap(order, rectified=True)),
            expected=float(3**order - 3),
        )
        for order in ORDERS
    ]
    for order in ORDERS[1:]:
        solvable = order % 2 == 1
        checks.append(
            Check(
                quantity=f"energy gap, plain order {order}: {'2 (3^n - 3)' if solvable else '0'}",
                value=float(_measured_gap(order, rectified=False)),
                expected=float(2 * (3**order - 3)) if solvable else 0.0,
            )
        )
    for rectified in (True, False):
        for order in ORDERS[1:]:
            solvable = rectified or order % 2 == 1
            checks.append(
                Check(
                    quantity=f"rows completed of 4, {'rectified' if rectified else 'plain'} "
                    f"order {order}",
                    value=float(completed_rows(order, rectified=rectified)),
                    expected=4.0 if solvable else 2.0,  # a tie is always filled in the same way
                )
            )
    return tuple(checks)


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


def _draw(path: Path) -> Path:
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
    figure.savefig(path)
    return path


KROTOV_HOPFIELD_XOR = Reproduction(
    name="krotov-hopfield-xor",
    title="XOR as four patterns in three spins: which separation functions can store it",
    source=SOURCE,
    run=run_xor,
)
