"""Amplitudes of single states of a matrix product state, as Aer saves one."""

from typing import Any

import numpy as np
import numpy.typing as npt

from circuits.bit_order import check_bits

Complexes = npt.NDArray[np.complex128]


def product_amplitudes(saved: tuple[Any, Any], bits: npt.ArrayLike) -> Complexes:
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
