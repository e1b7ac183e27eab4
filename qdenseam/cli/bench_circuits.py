"""``qdenseam bench`` of what concerns circuits: encoders, recall methods, solvers, engines."""

from collections import Counter
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Option

from qdenseam.cli.rows import (
    JsonFile,
    names_of,
    numbers_of,
    print_rows,
    report_rows,
    sizes_of,
    write_json,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from qdenseam.bench.encoders.rows import EncoderRow
    from qdenseam.bench.routing import RoutingRow
    from qdenseam.bench.row import Row


def encoders(
    grid: Annotated[str, Option(help='"small" or "full".')] = "small",
    peers: Annotated[bool, Option("--peers", help="Run the peers that are installed.")] = False,
    seeds: Annotated[
        str, Option(metavar="N,N,...", help="Seeds; 7 and 2024 have published counts.")
    ] = "7",
    devices: Annotated[
        str, Option(metavar="NAME,...", help='Route to "heavy-hex" and "square" as well.')
    ] = "heavy-hex,square",
    json_file: JsonFile = None,
) -> None:
    """Count the gates of every encoder beside its peers.

    With --json an interrupted run is taken up again: its rows stand beside FILE until it is done.
    """
    from qdenseam.bench.encoders.comparison import bench_encoders
    from qdenseam.bench.encoders.devices import find_devices
    from qdenseam.bench.encoders.rows import RowsFile
    from qdenseam.bench.encoders.summary import summarize

    def show(instance: Any) -> None:
        typer.echo(
            f"{instance.patterns}, D = {instance.num_neurons}, K = {instance.num_patterns}, "
            f"{instance.amplitudes}",
            err=True,
        )

    unfinished = None if json_file is None else RowsFile(path=json_file.with_suffix(".part"))
    rows = bench_encoders(
        grid,  # type: ignore[arg-type]
        peers=peers,
        seeds=numbers_of(seeds),
        devices=find_devices(names_of(devices)),
        known=() if unfinished is None else unfinished.read(),
        on_progress=show,
        on_row=None if unfinished is None else unfinished.append,
    )
    print_rows([_short(row) for row in rows if row.has_counts])
    reasons = Counter(f"{row.encoder}: {row.note}" for row in rows if not row.has_counts)
    for reason, times in reasons.items():
        typer.echo(f"Left out {times} times: {reason}")
    typer.echo("Ratios of our encoders to the best peer, per regime (geometric mean and worst):")
    summaries = [summary.to_dict() for summary in summarize(rows)]
    print_rows(summaries)
    write_json(json_file, rows=[row.to_dict() for row in rows], summary=summaries)
    if unfinished is not None:
        unfinished.path.unlink(missing_ok=True)


def _short(row: "EncoderRow") -> dict[str, Any]:
    return {
        "patterns": row.patterns,
        "D": row.num_neurons,
        "K": row.num_patterns,
        "seed": row.seed,
        "amplitudes": row.amplitudes,
        "device": row.device,
        "encoder": row.encoder,
        "CX": row.two_qubit_gates,
        "depth": row.two_qubit_depth,
        "ancillas": row.num_ancillas,
        "seconds": row.seconds,
        "infidelity": row.infidelity,
        "CX/best": row.gates_ratio,
        "depth/best": row.depth_ratio,
        "CX/bound": row.bound_ratio,
    }


def recall(
    num_neurons: Annotated[int, Option(min=2, help="D.")] = 6,
    num_patterns: Annotated[int, Option(min=1, help="K.")] = 6,
    shots: Annotated[int, Option(min=1, help="Shots per method.")] = 4000,
    method: Annotated[
        list[str] | None,
        Option(
            metavar="SPELLING",
            help="A method with its settings; repeat for many. By default all.",
            show_default=False,
        ),
    ] = None,
    engines: Annotated[
        bool, Option("--engines", help="Time the branch engine beside simulators instead.")
    ] = False,
    sizes: Annotated[
        str, Option(metavar="D:K,D:K,...", help="With --engines: neurons and patterns.")
    ] = "8:4,12:8,16:16",
    seed: Annotated[int, Option(min=0, help="Seed of the memory, the probes and the shots.")] = 0,
    json_file: JsonFile = None,
) -> None:
    """Check every recall method against its law, and count what it costs."""
    rows: Iterable[Row]
    if engines:
        from qdenseam.bench.recall_engines import bench_recall_engines

        rows = bench_recall_engines(sizes=sizes_of(sizes), rng=seed)
    else:
        from qdenseam.bench.recall import bench_recall

        rows = bench_recall(
            num_neurons=num_neurons,
            num_patterns=num_patterns,
            shots=shots,
            methods=method,
            rng=seed,
        )
    report_rows(rows, json_file, seed=seed)


def signal(
    seed: Annotated[int, Option(min=0, help="Seed of the random tables.")] = 0,
    json_file: JsonFile = None,
) -> None:
    """Measure error and time of the signal-processing solvers beside their peers."""
    from qdenseam.bench.signal_solvers import bench_signal_solvers

    report_rows(bench_signal_solvers(rng=seed), json_file, seed=seed)


def energy(
    sizes: Annotated[str, Option(metavar="N,N,...", help="Numbers of neurons.")] = "12,16,20",
    num_layers: Annotated[int, Option(min=1, help="Layers of QAOA.")] = 4,
    json_file: JsonFile = None,
) -> None:
    """Time QAOA on every engine installed, on the same circuit."""
    from qdenseam.bench.energy import bench_energy

    rows = bench_energy(sizes=numbers_of(sizes), num_layers=num_layers, rng=0)
    report_rows(rows, json_file)


def routing(
    devices: Annotated[
        str, Option(metavar="NAME,...", help='Device models; "line" is a chain of qubits of one.')
    ] = "torino,line,nighthawk",
    sizes: Annotated[str, Option(metavar="N,N,...", help="Numbers of neurons.")] = "6,8,12,16,20",
    patterns: Annotated[
        str, Option(metavar="K,K,...", help="Numbers of patterns; 0 is the signals alone.")
    ] = "0,4,8",
    degrees: Annotated[str, Option(metavar="M,M,...", help="Numbers of signals.")] = "1,4,8",
    num_seeds: Annotated[int, Option("--seeds", min=1, help="Qiskit's routings.")] = 12,
    seed: Annotated[int, Option(min=0, help="Seed of the patterns and angles.")] = 0,
    json_file: JsonFile = None,
) -> None:
    """Count the gates of filters on devices, on parity trees and routed by Qiskit."""
    from qdenseam.bench.routing import bench_routing

    rows = bench_routing(
        names_of(devices),
        sizes=numbers_of(sizes),
        num_patterns=[number or None for number in numbers_of(patterns)],
        degrees=numbers_of(degrees),
        num_seeds=num_seeds,
        rng=seed,
    )
    report_rows(rows, json_file, news=_routed, seed=seed)


def _routed(row: "RoutingRow") -> str:
    return f"{row.device}, D = {row.num_neurons}, degree {row.degree}"
