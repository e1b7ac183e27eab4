"""How much memory a dense simulation needs, and the refusal when it is not there."""

from qdenseam.errors import CapacityError

BYTES_PER_AMPLITUDE = 16
"""One complex number in double precision."""

USABLE_FRACTION = 0.5
"""Part of the available memory that one state may take; sampling needs room beside it."""

_GIB = 2.0**30


def available_memory() -> int:
    """Return the bytes of memory that can be had now without swapping."""
    import psutil

    return int(psutil.virtual_memory().available)


def statevector_bytes(num_qubits: int) -> int:
    """Return the size of a state vector, ``16 · 2^n`` bytes."""
    return BYTES_PER_AMPLITUDE << num_qubits


def density_matrix_bytes(num_qubits: int) -> int:
    """Return the size of a density matrix, ``16 · 4^n`` bytes."""
    return BYTES_PER_AMPLITUDE << (2 * num_qubits)


def fits(num_bytes: int) -> bool:
    """Return whether a state of this size may be allocated now."""
    return num_bytes <= USABLE_FRACTION * available_memory()


def max_statevector_qubits() -> int:
    """Return the largest number of qubits whose state vector fits now."""
    return int(USABLE_FRACTION * available_memory() / BYTES_PER_AMPLITUDE).bit_length() - 1


def max_density_matrix_qubits() -> int:
    """Return the largest number of qubits whose density matrix fits now: half as many."""
    return max_statevector_qubits() // 2


def require_statevector(name: str, num_qubits: int) -> None:
    """Refuse a circuit whose state vector is too large for this machine.

    Raises:
        CapacityError: If ``16 · 2^n`` bytes exceed the usable part of the available memory.
    """
    _require(name, num_qubits, statevector_bytes(num_qubits), max_statevector_qubits())


def require_density_matrix(name: str, num_qubits: int) -> None:
    """Refuse a circuit whose density matrix is too large for this machine.

    Raises:
        CapacityError: If ``16 · 4^n`` bytes exceed the usable part of the available memory.
    """
    _require(name, num_qubits, density_matrix_bytes(num_qubits), max_density_matrix_qubits())


def _require(name: str, num_qubits: int, needed: int, most: int) -> None:
    if not fits(needed):
        usable = USABLE_FRACTION * available_memory() / _GIB
        raise CapacityError(
            f"{name!r} should get circuits of at most {most} qubits, whose "
            f"state fits in {usable:.1f} GiB (half of the memory available now). Got {num_qubits} "
            f"qubits, which need {needed / _GIB:,.1f} GiB. Use 'exact' (needs no circuit), "
            "'aer-mps', or fewer qubits."
        )
