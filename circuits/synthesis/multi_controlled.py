r"""Gates controlled by many qubits, with one clean ancilla and relative-phase Toffolis.

All of them stand on one ladder: a basis permutation P (up to phases) after which the conjunction
of n qubits is the conjunction of just two of them. It needs n - 2 Toffolis and a single clean
ancilla, because a qubit that took part in a conjunction is known to be 1, hence usable as clean,
in the branch where that conjunction holds (Khattar and Gidney, "Rise of conditionally clean
ancillae", 2024). Between P and its inverse stands a gate that is diagonal on P's qubits, so the
phases of relative-phase Toffolis cancel and each costs 3 CX instead of 6 (Maslov 2016).
"""

from collections.abc import Sequence
from math import pi
from typing import Literal

from qiskit import QuantumCircuit
from qiskit.circuit import Qubit

from circuits.blocks import append, block

Toffoli = tuple[Qubit, Qubit, Qubit]


def num_ancillas(num_controls: int) -> int:
    """Return how many clean ancillas a conjunction of ``num_controls`` qubits needs: 0 or 1."""
    return int(num_controls > 2)


def append_phase(
    circuit: QuantumCircuit,
    angle: float,
    qubits: Sequence[Qubit],
    ancilla: Qubit | None = None,
    *,
    zeros: Sequence[Qubit] = (),
) -> None:
    r"""Append e^{i·angle} on the state in which all ``qubits`` are 1, but for ``zeros``.

    Costs 6(n - 2) + 2 CX for n >= 3 qubits, 2 for n = 2 and none for n = 1.

    Args:
        circuit: The circuit to append to.
        angle: The phase, in radians.
        qubits: At least one qubit.
        ancilla: A clean qubit, given back clean; needed from three qubits up.
        zeros: Those of the qubits that should be 0 instead.

    Raises:
        ValueError: No qubits, or no ancilla where one is needed.
    """
    for zero in zeros:
        circuit.x(zero)
    if len(qubits) == 1:
        circuit.p(angle, qubits[0])
    else:
        pair, ladder = conjunction_ladder(qubits, ancilla)
        _append_ladder(circuit, ladder)
        circuit.cp(angle, *pair)
        _append_ladder_inverse(circuit, ladder)
    for zero in zeros:
        circuit.x(zero)


def append_zero_phase(
    circuit: QuantumCircuit, angle: float, qubits: Sequence[Qubit], ancilla: Qubit | None = None
) -> None:
    """Append e^{i·angle} on the state in which all ``qubits`` are 0, as a block ``mark_zero``.

    Costs and errors are those of :func:`append_phase`.
    """
    wires = [*qubits, *([] if ancilla is None else [ancilla])]
    part = QuantumCircuit(len(wires))
    own = part.qubits[: len(qubits)]
    append_phase(part, angle, own, part.qubits[-1] if ancilla is not None else None, zeros=own)
    append(circuit, block("mark_zero", part=part), wires)


def append_rotation(
    circuit: QuantumCircuit,
    axis: Literal["y", "z"],
    angle: float,
    controls: Sequence[Qubit],
    target: Qubit,
    ancilla: Qubit | None = None,
) -> None:
    r"""Append RY(angle) or RZ(angle) on ``target`` controlled by all ``controls``.

    Costs 6(n - 2) + 4 CX for n >= 2 controls and 2 for one control. Raises as :func:`append_phase`.
    """
    if len(controls) == 1:
        (circuit.cry if axis == "y" else circuit.crz)(angle, controls[0], target)
        return
    (first, second), ladder = conjunction_ladder(controls, ancilla)
    _append_ladder(circuit, ladder)
    rotate = circuit.ry if axis == "y" else circuit.rz
    for sign, control in ((1, first), (-1, second), (1, first), (-1, second)):
        rotate(sign * angle / 4, target)
        circuit.cx(control, target)
    _append_ladder_inverse(circuit, ladder)


def conjunction_ladder(
    qubits: Sequence[Qubit], ancilla: Qubit | None
) -> tuple[tuple[Qubit, Qubit], list[Toffoli]]:
    """Return two qubits whose conjunction is that of all ``qubits`` after a list of Toffolis.

    Each step (a, b, t) means: flip t unless it is the clean ancilla (the target of the first
    step only), then t ^= a and b. The steps are undone in reverse order. For n qubits there are
    n - 2 steps.

    Raises:
        ValueError: Fewer than two qubits, or more than two without an ancilla.
    """
    if len(qubits) < 2:
        raise ValueError(f"a conjunction needs at least two qubits. Got {len(qubits)}.")
    if len(qubits) == 2:
        return (qubits[0], qubits[1]), []
    if ancilla is None:
        raise ValueError(
            f"a conjunction of {len(qubits)} qubits needs one clean ancilla. Got none; "
            "pass ancilla=."
        )
    # Upward: pair after pair; each result lands on a qubit that is 1 wherever the pair before it
    # holds. `free` keeps the other qubit of that pair for the way down.
    steps: list[Toffoli] = [(qubits[0], qubits[1], ancilla)]
    chain, free = [ancilla], []
    last_pair = (qubits[0], qubits[1])
    for k in range(2, len(qubits) - 1, 2):
        steps.append((qubits[k], qubits[k + 1], last_pair[1]))
        chain.append(last_pair[1])
        free.append(last_pair[0])
        last_pair = (qubits[k], qubits[k + 1])
    if len(qubits) % 2:
        chain.append(qubits[-1])
        free.append(last_pair[0])
    # Downward: fold the last two links of the chain into the free qubit that is clean there.
    while len(chain) > 2:
        deepest, above = chain.pop(), chain.pop()
        free.pop()
        target = free[-1]
        steps.append((above, deepest, target))
        chain.append(target)
    return (chain[0], chain[1]), steps


def _append_ladder(circuit: QuantumCircuit, steps: Sequence[Toffoli]) -> None:
    for index, (first, second, target) in enumerate(steps):
        if index:  # only the first step lands on the clean ancilla
            circuit.x(target)
        append_relative_phase_toffoli(circuit, first, second, target)


def _append_ladder_inverse(circuit: QuantumCircuit, steps: Sequence[Toffoli]) -> None:
    for index, (first, second, target) in reversed(list(enumerate(steps))):
        append_relative_phase_toffoli(circuit, first, second, target)
        if index:
            circuit.x(target)


def append_relative_phase_toffoli(
    circuit: QuantumCircuit, first: Qubit, second: Qubit, target: Qubit
) -> None:
    """Append Margolus' gate: a Toffoli with a sign, its own inverse, 3 CX."""
    circuit.ry(pi / 4, target)
    circuit.cx(second, target)
    circuit.ry(pi / 4, target)
    circuit.cx(first, target)
    circuit.ry(-pi / 4, target)
    circuit.cx(second, target)
    circuit.ry(-pi / 4, target)
