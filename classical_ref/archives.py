"""Arrays out of a ``.npz`` file, without running code or filling the memory."""

import io
import os

import numpy as np
from numpy.typing import NDArray

from classical_ref.files import read_whole

MAX_BYTES = 2**30
"""Of all arrays of a file, unpacked."""


def read_arrays(path: str | os.PathLike[str], what: str) -> dict[str, NDArray[np.generic]]:
    """Return the arrays of a ``.npz`` file by name; ``what`` is what a message says it should be.

    Raises:
        ValueError: It is none, damaged, holds objects, or more than 2**30 bytes.
        OSError: It cannot be read.
    """
    data = read_whole(path)
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as archive:
            size = sum(each.file_size for each in archive.zip.infolist())
            if size > MAX_BYTES:
                raise ValueError(f"{size} bytes of arrays, more than {MAX_BYTES}")
            return dict(archive)
    except Exception as error:  # damaged bytes raise whatever zip, zlib or NumPy's tokenizer meets
        said, _, _ = str(error).partition(". ")  # without NumPy's advice to unpickle it
        raise ValueError(f"{path} should be {what}. Got {type(error).__name__}: {said}.") from None
