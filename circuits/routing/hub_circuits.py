"""Circuits in which few qubits, the hubs, meet many others through diagonal gates alone.

Filters on distances are such circuits: a preparation, then signals between a flag and the memory
with rotations of the flag between them, then measurements. What is read off here depends on the
structure of the circuit, not on its angles.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import pi

from qiskit import QuantumCircuit
from qiskit.circuit import Instruction
from qiskit.circuit.library import RZGate

LEAST_PARTNERS = 3
"""Qubits that a hub meets at least."""

_PHASES = {"z": pi, "s": pi / 2, "sdg": -pi / 2, "t": pi / 4, "tdg": -pi / 4}
_DIAGONAL = frozenset({*_PHASES, "rz", "p", "u1"})
_PAIRS = frozenset({"rzz", "cz", "cp", "cu1", "crz"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """RZZ between a hub and other qubits, by angle."""

    hub: int
    angles: Mapping[int, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """A gate on a hub alone."""

    hub: int
    gate: Instruction


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """X on some of the qubits that hubs meet."""

    qubits: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class HubCircuit:
    """A circuit taken apart; every part acts on the same qubits."""

    preparation: QuantumCircuit
    """All that comes before the hubs, on the other qubits."""
    hubs: tuple[int, ...]
    """In the order in which they are done."""
    members: tuple[int, ...]
    """The qubits that hubs meet."""
    events: tuple[Signal | Turn | Flip, ...]
    """What happens to hubs and members, each hub's part in one piece between two flips."""
    readings: tuple[tuple[int, int], ...]
    """The measured qubits and the classical bits they are measured into, at the very end."""

    @property
    def num_signals(self) -> int:
        """Number of signals of all hubs."""
        return sum(isinstance(event, Signal) for event in self.events)


def read_hubs(circuit: QuantumCircuit) -> HubCircuit | None:
    """Return the parts of a circuit with hubs, ``None`` if it is none or is not made of them."""
    hubs = _find_hubs(circuit)
    if not hubs:
        return None
    reader = _Reader(circuit=circuit, hubs=hubs)
    for instruction in circuit.data:
        name, operation = instruction.name, instruction.operation
        qubits = [circuit.find_bit(qubit).index for qubit in instruction.qubits]
        if name in ("barrier", "id"):
            continue
        if name == "measure" and qubits[0] not in reader.readings:
            reader.readings[qubits[0]] = circuit.find_bit(instruction.clbits[0]).index
        elif instruction.clbits or not reader.takes(operation, qubits):
            return None
    return reader.parts()


def _find_hubs(circuit: QuantumCircuit) -> frozenset[int]:
    """Return qubits all of whose gates on several qubits are diagonal and join no two of them.

    Those that meet others last are taken first: hubs come after the preparation.
    """
    partners: dict[int, set[int]] = {}
    others: set[int] = set()
    for instruction in circuit.data:
        qubits = [circuit.find_bit(qubit).index for qubit in instruction.qubits]
        if len(qubits) < 2 or instruction.name == "barrier":
            continue
        if instruction.name in _PAIRS:
            for a, b in (qubits, qubits[::-1]):
                partners.setdefault(a, set()).add(b)
        else:
            others.update(qubits)
    hubs: set[int] = set()
    for qubit in reversed(partners):  # in the order of their first gate
        enough = len(partners[qubit]) >= LEAST_PARTNERS
        if qubit not in others and enough and not hubs & partners[qubit]:
            hubs.add(qubit)
    return frozenset(hubs)


@dataclass(slots=True, kw_only=True, eq=False)
class _Reader:
    """What was read of a circuit so far."""

    circuit: QuantumCircuit
    hubs: frozenset[int]
    before: list[tuple[Instruction, list[int]]] = field(default_factory=list)
    events: list[Signal | Turn | Flip] = field(default_factory=list)
    readings: dict[int, int] = field(default_factory=dict)
    open: dict[int, dict[int, float]] = field(default_factory=dict)
    members: dict[int, None] = field(default_factory=dict)
    flipped_first: set[int] = field(default_factory=set)
    """Members flipped between their preparation and the hubs."""
    flipped: set[int] = field(default_factory=set)
    """Members flipped an odd number of times since they were prepared."""
    phases: dict[int, float] = field(default_factory=dict)

    def takes(self, operation: Instruction, qubits: list[int]) -> bool:
        """Put an operation where it belongs; say whether it belongs anywhere."""
        if self.readings.keys() & set(qubits) or operation.name == "reset":
            return False
        hub = next((q for q in qubits if q in self.hubs), None)
        try:
            if len(qubits) == 2 and hub is not None:
                return self._meet(operation, hub, qubits)
            if hub is not None:
                self._turn(operation, hub)
            elif self.members.keys().isdisjoint(qubits):
                self.before.append((operation, qubits))
            elif operation.name == "x":
                self._flip(qubits[0])
            elif operation.name in _DIAGONAL:
                self._phase(qubits[0], _angle(operation))
            else:
                return False
        except TypeError:  # an angle that is not a number yet
            return False
        return True

    def _meet(self, operation: Instruction, hub: int, qubits: list[int]) -> bool:
        member = qubits[1 - qubits.index(hub)]
        if member in self.hubs or operation.name not in _PAIRS:
            return False
        if member not in self.members:
            self.members[member] = None
            self._take_flips_of(member)
        angle = float(operation.params[0]) if operation.params else pi
        if operation.name != "rzz":
            if operation.name != "crz" or qubits[1] == member:
                self._phase(member, angle / 2)
            if operation.name != "crz" or qubits[1] == hub:
                self.events.append(Turn(hub=hub, gate=RZGate(angle / 2)))
            angle = -angle / 2
        angles = self.open.setdefault(hub, {})
        angles[member] = angles.get(member, 0.0) + angle
        return True

    def _take_flips_of(self, member: int) -> None:
        """Take the last flips of a member out of the preparation."""
        last = [i for i, (_, qubits) in enumerate(self.before) if member in qubits]
        while last and self.before[last[-1]][0].name == "x":
            del self.before[last.pop()]
            self.flipped ^= {member}
            self.flipped_first ^= {member}

    def _turn(self, operation: Instruction, hub: int) -> None:
        if operation.name not in _DIAGONAL and hub in self.open:
            self.events.append(Signal(hub=hub, angles=self.open.pop(hub)))
        self.events.append(Turn(hub=hub, gate=operation))

    def _flip(self, member: int) -> None:
        """Flip a member after all signals so far."""
        for hub in [hub for hub, angles in self.open.items() if member in angles]:
            self.events.append(Signal(hub=hub, angles=self.open.pop(hub)))
        self.events.append(Flip(qubits=frozenset({member})))
        self.flipped ^= {member}

    def _phase(self, member: int, angle: float) -> None:
        """Put a phase of a member before all flips."""
        sign = -1 if member in self.flipped else 1
        self.phases[member] = self.phases.get(member, 0.0) + sign * angle

    def parts(self) -> HubCircuit:
        """Return what was read, in order."""
        for hub, angles in self.open.items():
            self.events.append(Signal(hub=hub, angles=angles))
        self.events.insert(0, Flip(qubits=frozenset(self.flipped_first)))
        preparation = QuantumCircuit(self.circuit.num_qubits)
        preparation.global_phase = self.circuit.global_phase
        for operation, qubits in self.before:
            preparation.append(operation, qubits)
        for member, angle in self.phases.items():
            preparation.rz(angle, member)
        order = {event.hub: None for event in self.events if isinstance(event, Signal)}
        return HubCircuit(
            preparation=preparation,
            hubs=tuple(order),
            members=tuple(self.members),
            events=tuple(_grouped(self.events, list(order))),
            readings=tuple(self.readings.items()),
        )


def _angle(operation: Instruction) -> float:
    """Return the angle of the RZ that a diagonal gate is up to a phase."""
    return float(operation.params[0]) if operation.params else _PHASES[operation.name]


def _grouped(
    events: Sequence[Signal | Turn | Flip], hubs: list[int]
) -> Iterator[Signal | Turn | Flip]:
    """Yield the events with the hubs one after the other, which commute, and flips put together."""
    flips: set[int] = set()
    segment: list[Signal | Turn] = []
    for event in events:
        if isinstance(event, Flip):
            if segment:
                yield Flip(qubits=frozenset(flips))
                yield from sorted(segment, key=lambda each: hubs.index(each.hub))
                segment, flips = [], set()
            flips ^= event.qubits
        else:
            segment.append(event)
    yield Flip(qubits=frozenset(flips))
    yield from sorted(segment, key=lambda each: hubs.index(each.hub))
