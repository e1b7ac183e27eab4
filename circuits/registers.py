"""Circuits are joined by register name: ``memory``, ``flag`` and clean ``ancilla`` qubits."""

from collections.abc import Sequence

from qiskit import AncillaRegister, QuantumCircuit, QuantumRegister

_ORDER = ("memory", "flag", "ancilla")


def join(parts: Sequence[QuantumCircuit], names: Sequence[str] = ()) -> QuantumCircuit:
    """Return the circuits one after the other on shared registers.

    Each register of the result is as large as the largest of its name among the parts; a part
    with a smaller one uses its first qubits. Ancillas are shared: every part must give them back
    clean. Where the parts have names, ``metadata["steps"]`` of the result lists for each its name,
    the number of instructions up to its end and the global phase so far: the state can be followed.

    Raises:
        ValueError: There are no parts, or a part has a register of another name.
    """
    if not parts:
        raise ValueError("join needs at least one circuit. Got none.")
    sizes = dict.fromkeys(_ORDER, 0)
    for part in parts:
        for register in part.qregs:
            if register.name not in sizes:
                raise ValueError(
                    f"registers should be named {', '.join(_ORDER)}. Got {register.name!r}."
                )
            sizes[register.name] = max(sizes[register.name], len(register))
    registers = {
        name: (AncillaRegister if name == "ancilla" else QuantumRegister)(size, name)
        for name, size in sizes.items()
        if size
    }
    circuit = QuantumCircuit(*registers.values())
    steps = []
    for part, name in zip(parts, names or [""] * len(parts), strict=True):
        qubits = [registers[r.name][i] for r in part.qregs for i in range(len(r))]
        circuit.compose(part, qubits, inplace=True)
        steps.append([name, len(circuit.data), circuit.global_phase])
    if names:
        circuit.metadata = {"steps": steps}
    return circuit
