"""The shots of a job as one compressed file."""

import io
from pathlib import Path
from typing import Any

import numpy as np

from classical_ref.archives import read_arrays
from classical_ref.checks import Booleans
from classical_ref.files import write_whole
from qdenseam.errors import ResultsFileError
from qdenseam.execution.readout import Samples
from qdenseam.schema import door

_REMEDY = "Move it away, and fetching asks a service that still has these shots once more."


def save_samples(path: Path, samples: Samples) -> None:
    """Write the shots to a ``.npz`` file, whole or not at all."""
    arrays: dict[str, Any] = {  # NumPy's stubs take keywords for the options
        f"{index}.{name}": bits
        for index, registers in enumerate(samples)
        for name, bits in registers.items()
    }
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    write_whole(path, buffer.getvalue(), mode=0o600)


def load_samples(path: Path) -> Samples:
    """Return what :func:`save_samples` wrote.

    Raises:
        ResultsFileError: The file is damaged, or cannot be read.
    """
    try:
        arrays = read_arrays(path, "the shots of a job")
    except OSError as error:
        raise ResultsFileError(
            f"{path} should be a file that can be read. Got: {error} {_REMEDY}"
        ) from error
    except ValueError as error:
        raise ResultsFileError(f"{error} {_REMEDY}") from error
    found: dict[int, dict[str, Booleans]] = {}
    with door(path, _REMEDY):
        for key, bits in arrays.items():
            index, _, name = key.partition(".")
            if bits.dtype != bool or not index.isdecimal():
                raise ValueError(f"it should hold the shots of a job. Got {bits.dtype} as {key!r}.")
            found.setdefault(int(index), {})[name] = bits.astype(bool, copy=False)
        if found.keys() != set(range(len(found))):
            raise ValueError(f"it should hold the shots of a job. Got circuits {sorted(found)}.")
        return [found[index] for index in range(len(found))]
