"""The shots of a job as one compressed file."""

import io
from pathlib import Path
from typing import Any

import numpy as np

from classical_ref.checks import Booleans
from classical_ref.files import write_whole
from qdenseam.errors import ResultsFileError
from qdenseam.execution.readout import Samples


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
    found: dict[int, dict[str, Booleans]] = {}
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
