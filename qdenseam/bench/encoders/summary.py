"""How our encoders stand against the best peer, per regime: the geometric mean and the worst."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp, log

from qdenseam.bench.encoders.instances import AmplitudeKind, PatternKind
from qdenseam.bench.encoders.rows import EncoderRow
from qdenseam.bench.row import Row


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimeSummary(Row):
    """Ratios of one of our encoders to the best peer over a regime."""

    regime: str
    patterns: PatternKind
    amplitudes: AmplitudeKind
    device: str
    encoder: str
    num_instances: int
    gates: float
    """Geometric mean of the CX ratios."""
    worst_gates: float
    depth: float
    worst_depth: float
    worst_seconds: float
    worst_infidelity: float


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


def geometric_mean(values: Iterable[float]) -> float:
    """Return the geometric mean of positive values, NaN for none."""
    logs = [log(value) for value in values]
    return exp(sum(logs) / len(logs)) if logs else float("nan")


def summarize(rows: Iterable[EncoderRow]) -> list[RegimeSummary]:
    """Return the summary of every regime in which some peer count is known."""
    groups: dict[tuple[str, PatternKind, AmplitudeKind, str, str], list[EncoderRow]] = {}
    for row in rows:
        if row.origin == "own" and row.gates_ratio is not None:
            name = regime(row.num_neurons, row.num_patterns)
            key = (name, row.patterns, row.amplitudes, row.device, row.encoder)
            groups.setdefault(key, []).append(row)
    summaries = []
    for (name, pattern_kind, amplitude_kind, device, encoder), members in groups.items():
        gates = [row.gates_ratio for row in members if row.gates_ratio is not None]
        depths = [row.depth_ratio for row in members if row.depth_ratio is not None]
        summaries.append(
            RegimeSummary(
                regime=name,
                patterns=pattern_kind,
                amplitudes=amplitude_kind,
                device=device,
                encoder=encoder,
                num_instances=len(members),
                gates=geometric_mean(gates),
                worst_gates=max(gates),
                depth=geometric_mean(depths),
                worst_depth=max(depths, default=float("nan")),
                worst_seconds=max(row.seconds or 0.0 for row in members),
                worst_infidelity=max(row.infidelity or 0.0 for row in members),
            )
        )
    return summaries
