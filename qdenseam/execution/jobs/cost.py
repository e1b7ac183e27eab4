"""What a submission will cost, from its compiled circuits and the device's calibration."""

from collections.abc import Sequence

from qiskit import QuantumCircuit

from circuits.circuit_facts import two_qubit_depth, two_qubit_gates
from qdenseam.execution.base import Engine
from qdenseam.execution.devices.calibrated import calibrated, shot_seconds
from qdenseam.formats import CostEstimate

JOB_SECONDS = 2.0
"""Seconds of quantum processor that a job takes beside its shots."""
SECONDS_FORMULA = (
    f"{JOB_SECONDS:g} s per job + shots x (the device's repetition delay + circuit duration)"
)
"""How the seconds are estimated: IBM's published baseline without error suppression."""


def estimate_cost(
    engine: Engine, compiled: Sequence[QuantumCircuit], *, shots: int, num_jobs: int
) -> CostEstimate:
    """Return what running compiled circuits will take.

    Args:
        engine: What compiled them.
        compiled: Circuits for the engine's target.
        shots: Shots per circuit.
        num_jobs: Jobs that they are sent in.
    """
    is_counted = engine.target is not None and all(
        instruction.name == "barrier" or len(instruction.qubits) <= 2
        for circuit in compiled
        for instruction in circuit.data
        if not instruction.is_control_flow()
    )
    target = engine.target
    known = [] if target is None else [calibrated(each, target) for each in compiled]
    fidelities = [each.fidelity for each in known if each.fidelity is not None]
    durations = [each for each in (shot_seconds(engine, c) for c in compiled) if each is not None]
    return CostEstimate(
        num_jobs=num_jobs,
        num_circuits=len(compiled),
        executions=len(compiled) * shots,
        two_qubit_gates=max(map(two_qubit_gates, compiled), default=0) if is_counted else None,
        two_qubit_depth=max(map(two_qubit_depth, compiled), default=0) if is_counted else None,
        fidelity=min(fidelities, default=None),
        seconds=num_jobs * JOB_SECONDS + shots * sum(durations) if durations else None,
    )
