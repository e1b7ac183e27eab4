"""``qdenseam submit``: recalls sent away as jobs, priced and confirmed first."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer import Option

from qdenseam.cli import interrupts
from qdenseam.cli.export import Export
from qdenseam.cli.progress import shown_progress
from qdenseam.cli.recalls.question import Question
from qdenseam.cli.tables import print_pairs, print_text

if TYPE_CHECKING:
    from classical_ref.checks import Spins
    from classical_ref.data.datasets import Dataset
    from qdenseam.execution.jobs import Draft
    from qdenseam.retrieval.submitted import AnySubmission

Store = Annotated[Path, Option("--store", metavar="DIR", help="Folder that keeps submissions.")]
"""The option that all commands about jobs share."""
STORE = Path("qdenseam-jobs")
"""The default of ``qdenseam.retrieval.submission``, whose import would load the numerics."""


def submit(
    backend: Annotated[
        str,
        Option(
            metavar="NAME",
            help='Where to run; "qdenseam info" lists engines. What is no remote service runs '
            "here and now. MODULE:FACTORY imports the module and calls it for a BackendV2, so it "
            "runs code.",
        ),
    ],
    question: Question,
    export: Export,
    index: Annotated[
        list[int] | None,
        Option(
            help="Which stored pattern a probe is made from; repeat for many. By default 0.",
            show_default=False,
        ),
    ] = None,
    probe: Annotated[
        list[str] | None,
        Option(
            metavar="TEXT",
            help="A probe of 0, 1 and ? instead; character i is neuron i. Repeat for many.",
            show_default=False,
        ),
    ] = None,
    probes: Annotated[
        Path | None,
        Option(
            metavar="FILE",
            help="A file of probes (±1, 0 where unknown), a text of one probe per line, a picture "
            "or a folder of them.",
            show_default=False,
        ),
    ] = None,
    max_seconds: Annotated[
        float | None,
        Option(
            help="Cap on the seconds of quantum processor: a higher estimate is refused, and the "
            "service is asked to stop there, in whole seconds.",
            show_default=False,
        ),
    ] = None,
    dry_run: Annotated[
        bool, Option("--dry-run", help="Show the cost and stop; nothing is written or sent.")
    ] = False,
    yes: Annotated[bool, Option("--yes", help="Do not ask for a confirmation.")] = False,
    store: Store = STORE,
) -> None:
    """Submit recalls as jobs, to be fetched today or next week.

    All probes go in one job as far as the service allows. Everything needed to read the answer is
    on disk before anything is sent: however this command ends, nothing is lost and nothing is sent
    twice. Tokens are the service's own affair: none is asked for or written.
    """
    import numpy as np

    from classical_ref.files import check_folder
    from qdenseam.methods import as_method
    from qdenseam.retrieval.draft import draft
    from qdenseam.retrieval.submission import send

    rng = np.random.default_rng(question.seed)
    stored = question.stored(rng, probe[0] if probe else None)
    is_given = probe is not None or probes is not None
    if is_given:
        question.check_given(*(index or []))
        rows = _given(stored, probe, probes, question)
    else:
        rows = np.stack([question.probe(stored, each, rng) for each in index or [0]])
    if not dry_run:
        check_folder(store, name="--store")
    method = question.asked_of(stored)
    chosen = as_method(method)
    with export.ready() as write:
        with shown_progress("submit"):
            drafted = draft(
                question.memory(stored, chosen),
                rows,
                method=method,
                backend=backend,
                shots=question.shots,
                rng=rng,
                expected_flips=question.told_flips(chosen, is_given=is_given),
            )
        costs = {"backend": drafted.engine.name, "shots": drafted.shots, **asdict(drafted.cost)}
        _print_cost(drafted)
        if max_seconds is not None:
            drafted.require_at_most(max_seconds)
        if dry_run:
            write([costs])
            typer.echo("Dry run: nothing was written or sent.")
            return
        if not yes:
            typer.confirm("Submit?", abort=True, err=export.to_stdout)
        begun = (
            f'Interrupted. What was begun is in {store}: "qdenseam jobs" shows it and '
            '"qdenseam fetch" goes on with it; submitting again would be a second submission.'
        )
        with interrupts.saying(begun), shown_progress("submit"):
            submission = send(drafted, store=store, max_seconds=max_seconds)
        write([{"submission": submission.id, "stage": str(submission.stage), **costs}])
        tell(submission)
        if not submission.came_to_nothing:
            where = "" if store == STORE else f" --store {store}"
            print_text(f"To get the results: qdenseam fetch {submission.id}{where}")
    if submission.came_to_nothing:
        raise typer.Exit(1)


def tell(submission: "AnySubmission") -> None:
    """Say how a submission stands, and on stderr why there is no answer."""
    print_text(str(submission))
    if submission.trouble:
        typer.echo(submission.trouble, err=True)


def _given(
    stored: "Dataset", texts: list[str] | None, file: Path | None, question: Question
) -> "Spins":
    """Return probes that were typed or stand in a file, shape ``(P, D)``."""
    from classical_ref.spins import check_probes

    if texts is not None and file is not None:
        raise ValueError("Probes should come from --probe or from --probes. Got both.")
    if file is not None:
        return question.probes_of(file, stored)
    return check_probes(texts or [], stored.num_neurons)


def _print_cost(drafted: "Draft") -> None:
    from qdenseam.execution.jobs import SECONDS_FORMULA

    cost = drafted.cost

    def shown(value: float | None, form: str = "d") -> str:
        return "not known" if value is None else format(value, form)

    rows = [
        ("backend", drafted.engine.name),
        ("jobs", str(cost.num_jobs)),
        ("circuits", f"{cost.num_circuits}, {drafted.shots} shots each"),
        ("two-qubit gates", f"{shown(cost.two_qubit_gates)} (largest circuit)"),
        ("two-qubit depth", f"{shown(cost.two_qubit_depth)} (deepest circuit)"),
        ("fidelity", f"{shown(cost.fidelity, '.3f')} (lowest; gates and readout, no idling)"),
        ("processor time", f"{shown(cost.seconds, '.1f')} s ({SECONDS_FORMULA})"),
    ]
    print_pairs(rows if drafted.engine.target else rows[:3])  # the others are of a device
