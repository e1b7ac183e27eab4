"""Devices on which two-qubit gates join neighbors only, and how a circuit is brought to one."""

from collections.abc import Sequence

from qiskit import QuantumCircuit, transpile

Pairs = tuple[tuple[int, int], ...]
DEVICES = ("heavy-hex", "square")
"""IBM's Heron r2 with 156 qubits, and 8 x 8."""


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
