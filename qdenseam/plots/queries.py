"""What a correct answer costs against the load, and the power law of that cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from qdenseam.plots.style import GRAY, framed, palette

_MARKERS = ("v", "o", "s", "^", "D", "P")


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerLaw:
    """y = scale · x^exponent, fitted to logarithms."""

    exponent: float
    error: float
    """Standard error of the exponent, from the scatter about the line."""
    scale: float


def fitted_power_law(x: npt.ArrayLike, y: npt.ArrayLike) -> PowerLaw:
    """Return the least-squares line through (log x, log y).

    Args:
        x: Positive, at least three distinct values, shape ``(n,)``.
        y: Positive, shape ``(n,)``.

    Raises:
        ValueError: A value is not positive, or there are fewer than three.
    """
    places, values = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if places.shape != values.shape or places.ndim != 1 or len(set(places.tolist())) < 3:
        raise ValueError(
            "x and y should have one shape (n,) with at least three distinct x. "
            f"Got {places.shape} and {values.shape}."
        )
    if not ((places > 0).all() and (values > 0).all()):
        raise ValueError("x and y should be positive for a power law. Leave the others out.")
    from scipy.stats import linregress

    line = linregress(np.log(places), np.log(values))
    return PowerLaw(
        exponent=float(line.slope), error=float(line.stderr), scale=float(np.exp(line.intercept))
    )


def plot_queries(
    costs: Mapping[str, npt.ArrayLike], loads: npt.ArrayLike, *, ax: Any, fit_from: float = 0
) -> Any:
    """Draw state preparations per correct answer against K, with the fitted slope of each.

    Args:
        costs: Label to state preparations and inverses, shape ``(num_loads,)``; the first is the
            baseline, drawn gray, dashed and open.
        loads: Ascending K, shape ``(num_loads,)``.
        ax: Matplotlib axes, made logarithmic on both sides.
        fit_from: Loads below it do not take part in the fits.

    Returns:
        The axes; the legend's labels carry exponent ± standard error.
    """
    row = np.asarray(loads, dtype=float)
    fitted = row >= fit_from
    colors = [GRAY, *palette(len(costs) - 1)]
    for place, ((label, values), color) in enumerate(zip(costs.items(), colors, strict=True)):
        cost = np.asarray(values, dtype=float)
        law = fitted_power_law(row[fitted], cost[fitted])
        ax.plot(
            row,
            cost,
            linestyle="none",
            color=color,
            marker=_MARKERS[place % len(_MARKERS)],
            markersize=5,
            markerfacecolor="white" if place == 0 else color,
            label=f"{label}: slope {law.exponent:.3f} ± {law.error:.3f}",
        )
        ax.plot(
            row[fitted],
            law.scale * row[fitted] ** law.exponent,
            color=color,
            linewidth=0.9,
            linestyle="--" if place == 0 else "-",
        )
    ax.set_xscale("log", base=2)
    ax.set_yscale("log")
    return framed(ax, "stored patterns K", "state preparations per correct answer")
