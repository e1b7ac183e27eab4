"""``qdenseam recall``: one probe, drawn as text."""

from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Option

from qdenseam.cli.recalls.question import Question

if TYPE_CHECKING:
    from rich.table import Table

    from classical_ref.data.datasets import Dataset
    from classical_ref.recipes import Recipe
    from qdenseam.retrieval.result import RecallResult


def recall(
    question: Question,
    index: Annotated[int, Option(help="Which stored pattern the probe is made from.")] = 0,
    probe: Annotated[
        str | None,
        Option(
            metavar="TEXT|FILE",
            help="A probe of 0, 1 and ? instead; character i is neuron i. Or a picture, read as "
            "the stored ones.",
            show_default=False,
        ),
    ] = None,
    sampler: Annotated[
        str,
        Option(
            metavar="NAME",
            help='"exact" draws from the law, an engine runs the circuit; MODULE:FACTORY imports '
            "the module and calls it for a BackendV2, so it runs code.",
        ),
    ] = "exact",
    view: Annotated[
        Path | None,
        Option(
            metavar="FILE",
            help="Also write a page that shows the recall step by step, to FILE.html; where auto "
            "asks circuits one after the other, of what it would do with one.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Recall from one probe, drawn as text.

    Pattern, probe and answer stand side by side, below them the measured frequencies beside the
    exact law of the method. A classical memory such as 'dense(exponential)' answers once; it takes
    known bits as certain where others are unknown and none is flipped. "qdenseam info" lists
    methods, classical memories, what they are made of, and engines.
    """
    import numpy as np

    from classical_ref.data.files import PICTURE_SUFFIXES
    from classical_ref.recipes import Recipe
    from classical_ref.spins import check_probes
    from qdenseam import AmplitudeMemory
    from qdenseam import recall as run_recall
    from qdenseam.execution import engine
    from qdenseam.execution.factories import is_factory
    from qdenseam.methods import AdaptiveMethod, method_from_dict
    from qdenseam.spelling import parse

    _refuse_paid(sampler, sampler.strip().lower().startswith("ibm:"))
    rng = np.random.default_rng(question.seed)
    stored = question.stored(rng)
    target = index if probe is None else None
    if probe is None:
        spins = question.probe(stored, index, rng)
    else:
        is_picture = Path(probe).suffix.lower() in PICTURE_SUFFIXES
        given = question.probes_of(Path(probe), stored)[0] if is_picture else probe
        spins = check_probes(given, stored.num_neurons)
    chosen: Any = parse(("method", "classical memory"), question.asked_of(stored))
    if isinstance(chosen, Recipe):
        certain = spins != 0 if (spins == 0).any() and not question.flips else None
        answer = chosen.recall_weighted(
            stored.patterns, stored.weights, spins, clamped=certain, rng=deepcopy(rng)
        )
        _print_classical(chosen, answer, spins, stored, target=target)
        if view is not None:
            plain = AmplitudeMemory(stored.patterns)
            _write_view(view, plain, spins, stored, method=chosen, clamped=certain, rng=rng)
        return
    memory = question.memory(stored, chosen)
    source: Any = sampler
    if is_factory(sampler):
        source = engine(sampler)
        _refuse_paid(sampler, source.job_service() is not None)
    told = question.told_flips(chosen, is_given=probe is not None)
    result = run_recall(
        memory,
        spins,
        method=chosen,
        sampler=source,
        shots=question.shots,
        rng=rng,
        expected_flips=told,
    )
    _print(result, memory, stored, target=target)
    if view is not None:
        used = method_from_dict(result.method)
        if chosen == "auto" and isinstance(used, AdaptiveMethod):
            _write_view(view, memory, spins, stored, rng=rng, expected_flips=told)
        else:
            _write_view(view, memory, spins, stored, method=used)


def _write_view(path: Path, memory: Any, probe: Any, stored: "Dataset", **settings: Any) -> None:
    from qdenseam.report import recall_view

    recall_view(memory, probe, path, shape=stored.neuron_grid, **settings)
    typer.echo(f"View: {path}")


def _refuse_paid(sampler: str, is_paid: bool) -> None:
    if is_paid:
        raise ValueError(
            f"--sampler should cost nothing here. Got {sampler!r}, a paid device; use `qdenseam "
            f"submit --backend {sampler}`, which estimates the costs and asks first."
        )


def _draw(pictures: dict[str, Any], stored: "Dataset") -> None:
    """Draw pictures side by side, and say where the recalled one holds no code words."""
    from qdenseam.cli.recalls.drawing import drawn

    typer.echo(drawn(pictures, stored.shape, stored.levels))
    answer = pictures["recall"]
    if answer is not None and (note := stored.pictures(answer).outcome):
        typer.echo(note)


def _print_classical(
    recipe: "Recipe", answer: Any, probe: Any, stored: "Dataset", *, target: int | None
) -> None:
    import numpy as np

    from classical_ref.discrete.dense import DenseMemory
    from qdenseam.retrieval.outcome import fit_sentences
    from qdenseam.spelling import spell

    pictures = {} if target is None else {"pattern": stored.patterns[target]}
    _draw(pictures | {"probe": probe, "recall": answer}, stored)
    known = probe != 0
    same = np.flatnonzero((stored.patterns == answer).all(axis=1))
    fits = (stored.patterns[:, known] == probe[known]).all(axis=1)
    wrong = np.flatnonzero(known & (answer != probe)).tolist()
    shown = f"stored pattern {same[0]}" if len(same) else "a spurious state"
    said = [f"Recalled {shown}.", *fit_sentences(int(fits.sum()), wrong)]
    typer.echo(f"\n{spell(recipe)}. {' '.join(said)}")
    memory = recipe.memory(stored.patterns)
    if isinstance(memory, DenseMemory):
        weighted = DenseMemory(memory.patterns, memory.separation, weights=stored.weights)
        kept: Any = getattr(recipe, "self_interaction", "excluded")
        if hint := weighted.hint(self_interaction=kept):
            typer.echo(hint)


def _print(result: "RecallResult", memory: Any, stored: "Dataset", *, target: int | None) -> None:
    from rich.console import Console

    pictures = {} if target is None else {"pattern": result.patterns[target]}
    pictures |= {"probe": result.probe, "recall": result.pattern}
    _draw(pictures, stored)
    typer.echo(f"\n{result.method['name']} on {result.engine}. {result.outcome}")
    Console().print(_table(result, memory, target))
    if result.resources is not None:
        cost = result.resources
        routed = result.routed_two_qubit_gates
        typer.echo(
            f"One shot: {cost.num_qubits} qubits, {cost.two_qubit_gates} two-qubit gates in depth "
            f"{cost.two_qubit_depth}, {cost.state_preparations} state preparations"
            + ("." if routed is None else f"; {routed} two-qubit gates on the device.")
        )


def _table(result: "RecallResult", memory: Any, target: int | None) -> "Table":
    """Return counts with their frequency beside the law (if any), likeliest outcome first."""
    from rich.table import Table

    from classical_ref.spins import hamming_distance
    from qdenseam.methods import method_from_dict

    law = method_from_dict(result.method).law(memory, result.probe)
    joint = result.counts / result.shots if law is None else law.joint
    counts = result.counts
    distances = hamming_distance(result.patterns, result.probe)
    rows = [
        (
            f"pattern {k}" + (" (target)" if k == target else ""),
            str(int(distances[k])),
            int(counts[k]),
            None if law is None else float(joint[k]),
        )
        for k in sorted(range(len(counts)), key=lambda k: (-joint[k], k))
    ]
    rows = [row for row in rows if row[2] or (row[3] or 0.0) > 1e-12]
    rows += [
        ("no stored pattern", "", result.spurious, None if law is None else law.spurious),
        ("rejected", "", result.shots - result.accepted, None if law is None else law.rejected),
    ]
    table = Table()
    table.add_column("outcome")
    for heading in ("distance to probe", "shots", "frequency", "law"):
        table.add_column(heading, justify="right")
    for outcome, distance, count, probability in rows:
        table.add_row(
            outcome,
            distance,
            str(count),
            f"{count / result.shots:.4f}",
            "none" if probability is None else f"{probability:.4f}",
        )
    return table
