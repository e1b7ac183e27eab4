"""One recall: how often each outcome came, and pattern, probe and answer as pictures."""

from typing import TYPE_CHECKING

import numpy as np

from classical_ref.checks import check_integer
from classical_ref.spins import hamming_distance, spins_to_text
from qdenseam.execution.tallies import places_of
from qdenseam.experiments.estimates.statistics import rate
from qdenseam.memories.probe import check_shape
from qdenseam.plots.gallery import legend_of_marks, plot_state
from qdenseam.plots.style import GRAY, new_figure, palette, with_errors

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from qdenseam.retrieval.result import RecallResult

_MOST_BARS = 12
_LONGEST = 16  # characters of a state that a bar is named by


def outcomes_figure(result: "RecallResult") -> "Figure":
    """Return a figure of :func:`plot_outcomes`."""
    height = 1.2 + 0.24 * max(2, min(len(result.states), _MOST_BARS))
    figure, axes = new_figure(1, 1, size=(5.2, height))
    plot_outcomes(result, ax=axes[0, 0])
    return figure


def plot_outcomes(result: "RecallResult", *, ax: "Axes") -> "Axes":
    """Draw the most frequent accepted outcomes, stored patterns plain and others hatched.

    Bars are shares of the accepted shots with 95 % intervals; what is left over is one gray bar. A
    diamond is what the law predicts of the most frequent one, where it is at hand.

    Args:
        result: Of a recall.
        ax: Matplotlib axes.

    Returns:
        The axes.
    """
    from matplotlib.ticker import PercentFormatter

    shown = result.states[:_MOST_BARS]
    counts = result.state_counts[:_MOST_BARS].tolist()
    names = []
    for place, state in zip(places_of(result.patterns, shown).tolist(), shown, strict=True):
        text = str(spins_to_text(state))
        text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
        names.append(f"{text}  {'spurious' if place < 0 else f'pattern {place}'}")
    left = len(result.states) - len(shown)
    if left:
        counts.append(result.accepted - sum(counts))
        names.append(f"{left} other{'' if left == 1 else 's'}")
    estimates = [rate(count, result.accepted, covers="shots") for count in counts]
    shares, errors = with_errors(estimates)
    blue, orange = palette(2)
    for place, (name, share) in enumerate(zip(names, shares, strict=True)):
        is_rest = left and place == len(names) - 1
        is_spurious = name.endswith("spurious")
        color = GRAY if is_rest else orange if is_spurious else blue
        hatch = "//" if is_spurious else None
        ax.barh(
            place, share, height=0.7, color=color, hatch=hatch, edgecolor="black", linewidth=0.4
        )
    ax.errorbar(shares, range(len(names)), xerr=errors, fmt="none", ecolor="black", linewidth=1)
    if result.predicted_probability is not None:
        ax.plot(result.predicted_probability, 0, "D", color="black", markerfacecolor="white",
                markersize=6, label="law", clip_on=False, zorder=4)  # fmt: skip
        ax.legend(fontsize=8, frameon=False, loc="lower right")
    ax.set_yticks(range(len(names)), names, fontsize=8, family="monospace")
    ax.set_ylim(max(len(names), 1) - 0.4, -0.6)
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(PercentFormatter(1))
    ax.set_xlabel(f"share of the {result.accepted} accepted of {result.shots} shots")
    ax.set_axisbelow(True)
    ax.grid(axis="x", alpha=0.25)
    return ax


def show_recall(
    result: "RecallResult", *, shape: tuple[int, int] | None = None, target: int | None = None
) -> "Figure":
    """Return pictures of pattern, probe and answer, every pixel of the last two marked.

    Args:
        result: Of a recall.
        shape: Rows and columns; by default those of the memory, or one row.
        target: Index of the pattern that the probe was made from; by default the one nearest to the
            probe on its known neurons, the first if tied.

    Raises:
        ValueError: The shape does not hold the neurons, or there is no such pattern.
    """
    num_patterns, num_neurons = result.patterns.shape
    rows, columns = check_shape(shape, num_neurons) or result.shape or (1, num_neurons)
    if target is None:
        distances = hamming_distance(result.patterns, result.probe)
        wanted, number = int(distances.argmin()), int((distances == distances.min()).sum())
        title = f"pattern {wanted}, " + (
            "nearest to the probe" if number == 1 else f"first of {number}\nnearest to the probe"
        )
    else:
        check_integer(-num_patterns, target=target)
        if not 0 <= target < num_patterns:
            raise ValueError(f"target should be in 0..{num_patterns - 1}. Got {target}.")
        wanted, title = target, f"pattern {target}"
    pattern = result.patterns[wanted]
    is_wide = columns > 2 * rows
    size = (
        (6.2, 3 * (0.5 + 5.5 * rows / columns) + 0.4)
        if is_wide
        else (6.2, 1.1 + 2 * rows / columns)
    )
    figure, _ = new_figure(*((3, 1) if is_wide else (1, 3)), size=size)
    pattern_ax, probe_ax, answer_ax = figure.axes
    plot_state(pattern, (rows, columns), ax=pattern_ax)
    plot_state(result.probe, (rows, columns), ax=probe_ax, target=pattern)
    flips = int(np.count_nonzero((result.probe != 0) & (result.probe != pattern)))
    unknown = int(np.count_nonzero(result.probe == 0))
    titles = [title, f"probe: {flips} wrong, {unknown} unknown"]
    if result.pattern is None:
        answer_ax.set_axis_off()
        titles.append("no answer: none accepted")
    else:
        wrong = int(np.count_nonzero(result.pattern != pattern))
        plot_state(result.pattern, (rows, columns), ax=answer_ax, target=pattern, good=not wrong)
        titles.append(f"answer: {wrong} wrong")
    for ax, words in zip(figure.axes, titles, strict=True):
        ax.set_title(words, fontsize=8)
    legend_of_marks(figure)
    return figure
