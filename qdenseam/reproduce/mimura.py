"""Overlap against time in a dense memory of order 3: simulation beside exact theory.

Loads 0.1 to 0.4, ten probes each, ten synchronous steps, in 100 sets of random patterns over 512
neurons. Beside the theory, the simulated means are held against those in ``mimura_figure_1.csv``,
which a separate implementation of the same dynamics made from 100 other pattern sets.
"""

import csv
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import numpy as np

from classical_ref.theory import gfa
from classical_ref.theory.simulation import simulate
from qdenseam.experiments import Task, trial
from qdenseam.plots.laws import plot_overlaps
from qdenseam.plots.style import new_figure
from qdenseam.reproduce.published import Found, against
from qdenseam.studies import (
    Drawing,
    Floats,
    Records,
    Row,
    SpecialStudy,
    grid,
    mean_of,
    of_kind,
    register,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ORDER = 3
NUM_NEURONS = 512
NUM_STEPS = 10
SCALED_LOADS = (0.1, 0.2, 0.3, 0.4)
NUM_BATCHES = 20
_BOUNDARY = 0.1  # spread of single trials at the last step that tells a basin boundary
_ROUNDING = 5e-5  # of the stored table


def tasks(
    num_batches: int = NUM_BATCHES,
    num_paths: int = 400_000,
    num_neurons: int = NUM_NEURONS,
    sets_per_batch: int = 5,
    num_targets: int = 4,
) -> list[Task]:
    """Return simulations, the largest load first, then the theory of every curve."""
    overlaps = initial_overlaps(num_neurons).tolist()
    common = {"order": ORDER, "num_steps": NUM_STEPS}
    sizes = {"num_neurons": num_neurons, "num_pattern_sets": sets_per_batch}
    return [
        *grid(
            "overlap-simulation",
            **{**common, **sizes, "num_targets": num_targets},
            scaled_load=[*reversed(SCALED_LOADS)],  # so that workers finish together
            initial_overlaps=[overlaps],
            num_batches=num_batches,
        ),
        *grid(
            "overlap-theory",
            **common,
            scaled_load=SCALED_LOADS,
            initial_overlap=overlaps,
            num_paths=num_paths,
        ),
    ]


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


def found(records: Records) -> Found:
    """Return how simulation, theory and stored table agree; see :func:`deviations`."""
    quick = len(of_kind(records, "overlap-simulation")) < NUM_BATCHES * len(SCALED_LOADS)
    return deviations(*_curves(records), *stored_table(), quick=quick)


def deviations(
    mean: Floats, error: Floats, theory: Floats, table: Floats, spread: Floats, *, quick: bool
) -> Found:
    """Return the largest deviations of simulation from theory and from the stored table.

    Args:
        mean: Simulated means, ``(num_loads, num_probes, num_steps + 1)``.
        error: Their standard errors, of the same shape, as are all others.
        theory: Overlaps of an infinite memory.
        table: The stored means of 100 trials.
        spread: The standard deviation over those trials.
        quick: Whether tolerances are wider by four standard errors of the simulation.
    """
    distance, inside = np.abs(mean - theory), spread[..., -1] < _BOUNDARY
    every = np.ones_like(inside)
    combined = np.sqrt(error**2 + spread**2 / 100 + _ROUNDING**2)
    deviation = float((np.abs(mean - table) / combined)[..., 1:].max())
    numbers: dict[str, float | tuple[float, float]] = {
        "largest |simulation - stored table| in standard errors": deviation
    }
    for curves, steps, what in (
        (every, slice(1, 2), f"all {every.sum()} curves, step 1"),
        (every, slice(1, 4), f"all {every.sum()} curves, steps 1 to 3"),
        (inside, slice(1, None), f"{inside.sum()} curves off the basin boundary"),
    ):
        slack = 4 * float(error[curves][:, steps].max()) if quick else 0.0
        largest = float(distance[curves][:, steps].max())
        numbers[f"largest |simulation - theory|, {what}"] = largest, slack
    return numbers


def stored_table() -> tuple[Floats, Floats]:
    """Return the stored means and standard deviations of single trials.

    Both have shape ``(num_loads, num_probes, num_steps + 1)``.
    """
    text = (files("qdenseam.reproduce") / "mimura_figure_1.csv").read_text()
    rows = list(csv.DictReader(text.splitlines()))
    shape = (len(SCALED_LOADS), -1, NUM_STEPS + 1)
    mean = np.array([float(row["mean"]) for row in rows]).reshape(shape)
    return mean, np.array([float(row["standard_deviation"]) for row in rows]).reshape(shape)


def initial_overlaps(num_neurons: int = NUM_NEURONS) -> Floats:
    """Return the overlaps of the ten probes as they are made, ``(10,)``."""
    wanted = np.arange(1, 11) / 10
    return np.asarray(1 - 2 * np.rint(num_neurons * (1 - wanted) / 2) / num_neurons)


def _dense_load(scaled_load: float) -> float:
    return scaled_load / gfa.scaled_load(ORDER, 1.0)


def _samples(records: Records) -> tuple[Floats, Floats]:
    """Return overlaps, ``(num_loads, num_sets, num_probes, num_steps + 1)``, and theory of them."""
    simulated = [row.values["overlaps"] for row in of_kind(records, "overlap-simulation")]
    shape = (len(SCALED_LOADS), -1, *np.shape(simulated)[2:])  # of single pattern sets
    theory = np.array([row.values["overlap"] for row in of_kind(records, "overlap-theory")])
    samples = np.reshape(simulated, shape)[::-1]
    return samples, theory.reshape(len(samples), *samples.shape[2:])


def _curves(records: Records) -> tuple[Floats, Floats, Floats]:
    """Return simulated means, their standard errors and theory; shapes as of the stored table."""
    samples, theory = _samples(records)
    error = samples.std(axis=1, ddof=1) / np.sqrt(samples.shape[1])
    return samples.mean(axis=1), error, theory


def _draw(records: Records) -> "Figure":
    mean, _, theory = _curves(records)
    figure, axes = new_figure(2, 2, size=(8.0, 6.4))
    for ax, load, simulated, solved in zip(
        axes.ravel().tolist(), SCALED_LOADS, mean, theory, strict=True
    ):
        plot_overlaps(simulated, solved, ax=ax)
        ax.set_title(f"load α' = {load}", fontsize=10)
    figure.suptitle(
        f"Order {ORDER}: simulation of {NUM_NEURONS} neurons (markers) and theory (lines)",
        fontsize=11,
    )
    return figure


def table(records: Records) -> list[Row]:
    """Return a row for each curve and step, and how many steps it takes to converge."""
    samples, theory = _samples(records)
    return [
        {
            "scaled_load": SCALED_LOADS[load],
            "initial_overlap": (probe + 1) / 10,
            "step": step,
            "overlap": mean_of(samples[load, :, probe, step], "pattern sets"),
            "theory": float(solved),
            "convergence_time": gfa.convergence_time(theory[load, probe]),
            "simulated_convergence_time": gfa.convergence_time(samples[load, :, probe].mean(0)),
        }
        for (load, probe, step), solved in np.ndenumerate(theory)
    ]


STUDY = register(
    SpecialStudy(
        name="mimura-figure-1",
        title="overlap against time at order 3, simulation beside generating-functional analysis",
        source=(
            "Mimura, Takeuchi, Sumikawa, Kabashima and Coolen, Dynamical properties of dense "
            "associative memory (2025)"
        ),
        tasks=tasks,
        table=table,
        figures=(
            Drawing(
                caption="Overlap against synchronous steps at four loads: simulation (markers) and "
                "theory (lines), a color for each initial overlap.",
                draw=_draw,
            ),
        ),
        quick={"num_batches": 2, "num_paths": 50_000},
        note="convergence time: the step from which theory, or the simulated mean, stays within "
        "0.01 of its value at the last step.",
        checks=against("mimura-figure-1", found),
    )
)
