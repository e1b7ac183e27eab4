"""Our encoders and those of other packages on the same instances, every circuit checked."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import product
from typing import Any, Literal

import numpy as np
from qiskit import QuantumCircuit

from circuits.loading import Auto, Encoder, prepare
from circuits.resources import count
from circuits.sparse_simulator import preparation_error
from qdenseam.bench.encoders.devices import Device
from qdenseam.bench.encoders.instances import AmplitudeKind, Instance, PatternKind, published
from qdenseam.bench.encoders.peers import PEERS, PeerUnavailable, lowered
from qdenseam.bench.encoders.rows import EncoderRow, counting_bound, with_ratios

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

MAX_ROUTED_BITS = 512
"""Instances with more bits D K in all are not routed."""
MAX_ROUTED_GATES = 500
"""Peers' circuits with more CX are not routed; that would take minutes each."""


def bench_encoders(
    grid: Grid = "small",
    *,
    peers: bool = False,
    seeds: Sequence[int] = (7,),
    patterns: Sequence[PatternKind] = ("random", "correlated"),
    amplitudes: Sequence[AmplitudeKind] = ("uniform", "complex"),
    encoders: Sequence[Encoder] = (Auto(), Auto(goal="depth")),
    devices: Sequence[Device] = (),
    known: Iterable[EncoderRow] = (),
    on_progress: Callable[[Instance], None] | None = None,
    on_row: Callable[[EncoderRow], None] | None = None,
) -> list[EncoderRow]:
    """Return one row per encoder, instance and device, instances in order of size.

    Args:
        grid: Key of :data:`SIZES`.
        peers: Whether to run the peers that are installed; published counts are always shown.
        seeds: Seeds of the pattern sets; 7 and 2024 have published counts.
        patterns: Kinds of pattern sets.
        amplitudes: Kinds of amplitudes.
        encoders: Our encoders, all-to-all.
        devices: Where circuits are routed to as well, those of our encoder for that device and of
            the peers; up to :data:`MAX_ROUTED_BITS`, and for the first kind of amplitudes only,
            on which CX hardly depend.
        known: Rows of an earlier run, used again instead of measuring.
        on_progress: Called with each instance before it is run.
        on_row: Called with each newly measured row, without its ratios.

    Raises:
        ValueError: There is no such grid.
    """
    if grid not in SIZES:
        raise ValueError(f"grid should be one of {sorted(SIZES)}. Got {grid!r}.")
    kept = {(row.instance, row.device, row.encoder): row for row in known}
    rows: list[EncoderRow] = []
    for (num_neurons, num_patterns), pattern_kind, amplitude_kind, seed in product(
        SIZES[grid], patterns, amplitudes, seeds
    ):
        instance = Instance(
            patterns=pattern_kind,
            num_neurons=num_neurons,
            num_patterns=num_patterns,
            seed=seed,
            amplitudes=amplitude_kind,
        )
        if on_progress is not None:
            on_progress(instance)
        small = num_neurons * num_patterns <= MAX_ROUTED_BITS
        targets = devices if small and amplitude_kind == amplitudes[0] else ()
        for name, device, measure in _measurements(instance, encoders, peers, targets):
            place = _place(device)
            row = kept.get((instance, place, name))
            if row is None:
                row = measure()
                if on_row is not None:
                    on_row(row)
            rows.append(row)
    return with_ratios(rows)


Measurement = tuple[str, Device | None, Callable[[], EncoderRow]]
"""The encoder's name, the device (``None``: all-to-all), and how to obtain the row."""


def _measurements(
    instance: Instance, encoders: Sequence[Encoder], peers: bool, devices: Sequence[Device]
) -> Iterator[Measurement]:
    for device in (None, *devices):
        chosen = encoders if device is None else (Auto(goal="routed", coupling_map=device.pairs),)
        for encoder in chosen:
            yield _label(encoder), device, lambda e=encoder, d=device: _own_row(instance, e, d)  # type: ignore[misc]
        for name in PEERS if peers else ():
            yield name, device, lambda n=name, d=device: _peer_row(instance, n, d)  # type: ignore[misc]
        for row in _published_rows(instance, device):
            yield row.encoder, device, lambda r=row: r  # type: ignore[misc]


def _own_row(instance: Instance, encoder: Encoder, device: Device | None) -> EncoderRow:
    start = time.perf_counter()
    preparation = prepare(instance.bits(), instance.target(), encoder=encoder)
    seconds = time.perf_counter() - start
    circuit = preparation.circuit
    routed = circuit if device is None else device.route(circuit, preparation.layout)
    return _measured(instance, _label(encoder), "own", device, circuit, routed, seconds)


@lru_cache(maxsize=len(PEERS))
def _peer_circuit(instance: Instance, name: str) -> tuple[QuantumCircuit, QuantumCircuit, float]:
    """Return a peer's circuit as built and as transpiled, and the seconds that took."""
    start = time.perf_counter()
    built = PEERS[name](instance.bits(), instance.target())
    return built, lowered(built), time.perf_counter() - start


def _peer_row(instance: Instance, name: str, device: Device | None) -> EncoderRow:
    def refused(note: str) -> EncoderRow:
        return EncoderRow(
            **instance.to_dict(), device=_place(device), encoder=name, origin="peer", note=note
        )

    try:
        built, circuit, seconds = _peer_circuit(instance, name)
        if device is not None:
            if circuit.num_qubits > device.num_qubits:
                return refused(f"not routed: more than the {device.num_qubits} qubits there are")
            if count(circuit).two_qubit_gates > MAX_ROUTED_GATES:
                return refused(f"not routed: more than {MAX_ROUTED_GATES} CX")
            circuit = device.route(circuit)
    except PeerUnavailable as reason:
        return refused(str(reason))
    except Exception as error:
        return refused(f"failed: {type(error).__name__}: {str(error)[:120]}")
    try:
        return _measured(instance, name, "peer", device, built, circuit, seconds)
    except ValueError as error:
        return refused(f"not checked: {error}")


def _measured(
    instance: Instance,
    name: str,
    origin: Literal["own", "peer"],
    device: Device | None,
    built: QuantumCircuit,
    counted: QuantumCircuit,
    seconds: float,
) -> EncoderRow:
    resources = count(counted)
    bits, target = instance.bits(), instance.target()
    extra: dict[str, Any] = {}
    try:
        error = preparation_error(counted, bits, target, max_terms=max(20_000, 64 * len(bits)))
    except ValueError:  # the transpiler's order of gates may hold many terms at once
        error = preparation_error(built, bits, target)
        extra["note"] = "checked before transpilation"
    if device is None:
        bound = counting_bound(instance.num_neurons, instance.num_patterns)
        extra["bound_ratio"] = resources.two_qubit_gates / bound
    return EncoderRow(
        **instance.to_dict(),
        device=_place(device),
        encoder=name,
        origin=origin,
        two_qubit_gates=resources.two_qubit_gates,
        two_qubit_depth=resources.two_qubit_depth,
        num_ancillas=built.num_qubits - instance.num_neurons,
        seconds=seconds,
        # |<a|b>|^2 = (1 - error^2 / 2)^2 for unit vectors in phase
        infidelity=float(max(0.0, 1 - (1 - np.square(error) / 2) ** 2)),
        **extra,
    )


def _published_rows(instance: Instance, device: Device | None) -> list[EncoderRow]:
    """Return the published counts; those of circuits routed were measured on heavy-hex."""
    found: dict[str, dict[str, int]] = {}
    for entry in published(instance):
        if (entry.measure == "routed") == (device is not None and device.name == "heavy-hex"):
            found.setdefault(entry.encoder, {})[entry.measure] = entry.value
    if device is not None and device.name != "heavy-hex":
        return []
    return [
        EncoderRow(
            **instance.to_dict(),
            device=_place(device),
            encoder=f"{name} (published)",
            origin="published",
            two_qubit_gates=counts.get("gates", counts.get("routed")),
            two_qubit_depth=counts.get("depth"),
            note="published count",
        )
        for name, counts in found.items()
    ]


def _place(device: Device | None) -> str:
    return "all-to-all" if device is None else device.name


def _label(encoder: Encoder) -> str:
    goal = getattr(encoder, "goal", None)
    return encoder.name if goal is None else f"{encoder.name}:{goal}"
