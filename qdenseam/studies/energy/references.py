"""What a classical computer gets out of as many energy evaluations, on the study's instances.

One task is one batch of the study: its instances are made again, so that every comparison is paired
and rows can be added to a finished study. An *energy evaluation* is one look at the energy of one
state, or one layer exp(-iγE) of a circuit in one shot, which turns all states at once and is
counted as a single look: generous to circuits. Training looks at the energy of every state that
it measures as well, see :func:`energy_evaluations`.
"""

from collections.abc import Iterable
from math import log2
from typing import Any

import numpy as np
import numpy.typing as npt

from classical_ref.metrics import nearest_pattern
from classical_ref.recipes import BestExponentialRecipe
from qdenseam.experiments.collecting.records import Task
from qdenseam.experiments.collecting.trial_registry import trial
from qdenseam.studies.energy.minimizers import anneal, sampled_descents
from qdenseam.studies.energy.trial import ANSWERS, index_of, instances

DESCENT = "descent on the same energy"
"""One descent from the probe, as the study records it: a few sweeps."""
NEAREST = "nearest-neighbor scan"
"""K·D bits read, no energy. Instances are unambiguous, so its success is 1 by construction."""
DENSE = "dense memory, best setting"
"""Of :class:`~classical_ref.recipes.BestExponentialRecipe`."""
DESCENTS = "sampled descents, lowest"
"""Descent from the probe, then from states that the circuits' start draws; the lowest is kept."""
ANNEALER = "annealer from the probe"
"""Annealing that starts at the probe; the lowest state it has looked at."""

EQUAL = (DESCENTS, ANNEALER)
"""Rows at a number of evaluations of choice: the classical ones that minimize the same energy."""

HOTTEST = 0.1
"""First temperature of the annealer; best of 1, 0.3, 0.1, 0.03 on instances of another seed."""
FLIP = 0.25
"""Chance of each neuron to differ from the probe in a drawn start, as in the circuits' starts."""
NUM_RUNS = 100
"""Runs per instance, method and budget."""
SHOTS = 100
"""Shots by which a device would estimate one expectation of the energy."""

LAYERS: dict[str, int] = {
    "start state": 0,
    "QAOA p=1": 1,
    "QAOA p=2": 2,
    "QAOA p=3": 3,
    "QAOA p=2, plain start": 2,
    "QAOA p=2, CVaR 0.25": 2,
    "VQE p=1": 0,
    "fixed angles p=2": 2,
    "fixed angles p=4": 4,
    "fixed angles p=8": 8,
    "adiabatic p=8": 8,
    "adiabatic p=16": 16,
    "counterdiabatic p=1": 1,
    "bias field, 3 rounds": 1,
    "VQE p=1, energy": 1,
    "imaginary time": 0,
    "recursive QAOA": 1,
}
"""Layers of one shot that apply the energy, of all methods but energy search."""


def energy_evaluations(label: str, trainings: float, calls: float) -> float:
    """Return the energy evaluations behind one answer of a method of the study.

    An answer is one shot of p layers: p. Training by T expectations takes :data:`SHOTS` shots for
    each, whose states' energies are looked at too: (p + 1) T S more. Gradients, for which a device
    pays two more expectations per angle, are not counted. Bias fields look at the shots of all
    rounds but the last, recursive QAOA adds the rounds that it measures and the 8 states that it
    enumerates. Energy search takes one evaluation for each state preparation (a threshold is
    computed and uncomputed), and a classical row whatever it looked at.

    Args:
        label: A method or a classical row of the study.
        trainings: T, as recorded.
        calls: Its ``energy_calls``, as recorded.
    """
    if label not in LAYERS:
        return calls
    layers = LAYERS[label]
    looked_at = 2 * ANSWERS[label] if label == "bias field, 3 rounds" else trainings * SHOTS
    rest = calls * layers + 8 if label == "recursive QAOA" else layers
    return looked_at * (layers + 1) + rest


def budgets(num_neurons: int) -> list[int]:
    """Return the powers of two up to 4,096 below 2^D."""
    return [2**k for k in range(13) if k < num_neurons]


def at_evaluations(
    curves: npt.ArrayLike, evaluations: float, ground_state: npt.ArrayLike, num_neurons: int
) -> npt.NDArray[np.float64]:
    """Return each instance's success at the largest recorded budget within ``evaluations``.

    Args:
        curves: Shares of the runs, shape ``(N, B)``, at :func:`budgets`.
        evaluations: How many are allowed, at least 1.
        ground_state: Whether the target is it, shape ``(N,)``: what looking at all 2^D states
            gives, once the evaluations suffice for that.
        num_neurons: D.
    """
    shares = np.asarray(curves, dtype=float)
    if evaluations >= 2**num_neurons:
        return np.asarray(ground_state, dtype=float)
    return shares[:, min(shares.shape[1] - 1, int(log2(evaluations)))]


@trial("energy references")
def reference_trial(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Run the classical rows on the instances of one batch of :func:`energy_trial`.

    Returns:
        For each instance ``nearest`` and ``dense`` (0 or 1: whether the answer is the target), and
        ``descents`` and ``annealer`` (at each of :func:`budgets` the share of :data:`NUM_RUNS` runs
        whose lowest state is the target). ``field`` and ``ground_state`` repeat the row's own.
    """
    task = Task(kind="energy recall", params=params["of"], seed=params["of_seed"])
    found: dict[str, list[Any]] = {
        name: [] for name in ("nearest", "dense", "descents", "annealer", "field", "ground_state")
    }
    allowed = budgets(task.params["num_neurons"])
    for memory, probe in instances(dict(task.params), task.rng(params["of_batch"])):
        patterns, energies = memory.patterns, memory.diagonal(probe)
        start, target = index_of(probe), int(memory.pattern_indices()[0])
        nearest = nearest_pattern(patterns, probe)
        found["nearest"].append(int(nearest.rows == 0 and not nearest.is_tied))
        settled = BestExponentialRecipe().recall(patterns, probe, rng=rng)
        found["dense"].append(int((settled == patterns[0]).all()))
        chances = np.full(probe.size, FLIP)
        descended = sampled_descents(energies, start, chances, allowed, num_runs=NUM_RUNS, rng=rng)
        found["descents"].append((descended == target).mean(axis=1).round(2))
        found["annealer"].append(
            [
                round(float((_annealed(energies, start, each, rng) == target).mean()), 2)
                for each in allowed
            ]
        )
        found["field"].append(float(f"{memory.field_strength():.3g}"))
        found["ground_state"].append(int((np.delete(energies, target) > energies[target]).all()))
    return {**found, "backend": "classical"}


def reference_tasks(tasks: Iterable[Task]) -> list[Task]:
    """Return the classical rows beside tasks of the energy study, one task for each batch."""
    return [
        Task(
            kind="energy references",
            params={"of": task.params, "of_seed": task.seed, "of_batch": batch},
        )
        for task in tasks
        for batch in range(task.num_batches)
    ]


def _annealed(
    energies: npt.NDArray[np.float64], start: int, evaluations: int, rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """Return the lowest states; the first look is at the start itself."""
    return anneal(
        energies,
        start=start,
        num_runs=NUM_RUNS,
        num_evaluations=evaluations - 1,
        hottest=HOTTEST,
        rng=rng,
    ).lowest
