"""What the figures of the energy study draw is what the rows say."""

from typing import Any

import numpy as np
import pytest

from qdenseam.experiments.statistics import rate
from qdenseam.plots.energy import CLASSICAL, SCAN, plot_evaluations, plot_landscape, plot_success
from qdenseam.plots.style import new_figure


def row(method: str, successes: int, **others: Any) -> dict[str, Any]:
    return {
        "method": method,
        "success": rate(successes, 50),
        "ground_state": rate(45, 50),
        **others,
    }


@pytest.fixture
def ax() -> Any:
    figure, axes = new_figure(1, 1, size=(4, 3))
    yield axes[0, 0]
    figure.canvas.draw()


def drawn(ax: Any) -> dict[str, Any]:
    """Return label to (x, y, low ends, high ends, marker face) of every labeled line."""
    lines = {
        line.get_label(): (list(line.get_xdata()), list(line.get_ydata()), line)
        for line in ax.get_lines()
        if not line.get_label().startswith("_")
    }
    for container in ax.containers:
        line, _, (bars,) = container
        segments = np.array(bars.get_segments())
        lines[container.get_label()] = (
            line.get_xdata().tolist(),
            line.get_ydata().tolist(),
            line,
            segments[:, 0, 1].tolist(),
            segments[:, 1, 1].tolist(),
        )
    return lines


def test_success_against_evaluations_has_circuits_filled_and_classical_rows_open(ax: Any) -> None:
    descents, annealer = CLASSICAL
    rows = [
        row("QAOA p=3", 30, energy_evaluations=9000),
        row("QAOA p=1", 10, energy_evaluations=2000),
        row("adiabatic p=16", 40, energy_evaluations=16),
        row("start state", 1, energy_evaluations=0),
        row(descents, 45, energy_evaluations=16.0),
        row(descents, 42, energy_evaluations=8.0),
        row(annealer, 20, energy_evaluations=8.0),
        row(SCAN, 50, energy_evaluations=0.0),
    ]
    assert plot_evaluations(rows, ax=ax) is ax
    lines = drawn(ax)
    x, y, line, low, high = lines["QAOA, trained on the probe"]
    assert x == [2000, 9000]
    assert y == [0.2, 0.6]
    assert low == pytest.approx([rate(10, 50).low, rate(30, 50).low])
    assert high == pytest.approx([rate(10, 50).high, rate(30, 50).high])
    assert line.get_markerfacecolor() == line.get_color()
    assert lines["adiabatic ramp"][1] == [0.8]
    assert lines[descents][:2] == ([8, 16], [0.84, 0.9])
    assert lines[annealer][2].get_markerfacecolor() == "white"
    assert lines["target is the ground state"][1] == [0.9, 0.9]
    assert lines[SCAN][1] == [1, 1]
    assert "start state" not in lines


def test_success_is_sorted_by_the_column(ax: Any) -> None:
    descents = next(iter(CLASSICAL))
    rows = [
        row("QAOA p=2", 20, field=0.6, kind="circuit", energy_evaluations=5000),
        row("QAOA p=2", 10, field=0.1, kind="circuit", energy_evaluations=5000),
        row("dynamics without field", 50, field=0.1, kind="classical", energy_evaluations=20),
        row(descents, 30, field=0.6, kind="classical", energy_evaluations=16.0),
        row(descents, 40, field=0.1, kind="classical", energy_evaluations=16.0),
        row(descents, 50, field=0.1, kind="classical", energy_evaluations=32.0),
    ]
    assert plot_success(rows, "field", ax=ax) is ax
    lines = drawn(ax)
    assert lines["QAOA p=2"][:2] == ([0.1, 0.6], [0.2, 0.4])
    label = f"{descents}, 16 evaluations"
    assert lines[label][:2] == ([0.1, 0.6], [0.8, 0.6])
    assert lines[label][2].get_markerfacecolor() == "white"
    assert lines["target is the ground state"][1] == [0.9, 0.9]
    assert "dynamics without field" not in lines
    assert ax.get_xlabel() == "probe field h"


def test_the_landscape_draws_lowest_and_mean(ax: Any) -> None:
    shells = {"a": ([-3, 0], [-3, 1], [-3, 2]), "b": ([-2, 1], [-2, 2], [-2, 3])}
    assert plot_landscape(shells, ax=ax) is ax
    curves = [line.get_ydata().tolist() for line in ax.get_lines()]
    assert curves == [[-3, 0], [-3, 1], [-2, 1], [-2, 2]]
    assert ax.get_lines()[0].get_markerfacecolor() == "white"
    assert ax.get_legend_handles_labels()[1] == ["a", "b"]


def test_no_rows_give_empty_axes(ax: Any) -> None:
    plot_evaluations([], ax=ax)
    assert not drawn(ax)
    plot_success([], "field", ax=ax)
    assert not drawn(ax)
