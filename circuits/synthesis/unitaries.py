r"""Unitaries of several qubits as CX and one-qubit gates, exact to rounding.

Libraries synthesize two-qubit gates within a tolerance: what is within 10^-9 of a local gate in
fidelity becomes one, and amplitudes below 10^-4 are lost. Here a CX is left out only where the
matrix stays the same to rounding.

References:
    Krol and Al-Ars (2024), "Beyond quantum Shannon decomposition", for the block ZXZ recursion
    with 22/48·4^n - 3/2·2^n + 5/3 CX; Shende, Bullock and Markov (2006), for the diagonal that
    passes from block to block and for the two-CX criterion.
"""

from collections.abc import Iterator
from functools import cache
from typing import TypeAlias

import numpy as np
from qiskit import QuantumCircuit
from qiskit.circuit.library import CXGate
from qiskit.synthesis import TwoQubitBasisDecomposer, TwoQubitWeylDecomposition

from circuits.synthesis.multiplexer import cz_control, u_angles
from classical_ref.checks import Complexes, Floats

_Gate: TypeAlias = tuple[str, float, tuple[int, ...]]
"""A name, an angle, and qubits of which the last is the target; never the target qubits 0 and 1."""

_ROUNDING = 2e-13
"""How far the entries of a two-qubit matrix may move: a few times the rounding of its factors."""
_CX = np.eye(4, dtype=np.complex128)[[0, 3, 2, 1]]  # control is qubit 0


def unitary_circuit(unitary: Complexes) -> QuantumCircuit:
    """Return a circuit in CX and U equal to a unitary of shape ``(2**n, 2**n)``, n >= 1.

    Its global phase is that of the unitary; qubit i is bit i of an index.
    """
    num_qubits = len(unitary).bit_length() - 1
    circuit = QuantumCircuit(num_qubits)
    if num_qubits == 1:
        _append_u(circuit, unitary, 0)
        return circuit
    parts = list(_block_zxz(np.asarray(unitary, dtype=np.complex128)))
    last = max(i for i, part in enumerate(parts) if isinstance(part, np.ndarray))
    diagonal = np.ones(4, dtype=np.complex128)
    for i, part in enumerate(parts):
        if isinstance(part, np.ndarray):
            # all between two blocks is diagonal on qubits 0 and 1, so that the diagonal passes
            diagonal = _append_block(circuit, part * diagonal, keep_diagonal=i == last)
        elif part[0] == "h":
            circuit.u(np.pi / 2, 0, np.pi, part[2][0])
        elif part[0] == "rz":
            circuit.u(0, 0, part[1], part[2][0])
            circuit.global_phase -= part[1] / 2
        else:
            circuit.cx(*part[2])
    return circuit


def _block_zxz(unitary: Complexes) -> Iterator[Complexes | _Gate]:
    """Yield what equals the unitary, in order of application: gates, and matrices on qubits 0, 1.

    U is (A_0 ⊕ A_1)·(H ⊗ 1)·(1 ⊕ B)·(H ⊗ 1)·(1 ⊕ C) by the value of the highest qubit. From the
    cosine-sine decomposition (L_0 ⊕ L_1)·(cos θ, sin θ)·(R_0 ⊕ R_1): A_0 = L_0 e^{iθ} R_0,
    A_1 = -i L_1 e^{iθ} R_0, B = R_0† e^{-2iθ} R_0 and C = i R_0† R_1, all of them unitary to
    rounding.
    """
    half = len(unitary) // 2
    if half == 2:
        yield unitary
        return
    if np.abs(unitary[:half, half:]).max() < 1e-15:
        yield from _multiplexer(unitary[:half, :half], unitary[half:, half:])
        return
    from scipy.linalg import cossin

    (low, high), theta, (low_in, high_in) = cossin(unitary, p=half, q=half, separate=True)
    turned = np.exp(1j * theta)[:, None] * low_in
    middle = np.conj(low_in.T) @ (np.exp(-2j * theta)[:, None] * low_in)
    right = _demultiplexed(np.eye(half, dtype=np.complex128), 1j * np.conj(low_in.T) @ high_in)
    left = _demultiplexed(low @ turned, -1j * high @ turned)
    (right_out, right_angles, right_in), (left_out, left_angles, left_in) = right, left
    # the CX of the ladders next to the H turn to CZ, and part of the middle
    sign = np.repeat([1.0, -1.0], half // 2)
    qubit = half.bit_length() - 1
    yield from _block_zxz(right_in)
    yield from list(_ladder(right_angles, qubit))[:-1]
    yield "h", 0.0, (qubit,)
    yield from _multiplexer(
        left_in @ right_out, sign[:, None] * (left_in @ middle @ right_out) * sign
    )
    yield "h", 0.0, (qubit,)
    yield from list(_ladder(left_angles, qubit))[-2::-1]
    yield from _block_zxz(left_out)


def _multiplexer(low: Complexes, high: Complexes) -> Iterator[Complexes | _Gate]:
    """Yield low ⊕ high by the value of the highest qubit."""
    if np.abs(low - high).max() < 1e-15:
        yield from _block_zxz(low)
        return
    after, angles, before = _demultiplexed(low, high)
    yield from _block_zxz(before)
    yield from _ladder(angles, len(low).bit_length() - 1)
    yield from _block_zxz(after)


def _demultiplexed(low: Complexes, high: Complexes) -> tuple[Complexes, Floats, Complexes]:
    """Return V, φ, W with low = V e^{iφ} W and high = V e^{-iφ} W."""
    from scipy.linalg import schur

    triangle, after = schur(low @ np.conj(high.T), output="complex")
    angles = np.angle(np.diag(triangle)) / 2
    return after, angles, np.exp(1j * angles)[:, None] * (np.conj(after.T) @ high)


def _ladder(angles: Floats, target: int) -> Iterator[_Gate]:
    """Yield e^{iφ} ⊕ e^{-iφ} by the value of the target, φ by that of all qubits below it."""
    size = len(angles)
    steps = np.arange(size)
    gray = steps ^ (steps >> 1)
    parity = np.bitwise_count(gray[:, None] & steps) % 2
    for step, angle in enumerate((np.where(parity, -1.0, 1.0) @ angles / size).tolist(), start=1):
        yield "rz", -2 * angle, (target,)
        yield "cx", 0.0, (cz_control(step) if step < size else target - 1, target)


def _append_block(circuit: QuantumCircuit, matrix: Complexes, *, keep_diagonal: bool) -> Complexes:
    """Append a matrix on qubits 0 and 1, up to a diagonal that is applied after it; return that."""
    diagonal = np.ones(4, dtype=np.complex128)
    factors = _factors(matrix, 1 if not keep_diagonal else 3)
    if factors is None:
        diagonal = _two_cx_diagonal(matrix)
        factors = _factors(np.conj(diagonal)[:, None] * matrix, 2)
    if factors is None:
        diagonal = np.ones(4, dtype=np.complex128)
        factors = _factors(matrix, 3)
    assert factors is not None
    phase, layers = factors
    for i, layer in enumerate(layers):
        if i:
            circuit.cx(0, 1)
        for qubit, gate in enumerate(layer):
            _append_u(circuit, gate, qubit)
    circuit.global_phase += phase
    return diagonal


def _factors(
    matrix: Complexes, most: int
) -> tuple[float, list[tuple[Complexes, Complexes]]] | None:
    """Return the phase and the layers of one-qubit gates (on qubit 0, on 1) around the fewest CX.

    None if more than ``most`` CX are needed; three always suffice.
    """
    decomposer = _cx_decomposer()
    weyl = TwoQubitWeylDecomposition(matrix, fidelity=None)  # None: no gate nearby instead
    for num_cx, decomposed in enumerate(
        (
            decomposer.decomp0,
            decomposer.decomp1,
            decomposer.decomp2_supercontrolled,
            decomposer.decomp3_supercontrolled,
        )[: most + 1]
    ):
        gates = decomposed(weyl)
        layers = list(zip(gates[::2], gates[1::2], strict=True))
        product = np.kron(layers[0][1], layers[0][0])
        for low, high in layers[1:]:
            product = np.kron(high, low) @ _CX @ product
        phase = float(np.angle(np.vdot(product, matrix)))
        if num_cx == 3 or np.abs(np.exp(1j * phase) * product - matrix).max() < _ROUNDING:
            return phase, layers
    return None


@cache
def _cx_decomposer() -> TwoQubitBasisDecomposer:
    return TwoQubitBasisDecomposer(CXGate())


def _two_cx_diagonal(matrix: Complexes) -> Complexes:
    """Return the diagonal D for which D†·matrix takes two CX.

    For U in SU(4) that is so where tr(U·YY·Uᵀ·YY) is real, and e^{iψZZ} turns the four terms of
    the trace by e^{±2iψ}.
    """
    special = matrix * np.exp(-0.25j * np.angle(np.linalg.det(matrix)))
    flip = np.fliplr(np.diag([-1.0, 1.0, 1.0, -1.0]))
    terms = np.diag(special @ flip @ special.T @ flip)
    even, odd = terms[0] + terms[3], terms[1] + terms[2]
    angle = 0.5 * np.arctan2(-(even.imag + odd.imag), even.real - odd.real)
    return np.asarray(np.exp(-1j * angle * np.array([1, -1, -1, 1])))


def _append_u(circuit: QuantumCircuit, gate: Complexes, qubit: int) -> None:
    theta, phi, lam, phase = u_angles(gate)
    circuit.u(theta, phi, lam, qubit)
    circuit.global_phase += phase
