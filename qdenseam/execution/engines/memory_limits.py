"""How much memory a dense simulation needs, and the refusal when it is not there.

A state of n qubits has ``2^(power · n)`` entries: power 1 is a state vector, 2 a density matrix.
"""

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


def state_bytes(num_qubits: int, power: int = 1) -> int:
    """Return the size of a state, ``16 · 2^(power · n)`` bytes."""
    return BYTES_PER_AMPLITUDE << (power * num_qubits)


def fits(num_bytes: int) -> bool:
    """Return whether a state of this size may be allocated now."""
    return num_bytes <= USABLE_FRACTION * available_memory()


def max_state_qubits(power: int = 1) -> int:
    """Return the largest number of qubits whose state fits now."""
    amplitudes = int(USABLE_FRACTION * available_memory() / BYTES_PER_AMPLITUDE)
    return (amplitudes.bit_length() - 1) // power


def require_state(name: str, num_qubits: int, power: int = 1) -> None:
    """Refuse a circuit whose state is too large for this machine.

    Raises:
        CapacityError: It exceeds the usable part of the available memory.
    """
    needed = state_bytes(num_qubits, power)
    if not fits(needed):
        usable = USABLE_FRACTION * available_memory() / _GIB
        raise CapacityError(
            f"{name!r} should get circuits of at most {max_state_qubits(power)} qubits, whose "
            f"state fits in {usable:.1f} GiB (half of the memory available now). Got {num_qubits} "
            f"qubits, which need {needed / _GIB:,.1f} GiB. Use 'exact' (needs no circuit), "
            "'aer-mps', or fewer qubits."
        )
