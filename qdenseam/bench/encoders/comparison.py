"""Our encoders and those of other packages on the same instances, every circuit checked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from math import exp, lgamma, log, log2
from typing import Annotated, Any, ClassVar

import numpy as np
from qiskit import QuantumCircuit, transpile

from circuits.loading import Auto, Encoder, prepare
from circuits.resources import count
from circuits.sparse_simulator import preparation_error
from qdenseam.bench.base import (
    Benchmark,
    Case,
    Names,
    Numbers,
    Row,
    Setting,
    Sizes,
    not_run,
    register,
)
from qdenseam.bench.encoders.instances import Instance, published
from qdenseam.bench.encoders.peers import PEERS, PeerUnavailable, lowered
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
DEVICES = ("heavy-hex", "square")
MAX_ROUTED_BITS = 512
"""Instances with more bits D K in all are not routed."""
MAX_ROUTED_GATES = 500
"""Peers' circuits with more CX are not routed; that would take minutes each."""
CORRECT = 1e-6
"""Infidelity beyond which a circuit counts as wrong; wrong peers set no mark."""
ALL_TO_ALL = "all-to-all"

Pairs = tuple[tuple[int, int], ...]


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
    sizes: Annotated[Sizes, Setting("Neurons and patterns instead.", least=1)] = ()
    patterns: Annotated[Names, Setting("Kinds of pattern sets.", among=PATTERNS)] = PATTERNS
    amplitudes: Annotated[Names, Setting("Kinds of amplitudes.", among=AMPLITUDES)] = (
        "uniform",
        "complex",
    )
    seeds: Annotated[Numbers, Setting("Of the pattern sets.", least=0)] = (7,)
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

    def measure(self, case: Case) -> Iterator[Row]:
        """Yield a row per device and encoder."""
        instance = Instance(**case)
        small = instance.num_neurons * instance.num_patterns <= MAX_ROUTED_BITS
        is_routed = small and instance.amplitudes == self.amplitudes[0]
        peers = {}
        if self.peers:
            peers = {name: _peer(instance, name, self.packages) for name in PEERS}
        for device in (None, *self.devices) if is_routed else (None,):
            rows = [*self._own(instance, device)]
            rows += [_peer_row(instance, name, found, device) for name, found in peers.items()]
            rows += _published_rows(instance, device)
            for row in with_ratios(rows):
                yield {**case, "device": device or ALL_TO_ALL, **row}

    def _own(self, instance: Instance, device: str | None) -> Iterator[Row]:
        pairs = None if device is None else coupled_pairs(device)
        chosen: dict[str, Any] = {text: parse("encoder", text) for text in self.encoders}
        if pairs is not None:
            chosen = {"auto(goal=routed)": Auto(goal="routed", coupling_map=pairs)}
        for name, encoder in chosen.items():
            [(seconds, preparation)] = timed(
                partial(_prepared, instance, encoder), turns=1, warm_up=False
            )
            circuit = preparation.circuit
            counted = circuit if pairs is None else route(circuit, pairs, preparation.layout)
            yield {
                "encoder": name,
                "origin": "own",
                "seconds": seconds,
                **_counts(instance, device, circuit, counted),
            }

    def summary(self, rows: Sequence[Row]) -> list[Row]:
        """Return the ratios of our encoders to the best peer by regime: mean and worst."""
        return summarized(rows)


def _prepared(instance: Instance, encoder: Encoder) -> Any:
    return prepare(instance.bits(), instance.target(), encoder=encoder)


def _peer(
    instance: Instance, name: str, peers: Mapping[str, str]
) -> tuple[float, QuantumCircuit, QuantumCircuit] | str:
    """Return seconds and a peer's circuit, as built and as transpiled, or why there is none."""
    module, build = PEERS[name]
    lacking = not_run(module, peers)
    if lacking:
        return lacking

    def transpiled() -> tuple[QuantumCircuit, QuantumCircuit]:
        built = build(instance.bits(), instance.target())
        return built, lowered(built)

    try:
        [(seconds, (built, circuit))] = timed(transpiled, turns=1, warm_up=False)
    except PeerUnavailable as reason:
        return f"not run: {reason}"
    except Exception as error:  # a peer's failure is a result
        return f"failed: {type(error).__name__}: {str(error)[:120]}"
    return seconds, built, circuit


def _peer_row(
    instance: Instance,
    name: str,
    found: tuple[float, QuantumCircuit, QuantumCircuit] | str,
    device: str | None,
) -> Row:
    row: Row = {"encoder": name, "origin": "peer"}
    if isinstance(found, str):
        return row | {"note": found}
    seconds, built, circuit = found
    if device is not None:
        pairs = coupled_pairs(device)
        num_qubits = 1 + max(map(max, pairs))
        if circuit.num_qubits > num_qubits:
            return row | {"note": f"not routed: more than the {num_qubits} qubits there are"}
        if count(circuit).two_qubit_gates > MAX_ROUTED_GATES:
            return row | {"note": f"not routed: more than {MAX_ROUTED_GATES} CX"}
    try:
        if device is not None:
            circuit = route(circuit, pairs)
        return {**row, "seconds": seconds, **_counts(instance, device, built, circuit)}
    except Exception as error:
        return row | {"note": f"not checked: {str(error)[:120]}"}


def _counts(
    instance: Instance, device: str | None, built: QuantumCircuit, counted: QuantumCircuit
) -> Row:
    resources, bits, target = count(counted), instance.bits(), instance.target()
    row: Row = {}
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
        "num_ancillas": built.num_qubits - instance.num_neurons,
        # |<a|b>|^2 = (1 - error^2 / 2)^2 for unit vectors in phase
        "infidelity": float(max(0.0, 1 - (1 - np.square(error) / 2) ** 2)),
    }


def _published_rows(instance: Instance, device: str | None) -> list[Row]:
    """Return the published counts; those of circuits routed were measured on heavy-hex."""
    rows: list[Row] = []
    for name, counts in published(instance).items():
        row: Row = {"encoder": f"{name} (published)", "origin": "published"}
        gates = counts.get("gates" if device is None else "routed")
        depth = counts.get("depth") if device is None else None
        if device in (None, "heavy-hex") and (gates or depth):
            rows.append(row | {"two_qubit_gates": gates, "two_qubit_depth": depth})
    return rows


def with_ratios(rows: Sequence[Row]) -> list[Row]:
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


def _is_correct(row: Row) -> bool:
    """Return whether a circuit was right where it was checked; published counts count as so."""
    infidelity = row.get("infidelity")
    return not isinstance(infidelity, float) or infidelity < CORRECT


def coupled_pairs(device: str) -> Pairs:
    """Return the coupled pairs of ``"heavy-hex"``, IBM's Heron r2, or ``"square"``, 8 x 8."""
    from qiskit.transpiler import CouplingMap

    from qdenseam.execution.engines.fake_devices import fake_device

    if device == "square":
        coupling_map = CouplingMap.from_grid(8, 8)
    else:
        coupling_map = fake_device("fez").target.build_coupling_map()
    return tuple(sorted({(min(pair), max(pair)) for pair in coupling_map.get_edges()}))


def route(
    circuit: QuantumCircuit, pairs: Pairs, layout: Sequence[int] | None = None
) -> QuantumCircuit:
    """Return the circuit on a device in CX and U: level 3, the better of two seeds.

    The qubits are renamed so that qubit i of the result ends as qubit i of ``circuit``.

    Args:
        circuit: What to map.
        pairs: Qubits that are coupled.
        layout: The physical qubit on which each qubit starts, ``None`` for the transpiler's
            choice.
    """
    found = [
        transpile(
            circuit,
            basis_gates=["cx", "u"],
            coupling_map=[list(pair) for a, b in pairs for pair in ((a, b), (b, a))],
            initial_layout=None if layout is None else list(layout),
            optimization_level=3,
            seed_transpiler=seed,
        )
        for seed in (0, 1)
    ]
    routed = min(found, key=lambda c: int(c.count_ops().get("cx", 0)))
    ends = routed.layout.final_index_layout(filter_ancillas=True)
    taken = set(ends)
    order = [*ends, *(q for q in range(routed.num_qubits) if q not in taken)]
    place = {physical: index for index, physical in enumerate(order)}
    renamed = QuantumCircuit(routed.num_qubits)
    return renamed.compose(routed, [place[q] for q in range(routed.num_qubits)])


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


def summarized(rows: Sequence[Row]) -> list[Row]:
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
