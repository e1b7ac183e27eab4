"""Circuits are joined by register name: ``memory``, ``flag`` and clean ``ancilla`` qubits."""

from collections.abc import Sequence
from typing import TypeAlias

from qiskit import AncillaRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import ParameterExpression

from circuits.blocks import append, block
from classical_ref.checks import checked, shown

Angle: TypeAlias = float | ParameterExpression
"""A number, or a parameter that is bound later."""
_ORDER = ("memory", "flag", "ancilla")


@checked
def join(
    parts: Sequence[QuantumCircuit], names: Sequence[str | tuple[str, Angle]] = ()
) -> QuantumCircuit:
    """Return the circuits one after the other on shared registers.

    Each register of the result is as large as the largest of its name among the parts; a part
    with a smaller one uses its first qubits. Ancillas are shared: every part must give them back
    clean. A part with a name, or with a name and an angle to show, is one block of the result
    (:func:`circuits.blocks.block`); one named ``""`` or that measures on the way is not.

    Raises:
        ValueError: There are no parts, or a part has a register of another name.
    """
    if not all(isinstance(part, QuantumCircuit) for part in parts):
        raise TypeError(f"parts should be circuits in a list. Got {shown(parts)}.")
    if not parts:
        raise ValueError("join needs at least one circuit. Got none.")
    if names and len(names) != len(parts):
        raise ValueError(f"names should be one for each of {len(parts)} parts. Got {len(names)}.")
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
    for part, name in zip(parts, names or [""] * len(parts), strict=True):
        qubits = [registers[r.name][i] for r in part.qregs for i in range(len(r))]
        if name and not part.clbits:
            title = (name,) if isinstance(name, str) else name
            append(circuit, block(*title, part=part), qubits)
        else:
            circuit.compose(part, qubits, inplace=True, copy=False)
    return circuit
