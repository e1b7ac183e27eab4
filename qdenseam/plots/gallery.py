"""Patterns, probes and recalls side by side."""

from collections.abc import Mapping
from math import ceil
from textwrap import fill
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from classical_ref.checks import check_spins
from classical_ref.data.levels import LevelCode
from classical_ref.spins import text_to_spins
from qdenseam.plots.style import new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_PIXELS_WIDE = 110  # points across a picture of one column
RIGHT: Final = {"marker": "o", "color": "#009E73"}
WRONG: Final = {"marker": "x", "color": "#D55E00"}
UNKNOWN: Final = {"marker": "$?$", "color": "white"}


def plot_state(
    state: npt.ArrayLike,
    shape: tuple[int, int],
    *,
    ax: "Axes",
    good: bool | None = None,
    target: npt.ArrayLike | None = None,
) -> "Axes":
    """Draw one state as an image: spin -1 black, +1 white, unknown gray with a question mark.

    Args:
        state: Spins with 0 where unknown, or text, shape ``(rows * columns,)``; bits are refused.
        shape: (rows, columns).
        ax: Matplotlib axes.
        good: Draws a green (right) or a red dashed (wrong) frame; ``None`` a gray one.
        target: What it should be, shape ``(rows * columns,)``: a dot marks a pixel that is so, a
            cross one that is not.

    Returns:
        The axes.
    """
    image = check_spins(state, name="state").reshape(shape)
    ax.imshow(image, cmap="gray", vmin=-1, vmax=1, interpolation="nearest")
    marks = [(UNKNOWN, image == 0)]
    if target is not None:
        wanted = check_spins(target, name="target").reshape(shape)
        marks += [(RIGHT, image == wanted), (WRONG, (image != 0) & (image != wanted))]
    size = 0.5 * min(_PIXELS_WIDE / max(shape), 12)  # points
    for mark, is_here in marks:
        rows, columns = np.nonzero(is_here)
        wide = 0.4 * size if mark is RIGHT else size
        ax.plot(
            columns,
            rows,
            linestyle="",
            marker=mark["marker"],
            color=mark["color"],
            markersize=wide,
            markeredgewidth=size / 6,
        )
    ax.set_xticks([])
    ax.set_yticks([])
    for spine in ax.spines.values():
        spine.set_visible(True)
        spine.set(**_frame(good))
    return ax


def legend_of_marks(figure: "Figure") -> None:
    """Write what the marks of :func:`plot_state` mean below a figure."""
    from matplotlib.lines import Line2D

    words = {"right": RIGHT, "wrong": WRONG, "unknown": UNKNOWN}
    handles = [
        Line2D([], [], linestyle="", marker=mark["marker"], color=mark["color"], label=word,
               markersize=3 if word == "right" else 7)
        for word, mark in words.items()
    ]  # fmt: skip
    figure.legend(
        handles=handles, loc="outside lower center", ncols=3, fontsize=8, facecolor="#BBBBBB"
    )


def plot_gallery(
    columns: dict[str, npt.NDArray[np.int8]],
    targets: npt.NDArray[np.int8],
    shape: tuple[int, int],
    *,
    axes: npt.NDArray[np.object_],
) -> npt.NDArray[np.object_]:
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


def study_gallery(shown: Mapping[str, Mapping[str, Any]]) -> "Figure":
    """Return a figure of recalls: a column for each probe, a row for each contender.

    Args:
        shown: By the contender's name what
            :func:`~qdenseam.experiments.trials.gallery_trial` returned of the same probes.
    """
    from matplotlib.patches import Rectangle

    first = next(iter(shown.values()))
    targets, (height, width) = text_to_spins(first["stored"]), first["shape"]
    code = LevelCode.of(first.get("levels", 2))
    rows = {"stored": targets, "probe": text_to_spins(first["probes"])}
    rows |= {name: text_to_spins(each["answers"]) for name, each in shown.items()}
    across, down = (size + ceil(size / 4) for size in (width, height))
    tall = 2.2 * len(rows) * down / (len(targets) * across)
    figure, axes = new_figure(1, 1, size=(3.7, 0.4 + tall))
    ax = axes[0, 0]
    # All pictures are one image, for a hundred take seconds; between them it is transparent.
    canvas = np.zeros((down * len(rows), across * len(targets), 4))
    for place, states in enumerate(rows.values()):
        for column, (state, target) in enumerate(zip(states, targets, strict=True)):
            left, top = column * across, place * down
            levels = code.decode(state).levels.reshape(height, width, -1)
            shades = np.where(levels < 0, 0.5, levels / (code.num_levels - 1))
            canvas[top : top + height, left : left + width, :3] = shades
            canvas[top : top + height, left : left + width, 3] = 1
            for row, unknown in np.argwhere((levels < 0).any(axis=-1)):
                x, y = left + unknown + 0.5, top + row + 0.5
                ax.text(x, y, "?", ha="center", va="center", fontsize=6, color="white")
            good = None if place < 2 else bool((state == target).all())
            ax.add_patch(Rectangle((left, top), width, height, fill=False, **_frame(good)))
    whole = (0, len(targets) * across, len(rows) * down, 0)
    ax.imshow(canvas, extent=whole, interpolation="nearest")
    ax.set_xlim(-0.1 * width, len(targets) * across)
    ax.set_ylim(len(rows) * down, -0.1 * height)
    ax.set_anchor("E")  # a box that shrinks leaves the names their room
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0, labelsize=7, labeltop=True, labelbottom=False)
    names = [fill(name, 24) for name in rows]
    ax.set_yticks([place * down + height / 2 for place in range(len(rows))], names)
    words = ["ambi-\nguous" if is_unclear else "" for is_unclear in first["ambiguous"]]
    ax.set_xticks([c * across + width / 2 for c in range(len(words))], words, fontsize=6)
    return figure


def _frame(good: bool | None) -> dict[str, Any]:
    """How a frame says right, wrong, or neither."""
    return {
        "linewidth": 1.0 if good is None else 2.4,
        "linestyle": (0, (2, 1)) if good is False else "-",
        "capstyle": "butt",
        "edgecolor": "gray" if good is None else "#009E73" if good else "#D55E00",
    }
