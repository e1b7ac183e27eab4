"""State-preparation circuits of other packages, brought to our register layout.

Each function returns the circuit as its package builds it, with the D memory qubits first, or
raises :class:`PeerUnavailable` with the reason; :func:`lowered` brings it to CX and U. Packages are
imported when they are needed.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np
from qiskit import QuantumCircuit, transpile

from circuits.bit_order import Bits, bits_to_integer
from classical_ref.checks import Complexes

MAX_DENSE = 10
"""Neurons up to which dense peers run."""
MAX_BITS = {"merge": 64 * 256, "pivot": 2048, "cvo_qram": 512, "superposition": 64}
"""Bits D K up to which sparse peers run.

Merge always takes part; Pivot and CVO-QRAM need more CX than Merge wherever they were run.
PennyLane's ``Superposition`` takes 12,268 CX at D = K = 8 and 142,359, in a minute, at D = K = 16.
"""


class PeerUnavailable(Exception):  # noqa: N818  (a reason to skip, not an error)
    """Why a peer does not take part."""


def qiskit_dense(bits: Bits, amplitudes: Complexes) -> QuantumCircuit:
    """Return Qiskit's ``StatePreparation``."""
    from qiskit.circuit.library import StatePreparation

    circuit = QuantumCircuit(bits.shape[1])
    circuit.append(StatePreparation(_vector(bits, amplitudes)), circuit.qubits)
    return circuit


def qclib_low_rank(bits: Bits, amplitudes: Complexes) -> QuantumCircuit:
    """Return qclib's ``LowRankInitialize`` (exact Schmidt rank)."""
    module = _qclib()
    gate = module.LowRankInitialize(_vector(bits, amplitudes))
    return _placed(gate.definition, bits.shape[1], reverse=False)


def qclib_merge(bits: Bits, amplitudes: Complexes) -> QuantumCircuit:
    """Return qclib's ``MergeInitialize`` (Gleinig and Hoefler)."""
    _check_size(bits, "merge")
    gate = _qclib().MergeInitialize(_labels(bits, amplitudes))
    return _placed(gate.definition, bits.shape[1], reverse=False)


def qclib_pivot(bits: Bits, amplitudes: Complexes) -> QuantumCircuit:
    """Return qclib's ``PivotInitialize`` with ancillas (Malvetti et al.)."""
    _check_size(bits, "pivot")
    gate = _qclib().PivotInitialize(_labels(bits, amplitudes), opt_params={"aux": True})
    return _placed(gate._define_initialize(), bits.shape[1], reverse=True)  # noqa: SLF001


def qclib_cvo_qram(bits: Bits, amplitudes: Complexes) -> QuantumCircuit:
    """Return qclib's ``CvoqramInitialize``, which wants patterns in order of their weight."""
    _check_size(bits, "cvo_qram")
    order = np.argsort(bits.sum(axis=1), kind="stable")
    gate = _qclib().CvoqramInitialize(_labels(bits[order], amplitudes[order]))
    return _placed(gate._define_initialize(), bits.shape[1], reverse=True)  # noqa: SLF001


def pennylane_superposition(bits: Bits, amplitudes: Complexes) -> QuantumCircuit:
    """Return PennyLane's ``Superposition`` decomposed to CNOT and one-qubit gates."""
    _check_size(bits, "superposition")
    import pennylane as qml

    num_neurons = bits.shape[1]
    operation = qml.Superposition(
        amplitudes, bits.astype(int), wires=range(num_neurons), work_wire=num_neurons
    )
    tape = qml.tape.QuantumScript([operation])
    gates = {"CNOT", "RX", "RY", "RZ", "PhaseShift", "Hadamard", "PauliX", "GlobalPhase"}
    (lowered,), _ = qml.transforms.decompose(tape, gate_set=gates)
    circuit = QuantumCircuit(num_neurons + 1)
    for gate in lowered.operations:
        wires = [int(w) for w in gate.wires]
        if gate.name == "CNOT":
            circuit.cx(*wires)
        elif gate.name == "GlobalPhase":
            continue
        elif len(wires) == 1:
            circuit.unitary(np.asarray(gate.matrix()), wires)
        else:
            raise PeerUnavailable(f"its decomposition holds {gate.name}")
    return circuit


PEERS: dict[str, tuple[str, Callable[[Bits, Complexes], QuantumCircuit]]] = {
    "qclib_merge": ("qclib", qclib_merge),
    "qclib_pivot": ("qclib", qclib_pivot),
    "qclib_cvo_qram": ("qclib", qclib_cvo_qram),
    "qclib_low_rank": ("qclib", qclib_low_rank),
    "pennylane_superposition": ("pennylane", pennylane_superposition),
    "qiskit_state_preparation": ("qiskit", qiskit_dense),
}
"""Every peer by name: the module that it needs, and its circuit."""


def _qclib() -> Any:
    return import_module("qclib.state_preparation")


def _check_size(bits: Bits, peer: str) -> None:
    if bits.size > MAX_BITS[peer]:
        raise PeerUnavailable(f"large and slow: left out beyond {MAX_BITS[peer]} bits in all")


def _vector(bits: Bits, amplitudes: Complexes) -> Complexes:
    num_neurons = bits.shape[1]
    if num_neurons > MAX_DENSE:
        raise PeerUnavailable(f"dense, 2^D gates: left out beyond {MAX_DENSE} neurons")
    vector = np.zeros(2**num_neurons, dtype=np.complex128)
    vector[bits_to_integer(bits)] = amplitudes
    return vector


def _labels(bits: Bits, amplitudes: Complexes) -> dict[str, complex]:
    return {
        "".join(map(str, row)): complex(a) for row, a in zip(bits.tolist(), amplitudes, strict=True)
    }


def _placed(circuit: QuantumCircuit, num_neurons: int, *, reverse: bool) -> QuantumCircuit:
    """Return ``circuit`` with its memory register first, other registers after it."""
    memory = [r for r in circuit.qregs if r.name in ("q", "m")]
    if len(circuit.qregs) > 1 and len(memory) == 1:
        inner = list(memory[0])
        order = inner[::-1] if reverse else inner
        order += [q for q in circuit.qubits if q not in set(inner)]
    else:
        order = circuit.qubits[:num_neurons][::-1] if reverse else circuit.qubits[:num_neurons]
        order = [*order, *circuit.qubits[num_neurons:]]
    place = {qubit: index for index, qubit in enumerate(order)}
    result = QuantumCircuit(circuit.num_qubits)
    result.compose(circuit, [place[q] for q in circuit.qubits], inplace=True)
    return result


def lowered(circuit: QuantumCircuit) -> QuantumCircuit:
    """Return the circuit in CX and U, as Qiskit transpiles it at level 1."""
    return transpile(circuit, basis_gates=["cx", "u"], optimization_level=1, seed_transpiler=0)
