"""A kind of figure."""

from qdenseam.plots.style import new_figure


def steps(rows, figure):
    """Steps from one value to the next, without intervals."""
    drawing, axes = new_figure(1, 1, size=(5, 3))
    for label, line in rows.groupby("label"):
        axes[0, 0].step(line[figure.x], line[figure.y], label=label)
    axes[0, 0].legend()
    return drawing
