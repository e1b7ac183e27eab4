"""A study: data, contenders and axes, as a TOML file says them.

.. code-block:: toml

    title = "Filters and dense memories against load"
    seed = 7
    [data]
    source = "digits"                # digits, glyphs, random or a .npy file, hashed by content
    num_neurons = 16
    [[axes]]                         # every combination of a block is a cell; blocks add up
    name = "load"
    num_patterns = [2, 4, 8, 16, 32]
    flips = [0, 2]
    [sampling]
    pattern_sets = 20
    probes = 10                      # per set
    shots = 1000
    until = { half_width = 0.03, at_least_sets = 20, at_most_sets = 400 }
    [[contender]]
    recall = "separation-filter(hamming-ball($flips), amplified=1/$num_patterns)"
    engine = ["exact", "aer"]
    [[contender]]
    recall = "dense(exponential, update=synchronous, self_interaction=kept)"
    label = "dense memory, exponential"
    [[figure]]
    x = "num_patterns"
    y = "failure_rate"
"""

import itertools
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeVar

from qdenseam.experiments.records import check_integer
from qdenseam.experiments.toml_text import keep_toml

if TYPE_CHECKING:
    import pandas as pd

Plain = int | float | str
Cell = dict[str, Plain]
"""One value of each axis."""

DATA_AXES = ("num_neurons", "num_patterns", "flips", "erasures")
"""Axes that decide patterns and probes; all other axes only stand in spellings."""
_COUNTS = {"num_neurons": 1, "num_patterns": 1, "flips": 0, "erasures": 0}
_Part = TypeVar("_Part", bound="_Table")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """A table of a TOML file."""

    @classmethod
    def from_table(cls, name: str, table: Any) -> Self:
        """Return what a table says.

        Raises:
            ValueError: It has unknown keys, lacks one, or a value is out of range.
            TypeError: It is no table, or a value is of another type.
        """
        if not isinstance(table, Mapping):
            raise TypeError(f"{name} should be a table. Got {table!r}.")
        known = {each.name: each for each in fields(cls)}
        for key in table:
            if key not in known:
                raise ValueError(f"{name} should have keys among {', '.join(known)}. Got {key!r}.")
        for key, each in known.items():
            if key not in table and each.default is MISSING and each.default_factory is MISSING:
                raise ValueError(f"{name} should have a key {key!r}.")
        return cls(**{key: _frozen(value) for key, value in table.items()})

    def to_table(self) -> dict[str, Any]:
        """Return the table that says this; what is as by default is left out."""
        table: dict[str, Any] = {}
        for each in fields(self):
            value = getattr(self, each.name)
            default = each.default_factory() if callable(each.default_factory) else each.default
            if value != default:
                table[each.name] = value.to_table() if isinstance(value, _Table) else _thawed(value)
        return table


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSource(_Table):
    """Where the patterns come from."""

    source: str = "digits"
    """``digits``, ``glyphs``, ``random`` or the path of a ``.npy`` file."""
    num_neurons: int | None = None
    """D, where no axis says it: by default 16, or a file's own."""
    bits: bool = False
    """Whether a file holds bits 0 and 1, no spins."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Until(_Table):
    """When a cell has enough pattern sets: all its contenders' failure rates are known so well."""

    half_width: float
    """Largest half width of the 95 % intervals, in (0, 1)."""
    at_least_sets: int = 20
    at_most_sets: int = 400

    def __post_init__(self) -> None:
        if not 0 < self.half_width < 1:
            raise ValueError(f"half_width should be in (0, 1). Got {self.half_width}.")
        check_integer(self.at_least_sets, "at_least_sets", 1)
        check_integer(self.at_most_sets, "at_most_sets", self.at_least_sets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling(_Table):
    """How much is drawn in every cell."""

    pattern_sets: int = 20
    probes: int = 10
    """Probes of each set."""
    shots: int = 1000
    """Shots of each probe."""
    until: Until | None = None
    """Draws more sets where given; ``pattern_sets`` then does not count."""

    def __post_init__(self) -> None:
        for name in ("pattern_sets", "probes", "shots"):
            check_integer(getattr(self, name), name, 1)
        given: Any = self.until
        if isinstance(given, Mapping):
            object.__setattr__(self, "until", Until.from_table("until", given))


@dataclass(frozen=True, slots=True, kw_only=True)
class Axes(_Table):
    """A block of cells: every combination of the values of its axes."""

    values: Mapping[str, tuple[Plain, ...]]
    name: str = ""

    def __post_init__(self) -> None:
        for axis, values in self.values.items():
            if not values:
                raise ValueError(f"axis {axis!r} should have at least one value. Got none.")
            if len(set(values)) < len(values):
                raise ValueError(f"axis {axis!r} should have distinct values. Got {list(values)}.")
            for value in values:
                if axis in _COUNTS:
                    check_integer(value, axis, _COUNTS[axis])
                elif isinstance(value, bool) or not isinstance(value, int | float | str):
                    raise TypeError(f"axis {axis!r} should hold numbers or texts. Got {value!r}.")

    @classmethod
    def from_table(cls, name: str, table: Any) -> Self:
        """Return the block that a table says: each key but ``name`` is an axis."""
        if not isinstance(table, Mapping):
            raise TypeError(f"{name} should be a table. Got {table!r}.")
        values = {
            axis: tuple(given) if isinstance(given, list | tuple) else (given,)
            for axis, given in table.items()
            if axis != "name"
        }
        return cls(name=str(table.get("name", "")), values=values)

    def to_table(self) -> dict[str, Any]:
        """Return the table that says this."""
        return ({"name": self.name} if self.name else {}) | {
            axis: list(values) for axis, values in self.values.items()
        }

    def cells(self) -> Iterator[Cell]:
        """Yield the cells in the order of the values, the last axis fastest."""
        for values in itertools.product(*self.values.values()):
            yield dict(zip(self.values, values, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrant(_Table):
    """A contender: how it recalls, from what, on which engines, and where it is asked."""

    recall: str
    """Spelling of a method or of a classical memory; ``$names`` are axes."""
    label: str = ""
    """How tables and figures call it; by default its spelling."""
    engine: tuple[str, ...] = ("exact",)
    """Engines, each a row of its own; a classical memory has none."""
    memory: str = "amplitude"
    """``amplitude``, ``amplitude(encoder=...)`` or ``energy(...)``."""
    shots: int | None = None
    """Shots of each probe, where they differ from those of the study."""
    probes: int | None = None
    """Probes of each set; the first ones of all."""
    axes: tuple[str, ...] = ()
    """Names of the blocks in whose cells it is asked; by default all."""
    where: Mapping[str, tuple[Plain, ...]] = field(default_factory=dict)
    """Values of axes outside of which it is not asked."""

    def __post_init__(self) -> None:
        for name in ("engine", "axes"):
            if isinstance(getattr(self, name), str):
                object.__setattr__(self, name, (getattr(self, name),))
        for name in ("shots", "probes"):
            if getattr(self, name) is not None:
                check_integer(getattr(self, name), name, 1)

    def is_asked(self, block: str, cell: Cell) -> bool:
        """Return whether it is asked in a cell of a block."""
        inside = all(cell.get(axis) in values for axis, values in self.where.items())
        return inside and (not self.axes or block in self.axes)


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureSpec(_Table):
    """``y`` against ``x``: by default a line for each contender, a panel for each ``by``."""

    x: str
    y: str = "failure_rate"
    by: str = ""
    axes: tuple[str, ...] = ()
    """Names of the blocks that are shown; by default all."""
    line: tuple[str, ...] = ("label", "engine")
    """Columns of the table whose values make a line."""
    where: Mapping[str, tuple[Plain, ...]] = field(default_factory=dict)
    """Values of columns to which the rows are confined."""
    log_y: bool = False

    def __post_init__(self) -> None:
        for name in ("axes", "line"):
            if isinstance(getattr(self, name), str):
                object.__setattr__(self, name, (getattr(self, name),))
        given: Mapping[str, Any] = self.where
        where = {k: v if isinstance(v, tuple) else (v,) for k, v in given.items()}
        object.__setattr__(self, "where", where)

    def rows(self, table: "pd.DataFrame") -> "pd.DataFrame":
        """Return the rows of a study's table that it shows.

        Raises:
            ValueError: The table has no such column.
        """
        for name in (self.x, self.y, *([self.by] if self.by else []), *self.line, *self.where):
            if name not in table.columns:
                raise ValueError(
                    f"a column should be among {', '.join(table.columns)}. Got {name!r}."
                )
        rows = table[table["block"].isin(self.axes)] if self.axes else table
        for column, values in self.where.items():
            rows = rows[rows[column].isin(values)]
        return rows[rows[self.x].notna()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Study:
    """Data, contenders and axes; the patterns and probes of a cell are the same for everyone."""

    title: str
    contenders: tuple[Entrant, ...]
    axes: tuple[Axes, ...] = (Axes(values={}),)
    data: DataSource = field(default_factory=DataSource)
    sampling: Sampling = field(default_factory=Sampling)
    figures: tuple[FigureSpec, ...] = ()
    seed: int = 0

    def __post_init__(self) -> None:
        check_integer(self.seed, "seed", 0)
        if not self.contenders:
            raise ValueError("a study should have at least one contender. Got none.")
        names = {block.name for block in self.axes}
        axes = {axis for block in self.axes for axis in block.values}
        for named in (*(c.axes for c in self.contenders), *(f.axes for f in self.figures)):
            if unknown := set(named) - names:
                raise ValueError(
                    f"axes should name blocks of the study, {', '.join(sorted(names))}. "
                    f"Got {', '.join(sorted(unknown))}."
                )
        for entrant in self.contenders:
            if unknown := entrant.where.keys() - axes:
                raise ValueError(
                    f"where should name axes of the study, {', '.join(sorted(axes))}. "
                    f"Got {', '.join(sorted(unknown))}."
                )

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """Return the study of a TOML file's content.

        Raises:
            ValueError: A key is unknown or missing, or a value out of range.
            TypeError: A value is of another type.
        """
        known = {"title", "seed", "data", "axes", "sampling", "contender", "figure"}
        if unknown := content.keys() - known:
            raise ValueError(
                f"a study should have keys among {', '.join(sorted(known))}. "
                f"Got {', '.join(sorted(unknown))}."
            )
        blocks = content.get("axes", {})
        return cls(
            title=str(content.get("title", "")),
            seed=content.get("seed", 0),
            data=DataSource.from_table("data", content.get("data", {})),
            axes=_parts(Axes, "axes", blocks if isinstance(blocks, list) else [blocks]),
            sampling=Sampling.from_table("sampling", content.get("sampling", {})),
            contenders=_parts(Entrant, "contender", content.get("contender", [])),
            figures=_parts(FigureSpec, "figure", content.get("figure", [])),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the content of a TOML file that says this."""
        return {
            "title": self.title,
            "seed": self.seed,
            "data": self.data.to_table(),
            "axes": [block.to_table() for block in self.axes],
            "sampling": self.sampling.to_table(),
            "contender": [entrant.to_table() for entrant in self.contenders],
            "figure": [figure.to_table() for figure in self.figures],
        }

    @classmethod
    def from_toml(cls, path: str | Path) -> Self:
        """Return the study of a TOML file; a path of data in it is relative to the file.

        Raises:
            ValueError: The file is no TOML, or no study; the message names the file.
            OSError: The file cannot be read.
        """
        path = Path(path)
        try:
            study = cls.from_dict(tomllib.loads(path.read_text(encoding="utf-8")))
        except (ValueError, TypeError) as error:
            raise ValueError(f"{path}: {error}") from error
        source = study.data.source
        if source.endswith(".npy") and not Path(source).is_absolute():
            source = str(path.parent / source)
        return replace(study, data=replace(study.data, source=source))

    def keep(self, path: Path) -> None:
        """Write the TOML file that says this, over one that was kept before only.

        Raises:
            ValueError: There is a file that somebody else wrote.
            OSError: The file cannot be written.
        """
        content = self.to_dict()
        if self.data.source.endswith(".npy"):
            content["data"]["source"] = os.path.relpath(self.data.source, path.parent)
        keep_toml(path, content)


def _parts(part: type[_Part], name: str, tables: Any) -> tuple[_Part, ...]:
    if not isinstance(tables, list):
        raise TypeError(f"{name} should be a list of tables, [[{name}]]. Got {tables!r}.")
    return tuple(part.from_table(name, table) for table in tables)


def _frozen(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(map(_frozen, value))
    if isinstance(value, Mapping):
        return {key: _frozen(each) for key, each in value.items()}
    return value


def _thawed(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(map(_thawed, value))
    if isinstance(value, Mapping):
        return {key: _thawed(each) for key, each in value.items()}
    return value
