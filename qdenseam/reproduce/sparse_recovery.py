"""Sparse recovery as a memory: checks learned from samples, errors removed by them.

Binary: 96 neurons, 48 checks of six neurons each and no 4-cycles. Real: 128 neurons and a random
subspace of 64 dimensions, recalled by linear programming; 256 neurons on a sparse graph, recalled
by votes. The graphs and sizes are ours, not those of the publication.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from classical_ref.patterns import flip
from classical_ref.sparse_recovery import (
    ParityMemory,
    SubspaceMemory,
    learn_checks,
    learn_constraints,
    left_regular_graph,
)
from qdenseam.experiments import Task, rate, trial
from qdenseam.plots.sparse_recovery import plot_learned_checks, plot_recall_rates
from qdenseam.plots.style import new_figure
from qdenseam.reproduce.base import (
    Check,
    Records,
    Reproduction,
    at_least,
    at_most,
    equal,
    of_kind,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NUM_NEURONS, NUM_CHECKS, DEGREE = 96, 48, 3
SAMPLE_SIZES = (16, 24, 32, 48, 64, 96)
ERRORS = (1, 2, 3, 4, 5, 6)
PROGRAM_ERRORS = (8, 12, 16, 20, 24, 28)
VOTE_ERRORS = (12, 24, 32, 40, 48, 56)


@trial("parity-memory")
def parity(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Return what is learned on one random graph, and how often probes are recalled."""
    planted = ParityMemory(left_regular_graph(NUM_NEURONS, NUM_CHECKS, DEGREE, rng=rng))
    rows = {row.tobytes() for row in planted.checks}
    samples = planted.sample(max(params["sample_sizes"]), rng=rng)
    learned = [learn_checks(samples[:k], max_chance=None) for k in params["sample_sizes"]]
    words = planted.sample(params["num_probes"], rng=rng)
    recalled = [
        int((planted.recall(flip(words, k, rng=rng)).states == words).all(axis=1).sum())
        for k in params["errors"]
    ]
    every = np.where(np.eye(NUM_NEURONS, dtype=bool), -words[0], words[0])
    fresh = planted.sample(params["num_fresh"], rng=rng)
    return {
        "dimension": planted.dimension,
        "learned": [len(checks) for checks in learned],
        "exact": [{row.tobytes() for row in checks} == rows for checks in learned],
        "recalled": recalled,
        "singles": int((planted.recall(every).states == words[0]).all(axis=1).sum()),
        "fresh_violations": int(planted.energy(fresh).sum()),
        "fresh_distinct": len(np.unique(np.packbits(fresh < 0, axis=1), axis=0)),
    }


@trial("subspace-learning")
def subspace(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Return how far new members of a random subspace violate what samples of it taught."""
    dimension, num_neurons = params["dimension"], params["num_neurons"]
    basis = rng.normal(size=(dimension, num_neurons))
    samples = rng.normal(size=(max(params["sample_sizes"]), dimension)) @ basis
    others = rng.normal(size=(100, dimension)) @ basis
    others /= np.linalg.norm(others, axis=1, keepdims=True)
    learned = [learn_constraints(samples[:k]) for k in params["sample_sizes"]]
    return {
        "num_constraints": [len(rows) for rows in learned],
        "rest": [float(np.abs(others @ rows.T).max()) for rows in learned],
    }


@trial("subspace-recall")
def subspace_recall(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Return how often a decoder recalls members of one subspace with so many wrong entries."""
    num_neurons, num_probes = params["num_neurons"], params["num_probes"]
    if params["decoder"] == "votes":
        graph = left_regular_graph(
            num_neurons, num_neurons // 2, params["degree"], four_cycles=True, rng=rng
        )
        memory, basis = (
            SubspaceMemory(graph.astype(float), decoder="votes"),
            learn_constraints(graph),
        )
    else:
        basis = rng.normal(size=(num_neurons // 2, num_neurons))
        memory = SubspaceMemory.learned(rng.normal(size=(len(basis), len(basis))) @ basis)
    recalled = []
    for num_errors in params["errors"]:
        words = rng.normal(size=(num_probes, len(basis))) @ basis
        wrong = rng.permuted(np.tile(np.arange(num_neurons) < num_errors, (num_probes, 1)), axis=1)
        states = memory.recall(words + wrong * rng.normal(size=words.shape)).states
        recalled.append(int((np.abs(states - words).max(axis=1) < 1e-6).sum()))
    return {"recalled": recalled}


def agreement(records: Records) -> Iterator[Check]:
    """Yield how the memories do against what was derived or found for them."""
    parities, (subspaces,) = (
        of_kind(records, "parity-memory"),
        of_kind(records, "subspace-learning"),
    )
    graphs = [each.values for each in parities]
    enough = [place for place, k in enumerate(SAMPLE_SIZES) if k >= 64]
    exact = sum(all(g["exact"][place] for place in enough) for g in graphs)
    fresh = sum(each.params["num_fresh"] for each in parities)
    distinct = sum(g["fresh_distinct"] for g in graphs) / fresh
    yield equal("log2 of the stored words, smallest", min(g["dimension"] for g in graphs), 48)
    yield equal(
        "graphs whose 48 checks come back exactly from 64 and 96 samples", exact, len(graphs)
    )
    yield equal("single errors corrected, of 96, fewest", min(g["singles"] for g in graphs), 96)
    yield equal("checks violated by fresh words", sum(g["fresh_violations"] for g in graphs), 0)
    yield equal("share of fresh words that differ from all others", distinct, 1)
    num_probes, totals = _totals(records, "parity-memory")
    for errors, least in ((2, 0.99), (3, 0.9), (4, 0.78)):
        share = totals[ERRORS.index(errors)] / num_probes
        yield at_least(f"share of {errors} errors corrected", share, least)
    fewer, exactly = subspaces.values["num_constraints"]
    yield equal("constraints from 63 samples of 64 dimensions", fewer, 65)
    yield equal("constraints from 64 samples", exactly, 64)
    fewer, exactly = subspaces.values["rest"]
    yield at_least("rest of new members after 63 samples", fewer, 1e-2)
    yield at_most("rest of new members after 64 samples", exactly, 1e-10)
    for decoder, sizes in (("basis-pursuit", PROGRAM_ERRORS), ("votes", VOTE_ERRORS)):
        num_probes, totals = _totals(records, "subspace-recall", decoder)
        share = totals[sizes.index(12)] / num_probes
        yield at_least(f"share of 12 errors removed by {decoder}", share, 0.95)


def _tasks(quick: bool) -> list[Task]:
    return [
        Task(
            kind="subspace-recall",
            params={
                "decoder": "basis-pursuit",
                "num_neurons": 128,
                "errors": PROGRAM_ERRORS,
                "num_probes": 20,
            },
            num_batches=1 if quick else 3,
        ),
        Task(
            kind="parity-memory",
            params={
                "sample_sizes": SAMPLE_SIZES,
                "errors": ERRORS,
                "num_probes": 500,
                "num_fresh": 20_000,
            },
            num_batches=2 if quick else 5,
        ),
        Task(
            kind="subspace-recall",
            params={
                "decoder": "votes",
                "num_neurons": 256,
                "degree": 7,
                "errors": VOTE_ERRORS,
                "num_probes": 60,
            },
            num_batches=2 if quick else 5,
        ),
        Task(
            kind="subspace-learning",
            params={"dimension": 64, "num_neurons": 128, "sample_sizes": [63, 64]},
        ),
    ]


def _totals(records: Records, kind: str, decoder: str | None = None) -> tuple[int, list[int]]:
    """Return probes per number of errors, and how many were recalled, over all batches."""
    chosen = of_kind(records, kind, decoder=decoder)
    recalled = np.array([record.values["recalled"] for record in chosen]).sum(axis=0)
    return chosen[0].params["num_probes"] * len(chosen), recalled.tolist()


def _draw(records: Records) -> "Figure":
    figure, axes = new_figure(1, 3, size=(11.0, 3.6))
    learned = [each.values["learned"] for each in of_kind(records, "parity-memory")]
    plot_learned_checks(SAMPLE_SIZES, learned, NUM_CHECKS, ax=axes[0, 0])
    probes, totals = _totals(records, "parity-memory")
    flips = {"48 checks, 96 neurons": (ERRORS, [rate(k, probes) for k in totals])}
    plot_recall_rates(flips, ax=axes[0, 1])
    axes[0, 1].set_xlabel("flipped neurons")
    curves = {}
    for label, decoder, errors, size in (
        ("linear programming, n = 128", "basis-pursuit", PROGRAM_ERRORS, 128),
        ("votes, n = 256", "votes", VOTE_ERRORS, 256),
    ):
        probes, totals = _totals(records, "subspace-recall", decoder)
        curves[label] = ([k / size for k in errors], [rate(k, probes) for k in totals])
    plot_recall_rates(curves, ax=axes[0, 2])
    axes[0, 2].set_xlabel("share of wrong entries")
    return figure


SPARSE_RECOVERY = Reproduction(
    name="sparse-recovery",
    title="a memory of 2^48 words: checks learned from samples, recall by sparse recovery",
    source=(
        "Mazumdar and Rawat, Associative memory via a sparse recovery model (2015); graphs, sizes "
        "and decoders of our own"
    ),
    tasks=_tasks,
    agreement=agreement,
    draw=_draw,
)
