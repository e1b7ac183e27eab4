"""Attention over measures and its quantum filter: predictions, risks, masses and their price."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from qdenseam.plots.style import colored, framed, palette


def plot_predictions(
    targets: npt.ArrayLike, predictions: Mapping[str, npt.ArrayLike], *, ax: Any
) -> Any:
    """Draw predictions against targets as open markers, with the diagonal.

    Args:
        targets: What should come out, shape ``(n,)``.
        predictions: Label to what came out, shape ``(n,)``.
        ax: Matplotlib axes.

    Returns:
        The axes.
    """
    wanted = np.asarray(targets)
    ends = [wanted.min(), wanted.max()]
    ax.plot(ends, ends, color="gray", linewidth=0.9)
    for label, values, color in colored(predictions):
        ax.plot(
            wanted,
            np.asarray(values),
            linestyle="none",
            marker="o",
            markersize=3.5,
            markerfacecolor="none",
            markeredgecolor=color,
            label=label,
        )
    ax.legend(fontsize=8)
    return framed(ax, "target", "prediction")


def plot_risks(sizes: Sequence[int], risks: Mapping[str, npt.ArrayLike], *, ax: Any) -> Any:
    """Draw test errors against the number of samples, both logarithmic.

    Args:
        sizes: Numbers of samples.
        risks: Label to mean square errors at these sizes.
        ax: Matplotlib axes.

    Returns:
        The axes.
    """
    for label, values, color in colored(risks):
        ax.plot(sizes, values, color=color, marker="o", markerfacecolor="white", label=label)
    ax.set_xscale("log", base=2)
    ax.set_yscale("log")
    ax.legend(fontsize=8)
    return framed(ax, "samples n", "mean square error")


def plot_masses(
    betas: npt.ArrayLike,
    theory: Mapping[str, npt.ArrayLike],
    measured: Mapping[str, npt.ArrayLike],
    *,
    ax: Any,
) -> Any:
    """Draw numbers in [0, 1] against β: formulas as thin lines, circuits as filled points.

    Args:
        betas: Inverse temperatures, shape ``(n,)``.
        theory: Label to values, shape ``(n,)``.
        measured: The same labels, or some of them, to values of the same shape.
        ax: Matplotlib axes.

    Returns:
        The axes.
    """
    at = np.asarray(betas)
    for label, values, color in colored(theory):
        ax.plot(at, np.asarray(values), color=color, linewidth=0.9, label=label)
        if label in measured:
            points = np.asarray(measured[label])
            ax.plot(at, points, linestyle="none", marker="o", markersize=4.5, color=color)
    ax.set_ylim(-0.03, 1.03)
    ax.set_xlabel("inverse temperature β")
    ax.grid(alpha=0.25)
    return ax


def plot_shot_errors(accepted: npt.ArrayLike, errors: Sequence[Sequence[float]], *, ax: Any) -> Any:
    """Draw errors of sampled attention against accepted shots, with the slope of 1/√shots.

    Args:
        accepted: Accepted shots, shape ``(n,)``.
        errors: Errors of single runs, n rows.
        ax: Matplotlib axes.

    Returns:
        The axes.
    """
    at, color = np.asarray(accepted, dtype=float), palette(1)[0]
    for place, runs in zip(at, errors, strict=True):
        ax.plot([place] * len(runs), runs, linestyle="none", marker=".", color=color, alpha=0.35)
    roots = np.array([np.sqrt(np.mean(np.square(runs))) for runs in errors])
    ax.plot(at, roots, linestyle="none", marker="o", color=color, label="root mean square")
    ax.plot(at, roots[0] * np.sqrt(at[0] / at), color="gray", linewidth=0.9, label="1/√shots")
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.legend(fontsize=8)
    return framed(ax, "accepted shots", "error of the attention output")
