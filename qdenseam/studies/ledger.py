"""The coherent ledger: state preparations per correct answer, with and without amplification.

Random patterns as in :mod:`qdenseam.studies.capacity.laws`: a probe is a stored pattern with
e flipped bits, and only the distances of the other K - 1 count. An answer is an accepted shot; it
is correct if it shows the target. All numbers are ratios of means over probes: preparations (and
inverses) spent, over correct answers got.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import ceil, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt

from circuits.grover.rounds import Rounds, success_amplitudes
from classical_ref.checks import Rng
from qdenseam.experiments.collecting.records import Record, Task
from qdenseam.experiments.collecting.trial_registry import trial
from qdenseam.methods import OptimalFilter
from qdenseam.methods.schedules import Exact, FixedPoint, Plain, Schedule
from qdenseam.studies import FigureSpec, Row, SpecialStudy, cells_of, grid, mean_of, register
from qdenseam.studies.capacity.laws import Floats, distance_law

LOADS = tuple(2**k for k in range(4, 15))
GROWTH = 1.2
"""Factor of the bound on iterations after a failure, where the acceptance is unknown."""

_MEANS = ("signals", "correct")
_SCHEDULES: dict[str, Schedule] = {
    "amplified, plain": Plain(),
    "amplified, exact": Exact(),
    "amplified, fixed point": FixedPoint(0.1),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerRow:
    """What a way of recalling spends on one correct answer, at one load."""

    scheme: str
    num_patterns: int
    preparations: float
    """State preparations and inverses per correct answer."""
    signals: float
    """Uses of the filter or its inverse per correct answer; 0 where accepting is classical."""
    correct: float
    """Share of correct answers among all answers."""
    knows_match_count: bool
    """Whether it claims that just one pattern passes; the others know nothing of the number."""


def ledger(
    table: npt.ArrayLike,
    num_flips: int,
    num_patterns: int,
    *,
    num_probes: int = 2000,
    rng: Rng = None,
) -> list[LedgerRow]:
    """Return a row per scheme: measure and accept, and the filter amplified in four ways.

    Args:
        table: F(d), shape ``(D + 1,)``, F(e) > 0.
        num_flips: e.
        num_patterns: K >= 1.
        num_probes: Random probes, each with patterns of its own.
        rng: Seed or generator.

    Raises:
        ValueError: K is below 1, e is outside the table, or F(e) is 0.
    """
    rng = np.random.default_rng(rng)
    squares = np.asarray(table, dtype=float) ** 2
    if num_patterns < 1:
        raise ValueError(f"num_patterns should be at least 1. Got {num_patterns}.")
    if not (0 <= num_flips < len(squares) and squares[num_flips] > 0):
        raise ValueError(f"table should be positive at num_flips. Got {num_flips}.")
    others = rng.multinomial(num_patterns - 1, distance_law(len(squares) - 1), size=num_probes)
    target = float(squares[num_flips])
    passing = (target + others @ squares) / num_patterns  # acceptance without amplification
    share = target / num_patterns / passing  # correct among accepted
    rows = [
        LedgerRow(
            scheme="measure and accept",
            num_patterns=num_patterns,
            preparations=num_patterns / target,
            signals=0.0,
            correct=float((passing * share).sum() / passing.sum()),
            knows_match_count=False,
        )
    ]
    for scheme, schedule in _SCHEDULES.items():
        rounds: Rounds = schedule.rounds(target / num_patterns)
        accepted = np.abs(success_amplitudes(np.minimum(passing, 1), rounds)[0]) ** 2
        right = float((accepted * share).mean())
        uses = 2 * len(rounds) + 1
        rows.append(
            LedgerRow(
                scheme=scheme,
                num_patterns=num_patterns,
                preparations=uses / right,
                signals=uses / right,
                correct=right / float(accepted.mean()),
                knows_match_count=schedule.knows_weight,
            )
        )
    spent = _growing(passing, num_patterns)
    right = float(share.mean())
    rows.append(
        LedgerRow(
            scheme="amplified, growing",
            num_patterns=num_patterns,
            preparations=float(spent.mean()) / right,
            signals=float(spent.mean()) / right,
            correct=right,
            knows_match_count=False,
        )
    )
    return rows


def ledger_tasks(
    num_neurons: int = 40,
    num_flips: int = 2,
    degree: int = 8,
    loads: Sequence[int] = LOADS,
    num_probes: int = 400,
    num_batches: int = 5,
) -> list[Task]:
    """Return a task per load, for the best filter of a degree."""
    given = {"num_neurons": num_neurons, "num_flips": num_flips, "degree": degree}
    sampled = {"num_probes": num_probes, "num_batches": num_batches}
    return grid("ledger", **given, num_patterns=loads, **sampled)


@trial("ledger")
def ledger_trial(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Return the rows of :func:`ledger` for the optimal filter of a degree."""
    num_flips, num_probes = params["num_flips"], params["num_probes"]
    table = OptimalFilter(params["degree"], num_flips).table(params["num_neurons"])
    rows = ledger(table, num_flips, params["num_patterns"], num_probes=num_probes, rng=rng)
    return {"rows": [asdict(row) for row in rows], "backend": "exact"}


def ledger_table(records: Sequence[Record]) -> list[Row]:
    """Return a row per load and scheme; ``gain`` is what it saves on measuring and accepting."""
    rows: list[Row] = []
    for (load,), batches in cells_of(records, "num_patterns").items():
        schemes = zip(*(batch.values["rows"] for batch in batches), strict=True)
        for place, given in enumerate(schemes):
            spent = [row["preparations"] for row in given]
            plain = [batch.values["rows"][0]["preparations"] for batch in batches]
            rows.append(
                {
                    "scheme": given[0]["scheme"],
                    "kind": "quantum" if place else "baseline",
                    "num_patterns": load,
                    "preparations": mean_of(spent, "pattern sets"),
                    "gain": mean_of(np.divide(plain, spent), "pattern sets"),
                    **{name: float(np.mean([r[name] for r in given])) for name in _MEANS},
                    "knows_match_count": given[0]["knows_match_count"],
                }
            )
    return rows


def _growing(passing: Floats, num_patterns: int) -> Floats:
    """Return the mean preparations until acceptance with growing random iterations, per probe."""
    theta = np.arcsin(np.sqrt(np.minimum(passing, 1)))
    bound, limit = 1.0, sqrt(num_patterns)
    waiting, spent = np.ones_like(theta), np.zeros_like(theta)
    while waiting.max() > 1e-9:
        count = ceil(bound)
        # the mean of sin²((2j + 1)θ) over j < m is 1/2 - sin(4mθ)/(4m sin 2θ)
        sine = np.sin(2 * theta)
        tail = np.divide(
            np.sin(4 * count * theta),
            4 * count * sine,
            out=np.full_like(theta, 0.0),
            where=sine > 1e-12,
        )
        success = np.where(sine > 1e-12, 0.5 - tail, np.sin(theta) ** 2)
        spent += waiting * count  # the mean of 2j + 1 over j < m is m
        waiting *= 1 - success
        bound = min(bound * GROWTH, limit)
    return spent


STUDY = register(
    SpecialStudy(
        name="ledger",
        title="state preparations per correct answer against load, with and without amplification",
        tasks=ledger_tasks,
        table=ledger_table,
        figures=(
            FigureSpec(x="num_patterns", y="preparations", line=("scheme",), log_y=True),
            FigureSpec(x="num_patterns", y="gain", line=("scheme",), log_y=True),
        ),
        quick={"num_neurons": 12, "loads": [4, 16, 64], "num_probes": 50, "num_batches": 2},
        note="preparations: of the memory and inverses, per correct answer; gain: measuring and "
        "accepting over them; correct: share of answers.",
    )
)
