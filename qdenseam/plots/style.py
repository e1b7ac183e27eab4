"""One place for colors, markers and sizes; colors are safe for color-blind readers."""

from typing import Any

from qdenseam.experiments.contenders import CONTENDERS

# Okabe and Ito's palette
_COLORS = {
    "dense-2": "#E69F00",
    "dense-3": "#D55E00",
    "dense-exp": "#CC79A7",
    "amplification": "#0072B2",
    "probabilistic": "#009E73",
    "ball-filter": "#882255",
    "qaoa": "#56B4E9",
    "sample-and-accept": "#777777",
    "nearest": "#000000",
}
_MARKERS = {
    "dense-2": "o",
    "dense-3": "s",
    "dense-exp": "^",
    "amplification": "o",
    "probabilistic": "s",
    "ball-filter": "^",
    "qaoa": "D",
    "sample-and-accept": "v",
    "nearest": "x",
}
_SPARE = ("#0072B2", "P")


def line_style(contender: str) -> dict[str, Any]:
    """Return matplotlib keywords for a contender's line, marker, color and label."""
    kind = CONTENDERS[contender].kind
    color = _COLORS.get(contender, _SPARE[0])
    return {
        "color": color,
        "marker": _MARKERS.get(contender, _SPARE[1]),
        "markerfacecolor": color if kind == "quantum" else "white",
        "linestyle": {"classical": "-", "quantum": "-", "baseline": "--"}[kind],
        "linewidth": 1.2,
        "markersize": 6,
        "label": CONTENDERS[contender].label,
    }


def color(contender: str) -> str:
    """Return a contender's color."""
    return _COLORS.get(contender, _SPARE[0])


def new_figure(num_rows: int, num_columns: int, *, size: tuple[float, float]) -> Any:
    """Return (figure, axes) without touching pyplot's global state; axes have shape (r, c)."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained", dpi=130)
    FigureCanvasAgg(figure)
    axes = figure.subplots(num_rows, num_columns, squeeze=False)
    for ax in axes.flat:
        ax.spines[["top", "right"]].set_visible(False)
        ax.tick_params(labelsize=9)
    return figure, axes
