"""From counts per pattern set to rates with intervals, and costs per correct recall."""

import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from qdenseam.experiments.estimates.resampling import ratio_of_means
from qdenseam.experiments.estimates.set_rates import rate_over_sets

COSTS: Final = ("state_preparations", "two_qubit_gates", "device_seconds")
"""Columns of what a correct recall costs, each with ``_low`` and ``_high``."""

MEASURED: Final = tuple(f"measured_failure_rate{end}" for end in ("_low", "", "_high"))
"""Columns only where answers are inferred from what was measured."""
RATES: Final = (
    *("overlap", "sets", "probes", "failures"),
    *("failure_rate_low", "failure_rate", "failure_rate_high"),
    *("ambiguous", "clear_rate_low", "clear_rate", "clear_rate_high"),
    *(*MEASURED, "shots", "acceptance", "success_per_shot"),
    *(f"{cost}{end}" for cost in COSTS for end in ("_low", "", "_high")),
    "evaluations",
)
"""Columns of :func:`rates_and_costs`, in their order."""


def rates_and_costs(values: Mapping[str, Any], *, superposed: bool) -> dict[str, Any]:
    """Return rates with intervals and costs from counts per pattern set.

    Args:
        values: As :func:`~qdenseam.experiments.trials.study_trial` returns.
        superposed: Whether shots cost preparations of the memory's superposition.

    Returns:
        The columns :data:`RATES` of the table of
        :func:`~qdenseam.experiments.run_study.run_study`.
    """
    probes, failures, ambiguous, among_them = (
        np.array(values[column])
        for column in ("probes", "failures", "ambiguous", "ambiguous_failures")
    )
    whole = rate_over_sets(failures, probes)
    clear = rate_over_sets(failures - among_them, probes - ambiguous)
    shots, correct = sum(values["shots"]), sum(values["correct"])
    measured: dict[str, float] = {}
    if "measured_failures" in values:
        as_read = rate_over_sets(np.array(values["measured_failures"]), probes)
        measured = dict(zip(MEASURED, (as_read.low, as_read.best, as_read.high), strict=True))
    return {
        "overlap": float(np.mean(values["overlap"])),
        "sets": len(probes),
        "probes": int(probes.sum()),
        "failures": int(failures.sum()),
        "failure_rate_low": whole.low,
        "failure_rate": whole.best,
        "failure_rate_high": whole.high,
        "ambiguous": float(ambiguous.sum() / probes.sum()),
        "clear_rate_low": clear.low,
        "clear_rate": clear.best,
        "clear_rate_high": clear.high,
        **measured,
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
