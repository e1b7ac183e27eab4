"""``qdenseam bench NAME``: one command for every benchmark, its options are its fields."""

import inspect
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from qdenseam.cli.export import Export
from qdenseam.cli.options import with_options
from qdenseam.cli.outputs import output_file
from qdenseam.cli.progress import resumable, shown_progress
from qdenseam.cli.tables import print_rows, print_text

if TYPE_CHECKING:
    from qdenseam.bench.base import Benchmark, BenchRow

Out = Annotated[
    Path | None,
    typer.Option(
        callback=output_file(),
        metavar="FILE",
        help="Keep finished cases here: the same command goes on after an interruption.",
        show_default=False,
    ),
]


class Benchmarks(TyperGroup):
    """The group of benchmarks, which are loaded when one of them is asked for."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002
        """Return the names."""
        from qdenseam.bench.base import benchmarks

        return list(benchmarks())

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002
        """Return the command of a benchmark.

        Raises:
            ValueError: There is none of that name.
        """
        from qdenseam.bench.base import benchmark_named

        benchmark = benchmark_named(cmd_name)
        app = typer.Typer(add_completion=False, rich_markup_mode=None)
        example = f"Example: qdenseam bench {cmd_name} {benchmark.example}"
        app.command(cmd_name, help=_help(benchmark), epilog=example)(_command(benchmark))
        return typer.main.get_command(app)


bench = typer.Typer(
    cls=Benchmarks,
    help="Measure speeds, sizes and errors on this machine.",
    epilog="Example: qdenseam bench recall --csv recall.csv",
    no_args_is_help=True,
)


@bench.callback()
def _group() -> None:
    pass


def _help(benchmark: "type[Benchmark]") -> str:
    text = inspect.cleandoc(benchmark.__doc__ or "")
    packages = ", ".join(dict.fromkeys(benchmark.packages.values()))
    if packages:
        text += f"\n\nWhere they are installed it runs {packages}."
    columns = [f"- {name.replace('_', ' ')}: {said}" for name, said in benchmark.columns.items()]
    return "\n\n".join([text, "Columns:", *columns])


def _command(benchmark: "type[Benchmark]") -> Callable[..., None]:
    """Return a function whose options are the fields of a benchmark and the files to write."""

    def run(settings: Any, export: Export, out: Out = None) -> None:
        _report(settings, out, export)

    run.__annotations__["settings"] = benchmark
    return with_options(run)


def _report(benchmark: "Benchmark", out: Path | None, export: Export) -> None:
    from qdenseam.bench.base import run
    from qdenseam.versions import mixed_versions

    with export.ready() as write:
        if out is None:
            with shown_progress(f"bench {benchmark.name}"):
                rows = run(benchmark, on_row=_tell)
        else:
            from qdenseam.bench.kept import run_kept

            with resumable(out), shown_progress(benchmark.name, last="done") as on_progress:
                rows, records = run_kept(benchmark, out, on_progress=on_progress)
            for sentence in mixed_versions(record.versions for record in records):
                print_text(sentence)
        summary = benchmark.summary(rows)
        facts = {"benchmark": benchmark.name, "settings": asdict(benchmark)}
        write(rows, {**facts, "rows": rows, "summary": summary})
        notes = [str(row["note"]) for row in rows if str(row["note"]).startswith("not run")]
        for table in ([row for row in rows if row["note"] not in notes], summary):
            if table:
                print_rows(table)
        for note, times in Counter(notes).items():
            print_text(f"{note} ({times} row{'s' * (times > 1)})")
    if any(row.get("correct") is False for row in rows):
        typer.echo("At least one result is wrong: see the column correct.", err=True)
        raise typer.Exit(1)


def _tell(row: "BenchRow") -> None:
    """Say what has been measured: the names that begin a row, and its note."""
    names = [value for value in row.values() if isinstance(value, str)]
    typer.echo(", ".join(filter(None, names)), err=True)
