"""What a benchmark is: settings, cases, and rows of plain numbers measured of each case.

Adding one is adding a file to this room: a frozen dataclass with the decorator :func:`register`.
The command line takes its options from the fields.
"""

import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar, TypeAlias, TypeVar, get_type_hints

from classical_ref.checks import Within, check_fields
from qdenseam.spelling.names import unknown_name

BenchRow: TypeAlias = dict[str, str | int | float | bool | None]
"""One line of a table, by the names of its columns."""
Case: TypeAlias = Mapping[str, Any]
"""What is measured at once, plain JSON data: ratios are taken within a case."""

Numbers: TypeAlias = tuple[int, ...]
Names: TypeAlias = tuple[str, ...]
Sizes: TypeAlias = tuple[tuple[int, int], ...]
"""Pairs (D, K)."""


@dataclass(frozen=True, slots=True, init=False)
class Setting(Within):
    """What is said of a field, as ``Annotated[int, Setting("Shots.", "[1, 10^9]")]``.

    Args:
        help: The sentence on the command line.
        interval: Of the number, or of every number in a list.
        among: Of the text, or of every text in a list.
    """

    help: str = ""
    among: tuple[str, ...] = ()

    def __init__(
        self,
        help: str,  # noqa: A002
        interval: str = "(-inf, inf)",
        *,
        among: tuple[str, ...] = (),
    ) -> None:
        Within.__init__(self, interval)
        object.__setattr__(self, "help", help)
        object.__setattr__(self, "among", among)

    def check(self, name: str, value: object) -> None:
        """Raise a ValueError unless a value is what the setting allows."""
        for each in _leaves(value):
            Within.check(self, name, each)
            if self.among and each not in self.among:
                raise unknown_name(name, str(each), self.among, wanted="be among")


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark(ABC):
    """Settings of one benchmark; every field is annotated with its :class:`Setting`.

    Raises:
        ValueError: A setting is out of range; the message names it.
    """

    name: ClassVar[str]
    columns: ClassVar[Mapping[str, str]]
    """What the numbers of a row mean, in the order of the table. Every row also has a ``note``; a
    row whose ``correct`` is False ends the command with status 1."""
    example: ClassVar[str]
    """Options of a short run."""
    packages: ClassVar[Mapping[str, str]] = {}
    """Modules that are not among our dependencies, and what ``pip`` calls them."""

    def __post_init__(self) -> None:
        check_fields(self)

    @abstractmethod
    def cases(self) -> Iterable[Case]:
        """Return what is measured, in order."""

    @abstractmethod
    def measure(self, case: Case) -> Iterator[BenchRow]:
        """Yield the rows of one case; columns that a row leaves out have no value."""

    def summary(self, rows: Sequence[BenchRow]) -> list[BenchRow]:  # noqa: ARG002
        """Return a second, shorter table made of all rows, where there is one."""
        return []

    def rows(self, case: Case) -> Iterator[BenchRow]:
        """Yield the rows of one case with all columns."""
        columns = [*self.columns, "note"]
        for row in self.measure(case):
            strange = row.keys() - set(columns)
            if strange:
                raise KeyError(f"columns of {self.name} should hold {sorted(strange)}.")
            yield {column: row.get(column) for column in columns}


def settings(benchmark: type[Benchmark]) -> dict[str, Setting]:
    """Return the settings of a benchmark by the names of its fields."""
    hints = get_type_hints(benchmark, include_extras=True)
    return {
        each.name: next(m for m in hints[each.name].__metadata__ if isinstance(m, Setting))
        for each in fields(benchmark)
    }


def not_run(module: str, packages: Mapping[str, str]) -> str | None:
    """Return what a row says of a peer that is not installed, None for one that is.

    The module is looked for, not imported.
    """
    top, _, _ = module.partition(".")
    if find_spec(top) is not None and find_spec(module) is not None:
        return None
    return f"not run: {packages[module]} is not installed"


AnyBenchmark = TypeVar("AnyBenchmark", bound=type[Benchmark])
_BENCHMARKS: dict[str, type[Benchmark]] = {}


def register(benchmark: AnyBenchmark) -> AnyBenchmark:
    """Give a benchmark its place on the command line."""
    _BENCHMARKS[benchmark.name] = benchmark
    return benchmark


def benchmarks() -> dict[str, type[Benchmark]]:
    """Return all benchmarks by name, from every file of this room but those that need a peer."""
    here = Path(__file__).parent
    for module in pkgutil.walk_packages([str(here)], f"{__package__}."):
        if not module.name.endswith("_peer"):
            import_module(module.name)
    return dict(sorted(_BENCHMARKS.items()))


def benchmark_named(name: str) -> type[Benchmark]:
    """Return the benchmark of a name.

    Raises:
        ValueError: There is none.
    """
    known = benchmarks()
    if name not in known:
        raise unknown_name("benchmark", name, known)
    return known[name]


def run(benchmark: Benchmark, on_row: Callable[[BenchRow], None] | None = None) -> list[BenchRow]:
    """Return the rows of all cases, measured here and now; each is told of as it comes."""
    rows = []
    for case in benchmark.cases():
        for row in benchmark.rows(case):
            rows.append(row)
            if on_row is not None:
                on_row(row)
    return rows


def _leaves(value: object) -> Iterator[object]:
    if isinstance(value, tuple):
        for each in value:
            yield from _leaves(each)
    else:
        yield value
