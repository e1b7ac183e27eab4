"""The capacity study: loads at 90 % correct recall of filters and memories, beside their theory."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from classical_ref.checks import Rng
from classical_ref.theory.capacity import error_free_capacity, hopfield_retrieval_capacity
from qdenseam.experiments.collecting.records import Record, Task
from qdenseam.studies import FigureSpec, Row, SpecialStudy, by_task, of_kind, register
from qdenseam.studies.capacity.drawn import BASELINE, CLASSICAL, DRAWN_SIZES, drawn_tasks
from qdenseam.studies.capacity.filters import SIZES, capacity_tasks
from qdenseam.studies.capacity.laws import (
    MAX_DISTINCT_NEURONS,
    capacity_of_curves,
    sphere_packing_load,
)

_ORDERS = {"Hebb": 2, "dense, order 3": 3, "dense, order 4": 4}


def study_tasks(
    sizes: Iterable[tuple[int, int]] = SIZES,
    drawn_sizes: Iterable[tuple[int, int]] = DRAWN_SIZES,
    num_probes: int = 740,
    num_batches: int = 10,
) -> list[Task]:
    """Return the study: filters on i.i.d. and on distinct patterns, then drawn memories."""
    small = [size for size in sizes if size[0] <= MAX_DISTINCT_NEURONS]
    return [
        *capacity_tasks(sizes, num_probes=num_probes, num_batches=num_batches),
        *capacity_tasks(small, distinct=True, num_probes=num_probes, num_batches=num_batches),
        *drawn_tasks(drawn_sizes, num_batches=num_batches),
    ]


def capacity_summary(records: Sequence[Record], *, rng: Rng = 0) -> list[Row]:
    """Return one row per filter or memory at each (D, e): both capacities at 90 %.

    ``kind`` is ``"filter"`` where only distances were drawn: each probe has patterns of its own,
    and the interval bootstraps batches of probes. Memories that are drawn are ``"classical"``,
    ``"drawn filter"`` or ``"baseline"``, their intervals bootstrap memories; ``pooled`` and
    ``acceptance`` are None. ``patterns`` says whether they are i.i.d. or distinct. Beside Hebb and
    dense orders stand the large-D loads without error, and for Hebb that of any retrieval.
    """
    rng, listed, rows = np.random.default_rng(rng), list(records), []
    for batch in by_task(of_kind(listed, "filter capacity")):
        params, values = batch[0].params, batch[0].values
        curves = np.array([record.values["mean"] for record in batch])
        rows.append(
            {
                "label": params["label"],
                "kind": "filter",
                "patterns": "distinct" if params["distinct"] else "i.i.d.",
                "pooled": values["pooled"],
                "mean": capacity_of_curves(params["loads"], curves, rng=rng),
                "acceptance": values["acceptance"],
                **_at(params),
            }
        )
    for batch in by_task(of_kind(listed, "drawn capacity")):
        params = batch[0].params
        for label in batch[0].values["curves"]:
            curves = np.concatenate([record.values["curves"][label] for record in batch])
            mean = capacity_of_curves(params["loads"], curves, rng=rng)
            rows.append(
                {
                    "label": label,
                    "kind": _kind(label),
                    "patterns": "distinct",
                    "pooled": None,
                    "mean": replace(mean, covers="pattern sets"),
                    "acceptance": None,
                    **_at(params),
                    **_theory(label, params["num_neurons"]),
                }
            )
    return rows


def _at(params: Any) -> Row:
    size = {name: params[name] for name in ("num_neurons", "num_flips")}
    return {**size, "sphere_packing": sphere_packing_load(**size)}


def _kind(label: str) -> str:
    if label == BASELINE:
        return "baseline"
    return "classical" if label in CLASSICAL or label == "nearest pattern" else "drawn filter"


def _theory(label: str, num_neurons: int) -> dict[str, float | None]:
    """Return the loads that theory of large memories gives: no error, and any retrieval at all."""
    order = _ORDERS.get(label)
    return {
        "error_free_theory": error_free_capacity(order, num_neurons) if order else None,
        "retrieval_theory": hopfield_retrieval_capacity(num_neurons) if order == 2 else None,
    }


_FIGURE: dict[str, Any] = {
    **{"x": "num_neurons", "y": "mean", "by": "num_flips"},
    **{"line": ("label",), "log_y": True},
}
STUDY = register(
    SpecialStudy(
        name="capacity",
        title="load at 90 % correct recall of filters and memories, against D and flipped bits",
        tasks=study_tasks,
        table=capacity_summary,
        figures=(
            FigureSpec(**_FIGURE, where={"kind": ("filter",), "patterns": ("i.i.d.",)}),
            FigureSpec(**_FIGURE, where={"kind": ("classical", "drawn filter", "baseline")}),
        ),
        quick={"sizes": [(6, 1)], "drawn_sizes": [(8, 1)], "num_probes": 20, "num_batches": 2},
    )
)
