"""One place for colors, markers and sizes; colors are safe for color-blind readers."""

from typing import Any

from qdenseam.experiments.contenders import CONTENDERS

# Okabe and Ito's palette; those that share a panel differ in color and in marker
_STYLES = {
    "hopfield": ("#E69F00", "o", "-"),
    "hopfield-projection": ("#D55E00", "s", "-"),
    "dense-3": ("#56B4E9", "D", "-"),
    "dense-3-centered": ("#0072B2", "v", "-"),
    "dense-exp": ("#CC79A7", "^", "-"),
    "dense-exp-published": ("#CC79A7", "<", ":"),
    "amplification": ("#0072B2", "o", "-"),
    "index-search": ("#56B4E9", "P", "-"),
    "ball-filter": ("#882255", "^", "-"),
    "probabilistic": ("#009E73", "s", "-"),
    "ramp": ("#D55E00", "p", "-"),
    "qaoa": ("#E69F00", "D", "-"),
    "sample-and-accept": ("#777777", "v", "--"),
    "label-writing": ("#B8A040", "h", "--"),
    "nearest": ("#000000", "x", "--"),
    "informed-scan": ("#000000", "+", ":"),
}
_SPARE = ("#0072B2", "P", "-")


def line_style(contender: str) -> dict[str, Any]:
    """Return matplotlib keywords for a contender's line, marker, color and label."""
    chosen, marker, line = _STYLES.get(contender, _SPARE)
    return {
        "color": chosen,
        "marker": marker,
        "markerfacecolor": chosen if CONTENDERS[contender].kind == "quantum" else "white",
        "linestyle": line,
        "linewidth": 1.2,
        "markersize": 6,
        "label": CONTENDERS[contender].label,
    }


def color(contender: str) -> str:
    """Return a contender's color."""
    return _STYLES.get(contender, _SPARE)[0]


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
