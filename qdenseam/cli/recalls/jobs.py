"""``qdenseam jobs``, ``fetch`` and ``cancel``: what became of submissions."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Argument, Option

from qdenseam.cli.export import Export
from qdenseam.cli.progress import shown_progress
from qdenseam.cli.recalls.submit import STORE, Store, tell
from qdenseam.cli.tables import print_rows, print_text

if TYPE_CHECKING:
    from qdenseam.retrieval.result import RecallResult
    from qdenseam.retrieval.submitted import AnySubmission


def jobs(
    export: Export,
    ids: Annotated[
        list[str] | None,
        Argument(help="Which submissions, by the beginning of their ids; by default all."),
    ] = None,
    store: Store = STORE,
    offline: Annotated[
        bool, Option("--offline", help="Show what is known and ask no service.")
    ] = False,
) -> None:
    """List submissions and how they stand.

    Nothing is sent or fetched. A submission whose answer was lost is looked for by its tag. A
    MODULE:FACTORY backend is not asked, as that would run its code. The exit status is 1 where a
    submission's folder is damaged; the others are listed.
    """
    from qdenseam.retrieval.submission import submissions

    damaged: list[Exception] = []
    with export.ready() as write, shown_progress("jobs"):
        found = submissions(store, ask=not offline, ids=ids or (), on_damage=damaged.append)
        rows = [_row(each) for each in found]
        write(rows)
        if found:
            print_rows(rows)
        elif not damaged:
            typer.echo(f"No submissions in {store}.")
    for each in found:
        if each.trouble:
            print_text(f"{each.id}: {each.trouble}", err=True)
    for error in damaged:
        typer.echo(str(error), err=True)
    if damaged:
        raise typer.Exit(1)


def fetch(
    export: Export,
    ids: Annotated[
        list[str] | None,
        Argument(
            help="Which submissions, by the beginning of their ids or of the last part of these; "
            "by default those still under way, else the last one."
        ),
    ] = None,
    store: Store = STORE,
    wait: Annotated[bool, Option("--wait", help="Wait for the jobs to end.")] = False,
) -> None:
    """Get the results of submissions, beside the method's law.

    What an interrupted "submit" left unsent is sent first, after a search for its tag. Results are
    kept in the store: fetching again asks nobody. The exit status is 1 while results are missing.
    Where a submission is on a MODULE:FACTORY backend and has no results yet, its code is run:
    fetch such ones from stores of your own only.
    """
    from qdenseam.retrieval.submission import submissions

    damaged: list[Exception] = []
    if not ids:
        known = submissions(store, ask=False, on_damage=damaged.append)
        ids = [each.id for each in known if not each.is_settled] or [e.id for e in known[-1:]]
        for error in damaged:
            typer.echo(str(error), err=True)
    recalls: dict[str, list[dict[str, Any]]] = {}
    content, complete = {}, not damaged
    with export.ready() as write:
        if not ids and complete:
            typer.echo(f"No submissions in {store}.")
        for each in ids:
            submission, results = _fetched(each, store, wait=wait)
            if submission is None or results is None:
                complete = False
                continue
            rows = _results(submission, results)
            print_rows(rows, columns=[name for name in rows[0] if name not in _LONG])
            recalls[submission.id] = rows
            content[submission.id] = {"backend": submission.backend, "recalls": rows}
        every = [{"submission": name, **row} for name, rows in recalls.items() for row in rows]
        write(every, {"submissions": content})
    if not complete:
        raise typer.Exit(1)


def _fetched(
    name: str, store: Path, *, wait: bool
) -> "tuple[AnySubmission | None, list[RecallResult] | None]":
    """Say how a submission stands, and return it with its results, None where there are none."""
    from qdenseam.errors import BackendError, ResultsFileError
    from qdenseam.retrieval.submission import fetch as run
    from qdenseam.retrieval.submission import read, update

    try:
        with shown_progress("fetch", quiet=wait):  # waiting is told otherwise
            if wait:
                run(name, store=store, wait=float("inf"), on_progress=_shown_waiting())
            submission = update(name, store=store)
            results = read(submission) if submission.is_fetched else None
    except (BackendError, ResultsFileError) as error:
        typer.echo(str(error), err=True)
        return None, None
    tell(submission)
    return submission, results if isinstance(results, list | None) else [results]


def cancel(
    ids: Annotated[list[str], Argument(help="Which submissions, by the beginning of their ids.")],
    store: Store = STORE,
) -> None:
    """Stop submissions that have not ended.

    What was not sent never will be. Where a submission is on a MODULE:FACTORY backend and has not
    ended, its code is run.
    """
    from qdenseam.retrieval.submission import cancel as run

    for each in ids:
        tell(run(each, store=store))


def _shown_waiting() -> "Callable[[AnySubmission], None]":
    """Return what tells on stderr how a submission stands, whenever that has changed."""
    told = ""

    def show(submission: "AnySubmission") -> None:
        nonlocal told
        text = f"Waiting: {submission}. {submission.trouble}".rstrip()
        if text != told:
            typer.echo(text, err=True)
        told = text

    return show


_LONG = (
    "says",
    "top_share",
    "stored_share",
    "predicted_probability",
    "outcomes",
    "counts",
    "law_joint",
    "law_spurious",
    "law_rejected",
)
"""Columns for the file only."""


def _row(submission: "AnySubmission") -> dict[str, Any]:
    return {
        "submission": submission.id,
        "backend": submission.backend,
        "stage": str(submission.stage),
        "here": submission.is_fetched,
        "probes": len(submission.probes),
        "shots": submission.shots,
        "jobs": len(submission.jobs),
        "estimated_s": submission.cost.seconds,
        "charged_s": submission.usage,
    }


def _results(submission: "AnySubmission", results: "list[RecallResult]") -> list[dict[str, Any]]:
    """Return one row per probe; frequencies and laws are of accepted shots among all."""
    from classical_ref.spins import spins_to_text

    rows = []
    for result, law in zip(results, submission.laws, strict=True):
        best = int(law.joint.argmax())
        likeliest = spins_to_text(result.patterns[best]) if law.joint[best] > 1e-12 else "-"
        rows.append(
            {
                "probe": spins_to_text(result.probe),
                "recall": "-" if result.pattern is None else spins_to_text(result.pattern),
                "frequency": int(result.counts[best]) / result.shots,
                "law": float(law.joint[best]),
                "acceptance": result.acceptance,
                "law_acceptance": law.acceptance,
                "spurious": result.spurious / result.shots,
                "likeliest_by_law": likeliest,
                "matching": result.num_matching,
                "contradicts": result.contradicts_probe,
                "shots": result.shots,
                "says": result.outcome,
                "top_share": result.top_share,
                "stored_share": result.stored_share,
                "predicted_probability": result.predicted_probability,
                "outcomes": {
                    spins_to_text(state): count
                    for state, count in zip(
                        result.states, result.state_counts.tolist(), strict=True
                    )
                },
                "counts": result.counts.tolist(),
                "law_joint": law.joint.tolist(),
                "law_spurious": law.spurious,
                "law_rejected": law.rejected,
            }
        )
    return rows
