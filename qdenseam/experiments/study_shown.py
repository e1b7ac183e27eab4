"""What a page shows of a study, as tables of a TOML file: figures, capacities and costs."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from classical_ref.checks import Within
from qdenseam.experiments.study_parts import Count, Selection, listed
from qdenseam.plugins import plugged_in
from qdenseam.spelling.names import unknown_name

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureSpec(Selection):
    """A figure: lines of ``y`` against ``x``, bars of ``y``, or a gallery of recalls.

    By default there is a line or a bar for each contender. ``where`` takes any column of the table.
    """

    kind: str = "lines"
    """``lines``, ``bars``, ``gallery`` or an entry point ``qdenseam.figures``: a function of the
    table's rows and this, which returns a matplotlib figure; its docstring is the caption."""
    name: str = ""
    """Of its file, by default ``figure-1`` and so on."""
    x: str = ""
    """An axis of numbers, of lines only."""
    y: str = "failure_rate"
    by: str = ""
    """A column with a panel for each value; of each ``kind`` with the baselines."""
    line: tuple[str, ...] = ("label", "engine")
    """Columns of the table whose values make a line."""
    log_y: bool = False
    probes: Count = 6
    """Of the first pattern set, in a gallery."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "line", listed(self.line))
        Selection.__post_init__(self)
        kinds = ("lines", "bars", "gallery", *plugged_in("figures"))
        if self.kind not in kinds:
            raise unknown_name("kind", self.kind, kinds)
        if self.drawn_by is None and (self.kind == "lines") != bool(self.x):
            raise ValueError("a figure should have x if it shows lines, and only then.")
        if self.kind == "bars" and not self.line:
            raise ValueError("line should name the columns that make a bar. Got none.")

    @property
    def drawn_by(self) -> "Callable[[pd.DataFrame, FigureSpec], Figure] | None":
        """What an installed package draws it with, if one does."""
        return plugged_in("figures").get(self.kind)  # type: ignore[return-value]

    def check_columns(self, known: Iterable[str]) -> None:
        """Refuse names that are no columns of a study's table.

        Raises:
            ValueError: There is no such column.
        """
        known = list(known)
        for name in (*filter(None, (self.x, self.y, self.by)), *self.line, *self.where):
            if name not in known:
                raise unknown_name("a column", name, known, wanted="be among")

    def rows(self, table: "pd.DataFrame") -> "pd.DataFrame":
        """Return the rows of a study's table that it shows.

        Raises:
            ValueError: The table has no such column.
        """
        self.check_columns(table.columns)
        rows = table[table["block"].isin(self.axes)] if self.axes else table
        for column, values in self.where.items():
            rows = rows[rows[column].isin(values)]
        return rows[rows[self.x].notna()] if self.x else rows


def figure_names(figures: Sequence[object]) -> list[str]:
    """Return the names of the files of a study's figures, given ones or ``figure-1`` and so on.

    Raises:
        ValueError: Two are the same, capitals aside, or one is no plain name of a file: a figure
            would overwrite another file.
    """
    names = [getattr(each, "name", "") or f"figure-{n}" for n, each in enumerate(figures, start=1)]
    for place, name in enumerate(names):
        if {*name} & {*"/\\:"} or name.startswith("."):
            raise ValueError(f"a figure's name should be that of a file, no path. Got {name!r}.")
        if name.casefold() in map(str.casefold, names[:place]):
            raise ValueError(
                f"each figure should have a name of its own, that of its file. Got {name!r} twice."
            )
    return names


def page_files(figures: Iterable[str]) -> list[str]:
    """Return the names of the files that show a study, its figures named as they are."""
    return ["report.html", "table.csv", *(f"{name}.png" for name in figures)]


@dataclass(frozen=True, slots=True, kw_only=True)
class CapacitySpec(Selection):
    """A table of capacities: the largest ``num_patterns`` up to which few recalls fail."""

    failure_rate: Annotated[float, Within("(0, 1)")] = 0.1
    """Of all probes, up to which a memory works, in (0, 1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostSpec(Selection):
    """A sentence about the costs of one contender against those of another, in one cell."""

    of: str
    """Label of the one."""
    against: str
    """Label of the other."""
