"""``qdenseam bench``: how fast things are, measured here."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Option

from qdenseam.cli.rows import JsonFile, print_rows, report_rows, write_json

if TYPE_CHECKING:
    from qdenseam.bench.classical import KernelRow

bench = typer.Typer(help="Measure speeds on this machine.", no_args_is_help=True)


@bench.command()
def classical(
    json_file: JsonFile = None,
    threads: Annotated[
        int, Option(min=1, help="Threads; one is timed in processor time, more in wall time.")
    ] = 1,
    repeats: Annotated[int, Option(min=1, help="Turns, of which the least time counts.")] = 9,
) -> None:
    """Measure the classical kernels against bare matrix products and peers."""
    from qdenseam.bench.classical import bench_classical

    rows = list(bench_classical(num_threads=threads, repeats=repeats))
    _print(rows)
    write_json(json_file, threads=threads, rows=[row.to_dict() for row in rows])


@bench.command("collect")
def collecting(
    json_file: JsonFile = None,
    tasks: Annotated[int, Option(min=1, help="Trivial tasks of ours.")] = 10_000,
    peer_tasks: Annotated[int, Option(min=1, help="Trivial tasks of each peer.")] = 300,
) -> None:
    """Measure what a collector costs on trivial tasks: ours, joblib's and sinter's.

    Example: qdenseam bench collect --tasks 100000
    """
    from qdenseam.bench.collecting import bench_collecting

    report_rows(bench_collecting(tasks, peer_tasks), json_file)


def _print(rows: "Sequence[KernelRow]") -> None:
    print_rows(
        [
            {
                "kernel": row.kernel,
                "workload": row.workload,
                "reference": row.reference,
                "time": row.note if row.seconds is None else _duration(row.seconds),
                "reference time": _duration(row.reference_seconds),
                "ratio": None if row.ratio is None else f"{row.ratio:.3g}",
                "target": row.target,
            }
            for row in rows
        ],
        right=("time", "reference time", "ratio", "target"),
        caption="Ratio: how many times as fast as the reference.",
    )


def _duration(seconds: float) -> str:
    return f"{1e3 * seconds:.3g} ms" if seconds >= 1e-4 else f"{1e6 * seconds:.3g} µs"
