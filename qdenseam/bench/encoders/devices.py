"""Devices on which two-qubit gates join neighbors only, and how a circuit is brought to one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from qiskit import QuantumCircuit, transpile

Pairs = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """Qubits and the pairs of them that are coupled."""

    name: str
    pairs: Pairs

    @property
    def num_qubits(self) -> int:
        """Number of physical qubits."""
        return 1 + max(max(pair) for pair in self.pairs)

    def route(self, circuit: QuantumCircuit, layout: Sequence[int] | None = None) -> QuantumCircuit:
        """Return the circuit on the device in CX and U: level 3, the better of two seeds.

        The qubits are renamed so that qubit i of the result ends as qubit i of ``circuit``.

        Args:
            circuit: What to map.
            layout: The physical qubit on which each qubit starts, ``None`` for the transpiler's
                choice.
        """
        found = [
            transpile(
                circuit,
                basis_gates=["cx", "u"],
                coupling_map=[list(pair) for a, b in self.pairs for pair in ((a, b), (b, a))],
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


def heavy_hex() -> Device:
    """Return the 156 qubits of an IBM Heron r2: eight rows of 16, four bridges between two rows."""
    pairs: list[tuple[int, int]] = []
    for row in range(8):
        start = 20 * row
        pairs += [(start + column, start + column + 1) for column in range(15)]
        for bridge in range(4 if row < 7 else 0):
            column, middle = 4 * bridge + (3 if row % 2 == 0 else 1), start + 16 + bridge
            pairs += [(start + column, middle), (middle, start + 20 + column)]
    return Device(name="heavy-hex", pairs=tuple(pairs))


def square_lattice(side: int = 8) -> Device:
    """Return ``side`` x ``side`` qubits, each coupled to its up to four neighbors."""
    pairs = [
        (q, q + step)
        for q in range(side * side)
        for step in (1, side)
        if (step == side or (q + 1) % side) and q + step < side * side
    ]
    return Device(name="square", pairs=tuple(pairs))


DEVICES = {device.name: device for device in (heavy_hex(), square_lattice())}
"""Every device by name."""


def find_devices(names: Iterable[str]) -> tuple[Device, ...]:
    """Return the devices of these names.

    Raises:
        ValueError: There is no device of that name.
    """
    chosen = list(names)
    for name in chosen:
        if name not in DEVICES:
            raise ValueError(f"device should be one of {sorted(DEVICES)}. Got {name!r}.")
    return tuple(DEVICES[name] for name in chosen)
