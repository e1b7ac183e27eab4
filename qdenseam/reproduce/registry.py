"""The reproductions by name."""

import csv
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from qdenseam.experiments import Progress, collect
from qdenseam.reproduce.base import Check, Reproduced
from qdenseam.reproduce.krotov_hopfield_digits import KROTOV_HOPFIELD_DIGITS
from qdenseam.reproduce.krotov_hopfield_xor import KROTOV_HOPFIELD_XOR
from qdenseam.reproduce.measure_attention import MEASURE_ATTENTION
from qdenseam.reproduce.mimura import MIMURA_FIGURE_1
from qdenseam.reproduce.muon_noiseless import MUON_NOISELESS
from qdenseam.reproduce.muon_noisy import MUON_NOISY
from qdenseam.reproduce.softmax_context import SOFTMAX_CONTEXT
from qdenseam.reproduce.sparse_recovery import SPARSE_RECOVERY
from qdenseam.reproduce.syndrome_grover import SYNDROME_GROVER
from qdenseam.reproduce.xor_energy import XOR_ENERGY

REPRODUCTIONS = {
    each.name: each
    for each in (
        MIMURA_FIGURE_1,
        KROTOV_HOPFIELD_XOR,
        KROTOV_HOPFIELD_DIGITS,
        MUON_NOISELESS,
        MUON_NOISY,
        MEASURE_ATTENTION,
        SOFTMAX_CONTEXT,
        SPARSE_RECOVERY,
        SYNDROME_GROVER,
        XOR_ENERGY,
    )
}
"""Every reproduction under its name."""


def reproduce(
    name: str,
    *,
    out: str | os.PathLike[str],
    quick: bool = False,
    num_workers: int = 0,
    on_progress: Callable[[Progress], None] | None = None,
) -> Reproduced:
    """Make a published result again and return how well it agrees.

    Finished parts are kept in ``out/results.jsonl``: the same call goes on after an interruption,
    and only draws once all is there.

    Args:
        name: One of :data:`REPRODUCTIONS`.
        out: Folder for the results, the figure and ``agreement.csv``; made when missing.
        quick: Whether to sample less, within wider tolerances.
        num_workers: Processes that share the work; 0 does it in this one.
        on_progress: Called after each finished part.

    Raises:
        ValueError: There is no such reproduction.
        OSError: ``out`` cannot be written.
    """
    if name not in REPRODUCTIONS:
        raise ValueError(f"name should be one of {', '.join(REPRODUCTIONS)}. Got {name!r}.")
    wanted, folder = REPRODUCTIONS[name], Path(out)
    folder.mkdir(parents=True, exist_ok=True)
    tasks = wanted.tasks(quick)
    records = (
        collect(tasks, folder / "results.jsonl", num_workers=num_workers, on_progress=on_progress)
        if tasks
        else []
    )
    checks = tuple(wanted.agreement(records))
    _write(_agreement_rows(checks), folder / "agreement.csv")
    for file, rows in wanted.tables.items():
        _write(rows(records), folder / file)
    figure = folder / "figure.png"
    wanted.draw(records).savefig(figure)
    return Reproduced(checks=checks, figure=figure)


def _agreement_rows(checks: Iterable[Check]) -> Iterable[Sequence[object]]:
    yield "quantity", "value", "sense", "expected", "tolerance", "passed"
    for each in checks:
        yield (
            *(each.quantity, each.value, each.sense, each.expected, each.tolerance),
            each.passed,
        )


def _write(rows: Iterable[Sequence[object]], path: Path) -> None:
    with path.open("w", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
