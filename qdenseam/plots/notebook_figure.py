"""A figure that a notebook shows, whether or not pyplot was imported."""

import io

from matplotlib.figure import Figure


class NotebookFigure(Figure):
    """A figure that is its own picture as the last line of a cell."""

    def _repr_png_(self) -> bytes:
        file = io.BytesIO()
        self.savefig(file, format="png")
        return file.getvalue()
