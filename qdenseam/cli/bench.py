"""``qdenseam bench NAME``: one command for every benchmark, its options are its fields."""

import inspect
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin, get_type_hints

import typer
from typer.core import TyperGroup

from qdenseam.cli.progress import resumable, shown_progress
from qdenseam.cli.rows import print_rows, write_json

if TYPE_CHECKING:
    from qdenseam.bench.base import Benchmark, BenchRow

_FILES = {
    "out": "Keep finished cases here: the same command goes on after an interruption.",
    "json": "Also write the rows here, with settings and versions.",
    "csv": "Also write the rows here, as a table.",
}


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
    """Return a function whose parameters are the fields of a benchmark and the files to write."""
    from qdenseam.bench.base import settings

    hints, parameters = get_type_hints(benchmark), []
    for each in fields(benchmark):
        setting, kind, default = settings(benchmark)[each.name], hints[each.name], each.default
        is_list = get_origin(kind) is tuple
        among = f" Of {', '.join(setting.among)}." if setting.among else ""
        option = typer.Option(
            f"--{each.name.replace('_', '-')}",
            metavar=_metavar(kind),
            help=setting.help + among,
            show_default=default is not False and default not in ((), setting.among),
        )
        typed: Any = Annotated[str if is_list else kind, option]
        parameters.append(_parameter(each.name, typed, _text(default) if is_list else default))
    for name, said in _FILES.items():
        option = typer.Option(f"--{name}", metavar="FILE", help=said, show_default=False)
        parameters.append(_parameter(name, Annotated[Path | None, option], None))

    def run(**given: Any) -> None:
        files = {name: given.pop(name) for name in _FILES}
        _report(benchmark(**{n: _value(n, hints[n], each) for n, each in given.items()}), files)

    run.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    return run


def _parameter(name: str, annotation: Any, default: Any) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, annotation=annotation, default=default
    )


def _metavar(kind: Any) -> str | None:
    if get_origin(kind) is tuple and get_origin(get_args(kind)[0]) is tuple:
        return "D:K,D:K,..."
    return {tuple[int, ...]: "N,N,...", tuple[str, ...]: "NAME,NAME,..."}.get(kind)


def _text(values: Any) -> str:
    """Return a list as it is written on the command line."""
    return ",".join(
        ":".join(map(str, each)) if isinstance(each, tuple) else str(each) for each in values
    )


def _value(name: str, kind: Any, given: Any) -> Any:
    """Return the value of a field from what its option says."""
    if get_origin(kind) is not tuple:
        return given
    parts = _parts(given)
    item = get_args(kind)[0]
    if item is str:
        return tuple(parts)
    is_pair = get_origin(item) is tuple
    found = [re.fullmatch(r"(\d+):(\d+)" if is_pair else r"(\d+)", part) for part in parts]
    if not all(found):
        raise ValueError(
            f"{name} should be a list such as {'8:4,12:8' if is_pair else '4,8'}. Got {given!r}."
        )
    numbers = [tuple(map(int, each.groups())) for each in found if each]
    return tuple(numbers if is_pair else (each[0] for each in numbers))


def _parts(text: str) -> list[str]:
    """Return what stands between commas, but for those within parentheses."""
    depth, parts = 0, [""]
    for character in text:
        depth += (character in "([") - (character in ")]")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts if part.strip()]


def _report(benchmark: "Benchmark", files: dict[str, Path | None]) -> None:
    from qdenseam.bench.base import run
    from qdenseam.versions import mixed_versions

    if files["out"] is None:
        rows = run(benchmark, on_row=_tell)
    else:
        from qdenseam.bench.kept import run_kept

        with (
            resumable(files["out"]),
            shown_progress(benchmark.name, last="done") as on_progress,
        ):
            rows, records = run_kept(benchmark, files["out"], on_progress=on_progress)
        for sentence in mixed_versions(record.versions for record in records):
            typer.echo(sentence)
    summary = benchmark.summary(rows)
    notes = [str(row["note"]) for row in rows if str(row["note"]).startswith("not run")]
    for table in ([row for row in rows if row["note"] not in notes], summary):
        if table:
            print_rows(table)
    for note, times in Counter(notes).items():
        typer.echo(f"{note} ({times} row{'s' * (times > 1)})")
    facts = {"benchmark": benchmark.name, "settings": asdict(benchmark)}
    write_json(files["json"], **facts, rows=rows, summary=summary)
    if files["csv"] is not None:
        import csv

        with files["csv"].open("w", newline="") as file:
            writer = csv.DictWriter(file, [*benchmark.columns, "note"])
            writer.writeheader()
            writer.writerows(rows)
    if any(row.get("correct") is False for row in rows):
        typer.echo("At least one result is wrong: see the column correct.", err=True)
        raise typer.Exit(1)


def _tell(row: "BenchRow") -> None:
    """Say what has been measured: the names that begin a row, and its note."""
    names = [value for value in row.values() if isinstance(value, str)]
    typer.echo(", ".join(filter(None, names)), err=True)
