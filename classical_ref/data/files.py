"""Arrays and pictures out of files: ``.npy .npz .csv .txt``, and ``.png .jpg .jpeg`` by Pillow."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classical_ref.files import check_regular

ARRAY_SUFFIXES = (".npy", ".npz", ".csv", ".txt")
PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg")
MAX_BYTES = 2**30
"""Of a file of numbers, unpacked."""
MAX_PIXELS = 2**26
"""Of a picture."""


def picture_paths(path: Path) -> list[Path]:
    """Return a picture, or those of a folder in the order of their names; [] for other files.

    Raises:
        ValueError: The folder has none.
    """
    if not path.is_dir():
        return [path] if path.suffix.lower() in PICTURE_SUFFIXES else []
    inside = sorted(path.iterdir())
    found = [each for each in inside if each.suffix.lower() in PICTURE_SUFFIXES]
    if not found:
        raise ValueError(
            f"{path} should hold pictures, {', '.join(PICTURE_SUFFIXES)}. Got {len(inside)} other "
            "files."
        )
    return found


def read_pictures(paths: list[Path], *, color: bool = False) -> Iterator[NDArray[np.generic]]:
    """Yield the grey levels of pictures, ``(height, width)``, or their colors, ``(3, ...)``.

    0 is black, white is 255, or 65535 of uint16. Where grey is asked for, colors count by their
    luma (ITU-R 601). What is transparent is white, and a photograph stands as its camera says.

    Raises:
        ValueError: One is no picture, or has more than 2**26 pixels.
        OSError: A file cannot be read.
    """
    from PIL import Image, ImageOps

    for path in paths:
        check_regular(path)
        try:
            with Image.open(path) as opened:
                if opened.width * opened.height > MAX_PIXELS:
                    raise ValueError(
                        f"{path} should have at most {MAX_PIXELS} pixels. Got {opened.width} x "
                        f"{opened.height}; make it smaller."
                    )
                image: Any = ImageOps.exif_transpose(opened)
                if image.mode.startswith(("I", "F")):  # more than 256 levels, which "L" would clip
                    deep = np.asarray(image)
                    yield np.stack([deep] * 3) if color else deep
                    continue
                if image.has_transparency_data:
                    image = image.convert("RGBA")
                    white = Image.new("RGBA", image.size, "white")
                    image = Image.alpha_composite(white, image)
                if color:
                    yield np.asarray(image.convert("RGB")).transpose(2, 0, 1)
                else:
                    yield np.asarray(image.convert("L"))
        except (OSError, SyntaxError, Image.DecompressionBombError) as error:
            if getattr(error, "errno", None) is not None:  # of the system, not of the content
                raise
            raise ValueError(f"{path} should be a picture that can be read. {error}") from error


def read_array(path: Path) -> NDArray[np.generic] | list[str]:
    """Return the array of a file, or lines of text.

    A ``.npz`` file holds one array, or one called ``patterns``; a ``.csv`` file numbers, a pattern
    a line; a ``.txt`` file lines of ``0`` and ``1``.

    Raises:
        ValueError: The file is of another kind, holds no such array, or more than 2**30 bytes.
        OSError: The file cannot be read.
    """
    suffix = path.suffix.lower()
    if suffix not in ARRAY_SUFFIXES:
        known = ", ".join((*ARRAY_SUFFIXES, *PICTURE_SUFFIXES))
        raise ValueError(f"a file of patterns should be one of {known}, or a folder. Got {path}.")
    check_regular(path)
    _check_size(path, path.stat().st_size)
    if suffix == ".txt":
        return [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()]
    with path.open("rb") as file:
        try:
            if suffix == ".csv":
                lines = [line for line in file.read().decode().splitlines() if line.strip()]
                if not lines:
                    raise ValueError("It has no lines.")  # loadtxt only warns
                return np.loadtxt(lines, delimiter=",", ndmin=2, comments=None)
            found = np.load(file, allow_pickle=False)
            return found if isinstance(found, np.ndarray) else _only(found)
        except Exception as error:  # what readers raise at foreign bytes is of many kinds
            raise ValueError(f"{path} should be a {suffix} file of numbers. {error}") from error


def _only(archive: Any) -> NDArray[np.generic]:
    """Return the array of an ``.npz`` archive."""
    names = archive.files
    if len(names) != 1 and "patterns" not in names:
        raise ValueError(
            f"It should hold one array, or one called 'patterns'. Got {', '.join(names)}."
        )
    _check_size("It", sum(each.file_size for each in archive.zip.infolist()))
    return np.asarray(archive["patterns" if "patterns" in names else names[0]])


def _check_size(what: object, size: int) -> None:
    if size > MAX_BYTES:
        raise ValueError(f"{what} should hold at most {MAX_BYTES} bytes. Got {size}.")
