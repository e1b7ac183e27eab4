"""``qdenseam bench`` of whole simulators: every one installed, and what a GPU gives."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Option

from qdenseam.cli.rows import JsonFile, names_of, numbers_of, report_rows, sizes_of

if TYPE_CHECKING:
    from qdenseam.bench.gpu import GpuRow
    from qdenseam.bench.simulators import SimulatorRow


def simulators(
    sizes: Annotated[
        str, Option(metavar="D:K,D:K,...", help="Numbers of neurons and of patterns.")
    ] = "8:4,12:8",
    families: Annotated[
        str | None,
        Option(
            metavar="NAME,NAME,...",
            help='Out of "amplification", "product-filter", "separation-filter" and "qaoa".',
            show_default=False,
        ),
    ] = None,
    only: Annotated[
        str | None,
        Option(metavar="NAME,NAME,...", help="Simulators. By default all.", show_default=False),
    ] = None,
    threads: Annotated[int, Option(min=1, help="Threads that a simulator may use.")] = 1,
    limit: Annotated[float, Option(help="Processor seconds after which a run is stopped.")] = 60.0,
    seed: Annotated[int, Option(min=0, help="Seed of the patterns.")] = 0,
    export: Annotated[
        Path | None,
        Option(
            metavar="DIR",
            help="Write the circuits here instead, as QPY and OpenQASM 3 with a manifest of laws.",
            show_default=False,
        ),
    ] = None,
    json_file: JsonFile = None,
) -> None:
    """Run the same recall circuits on every simulator installed.

    Each is held against its law, in a process of its own: processor time and memory are those of
    that run alone.
    """
    from qdenseam.bench.recall_cases import FAMILIES, recall_case

    chosen, wanted = sizes_of(sizes), names_of(families or "") or tuple(FAMILIES)
    if export is not None:
        from qdenseam.bench.circuit_suite import export_suite

        cases = [recall_case(family, d, k, rng=seed) for d, k in chosen for family in wanted]
        typer.echo(f"{len(cases)} circuits: {export_suite(export, cases)}")
        return
    from qdenseam.bench.simulators import bench_simulators

    rows = bench_simulators(
        sizes=chosen,
        families=wanted,
        simulators=None if only is None else names_of(only),
        num_threads=threads,
        limit=limit,
        seed=seed,
    )
    report_rows(rows, json_file, news=_simulated, seed=seed, threads=threads)


def gpu(
    sizes: Annotated[
        str, Option(metavar="N,N,...", help="Numbers of neurons, up to what the GPU holds.")
    ] = "20,24,28,30,32,33",
    max_cpu_qubits: Annotated[int, Option(help="Largest D that is also run on the CPU.")] = 24,
    json_file: JsonFile = None,
) -> None:
    """Measure Aer and our engines on a GPU against the CPU and the exact law.

    Without a GPU it says for each engine what is missing. Ends with 1 if a result is wrong.
    """
    from qdenseam.bench.gpu import bench_gpu

    measured = bench_gpu(sizes=numbers_of(sizes), max_cpu_qubits=max_cpu_qubits)
    rows = report_rows(measured, json_file, news=_on_gpu)
    if all(row.num_qubits is None for row in rows):
        typer.echo("Nothing was measured: no engine finds a GPU here.", err=True)
    if any(row.correct is False for row in rows):
        typer.echo("At least one result is wrong: see the column correct.", err=True)
        raise typer.Exit(1)


def _simulated(row: "SimulatorRow") -> str:
    return f"{row.case} on {row.simulator}{': ' if row.note else ''}{row.note}"


def _on_gpu(row: "GpuRow") -> str:
    size = ""
    if row.num_qubits is not None:
        size = f" {row.workload}, D = {row.num_qubits}, {row.precision}"
    return f"{row.engine}{size}{': ' if row.note else ''}{row.note}"
