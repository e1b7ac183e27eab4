"""``qdenseam collect``: run or resume a study, one of ours or a file of one's own."""

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from qdenseam.cli.progress import resumable, shown_progress
from qdenseam.cli.rows import print_rows
from qdenseam.cli.study_folder import Modules, load_modules
from qdenseam.cli.workers import share_cores, usable_cores

if TYPE_CHECKING:
    from concurrent.futures import Executor

_SHOWN = ("label", "engine", "failure_rate", "failure_low", "failure_high", "ambiguous", "probes")


def collect(
    study: Annotated[
        str | None, Argument(help="One of our studies, see --list, or a TOML file of your own.")
    ] = None,
    show_list: Annotated[bool, Option("--list", help="List the studies and stop.")] = False,
    out: Annotated[
        Path | None,
        Option(
            help="Results file, by default qdenseam-STUDY.jsonl; for a TOML file a folder, by "
            "default named after it.",
            show_default=False,
        ),
    ] = None,
    workers: Annotated[
        int | None,
        Option(
            min=1,
            help="Processes that share the work; 1 does it in this one. By default one per core.",
            show_default=False,
        ),
    ] = None,
    scheduler: Annotated[
        str | None,
        Option(
            metavar="ADDRESS",
            help="Have the workers of a Dask scheduler do it, such as tcp://10.0.0.1:8786.",
            show_default=False,
        ),
    ] = None,
    import_module: Modules = None,
    quiet: Annotated[bool, Option("--quiet", help="Show no progress.")] = False,
) -> None:
    """Run a study and print its table.

    Finished batches are kept: the same command goes on after an interruption. For a TOML file the
    folder gets results.jsonl, table.csv, the figures that it asks for, and the study itself as
    study.toml.

    Example: qdenseam collect my-study.toml --out my-study --workers 2
    """
    num_workers = share_cores(workers or usable_cores())  # before numpy reads the environment
    from qdenseam.studies.presets import PRESETS

    if show_list:
        for each in PRESETS.values():
            typer.echo(f"{each.name}\n  {each.title}")
        return
    modules = load_modules(import_module)
    if study is not None and study.endswith(".toml"):
        path, is_own = (out or Path(Path(study).stem)) / "results.jsonl", True
    elif study in PRESETS:
        path, is_own = out or Path(f"qdenseam-{study}.jsonl"), False
    else:
        raise ValueError(
            f"study should be one of {', '.join(PRESETS)}, or a .toml file. Got {study!r}."
        )
    with (
        resumable(path),
        shown_progress(study, last="summing up", quiet=quiet) as on_progress,
        _executor(scheduler) as executor,
    ):
        (_run_own if is_own else _run_preset)(
            study,
            path,
            num_workers=0 if executor else num_workers,
            executor=executor,
            on_progress=on_progress,
            modules=modules,
        )
    typer.echo(f"Records: {path}")


@contextmanager
def _executor(scheduler: str | None) -> "Iterator[Executor | None]":
    if scheduler is None:
        yield None
        return
    from qdenseam.experiments.clusters import dask_executor

    with dask_executor(scheduler) as executor:
        yield executor


def _run_preset(name: str, path: Path, **run: Any) -> None:
    from qdenseam.experiments import collect
    from qdenseam.studies.presets import PRESETS
    from qdenseam.versions import mixed_versions

    records = collect(PRESETS[name].tasks(), path, **run)
    print_rows(PRESETS[name].summary(records))
    for sentence in mixed_versions(record.versions for record in records):
        typer.echo(sentence)


def _run_own(file: str, path: Path, **run: Any) -> None:
    from qdenseam.experiments.results_table import write_table
    from qdenseam.experiments.run_study import run_study
    from qdenseam.experiments.study import Study
    from qdenseam.experiments.study_cells import study_rows
    from qdenseam.plots.study import study_figure

    asked = Study.from_toml(file)
    kept = path.with_name("study.toml")
    if not (kept.exists() and kept.samefile(file)):
        study_rows(asked)  # what cannot be run leaves no folder
        asked.keep(kept)
    table = run_study(asked, path, **run)
    write_table(table, path.with_name("table.csv"))
    axes = list(dict.fromkeys(axis for block in asked.axes for axis in block.values))
    rows: Any = table.astype(object).where(table.notna(), None).to_dict("records")
    print_rows(rows, columns=[*_SHOWN[:2], *axes, *_SHOWN[2:]])
    for number, figure in enumerate(asked.figures, start=1):
        picture = path.with_name(f"figure-{number}.png")
        study_figure(table, figure).savefig(picture)
        typer.echo(f"Figure: {picture}")
    typer.echo(f"Table: {path.with_name('table.csv')}")
    typer.echo(f"Next: qdenseam report {shlex.quote(str(path.parent))}")
