"""Overlap against time in a dense memory of order 3: simulation beside exact theory.

Loads 0.1 to 0.4, ten probes each, ten synchronous steps, in 100 sets of random patterns over 512
neurons. Beside the theory, the simulated means are held against those in ``mimura_figure_1.csv``,
which a separate implementation of the same dynamics made from 100 other pattern sets.
"""

import csv
from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from classical_ref.theory import gfa
from classical_ref.theory.simulation import simulate
from qdenseam.experiments import Task, trial
from qdenseam.plots.dynamics import plot_overlaps
from qdenseam.plots.style import new_figure
from qdenseam.reproduce.base import Check, Floats, Records, Reproduction, equal, of_kind

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ORDER = 3
NUM_NEURONS = 512
NUM_STEPS = 10
SCALED_LOADS = (0.1, 0.2, 0.3, 0.4)
NUM_TARGETS = 4
SETS_PER_BATCH = 5
NUM_BATCHES = 20
QUICK_BATCHES = 2
NUM_PATHS = 400_000
QUICK_PATHS = 50_000
_BOUNDARY = 0.1  # spread of single trials at the last step that tells a basin boundary
_ROUNDING = 5e-5  # of the stored table


@trial("overlap-simulation")
def simulated_overlaps(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Return overlap trajectories of some pattern sets; see :func:`simulate`."""
    scaled_load = params.pop("scaled_load")
    result = simulate(dense_load=_dense_load(scaled_load), rng=rng, **params)
    return {"overlaps": result.overlaps}


@trial("overlap-theory")
def theoretical_overlap(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Return the overlap trajectory of an infinite memory; see :func:`gfa.solve`."""
    scaled_load = params.pop("scaled_load")
    return {"overlap": gfa.solve(dense_load=_dense_load(scaled_load), rng=rng, **params).overlap}


def _agreement(records: Records) -> tuple[Check, ...]:
    quick = len(of_kind(records, "overlap-simulation")) < NUM_BATCHES * len(SCALED_LOADS)
    return agreement(*_curves(records), *stored_table(), quick=quick)


def agreement(
    mean: Floats, error: Floats, theory: Floats, table: Floats, spread: Floats, *, quick: bool
) -> tuple[Check, ...]:
    """Return how simulation, theory and stored table agree.

    Args:
        mean: Simulated means, ``(num_loads, num_probes, num_steps + 1)``.
        error: Their standard errors, of the same shape, as are all others.
        theory: Overlaps of an infinite memory.
        table: The stored means of 100 trials.
        spread: The standard deviation over those trials.
        quick: Whether tolerances are wider by four standard errors of the simulation.
    """
    distance = np.abs(mean - theory)
    inside = spread[..., -1] < _BOUNDARY
    every = np.ones_like(inside)

    def within(curves: NDArray[np.bool_], steps: slice, tolerance: float, what: str) -> Check:
        slack = 4 * float(error[curves][:, steps].max()) if quick else 0.0
        quantity = f"largest |simulation - theory|, {what}"
        return equal(quantity, distance[curves][:, steps].max(), 0, tolerance + slack)

    combined = np.sqrt(error**2 + spread**2 / 100 + _ROUNDING**2)
    deviation = np.abs(mean - table) / combined
    return (
        within(every, slice(1, 2), 0.01, f"all {every.sum()} curves, step 1"),
        within(every, slice(1, 4), 0.05, f"all {every.sum()} curves, steps 1 to 3"),
        within(
            inside,
            slice(1, None),
            0.05,
            f"{inside.sum()} curves off the basin boundary, steps 1 to {NUM_STEPS}",
        ),
        equal(
            "largest |simulation - stored table| in standard errors",
            deviation[..., 1:].max(),
            0,
            6.0 if quick else 4.0,  # the error of few sets is uncertain itself
        ),
    )


def stored_table() -> tuple[Floats, Floats]:
    """Return the stored means and standard deviations of single trials.

    Both have shape ``(num_loads, num_probes, num_steps + 1)``.
    """
    text = (files("qdenseam.reproduce") / "mimura_figure_1.csv").read_text()
    rows = list(csv.DictReader(text.splitlines()))
    shape = (len(SCALED_LOADS), -1, NUM_STEPS + 1)
    mean = np.array([float(row["mean"]) for row in rows]).reshape(shape)
    return mean, np.array([float(row["standard_deviation"]) for row in rows]).reshape(shape)


def initial_overlaps() -> Floats:
    """Return the overlaps of the ten probes as they are made, ``(10,)``."""
    wanted = np.arange(1, 11) / 10
    return np.asarray(1 - 2 * np.rint(NUM_NEURONS * (1 - wanted) / 2) / NUM_NEURONS)


def _dense_load(scaled_load: float) -> float:
    return scaled_load / gfa.scaled_load(ORDER, 1.0)


def _tasks(quick: bool) -> list[Task]:
    overlaps = initial_overlaps()
    common = {"order": ORDER, "num_steps": NUM_STEPS}
    simulations = [
        Task(
            kind="overlap-simulation",
            params={
                **common,
                "scaled_load": load,
                "initial_overlaps": overlaps,
                "num_neurons": NUM_NEURONS,
                "num_pattern_sets": SETS_PER_BATCH,
                "num_targets": NUM_TARGETS,
            },
            num_batches=QUICK_BATCHES if quick else NUM_BATCHES,
        )
        for load in reversed(SCALED_LOADS)  # the largest first, so that workers finish together
    ]
    theories = [
        Task(
            kind="overlap-theory",
            params={
                **common,
                "scaled_load": load,
                "initial_overlap": overlap,
                "num_paths": QUICK_PATHS if quick else NUM_PATHS,
            },
        )
        for load in SCALED_LOADS
        for overlap in overlaps
    ]
    return simulations + theories


def _curves(records: Records) -> tuple[Floats, Floats, Floats]:
    """Return simulated means, their standard errors and theory; shapes as of the stored table."""
    simulated = [row.values["overlaps"] for row in of_kind(records, "overlap-simulation")]
    shape = (len(SCALED_LOADS), -1, *np.shape(simulated)[2:])  # of single pattern sets
    samples = np.reshape(simulated, shape)[::-1]
    theory = np.array([row.values["overlap"] for row in of_kind(records, "overlap-theory")])
    error = samples.std(axis=1, ddof=1) / np.sqrt(samples.shape[1])
    return samples.mean(axis=1), error, theory.reshape(error.shape)


def _draw(records: Records) -> "Figure":
    mean, _, theory = _curves(records)
    figure, axes = new_figure(2, 2, size=(8.0, 6.4))
    for ax, load, simulated, solved in zip(axes.flat, SCALED_LOADS, mean, theory, strict=True):
        plot_overlaps(simulated, solved, ax=ax)
        ax.set_title(f"load α' = {load}", fontsize=10)
    figure.suptitle(
        f"Order {ORDER}: simulation of {NUM_NEURONS} neurons (markers) and theory (lines)",
        fontsize=11,
    )
    return figure


def _rows(records: Records) -> Iterator[Sequence[object]]:
    """Yield the curves with their heading."""
    mean, error, theory = _curves(records)
    yield "scaled_load", "initial_overlap", "step", "mean", "standard_error", "theory"
    for (load, probe, step), value in np.ndenumerate(mean):
        numbers = (value, error[load, probe, step], theory[load, probe, step])
        yield SCALED_LOADS[load], (probe + 1) / 10, step, *(f"{x:.5f}" for x in numbers)


MIMURA_FIGURE_1 = Reproduction(
    name="mimura-figure-1",
    title="overlap against time at order 3, simulation beside generating-functional analysis",
    source=(
        "Mimura, Takeuchi, Sumikawa, Kabashima and Coolen, Dynamical properties of dense "
        "associative memory (2025)"
    ),
    tasks=_tasks,
    agreement=_agreement,
    draw=_draw,
    tables={"overlaps.csv": _rows},
)
