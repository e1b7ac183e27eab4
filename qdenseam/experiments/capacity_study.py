"""The capacity study: every filter at 90 % correct recall, as a trial, a preset and a table.

Classical dense memories stand beside the filters: the same flips of the same kind of patterns, run
to a fixed point instead of evaluated by a law.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from classical_ref.dense import DenseMemory
from classical_ref.patterns import flip, random_patterns
from classical_ref.separation import Exponential, Polynomial, Separation
from qdenseam.experiments.collect import trial
from qdenseam.experiments.filter_capacity import (
    Floats,
    capacity_of_curves,
    crossing,
    pooled_capacity,
    quarter_octaves,
    recall_curves,
    sphere_packing_load,
)
from qdenseam.experiments.records import Record, Task
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
    curves = recall_curves(
        table, num_neurons, num_flips, params["loads"], num_probes=params["num_probes"], rng=rng
    )
    found = crossing(np.array(params["loads"], dtype=float), curves.mean(axis=0), 0.9)
    return {
        "mean": curves.mean(axis=0),
        "mean_square": (curves**2).mean(axis=0),
        "crossing": None if np.isnan(found) else found,
        "pooled": None if table is None else pooled_capacity(table, num_flips),
        "acceptance": 1.0 if table is None else float(table[num_flips] ** 2),
        "backend": "exact",
    }


def capacity_tasks(
    sizes: Iterable[tuple[int, int]] = ((12, 1), (16, 2), (20, 2), (32, 4)),
    *,
    num_probes: int = 740,
    num_batches: int = 10,
    seed: int = 0,
) -> list[Task]:
    """Return the preset: every filter of the study at pairs of (D, flipped bits).

    Ten batches of 740 probes are the 7,400 that a ± 5 % interval takes.
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


CLASSICAL: dict[str, Separation] = {
    "Hebb": Polynomial(2),
    "dense, order 3": Polynomial(3),
    "dense, exponential": Exponential(),
}
"""The classical memories of the study by label."""


@trial("classical capacity")
def classical_trial(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Run one classical memory at one D and e: the share of probes recalled without a wrong bit.

    Patterns are random and distinct, those of one load among those of the next. Every memory is
    asked for ``num_probes`` of its patterns, drawn with replacement, each with e flipped bits, and
    updated asynchronously until nothing changes.

    Returns:
        ``mean`` of the correct share per load over ``num_memories`` memories, and ``crossing``,
        ``pooled`` (None) and ``acceptance`` (1) as for a filter.
    """
    num_neurons, loads = params["num_neurons"], params["loads"]
    shares = np.zeros((params["num_memories"], len(loads)))
    for row in shares:
        patterns = random_patterns(loads[-1], num_neurons, rng=rng)
        for column, load in enumerate(loads):
            targets = patterns[rng.integers(load, size=params["num_probes"])]
            probes = flip(targets, params["num_flips"], rng=rng)
            memory = DenseMemory(patterns[:load], separation=CLASSICAL[params["label"]])
            states = memory.recall(probes, rng=rng).states
            row[column] = (states == targets).all(axis=-1).mean()
    found = crossing(np.array(loads, dtype=float), shares.mean(axis=0), 0.9)
    return {
        "mean": shares.mean(axis=0),
        "crossing": None if np.isnan(found) else found,
        "pooled": None,
        "acceptance": 1.0,
        "backend": "classical",
    }


def classical_tasks(
    sizes: Iterable[tuple[int, int]] = ((8, 1), (16, 2), (24, 3)),
    *,
    num_memories: int = 4,
    num_probes: int = 20,
    num_batches: int = 10,
    largest: int = 2**12,
    seed: int = 0,
) -> list[Task]:
    """Return the preset: every classical memory at pairs of (D, flipped bits).

    Args:
        sizes: Pairs of D and e.
        num_memories: Memories of each batch.
        num_probes: Probes of each memory.
        num_batches: Batches of each task; the interval resamples them.
        largest: No load is larger than this or than 2^D.
        seed: Seed of every task.
    """
    return [
        Task(
            kind="classical capacity",
            params={
                "label": label,
                "num_neurons": num_neurons,
                "num_flips": num_flips,
                "loads": [k for k in quarter_octaves(0, num_neurons) if k <= largest],
                "num_memories": num_memories,
                "num_probes": num_probes,
            },
            seed=seed,
            num_batches=num_batches,
        )
        for num_neurons, num_flips in sizes
        for label in CLASSICAL
    ]


def capacity_summary(
    records: Iterable[Record], *, rng: np.random.Generator | int | None = 0
) -> list[dict[str, Any]]:
    """Return one row per task: both capacities at 90 %, with an interval for the mean one.

    The interval bootstraps over batches of probes (given at least two). Every probe of a filter
    has patterns of its own; the batches of a classical memory have. ``kind`` is ``"filter"`` or
    ``"classical"``, which has no pooled capacity.
    """
    rng = np.random.default_rng(rng)
    groups: dict[str, list[Record]] = {}
    for record in records:
        if record.kind in ("filter capacity", "classical capacity"):
            groups.setdefault(record.key, []).append(record)
    rows = []
    for batch in groups.values():
        params, values = batch[0].params, batch[0].values
        curves = np.array([record.values["mean"] for record in batch])
        mean = capacity_of_curves(params["loads"], curves, rng=rng)
        classical = batch[0].kind == "classical capacity"
        if classical:
            mean = replace(mean, covers="batches of pattern sets")
        rows.append(
            {
                "label": params["label"],
                "kind": "classical" if classical else "filter",
                "num_neurons": params["num_neurons"],
                "num_flips": params["num_flips"],
                "pooled": values["pooled"],
                "mean": mean,
                "acceptance": values["acceptance"],
                "sphere_packing": sphere_packing_load(params["num_neurons"], params["num_flips"]),
            }
        )
    return rows


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
