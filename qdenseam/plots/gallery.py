"""Patterns, probes and recalls side by side."""

from textwrap import fill
from typing import Any

import numpy as np
import numpy.typing as npt

from classical_ref.checks import check_spins


def plot_state(
    state: npt.ArrayLike, shape: tuple[int, int], *, ax: Any, good: bool | None = None
) -> Any:
    """Draw one state as an image: spin -1 black, +1 white, unknown hatched gray.

    Args:
        state: Spins with 0 where unknown, or text, shape ``(rows * columns,)``; bits are refused.
        shape: (rows, columns).
        ax: Matplotlib axes.
        good: Draws a green (right) or red (wrong) frame; ``None`` a gray one.

    Returns:
        The axes.
    """
    image = check_spins(state, name="state").reshape(shape)
    ax.imshow(image, cmap="gray", vmin=-1, vmax=1, interpolation="nearest")
    for row, column in zip(*np.nonzero(image == 0), strict=True):
        ax.text(column, row, "?", ha="center", va="center", fontsize=7, color="white")
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(True)
        spine.set_linewidth(1.0 if good is None else 2.4)
        spine.set_color("gray" if good is None else "#009E73" if good else "#D55E00")
    return ax


def plot_gallery(
    columns: dict[str, npt.NDArray[np.int8]],
    targets: npt.NDArray[np.int8],
    shape: tuple[int, int],
    *,
    axes: Any,
) -> Any:
    """Draw one row per probe and one column per entry, framed by right and wrong.

    Args:
        columns: Title to states, shape ``(P, D)``; the first two (stored pattern and probe) are
            not judged. A row of zeros is an answer that never came and is drawn as unknown.
        targets: The right answers, shape ``(P, D)``.
        shape: (rows, columns) of one picture.
        axes: Array of axes, shape ``(P, len(columns))``.

    Returns:
        The axes.
    """
    for place, (title, states) in enumerate(columns.items()):
        for row, state in enumerate(check_spins(states, name=title)):
            good = None if place < 2 else bool((state == targets[row]).all())
            plot_state(state, shape, ax=axes[row, place], good=good)
        axes[0, place].set_title(fill(title, 14), fontsize=8)
    return axes
