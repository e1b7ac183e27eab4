"""``qdenseam plan``: ways to recall on a device, compared by its calibration; nothing is run."""

from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import typer
from typer import Option

from qdenseam.cli.export import Export
from qdenseam.cli.progress import shown_progress
from qdenseam.cli.recalls.question import Encoder, Stored, weighed_memory
from qdenseam.cli.tables import Row, print_rows
from qdenseam.studies.comparison_settings import Data


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned(Stored):
    """The options that say which patterns a plan is for."""

    data: Data = "random"
    num_neurons: Annotated[
        int | None,
        Option(
            help="D; a file has its own. By default as many as the probe has, else 8.",
            show_default=False,
        ),
    ] = None
    num_patterns: Annotated[
        int | None,
        Option(
            help="K, how many patterns are stored. By default 4, or all where the data hold fewer.",
            show_default=False,
        ),
    ] = None
    most_patterns: ClassVar[int] = 4
    few_neurons: ClassVar[int | None] = 8


def plan(
    memory: Planned,
    export: Export,
    backend: Annotated[
        str,
        Option(
            metavar="NAME",
            help='A device that reports its errors, such as "fake:fez" or "ibm:fez": its '
            "calibration is read, nothing is sent.",
        ),
    ] = "fake:fez",
    probe: Annotated[
        str | None,
        Option(
            metavar="TEXT",
            help="What probes know, such as 01?0: only where ? stands matters, since a plan never "
            "sees values. By default all neurons.",
            show_default=False,
        ),
    ] = None,
    expected_flips: Annotated[
        int | None,
        Option(
            "--expected-flips",
            "--flips",
            help="Known neurons expected to be wrong. By default 0, or 1 where all are known.",
            show_default=False,
        ),
    ] = None,
    method: Annotated[
        list[str] | None,
        Option(
            metavar="SPELLING",
            help="A method of your own choice, shown wherever it ranks. May be repeated.",
            show_default=False,
        ),
    ] = None,
    encoder: Encoder = "auto",
    margin: Annotated[
        float,
        Option(help="Show plans that may reach this share of the best success; lower shows more."),
    ] = 0.5,
    top: Annotated[int, Option(min=1, help="How many plans to show beside the baseline.")] = 8,
) -> None:
    """Rank ways to recall on a device; nothing is run.

    What counts is the predicted success per shot. Shown is the best plan of each method, degree and
    number of rounds. Success is P(target and accepted), "ideal" the same without noise. The last
    row measures the memory and accepts classically: what a plan has to beat. The row that "peeks"
    finds the answer classically and only writes it: what index search is to be compared with, never
    a plan. "not every probe" marks plans that fail some probes, which auto does not take. An
    amplitude memory is planned for; energy memories keep a rule.
    """
    import numpy as np

    from classical_ref.spins import check_probes
    from qdenseam.execution import engine
    from qdenseam.execution.compiling.compilation import is_calibrated
    from qdenseam.planning import best_of_each_kind
    from qdenseam.planning import plan as plans_for
    from qdenseam.spelling import parse, spell

    target = engine(backend).target
    if target is None or not is_calibrated(target):
        raise ValueError(
            f"backend should be a device that reports its errors. Got {backend!r}; use fake:fez."
        )
    stored = memory.stored(np.random.default_rng(memory.seed), probe)
    names = {"bits_per_feature": stored.bits_per_feature}
    chosen: list[Any] = [parse("method", each, names) for each in method or ()]
    spins = check_probes("0" * stored.num_neurons if probe is None else probe, stored.num_neurons)
    with export.ready() as write:
        with shown_progress("plan"):
            found = plans_for(
                weighed_memory(stored, encoder),
                spins != 0,
                target,
                expected_flips=expected_flips,
                methods=chosen,
                margin=margin,
            )
        if not found:
            raise ValueError(f"a memory should fit {backend!r}. Got {stored.num_neurons} neurons.")
        *kinds, baseline = best_of_each_kind(found)
        peeking = [each for each in kinds if each.peeks]
        ranked = [each for each in kinds if not each.peeks]
        shown = [each for i, each in enumerate(ranked) if i < top or each.method in chosen]
        rows = [each.row() | {"peeks": each.peeks} for each in [*shown, *peeking, baseline]]
        write(rows)
        print_rows([_shown(row) for row in rows])
        for each in chosen:
            if not any(each == one.method for one in found):
                typer.echo(f"{spell(each)} does not fit {backend!r}.", err=True)


def _shown(row: Row) -> Row:
    """Return a plan as a line of the table, what weighs most first."""
    settings = "" if row["peeks"] or not row["settings"] else f"({row['settings']})"
    note = " (peeks: a classical scan answers)" if row["peeks"] else ""
    note += "" if row["answers"] else " (not every probe)"
    return {
        "method": f"{row['method']}{settings}{note}",
        "success": row["success"],
        "ideal": row["ideal"],
        "false_accepts": row["false_accepts"],
        "two_qubit_gates": row["two_qubit_gates"],
        "qubits": row["qubits"],
        "encoder": row["encoder"],
        "acceptance": row["acceptance"],
        "state_preparations": row["state_preparations"],
    }
