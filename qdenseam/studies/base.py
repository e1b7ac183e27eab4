"""What every study has, of contenders or of a trial of its own: figures, a table, sentences."""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, TypedDict

from classical_ref.shown import Shown
from qdenseam.experiments.collecting.records import Record
from qdenseam.experiments.study import FigureSpec as FigureSpec
from qdenseam.experiments.study_results import RowResult
from qdenseam.plots.gallery import study_gallery
from qdenseam.plots.study import named_figures, shown_in, study_figure
from qdenseam.progress import Progress
from qdenseam.studies.checks import Check

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

Records: TypeAlias = Sequence[Record]


class How(TypedDict, total=False):
    """How tasks are run, as :func:`qdenseam.experiments.collecting.collect` takes it."""

    num_workers: int
    executor: Executor | None
    on_progress: Callable[[Progress], None] | None
    modules: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A figure that lines against an axis cannot show."""

    caption: str
    """What it shows, as a sentence or two."""
    draw: Callable[[Records], "Figure"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Findings(Shown):
    """What is known of a study that was run, in whole or in part."""

    table: "pd.DataFrame"
    """Rows of named columns; the interval of ``x`` is in ``x_low`` and ``x_high``."""
    columns: tuple[str, ...]
    """Those that a page or a terminal has room for."""
    sentences: list[str]
    """What to take home, by rule."""
    records: Records
    results: Sequence[RowResult] = ()
    """The rows of a study of contenders."""
    brief: "pd.DataFrame | None" = None
    """The rows that a terminal has room for, if not all."""
    checks: tuple[Check, ...] = ()
    """How a reproduction agrees with what was published."""

    def named(
        self, figures: Sequence[FigureSpec | Drawing]
    ) -> list[tuple[str, FigureSpec | Drawing]]:
        """Return the figures of which something was run, each behind the name of its file."""
        return named_figures(figures, self.table, self.results)

    def drawn(self, figure: FigureSpec | Drawing) -> "Figure":
        """Return a figure of the study.

        Raises:
            ValueError: It names a column that the table does not have.
        """
        if isinstance(figure, Drawing):
            return figure.draw(self.records)
        if figure.kind == "gallery":
            return study_gallery(shown_in(self.results, figure))
        return study_figure(self.table, figure)
