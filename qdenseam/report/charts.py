"""What a view of a recall draws: Vega-Lite charts, each with its rows of every step."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from classical_ref.checks import Complexes, Floats, Spins
from qdenseam.plots.style import palette
from qdenseam.report.steps import RecallSteps

_PICTURE = 140
_LONG = "abs(datum.real) + abs(datum.imaginary) > 0.05"
_BLUE = palette(1)[0]


def recall_charts(
    steps: RecallSteps, chances: Mapping[str, Floats], probe: Spins, columns: int
) -> Iterator[dict[str, Any]]:
    """Yield a caption, a specification and ``now``, for each step the rows that it shows.

    Args:
        steps: What is shown.
        chances: Probability of each outcome that is shown, ``(T,)``.
        probe: Shape ``(D,)``.
        columns: Neurons in a row of the picture.
    """
    patterns = {name: int(name.split()[-1]) for name in chances if name[-1].isdigit()}
    yield _picture(steps.ones, probe, columns)
    bars = {"x": _axis("probability", 0, 1), "y": _named("outcome")}
    yield {
        "caption": "How likely each outcome is.",
        "spec": {"height": 24 * len(chances), "mark": _mark("bar"), "encoding": bars},
        "now": [
            [
                {"outcome": name, "probability": float(p)}
                for name, p in zip(chances, row, strict=True)
            ]
            for row in np.round([*chances.values()], 5).T
        ],
    }
    if steps.amplitudes is not None:
        yield _arrows({name: steps.amplitudes[:, k] for name, k in patterns.items()})
    yield _course("probability", chances, "Probabilities, step by step.")
    overlaps = {name: steps.overlaps[:, k] for name, k in patterns.items()}
    yield _course("overlap", overlaps, "Mean overlap of accepted outcomes with stored patterns.")
    if steps.energies is not None:
        yield _course("energy", {"energy": steps.energies}, "Mean energy of accepted outcomes.")


def _picture(ones: Floats, probe: Spins, columns: int) -> dict[str, Any]:
    """The probe beside what is measured, in shades of gray."""
    num_rows, order = len(probe) // columns, ["probe", "outcome"]
    ink: dict[str, Any] = {"field": "ink", "type": "quantitative", "legend": None}
    ink["scale"] = {"domain": [0, 1], "range": ["#ffffff", "#222222"]}
    return {
        "caption": "Probe, and how likely each neuron is 1 (ink) in an accepted outcome.",
        "spec": {
            "width": min(_PICTURE, _PICTURE * columns // num_rows),
            "height": min(_PICTURE, _PICTURE * num_rows // columns),
            "mark": {"type": "rect", "stroke": "#bbb"},
            "encoding": {
                "column": _named("picture") | {"sort": order},
                "x": _named("column") | {"axis": None},
                "y": _named("row") | {"axis": None},
                "color": ink,
            },
        },
        "now": [
            [
                {"picture": picture, "column": i % columns, "row": i // columns, "ink": ink}
                for picture, inks in zip(order, ((1 - probe) / 2, now.round(4)), strict=True)
                for i, ink in enumerate(inks.tolist())
            ]
            for now in ones
        ],
    }


def _arrows(amplitudes: Mapping[str, Complexes]) -> dict[str, Any]:
    """Amplitudes in the complex plane."""
    name = {"text": {"condition": {"test": _LONG, "field": "outcome"}, "value": ""}}
    layers = [
        {"mark": _mark("rule"), "encoding": {"x2": {"datum": 0}, "y2": {"datum": 0}}},
        {"mark": _mark("point") | {"filled": True, "size": 50}},
        {"mark": {"type": "text", "align": "left", "dx": 6}, "encoding": name},
    ]
    plane = {"x": _axis("real", -1, 1), "y": _axis("imaginary", -1, 1)}
    return {
        "caption": "Amplitudes of stored patterns, all flags 0, as arrows in the complex plane.",
        "spec": {"width": 260, "height": 260, "encoding": plane, "layer": layers},
        "now": [
            [
                {"outcome": name, "real": float(a.real), "imaginary": float(a.imag)}
                for name, a in zip(amplitudes, row, strict=True)
            ]
            for row in np.round([*amplitudes.values()], 5).T
        ],
    }


def _course(what: str, curves: Mapping[str, Floats], caption: str) -> dict[str, Any]:
    """Curves against the step, told apart by color and marks; a line at the step."""
    num_steps, names = len(next(iter(curves.values()))), list(curves)
    rows = [
        {"step": step, "outcome": name, what: float(np.round(value, 6))}
        for name, values in curves.items()
        for step, value in enumerate(values)
    ]
    told = _named("outcome") | {"scale": {"domain": names}}
    told["legend"] = {"orient": "bottom", "columns": 2} if len(curves) > 1 else None
    color = told | {"scale": {"domain": names, "range": palette(len(curves))}}
    lines = {
        "data": {"values": rows},
        "mark": {"type": "line", "point": {"size": 40}},
        "encoding": {
            "y": _axis(what) | {"scale": {"zero": False}},
            "color": color,
            "shape": told,
        },
    }
    ticks = {"values": list(range(0, num_steps, 1 + num_steps // 12)), "format": "d"}
    encoding = {"x": _axis("step") | {"axis": ticks}}
    layers = [lines, {"mark": {"type": "rule", "color": "#777"}}]
    return {
        "caption": caption,
        "spec": {"height": 200, "encoding": encoding, "layer": layers},
        "now": [[{"step": step}] for step in range(num_steps)],
    }


def _mark(name: str) -> dict[str, Any]:
    return {"type": name, "color": _BLUE}


def _named(field: str) -> dict[str, Any]:
    return {"field": field, "type": "nominal", "title": None, "sort": None}


def _axis(field: str, *domain: float) -> dict[str, Any]:
    axis: dict[str, Any] = {"field": field, "type": "quantitative"}
    return axis | ({"scale": {"domain": domain}} if domain else {})
