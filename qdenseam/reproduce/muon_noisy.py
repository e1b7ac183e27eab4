"""Muon against gradient descent on facts with label noise: the loss after T steps.

A fifth of all answers are drawn at random. Muon falls until T* of order log K / eta and then
circles the optimum at a height of eta^2; with eta of order 1/T the loss falls as T^-2. Gradient
descent follows T^-(1 - 1/b) as long as T is small beside the rarest fact's 1/p: with few groups it
becomes exponential in the end and wins, since its step does not have to be small.

The loss at exactly step T is a matter of luck, a phase of a cycle of two. It is therefore averaged
over the last quarter of a run.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from classical_ref.learning import Facts, Muon, descent_gaps, gap_losses, learn
from qdenseam.experiments import Record, Task, trial
from qdenseam.plots.power_laws import fitted_power_law
from qdenseam.reproduce.muon_noiseless import SOURCE, curve_rows, loss_against
from qdenseam.reproduce.published import Found, against
from qdenseam.studies import Floats, Records, Row, SpecialStudy, of_kind, register

NUM_GROUPS = 48
GROUP_SIZE = 2
EXPONENT = 1.5
LABEL_NOISE = 0.2
STEP_FACTOR = 4.15  # of d* / T; incommensurate, so that no cycle ends on the optimum by accident
DESCENT_EXPONENTS = (1.5, 2.0, 3.0)


def tasks(
    horizons: Sequence[int] = (64, 96, 128, 192, 256, 384, 512),
    descent_groups: int = 65_536,
    descent_horizons: Sequence[int] = (256, 512, 1024, 2048, 4096),
) -> list[Task]:
    """Return Muon's runs, gradient descent on the same facts, and on many more."""

    def descent(num_groups: int, exponent: float, step: float, horizons: Sequence[int]) -> Task:
        params = {"num_groups": num_groups, "exponent": exponent, "step": step}
        return Task(kind="descent-noisy", params={**params, "horizons": list(horizons)})

    return [
        *(Task(kind="muon-noisy", params={"horizon": each}) for each in reversed(horizons)),
        descent(NUM_GROUPS, EXPONENT, 4.0, range(1, horizons[-1] + 1)),
        *(descent(descent_groups, each, 1.0, descent_horizons) for each in DESCENT_EXPONENTS),
    ]


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


def table(records: Records) -> list[Row]:
    """Return losses over some steps of runs, then losses against the number of steps of a run."""
    horizons, mean, _ = _windows(records)
    curves = {
        f"Muon, T = {row.params['horizon']}": row.values["losses"]
        for row in of_kind(records, "muon-noisy")
    }
    (same,) = of_kind(records, "descent-noisy", num_groups=NUM_GROUPS)
    curves = {**dict(reversed(curves.items())), "GD, step 4/p": [np.nan, *same.values["losses"]]}
    rows = [row for label, losses in curves.items() for row in curve_rows(label, losses)]
    scaling = {"Muon": zip(horizons, mean, strict=True)}
    for row in _long_descents(records):
        label = f"GD, b = {row.params['exponent']}"
        scaling[label] = zip(row.params["horizons"], row.values["losses"], strict=True)
    rows += [
        {"optimizer": label, "part": "scaling", "step": int(step), "loss": loss}
        for label, points in scaling.items()
        for step, loss in points
    ]
    return rows


def found(records: Records) -> Found:
    """Return the fitted exponents, and how Muon stands beside gradient descent."""
    horizons, mean, largest = _windows(records)
    (descent,) = of_kind(records, "descent-noisy", num_groups=NUM_GROUPS)
    same = np.array(descent.values["losses"])[horizons.astype(int) - 1]
    height = (largest / (_facts().optimal_gap / horizons) ** 2).max()
    numbers = {
        f"Muon: exponent of the {name} loss against T": fitted_power_law(horizons, losses).estimate
        for name, losses in (("mean", mean), ("largest", largest))
    }
    for row in _long_descents(records):
        law = fitted_power_law(row.params["horizons"], row.values["losses"])
        numbers[f"GD, b = {row.params['exponent']}: exponent against T"] = law.estimate
    return numbers | {
        "Muon: largest loss over (d*/T)^2, at any T": float(height),
        "GD's loss over Muon's after the same T, at least": float((same / mean).min()),
    }


def _facts() -> Facts:
    return Facts.power_law(NUM_GROUPS, GROUP_SIZE, exponent=EXPONENT, label_noise=LABEL_NOISE)


def _windows(records: Records) -> tuple[Floats, Floats, Floats]:
    """Return ascending horizons, and mean and largest loss over the last quarter of each run."""
    rows = sorted(of_kind(records, "muon-noisy"), key=lambda row: row.params["horizon"])
    ends = [np.array(row.values["losses"])[-(row.params["horizon"] // 4) :] for row in rows]
    horizons = np.array([row.params["horizon"] for row in rows], dtype=float)
    return horizons, np.array([e.mean() for e in ends]), np.array([e.max() for e in ends])


def _long_descents(records: Records) -> list[Record]:
    return [
        row for row in of_kind(records, "descent-noisy") if row.params["num_groups"] != NUM_GROUPS
    ]


STUDY = register(
    SpecialStudy(
        name="muon-noisy",
        title="Muon against gradient descent on facts with label noise: scaling exponents",
        source=SOURCE,
        tasks=tasks,
        table=table,
        figures=(loss_against("step", "steps"), loss_against("step", "scaling")),
        quick={"horizons": [64, 128, 256]},
        note="loss: above the optimum, after a step of a run; or, for scaling, at the end of a run "
        "of so many steps, Muon's as the mean over the last quarter.",
        checks=against("muon-noisy", found),
    )
)
