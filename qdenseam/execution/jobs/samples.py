"""The shots of a job as one compressed file."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qdenseam.errors import ResultsFileError
from qdenseam.execution.job_service import ServiceUnreachableError
from qdenseam.execution.jobs.files import write_whole

Samples = list[dict[str, NDArray[np.bool_]]]
"""For each circuit a mapping from register to booleans ``(shots, register size)``."""


def save_samples(path: Path, samples: Samples) -> None:
    """Write the shots to a ``.npz`` file, whole or not at all."""
    arrays: dict[str, Any] = {  # NumPy's stubs take keywords for the options
        f"{index}.{name}": bits
        for index, registers in enumerate(samples)
        for name, bits in registers.items()
    }
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    write_whole(path, buffer.getvalue())


def load_samples(path: Path) -> Samples:
    """Return what :func:`save_samples` wrote.

    Raises:
        ResultsFileError: The file is damaged.
    """
    found: dict[int, dict[str, NDArray[np.bool_]]] = {}
    data = io.BytesIO(path.read_bytes())
    try:
        with np.load(data, allow_pickle=False) as arrays:
            for key in arrays.files:
                index, name = key.split(".", 1)
                found.setdefault(int(index), {})[name] = arrays[key]
        return [found[index] for index in range(len(found))]
    except Exception as error:  # what is no .npz, or a cut one, fails in NumPy in many ways
        raise ResultsFileError(
            f"{path} should hold the shots of a job. Got {type(error).__name__}: {error}; move it "
            "away, and fetching asks a service that still has them once more."
        ) from error


def check_samples(samples: Samples, registers: Sequence[dict[str, int]]) -> None:
    """Refuse an answer that does not fit the circuits that were sent.

    Args:
        samples: What the service returned.
        registers: Size of each classical register, by name, for each circuit.

    Raises:
        ServiceUnreachableError: A circuit or a register is missing or has another size, or the
            registers of a circuit have different numbers of shots.
    """
    sizes = [{name: bits.shape[1] for name, bits in each.items()} for each in samples]
    shots = [{len(bits) for bits in each.values()} for each in samples]
    if sizes != list(registers) or any(len(each) != 1 or 0 in each for each in shots):
        raise ServiceUnreachableError(
            f"The service's answer should hold shots of {len(registers)} circuits in registers "
            f"{_shown(registers)}. Got {len(samples)} circuits in registers {_shown(sizes)}."
        )


def _shown(registers: Sequence[dict[str, int]]) -> str:
    return ", ".join(f"{name}[{size}]" for name, size in (registers or [{}])[0].items()) or "none"
