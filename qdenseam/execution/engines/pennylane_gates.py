r"""Qiskit circuits as PennyLane operations: gate by gate, with the same unitary and global phase.

Qubit i becomes wire i. PennyLane takes its first wire as the most significant bit, Qiskit its
first qubit as the least: ``qml.matrix(..., wire_order=range(n)[::-1])`` is Qiskit's matrix.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from math import pi
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from qiskit import QuantumCircuit
from qiskit.circuit import Clbit, ControlledGate, Parameter, ParameterExpression

from qdenseam.errors import BackendError
from qdenseam.execution.engines.wide_gates import WIDE_GATES

if TYPE_CHECKING:
    from pennylane.measurements import MeasurementValue

PENNYLANE_GATES: Final = (*WIDE_GATES, "cs", "csdg", "csx", "dcx", "unitary")
"""The basis that :func:`queue_circuit` reads; controlled forms of these gates are read too."""

Values: TypeAlias = Mapping[Parameter, Any]
_Gate: TypeAlias = Callable[[Sequence[Any], Sequence[int]], Any]
"""Queues a gate, given its angles and its wires."""


def queue_circuit(
    circuit: QuantumCircuit, values: Values | None = None
) -> "dict[Clbit, MeasurementValue]":
    """Apply the circuit's operations to the PennyLane tape that is being recorded.

    Args:
        circuit: Gates of :data:`PENNYLANE_GATES`. Measurements and resets become PennyLane's
            mid-circuit measurements, ``if`` over a bit or a register its conditions.
        values: What the free parameters are, numbers or differentiable tensors; angles must be
            linear in them.

    Returns:
        For each classical bit that was written, PennyLane's value of its last measurement.

    Raises:
        BackendError: An operation has no counterpart, or a parameter no value.
    """
    import pennylane as qml

    if isinstance(circuit.global_phase, ParameterExpression) or circuit.global_phase:
        qml.GlobalPhase(-_value(circuit.global_phase, values))
    readings: dict[Clbit, Any] = {}
    touched: set[int] = set()
    for instruction in circuit.data:
        wires = [circuit.find_bit(qubit).index for qubit in instruction.qubits]
        match instruction.name:
            case "barrier" | "delay":
                continue
            case "measure":
                readings[instruction.clbits[0]] = qml.measure(wires[0])
            case "reset":
                if wires[0] in touched:  # else it is |0⟩ already
                    qml.measure(wires[0], reset=True)
            case "if_else":
                _queue_branches(instruction.operation, wires, values, readings)
            case _:
                _queue_gate(instruction.operation, wires, values)
        touched.update(wires)
    return readings


def _queue_gate(operation: Any, wires: Sequence[int], values: Values | None) -> None:
    _gate(operation)([_value(angle, values) for angle in operation.params], wires)


def _queue_branches(
    operation: Any, wires: Sequence[int], values: Values | None, readings: dict[Clbit, Any]
) -> None:
    """Queue the blocks of an ``if``, each under its condition."""
    import pennylane as qml

    if not isinstance(operation.condition, tuple):
        raise BackendError(
            "A condition for PennyLane should compare one bit or one register with a number. Got "
            "an expression; use 'aer'."
        )
    left, wanted = operation.condition
    bits = [left] if isinstance(left, Clbit) else list(left)
    # a bit that was never written is 0
    reading = sum(readings[bit] * 2**i for i, bit in enumerate(bits) if bit in readings)
    for outcome, block in zip((True, False), operation.blocks, strict=False):
        if any(inner.clbits or inner.name == "reset" for inner in block.data):
            raise BackendError(
                "A conditional block for PennyLane should hold gates only. Got one that measures, "
                "resets or branches; use 'aer'."
            )

        def queue(block: QuantumCircuit = block) -> None:
            if block.global_phase:
                qml.GlobalPhase(-_value(block.global_phase, values))
            for inner in block.data:
                if inner.name not in ("barrier", "delay"):
                    places = [wires[block.find_bit(qubit).index] for qubit in inner.qubits]
                    _queue_gate(inner.operation, places, values)

        holds = reading == int(wanted)
        if isinstance(reading, int):
            if holds == outcome:
                queue()
        else:
            qml.cond(holds if outcome else ~holds, queue)()


def _value(angle: Any, values: Values | None) -> Any:
    """Return a gate's parameter as it is, or a linear expression evaluated on tensors."""
    if not isinstance(angle, ParameterExpression):
        return angle
    free = sorted(angle.parameters, key=lambda parameter: parameter.name)
    total: Any = float(angle.bind(dict.fromkeys(free, 0.0)))
    for parameter in free:
        if values is None or parameter not in values:
            raise BackendError(
                f"Every parameter should have a value. Got none for {parameter.name!r}."
            )
        slope = angle.gradient(parameter)
        if isinstance(slope, ParameterExpression) and slope.parameters:
            raise BackendError(f"Angles should be linear in their parameters. Got {angle}.")
        total = total + float(slope) * values[parameter]
    return total


def _gate(operation: Any) -> _Gate:
    import pennylane as qml

    controls = operation.num_ctrl_qubits if isinstance(operation, ControlledGate) else 0
    if controls and operation.ctrl_state != 2**controls - 1:
        return _open_controls(operation)
    if operation.name in _gates():
        return _gates()[operation.name]
    if not controls:
        raise BackendError(
            f"A gate for PennyLane should be one of {', '.join(PENNYLANE_GATES)}. Got "
            f"{operation.name!r}; compile the circuit first."
        )
    base = _gate(operation.base_gate)
    return lambda angles, wires: qml.ctrl(base, control=wires[:controls])(angles, wires[controls:])


def _open_controls(operation: Any) -> _Gate:
    """Return the gate on all controls 1, between X on those that should be 0."""
    import pennylane as qml

    closed = operation.to_mutable()
    closed.ctrl_state = None
    gate = _gate(closed)
    zeros = [i for i in range(operation.num_ctrl_qubits) if not operation.ctrl_state >> i & 1]

    def queue(angles: Sequence[Any], wires: Sequence[int]) -> None:
        for i in zeros:
            qml.X(wires[i])
        gate(angles, wires)
        for i in zeros:
            qml.X(wires[i])

    return queue


@cache
def _gates() -> dict[str, _Gate]:
    """Return how each gate is written; cs, csdg, csx and mcphase are controlled forms."""
    import pennylane as qml

    def one(gate: Any) -> _Gate:
        return lambda angles, wires: gate(*angles, wires=wires)

    def inverse(gate: Any) -> _Gate:
        return lambda angles, wires: qml.adjoint(gate)(wires=wires)  # noqa: ARG005

    def r(angles: Sequence[Any], wires: Sequence[int]) -> None:
        theta, phi = angles
        qml.U3(theta, phi - pi / 2, pi / 2 - phi, wires=wires)

    def cu(angles: Sequence[Any], wires: Sequence[int]) -> None:
        qml.PhaseShift(angles[3], wires=wires[0])
        qml.ctrl(qml.U3, control=wires[0])(*angles[:3], wires=wires[1])

    def rzx(angles: Sequence[Any], wires: Sequence[int]) -> None:
        qml.Hadamard(wires[1])
        qml.IsingZZ(angles[0], wires=wires)
        qml.Hadamard(wires[1])

    def dcx(_: Sequence[Any], wires: Sequence[int]) -> None:
        qml.CNOT(wires)
        qml.CNOT(wires[::-1])

    def unitary(angles: Sequence[Any], wires: Sequence[int]) -> None:
        qml.QubitUnitary(angles[0], wires=wires[::-1])

    same = {
        **{"id": qml.Identity, "x": qml.X, "y": qml.Y, "z": qml.Z, "h": qml.Hadamard},
        **{"s": qml.S, "t": qml.T, "sx": qml.SX, "p": qml.PhaseShift, "u": qml.U3},
        **{"rx": qml.RX, "ry": qml.RY, "rz": qml.RZ},
        **{"rxx": qml.IsingXX, "ryy": qml.IsingYY, "rzz": qml.IsingZZ},
        **{"cx": qml.CNOT, "cy": qml.CY, "cz": qml.CZ, "ch": qml.CH, "swap": qml.SWAP},
        **{"crx": qml.CRX, "cry": qml.CRY, "crz": qml.CRZ, "cp": qml.ControlledPhaseShift},
        **{"iswap": qml.ISWAP, "ecr": qml.ECR, "ccx": qml.Toffoli, "ccz": qml.CCZ},
        **{"cswap": qml.CSWAP, "mcx": qml.MultiControlledX},
    }
    return {
        **{name: one(gate) for name, gate in same.items()},
        **{"sdg": inverse(qml.S), "tdg": inverse(qml.T), "sxdg": inverse(qml.SX)},
        **{"r": r, "cu": cu, "rzx": rzx, "dcx": dcx, "unitary": unitary},
    }
