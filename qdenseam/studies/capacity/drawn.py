"""Capacity on patterns that are drawn: classical memories, filters and the baseline, all alike.

Every memory holds distinct random patterns, those of one load among those of the next, and is
asked for patterns of its own with e flipped bits, ambiguous or not. All contenders answer the same
probes: classical memories run to a fixed point, filters by their law given acceptance, the scan for
the nearest pattern, and "measure the memory, accept classically", which is simulated shot by shot
beside its law.
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from classical_ref.patterns import flip, random_patterns
from classical_ref.recipes import BestExponentialRecipe, DenseRecipe, Recipe
from classical_ref.separation import Exponential, Polynomial, RectifiedPolynomial
from classical_ref.spins import hamming_distance
from qdenseam.experiments.collecting.records import Task
from qdenseam.experiments.collecting.trial_registry import trial
from qdenseam.methods import CosinePower, Filter, HammingBall, OptimalFilter, Posterior
from qdenseam.studies.capacity.laws import (
    Floats,
    quarter_octaves,
    sphere_packing_load,
)

Distances = npt.NDArray[np.int64]

CLASSICAL: dict[str, Recipe] = {
    "Hebb": DenseRecipe(Polynomial(2), self_interaction="kept"),
    "dense, order 3": DenseRecipe(RectifiedPolynomial(3), self_interaction="kept"),
    "dense, order 4": DenseRecipe(RectifiedPolynomial(4), self_interaction="kept"),
    "dense, exponential": BestExponentialRecipe(),
    "exponential, as published": DenseRecipe(Exponential()),
}
"""Memories of random patterns by label: each at its best documented setting, chosen before the
patterns were drawn. A memory that keeps a neuron's own spin decodes better than one without it, and
powers are rectified, so that a pattern is not taken for its negative. One stands beside its best
setting as it was published."""
DRAWN_SIZES = ((12, 1), (16, 2), (20, 2), (24, 3), (32, 4))
"""(D, flipped bits)."""
BASELINE = "measure and accept, simulated"
"""Label of the Hamming ball without a circuit: shots of the memory until one is in the ball."""


@trial("drawn capacity")
def drawn_trial(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Run every contender on memories of one D and e.

    A classical memory is not run at loads beyond the first at which it recalls nothing; its share
    is 0 there.

    Returns:
        ``curves``: by label the mean P(correct) over the ``num_probes`` probes of each memory at
        each load, shape ``(num_memories, num_loads)``; ``draws`` and ``expected_draws``: shots of
        the baseline per answer, simulated and by the law 1/P(accepted), of the same shape.
    """
    num_neurons, num_flips, loads = params["num_neurons"], params["num_flips"], params["loads"]
    filters = {name: each.table(num_neurons) ** 2 for name, each in _filters(params).items()}
    ball = HammingBall(num_flips).table(num_neurons) ** 2
    labels = [*params["classical"], *filters, "nearest pattern", BASELINE]
    shape = (params["num_memories"], len(loads))
    curves = {label: np.zeros(shape) for label in labels}
    draws, expected = np.zeros(shape), np.zeros(shape)
    for place in np.ndindex(shape):
        load = loads[place[1]]
        if load == loads[0]:  # a new memory
            patterns, lost = random_patterns(loads[-1], num_neurons, rng=rng), set[str]()
        chosen = rng.integers(load, size=params["num_probes"])
        stored = patterns[:load]
        targets = stored[chosen]
        probes = flip(targets, num_flips, rng=rng)
        for label in [each for each in params["classical"] if each not in lost]:
            answers = CLASSICAL[label].recall(stored, probes, rng=rng)
            right = (answers == targets).all(axis=-1)
            curves[label][place] = right.mean()
            if not right.any():
                lost.add(label)
        distances = np.asarray(hamming_distance(stored, probes), dtype=np.int64)
        for label, squares in filters.items():
            passed = squares[distances]
            curves[label][place] = (squares[num_flips] / passed.sum(axis=-1)).mean()
        nearest = distances == distances.min(axis=-1, keepdims=True)
        at_target = nearest[np.arange(len(chosen)), chosen]
        curves["nearest pattern"][place] = (at_target / nearest.sum(axis=-1)).mean()
        shown, spent = _measured(distances, ball, rng)
        curves[BASELINE][place] = (shown == chosen).mean()
        draws[place] = spent.mean()
        expected[place] = (load / ball[distances].sum(axis=-1)).mean()
    return {
        "curves": {label: np.round(curve, 5) for label, curve in curves.items()},
        "draws": np.round(draws, 3),
        "expected_draws": np.round(expected, 3),
        "backend": "drawn",
    }


def drawn_tasks(
    sizes: Iterable[tuple[int, int]] = DRAWN_SIZES,
    *,
    num_memories: int = 4,
    num_probes: int = 100,
    num_batches: int = 10,
    largest: int = 2**15,
    seed: int = 0,
) -> list[Task]:
    """Return one task per pair of (D, flipped bits), with loads up to four times sphere packing.

    The 100 probes of one memory are not independent: intervals resample the 40 memories.
    """
    return [
        Task(
            kind="drawn capacity",
            params={
                "num_neurons": num_neurons,
                "num_flips": num_flips,
                "loads": [
                    load
                    for load in quarter_octaves(0, num_neurons)[::2]
                    if load <= min(largest, 4 * sphere_packing_load(num_neurons, num_flips))
                ],
                "num_memories": num_memories,
                "num_probes": num_probes,
                "classical": list(CLASSICAL),
            },
            seed=seed,
            num_batches=num_batches,
        )
        for num_neurons, num_flips in sizes
    ]


def _filters(params: dict[str, Any]) -> dict[str, Filter]:
    num_neurons, num_flips = params["num_neurons"], params["num_flips"]
    flip_probability = max(num_flips, 0.5) / num_neurons  # a posterior needs one above 0
    return {
        "probabilistic, 16 signals": CosinePower(16),
        "optimal, 8 signals": OptimalFilter(8, num_flips),
        "posterior": Posterior(flip_probability),
        "Hamming ball": HammingBall(num_flips),
    }


def _measured(
    distances: Distances, squares: Floats, rng: np.random.Generator
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return each probe's first accepted pattern and how many shots that took.

    Args:
        distances: Shape ``(P, K)``; every probe has a pattern that passes.
        squares: F(d)², shape ``(D + 1,)``.
        rng: Draws the shots.
    """
    num_probes, num_patterns = distances.shape
    answers = np.full(num_probes, -1)
    spent = np.zeros(num_probes, dtype=np.int64)
    waiting = np.arange(num_probes)
    while len(waiting):
        shots = rng.integers(num_patterns, size=(len(waiting), num_patterns))
        passing = squares[distances[waiting[:, None], shots]]
        accepted = rng.random(shots.shape) < passing
        done = accepted.any(axis=1)
        first = accepted.argmax(axis=1)
        spent[waiting] += np.where(done, first + 1, num_patterns)
        answers[waiting[done]] = shots[done, first[done]]
        waiting = waiting[~done]
    return answers, spent
