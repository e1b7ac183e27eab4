"""A study: data, contenders and axes, as a TOML file says them.

.. code-block:: toml

    title = "Filters and dense memories against load"
    seed = 7
    [data]
    source = "digits"                # digits, glyphs, random, a file or a folder, by content
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
    engine = ["exact", "fake:fez"]
    memory = "amplitude(encoder=auto(goal=gates))"
    mitigation = "none"              # or "mitigation(readout=subspace)", where a device is read
    [[contender]]
    recall = "dense(exponential, update=synchronous, self_interaction=kept)"
    label = "dense memory, exponential"
    [[contender]]
    recall = "nearest(at=2)"
    told = true                      # how many bits are flipped, as whatever spells $flips is
    [[figure]]
    x = "num_patterns"
    y = "failure_rate"

A block of axes may have an ``engine`` and a ``sampling`` of its own. ``[[table]]``,
``[[capacity]]`` and ``[[cost]]`` say what else a page shows, see
:mod:`~qdenseam.experiments.study_shown`.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Final, Self, TypeVar

from classical_ref.checks import Within, check_fields, checked
from classical_ref.data.own import NAMES
from classical_ref.shown import Shown, html_table
from qdenseam.experiments.study_parts import BLOCK_SETTINGS, Selection, Table
from qdenseam.experiments.study_parts import DATA_AXES as DATA_AXES
from qdenseam.experiments.study_parts import Axes as Axes
from qdenseam.experiments.study_parts import DataSource as DataSource
from qdenseam.experiments.study_parts import Entrant as Entrant
from qdenseam.experiments.study_parts import Sampling as Sampling
from qdenseam.experiments.study_shown import CapacitySpec, CostSpec, figure_names
from qdenseam.experiments.study_shown import FigureSpec as FigureSpec
from qdenseam.spelling.names import near, unknown_name
from qdenseam.toml_text import keep_toml, read_toml

_Part = TypeVar("_Part", bound=Table)
_LISTS: Final[dict[str, tuple[str, type[Table]]]] = {
    "axes": ("axes", Axes),
    "contender": ("contenders", Entrant),
    "figure": ("figures", FigureSpec),
    "table": ("tables", Selection),
    "capacity": ("capacities", CapacitySpec),
    "cost": ("costs", CostSpec),
}
"""Lists of tables in a file: the field that each is, and what it is made of."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Study(Shown):
    """Data, contenders and axes; the patterns and probes of a cell are the same for everyone."""

    title: str
    contenders: tuple[Entrant, ...]
    axes: tuple[Axes, ...] = (Axes(values={}),)
    data: DataSource = field(default_factory=DataSource)
    sampling: Sampling = field(default_factory=Sampling)
    figures: tuple[FigureSpec, ...] = ()
    tables: tuple[Selection, ...] = ()
    """Cells that the page and the command line show as numbers; by default all."""
    capacities: tuple[CapacitySpec, ...] = ()
    costs: tuple[CostSpec, ...] = ()
    seed: Annotated[int, Within("[0, inf)")] = 0

    def __post_init__(self) -> None:
        check_fields(self)
        if not self.contenders:
            raise ValueError("a study should have at least one contender. Got none.")
        blocks = {block.name for block in self.axes}
        axes = {*DATA_AXES, *(axis for block in self.axes for axis in block.values)}
        labels = {entrant.name for entrant in self.contenders}
        shown = (*self.figures, *self.tables, *self.capacities, *self.costs)
        for each in (*self.contenders, *shown):
            _check_known("axes", "blocks", each.axes, blocks)
            if not isinstance(each, FigureSpec):  # its where takes any column
                _check_known("where", "axes", each.where, axes)
        for cost in self.costs:
            _check_known("of and against", "labels", (cost.of, cost.against), labels)
        _check_used(axes, self.contenders)
        figure_names(self.figures)

    def _facts(self) -> Mapping[str, object]:
        return {
            "title": self.title,
            "data": self.data.source,
            "contenders": len(self.contenders),
            "axes": ", ".join(dict.fromkeys(axis for each in self.axes for axis in each.values)),
            "figures": len(self.figures),
            "seed": self.seed,
        }

    def _more_html(self) -> str:
        rows = [(each.name, each.recall) for each in self.contenders]
        return html_table(rows, header=("contender", "recall"))

    @classmethod
    @checked
    def from_dict(cls, content: Mapping[str, Any]) -> Self:
        """Return the study of a TOML file's content.

        Raises:
            ValueError: A key is unknown or missing, or a value out of range.
            TypeError: A value is of another type.
        """
        known = {"title", "seed", "data", "sampling", *_LISTS}
        if unknown := content.keys() - known:
            raise unknown_name("a study", min(unknown), sorted(known), wanted="have keys among")
        blocks = content.get("axes", {})
        given = {**content, "axes": blocks if isinstance(blocks, list) else [blocks]}
        lists: dict[str, Any] = {
            name: _parts(part, key, given.get(key, [])) for key, (name, part) in _LISTS.items()
        }
        return cls(
            title=str(content.get("title", "")),
            seed=content.get("seed", 0),
            data=DataSource.from_table("data", content.get("data", {})),
            sampling=Sampling.from_table("sampling", content.get("sampling", {})),
            **lists,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the content of a TOML file that says this."""
        return {
            "title": self.title,
            "seed": self.seed,
            "data": self.data.to_table(),
            "sampling": self.sampling.to_table(),
        } | {
            key: [each.to_table() for each in getattr(self, name)]
            for key, (name, _) in _LISTS.items()
            if getattr(self, name)
        }

    def sampling_of(self, block: Axes) -> Sampling:
        """Return how much is drawn in the cells of a block."""
        return self.sampling.but(block.sampling) if block.sampling else self.sampling

    @classmethod
    @checked
    def from_toml(cls, path: str | Path) -> Self:
        """Return the study of a TOML file; a path of data in it is relative to the file.

        Raises:
            ValueError: The file is no TOML, or no study; the message names the file.
            OSError: The file cannot be read.
        """
        path = Path(path)
        try:
            study = cls.from_dict(read_toml(path))
        except (ValueError, TypeError) as error:
            raise ValueError(f"{path}: {error}") from error
        if not study.data.is_file:
            return study
        source = _as_path(os.path.join(path.parent, study.data.source))  # noqa: PTH118
        return replace(study, data=replace(study.data, source=source))

    @checked
    def keep(self, path: Path) -> None:
        """Write the TOML file that says this, over one that was kept before only.

        Raises:
            ValueError: There is a file that somebody else wrote.
            OSError: The file cannot be written.
        """
        content = self.to_dict()
        if self.data.is_file:
            beside = os.path.relpath(self.data.source, path.parent)
            content["data"]["source"] = _as_path(beside)
        keep_toml(path, content)


def _as_path(path: str) -> str:
    """Return the shortest text of a path that is not the name of data."""
    shortest = os.path.normpath(path)
    return f"./{shortest}" if shortest in NAMES else shortest


def _parts(part: type[_Part], name: str, tables: Any) -> tuple[_Part, ...]:
    if not isinstance(tables, list):
        raise TypeError(f"{name} should be a list of tables, [[{name}]]. Got {tables!r}.")
    return tuple(part.from_table(name, table) for table in tables)


def _check_used(axes: set[str], contenders: Sequence[Entrant]) -> None:
    """Refuse an axis that changes nothing: mostly a misspelled one, or a misspelled setting."""
    texts = " ".join(f"{each.recall} {each.memory} {each.mitigation}" for each in contenders)
    chosen = {axis for each in contenders for axis in each.where}
    for axis in sorted(axes - chosen - set(DATA_AXES)):
        if f"${axis}" not in texts:
            known = (*DATA_AXES, *BLOCK_SETTINGS)
            raise ValueError(
                f"a key of [[axes]] should be one of {', '.join(known)}, or stand in a spelling "
                f"as ${axis}. Got {axis!r}, which is neither.{near(axis, known)}"
            )


def _check_known(key: str, what: str, given: Iterable[str], known: set[str]) -> None:
    if unknown := set(given) - known:
        wanted = f"name {what} of the study,"
        raise unknown_name(key, min(unknown), sorted(known), wanted=wanted)
