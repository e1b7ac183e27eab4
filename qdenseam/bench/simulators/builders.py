"""How each simulator is given a recall and asked for P(pattern μ, accepted), K numbers.

A builder prepares (timed as compilation) and returns a run (timed as simulation). Other packages
get our circuit and rows of bits, qubit i in column i, and return amplitudes there; our own engines
get the case and need no circuit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt
from qiskit import QuantumCircuit, transpile

from circuits.bit_order import Bits, bits_to_integer, check_bits
from circuits.energy.ansatz import warm_start_angles
from classical_ref.checks import Complexes, Floats
from qdenseam.bench.simulators import branch
from qdenseam.bench.simulators.cases import FAMILIES, RecallCase
from qdenseam.execution.compiling.unrolling import into_small_gates
from qdenseam.execution.engines.wide_gates import into_wide_gates
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.memories.energy import EnergyMemory
from qdenseam.methods import QAOA
from qdenseam.simulation.diagonal import Precision, qaoa_state

Probabilities = Callable[[], Floats]
Amplitudes = Callable[[], Complexes]

_SEED = 1
_DOUBLE, _PRODUCTS, _SINGLE = 1e-10, 1e-8, 1e-5


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulator:
    """One way to the probabilities."""

    circuit: Callable[[QuantumCircuit, Bits], Amplitudes] | None = None
    """From a circuit and the rows of bits whose amplitudes are asked for."""
    case: Callable[[RecallCase], Probabilities] | None = None
    """From the memory, the probe and the method, where no circuit is needed."""
    families: tuple[str, ...] = tuple(FAMILIES)
    """What it can run."""
    needs: str | None = None
    """The module that has to be installed beyond our dependencies."""
    tolerance: float = _DOUBLE
    """How far a probability may be off."""


def _exact(case: RecallCase) -> Probabilities:
    case.law()  # a memory keeps its energies
    return lambda: case.law().joint


def _branch(case: RecallCase) -> Probabilities:
    assert isinstance(case.memory, AmplitudeMemory)
    state = partial(branch.branch_state, case.method, case.memory, case.probe)
    return lambda: branch.accepted(state())


def _diagonal(case: RecallCase, precision: Precision = "double") -> Probabilities:
    assert isinstance(case.method, QAOA)
    assert isinstance(case.memory, EnergyMemory)
    dtype = np.float64 if precision == "double" else np.float32
    energies = case.memory.diagonal(case.probe).astype(dtype)
    start = warm_start_angles(case.probe, case.method.warm_start)
    gammas, betas = case.method.angles(case.memory)
    places = case.memory.pattern_indices()

    def run() -> Floats:
        state = qaoa_state(energies, start, gammas=gammas, betas=betas, precision=precision)
        return np.abs(state[places]) ** 2

    return run


def _statevector(circuit: QuantumCircuit, bits: Bits) -> Amplitudes:
    from qiskit.quantum_info import Statevector

    [compiled] = into_small_gates([circuit])
    places = bits_to_integer(bits)
    return lambda: Statevector(compiled).data[places]


def aer_run(circuit: QuantumCircuit, bits: Bits, **options: str) -> Amplitudes:
    """Return a run of Aer's state vector that gives amplitudes of rows of bits.

    Args:
        circuit: n qubits, unmeasured.
        bits: 0 and 1, shape ``(M, n)``, qubit i in column i.
        options: Of Aer, such as ``device="GPU"`` and ``precision="single"``.
    """
    from qiskit_aer import AerSimulator

    simulator = AerSimulator(method="statevector", n_qubits=circuit.num_qubits, **options)
    ready = circuit.copy()
    ready.save_amplitudes(bits_to_integer(bits).tolist(), "asked")
    compiled = transpile(ready, simulator, optimization_level=1, seed_transpiler=_SEED)
    return lambda: np.asarray(_answered(simulator.run(compiled).result())["asked"])


def matrix_product_run(circuit: QuantumCircuit, bits: npt.ArrayLike) -> Amplitudes:
    """Return a run of Aer's matrix product state that gives amplitudes of rows of bits.

    The amplitudes that Aer gives singly are in a wrong order (qiskit-aer #2235).

    Args:
        circuit: n qubits, unmeasured.
        bits: 0 and 1, shape ``(M, n)``, qubit i in column i.

    Returns:
        What simulates the circuit, at each call, and gives shape ``(M,)``.

    Raises:
        ValueError: The rows are not bits.
    """
    from qiskit_aer import AerSimulator

    simulator = AerSimulator(method="matrix_product_state", n_qubits=circuit.num_qubits)
    ready = circuit.copy()
    ready.save_matrix_product_state("asked")
    compiled = transpile(ready, simulator, optimization_level=1, seed_transpiler=_SEED)
    rows = check_bits(bits, ndim=None)
    return lambda: product_amplitudes(_answered(simulator.run(compiled).result())["asked"], rows)


def product_amplitudes(
    saved: tuple[Sequence[tuple[Complexes, Complexes]], Sequence[Floats]], bits: npt.ArrayLike
) -> Complexes:
    r"""Return ⟨x|ψ⟩ = Γ_0^{x_0} λ_0 Γ_1^{x_1} λ_1 ⋯ for rows of bits, in O(M n χ²).

    The full vector is never made, so that n may be in the hundreds. A superposition of K basis
    states has bond dimensions χ <= K, and at most 2^f K with f further qubits in any state.

    Args:
        saved: What ``save_matrix_product_state`` gives: pairs of matrices (Γ^0, Γ^1) per qubit and
            rows λ of Schmidt coefficients between neighbors.
        bits: 0 and 1, shape ``(M, n)``, qubit i in column i.

    Returns:
        Shape ``(M,)``.

    Raises:
        ValueError: The rows are not bits, one per qubit.
    """
    sites, bonds = saved
    rows = check_bits(bits, ndim=None)
    if rows.ndim != 2 or rows.shape[1] != len(sites):
        raise ValueError(f"bits should have shape (M, {len(sites)}). Got {rows.shape}.")
    left = np.ones((len(rows), 1, 1), dtype=np.complex128)
    for i, pair in enumerate(sites):
        site = np.stack([np.asarray(each, dtype=np.complex128) for each in pair])
        if i < len(bonds):
            site = site * np.asarray(bonds[i])
        left = left @ site[rows[:, i]]
    return left[:, 0, 0]


def _answered(result: Any) -> Any:
    """Return the data of Aer's result, which raises nothing where it failed."""
    if not result.success:
        raise RuntimeError(result.results[0].status if result.results else result.status)
    return result.data(0)


def _pennylane(name: str) -> Callable[[QuantumCircuit, Bits], Amplitudes]:
    def build(circuit: QuantumCircuit, bits: Bits) -> Amplitudes:
        import pennylane as qml

        from qdenseam.execution.engines.pennylane_gates import queue_circuit

        [compiled] = into_wide_gates([circuit], seed=_SEED)
        wires = list(range(circuit.num_qubits))[::-1]  # PennyLane's first wire is the top bit
        places = bits_to_integer(bits)

        @qml.qnode(qml.device(name, wires=wires))
        def node() -> Any:
            queue_circuit(compiled)
            return qml.state()

        return lambda: np.asarray(node())[places]

    return build


def _ddsim(circuit: QuantumCircuit, bits: Bits) -> Amplitudes:
    from mqt.core.plugins.qiskit import qiskit_to_mqt
    from mqt.ddsim import CircuitSimulator

    [compiled] = into_wide_gates([circuit], seed=_SEED)
    converted = qiskit_to_mqt(compiled)
    paths = ["".join(map(str, row)) for row in bits.tolist()]

    def run() -> Complexes:
        simulator = CircuitSimulator(converted, seed=_SEED)
        simulator.simulate(1)
        diagram = simulator.get_constructed_dd()
        return np.array([diagram.get_amplitude(circuit.num_qubits, path) for path in paths])

    return run


_FEW = ("x", "h", "u", "p", "rx", "ry", "rz", "cx", "cz", "rzz")


def _in_few_gates(circuit: QuantumCircuit) -> list[tuple[str, list[int], Any]]:
    """Return name, qubits and operation of every gate, on one or two qubits each."""
    compiled = transpile(circuit, basis_gates=_FEW, optimization_level=1, seed_transpiler=_SEED)
    return [
        (each.name, [compiled.find_bit(qubit).index for qubit in each.qubits], each.operation)
        for each in compiled.data
        if each.name != "barrier"
    ]


def _qulacs(circuit: QuantumCircuit, bits: Bits) -> Amplitudes:
    import qulacs

    translated = qulacs.QuantumCircuit(circuit.num_qubits)
    for name, places, operation in _in_few_gates(circuit):
        match name:
            case "cx":
                translated.add_CNOT_gate(*places)
            case "cz":
                translated.add_CZ_gate(*places)
            case "rzz":  # its rotations turn the other way
                angle = -float(operation.params[0])
                translated.add_multi_Pauli_rotation_gate(places, [3, 3], angle)
            case _:
                translated.add_dense_matrix_gate(places[0], operation.to_matrix())
    asked = bits_to_integer(bits)

    def run() -> Complexes:
        state = qulacs.QuantumState(circuit.num_qubits)
        translated.update_quantum_state(state)
        return np.asarray(state.get_vector())[asked]

    return run


def _qsim(circuit: QuantumCircuit, bits: Bits) -> Amplitudes:
    cirq, qsimcirq = import_module("cirq"), import_module("qsimcirq")
    qubits = cirq.LineQubit.range(circuit.num_qubits)
    operations = []
    for name, places, operation in _in_few_gates(circuit):
        match name:
            case "cx":
                gate = cirq.CNOT
            case "cz":
                gate = cirq.CZ
            case "rzz":
                gate = cirq.ZZPowGate(exponent=operation.params[0] / np.pi, global_shift=-0.5)
            case _:
                gate = cirq.MatrixGate(operation.to_matrix())
        operations.append(gate(*(qubits[place] for place in places)))
    operations += [cirq.I(qubit) for qubit in qubits]  # an idle qubit would be left out
    translated, simulator = cirq.Circuit(operations), qsimcirq.QSimSimulator()
    asked = bits_to_integer(bits)

    def run() -> Complexes:
        result = simulator.simulate(translated, qubit_order=qubits[::-1])
        return np.asarray(result.final_state_vector)[asked]

    return run


_SPANNED = ("amplification", "separation-filter", "amplified-filter")
SIMULATORS: dict[str, Simulator] = {
    "exact": Simulator(case=_exact),
    "branch": Simulator(case=_branch, families=_SPANNED),
    "diagonal": Simulator(case=_diagonal, families=("qaoa",)),
    "diagonal-single": Simulator(
        case=lambda case: _diagonal(case, "single"), families=("qaoa",), tolerance=_SINGLE
    ),
    "statevector": Simulator(circuit=_statevector),
    "aer": Simulator(circuit=aer_run),
    "aer-mps": Simulator(circuit=matrix_product_run, tolerance=_PRODUCTS),
    "pennylane:lightning.qubit": Simulator(circuit=_pennylane("lightning.qubit")),
    "pennylane:default.qubit": Simulator(circuit=_pennylane("default.qubit")),
    "ddsim": Simulator(circuit=_ddsim, needs="mqt.ddsim"),
    "qulacs": Simulator(circuit=_qulacs, needs="qulacs"),
    "qsim": Simulator(circuit=_qsim, needs="qsimcirq", tolerance=_SINGLE),
}
"""The law, our engines of K flag states and of diagonals, and the simulators of whole circuits."""
