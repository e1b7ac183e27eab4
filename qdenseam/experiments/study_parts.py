"""What a study is, as tables of a TOML file; see :mod:`~qdenseam.experiments.study`."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import TYPE_CHECKING, Annotated, Any, Self, TypeAlias

from classical_ref.checks import Within, check_fields, check_integer, check_within
from classical_ref.data.own import NAMES, load_dataset
from qdenseam.spelling.names import unknown_name

if TYPE_CHECKING:
    from classical_ref.data.datasets import Dataset

Plain = int | float | str
Cell = dict[str, Plain]
"""One value of each axis."""

DATA_AXES = ("num_neurons", "num_patterns", "flips", "erasures")
"""Axes that decide patterns and probes; all other axes only stand in spellings."""
BLOCK_SETTINGS = ("name", "engine", "sampling")
"""Keys of a block of axes that are no axes."""
READING = ("kind", "threshold", "shape", "levels", "merge_duplicates")
"""How a file is read: options of :func:`classical_ref.as_patterns`."""
_COUNTS = {"num_neurons": 1, "num_patterns": 1, "flips": 0, "erasures": 0}


Count: TypeAlias = Annotated[int, Within("[1, 10^9]", "Run more sets instead.")]
"""How much of something is drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of a TOML file, whose fields are checked."""

    def __post_init__(self) -> None:
        check_fields(self)

    @classmethod
    def from_table(cls, name: str, table: object) -> Self:
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
                raise unknown_name(name, key, known, wanted="have keys among")
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
                table[each.name] = value.to_table() if isinstance(value, Table) else _thawed(value)
        return table


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSource(Table):
    """Where the patterns come from."""

    source: str = "digits"
    """``digits``, ``glyphs``, ``random``, or a file or folder: :func:`classical_ref.as_patterns`,
    whose options the others but D are."""
    num_neurons: Count | None = None
    """D, where no axis says it: by default 16, or a file's own."""
    kind: str | None = None
    threshold: str | float = "otsu"
    shape: str | tuple[int, int] | None = None
    """Rows and columns, ``[4, 3]`` or ``"4x3"``."""
    levels: int | str | None = None
    """A number of levels or a code, which gives spellings their ``$bits_per_feature``."""
    merge_duplicates: bool = False

    def __post_init__(self) -> None:
        check_fields(self)
        if isinstance(self.shape, tuple):
            object.__setattr__(self, "shape", "x".join(map(str, self.shape)))

    @property
    def is_file(self) -> bool:
        """Whether the data lie in a file or a folder."""
        return self.source not in NAMES

    @property
    def reading(self) -> dict[str, Any]:
        """How a file is read, where that was said."""
        given = self.to_table()
        return {name: given[name] for name in READING if name in given}

    def load(self, num_neurons: int | None) -> "Dataset":
        """Return the data at a D; see :func:`~classical_ref.data.own.load_dataset`."""
        return load_dataset(self.source, num_neurons, **self.reading)


@dataclass(frozen=True, slots=True, kw_only=True)
class Until(Table):
    """When a cell has enough pattern sets: all its contenders' failure rates are known so well."""

    half_width: Annotated[float, Within("(0, 1)")]
    """Largest half width of the 95 % intervals, in (0, 1)."""
    at_least_sets: Count = 20
    at_most_sets: Count = 400

    def __post_init__(self) -> None:
        check_fields(self)
        check_within(f"[{self.at_least_sets}, inf)", at_most_sets=self.at_most_sets)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling(Table):
    """How much is drawn in every cell."""

    pattern_sets: Count = 20
    probes: Count = 10
    """Probes of each set."""
    shots: Count = 1000
    """Shots of each probe."""
    until: Until | None = None
    """Draws more sets where given; ``pattern_sets`` then does not count."""

    def __post_init__(self) -> None:
        given: Any = self.until
        if isinstance(given, Mapping):
            object.__setattr__(self, "until", Until.from_table("until", given))
        check_fields(self)

    def but(self, given: Mapping[str, Any]) -> Self:
        """Return this with other values of some keys."""
        return self.from_table("sampling", {**self.to_table(), **given})


@dataclass(frozen=True, slots=True, kw_only=True)
class Axes(Table):
    """A block of cells: every combination of the values of its axes."""

    values: Mapping[str, tuple[Plain, ...]]
    name: str = ""
    engine: tuple[str, ...] = ()
    """Engines here of contenders that name none; by default ``exact``."""
    sampling: Mapping[str, Any] = field(default_factory=dict)
    """What is drawn here otherwise than elsewhere: keys of ``sampling``."""

    def __post_init__(self) -> None:
        Sampling().but(self.sampling)
        object.__setattr__(self, "engine", listed(self.engine))
        check_fields(self)
        whole = {axis: listed(each) for axis, each in self.values.items()}
        object.__setattr__(self, "values", whole)
        for axis, values in self.values.items():
            if not values:
                raise ValueError(f"axis {axis!r} should have at least one value. Got none.")
            if len(set(values)) < len(values):
                raise ValueError(f"axis {axis!r} should have distinct values. Got {list(values)}.")
            for value in values:
                if axis in _COUNTS:
                    check_integer(_COUNTS[axis], **{axis: value})
                elif isinstance(value, bool) or not isinstance(value, int | float | str):
                    raise TypeError(f"axis {axis!r} should hold numbers or texts. Got {value!r}.")

    @classmethod
    def from_table(cls, name: str, table: object) -> Self:
        """Return the block that a table says: each key that is no setting of it is an axis."""
        if not isinstance(table, Mapping):
            raise TypeError(f"{name} should be a table. Got {table!r}.")
        own = {key: _frozen(table[key]) for key in BLOCK_SETTINGS if key in table}
        values = {axis: _frozen(each) for axis, each in table.items() if axis not in own}
        return cls(values=values, **own)

    def to_table(self) -> dict[str, Any]:
        """Return the table that says this."""
        own = Table.to_table(self)
        return own | own.pop("values", {})

    def cells(self) -> Iterator[Cell]:
        """Yield the cells in the order of the values, the last axis fastest."""
        for values in itertools.product(*self.values.values()):
            yield dict(zip(self.values, values, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection(Table):
    """Some cells of a study."""

    axes: tuple[str, ...] = ()
    """Names of their blocks; by default all."""
    where: Mapping[str, tuple[Plain, ...]] = field(default_factory=dict)
    """Values of axes outside of which a cell is not meant."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "axes", listed(self.axes))
        check_fields(self)
        where = {axis: listed(values) for axis, values in self.where.items()}
        object.__setattr__(self, "where", where)

    def takes(self, block: str, cell: Mapping[str, Any]) -> bool:
        """Return whether a cell of a block is meant."""
        inside = all(cell.get(axis) in values for axis, values in self.where.items())
        return inside and (not self.axes or block in self.axes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrant(Selection):
    """A contender: how it recalls, from what, on which engines, and the cells it is asked in.

    What takes known bits as certain (``corrects`` is false) is asked only where bits are unknown
    and none is flipped.
    """

    recall: str
    """Spelling of a method or of a classical memory; ``$names`` are axes."""
    label: str = ""
    """How tables and figures call it; by default its spelling."""
    note: str = ""
    """How it is set, for the reader."""
    engine: tuple[str, ...] = ()
    """Engines, each a row of its own, by default those of the block; a classical memory has
    none."""
    memory: str = "amplitude"
    """``amplitude``, ``amplitude(encoder=...)`` or ``energy(...)``."""
    mitigation: str = "none"
    """What is inferred from its shots, such as ``mitigation(readout=subspace)``. It answers by
    that; what it would answer as measured is counted beside."""
    shots: Count | None = None
    """Shots of each probe, where they differ from those of the cell."""
    probes: Count | None = None
    """Probes of each set, where they differ; few are the first of many."""
    told: bool | None = None
    """Whether it uses the number of flipped bits; by default, where ``$flips`` is in its spelling.
    What is told stands beside a scan that is told too."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "engine", listed(self.engine))
        Selection.__post_init__(self)

    @property
    def name(self) -> str:
        """What tables and figures call it."""
        inferred = "" if self.mitigation == "none" else f", {self.mitigation}"
        return self.label or self.recall + inferred


def listed(value: object) -> tuple[Any, ...]:
    """Return a list as a tuple, anything else as a tuple of one."""
    return tuple(value) if isinstance(value, list | tuple) else (value,)


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
