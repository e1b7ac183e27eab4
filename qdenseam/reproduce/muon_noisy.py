"""Muon against gradient descent on facts with label noise: the loss after T steps.

A fifth of all answers are drawn at random. Muon falls until T* of order log K / eta and then
circles the optimum at a height of eta^2; with eta of order 1/T the loss falls as T^-2. Gradient
descent follows T^-(1 - 1/b) as long as T is small beside the rarest fact's 1/p: with few groups it
becomes exponential in the end and wins, since its step does not have to be small.

The loss at exactly step T is a matter of luck, a phase of a cycle of two. It is therefore averaged
over the last quarter of a run.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from classical_ref.learning import Facts, Muon, descent_gaps, gap_losses, learn
from qdenseam.experiments import Task, trial
from qdenseam.plots.optimizers import plot_losses, plot_scaling
from qdenseam.plots.queries import fitted_power_law
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
from qdenseam.reproduce.muon_noiseless import SOURCE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NUM_GROUPS = 48
GROUP_SIZE = 2
EXPONENT = 1.5
LABEL_NOISE = 0.2
STEP_FACTOR = 4.15  # of d* / T; incommensurate, so that no cycle ends on the optimum by accident
HORIZONS = (64, 96, 128, 192, 256, 384, 512)
QUICK_HORIZONS = (64, 128, 256)
DESCENT_GROUPS = 65_536
DESCENT_HORIZONS = tuple(2**k for k in range(8, 13))
DESCENT_EXPONENTS = (1.5, 2.0, 3.0)


@trial("muon-noisy")
def muon_losses(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Return Muon's losses over a run of ``horizon`` steps."""
    del rng
    facts = _facts()
    step_size = STEP_FACTOR * facts.optimal_gap / params["horizon"]
    return {"losses": learn(facts, Muon(step_size), params["horizon"]).losses}


@trial("descent-noisy")
def descent_losses(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Return gradient descent's losses after some numbers of steps, from its gap recursion."""
    del rng
    facts = Facts.power_law(
        params["num_groups"],
        GROUP_SIZE,
        exponent=params["exponent"],
        label_noise=LABEL_NOISE,
    )
    step_size = params["step"] / facts.query_probabilities[0]
    gaps = descent_gaps(facts, step_size, params["horizons"])
    return {"losses": gap_losses(facts, gaps) @ facts.group_probabilities}


def agreement(records: Records) -> Iterator[Check]:
    """Yield the fitted exponents beside the predicted ones."""
    horizons, mean, largest = _windows(records)
    same = _descent(records, NUM_GROUPS, EXPONENT)[horizons.astype(int) - 1]
    height = (largest / (_facts().optimal_gap / horizons) ** 2).max()
    for name, losses in (("mean", mean), ("largest", largest)):
        law = fitted_power_law(horizons, losses)
        quantity = f"Muon: exponent of the {name} loss against T, fit ± {law.error:.2f}"
        yield equal(quantity, law.exponent, -2, 0.3)
    yield at_most("Muon: largest loss over (d*/T)^2, at any T", height, 1.5)
    yield at_least("GD's loss over Muon's after the same T, at least", (same / mean).min(), 10)
    for exponent in DESCENT_EXPONENTS:
        law = fitted_power_law(DESCENT_HORIZONS, _descent(records, DESCENT_GROUPS, exponent))
        quantity = f"GD, b = {exponent}: exponent against T, fit ± {law.error:.3f}"
        yield equal(quantity, law.exponent, -(exponent - 1) / exponent, 0.02)


def _tasks(quick: bool) -> list[Task]:
    horizons = QUICK_HORIZONS if quick else HORIZONS
    return [
        *(Task(kind="muon-noisy", params={"horizon": each}) for each in reversed(horizons)),
        _descent_task(NUM_GROUPS, EXPONENT, 4.0, range(1, horizons[-1] + 1)),
        *(_descent_task(DESCENT_GROUPS, each, 1.0, DESCENT_HORIZONS) for each in DESCENT_EXPONENTS),
    ]


def _facts() -> Facts:
    return Facts.power_law(NUM_GROUPS, GROUP_SIZE, exponent=EXPONENT, label_noise=LABEL_NOISE)


def _descent_task(num_groups: int, exponent: float, step: float, horizons: Any) -> Task:
    return Task(
        kind="descent-noisy",
        params={
            "num_groups": num_groups,
            "exponent": exponent,
            "step": step,
            "horizons": list(horizons),
        },
    )


def _windows(records: Records) -> tuple[Floats, Floats, Floats]:
    """Return ascending horizons, and mean and largest loss over the last quarter of each run."""
    rows = sorted(of_kind(records, "muon-noisy"), key=lambda row: row.params["horizon"])
    ends = [np.array(row.values["losses"])[-(row.params["horizon"] // 4) :] for row in rows]
    horizons = np.array([row.params["horizon"] for row in rows], dtype=float)
    return horizons, np.array([e.mean() for e in ends]), np.array([e.max() for e in ends])


def _descent(records: Records, num_groups: int, exponent: float) -> Floats:
    """Return gradient descent's losses after the numbers of steps of its task."""
    (row,) = of_kind(records, "descent-noisy", num_groups=num_groups, exponent=exponent)
    return np.array(row.values["losses"])


def _draw(records: Records) -> "Figure":
    figure, axes = new_figure(1, 2, size=(10.0, 4.2))
    horizons, mean, _ = _windows(records)
    curves = {
        f"Muon, T = {row.params['horizon']}": row.values["losses"]
        for row in of_kind(records, "muon-noisy")
        if row.params["horizon"] in QUICK_HORIZONS
    }
    losses = dict(reversed(curves.items()))
    same = _descent(records, NUM_GROUPS, EXPONENT)
    losses["GD, step 4/p"] = np.concatenate([[np.nan], same])
    ax = plot_losses(losses, ax=axes[0, 0], floor=1e-5)
    ax.legend(fontsize=8)
    ax.set_title(f"{NUM_GROUPS * GROUP_SIZE} facts, label noise {LABEL_NOISE}", fontsize=10)
    scaling = {"Muon": mean} | {
        f"GD, b = {b}": _descent(records, DESCENT_GROUPS, b) for b in DESCENT_EXPONENTS
    }
    where = dict.fromkeys(scaling, np.array(DESCENT_HORIZONS, dtype=float)) | {"Muon": horizons}
    ax = plot_scaling(scaling, where, ax=axes[0, 1])
    ax.legend(fontsize=8)
    ax.set_title("loss after T steps, with fitted exponents", fontsize=10)
    return figure


MUON_NOISY = Reproduction(
    name="muon-noisy",
    title="Muon against gradient descent on facts with label noise: scaling exponents",
    source=SOURCE,
    tasks=_tasks,
    agreement=agreement,
    draw=_draw,
)
