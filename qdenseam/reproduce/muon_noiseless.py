"""Muon against gradient descent on facts without label noise: how fast, and how evenly.

64 facts in 8 groups of 8 with probabilities proportional to i^-1.5, embedded in random orthonormal
bases. Muon's loss falls as exp(-eta t); gradient descent's as 1/t, since each fact is learned at
the rate of its own probability. Without noise every normalized method is exponential too, so the
normalized ones are compared at equal operator norm of a step, and the oracle apart.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classical_ref.learning import (
    Facts,
    GradientDescent,
    MatrixOptimizer,
    Muon,
    NormalizedGradient,
    SignDescent,
    TaskAlignedSign,
    descent_gaps,
    gap_losses,
    learn,
    random_embeddings,
)
from qdenseam.experiments import Record, Task, collect, trial
from qdenseam.plots.optimizers import plot_imbalance, plot_losses
from qdenseam.plots.style import new_figure
from qdenseam.reproduce.base import Check, OnProgress, Reproduced, Reproduction, write_checks

Floats = NDArray[np.float64]

NUM_GROUPS = 8
GROUP_SIZE = 8
EXPONENT = 1.5
STEP = 0.5
NUM_STEPS = {
    "Muon": 60,
    "Muon, quintic Newton-Schulz": 60,
    "normalized gradient": 60,
    "SignGD": 100,
    "SignGD in the task's basis": 60,
    "GD, step 4/p": 1_200,
    "GD, step 1/p": 4_500,
}
NUM_SEEDS = 3
_LATE = 20_000
_MOMENT = 1e-3  # total loss at which groups are compared
SOURCE = (
    "Wang, Li, Zhong, Lu and Wang, Muon in associative memory learning: training dynamics and "
    "scaling laws (2026), arXiv 2602.05725"
)


@trial("muon-noiseless")
def learned_facts(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Return losses over steps, and the losses of groups when the total reaches 1e-3."""
    facts = _facts()
    queries = random_embeddings(facts.num_facts, rng=rng)
    answers = random_embeddings(facts.num_facts, rng=rng)
    optimizer = _optimizer(params["optimizer"], facts, queries, answers)
    done = learn(facts, optimizer, params["num_steps"], queries=queries, answers=answers)
    moment = done.steps_to(_MOMENT)
    return {
        "losses": done.losses,
        "moment": moment,
        "group_losses": None if moment is None else done.group_losses[moment],
        "deviation": float(_deviation(params["optimizer"], facts, done.group_losses)),
    }


def run_noiseless(
    out: Path, *, quick: bool, num_workers: int, on_progress: OnProgress
) -> Reproduced:
    """Learn what ``out`` lacks, then draw and compare; see :class:`Reproduction`."""
    num_seeds = 1 if quick else NUM_SEEDS
    tasks = [
        Task(
            kind="muon-noiseless",
            params={"optimizer": name, "num_steps": num_steps},
            num_batches=num_seeds,
        )
        for name, num_steps in reversed(NUM_STEPS.items())  # the longest first
    ]
    records = collect(
        tasks, out / "results.jsonl", num_workers=num_workers, on_progress=on_progress
    )
    checks = agreement(records)
    write_checks(checks, out / "agreement.csv")
    return Reproduced(checks=checks, figure=_draw(records, out / "figure.png"))


def agreement(records: list[Record]) -> tuple[Check, ...]:
    """Return how fast and how evenly each optimizer learned, beside what theory tells."""
    muon, slow = _rows(records, "Muon"), _rows(records, "GD, step 1/p")
    fast = _rows(records, "GD, step 4/p")
    steps = {name: _steps_to(_rows(records, name), _MOMENT) for name in NUM_STEPS}
    late = np.log([row.values["losses"][20:41] for row in muon])
    slopes = np.polyfit(np.arange(20, 41), late.T, 1)[0] / STEP
    facts = _facts()
    step_size = 1 / facts.query_probabilities[0]
    constants = (
        step_size
        * facts.query_probabilities[:: facts.group_size]
        * _LATE
        * gap_losses(facts, descent_gaps(facts, step_size, [_LATE])[0])
    )
    exact = _time_to(facts, step_size, _MOMENT)
    tenth = _time_to(facts, step_size, _MOMENT / 10) / exact
    return (
        Check(
            quantity="Muon: slope of the log loss per step, over eta",
            value=float(slopes.mean()),
            expected=-1.0,
            tolerance=0.01,
        ),
        Check(
            quantity="Muon: steps to 1e-3",
            value=float(max(steps["Muon"])),
            expected=30,
            sense="at most",
        ),
        Check(
            quantity="Muon: steps to 1e-6",
            value=float(max(_steps_to(muon, 1e-6))),
            expected=45,
            sense="at most",
        ),
        Check(
            quantity="GD, step 1/p: steps to 1e-3",
            value=float(max(steps["GD, step 1/p"])),
            expected=exact,
            tolerance=5.0,
        ),
        Check(
            quantity="GD's steps over Muon's",
            value=float(min(steps["GD, step 1/p"]) / max(steps["Muon"])),
            expected=100,
            sense="at least",
        ),
        Check(
            quantity="GD: steps to 1e-4 over steps to 1e-3 (law 1/t: 10)",
            value=tenth,
            expected=10.0,
            tolerance=0.5,
        ),
        Check(
            quantity=f"GD: eta p t L of a group after {_LATE} steps, farthest from 1",
            value=float(constants[np.abs(constants - 1).argmax()]),
            expected=1.0,
            tolerance=0.02,
        ),
        Check(
            quantity="Muon: largest over smallest group loss",
            value=float(max(_imbalance(row) for row in muon)),
            expected=2.0,
            sense="at most",
        ),
        Check(
            quantity="GD: largest over smallest group loss",
            value=float(min(_imbalance(row) for row in fast)),
            expected=10.0,
            sense="at least",
        ),
        Check(
            quantity="normalized gradient's steps over Muon's at equal operator norm",
            value=float(min(steps["normalized gradient"]) / max(steps["Muon"])),
            expected=1.0,
            sense="at least",
        ),
        Check(
            quantity="SignGD's steps over Muon's at equal operator norm",
            value=float(min(steps["SignGD"]) / max(steps["Muon"])),
            expected=1.0,
            sense="at least",
        ),
        Check(
            quantity="GD: largest |matrix - gap recursion| of a group loss",
            value=max(row.values["deviation"] for row in (*fast, *slow)),
            expected=0.0,
            tolerance=1e-12,
        ),
    )


def _facts() -> Facts:
    return Facts.power_law(NUM_GROUPS, GROUP_SIZE, exponent=EXPONENT)


def _optimizer(name: str, facts: Facts, queries: Floats, answers: Floats) -> MatrixOptimizer:
    most = facts.query_probabilities[0]
    optimizers: dict[str, MatrixOptimizer] = {
        "Muon": Muon(STEP),
        "Muon, quintic Newton-Schulz": Muon(STEP, polar="quintic"),
        "normalized gradient": NormalizedGradient(STEP, unit_norm=True),
        "SignGD": SignDescent(STEP, unit_norm=True),
        "SignGD in the task's basis": TaskAlignedSign(STEP, queries=queries, answers=answers),
        "GD, step 4/p": GradientDescent(4 / most),
        "GD, step 1/p": GradientDescent(1 / most),
    }
    return optimizers[name]


def _deviation(name: str, facts: Facts, group_losses: Floats) -> float:
    """Return the largest deviation of group losses from the gap recursion; 0 unless for GD."""
    if not name.startswith("GD"):
        return 0.0
    step_size = (4 if "4" in name else 1) / facts.query_probabilities[0]
    gaps = descent_gaps(facts, step_size, range(len(group_losses)))
    return float(np.abs(gap_losses(facts, gaps) - group_losses).max())


def _time_to(facts: Facts, step_size: float, loss: float) -> float:
    steps = np.unique(np.geomspace(1e3, 6e4, 400).astype(int))
    losses = gap_losses(facts, descent_gaps(facts, step_size, steps)) @ facts.group_probabilities
    return float(np.exp(np.interp(-np.log(loss), -np.log(losses), np.log(steps))))


def _rows(records: list[Record], name: str) -> list[Record]:
    return [row for row in records if row.params["optimizer"] == name]


def _steps_to(rows: list[Record], loss: float) -> list[float]:
    """Return the first step below a loss, infinite where there is none."""
    curves = [np.flatnonzero(np.array(row.values["losses"]) < loss) for row in rows]
    return [float(below[0]) if below.size else float("inf") for below in curves]


def _imbalance(row: Record) -> float:
    groups = row.values["group_losses"]
    return float("nan") if groups is None else max(groups) / min(groups)


def _draw(records: list[Record], path: Path) -> Path:
    figure, axes = new_figure(1, 2, size=(10.0, 4.2))
    first = {name: _rows(records, name)[0].values for name in NUM_STEPS}
    ax = plot_losses({name: each["losses"] for name, each in first.items()}, ax=axes[0, 0])
    ax.legend(fontsize=7, loc="lower right")
    ax.set_title(f"{NUM_GROUPS * GROUP_SIZE} facts, no label noise", fontsize=10)
    shown = ("Muon", "SignGD in the task's basis", "normalized gradient", "GD, step 4/p")
    groups = {name: first[name]["group_losses"] for name in shown}
    ax = plot_imbalance(groups, _facts().group_probabilities, ax=axes[0, 1])
    ax.legend(fontsize=7)
    ax.set_title("loss by group when the total reaches 0.001", fontsize=10)
    figure.savefig(path)
    return path


MUON_NOISELESS = Reproduction(
    name="muon-noiseless",
    title="Muon against gradient descent on facts without noise: speed and balance",
    source=SOURCE,
    run=run_noiseless,
)
