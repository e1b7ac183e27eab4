"""``qdenseam compare``: the main job, with every size an option."""

from pathlib import Path
from typing import Annotated

import typer
from typer import Option

from qdenseam.cli.progress import resumable, shown_progress
from qdenseam.cli.recalls.question import Bits
from qdenseam.cli.study_folder import (
    Modules,
    Quiet,
    Scheduler,
    Workers,
    executor_of,
    load_modules,
    print_found,
)
from qdenseam.cli.workers import share_cores, usable_cores

_SWEEP = "N,N,..."


def compare(
    out: Annotated[
        Path, Option(help="Folder for results.jsonl, report.html, the table and the figures.")
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
    ] = 20,
    circuit_probes: Annotated[int, Option(help="Probes per pattern set of a circuit cell.")] = 3,
    simulator: Annotated[str, Option(help="Engine of the ideal circuits.")] = "aer",
    device: Annotated[
        str, Option(help="Device model of the noisy circuits; empty leaves them out.")
    ] = "fake:fez",
    device_shots: Annotated[int, Option(help="Shots per probe on the device model.")] = 100,
    method: Annotated[
        list[str] | None,
        Option(
            metavar="SPELLING",
            help="A method or a classical memory of your own choice, asked in all cells that it "
            "can be asked in, such as 'minimum-search' or 'dense(polynomial(4))'. May be given "
            "several times.",
            show_default=False,
        ),
    ] = None,
    engine: Annotated[
        list[str] | None,
        Option(
            metavar="NAME",
            help="One more engine of the circuit cells. May be given several times.",
            show_default=False,
        ),
    ] = None,
    import_module: Modules = None,
    seed: Annotated[int, Option(help="Seed of patterns, probes and shots.")] = 7,
    workers: Workers = None,
    scheduler: Scheduler = None,
    quiet: Quiet = False,
) -> None:
    """Compare classical and quantum recall.

    All methods get the same probes of the same data, and a report shows how they did. It is a
    study: qdenseam report OUT and qdenseam plot OUT show it as any other.

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
        circuit_probes=circuit_probes,
        simulator=simulator,
        device=device,
        device_shots=device_shots,
        method=tuple(method or ()),
        engine=tuple(engine or ()),
        import_module=load_modules(import_module),
        seed=seed,
    )
    with (
        resumable(out / "results.jsonl"),
        shown_progress("compare", last="writing the report", quiet=quiet) as on_progress,
        executor_of(scheduler) as executor,
    ):
        comparison = run_comparison(
            settings,
            out=out,
            num_workers=0 if executor else num_workers,
            executor=executor,
            on_progress=on_progress,
        )
    print_found(comparison.found)
    for sentence in comparison.found.sentences:
        typer.echo(f"- {sentence}")
    typer.echo(f"Report: {comparison.report}")


def _integers(text: str | None, name: str) -> tuple[int, ...] | None:
    if text is None:
        return None
    try:
        return tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError:
        raise ValueError(
            f"{name} should be integers separated by commas, such as 2,4,8. Got {text!r}."
        ) from None
