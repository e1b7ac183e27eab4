"""Muon against gradient descent on facts without label noise: how fast, and how evenly.

64 facts in 8 groups of 8 with probabilities proportional to i^-1.5, embedded in random orthonormal
bases. Muon's loss falls as exp(-eta t); gradient descent's as 1/t, since each fact is learned at
the rate of its own probability. Without noise every normalized method is exponential too, so the
normalized ones are compared at equal operator norm of a step, and the oracle apart.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

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
from qdenseam.plots.optimizers import plot_imbalance, plot_losses
from qdenseam.plots.style import new_figure
from qdenseam.reproduce.base import (
    Check,
    Floats,
    Records,
    Reproduction,
    at_least,
    at_most,
    equal,
    of_kind,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

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


def agreement(records: Records) -> Iterator[Check]:
    """Yield how fast and how evenly each optimizer learned, beside what theory tells."""
    rows = {name: _rows(records, name) for name in NUM_STEPS}
    steps = {name: _steps_to(each, _MOMENT) for name, each in rows.items()}
    muon, slow, fast = rows["Muon"], rows["GD, step 1/p"], rows["GD, step 4/p"]
    late = np.log([row.values["losses"][20:41] for row in muon])
    slopes = np.polyfit(np.arange(20, 41), late.T, 1)[0] / STEP
    most = max(steps["Muon"])
    facts = _facts()
    step_size = 1 / facts.query_probabilities[0]
    exact = _time_to(facts, step_size, _MOMENT)
    tenth = _time_to(facts, step_size, _MOMENT / 10) / exact
    rates = step_size * facts.query_probabilities[:: facts.group_size]
    constants = rates * _LATE * gap_losses(facts, descent_gaps(facts, step_size, [_LATE])[0])
    farthest = constants[np.abs(constants - 1).argmax()]
    deviation = max(row.values["deviation"] for row in (*fast, *slow))
    even, uneven = max(map(_imbalance, muon)), min(map(_imbalance, fast))
    yield equal("Muon: slope of the log loss per step, over eta", slopes.mean(), -1, 0.01)
    yield at_most("Muon: steps to 1e-3", most, 30)
    yield at_most("Muon: steps to 1e-6", max(_steps_to(muon, 1e-6)), 45)
    yield equal("GD, step 1/p: steps to 1e-3", max(steps["GD, step 1/p"]), exact, 5.0)
    yield at_least("GD's steps over Muon's", min(steps["GD, step 1/p"]) / most, 100)
    yield equal("GD: steps to 1e-4 over steps to 1e-3 (law 1/t: 10)", tenth, 10, 0.5)
    yield equal(f"GD: eta p t L of a group after {_LATE} steps, farthest from 1", farthest, 1, 0.02)
    yield at_most("Muon: largest over smallest group loss", even, 2.0)
    yield at_least("GD: largest over smallest group loss", uneven, 10.0)
    for name in ("normalized gradient", "SignGD"):
        quantity = f"{name}'s steps over Muon's at equal operator norm"
        yield at_least(quantity, min(steps[name]) / most, 1.0)
    yield equal("GD: largest |matrix - gap recursion| of a group loss", deviation, 0, 1e-12)


def _tasks(quick: bool) -> list[Task]:
    return [
        Task(
            kind="muon-noiseless",
            params={"optimizer": name, "num_steps": num_steps},
            num_batches=1 if quick else NUM_SEEDS,
        )
        for name, num_steps in reversed(NUM_STEPS.items())  # the longest first
    ]


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


def _rows(records: Records, name: str) -> list[Record]:
    return of_kind(records, "muon-noiseless", optimizer=name)


def _steps_to(rows: Sequence[Record], loss: float) -> list[float]:
    """Return the first step below a loss, infinite where there is none."""
    curves = [np.flatnonzero(np.array(row.values["losses"]) < loss) for row in rows]
    return [float(below[0]) if below.size else float("inf") for below in curves]


def _imbalance(row: Record) -> float:
    groups = row.values["group_losses"]
    return float("nan") if groups is None else max(groups) / min(groups)


def _draw(records: Records) -> "Figure":
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
    return figure


MUON_NOISELESS = Reproduction(
    name="muon-noiseless",
    title="Muon against gradient descent on facts without noise: speed and balance",
    source=SOURCE,
    tasks=_tasks,
    agreement=agreement,
    draw=_draw,
)
