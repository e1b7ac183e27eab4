"""A cost against a size, and the power law of that cost."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from qdenseam.experiments.estimates.statistics import Estimate
from qdenseam.plots.style import GRAY, framed, palette, plain_log

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARKERS = ("v", "o", "s", "^", "D", "P")


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerLaw:
    """y = scale · x^exponent, fitted to logarithms."""

    exponent: float
    error: float
    """Standard error of the exponent, from the scatter about the line."""
    scale: float
    num_points: int

    @property
    def estimate(self) -> Estimate:
        """The exponent with Student's 95 % interval, of scatter about the line."""
        from scipy.special import stdtrit

        half = float(stdtrit(self.num_points - 2, 0.975)) * self.error
        return Estimate(
            low=self.exponent - half,
            best=self.exponent,
            high=self.exponent + half,
            method="least squares",
            level=0.95,
            covers="scatter about the line",
        )


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
        exponent=float(line.slope),
        error=float(line.stderr),
        scale=float(np.exp(line.intercept)),
        num_points=len(places),
    )


def plot_power_laws(
    costs: Mapping[str, npt.ArrayLike],
    sizes: npt.ArrayLike | Mapping[str, npt.ArrayLike],
    *,
    ax: "Axes",
    fit_from: float = 0,
    baseline: str | None = None,
    x: str = "stored patterns K",
    y: str = "state preparations per correct answer",
) -> "Axes":
    """Draw costs against sizes as markers, with the fitted power law of each as a line.

    Args:
        costs: Label to costs, shape ``(num_sizes,)``.
        sizes: Ascending sizes of all, or of each by label, shape ``(num_sizes,)``.
        ax: Matplotlib axes, made logarithmic on both sides.
        fit_from: Sizes below it do not take part in the fits.
        baseline: A label that is drawn gray, dashed and open.
        x: What the sizes are.
        y: What the costs are.

    Returns:
        The axes; the legend's labels carry exponent ± standard error.
    """
    colors = iter(palette(len(costs)))
    for place, (label, values) in enumerate(costs.items()):
        row = np.asarray(sizes[label] if isinstance(sizes, Mapping) else sizes, dtype=float)
        cost, fitted, plain = np.asarray(values, dtype=float), row >= fit_from, label != baseline
        law = fitted_power_law(row[fitted], cost[fitted])
        color = next(colors) if plain else GRAY
        ax.plot(
            row,
            cost,
            linestyle="none",
            color=color,
            marker=_MARKERS[place % len(_MARKERS)],
            markersize=5,
            markerfacecolor=color if plain else "white",
            label=f"{label}: slope {law.exponent:.3f} ± {law.error:.3f}",
        )
        ax.plot(
            row[fitted],
            law.scale * row[fitted] ** law.exponent,
            color=color,
            linewidth=0.9,
            linestyle="-" if plain else "--",
        )
    ax.set_xscale("log", base=2)
    ax.set_yscale("log")
    plain_log(ax.yaxis)
    return framed(ax, x, y)
