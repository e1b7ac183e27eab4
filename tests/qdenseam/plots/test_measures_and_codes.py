import numpy as np
import pytest

from qdenseam.experiments import rate
from qdenseam.plots.angles import plot_angles, plot_states
from qdenseam.plots.attention import (
    plot_masses,
    plot_predictions,
    plot_risks,
    plot_shot_errors,
)
from qdenseam.plots.rounds import plot_rounds
from qdenseam.plots.sparse_recovery import plot_learned_checks, plot_recall_rates
from qdenseam.plots.style import new_figure


@pytest.fixture
def ax():
    _, axes = new_figure(1, 1, size=(4.0, 3.0))
    return axes[0, 0]


def test_predictions_stand_over_their_targets(ax):
    assert plot_predictions([0.0, 1.0], {"a": [0.1, 0.9], "b": [0.5, 0.5]}, ax=ax) is ax
    diagonal, first, _ = ax.get_lines()
    assert diagonal.get_xdata().tolist() == diagonal.get_ydata().tolist() == [0.0, 1.0]
    assert first.get_ydata().tolist() == [0.1, 0.9]
    assert first.get_markerfacecolor() == "none"


def test_risks_are_logarithmic(ax):
    assert plot_risks([16, 64], {"α = 1": [0.5, 0.1]}, ax=ax) is ax
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")


def test_masses_have_theory_and_points(ax):
    assert plot_masses([0, 1], {"a": [0.5, 0.7], "b": [0.2, 0.3]}, {"a": [0.5, 0.7]}, ax=ax) is ax
    assert len(ax.get_lines()) == 3


def test_shot_errors_fall_like_a_root(ax):
    assert plot_shot_errors([100, 400], [[0.2, 0.2], [0.1, 0.1]], ax=ax) is ax
    slope = ax.get_lines()[-1].get_ydata()
    assert np.allclose(slope, [0.2, 0.1])


def test_learned_checks_stand_beside_the_planted_number(ax):
    assert plot_learned_checks([16, 64], [[900, 48], [800, 48]], 48, ax=ax) is ax
    assert ax.get_lines()[0].get_ydata()[0] == 48
    assert len(ax.get_lines()) == 3


def test_recall_rates_have_intervals(ax):
    assert plot_recall_rates({"flips": ([1, 2], [rate(10, 10), rate(9, 10)])}, ax=ax) is ax
    assert len(ax.containers) == 1


def test_rounds_follow_the_sine(ax):
    assert plot_rounds(1 / 4, [rate(25, 100), rate(100, 100)], ax=ax) is ax
    law = ax.get_lines()[0]
    assert law.get_ydata()[0] == pytest.approx(0.25)
    assert law.get_ydata()[-1] == pytest.approx(1.0)


def test_angles_and_states(ax):
    assert plot_states([0, 5, 5, 0], [False, True, True, False], ax=ax) is ax
    assert [label.get_text() for label in ax.get_xticklabels()] == ["++", "-+", "+-", "--"]
    _, axes = new_figure(1, 1, size=(4.0, 3.0))
    assert plot_angles([0.0, 1.0], np.eye(2), ax=axes[0, 0]) is axes[0, 0]
