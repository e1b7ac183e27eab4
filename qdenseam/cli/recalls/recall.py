"""``qdenseam recall``: one probe, drawn as text."""

from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer import Option

from qdenseam.cli.export import Export
from qdenseam.cli.options import OPTIONAL_FILE
from qdenseam.cli.outputs import PICTURES, output_file
from qdenseam.cli.progress import shown_progress
from qdenseam.cli.recalls.circuit_drawing import check_drawing, draw_circuit
from qdenseam.cli.recalls.question import Question
from qdenseam.cli.tables import Row, print_rows, print_text

if TYPE_CHECKING:
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
            callback=output_file(),
            metavar="FILE",
            help="Also write a page that shows the recall step by step, to FILE.html; where auto "
            "asks circuits one after the other, of what it would do with one.",
            show_default=False,
        ),
    ] = None,
    draw: Annotated[
        Path | None,
        Option(
            callback=output_file(*PICTURES, dash="a drawing in text"),
            metavar=OPTIONAL_FILE,
            help="Also draw the circuit, of which --view shows the steps: as text, or to FILE.png, "
            ".svg or .pdf.",
            show_default=False,
        ),
    ] = None,
    *,
    export: Export,
) -> None:
    """Recall from one probe, drawn as text.

    Pattern, probe and answer stand side by side, below them the measured frequencies beside the
    exact law of the method. A classical memory such as 'dense(exponential)' answers once; it takes
    known bits as certain where others are unknown and none is flipped or expected to be. "qdenseam
    info" lists methods, classical memories, what they are made of, and engines.
    """
    import numpy as np

    from classical_ref.data.files import PICTURE_SUFFIXES
    from classical_ref.recipes import Recipe
    from classical_ref.spins import check_probes, spins_to_text
    from qdenseam import AmplitudeMemory
    from qdenseam import recall as run_recall
    from qdenseam.execution import engine
    from qdenseam.execution.factories import is_factory
    from qdenseam.methods import AdaptiveMethod, RecallMethod, method_from_dict
    from qdenseam.retrieval.preparing import requested
    from qdenseam.spelling import parse, spell

    _refuse_paid(sampler, sampler.strip().lower().startswith("ibm:"))
    rng = np.random.default_rng(question.seed)
    is_picture = probe is not None and Path(probe).suffix.lower() in PICTURE_SUFFIXES
    stored = question.stored(rng, None if is_picture else probe)
    target = index if probe is None else None
    if probe is None:
        spins = question.probe(stored, index, rng)
    else:
        question.check_given(index)
        given = question.probes_of(Path(probe), stored)[0] if is_picture else probe
        spins = check_probes(given, stored.num_neurons)
    chosen: Any = parse(("method", "classical memory"), question.asked_of(stored))
    check_drawing(draw, view, chosen)
    told = question.told_flips(chosen, is_given=probe is not None)
    with export.ready() as write:
        if isinstance(chosen, Recipe):
            wrong = question.flips or question.expected_flips
            certain = spins != 0 if (spins == 0).any() and not wrong else None
            with shown_progress("recall"):
                answer = chosen.recall_weighted(
                    stored.patterns, stored.weights, spins, clamped=certain, rng=deepcopy(rng)
                )
            said = _print_classical(chosen, answer, spins, stored, target=target)
            write([{"method": spell(chosen), "recall": spins_to_text(answer), "says": said}])
            plain = AmplitudeMemory(stored.patterns)
            if view is not None:
                _write_view(view, plain, spins, stored, method=chosen, clamped=certain, rng=rng)
            return
        memory = question.memory(stored, chosen)
        source: Any = sampler
        if is_factory(sampler):
            source = engine(sampler)
            _refuse_paid(sampler, source.job_service() is not None)
        with shown_progress("recall") as on_progress:
            result = run_recall(
                memory,
                spins,
                method=chosen,
                sampler=source,
                shots=question.shots,
                rng=rng,
                expected_flips=told,
                on_progress=on_progress,
            )
        rows = _rows(result, memory, target)
        write(rows, {**_facts(result), "outcomes": rows})
        _print(result, rows, stored, target=target)
        used = method_from_dict(result.method)
        if isinstance(used, AdaptiveMethod) and (view or draw):  # auto: what it takes on engines
            asked = requested(memory, spins, "statevector", rng=rng, expected_flips=told)
            memory, _, used = asked.recalls[0]
        if draw is not None and isinstance(used, RecallMethod):
            draw_circuit(used.circuit(memory, spins), draw)
        if view is not None:
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
        print_text(note)


def _print_classical(
    recipe: "Recipe", answer: Any, probe: Any, stored: "Dataset", *, target: int | None
) -> str:
    """Print a classical answer, and return what is said of it."""
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
    found = f"stored pattern {same[0]}" if len(same) else "a spurious state"
    said = " ".join([f"Recalled {found}.", *fit_sentences(int(fits.sum()), wrong)])
    typer.echo()
    print_text(f"{spell(recipe)}. {said}")
    memory = recipe.memory(stored.patterns)
    if isinstance(memory, DenseMemory):
        weighted = DenseMemory(memory.patterns, memory.separation, weights=stored.weights)
        kept: Any = getattr(recipe, "self_interaction", "excluded")
        if hint := weighted.hint(self_interaction=kept):
            print_text(hint)
    return said


def _print(
    result: "RecallResult", rows: list[Row], stored: "Dataset", *, target: int | None
) -> None:
    pictures = {} if target is None else {"pattern": result.patterns[target]}
    pictures |= {"probe": result.probe, "recall": result.pattern}
    _draw(pictures, stored)
    typer.echo()
    print_text(f"{result.method['name']} on {result.engine}. {result.outcome}")
    typer.echo()
    columns = ("outcome", "distance_to_probe", "shots", "frequency", "law")
    print_rows(rows, columns=columns)
    if result.resources is not None:
        cost = result.resources
        routed = result.routed_two_qubit_gates
        typer.echo()
        print_text(
            f"One shot: {cost.num_qubits} qubits, {cost.two_qubit_gates} two-qubit gates in depth "
            f"{cost.two_qubit_depth}, {cost.state_preparations} state preparations"
            + ("." if routed is None else f"; {routed} two-qubit gates on the device.")
        )


def _facts(result: "RecallResult") -> Row:
    """Return what the rows of a recall are of, as plain data."""
    from classical_ref.spins import spins_to_text

    return {
        "probe": spins_to_text(result.probe),
        "recall": None if result.pattern is None else spins_to_text(result.pattern),
        "method": result.method,
        "engine": result.engine,
        "shots": result.shots,
        "acceptance": result.acceptance,
        "says": result.outcome,
    }


def _rows(result: "RecallResult", memory: Any, target: int | None) -> list[Row]:
    """Return counts with their frequency beside the law (if any), likeliest outcome first."""
    from classical_ref.spins import hamming_distance, spins_to_text
    from qdenseam.methods import method_from_dict

    law = method_from_dict(result.method).law(memory, result.probe)
    counts, distances = result.counts, hamming_distance(result.patterns, result.probe)
    joint = counts / result.shots if law is None else law.joint

    def row(outcome: str, count: int, probability: float | None, place: int | None = None) -> Row:
        return {
            "outcome": outcome,
            "state": None if place is None else spins_to_text(result.patterns[place]),
            "distance_to_probe": None if place is None else int(distances[place]),
            "shots": count,
            "frequency": count / result.shots,
            "law": probability,
        }

    stored = [
        row(
            f"pattern {k}" + (" (target)" if k == target else ""),
            int(counts[k]),
            None if law is None else float(joint[k]),
            k,
        )
        for k in sorted(range(len(counts)), key=lambda k: (-joint[k], k))
        if counts[k] or (law is not None and joint[k] > 1e-12)
    ]
    spurious, rejected = (None, None) if law is None else (law.spurious, law.rejected)
    return [
        *stored,
        row("no stored pattern", result.spurious, spurious),
        row("rejected", result.shots - result.accepted, rejected),
    ]
