"""``qdenseam bench``: how fast things are, measured here."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Option

from qdenseam.cli.rows import print_rows, write_json

if TYPE_CHECKING:
    from qdenseam.bench.classical import KernelRow

bench = typer.Typer(help="Measure speeds on this machine.", no_args_is_help=True)


@bench.command()
def classical(
    json_file: Annotated[
        Path | None,
        Option("--json", metavar="FILE", help="Also write the rows here.", show_default=False),
    ] = None,
    threads: Annotated[
        int, Option(min=1, help="Threads; one is timed in processor time, more in wall time.")
    ] = 1,
    repeats: Annotated[int, Option(min=1, help="Turns, of which the least time counts.")] = 9,
) -> None:
    """Measure the classical kernels against bare matrix products and peers."""
    from qdenseam.bench.classical import bench_classical

    rows = bench_classical(num_threads=threads, repeats=repeats)
    _print(rows)
    if json_file is not None:
        import json

        from qdenseam.experiments import versions

        content = {
            "versions": versions(),
            "threads": threads,
            "rows": [row.to_dict() for row in rows],
        }
        json_file.write_text(json.dumps(content, indent=1) + "\n")


@bench.command("collect")
def collecting(
    json_file: Annotated[
        Path | None,
        Option("--json", metavar="FILE", help="Also write the rows here.", show_default=False),
    ] = None,
    tasks: Annotated[int, Option(min=1, help="Trivial tasks of ours.")] = 10_000,
    peer_tasks: Annotated[int, Option(min=1, help="Trivial tasks of each peer.")] = 300,
) -> None:
    """Measure what a collector costs on trivial tasks: ours, joblib's and sinter's.

    Example: qdenseam bench collect --tasks 100000
    """
    from qdenseam.bench.collecting import bench_collecting

    rows = [row.to_dict() for row in bench_collecting(tasks, peer_tasks)]
    print_rows(rows)
    write_json(json_file, rows=rows)


def _print(rows: "tuple[KernelRow, ...]") -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(caption="Ratio: how many times as fast as the reference.", caption_justify="left")
    for heading in ("kernel", "workload", "reference"):
        table.add_column(heading)
    for heading in ("time", "reference time", "ratio", "target"):
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(
            row.kernel,
            row.workload,
            row.reference,
            row.note if row.seconds is None else _duration(row.seconds),
            _duration(row.reference_seconds),
            "-" if row.ratio is None else f"{row.ratio:.3g}",
            "-" if row.target is None else f"{row.target:g}",
        )
    console = Console()
    if not console.is_terminal:  # a file or a pipe has no width to keep to
        console.width = 200
    console.print(table)


def _duration(seconds: float) -> str:
    return f"{1e3 * seconds:.3g} ms" if seconds >= 1e-4 else f"{1e6 * seconds:.3g} µs"
