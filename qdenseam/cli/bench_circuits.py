"""``qdenseam bench`` of what concerns circuits: encoders, recall methods, solvers, engines."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from typer import Option

from qdenseam.cli.rows import print_rows, write_json

JsonFile = Annotated[
    Path | None,
    Option("--json", metavar="FILE", help="Also write the rows here.", show_default=False),
]


def encoders(
    grid: Annotated[str, Option(help='"small" or "full".')] = "small",
    peers: Annotated[bool, Option("--peers", help="Run the peers that are installed.")] = False,
    seeds: Annotated[
        str, Option(metavar="N,N,...", help="Seeds; 7 and 2024 have published counts.")
    ] = "7",
    json_file: JsonFile = None,
) -> None:
    """Count the gates of every encoder beside its peers."""
    from qdenseam.bench.encoders import bench_encoders, summarize

    def show(instance: Any) -> None:
        typer.echo(
            f"{instance.patterns}, D = {instance.num_neurons}, K = {instance.num_patterns}, "
            f"{instance.amplitudes}",
            err=True,
        )

    chosen = [int(part) for part in seeds.split(",") if part.strip()]
    rows = bench_encoders(grid, peers=peers, seeds=chosen, on_progress=show)  # type: ignore[arg-type]
    shown = (
        "patterns", "num_neurons", "num_patterns", "amplitudes", "encoder", "two_qubit_gates",
        "two_qubit_depth", "num_ancillas", "seconds", "infidelity", "gates_ratio", "depth_ratio",
        "bound_ratio",
    )  # fmt: skip
    print_rows([asdict(row) for row in rows], columns=shown)
    typer.echo("Ratios of our encoders to the best peer, per regime (geometric mean and worst):")
    summaries = [asdict(summary) for summary in summarize(rows)]
    print_rows(summaries)
    write_json(json_file, rows=[asdict(row) for row in rows], summary=summaries)


def recall(
    num_neurons: Annotated[int, Option(min=2, help="D.")] = 6,
    num_patterns: Annotated[int, Option(min=1, help="K.")] = 6,
    shots: Annotated[int, Option(min=1, help="Shots per method.")] = 4000,
    seed: Annotated[int, Option(min=0, help="Seed of the memory, the probes and the shots.")] = 0,
    json_file: JsonFile = None,
) -> None:
    """Check every recall method against its law, and count what it costs."""
    from qdenseam.bench.recall import bench_recall

    rows = [
        asdict(row)
        for row in bench_recall(
            num_neurons=num_neurons, num_patterns=num_patterns, shots=shots, rng=seed
        )
    ]
    print_rows(rows)
    write_json(json_file, seed=seed, rows=rows)


def signal(
    seed: Annotated[int, Option(min=0, help="Seed of the random tables.")] = 0,
    json_file: JsonFile = None,
) -> None:
    """Measure error and time of the signal-processing solvers beside their peers."""
    from qdenseam.bench.signal_solvers import bench_signal_solvers

    rows = [asdict(row) for row in bench_signal_solvers(rng=seed)]
    print_rows(rows)
    write_json(json_file, seed=seed, rows=rows)


def energy(
    sizes: Annotated[str, Option(metavar="N,N,...", help="Numbers of neurons.")] = "12,16,20",
    num_layers: Annotated[int, Option(min=1, help="Layers of QAOA.")] = 4,
    json_file: JsonFile = None,
) -> None:
    """Time QAOA on every engine installed, on the same circuit."""
    from qdenseam.bench.energy import bench_energy

    chosen = [int(part) for part in sizes.split(",") if part.strip()]
    rows = [asdict(row) for row in bench_energy(sizes=chosen, num_layers=num_layers, rng=0)]
    print_rows(rows)
    write_json(json_file, rows=rows)
