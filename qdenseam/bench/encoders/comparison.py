"""Our encoders and those of other packages on the same instances, every circuit checked."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from typing import Annotated, Any, ClassVar

import numpy as np
from qiskit import QuantumCircuit

from circuits.loading import Auto, Encoder, prepare
from circuits.resources import count
from circuits.sparse_simulator import preparation_error
from qdenseam.bench.base import (
    Benchmark,
    BenchRow,
    Case,
    Names,
    Numbers,
    Setting,
    Sizes,
    not_run,
    register,
)
from qdenseam.bench.encoders.devices import DEVICES, coupled_pairs, route
from qdenseam.bench.encoders.instances import Instance, published
from qdenseam.bench.encoders.peers import PEERS, PeerUnavailable, lowered
from qdenseam.bench.encoders.ratios import counting_bound, summarized, with_ratios
from qdenseam.bench.measuring import timed
from qdenseam.spelling import parse

GRIDS: dict[str, tuple[tuple[int, int], ...]] = {
    "small": ((6, 4), (8, 8), (10, 16), (16, 8)),
    "full": tuple(
        (num_neurons, num_patterns)
        for num_patterns in (4, 8, 16, 32, 64, 128, 256)
        for num_neurons in (8, 10, 12, 16, 20, 24, 32, 64)
        if num_patterns <= 2 ** (num_neurons - 1)
    ),
}
"""The (D, K) of each grid."""

PATTERNS = ("random", "correlated")
AMPLITUDES = ("uniform", "real", "complex")
MAX_ROUTED_BITS = 512
"""Instances with more bits D K in all are not routed."""
MAX_ROUTED_GATES = 500
"""Peers' circuits with more CX are not routed; that would take minutes each."""


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderBenchmark(Benchmark):
    """Count the gates of every encoder beside its peers.

    Random and correlated patterns, uniform and complex amplitudes. Circuits of up to 512 bits are
    routed to devices as well, for the first kind of amplitudes, on which CX hardly depend: those of
    our encoder for that device and those of the peers. Published counts stand beside.
    """

    name: ClassVar[str] = "encoders"
    columns: ClassVar[Mapping[str, str]] = {
        "patterns": "random; correlated: ceil(K / 8) prototypes, each bit flipped with probability "
        "0.1.",
        "num_neurons": "D.",
        "num_patterns": "K.",
        "seed": "Of the patterns; 7 and 2024 have published counts.",
        "amplitudes": "uniform, real or complex.",
        "device": "Where the circuit runs.",
        "encoder": "Ours by its spelling, or a peer.",
        "origin": "own, peer or published.",
        "two_qubit_gates": "CX: ours as built, a peer's after transpilation at level 1; on devices "
        "both as routed.",
        "two_qubit_depth": "Their depth.",
        "num_ancillas": "Further qubits.",
        "seconds": "Wall time to build; for a peer with its transpilation.",
        "infidelity": "1 - |<target|prepared>|^2 by sparse simulation, never below 0.",
        "gates_ratio": "Own CX over those of the best correct peer here, measured or published.",
        "depth_ratio": "The same of depths.",
        "bound_ratio": "CX over a counting bound for K patterns, a guide and no proof.",
    }
    example: ClassVar[str] = "--sizes 6:4,8:8 --patterns random --peers --out encoders.jsonl"
    grid: Annotated[str, Setting("Sizes in bulk.", among=tuple(GRIDS))] = "small"
    sizes: Annotated[Sizes, Setting("Neurons and patterns instead.", "[1, 10^5]")] = ()
    patterns: Annotated[Names, Setting("Kinds of pattern sets.", among=PATTERNS)] = PATTERNS
    amplitudes: Annotated[Names, Setting("Kinds of amplitudes.", among=AMPLITUDES)] = (
        "uniform",
        "complex",
    )
    seeds: Annotated[Numbers, Setting("Of the pattern sets.", "[0, inf)")] = (7,)
    encoders: Annotated[Names, Setting("Ours, by spelling.")] = ("auto", "auto(goal=depth)")
    devices: Annotated[Names, Setting("Where circuits are routed to.", among=DEVICES)] = DEVICES
    peers: Annotated[bool, Setting("Run the peers that are installed.")] = False
    packages: ClassVar[Mapping[str, str]] = {
        "qclib": "qclib",
        "pennylane": "pennylane",
        "qiskit": "qiskit",
    }

    def cases(self) -> Iterator[Case]:
        """Return the instances, in order of size."""
        for spelling in self.encoders:
            parse("encoder", spelling)
        for (num_neurons, num_patterns), patterns, amplitudes, seed in product(
            self.sizes or GRIDS[self.grid], self.patterns, self.amplitudes, self.seeds
        ):
            yield {
                "patterns": patterns,
                "num_neurons": num_neurons,
                "num_patterns": num_patterns,
                "seed": seed,
                "amplitudes": amplitudes,
            }

    def measure(self, case: Case) -> Iterator[BenchRow]:
        """Yield a row per device and encoder."""
        instance = Instance(**case)
        small = instance.num_neurons * instance.num_patterns <= MAX_ROUTED_BITS
        is_routed = small and instance.amplitudes == self.amplitudes[0]
        peers = {name: self._peer(instance, name) for name in PEERS} if self.peers else {}
        for device in (None, *self.devices) if is_routed else (None,):
            rows: list[BenchRow] = []
            for name, encoder in self._own(device).items():
                made = _made(partial(_prepared, instance, encoder))
                counts = _counts(instance, made, device)
                rows.append({"encoder": name, "origin": "own", **counts})
            for name, peer in peers.items():
                counts = _peer_counts(instance, peer, device)
                rows.append({"encoder": name, "origin": "peer", **counts})
            rows += _published_rows(instance, device)
            for each in with_ratios(rows):
                yield {**case, "device": device or "all-to-all", **each}

    def _own(self, device: str | None) -> dict[str, Any]:
        if device is None:
            return {text: parse("encoder", text) for text in self.encoders}
        routed = Auto(goal="routed", coupling_map=coupled_pairs(device))
        return {"auto(goal=routed)": routed}

    def _peer(self, instance: Instance, name: str) -> "_Made | str":
        """Return what a peer made, or why it made nothing."""
        module, build = PEERS[name]
        lacking = not_run(module, self.packages)
        if lacking:
            return lacking

        def transpiled() -> tuple[QuantumCircuit, QuantumCircuit, None]:
            built = build(instance.bits(), instance.target())
            return built, lowered(built), None

        try:
            return _made(transpiled)
        except PeerUnavailable as reason:
            return f"not run: {reason}"
        except Exception as error:  # a peer's failure is a result
            return f"failed: {type(error).__name__}: {str(error)[:120]}"

    def summary(self, rows: Sequence[BenchRow]) -> list[BenchRow]:
        """Return the ratios of our encoders to the best peer by regime: mean and worst."""
        return summarized(rows)


_Circuits = tuple[QuantumCircuit, QuantumCircuit, Sequence[int] | None]
"""As built, as counted, and the layout on a device, if the encoder has one."""
_Made = tuple[float, _Circuits]
"""Seconds, and what was made in them."""


def _made(make: Callable[[], _Circuits]) -> _Made:
    [(seconds, circuits)] = timed(make, turns=1, warm_up=False)
    return seconds, circuits


def _prepared(instance: Instance, encoder: Encoder) -> _Circuits:
    made = prepare(instance.bits(), instance.target(), encoder=encoder)
    return made.circuit, made.circuit, made.layout


def _peer_counts(instance: Instance, peer: _Made | str, device: str | None) -> BenchRow:
    """Return what is counted of a peer, or a note why nothing is."""
    if isinstance(peer, str):
        return {"note": peer}
    circuit = peer[1][1]
    if device is not None:
        num_qubits = 1 + max(map(max, coupled_pairs(device)))
        if circuit.num_qubits > num_qubits:
            return {"note": f"not routed: more than the {num_qubits} qubits there are"}
        if count(circuit).two_qubit_gates > MAX_ROUTED_GATES:
            return {"note": f"not routed: more than {MAX_ROUTED_GATES} CX"}
    try:
        return _counts(instance, peer, device)
    except Exception as error:  # a peer's failure is a result
        return {"note": f"not checked: {str(error)[:120]}"}


def _counts(instance: Instance, made: _Made, device: str | None) -> BenchRow:
    seconds, (built, counted, layout) = made
    row: BenchRow = {"seconds": seconds, "num_ancillas": built.num_qubits - instance.num_neurons}
    if device is not None:
        counted = route(counted, coupled_pairs(device), layout)
    resources, bits, target = count(counted), instance.bits(), instance.target()
    try:
        error = preparation_error(counted, bits, target, max_terms=max(20_000, 64 * len(bits)))
    except ValueError:  # the transpiler's order of gates may hold many terms at once
        error = preparation_error(built, bits, target)
        row["note"] = "checked before transpilation"
    if device is None:
        bound = counting_bound(instance.num_neurons, instance.num_patterns)
        row["bound_ratio"] = resources.two_qubit_gates / bound
    return row | {
        "two_qubit_gates": resources.two_qubit_gates,
        "two_qubit_depth": resources.two_qubit_depth,
        # |<a|b>|^2 = (1 - error^2 / 2)^2 for unit vectors in phase
        "infidelity": float(max(0.0, 1 - (1 - np.square(error) / 2) ** 2)),
    }


def _published_rows(instance: Instance, device: str | None) -> list[BenchRow]:
    """Return the published counts; those of circuits routed were measured on heavy-hex."""
    rows: list[BenchRow] = []
    for name, counts in published(instance).items():
        row: BenchRow = {"encoder": f"{name} (published)", "origin": "published"}
        gates = counts.get("gates" if device is None else "routed")
        depth = counts.get("depth") if device is None else None
        if device in (None, "heavy-hex") and (gates or depth):
            rows.append(row | {"two_qubit_gates": gates, "two_qubit_depth": depth})
    return rows
