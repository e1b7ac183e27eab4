"""How our encoders stand against the best peer: on an instance, and over regimes of them."""

from collections.abc import Sequence
from math import exp, lgamma, log, log2
from typing import Any

from qdenseam.bench.base import BenchRow

CORRECT = 1e-6
"""Infidelity beyond which a circuit counts as wrong; wrong peers set no mark."""


def with_ratios(rows: Sequence[BenchRow]) -> list[BenchRow]:
    """Return the rows of one instance and device with the ratios of our encoders to the best peer.

    The best is the least correct count, measured or published.
    """
    completed = [dict(row) for row in rows]
    for measure, ratio in (("two_qubit_gates", "gates_ratio"), ("two_qubit_depth", "depth_ratio")):
        marks = [
            float(row[measure] or 0)
            for row in rows
            if row["origin"] != "own" and row.get(measure) and _is_correct(row)
        ]
        for row in completed:
            if marks and row["origin"] == "own" and row.get(measure):
                row[ratio] = float(row[measure] or 0) / min(marks)
    return completed


def _is_correct(row: BenchRow) -> bool:
    """Return whether a circuit was right where it was checked; published counts count as so."""
    infidelity = row.get("infidelity")
    return not isinstance(infidelity, float) or infidelity < CORRECT


def counting_bound(num_neurons: int, num_patterns: int, num_ancillas: int = 6) -> float:
    """Return (K·D - log2 K!) / (2 log2(D + a)), the CX that some set of K patterns needs.

    It counts CX placements against pattern sets and ignores the choice of one-qubit gates: a guide,
    not a proof.
    """
    choices = num_patterns * num_neurons - lgamma(num_patterns + 1) / log(2)
    return choices / (2 * log2(num_neurons + num_ancillas))


def regime(num_neurons: int, num_patterns: int) -> str:
    """Return the name of the regime that an instance counts to."""
    if num_patterns >= 2**num_neurons / 4:
        return "K >= 2^D/4"
    least = 12 if num_patterns > 64 else 10
    small = f", D < {least}" if num_neurons < least else ""
    for last, name in ((3, "K = 2-3"), (8, "K = 4-8"), (16, "K = 9-16"), (64, "K = 17-64")):
        if num_patterns <= last:
            return name + small
    return "K >= 65" + small


def summarized(rows: Sequence[BenchRow]) -> list[BenchRow]:
    """Return the geometric mean and the worst of our ratios in every regime with a peer's count."""
    groups: dict[tuple[Any, ...], list[Any]] = {}
    for row in rows:
        if row["gates_ratio"] is not None:
            facts: Any = row
            key = regime(facts["num_neurons"], facts["num_patterns"])
            same = (key, *(row[name] for name in ("patterns", "amplitudes", "device", "encoder")))
            groups.setdefault(same, []).append(row)
    return [
        {
            "regime": key,
            "patterns": patterns,
            "amplitudes": amplitudes,
            "device": device,
            "encoder": encoder,
            "instances": len(members),
            "gates": _geometric_mean([row["gates_ratio"] for row in members]),
            "worst_gates": max(row["gates_ratio"] for row in members),
            "depth": _geometric_mean([row["depth_ratio"] for row in members if row["depth_ratio"]]),
            "worst_depth": max(row["depth_ratio"] or 0 for row in members) or None,
            "worst_seconds": max(row["seconds"] for row in members),
            "worst_infidelity": max(row["infidelity"] for row in members),
        }
        for (key, patterns, amplitudes, device, encoder), members in groups.items()
    ]


def _geometric_mean(values: Sequence[float]) -> float | None:
    return exp(sum(map(log, values)) / len(values)) if values else None
