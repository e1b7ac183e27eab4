"""Labeled images from files that users have: MNIST's IDX files, plain or gzipped, or ``.npz``."""

import gzip
import math
import zipfile
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Literal, final

import numpy as np
from numpy.typing import NDArray

from classical_ref.checks import Floats, Integers, checked, lock
from classical_ref.files import check_regular, read_whole

Split = Literal["train", "test"]

_PREFIX = {"train": "train", "test": "t10k"}
_IDX_BYTES = 8  # type code of unsigned bytes


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LabeledImages:
    """Gray images and their classes."""

    pixels: NDArray[np.uint8]
    """``(num_images, rows, columns)``, 0 to 255, read-only."""
    labels: Integers
    """``(num_images,)``, read-only."""

    def __post_init__(self) -> None:
        pixels, labels = np.asarray(self.pixels), np.asarray(self.labels)
        if pixels.ndim != 3 or pixels.size == 0 or pixels.dtype != np.uint8:
            raise ValueError(
                "pixels should be bytes of shape (num_images, rows, columns). "
                f"Got {pixels.dtype} of shape {pixels.shape}."
            )
        if labels.shape != (len(pixels),) or labels.dtype.kind not in "iu":
            raise ValueError(
                f"labels should be integers of shape ({len(pixels)},), one per image. "
                f"Got {labels.dtype} of shape {labels.shape}."
            )
        lock(self, pixels=pixels, labels=labels.astype(np.int64))

    @property
    def num_images(self) -> int:
        """Number of images."""
        return int(self.pixels.shape[0])

    def scaled(self) -> Floats:
        """Return the images from -1 (byte 0) to 1 (byte 255), ``(num_images, num_pixels)``."""
        return np.asarray(self.pixels.reshape(self.num_images, -1) / 127.5 - 1)


@checked
def load_mnist(path: str | PathLike[str], *, split: Split = "train") -> LabeledImages:
    """Return MNIST, or any set in its format, from files on this disk; nothing is downloaded.

    Args:
        path: A folder with ``train-images-idx3-ubyte``, ``train-labels-idx1-ubyte`` and their
            ``t10k`` counterparts, each plain or ``.gz``; or an ``.npz`` file with the arrays
            ``x_train``, ``y_train``, ``x_test`` and ``y_test``.
        split: ``"train"`` or ``"test"``.

    Raises:
        FileNotFoundError: The file, or one of the folder's, is missing.
        ValueError: A file has another format, or images and labels do not fit together.
    """
    source = Path(path)
    if source.is_dir():
        images = read_idx(_found(source, f"{_PREFIX[split]}-images", "idx3-ubyte"))
        labels = read_idx(_found(source, f"{_PREFIX[split]}-labels", "idx1-ubyte"))
        return LabeledImages(pixels=images, labels=labels.astype(np.int64))
    check_regular(source)
    try:
        with np.load(source, allow_pickle=False) as archive:
            if not isinstance(archive, np.lib.npyio.NpzFile):
                raise ValueError("no archive")
            names = (f"x_{split}", f"y_{split}")
            missing = [name for name in names if name not in archive]
            if missing:
                raise KeyError(missing[0])
            pixels, numbers = (archive[name] for name in names)
    except KeyError as error:
        raise ValueError(
            f"{source} should hold x_{split} and y_{split}. Got no {error.args[0]}."
        ) from error
    except (ValueError, EOFError, zipfile.BadZipFile, TypeError) as error:
        raise ValueError(
            f"{source} should be a folder of IDX files or an .npz archive. Got another format."
        ) from error
    return LabeledImages(pixels=pixels, labels=numbers)


@checked
def read_idx(path: str | PathLike[str]) -> NDArray[np.uint8]:
    """Return the bytes of an IDX file, plain or gzipped, in the shape that its head tells.

    The head is two zero bytes, the type (8 for bytes), the number of axes, and the length of each
    axis as a big-endian 32-bit integer.

    Raises:
        OSError: The file cannot be read.
        ValueError: It is no IDX file of bytes, or shorter or longer than its head tells.
    """
    raw = read_whole(path)
    if raw[:2] == b"\x1f\x8b":
        try:
            raw = gzip.decompress(raw)
        except (EOFError, gzip.BadGzipFile) as error:
            raise ValueError(f"{path} should be a whole gzip file. Got a damaged one.") from error
    if len(raw) < 4 or raw[:2] != b"\x00\x00" or raw[2] != _IDX_BYTES:
        raise ValueError(
            f"{path} should begin with 00 00 08, as IDX files of bytes do. "
            f"Got {raw[:3].hex(' ') or 'nothing'}."
        )
    start = 4 + 4 * raw[3]
    if len(raw) < start:
        raise ValueError(
            f"{path} should begin with {start} bytes that tell its shape. Got {len(raw)}."
        )
    shape = tuple(int(length) for length in np.frombuffer(raw[4:start], dtype=">u4"))
    if len(raw) - start != math.prod(shape):
        raise ValueError(
            f"{path} should hold {math.prod(shape)} bytes of shape {shape}. "
            f"Got {len(raw) - start}; it was cut or is damaged."
        )
    return np.frombuffer(raw, dtype=np.uint8, offset=start).reshape(shape)


def _found(folder: Path, stem: str, ending: str) -> Path:
    names = [f"{stem}{joint}{ending}{gz}" for joint in "-." for gz in ("", ".gz")]
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise FileNotFoundError(f"{folder} should hold {names[0]} or {names[1]}. Got neither.")
