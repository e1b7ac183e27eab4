r"""Multiplexed one-qubit gates: one gate on the target for each value of the controls.

A multiplexed U(2) with k controls equals 2^k - 1 CZ and one-qubit gates on the target, followed
by a diagonal gate. Whoever can absorb the diagonal pays nothing for it.

References:
    Bergholm, Vartiainen, Möttönen and Salomaa (2005), "Quantum circuits with uniformly controlled
    one-qubit gates", equations 6 to 10; Shende, Bullock and Markov (2006).
"""

from collections.abc import Sequence

import numpy as np

from classical_ref.checks import Complexes

_D = np.exp(0.25j * np.pi * np.array([1, -1]))  # e^{iπ/4 Z}
_S_DAGGER = np.array([1, -1j])


def decompose_up_to_diagonal(gates: Complexes) -> tuple[Complexes, Complexes]:
    r"""Return one-qubit gates v_0 … v_{n-1} and the diagonal of a multiplexed gate, n = 2^k.

    The multiplexer equals v_0, CZ_1, v_1, CZ_2, …, v_{n-1} (in order of application; v_j on the
    target) followed by the diagonal. CZ_j is between the target and control
    :func:`cz_control` (j).

    Args:
        gates: Unitaries, shape ``(2**k, 2, 2)``; row c is applied where the controls hold the
            integer c (control i is bit i).

    Returns:
        The gates, shape ``(2**k, 2, 2)``, and the diagonal, shape ``(2**k, 2)`` by control value
        and target bit.
    """
    if len(gates) == 1:
        return gates, np.ones((1, 2), dtype=np.complex128)
    half = len(gates) // 2
    # a ⊕ b = (r* ⊕ r) · u · (d ⊕ d*) · v with d ⊕ d* = e^{iπ/4 ZZ} between top control and target
    a, b = gates[:half], gates[half:]
    x = a @ np.conj(np.swapaxes(b, 1, 2))
    delta = np.angle(np.linalg.det(x)) / 2
    argument = np.angle(x[:, 0, 0] * np.exp(-1j * delta))
    r = np.exp(0.5j * np.stack([-delta - argument + np.pi / 2, -delta + argument - np.pi / 2], 1))
    y = r[:, :, None] * x * r[:, None, :]
    hermitian = -0.5j * (y - np.conj(np.swapaxes(y, 1, 2)))
    u = np.linalg.eigh(hermitian)[1][:, :, ::-1]
    v = np.conj(_D)[None, :, None] * (np.conj(np.swapaxes(u, 1, 2)) @ (r[:, :, None] * a))
    first, diagonal = decompose_up_to_diagonal(v)
    # e^{iπ/4 ZZ} = e^{iπ/4} (S† ⊗ S†) CZ: the target's S† joins u, the control's the diagonal
    second, rest = decompose_up_to_diagonal(u * (diagonal * _S_DAGGER)[:, None, :])
    phase = np.exp(0.25j * np.pi)
    low = phase * np.conj(r) * rest
    high = phase * _S_DAGGER[1] * r * rest
    return np.concatenate([first, second]), np.concatenate([low, high])


def cz_control(step: int) -> int:
    """Return the control of CZ number ``step >= 1``: the ruler sequence 0, 1, 0, 2, 0, 1, 0, 3."""
    return (step & -step).bit_length() - 1


def u_angles(matrix: Complexes) -> tuple[float, float, float, float]:
    """Return (θ, φ, λ, global phase) of a unitary as Qiskit's U gate."""
    theta = 2 * float(np.arctan2(abs(matrix[1, 0]), abs(matrix[0, 0])))
    if abs(matrix[0, 0]) >= abs(matrix[1, 0]):
        phase = float(np.angle(matrix[0, 0]))
        total = float(np.angle(matrix[1, 1])) - phase
        phi = float(np.angle(matrix[1, 0])) - phase if abs(matrix[1, 0]) > 1e-15 else 0.0
        return theta, phi, total - phi, phase
    # phase + φ and phase + λ + π are known; |matrix[0, 0]| may vanish, so phase is then free
    low, high = float(np.angle(matrix[1, 0])), float(np.angle(-matrix[0, 1]))
    phase = float(np.angle(matrix[0, 0])) if abs(matrix[0, 0]) > 1e-15 else 0.0
    return theta, low - phase, high - phase, phase


def cells_of(columns: Sequence[int], everything: int) -> list[int]:
    """Return for each value of the controls the patterns that have it, a bit for each.

    Args:
        columns: The patterns in which each control is 1.
        everything: All patterns.
    """
    cells = [everything]
    for column in columns:
        cells = [cell & ~column for cell in cells] + [cell & column for cell in cells]
    return cells


def fewest_controls(
    wanted: int, candidates: Sequence[tuple[int, int]], everything: int
) -> tuple[list[int], list[bool]] | None:
    """Return controls that decide a column, found greedily, and its value for each of theirs.

    Args:
        wanted: The column, a bit for each pattern.
        candidates: Pairs of a qubit and its column; ``None`` if all together do not decide.
        everything: All patterns.
    """

    def table(controls: Sequence[tuple[int, int]]) -> list[bool] | None:
        cells = cells_of([column for _, column in controls], everything)
        decided = all(cell & wanted in (0, cell) for cell in cells)
        return [bool(cell & wanted) for cell in cells] if decided else None

    kept = list(candidates)
    for candidate in candidates:
        fewer = [each for each in kept if each != candidate]
        if table(fewer) is not None:
            kept = fewer
    values = table(kept)
    return None if values is None else ([qubit for qubit, _ in kept], values)
