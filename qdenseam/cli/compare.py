"""``qdenseam compare``: the main job, with every size an option."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Option

from qdenseam.cli.progress import resumable, shown_progress
from qdenseam.cli.question import Bits
from qdenseam.cli.workers import share_cores, usable_cores

if TYPE_CHECKING:
    from qdenseam.studies.compare import Comparison

_SWEEP = "N,N,..."


def compare(
    out: Annotated[
        Path, Option(help="Folder for results.jsonl, report.html and the figures.")
    ] = Path("qdenseam-report"),
    data: Annotated[
        str, Option(help='"digits", "glyphs", "random" or a .npy file of ±1 patterns.')
    ] = "digits",
    bits: Bits = False,
    num_neurons: Annotated[
        int | None,
        Option(
            help="D of the sweeps, whose quantum methods are drawn from exact laws: 16, or a "
            "file's own."
        ),
    ] = None,
    num_patterns: Annotated[
        int | None,
        Option(help="K of the corruption sweep: 8, or all where the data hold fewer."),
    ] = None,
    loads: Annotated[
        str | None,
        Option(
            metavar=_SWEEP,
            help="K of the load sweep: 2, 4, 8, 16 and 32, as far as the data hold them.",
        ),
    ] = None,
    flips: Annotated[
        str | None,
        Option(
            metavar=_SWEEP,
            help="Flipped bits of the corruption sweep: 0 to 4, at most D/2; the third (or last) "
            "is used in the load sweep.",
        ),
    ] = None,
    erasures: Annotated[
        str | None,
        Option(
            metavar=_SWEEP,
            help="Unknown bits of the corruption sweep: 0, 2, 4, 6 and 8, at most D/2; the third "
            "(or last) is used in the load sweep.",
        ),
    ] = None,
    num_sets: Annotated[int, Option(help="Pattern sets per cell of the sweeps.")] = 20,
    num_probes: Annotated[int, Option(help="Probes per pattern set.")] = 10,
    shots: Annotated[int, Option(help="Shots per probe.")] = 1000,
    num_controls: Annotated[
        int, Option(help="Controls b of the probabilistic memory in the sweeps.")
    ] = 4,
    circuit_neurons: Annotated[
        int | None,
        Option(
            help="D where circuits are simulated gate by gate: 9, or a file's own up to 12; 0 "
            "leaves these cells out."
        ),
    ] = None,
    circuit_patterns: Annotated[
        int | None, Option(help="K there: 4, or all where the data hold fewer.")
    ] = None,
    circuit_flips: Annotated[
        int | None, Option(help="Flipped bits of the circuit cells: 1, at most D/2.")
    ] = None,
    circuit_erasures: Annotated[
        int | None, Option(help="Unknown bits of the circuit cells: 2, at most D/2.")
    ] = None,
    circuit_controls: Annotated[
        int, Option(help="Controls b of the probabilistic memory there.")
    ] = 2,
    circuit_sets: Annotated[
        int, Option(help="Pattern sets per circuit cell; one probe in each for the device.")
    ] = 6,
    simulator: Annotated[str, Option(help="Engine of the ideal circuits.")] = "aer",
    device: Annotated[
        str, Option(help="Device model of the noisy circuits; empty leaves them out.")
    ] = "fake:fez",
    device_shots: Annotated[int, Option(help="Shots per probe on the device model.")] = 200,
    seed: Annotated[int, Option(help="Seed of patterns, probes and shots.")] = 7,
    workers: Annotated[
        int | None,
        Option(
            min=1,
            help="Processes that share the work; 1 does it in this one. By default one per core.",
            show_default=False,
        ),
    ] = None,
    quiet: Annotated[bool, Option("--quiet", help="Show no progress.")] = False,
) -> None:
    """Compare classical and quantum recall.

    All methods get the same probes of the same data, and a report shows how they did.

    Finished work is kept in OUT/results.jsonl: the same command goes on after an interruption, and
    does nothing more once it is done.
    """
    if out.exists() and not out.is_dir():
        raise ValueError(f"out should be a folder. Got the file {out}; choose another name.")
    num_workers = share_cores(workers or usable_cores())  # before numpy reads the environment
    from qdenseam.studies.compare import ComparisonSettings
    from qdenseam.studies.compare import compare as run_comparison

    settings = ComparisonSettings(
        data=data,
        bits=bits,
        num_neurons=num_neurons,
        num_patterns=num_patterns,
        loads=_integers(loads, "loads"),
        flips=_integers(flips, "flips"),
        erasures=_integers(erasures, "erasures"),
        num_sets=num_sets,
        num_probes=num_probes,
        shots=shots,
        num_controls=num_controls,
        circuit_neurons=circuit_neurons,
        circuit_patterns=circuit_patterns,
        circuit_flips=circuit_flips,
        circuit_erasures=circuit_erasures,
        circuit_controls=circuit_controls,
        circuit_sets=circuit_sets,
        simulator=simulator,
        device=device,
        device_shots=device_shots,
        seed=seed,
    )
    with (
        resumable(out / "results.jsonl"),
        shown_progress("compare", last="writing the report", quiet=quiet) as on_progress,
    ):
        comparison = run_comparison(
            settings,
            out=out,
            num_workers=num_workers,
            on_progress=on_progress,
        )
    _print(comparison)


def _print(comparison: "Comparison") -> None:
    """Print the middle of the sweep and the circuit cells, and where the rest is."""
    from dataclasses import asdict

    from rich.console import Console
    from rich.table import Table

    from qdenseam.report.comparison import reference_rows

    rows = reference_rows(comparison.table, asdict(comparison.settings)).to_dict("records")
    table = Table(
        caption="Failures are over all probes; ambiguous: as near to another pattern as to their "
        "own. Intervals: 95 %, over pattern sets. Costs are per correct recall. These are "
        f"{len(rows)} of {len(comparison.table)} rows; the report shows the sweeps.",
        caption_justify="left",
    )
    for heading in ("method", "engine"):
        table.add_column(heading)
    for heading in (
        "D",
        "K",
        "corruption",
        "failure rate",
        "ambiguous",
        "acceptance",
        "state preparations",
        "two-qubit gates",
        "device ms",
    ):
        table.add_column(heading, justify="right")
    previous = None
    for row in rows:
        cell = tuple(row[k] for k in ("num_neurons", "num_patterns", "num_flips", "num_erasures"))
        if previous not in (None, cell):
            table.add_section()
        previous = cell
        table.add_row(*_cells(row))
    console = Console()
    if not console.is_terminal:  # a file or a pipe has no width to keep to
        console.width = 200
    console.print(table)
    for sentence in comparison.takeaways:
        console.print(f"- {sentence}", markup=False, highlight=False)
    typer.echo(f"Report: {comparison.report}")


def _cells(row: dict[str, Any]) -> list[str]:
    flips, erasures = row["num_flips"], row["num_erasures"]
    return [
        row["label"],
        row["engine"],
        str(row["num_neurons"]),
        str(row["num_patterns"]),
        " + ".join(f"{n} {word}" for n, word in ((flips, "flipped"), (erasures, "unknown")) if n)
        or "none",
        f"{row['failure_rate']:.3f} [{row['failure_low']:.3f}, {row['failure_high']:.3f}]",
        f"{row['ambiguous']:.0%}",
        _number(row["acceptance"]),
        _number(row["state_preparations"]),
        _number(row["two_qubit_gates"]),
        _number(1e3 * row["device_seconds"]),
    ]


def _number(value: float | None) -> str:
    if value is None or math.isnan(value):
        return "-"
    if math.isinf(value):
        return "never"
    return f"{value:.3g}" if value < 100 else f"{value:,.0f}"


def _integers(text: str | None, name: str) -> tuple[int, ...] | None:
    if text is None:
        return None
    try:
        return tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError:
        raise ValueError(
            f"{name} should be integers separated by commas, such as 2,4,8. Got {text!r}."
        ) from None
