"""Amplitudes of single states of a matrix product state, as Aer makes one."""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from qiskit import QuantumCircuit, transpile

from circuits.bit_order import check_bits

Complexes = npt.NDArray[np.complex128]


def matrix_product_run(circuit: QuantumCircuit, bits: npt.ArrayLike) -> Callable[[], Complexes]:
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
    compiled = transpile(ready, simulator, optimization_level=1, seed_transpiler=1)
    rows = check_bits(bits, ndim=None)
    return lambda: product_amplitudes(simulator.run(compiled).result().data(0)["asked"], rows)


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
