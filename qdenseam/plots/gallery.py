"""Patterns, probes and recalls side by side."""

from collections.abc import Mapping
from textwrap import fill
from typing import Any

import numpy as np
import numpy.typing as npt

from classical_ref.checks import check_spins
from classical_ref.spins import text_to_spins
from qdenseam.plots.style import new_figure


def plot_state(
    state: npt.ArrayLike, shape: tuple[int, int], *, ax: Any, good: bool | None = None
) -> Any:
    """Draw one state as an image: spin -1 black, +1 white, unknown hatched gray.

    Args:
        state: Spins with 0 where unknown, or text, shape ``(rows * columns,)``; bits are refused.
        shape: (rows, columns).
        ax: Matplotlib axes.
        good: Draws a green (right) or a red dashed (wrong) frame; ``None`` a gray one.

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
        spine.set_capstyle("butt")
        spine.set_linestyle((0, (2, 1)) if good is False else "-")
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


def study_gallery(shown: Mapping[str, Mapping[str, Any]]) -> Any:
    """Return a figure of recalls: a column for each probe, a row for each contender.

    Args:
        shown: By the contender's name what
            :func:`~qdenseam.experiments.trials.gallery_trial` returned of the same probes.
    """
    first = next(iter(shown.values()))
    targets, shape = text_to_spins(first["stored"]), tuple(first["shape"])
    rows = {"stored": targets, "probe": text_to_spins(first["probes"])}
    rows |= {name: text_to_spins(each["answers"]) for name, each in shown.items()}
    figure, axes = new_figure(len(rows), len(targets), size=(3.7, 0.42 * len(rows) + 0.4))
    for place, (name, states) in enumerate(rows.items()):
        for ax, state, target in zip(axes[place], states, targets, strict=True):
            good = None if place < 2 else bool((state == target).all())
            plot_state(state, shape, ax=ax, good=good)
        axes[place, 0].set_ylabel(
            fill(name, 24), fontsize=7, rotation=0, ha="right", va="center", labelpad=6
        )
    for ax, is_unclear in zip(axes[0], first["ambiguous"], strict=True):
        ax.set_title("ambi-\nguous" if is_unclear else "", fontsize=6)
    return figure
