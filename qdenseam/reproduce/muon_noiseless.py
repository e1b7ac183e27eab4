"""Muon against gradient descent on facts without label noise: how fast, and how evenly.

64 facts in 8 groups of 8 with probabilities proportional to i^-1.5, embedded in random orthonormal
bases. Muon's loss falls as exp(-eta t); gradient descent's as 1/t, since each fact is learned at
the rate of its own probability. Without noise every normalized method is exponential too, so the
normalized ones are compared at equal operator norm of a step, and the oracle apart.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

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
from qdenseam.experiments import Record, Task, trial
from qdenseam.reproduce.published import Found, against
from qdenseam.studies import FigureSpec, Floats, Records, Row, SpecialStudy, cells_of, register

NUM_GROUPS = 8
GROUP_SIZE = 8
EXPONENT = 1.5
STEP = 0.5
NUM_STEPS: dict[str, int] = {
    "Muon": 60,
    "Muon, quintic Newton-Schulz": 60,
    "normalized gradient": 60,
    "SignGD": 100,
    "SignGD in the task's basis": 60,
    "GD, step 4/p": 1_200,
    "GD, step 1/p": 4_500,
}
_POINTS = 40
_LATE = 20_000
_MOMENT = 1e-3  # total loss at which groups are compared
SOURCE = (
    "Wang, Li, Zhong, Lu and Wang, Muon in associative memory learning: training dynamics and "
    "scaling laws (2026), arXiv 2602.05725"
)


def tasks(num_seeds: int = 3, most_steps: int = 4_500) -> list[Task]:
    """Return a task for each optimizer, with its number of steps or as many as are allowed."""
    return [
        Task(
            kind="muon-noiseless",
            params={"optimizer": name, "num_steps": min(num_steps, most_steps)},
            num_batches=num_seeds,
        )
        for name, num_steps in reversed(NUM_STEPS.items())  # the longest first
    ]


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


def table(records: Records) -> list[Row]:
    """Return losses over some steps of each optimizer, then by group when the total is 1e-3."""
    rows: list[Row] = []
    probabilities = _facts().group_probabilities
    for (name,), runs in cells_of(records, "optimizer").items():
        rows += curve_rows(name, np.mean([run.values["losses"] for run in runs], axis=0))
        groups = runs[0].values["group_losses"]
        rows += [
            {"optimizer": name, "part": "groups", "probability": float(p), "loss": loss}
            for p, loss in zip(probabilities, groups or (), strict=groups is not None)
        ]
    return rows


def curve_rows(optimizer: str, losses: npt.ArrayLike) -> list[Row]:
    """Return rows of some steps of a run, evenly spaced by their logarithm."""
    values = np.asarray(losses, dtype=float)
    steps = np.unique(np.geomspace(1, len(values) - 1, _POINTS).astype(int)).tolist()
    return [
        {"optimizer": optimizer, "part": "steps", "step": step, "loss": float(values[step])}
        for step in steps
        if values[step] > 0
    ]


def loss_against(x: str, part: str) -> FigureSpec:
    """Return the figure of losses of every optimizer against a column, for a part of the table."""
    return FigureSpec(x=x, y="loss", line=("optimizer",), where={"part": (part,)}, log_y=True)


def found(records: Records) -> Found:
    """Return how fast and how evenly each optimizer learned."""
    rows = {name: runs for (name,), runs in cells_of(records, "optimizer").items()}
    steps = {name: _steps_to(each, _MOMENT) for name, each in rows.items()}
    muon, slow, fast = rows["Muon"], rows["GD, step 1/p"], rows["GD, step 4/p"]
    late = np.log([row.values["losses"][20:41] for row in muon])
    slopes = np.polyfit(np.arange(20, 41), late.T, 1)[0] / STEP
    most = max(steps["Muon"])
    facts = _facts()
    step_size = 1 / facts.query_probabilities[0]
    tenth = _time_to(facts, step_size, _MOMENT / 10) / _time_to(facts, step_size, _MOMENT)
    rates = step_size * facts.query_probabilities[:: facts.group_size]
    constants = rates * _LATE * gap_losses(facts, descent_gaps(facts, step_size, [_LATE])[0])
    farthest = float(constants[np.abs(constants - 1).argmax()])
    deviation = max(row.values["deviation"] for row in (*fast, *slow))
    even, uneven = max(map(_imbalance, muon)), min(map(_imbalance, fast))
    numbers = {
        "Muon: slope of the log loss per step, over eta": float(slopes.mean()),
        "Muon: steps to 1e-3": most,
        "Muon: steps to 1e-6": max(_steps_to(muon, 1e-6)),
        "GD, step 1/p: steps to 1e-3": max(steps["GD, step 1/p"]),
        "GD's steps over Muon's": min(steps["GD, step 1/p"]) / most,
        "GD: steps to 1e-4 over steps to 1e-3 (law 1/t: 10)": tenth,
        f"GD: eta p t L of a group after {_LATE} steps, farthest from 1": farthest,
        "Muon: largest over smallest group loss": even,
        "GD: largest over smallest group loss": uneven,
        "GD: largest |matrix - gap recursion| of a group loss": deviation,
    }
    for name in ("normalized gradient", "SignGD"):
        numbers[f"{name}'s steps over Muon's at equal operator norm"] = min(steps[name]) / most
    return numbers


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


def _steps_to(rows: Sequence[Record], loss: float) -> list[float]:
    """Return the first step below a loss, infinite where there is none."""
    curves = [np.flatnonzero(np.array(row.values["losses"]) < loss) for row in rows]
    return [float(below[0]) if below.size else float("inf") for below in curves]


def _imbalance(row: Record) -> float:
    groups = row.values["group_losses"]
    return float("nan") if groups is None else max(groups) / min(groups)


STUDY = register(
    SpecialStudy(
        name="muon-noiseless",
        title="Muon against gradient descent on facts without noise: speed and balance",
        source=SOURCE,
        tasks=tasks,
        table=table,
        figures=(loss_against("step", "steps"), loss_against("probability", "groups")),
        quick={"num_seeds": 1},
        note="loss: above the optimum, mean over seeds; by the probability of a group that of the "
        "group when the total reaches 0.001.",
        checks=against("muon-noiseless", found),
    )
)
