"""What work takes: refused where it does not fit in memory, foretold where it lasts.

A state of n qubits has ``2^(power · n)`` entries: power 1 is a state vector, 2 a density matrix.
Times are of one core, from sizes alone: the same on every machine, and right within a factor of
about three on ours.
"""

from qdenseam.errors import CapacityError
from qdenseam.progress import OnProgress, Progress, duration

SECONDS_FORETOLD = 60.0
"""Work that is expected to take longer is told before it begins."""

BYTES_PER_AMPLITUDE = 16
"""One complex number in double precision."""

USABLE_FRACTION = 0.5
"""Part of the available memory that work may take; there are copies and samples beside it."""

_GIB = 2.0**30


def available_memory() -> int:
    """Return the bytes of memory that can be had now without swapping."""
    import psutil

    return int(psutil.virtual_memory().available)


def state_bytes(num_qubits: int, power: int = 1) -> int:
    """Return the size of a state, ``16 · 2^(power · n)`` bytes."""
    return BYTES_PER_AMPLITUDE << (power * num_qubits)


def fits(num_bytes: float) -> bool:
    """Return whether this much may be allocated now."""
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


def require_room(what: str, num_bytes: float, advice: str) -> None:
    """Refuse what does not fit, before it is allocated.

    Raises:
        CapacityError: It exceeds the usable part of the available memory.
    """
    if not fits(num_bytes):
        raise CapacityError(
            f"{what} take about {num_bytes / _GIB:.3g} GiB, more than half of the "
            f"{available_memory() / _GIB:.3g} GiB that are free here. {advice}"
        )


def foretell(what: str, seconds: float, tell: OnProgress) -> None:
    """Tell that work takes long, before it begins; nothing where it takes up to a minute."""
    if seconds > SECONDS_FORETOLD:
        message = f"{what} takes about {duration(seconds)} on one core"
        tell(Progress(done=0, total=1, message=message, seconds=seconds))


def search_seconds(num_patterns: int, num_neurons: int) -> float:
    """Return the seconds of the search for a cheap preparation; measured from 200 patterns on."""
    return 1e-7 * num_patterns * num_neurons * (num_patterns + 4 * num_neurons)
