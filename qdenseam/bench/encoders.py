"""Our encoders and those of other packages on the same instances, every circuit checked."""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from math import exp, lgamma, log, log2
from typing import Any, Literal

import numpy as np
from qiskit import QuantumCircuit

from circuits.loading import Auto, Encoder, prepare
from circuits.resources import count
from circuits.sparse_simulator import preparation_error
from qdenseam.bench.encoder_instances import AmplitudeKind, Instance, PatternKind, published
from qdenseam.bench.encoder_peers import PEERS, PeerUnavailable

Grid = Literal["small", "full"]

SIZES: dict[str, tuple[tuple[int, int], ...]] = {
    "small": ((6, 4), (8, 8), (10, 16), (16, 8)),
    "full": tuple(
        (num_neurons, num_patterns)
        for num_patterns in (4, 8, 16, 32, 64, 128, 256)
        for num_neurons in (8, 10, 12, 16, 20, 24, 32, 64)
        if num_patterns <= 2 ** (num_neurons - 1)
    ),
}
"""The (D, K) of each grid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderRow:
    """One encoder on one instance."""

    patterns: PatternKind
    num_neurons: int
    num_patterns: int
    seed: int
    amplitudes: AmplitudeKind
    encoder: str
    origin: Literal["own", "peer", "published"]
    two_qubit_gates: int | None = None
    """CX, all-to-all: ours as built, a peer's after transpilation at level 1."""
    two_qubit_depth: int | None = None
    routed_gates: int | None = None
    """Two-qubit gates on the routed device, if asked for."""
    num_ancillas: int | None = None
    seconds: float | None = None
    """Time to build; for a peer with its transpilation."""
    infidelity: float | None = None
    """1 - |<target|prepared>|^2 by sparse simulation, never below 0."""
    gates_ratio: float | None = None
    """Own CX over those of the best correct peer on this instance, measured or published."""
    depth_ratio: float | None = None
    bound_ratio: float | None = None
    """CX over :func:`counting_bound`."""
    note: str = ""
    """Why there are no numbers, or where they come from."""

    def to_dict(self) -> dict[str, Any]:
        """Return the plain fields."""
        return asdict(self)


def bench_encoders(
    grid: Grid = "small",
    *,
    peers: bool = False,
    seeds: Sequence[int] = (7,),
    patterns: Sequence[PatternKind] = ("random", "correlated"),
    amplitudes: Sequence[AmplitudeKind] = ("uniform", "complex"),
    encoders: Sequence[Encoder] = (Auto(), Auto(goal="depth")),
    route: Callable[[QuantumCircuit], QuantumCircuit] | None = None,
    on_progress: Callable[[Instance], None] | None = None,
) -> list[EncoderRow]:
    """Return one row per encoder and instance, instances in order of size.

    Args:
        grid: Key of :data:`SIZES`.
        peers: Whether to run the peers that are installed; published counts are always shown.
        seeds: Seeds of the pattern sets; 7 and 2024 have published counts.
        patterns: Kinds of pattern sets.
        amplitudes: Kinds of amplitudes.
        encoders: Our encoders.
        route: Maps a circuit to a device; its two-qubit gates fill ``routed_gates``.
        on_progress: Called with each instance before it is run.

    Raises:
        ValueError: There is no such grid.
    """
    if grid not in SIZES:
        raise ValueError(f"grid should be one of {sorted(SIZES)}. Got {grid!r}.")
    rows: list[EncoderRow] = []
    for num_neurons, num_patterns in SIZES[grid]:
        for pattern_kind in patterns:
            for amplitude_kind in amplitudes:
                for seed in seeds:
                    instance = Instance(
                        patterns=pattern_kind,
                        num_neurons=num_neurons,
                        num_patterns=num_patterns,
                        seed=seed,
                        amplitudes=amplitude_kind,
                    )
                    if on_progress is not None:
                        on_progress(instance)
                    rows += _bench_instance(instance, encoders, peers, route)
    return rows


def counting_bound(num_neurons: int, num_patterns: int, num_ancillas: int = 6) -> float:
    """Return (K·D - log2 K!) / (2 log2(D + a)), the CX that some set of K patterns needs.

    It counts CX placements against pattern sets and ignores the choice of one-qubit gates: a guide,
    not a proof.
    """
    choices = num_patterns * num_neurons - lgamma(num_patterns + 1) / log(2)
    return choices / (2 * log2(num_neurons + num_ancillas))


def geometric_mean(values: Iterable[float]) -> float:
    """Return the geometric mean of positive values, NaN for none."""
    logs = [log(value) for value in values]
    return exp(sum(logs) / len(logs)) if logs else float("nan")


def regime(num_neurons: int, num_patterns: int) -> str:
    """Return the name of the regime that an instance counts to."""
    if num_patterns >= 2**num_neurons / 4:
        return "K >= 2^D/4"
    for last, name in ((3, "K = 2-3"), (8, "K = 4-8"), (16, "K = 9-16"), (64, "K = 17-64")):
        if num_patterns <= last:
            return name
    return "K >= 65"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimeSummary:
    """Ratios of one of our encoders to the best peer over a regime."""

    regime: str
    patterns: PatternKind
    amplitudes: AmplitudeKind
    encoder: str
    num_instances: int
    gates: float
    """Geometric mean of the CX ratios."""
    worst_gates: float
    depth: float
    worst_depth: float
    worst_seconds: float
    worst_infidelity: float


def summarize(rows: Iterable[EncoderRow]) -> list[RegimeSummary]:
    """Return the summary of every regime in which some peer count is known."""
    groups: dict[tuple[str, PatternKind, AmplitudeKind, str], list[EncoderRow]] = {}
    for row in rows:
        if row.origin == "own" and row.gates_ratio is not None:
            name = regime(row.num_neurons, row.num_patterns)
            key = (name, row.patterns, row.amplitudes, row.encoder)
            groups.setdefault(key, []).append(row)
    summaries = []
    for (name, pattern_kind, amplitude_kind, encoder), members in groups.items():
        gates = [row.gates_ratio for row in members if row.gates_ratio is not None]
        depths = [row.depth_ratio for row in members if row.depth_ratio is not None]
        summaries.append(
            RegimeSummary(
                regime=name,
                patterns=pattern_kind,
                amplitudes=amplitude_kind,
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


def _bench_instance(
    instance: Instance,
    encoders: Sequence[Encoder],
    peers: bool,
    route: Callable[[QuantumCircuit], QuantumCircuit] | None,
) -> list[EncoderRow]:
    others = [_published_row(instance, name) for name in _published_names(instance)]
    if peers:
        others += [_peer_row(instance, name, route) for name in PEERS]
    correct = [row for row in others if row.infidelity is None or row.infidelity < 1e-6]
    gates = [row.two_qubit_gates for row in correct if row.two_qubit_gates]
    depths = [row.two_qubit_depth for row in correct if row.two_qubit_depth]
    own = []
    for encoder in encoders:
        start = time.perf_counter()
        preparation = prepare(instance.bits(), instance.target(), encoder=encoder)
        seconds = time.perf_counter() - start
        row = _measured(instance, _label(encoder), "own", preparation.circuit, seconds, route)
        best: dict[str, Any] = {}
        if gates and row["two_qubit_gates"]:
            best["gates_ratio"] = row["two_qubit_gates"] / min(gates)
        if depths and row["two_qubit_depth"]:
            best["depth_ratio"] = row["two_qubit_depth"] / min(depths)
        own.append(EncoderRow(**row, **best))
    return own + others


def _measured(
    instance: Instance,
    name: str,
    origin: str,
    circuit: QuantumCircuit,
    seconds: float,
    route: Callable[[QuantumCircuit], QuantumCircuit] | None,
) -> dict[str, Any]:
    resources = count(circuit)
    error = preparation_error(circuit, instance.bits(), instance.target())
    bound = counting_bound(instance.num_neurons, instance.num_patterns)
    values: dict[str, Any] = {
        **instance.to_dict(),
        "encoder": name,
        "origin": origin,
        "two_qubit_gates": resources.two_qubit_gates,
        "two_qubit_depth": resources.two_qubit_depth,
        "num_ancillas": circuit.num_qubits - instance.num_neurons,
        "seconds": seconds,
        # |<a|b>|^2 = (1 - error^2 / 2)^2 for unit vectors in phase
        "infidelity": float(max(0.0, 1 - (1 - np.square(error) / 2) ** 2)),
        "bound_ratio": resources.two_qubit_gates / bound,
    }
    if route is not None:
        values["routed_gates"] = count(route(circuit)).two_qubit_gates
    return values


def _peer_row(
    instance: Instance,
    name: str,
    route: Callable[[QuantumCircuit], QuantumCircuit] | None,
) -> EncoderRow:
    start = time.perf_counter()
    try:
        circuit = PEERS[name](instance.bits(), instance.target())
    except PeerUnavailable as reason:
        return EncoderRow(**instance.to_dict(), encoder=name, origin="peer", note=str(reason))
    except Exception as error:
        note = f"failed: {type(error).__name__}: {str(error)[:120]}"
        return EncoderRow(**instance.to_dict(), encoder=name, origin="peer", note=note)
    seconds = time.perf_counter() - start
    try:
        return EncoderRow(**_measured(instance, name, "peer", circuit, seconds, route))
    except ValueError as error:
        note = f"not checked: {error}"
        return EncoderRow(**instance.to_dict(), encoder=name, origin="peer", note=note)


def _published_names(instance: Instance) -> list[str]:
    return list(dict.fromkeys(entry.encoder for entry in published(instance)))


def _published_row(instance: Instance, name: str) -> EncoderRow:
    found = {e.measure: e.value for e in published(instance) if e.encoder == name}
    return EncoderRow(
        **instance.to_dict(),
        encoder=name,
        origin="published",
        two_qubit_gates=found.get("gates"),
        two_qubit_depth=found.get("depth"),
        routed_gates=found.get("routed"),
        note="published count",
    )


def _label(encoder: Encoder) -> str:
    goal = getattr(encoder, "goal", None)
    return encoder.name if goal is None else f"{encoder.name}:{goal}"
