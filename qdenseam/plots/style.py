"""What figures share: colors in one order, axes, and intervals as matplotlib takes them."""

from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from classical_ref.files import write_whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

Floats: TypeAlias = npt.NDArray[np.float64]
Curve = TypeVar("Curve")

GRAY = "#777777"
"""The color of baselines."""
_COLORS = (
    "#0072B2",
    "#D55E00",
    "#009E73",
    "#CC79A7",
    "#56B4E9",
    "#882255",
    "#E69F00",
    "#332288",
    "#999933",
    "#44AA99",
    "#AA4499",
    "#661100",
)


def palette(num_colors: int) -> list[str]:
    """Return so many colors, from Okabe and Ito's and Tol's sets; they repeat after twelve."""
    return [_COLORS[place % len(_COLORS)] for place in range(num_colors)]


def colored(curves: Mapping[str, Curve]) -> Iterable[tuple[str, Curve, str]]:
    """Return (label, curve, color) of every curve."""
    return zip(curves, curves.values(), palette(len(curves)), strict=True)


def save_figure(figure: "Figure", path: Path, *, is_tight: bool = False) -> None:
    """Write a figure whole or not at all, in the format of the path's ending.

    Its own size is kept, or cut to what is drawn where ``is_tight``.

    Raises:
        ValueError: Matplotlib writes no such format.
        OSError: The file cannot be written.
    """
    picture = BytesIO()
    figure.savefig(
        picture, format=path.suffix[1:].lower(), bbox_inches="tight" if is_tight else None
    )
    write_whole(path, picture.getvalue())


def new_figure(
    num_rows: int, num_columns: int, *, size: tuple[float, float]
) -> "tuple[Figure, npt.NDArray[np.object_]]":
    """Return (figure, axes) without touching pyplot's global state; axes have shape (r, c)."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    from qdenseam.plots.notebook_figure import NotebookFigure

    figure = NotebookFigure(figsize=size, layout="constrained", dpi=130)
    FigureCanvasAgg(figure)
    axes = figure.subplots(num_rows, num_columns, squeeze=False)
    for ax in axes.flat:
        ax.spines[["top", "right"]].set_visible(False)
        ax.tick_params(labelsize=9)
    return figure, axes


def framed(ax: "Axes", x: str, y: str) -> "Axes":
    """Return the axes with their labels and a faint grid."""
    ax.set_xlabel(x)
    ax.set_ylabel(y)
    ax.grid(alpha=0.25)
    return ax


def plain_log(axis: "Axis") -> None:
    """Write the numbers of a logarithmic axis plainly, if it spans two decades or less."""
    from matplotlib.ticker import LogFormatterSciNotation

    class Plain(LogFormatterSciNotation):
        """Numbers 1, 2 and 5 of each decade; on shorter axes those that matplotlib chooses."""

        def __call__(self, x: float, pos: int | None = None) -> str:
            words = super().__call__(x, pos)
            low, high = sorted(axis.get_view_interval())
            if not 0 < high <= 100 * low:
                return words
            is_named = f"{x:e}"[0] in "125" if high > 4 * low else words
            return f"{x:,.12g}" if is_named else ""

    axis.set_major_formatter(Plain())
    axis.set_minor_formatter(Plain())
    axis.set_tick_params(which="minor", labelsize=9)


def with_errors(values: Sequence[object]) -> tuple[Floats, Floats]:
    """Return numbers ``(n,)`` and the sides of their intervals ``(2, n)``, as error bars take them.

    Args:
        values: Estimates, or plain numbers; an open or missing side is 0.
    """
    best, low, high = (
        np.array([getattr(each, name, each) for each in values], dtype=float)
        for name in ("best", "low", "high")
    )
    sides = np.array([best - low, high - best])
    return best, np.where(np.isfinite(sides), np.clip(sides, 0, None), 0.0)


def sidestep(where: npt.ArrayLike, share: float, ticks: Iterable[float], *, log: bool) -> Floats:
    """Return places moved by a share of the distance of ticks, or of an octave, to tell equals."""
    places, steps = np.asarray(where, dtype=float), np.diff(sorted(ticks))
    if log:
        return np.asarray(places * 2**share)
    return np.asarray(places + share * (float(steps.min()) if len(steps) else 1.0))
