"""Capacities of a study: the largest K up to which few recalls fail."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from qdenseam.experiments.estimates.resampling import capacity
from qdenseam.experiments.estimates.statistics import Estimate
from qdenseam.experiments.study_results import RowResult
from qdenseam.experiments.study_shown import CapacitySpec


def capacity_rows(results: Sequence[RowResult], asked: CapacitySpec) -> list[dict[str, Any]]:
    """Return the capacity of each contender on each engine, by all other axes.

    Capacity is the largest ``num_patterns`` whose failure rate over all probes stays at or below
    that asked for, interpolated in log K, with a 95 % bootstrap interval over pattern sets;
    ``clear_capacity`` is that of the unambiguous probes alone. Fewer than three loads give no row.
    """
    sweeps: dict[Any, dict[int, RowResult]] = {}
    for each in results:
        if each.records and asked.takes(each.row.block, each.row.cell):
            others = tuple(part for part in each.row.place if part[0] != "num_patterns")
            sweeps.setdefault((each.line, others), {})[int(each.row.cell["num_patterns"])] = each
    rows = []
    for by_load in sweeps.values():
        if len(by_load) < 3:
            continue
        loads = sorted(by_load)
        num_sets = min(len(each.values["probes"]) for each in by_load.values())
        probes, failures, ambiguous, among_them = (
            np.array([by_load[load].values[name][:num_sets] for load in loads])
            for name in ("probes", "failures", "ambiguous", "ambiguous_failures")
        )
        first = by_load[loads[0]].row
        whole = _capacity(loads, failures, probes, asked.failure_rate)
        clear = _capacity(loads, failures - among_them, probes - ambiguous, asked.failure_rate)
        rows.append(
            {
                "label": first.label,
                "engine": first.engine,
                **{axis: n for axis, n in first.cell.items() if axis != "num_patterns"},
                "capacity": _bounded(whole),
                "clear_capacity": _bounded(clear),
                "note": "" if whole is None else whole.note,
            }
        )
    return rows


def _capacity(loads: list[int], failures: Any, probes: Any, threshold: float) -> Estimate | None:
    if not probes.sum(axis=1).all():  # every probe of a load is ambiguous
        return None
    return capacity(loads, failures, probes, threshold=threshold, num_resamples=500, rng=0)


def _bounded(estimate: Estimate | None) -> str:
    """``12 [9, 15]``, or a one-sided statement where the sweep does not enclose it."""
    if estimate is None:
        return "–"
    if "above the largest" in estimate.note:
        return f"> {estimate.low:.3g}"
    if "below the smallest" in estimate.note:
        return f"< {estimate.high:.3g}"
    return f"{estimate.best:.3g} [{estimate.low:.3g}, {estimate.high:.3g}]"
