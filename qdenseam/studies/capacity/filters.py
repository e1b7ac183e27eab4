"""Every filter at 90 % correct recall of random patterns: the trial, its tasks and the filters.

Classical memories and a simulated baseline stand beside the filters, on patterns that are drawn:
:mod:`qdenseam.studies.capacity.drawn`.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from qdenseam.experiments.collecting.records import Task
from qdenseam.experiments.collecting.trial_registry import trial
from qdenseam.methods import (
    FILTERS,
    CosinePower,
    DolphChebyshev,
    Filter,
    HammingBall,
    OptimalFilter,
    Posterior,
    Shell,
)
from qdenseam.studies.capacity.laws import (
    Floats,
    crossing,
    pooled_capacity,
    quarter_octaves,
    recall_curves,
)

NEAREST = "nearest"
"""Name of the curve of an exact scan for the nearest pattern, ties at random.

The number of flips being fixed, a filter that knows it can do better: the shell at d = e is the
upper bound, since it is wrong only where another pattern has just the target's distance.
"""


@trial("filter capacity")
def capacity_trial(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Run one filter at one D and e: sums over probes at each load, and the pooled capacity.

    Returns:
        ``mean`` and ``mean_square`` of P(target given acceptance) per load over ``num_probes``
        probes, ``crossing`` (the mean capacity of this batch, or None), ``pooled``, and the
        ``acceptance`` F(e)² of the target alone.
    """
    num_neurons, num_flips = params["num_neurons"], params["num_flips"]
    table = _table_of(params["filter"], num_neurons)
    distinct = params["distinct"]
    curves = recall_curves(
        table,
        num_neurons,
        num_flips,
        params["loads"],
        num_probes=params["num_probes"],
        distinct=distinct,
        rng=rng,
    )
    found = crossing(np.array(params["loads"], dtype=float), curves.mean(axis=0), 0.9)
    return {
        "mean": curves.mean(axis=0),
        "mean_square": (curves**2).mean(axis=0),
        "crossing": None if np.isnan(found) else found,
        "pooled": None if table is None else pooled_capacity(table, num_flips, distinct=distinct),
        "acceptance": 1.0 if table is None else float(table[num_flips] ** 2),
        "backend": "exact",
    }


SIZES = ((12, 1), (16, 1), (16, 2), (20, 1), (20, 2), (20, 4), (32, 2), (32, 4))
"""Pairs of (D, flipped bits) of the study."""


def capacity_tasks(
    sizes: Iterable[tuple[int, int]] = SIZES,
    *,
    distinct: bool = False,
    num_probes: int = 740,
    num_batches: int = 10,
    seed: int = 0,
) -> list[Task]:
    """Return every filter of the study at pairs of (D, flipped bits).

    Ten batches of 740 probes are the 7,400 that a ± 5 % interval takes. Patterns are i.i.d. or
    ``distinct``.
    """
    tasks = []
    for num_neurons, num_flips in sizes:
        for name, each in study_filters(num_neurons, num_flips).items():
            data: Any = NEAREST if each is None else each.to_dict()
            tasks.append(
                Task(
                    kind="filter capacity",
                    params={
                        "label": name,
                        "filter": data,
                        "num_neurons": num_neurons,
                        "num_flips": num_flips,
                        "distinct": distinct,
                        "loads": quarter_octaves(0, num_neurons),
                        "num_probes": num_probes,
                    },
                    seed=seed,
                    num_batches=num_batches,
                )
            )
    return tasks


def study_filters(num_neurons: int, num_flips: int) -> dict[str, Filter | None]:
    """Return the filters of the study by label, at equal numbers of signals where stated.

    ``None`` is the exact scan for the nearest pattern. A filter without amplification is also
    the baseline "measure the memory and accept classically": same law, same acceptance.
    """
    edges = np.arange(0.7, 0.97, 0.01).tolist()

    def dolph(degree: int) -> Filter:
        return max(
            (DolphChebyshev(degree, float(edge)) for edge in edges),
            key=lambda each: pooled_capacity(each.table(num_neurons), num_flips),
        )

    return {
        "probabilistic, 4 signals": CosinePower(4),
        "probabilistic, 8 signals": CosinePower(8),
        "probabilistic, 16 signals": CosinePower(16),
        "Dolph-Chebyshev, 8 signals": dolph(8),
        "Dolph-Chebyshev, 16 signals": dolph(16),
        "optimal, 4 signals": OptimalFilter(4, num_flips),
        "optimal, 8 signals": OptimalFilter(8, num_flips),
        "optimal, 16 signals": OptimalFilter(16, num_flips),
        "posterior": Posterior(num_flips / num_neurons),
        "Hamming ball": HammingBall(num_flips),
        "shell": Shell(num_flips),
        "nearest pattern": None,
    }


def _table_of(data: Any, num_neurons: int) -> Floats | None:
    if data == NEAREST:
        return None
    maker: Callable[..., Filter] = FILTERS[data["name"]]
    fields = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in data.items()
        if key != "name"
    }
    return maker(**fields).table(num_neurons)
