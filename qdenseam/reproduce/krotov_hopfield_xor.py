"""XOR in three spins: which separation functions can store four patterns there.

The energies of all eight states are compared with the exact gaps, and the third spin is recalled
from the other two.
"""

from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np

from classical_ref.discrete.dense import DenseMemory
from classical_ref.learning import XOR_PATTERNS, xor_energy_gap
from classical_ref.separation import Polynomial, RectifiedPolynomial
from qdenseam.experiments import Task, trial
from qdenseam.reproduce.published import Found, against
from qdenseam.studies import FigureSpec, Records, Row, SpecialStudy, register

SOURCE = (
    "Krotov and Hopfield, Dense associative memory for pattern recognition (2016), arXiv 1606.01164"
)


def tasks(orders: Sequence[int] = (1, 2, 3, 4, 5, 6)) -> list[Task]:
    """Return a task for each order, rectified or plain; an order of 1 is too low for a memory."""
    return [
        Task(kind="xor-gaps", params={"order": order, "rectified": rectified})
        for rectified in (True, False)
        for order in orders
        if rectified or order > 1
    ]


@trial("xor-gaps")
def gaps(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:  # noqa: ARG001
    """Return the gap between wrong and right rows, and how many of the four are completed."""
    order, rectified = params["order"], params["rectified"]
    if order == 1:
        return {"gap": xor_energy_gap(order, rectified=rectified), "completed": None}
    memory = DenseMemory(
        XOR_PATTERNS, RectifiedPolynomial(order) if rectified else Polynomial(order)
    )
    states = np.array(list(product((-1, 1), repeat=3)))
    energies, right = memory.energy(states), states.prod(axis=1) == -1
    probes, clamped = XOR_PATTERNS.copy(), np.array([True, True, False])
    probes[:, 2] = 0
    completed = memory.recall(probes, clamped=clamped, rng=0).states
    return {
        "gap": float(energies[~right].min() - energies[right].max()),
        "completed": int((completed == XOR_PATTERNS).all(axis=1).sum()),
    }


def table(records: Records) -> list[Row]:
    """Return a row for each order and separation function."""
    return [
        {
            "separation": _name(each.params["rectified"], each.params["order"] % 2 == 1),
            "order": each.params["order"],
            "gap": each.values["gap"],
            "completed": each.values["completed"],
        }
        for each in records
    ]


def _name(rectified: bool, odd: bool) -> str:
    return "rectified" if rectified else f"plain, {'odd' if odd else 'even'}"


def found(records: Records) -> Found:
    """Return the measured gaps, and how many rows are completed."""
    numbers = {}
    for each in records:
        kind, order = "rectified" if each.params["rectified"] else "plain", each.params["order"]
        numbers[f"energy gap, {kind} order {order}"] = each.values["gap"]
        if each.values["completed"] is not None:
            numbers[f"rows completed of 4, {kind} order {order}"] = each.values["completed"]
    return numbers


STUDY = register(
    SpecialStudy(
        name="krotov-hopfield-xor",
        title="XOR as four patterns in three spins: which separation functions can store it",
        source=SOURCE,
        tasks=tasks,
        table=table,
        figures=(FigureSpec(x="order", y="gap", line=("separation",), log_y=True),),
        quick={"orders": [2, 3]},
        note="gap: energy of wrong rows above right ones; completed: rows of four, where a tie is "
        "always filled in the same way.",
        checks=against("krotov-hopfield-xor", found),
    )
)
