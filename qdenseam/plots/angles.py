"""Success over the angles of one layer, and the states that come out."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from qdenseam.plots.style import palette


def plot_angles(angles: npt.ArrayLike, success: npt.ArrayLike, *, ax: Any) -> Any:
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


def plot_states(counts: npt.ArrayLike, wanted: Sequence[bool], *, ax: Any) -> Any:
    """Draw counts of all states as bars, filled for the wanted ones.

    Args:
        counts: Shots, shape ``(2**D,)``, at index Σ_i b_i 2^i.
        wanted: Which states should come out.
        ax: Matplotlib axes.

    Returns:
        The axes; states are labeled by spins, neuron 0 first.
    """
    shots = np.asarray(counts)
    num_neurons = shots.size.bit_length() - 1
    right, wrong = palette(2)
    ax.bar(np.arange(shots.size), shots, color=[right if yes else wrong for yes in wanted])
    labels = [
        "".join("-" if x >> i & 1 else "+" for i in range(num_neurons)) for x in range(shots.size)
    ]
    ax.set_xticks(np.arange(shots.size), labels, family="monospace")
    for label, yes in zip(ax.get_xticklabels(), wanted, strict=True):
        label.set_color(right if yes else wrong)
    ax.set_xlabel("spins")
    ax.set_ylabel("shots")
    return ax
