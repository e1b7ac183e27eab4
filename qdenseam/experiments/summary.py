"""From rows of the main job to tables: rates with intervals, costs per correct recall."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from qdenseam.experiments.contenders import CONTENDERS
from qdenseam.experiments.records import Record
from qdenseam.experiments.resampling import capacity, ratio_of_means
from qdenseam.experiments.set_rates import rate_over_sets
from qdenseam.experiments.statistics import Estimate

CAPACITY_THRESHOLD = 0.1
"""Failure rate up to which a load counts as held."""

COSTS = ("state_preparations", "two_qubit_gates", "device_seconds")
"""Columns of what a correct recall costs, each with ``_low`` and ``_high``."""


def comparison_table(records: Iterable[Record]) -> Any:
    """Return one row per contender, engine and cell, a pandas ``DataFrame``.

    ``failure_rate`` with ``failure_low`` and ``failure_high`` is the share of *all* probes whose
    answer is not the target, an exact tie that falls on another pattern included.
    ``clear_rate`` with ``clear_low`` and ``clear_high`` is that of the unambiguous probes, and
    ``ambiguous`` the share of the others. Intervals are 95 %, by
    :func:`~qdenseam.experiments.rate_over_sets`. ``overlap`` is the patterns' mean absolute
    overlap. ``acceptance`` and ``success_per_shot`` (accepted and equal to the target) are shares
    of shots. Costs are per correct recall, over all shots: see :data:`COSTS`; their intervals are
    bootstrapped over pattern sets; infinite without a correct recall, missing where there is no
    such cost: state preparations are those of superposed patterns, seconds those of a device.
    ``evaluations`` are those of training, per probe.
    """
    import pandas as pd

    return pd.DataFrame([_row(record) for record in records if record.kind == "comparison"])


def capacity_table(records: Iterable[Record]) -> Any:
    """Return the capacity of each contender in the load sweep, a pandas ``DataFrame``.

    Capacity is the largest K whose failure rate over all probes stays at or below 10 %,
    interpolated in log K, with a 95 % bootstrap interval over pattern sets; ``clear_capacity`` is
    that of the unambiguous probes alone. Contenders with fewer than three loads have no row.
    """
    import pandas as pd

    sweeps: dict[tuple[str, str, int, int, int], dict[int, Record]] = {}
    for record in records:
        if record.kind == "comparison" and record.params["part"] == "sweep":
            p = record.params
            cell = (
                p["contender"],
                p["engine"],
                p["num_neurons"],
                p["num_flips"],
                p["num_erasures"],
            )
            sweeps.setdefault(cell, {})[p["num_patterns"]] = record
    rows = []
    for (name, engine, num_neurons, flips, erasures), by_load in sweeps.items():
        if len(by_load) < 3:
            continue
        loads = sorted(by_load)
        values = [by_load[load].values for load in loads]
        probes, failures, ambiguous, among_them = (
            np.array([each[column] for each in values])
            for column in ("probes", "failures", "ambiguous", "ambiguous_failures")
        )
        whole = _capacity(loads, failures, probes)
        clear = _capacity(loads, failures - among_them, probes - ambiguous)
        rows.append(
            {
                "contender": name,
                "label": CONTENDERS[name].label,
                "engine": engine,
                "num_neurons": num_neurons,
                "num_flips": flips,
                "num_erasures": erasures,
                "capacity": _bounded(whole),
                "clear_capacity": _bounded(clear),
                "note": "" if whole is None else whole.note,
            }
        )
    return pd.DataFrame(rows)


def middle_of(values: Sequence[int]) -> int:
    """Return the third of several levels of corruption, or the last: that of the load sweep."""
    return values[min(2, len(values) - 1)]


def _row(record: Record) -> dict[str, Any]:
    params, values = record.params, record.values
    contender = CONTENDERS[params["contender"]]
    return {
        "contender": contender.name,
        "label": contender.label,
        "kind": contender.kind,
        "peeks": contender.peeks,
        "part": params["part"],
        "engine": params["engine"],
        "num_neurons": params["num_neurons"],
        "num_patterns": params["num_patterns"],
        "num_flips": params["num_flips"],
        "num_erasures": params["num_erasures"],
        **rates_and_costs(values, superposed=contender.amplitudes),
        "seconds": record.seconds,
    }


def rates_and_costs(values: Mapping[str, Any], *, superposed: bool) -> dict[str, Any]:
    """Return rates with intervals and costs from counts per pattern set.

    Args:
        values: As :func:`~qdenseam.experiments.trials.comparison_trial` returns.
        superposed: Whether shots cost preparations of the memory's superposition.

    Returns:
        Columns of :func:`comparison_table`.
    """
    probes, failures, ambiguous, among_them = (
        np.array(values[column])
        for column in ("probes", "failures", "ambiguous", "ambiguous_failures")
    )
    whole = rate_over_sets(failures, probes)
    clear = rate_over_sets(failures - among_them, probes - ambiguous)
    shots, correct = sum(values["shots"]), sum(values["correct"])
    return {
        "overlap": float(np.mean(values["overlap"])),
        "sets": len(probes),
        "probes": int(probes.sum()),
        "failures": int(failures.sum()),
        "failure_low": whole.low,
        "failure_rate": whole.best,
        "failure_high": whole.high,
        "ambiguous": float(ambiguous.sum() / probes.sum()),
        "clear_low": clear.low,
        "clear_rate": clear.best,
        "clear_high": clear.high,
        "shots": shots,
        "acceptance": sum(values["accepted"]) / shots if shots else None,
        "success_per_shot": correct / shots if shots else None,
        **_costs(values, superposed=superposed),
        "evaluations": sum(values["evaluations"]) / int(probes.sum()),
    }


def _costs(values: Mapping[str, Any], *, superposed: bool) -> dict[str, float]:
    """Return what a correct recall costs, with intervals; NaN where there is no such cost."""
    counted = sum(values["counted_shots"])
    totals: dict[str, list[float] | None] = {
        "state_preparations": values["state_preparations"] if superposed else None,
        "device_seconds": values["device_seconds"] if any(values["device_seconds"]) else None,
    }
    if counted in (0, sum(values["shots"])):
        totals["two_qubit_gates"] = values["two_qubit_gates"] if counted else None
    else:  # circuits of a few sets stand for all
        per_shot = sum(values["two_qubit_gates"]) / counted
        totals["two_qubit_gates"] = [per_shot * shots for shots in values["shots"]]
    costs: dict[str, float] = {}
    for name in COSTS:
        total, low, best, high = totals[name], math.nan, math.nan, math.nan
        if total is not None and any(values["correct"]):
            found = ratio_of_means(total, values["correct"], rng=0, covers="pattern sets")
            low, best, high = max(0.0, found.low), found.best, found.high
        elif total is not None:
            low = best = high = math.inf
        costs |= {f"{name}_low": low, name: best, f"{name}_high": high}
    return costs


def _capacity(loads: list[int], failures: Any, probes: Any) -> Estimate | None:
    if not probes.sum(axis=1).all():  # every probe of a load is ambiguous
        return None
    return capacity(loads, failures, probes, threshold=CAPACITY_THRESHOLD, num_resamples=500, rng=0)


def _bounded(estimate: Estimate | None) -> str:
    """``12 [9, 15]``, or a one-sided statement where the sweep does not enclose it."""
    if estimate is None:
        return "–"
    if "above the largest" in estimate.note:
        return f"> {estimate.low:.3g}"
    if "below the smallest" in estimate.note:
        return f"< {estimate.high:.3g}"
    return f"{estimate.best:.3g} [{estimate.low:.3g}, {estimate.high:.3g}]"
