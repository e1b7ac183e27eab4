"""Sparse recovery as a memory: checks learned from samples, errors removed by them.

Binary: 96 neurons, 48 checks of six neurons each and no 4-cycles. Real: 128 neurons and a random
subspace of 64 dimensions, recalled by linear programming; 256 neurons on a sparse graph, recalled
by votes. The graphs and sizes are ours, not those of the publication.
"""

from typing import Any

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
from qdenseam.reproduce.published import Found, against
from qdenseam.studies import FigureSpec, Records, Row, SpecialStudy, grid, of_kind, register

NUM_NEURONS, NUM_CHECKS, DEGREE = 96, 48, 3
SAMPLE_SIZES = (16, 24, 32, 48, 64, 96)
ERRORS = (1, 2, 3, 4, 5, 6)
PROGRAM_ERRORS = (8, 12, 16, 20, 24, 28)
VOTE_ERRORS = (12, 24, 32, 40, 48, 56)
_DECODERS = (
    ("48 checks, 96 neurons", "parity-memory", None),
    ("linear programming, n = 128", "subspace-recall", "basis-pursuit"),
    ("votes, n = 256", "subspace-recall", "votes"),
)


def tasks(
    program_batches: int = 3, batches: int = 5, num_probes: int = 500, num_fresh: int = 20_000
) -> list[Task]:
    """Return recall by linear programming, parity checks, recall by votes, and a subspace."""
    program = {"decoder": "basis-pursuit", "num_neurons": 128, "errors": [PROGRAM_ERRORS]}
    checks = {"sample_sizes": [SAMPLE_SIZES], "errors": [ERRORS], "num_probes": num_probes}
    votes = {"decoder": "votes", "num_neurons": 256, "degree": 7, "errors": [VOTE_ERRORS]}
    return [
        *grid("subspace-recall", **program, num_probes=20, num_batches=program_batches),
        *grid("parity-memory", **checks, num_fresh=num_fresh, num_batches=batches),
        *grid("subspace-recall", **votes, num_probes=60, num_batches=batches),
        *grid("subspace-learning", dimension=64, num_neurons=128, sample_sizes=[[63, 64]]),
    ]


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


def table(records: Records) -> list[Row]:
    """Return how many checks samples obey, graph by graph, then how often probes are recalled."""
    rows: list[Row] = [
        {"part": "learning", "graph": graph, "samples": samples, "checks": checks}
        for graph, each in enumerate(of_kind(records, "parity-memory"))
        for samples, checks in zip(each.params["sample_sizes"], each.values["learned"], strict=True)
    ]
    for label, kind, decoder in _DECODERS:
        chosen = of_kind(records, kind, decoder=decoder)
        size = chosen[0].params.get("num_neurons", NUM_NEURONS)
        totals = np.array([each.values["recalled"] for each in chosen]).sum(axis=0).tolist()
        num_probes = chosen[0].params["num_probes"] * len(chosen)
        rows += [
            {
                "part": "recall",
                "decoder": label,
                "errors": errors,
                "share_wrong": errors / size,
                "recalled": rate(recalled, num_probes),
            }
            for errors, recalled in zip(chosen[0].params["errors"], totals, strict=True)
        ]
    return rows


def found(records: Records) -> Found:
    """Return how the memories do."""
    parities, (subspaces,) = (
        of_kind(records, "parity-memory"),
        of_kind(records, "subspace-learning"),
    )
    graphs = [each.values for each in parities]
    enough = [place for place, k in enumerate(parities[0].params["sample_sizes"]) if k >= 64]
    exact = [all(g["exact"][place] for place in enough) for g in graphs]
    fresh = sum(each.params["num_fresh"] for each in parities)
    (fewer, constraints), (rest, rest_exactly) = (
        subspaces.values[name] for name in ("num_constraints", "rest")
    )
    recalled = {(r["decoder"], r["errors"]): r["recalled"] for r in table(records) if "errors" in r}
    checks, program, votes = (label for label, _, _ in _DECODERS)
    return {
        "log2 of the stored words, smallest": min(g["dimension"] for g in graphs),
        "share of graphs whose 48 checks come back from 64 and 96 samples": np.mean(exact),
        "single errors corrected, of 96, fewest": min(g["singles"] for g in graphs),
        "checks violated by fresh words": sum(g["fresh_violations"] for g in graphs),
        "share of fresh words that differ from all others": (
            sum(g["fresh_distinct"] for g in graphs) / fresh
        ),
        **{f"share of {k} errors corrected": recalled[checks, k] for k in (2, 3, 4)},
        "constraints from 63 samples of 64 dimensions": fewer,
        "constraints from 64 samples": constraints,
        "rest of new members after 63 samples": rest,
        "rest of new members after 64 samples": rest_exactly,
        "share of 12 errors removed by basis-pursuit": recalled[program, 12],
        "share of 12 errors removed by votes": recalled[votes, 12],
    }


STUDY = register(
    SpecialStudy(
        name="sparse-recovery",
        title="a memory of 2^48 words: checks learned from samples, recall by sparse recovery",
        source=(
            "Mazumdar and Rawat, Associative memory via a sparse recovery model (2015); graphs, "
            "sizes and decoders of our own"
        ),
        tasks=tasks,
        table=table,
        figures=(
            FigureSpec(x="samples", y="checks", line=("graph",), log_y=True),
            FigureSpec(x="share_wrong", y="recalled", line=("decoder",)),
        ),
        quick={"program_batches": 1, "batches": 2},
        note="checks: that all samples obey, 48 being planted; recalled: exactly.",
        checks=against("sparse-recovery", found),
    )
)
