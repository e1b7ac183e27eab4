"""What a device's calibration predicts for a compiled circuit: gates, readout and idling apart."""

from dataclasses import dataclass
from math import exp, prod

from qiskit import QuantumCircuit
from qiskit.circuit import Instruction
from qiskit.transpiler import Target

_FREE = frozenset({"barrier", "delay", "measure", "reset", "rz"})


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorBudget:
    """Probabilities of no error, as a product over all places where one can happen."""

    two_qubit_gates: float
    """By no gate on two qubits."""
    one_qubit_gates: float
    """By no gate on one qubit."""
    readout: float
    """By no measurement."""
    idling: float
    """By no relaxation of a waiting qubit; 1 where the circuit holds no delays."""

    @property
    def success(self) -> float:
        """Probability of no error at all: a prediction that takes every error for a failure."""
        return self.two_qubit_gates * self.one_qubit_gates * self.readout * self.idling


def error_budget(
    circuit: QuantumCircuit, target: Target, qubits: tuple[int, ...] | None = None
) -> ErrorBudget:
    r"""Return the budget of a compiled circuit.

    A gate of average error e on d dimensions survives with 1 - e(d + 1)/d (the process
    fidelity), a measurement with 1 - e, and a wait of τ with
    (1 + e^{-τ/T1} + 2 e^{-τ/T2})/4, from the first gate on a qubit on: nothing happens to |0⟩.

    Args:
        circuit: In the target's gates, with delays where waiting counts.
        target: The device.
        qubits: The device's qubit behind each qubit of the circuit; by default the same number.

    Raises:
        ValueError: The target does not report an operation of the circuit.
    """
    places = tuple(range(circuit.num_qubits)) if qubits is None else qubits
    survival = {"one": [1.0], "two": [1.0], "readout": [1.0], "idling": [1.0]}
    started: set[int] = set()
    for instruction in circuit.data:
        name = instruction.name
        where = tuple(places[circuit.find_bit(q).index] for q in instruction.qubits)
        if name == "delay" and where[0] in started:
            survival["idling"].append(_waiting(target, where[0], instruction.operation))
        if name == "measure":
            survival["readout"].append(1 - reported_error(target, name, where))
        if name in _FREE:
            continue
        started.update(where)
        two = len(where) == 2
        error = reported_error(target, name, where) * (5 / 4 if two else 3 / 2)
        survival["two" if two else "one"].append(max(0.0, 1 - error))
    return ErrorBudget(
        two_qubit_gates=prod(survival["two"]),
        one_qubit_gates=prod(survival["one"]),
        readout=prod(survival["readout"]),
        idling=prod(survival["idling"]),
    )


def reported_error(target: Target, name: str, qubits: tuple[int, ...]) -> float:
    """Return the error that a device reports for an operation; none reported counts as 0.

    Raises:
        ValueError: The device has no such operation there.
    """
    if name not in target.operation_names or qubits not in target[name]:
        raise ValueError(
            f"A circuit should be in the device's operations. Got {name!r} on {qubits}; compile "
            "it first."
        )
    entry = target[name][qubits]
    return 0.0 if entry is None or entry.error is None else float(entry.error)


def with_delays(circuit: QuantumCircuit, target: Target, qubits: tuple[int, ...]) -> QuantumCircuit:
    """Return a compiled circuit with every wait written as a delay, gates as late as possible.

    Simulated noise acts during operations only; with delays it also acts on waiting qubits.
    """
    from qiskit.transpiler import PassManager
    from qiskit.transpiler.passes import ALAPScheduleAnalysis, PadDelay

    from qdenseam.execution.devices.parts import part_of_target

    part = part_of_target(target, qubits)
    durations = part.durations()
    passes = PassManager([ALAPScheduleAnalysis(durations, part), PadDelay(target=part)])
    padded = passes.run(circuit)
    padded.metadata = circuit.metadata
    return padded


def _waiting(target: Target, qubit: int, delay: Instruction) -> float:
    properties = None if target.qubit_properties is None else target.qubit_properties[qubit]
    seconds = delay_seconds(delay, target.dt)
    if properties is None or properties.t1 is None or properties.t2 is None:
        return 1.0
    return (1 + exp(-seconds / properties.t1) + 2 * exp(-seconds / properties.t2)) / 4


def delay_seconds(delay: Instruction, dt: float | None) -> float:
    """Return the seconds of a delay on a device whose time steps take ``dt`` seconds, if any."""
    scale = {"dt": dt or 0.0, "s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9, "ps": 1e-12}
    return float(delay.duration) * scale[delay.unit]


def measured_into(circuit: QuantumCircuit, register: str) -> tuple[int, ...]:
    """Return the circuit's qubit that is measured into each bit of a classical register.

    Raises:
        ValueError: There is no such register, or a bit of it is not measured into.
    """
    bits = next((tuple(r) for r in circuit.cregs if r.name == register), ())
    found = {
        i.clbits[0]: circuit.find_bit(i.qubits[0]).index
        for i in circuit.data
        if i.name == "measure"
    }
    if not bits or any(bit not in found for bit in bits):
        raise ValueError(f"A circuit should measure into all of {register!r}.")
    return tuple(found[bit] for bit in bits)
