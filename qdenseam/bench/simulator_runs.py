"""How each simulator is given a circuit and asked for amplitudes; all at double precision but qsim.

A builder translates the circuit (timed as compilation) and returns a run (timed as simulation),
which returns the amplitudes at the asked-for indices of the state, qubit i being bit i.
"""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import numpy.typing as npt
from qiskit import QuantumCircuit, transpile

from circuits.bit_order import integer_to_bits
from qdenseam.bench.exact.matrix_product import matrix_product_run
from qdenseam.execution.compiling.compilation import into_small_gates
from qdenseam.execution.engines.wide_gates import into_wide_gates

Amplitudes = npt.NDArray[np.complex128]
Run = Callable[[], Amplitudes]
Builder = Callable[[QuantumCircuit, npt.NDArray[np.int64]], Run]

_SEED = 1


def _statevector(circuit: QuantumCircuit, indices: npt.NDArray[np.int64]) -> Run:
    from qiskit.quantum_info import Statevector

    [compiled] = into_small_gates([circuit], seed=_SEED)
    return lambda: Statevector(compiled).data[indices]


def _aer(circuit: QuantumCircuit, indices: npt.NDArray[np.int64]) -> Run:
    from qiskit_aer import AerSimulator

    simulator = AerSimulator(method="statevector", n_qubits=circuit.num_qubits)
    ready = circuit.copy()
    ready.save_amplitudes(indices.tolist(), "asked")
    compiled = transpile(ready, simulator, optimization_level=1, seed_transpiler=_SEED)
    return lambda: np.asarray(simulator.run(compiled).result().data(0)["asked"])


def _aer_mps(circuit: QuantumCircuit, indices: npt.NDArray[np.int64]) -> Run:
    return matrix_product_run(circuit, integer_to_bits(indices, circuit.num_qubits))


def _pennylane(name: str) -> Builder:
    def build(circuit: QuantumCircuit, indices: npt.NDArray[np.int64]) -> Run:
        import pennylane as qml

        from qdenseam.execution.engines.pennylane_gates import queue_circuit

        [compiled] = into_wide_gates([circuit], seed=_SEED)
        wires = list(range(circuit.num_qubits))[::-1]  # PennyLane's first wire is the top bit

        @qml.qnode(qml.device(name, wires=wires))
        def node() -> Any:
            queue_circuit(compiled)
            return qml.state()

        return lambda: np.asarray(node())[indices]

    return build


def _ddsim(circuit: QuantumCircuit, indices: npt.NDArray[np.int64]) -> Run:
    from mqt.core.plugins.qiskit import qiskit_to_mqt
    from mqt.ddsim import CircuitSimulator

    [compiled] = into_wide_gates([circuit], seed=_SEED)
    converted = qiskit_to_mqt(compiled)
    num_qubits = circuit.num_qubits
    paths = [f"{index:0{num_qubits}b}"[::-1] for index in indices.tolist()]

    def run() -> Amplitudes:
        simulator = CircuitSimulator(converted, seed=_SEED)
        simulator.simulate(1)
        diagram = simulator.get_constructed_dd()
        return np.array([diagram.get_amplitude(num_qubits, path) for path in paths])

    return run


_FEW = ("x", "h", "u", "p", "rx", "ry", "rz", "cx", "cz", "rzz")


def _qulacs(circuit: QuantumCircuit, indices: npt.NDArray[np.int64]) -> Run:
    import qulacs

    compiled = transpile(circuit, basis_gates=_FEW, optimization_level=1, seed_transpiler=_SEED)
    translated = qulacs.QuantumCircuit(circuit.num_qubits)
    for instruction in compiled.data:
        places = [compiled.find_bit(qubit).index for qubit in instruction.qubits]
        match instruction.name:
            case "barrier":
                continue
            case "cx":
                translated.add_CNOT_gate(*places)
            case "cz":
                translated.add_CZ_gate(*places)
            case "rzz":  # its rotations turn the other way
                angle = -float(instruction.params[0])
                translated.add_multi_Pauli_rotation_gate(places, [3, 3], angle)
            case _:
                translated.add_dense_matrix_gate(places[0], instruction.operation.to_matrix())

    def run() -> Amplitudes:
        state = qulacs.QuantumState(circuit.num_qubits)
        translated.update_quantum_state(state)
        return np.asarray(state.get_vector())[indices]

    return run


def _qsim(circuit: QuantumCircuit, indices: npt.NDArray[np.int64]) -> Run:
    cirq, qsimcirq = import_module("cirq"), import_module("qsimcirq")

    compiled = transpile(circuit, basis_gates=_FEW, optimization_level=1, seed_transpiler=_SEED)
    qubits = cirq.LineQubit.range(circuit.num_qubits)
    operations = []
    for instruction in compiled.data:
        on = [qubits[compiled.find_bit(qubit).index] for qubit in instruction.qubits]
        match instruction.name:
            case "barrier":
                continue
            case "cx":
                gate = cirq.CNOT
            case "cz":
                gate = cirq.CZ
            case "rzz":
                gate = cirq.ZZPowGate(exponent=instruction.params[0] / np.pi, global_shift=-0.5)
            case _:
                gate = cirq.MatrixGate(instruction.operation.to_matrix())
        operations.append(gate(*on))
    operations += [cirq.I(qubit) for qubit in qubits]  # an idle qubit would be left out
    translated = cirq.Circuit(operations)
    simulator = qsimcirq.QSimSimulator()

    def run() -> Amplitudes:
        result = simulator.simulate(translated, qubit_order=qubits[::-1])
        return np.asarray(result.final_state_vector)[indices]

    return run


SIMULATORS: dict[str, tuple[str | None, Builder]] = {
    "statevector": (None, _statevector),
    "aer": (None, _aer),
    "aer-mps": (None, _aer_mps),
    "pennylane:lightning.qubit": (None, _pennylane("lightning.qubit")),
    "pennylane:default.qubit": (None, _pennylane("default.qubit")),
    "ddsim": ("mqt.ddsim", _ddsim),
    "qulacs": ("qulacs", _qulacs),
    "qsim": ("qsimcirq", _qsim),
}
"""By name: the module that has to be installed beyond our own dependencies, and the builder."""

_DISTRIBUTIONS = {"mqt.ddsim": "mqt-ddsim"}


def missing(name: str) -> str | None:
    """Return what a simulator of :data:`SIMULATORS` lacks here, or None if it can run."""
    module, _ = SIMULATORS[name]
    if module is None or _is_installed(module):
        return None
    return f"not installed: pip install {_DISTRIBUTIONS.get(module, module)}"


def _is_installed(module: str) -> bool:
    top, _, _ = module.partition(".")
    return find_spec(top) is not None and find_spec(module) is not None
