"""A study with a trial of its own: tasks, a table of their records, and figures of the table."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias, Unpack

from classical_ref.checks import check_fields
from classical_ref.shown import Shown
from qdenseam.experiments.collecting.collect import collect
from qdenseam.experiments.collecting.records import Record, Task
from qdenseam.experiments.collecting.results_file import read_records
from qdenseam.experiments.estimates.statistics import Estimate
from qdenseam.experiments.study_shown import FigureSpec, figure_names
from qdenseam.spelling.names import unknown_name
from qdenseam.studies.base import Drawing, Findings, How, Records
from qdenseam.studies.checks import Check
from qdenseam.studies.sentences import check_sentences, leader_sentences
from qdenseam.toml_text import keep_toml

if TYPE_CHECKING:
    import pandas as pd

Row: TypeAlias = dict[str, Any]
"""Named numbers and texts; an :class:`Estimate` becomes three columns."""


def _none(records: Records, quick: bool) -> tuple[Check, ...]:  # noqa: ARG001
    return ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class SpecialStudy(Shown):
    """A study whose trial is special; once registered, the command line knows it.

    .. code-block:: python

        @trial("coins")
        def toss(params, rng):
            return {"heads": int(rng.binomial(params["shots"], params["bias"]))}


        STUDY = register(
            SpecialStudy(
                name="coins",
                title="heads against bias",
                tasks=lambda shots=1000: [
                    Task(kind="coins", params={"bias": b, "shots": shots}) for b in (0.1, 0.5, 0.9)
                ],
                table=lambda records: [
                    {"bias": r.params["bias"], "heads": rate(r.values["heads"], r.params["shots"])}
                    for r in records
                ],
                figures=(FigureSpec(x="bias", y="heads", line=()),),
                quick={"shots": 10},
            )
        )
    """

    name: str
    """What the command line calls it."""
    title: str
    tasks: Callable[..., list[Task]]
    """The work. Its keyword arguments, all with defaults, are the settings that a file may give."""
    table: Callable[[Records], list[Row]]
    """Rows from records, in the order of the tasks."""
    figures: tuple[FigureSpec | Drawing, ...]
    """At least one."""
    quick: Mapping[str, Any]
    """Settings of a small run."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Those that are not as by default."""
    columns: tuple[str, ...] = ()
    """Columns that a page has room for; by default all."""
    note: str = ""
    """What a reader of the table must know."""
    source: str = ""
    """Authors, title and year, where it makes a published result again."""
    checks: Callable[[Records, bool], Iterable[Check]] = _none
    """How it agrees with that, less tightly where settings say to sample less; such a study is
    read only when it is finished."""

    def __post_init__(self) -> None:
        check_fields(self)
        known = inspect.signature(self.tasks).parameters
        for setting in self.settings:
            if setting not in known:
                raise unknown_name(f"settings of {self.name}", setting, known, wanted="be among")
        figure_names(self.figures)
        if any(isinstance(each, FigureSpec) and each.kind == "gallery" for each in self.figures):
            raise ValueError(
                f"figures of {self.name} should not be a gallery, which shows contenders: "
                "use a Drawing."
            )

    def _facts(self) -> Mapping[str, object]:
        settings = {name: str(value) for name, value in self.settings.items()}
        figures = len(self.figures)
        return {"name": self.name, "title": self.title, "settings": settings, "figures": figures}

    def checked(self) -> None:
        """Refuse settings of which no task can be made."""
        self.wanted()

    def wanted(self) -> list[Task]:
        """Return the tasks at these settings.

        Raises:
            ValueError: A setting is wrong.
        """
        try:
            return self.tasks(**self.settings)
        except (TypeError, LookupError) as error:  # a number where a list is wanted, and the like
            raise ValueError(f"settings of {self.name} allow no tasks: {error}") from error

    def smaller(self) -> "SpecialStudy":
        """Return it at its quick settings, but for those that were given."""
        return replace(self, settings={**self.quick, **self.settings})

    def keep(self, path: Path) -> None:
        """Write the TOML file that names it."""
        settings = {"settings": dict(self.settings)} if self.settings else {}
        keep_toml(path, {"study": self.name, **settings})

    def run(self, path: Path, **how: Unpack[How]) -> None:
        """Run what a results file lacks."""
        collect(self.wanted(), path, **how)

    def read(self, path: Path) -> Findings:
        """Return what a results file holds of it."""
        found: dict[tuple[str, int], Record] = {
            (record.key, record.batch): record for record in read_records(path)
        }
        asked = [(task.key, batch) for task in self.wanted() for batch in range(task.num_batches)]
        return self.findings([found[each] for each in asked if each in found], len(asked))

    def findings(self, records: Records, num_asked: int | None = None) -> Findings:
        """Return what records say.

        Args:
            records: In the order of the tasks.
            num_asked: How many there would be, by default as many.

        Raises:
            ValueError: There are none, or too few for what was published.
        """
        num_asked = len(records) if num_asked is None else num_asked
        if not records or (self.source and len(records) < num_asked):
            raise ValueError(
                f"the results of {self.name} should be {num_asked} parts. Got {len(records)}; "
                "run qdenseam collect."
            )
        table = as_table(self.table(records))
        checks, said = self._checks(records)
        said += leader_sentences(table, self.figures)
        if len(records) < num_asked:
            said.append(f"{num_asked - len(records)} of {num_asked} parts were not run.")
        return Findings(
            table=table,
            columns=self.columns or tuple(table.columns),
            sentences=said,
            records=records,
            checks=checks,
        )

    def _checks(self, records: Records) -> tuple[tuple[Check, ...], list[str]]:
        try:
            checks = tuple(self.checks(records, self._asks_less()))
        except LookupError:
            if not self.settings:
                raise
            return (), ["At these settings there is nothing published to be held against."]
        return checks, check_sentences(checks)

    def _asks_less(self) -> bool:
        """Whether a setting is less than by default; a list is, if it is shorter."""
        known = inspect.signature(self.tasks).parameters
        return any(_is_less(value, known[name].default) for name, value in self.settings.items())

    def write_report(self, found: Findings, folder: Path, *, command: str) -> Path:
        """Write the page."""
        from qdenseam.report.special import write_special_report

        return write_special_report(
            folder,
            title=self.title,
            source=self.source,
            note=self.note,
            sentences=found.sentences,
            figures={
                name: (each.caption, found.drawn(each)) if isinstance(each, Drawing) else each
                for name, each in found.named(self.figures)
            },
            table=found.table,
            columns=found.columns,
            checks=[check.to_row() for check in found.checks],
            records=found.records,
            command=command,
        )


def _is_less(value: Any, default: Any) -> bool:
    if isinstance(value, int | float) and isinstance(default, int | float):
        return value < default
    if isinstance(value, list | tuple) and isinstance(default, list | tuple):
        return len(value) < len(default)
    return bool(value != default)  # a text


def as_table(rows: Iterable[Row]) -> "pd.DataFrame":
    """Return rows as a table; of an estimate ``x`` come ``x``, ``x_low`` and ``x_high``."""
    import pandas as pd

    flat: list[Row] = []
    for row in rows:
        flat.append({})
        for name, value in row.items():
            if isinstance(value, Estimate):
                flat[-1] |= {
                    name: value.best, f"{name}_low": value.low, f"{name}_high": value.high
                }  # fmt: skip
            else:
                flat[-1][name] = value
    return pd.DataFrame(flat)
