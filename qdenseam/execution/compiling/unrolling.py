"""Unroll circuits for simulators: what Qiskit does at level 1 where nothing is laid out.

Qiskit's own function first imports every plugin installed, among them all of IBM's runtime, which
takes longer than Qiskit itself.
"""

from collections.abc import Sequence

from qiskit import QuantumCircuit
from qiskit.circuit.controlflow import get_control_flow_name_mapping
from qiskit.transpiler import ConditionalController, DoWhileController, PassManager, Target
from qiskit.transpiler.passes import (
    ContractIdleWiresInControlFlow,
    Depth,
    FixedPoint,
    GatesInBasis,
    InverseCancellation,
    Optimize1qGatesDecomposition,
    Size,
)
from qiskit.transpiler.preset_passmanagers import common

from qdenseam.execution.compiling.failures import compiled_for

SMALL_GATES = (
    *("id", "x", "y", "z", "h", "s", "sdg", "t", "tdg", "sx", "sxdg", "p", "r", "rx", "ry", "rz"),
    *("u", "cx", "cy", "cz", "ch", "cp", "crx", "cry", "crz", "cu", "swap", "iswap", "ecr"),
    *("rxx", "ryy", "rzz", "rzx", "ccx", "ccz", "cswap"),
)
"""Gates on up to three qubits that every circuit simulator knows."""


def into_small_gates(circuits: Sequence[QuantumCircuit]) -> list[QuantumCircuit]:
    """Return the circuits in :data:`SMALL_GATES`, with no layout or routing.

    A multi-controlled gate left whole would be multiplied out as a dense matrix by simulators that
    evolve a state gate by gate.

    Raises:
        BackendError: A gate of a circuit does not come apart into them.
    """
    control = get_control_flow_name_mapping()
    basis = [*SMALL_GATES, "measure", "delay", "reset", *control]
    target = Target.from_configuration(basis_gates=basis, custom_name_mapping=control)
    pass_manager = unrolling(target)
    with compiled_for("a simulator of small gates"):
        return [pass_manager.run(circuit) for circuit in circuits]


def unrolling(target: Target) -> PassManager:
    """Return Qiskit's passes of level 1 for a target without couplings.

    A circuit comes out gate by gate as from ``generate_preset_pass_manager(1, target=target)``,
    where nothing is random either.
    """
    gates = list(target.operation_names)
    translation = common.generate_translation_passmanager(
        target, basis_gates=gates, approximation_degree=1.0
    )
    cancellation = [InverseCancellation(), ContractIdleWiresInControlFlow()]
    measure = [Size(recurse=True), Depth(recurse=True), FixedPoint("size"), FixedPoint("depth")]
    again = ConditionalController(
        translation.to_flow_controller(), condition=lambda found: not found["all_gates_in_basis"]
    )
    loop = [
        Optimize1qGatesDecomposition(basis=gates, target=target),
        *cancellation,
        GatesInBasis(gates, target=target),
        again,
        *measure,
    ]
    passes = common.generate_control_flow_options_check(target=target, basis_gates=gates)
    passes.append(cancellation)
    passes += translation
    passes.append(
        [
            *measure,
            DoWhileController(
                loop,
                do_while=lambda found: (
                    not (found["size_fixed_point"] and found["depth_fixed_point"])
                ),
            ),
        ]
    )
    passes += common.generate_scheduling(
        target.durations(), None, target.timing_constraints(), target
    )
    return passes
