"""From rows of the main job to tables: rates with intervals, costs per correct recall."""

from collections.abc import Iterable, Mapping
from typing import Any

from qdenseam.experiments.contenders import CONTENDERS
from qdenseam.experiments.records import Record
from qdenseam.experiments.resampling import capacity
from qdenseam.experiments.statistics import Estimate, rate

CAPACITY_THRESHOLD = 0.1
"""Failure rate up to which a load counts as held."""


def comparison_table(records: Iterable[Record]) -> Any:
    """Return one row per contender, engine and cell, a pandas ``DataFrame``.

    ``failure_rate`` with ``failure_low`` and ``failure_high`` is the share of unambiguous probes
    whose answer is not the target, with a 95 % Wilson interval over probes. ``acceptance`` and
    ``success_per_shot`` (accepted and equal to the target) are shares of shots;
    ``state_preparations`` and ``two_qubit_gates`` are per correct recall: over all shots, divided
    by the accepted shots that show the target (infinite without any, missing where there is no
    circuit).
    """
    import pandas as pd

    rows = [_row(record) for record in records if record.kind == "compare"]
    return pd.DataFrame(rows)


def capacity_table(records: Iterable[Record]) -> Any:
    """Return the capacity of each contender in the load sweep, a pandas ``DataFrame``.

    Capacity is the largest K whose failure rate stays at or below 10 %, interpolated in log K,
    with a 95 % bootstrap interval over pattern sets. Contenders with fewer than three loads have
    no row.
    """
    import pandas as pd

    sweeps: dict[tuple[str, str, int, int, int], dict[int, Record]] = {}
    for record in records:
        if record.kind == "compare" and record.params["part"] == "sweep":
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
        loads = sorted(by_load)
        if len(loads) < 3:
            continue
        estimate = capacity(
            loads,
            [by_load[k].values["failures"] for k in loads],
            [by_load[k].values["probes"] for k in loads],
            threshold=CAPACITY_THRESHOLD,
            num_resamples=500,
            rng=0,
        )
        rows.append(
            {
                "contender": name,
                "label": CONTENDERS[name].label,
                "engine": engine,
                "num_neurons": num_neurons,
                "num_flips": flips,
                "num_erasures": erasures,
                "capacity": _bounded(estimate),
                "note": estimate.note,
            }
        )
    return pd.DataFrame(rows)


def _row(record: Record) -> dict[str, Any]:
    params, values = record.params, record.values
    contender = CONTENDERS[params["contender"]]
    probes, failures = sum(values["probes"]), sum(values["failures"])
    failure = rate(failures, probes, covers="probes")
    shots, correct = values["shots"], values["correct"]
    return {
        "contender": contender.name,
        "label": contender.label,
        "kind": contender.kind,
        "part": params["part"],
        "engine": params["engine"],
        "num_neurons": params["num_neurons"],
        "num_patterns": params["num_patterns"],
        "num_flips": params["num_flips"],
        "num_erasures": params["num_erasures"],
        "probes": probes,
        "ambiguous": sum(values["ambiguous"]),
        "failures": failures,
        "failure_low": failure.low,
        "failure_rate": failure.best,
        "failure_high": failure.high,
        "shots": shots,
        "acceptance": values["accepted"] / shots if shots else None,
        "success_per_shot": correct / shots if shots else None,
        "state_preparations": _per(values["state_preparations"], correct, shots),
        "two_qubit_gates": _gates_per_correct(values),
        "evaluations": values["evaluations"],
        "seconds": record.seconds,
    }


def _per(total: int, correct: int, shots: int) -> float | None:
    if not shots:
        return None
    return total / correct if correct else float("inf")


def _gates_per_correct(values: Mapping[str, Any]) -> float | None:
    """Mean gates of a counted shot, times shots per correct recall."""
    shots_per_correct = _per(values["shots"], values["correct"], values["counted_shots"])
    if shots_per_correct is None:
        return None
    return shots_per_correct * values["two_qubit_gates"] / values["counted_shots"]


def _bounded(estimate: Estimate) -> str:
    """``12 [9, 15]``, or a one-sided statement where the sweep does not enclose it."""
    if "above the largest" in estimate.note:
        return f"> {estimate.low:.3g}"
    if "below the smallest" in estimate.note:
        return f"< {estimate.high:.3g}"
    return f"{estimate.best:.3g} [{estimate.low:.3g}, {estimate.high:.3g}]"
