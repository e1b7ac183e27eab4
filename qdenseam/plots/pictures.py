"""Maps and mosaics: success over two angles, and memories as pictures."""

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def plot_angles(angles: npt.ArrayLike, success: npt.ArrayLike, *, ax: "Axes") -> "Axes":
    """Draw a probability over phase and mixer angles as a map with its color bar.

    Args:
        angles: Both kinds of angles, shape ``(n,)``, in radians.
        success: Probabilities, shape ``(n, n)``, mixer angles along the first axis.
        ax: Matplotlib axes.

    Returns:
        The axes.
    """
    at = np.asarray(angles) / np.pi
    image = ax.pcolormesh(at, at, np.asarray(success), vmin=0, vmax=1, cmap="viridis")
    ax.figure.colorbar(image, ax=ax)
    ax.set_xlabel("phase angle γ / π")
    ax.set_ylabel("mixer angle β / π")
    return ax


def plot_memories(
    pixels: npt.ArrayLike, shape: tuple[int, int], *, ax: "Axes", num_columns: int = 4
) -> "Axes":
    """Draw memories as pictures in one mosaic; red is 1 (ink), blue is -1, white is 0.

    Args:
        pixels: ``(num_memories, rows * columns)``.
        shape: Rows and columns of a picture.
        ax: Matplotlib axes.
        num_columns: Pictures side by side.

    Returns:
        The axes.
    """
    pictures = np.asarray(pixels, dtype=float).reshape(-1, *shape)
    num_rows = -(-len(pictures) // num_columns)
    height, width = shape[0] + 1, shape[1] + 1
    mosaic = np.full((num_rows * height - 1, num_columns * width - 1), np.nan)
    for place, picture in enumerate(pictures):
        top, left = (place // num_columns) * height, (place % num_columns) * width
        mosaic[top : top + shape[0], left : left + shape[1]] = picture
    ax.imshow(mosaic, cmap="RdBu_r", vmin=-1, vmax=1, interpolation="nearest")
    ax.set_axis_off()
    return ax
