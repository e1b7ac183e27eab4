"""The study of recall by energy: which energy, which method, and the classical dynamics beside.

Every instance is a set of distinct random patterns and a probe made from the first by flipping
neurons, redrawn while another pattern is as near to the probe. Success is always the exact
probability that one shot returns that pattern.
"""

from collections.abc import Callable, Iterable, Sequence
from math import ceil, log, log1p
from typing import Any

import numpy as np
import numpy.typing as npt

from circuits.ansatz import warm_start_angles
from classical_ref.dense import DenseMemory
from classical_ref.hopfield import HopfieldMemory
from classical_ref.patterns import flip, random_patterns
from classical_ref.separation import Exponential, LogSumExp, Polynomial
from classical_ref.spins import hamming_distance
from qdenseam.experiments.annealing import anneal
from qdenseam.experiments.collect import trial
from qdenseam.experiments.landscape import descend, num_spurious
from qdenseam.experiments.records import Record, Task
from qdenseam.experiments.resampling import bootstrap
from qdenseam.experiments.statistics import rate
from qdenseam.memories.energy import EnergyMemory
from qdenseam.methods import (
    QAOA,
    VQE,
    AdiabaticRecall,
    BiasFieldRecall,
    CounterdiabaticRecall,
    FixedAngleQAOA,
)
from qdenseam.methods.adaptive import run_rounds, sample_laws
from qdenseam.simulation.diagonal import product_state

Floats = npt.NDArray[np.float64]
Spins = npt.NDArray[np.int8]

ENERGIES: dict[str, Callable[[Spins], Any]] = {
    "hebb": HopfieldMemory,
    "projection": lambda patterns: HopfieldMemory(patterns, "projection"),
    "order 3": lambda patterns: DenseMemory(patterns, Polynomial(3)),
    "order 4": lambda patterns: DenseMemory(patterns, Polynomial(4)),
    "exponential": lambda patterns: DenseMemory(patterns, Exponential(1.0)),
    "log-sum-exp": lambda patterns: DenseMemory(patterns, LogSumExp(1.0)),
}
"""Energies of the study by label."""

METHODS: dict[str, Any] = {
    "QAOA p=1": QAOA(num_layers=1),
    "QAOA p=2": QAOA(num_layers=2),
    "QAOA p=3": QAOA(num_layers=3),
    "QAOA p=2, plain start": QAOA(num_layers=2, warm_start=None),
    "QAOA p=2, CVaR 0.25": QAOA(num_layers=2, cvar=0.25),
    "VQE p=1": VQE(),
    "fixed angles p=2": FixedAngleQAOA(2),
    "fixed angles p=4": FixedAngleQAOA(4),
    "fixed angles p=8": FixedAngleQAOA(8),
    "adiabatic p=8": AdiabaticRecall(num_steps=8, total_time=6.0),
    "adiabatic p=16": AdiabaticRecall(num_steps=16, total_time=8.0),
    "counterdiabatic p=1": CounterdiabaticRecall(),
    "bias field, 3 rounds": BiasFieldRecall(num_rounds=3),
}
"""Quantum methods of the study by label."""

SLOW = ("VQE p=1", "QAOA p=3", "QAOA p=2, plain start")
"""Methods whose training takes most of the time, left out beyond 12 neurons."""

SIZES = (6, 8, 10, 12, 14, 16)
"""Numbers of neurons of the study."""

FIELDS = (0.3, 0.6, 1.0, 1.5, 2.5)
"""Field strengths beside the calibrated one."""

NUM_SWEEPS = 50
"""Sweeps of the simulated annealing beside the methods."""

SHOTS_PER_ROUND = 200
"""Shots of each round of the bias-field method."""


@trial("energy recall")
def energy_trial(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Run every method on instances of one energy.

    Returns:
        ``success`` by method label (P(target) of each instance to three digits; for the classical
        dynamics 0 or 1, for annealing the share of its runs, for the bias field the share of the
        last round's shots), ``evaluations`` of the training by label (means), and of each
        instance ``ground_state`` (1 where the target is it, by enumeration), ``field`` (h),
        ``spurious_minima`` (states that are not stored and that no flip of one neuron lowers) and
        ``spurious_without_field`` (the same of the memory's own energy).
    """
    success: dict[str, list[float]] = {}
    evaluations: dict[str, list[int]] = {}
    ground, fields, spurious, spurious_bare = [], [], [], []
    for _ in range(params["num_instances"]):
        memory, probe = _instance(params, rng)
        energies, target = memory.diagonal(probe), int(memory.pattern_indices()[0])
        ground.append(int((np.delete(energies, target) > energies[target]).all()))
        fields.append(float(f"{memory.field_strength():.3g}"))
        spurious.append(num_spurious(energies, memory.pattern_indices()))
        spurious_bare.append(num_spurious(memory.diagonal(), memory.pattern_indices()))
        for label, value, count in _successes(memory, probe, params["methods"], rng):
            success.setdefault(label, []).append(float(f"{value:.3g}"))
            evaluations.setdefault(label, []).append(count)
    return {
        "success": success,
        "evaluations": {label: float(np.mean(counts)) for label, counts in evaluations.items()},
        "ground_state": ground,
        "field": fields,
        "spurious_minima": spurious,
        "spurious_without_field": spurious_bare,
        "backend": "exact",
    }


def energy_tasks(
    *,
    sizes: Iterable[int] = SIZES,
    loads: Iterable[int] = (2, 4, 6),
    flips: Iterable[int] = (1, 2),
    energies: Sequence[str] = tuple(ENERGIES),
    methods: Sequence[str] | None = None,
    probe_field: float | None = None,
    num_instances: int = 10,
    num_batches: int = 5,
    seed: int = 0,
) -> list[Task]:
    """Return every energy at every size, load and corruption, 50 instances a point.

    Args:
        sizes: Numbers of neurons D.
        loads: Numbers of patterns K.
        flips: Flipped neurons of a probe.
        energies: Out of :data:`ENERGIES`.
        methods: Out of :data:`METHODS`; by default all, beyond 12 neurons without those of
            :data:`SLOW`.
        probe_field: h, or ``None`` for the calibrated one.
        num_instances: Instances of a batch.
        num_batches: Batches of a point.
        seed: Of all instances.

    Raises:
        ValueError: An energy or a method is unknown.
    """
    chosen = [*((e, ENERGIES) for e in energies), *((m, METHODS) for m in methods or ())]
    for name, known in chosen:
        if name not in known:
            raise ValueError(f"expected one of {', '.join(known)}. Got {name!r}.")
    sizes, loads, flips = list(sizes), list(loads), list(flips)
    return [
        Task(
            kind="energy recall",
            params={
                "energy": energy,
                "num_neurons": num_neurons,
                "num_patterns": num_patterns,
                "num_flips": num_flips,
                "probe_field": probe_field,
                "methods": list(_methods_at(num_neurons) if methods is None else methods),
                "num_instances": num_instances,
            },
            seed=seed,
            num_batches=num_batches,
        )
        for num_neurons in sizes
        for num_patterns in loads
        for num_flips in flips
        for energy in energies
    ]


def field_tasks(energies: Sequence[str] = tuple(ENERGIES)) -> list[Task]:
    """Return energies at five given field strengths: ten neurons, K = 4, one flip."""
    return [
        task
        for strength in FIELDS
        for task in energy_tasks(
            sizes=(10,),
            loads=(4,),
            flips=(1,),
            energies=energies,
            methods=("QAOA p=2", "adiabatic p=8", "adiabatic p=16"),
            probe_field=strength,
        )
    ]


def study_tasks() -> list[Task]:
    """Return the preset: sizes, loads and corruption with the calibrated field, then the fields."""
    return energy_tasks() + field_tasks()


def notebook_tasks() -> list[Task]:
    """Return what notebook 08 shows: a part of the preset, and sixteen neurons.

    Ten neurons with K = 4 and one or two flips, and at one flip also K = 2 and 6; other sizes at
    K = 4 and one flip. The fields and the sizes from 14 on are for three energies, 16 neurons with
    four methods that need no training.
    """
    three = ("hebb", "order 3", "log-sum-exp")
    tasks = energy_tasks(sizes=(10,), loads=(4,))
    tasks += energy_tasks(sizes=(10,), loads=(2, 6), flips=(1,))
    tasks += energy_tasks(sizes=(6, 8, 12), loads=(4,), flips=(1,))
    tasks += energy_tasks(sizes=(14,), loads=(4,), flips=(1,), energies=three)
    untrained = ("fixed angles p=4", "fixed angles p=8", "adiabatic p=8", "adiabatic p=16")
    tasks += energy_tasks(
        sizes=(16,),
        loads=(4,),
        flips=(1,),
        energies=three,
        methods=untrained,
        num_instances=50,
        num_batches=1,
    )
    return tasks + field_tasks(three)


def energy_summary(
    records: Iterable[Record],
    *,
    num_resamples: int = 2000,
    rng: np.random.Generator | int | None = 0,
) -> list[dict[str, Any]]:
    """Return one row per task and method, intervals over instances (each has its own patterns).

    ``success`` is the mean P(target) and ``gain`` its mean difference from descent on the same
    energy, instance by instance; ``shots_to_solution`` the shots that contain the target with 99 %
    at the median instance, ``ground_state`` the share of instances whose ground state is the
    target. The other numbers are means over instances. Intervals of means are bootstrapped with
    ``num_resamples`` resamples.
    """
    rng = np.random.default_rng(rng)
    groups: dict[str, list[Record]] = {}
    for record in records:
        if record.kind == "energy recall":
            groups.setdefault(record.key, []).append(record)
    rows = []
    settings: Any = {"num_resamples": num_resamples, "rng": rng, "covers": "pattern sets"}
    for batch in groups.values():
        values = [record.values for record in batch]
        right = [each for value in values for each in value["ground_state"]]
        means = {
            name: float(np.concatenate([value[name] for value in values]).mean())
            for name in ("spurious_minima", "spurious_without_field", "field")
        }
        success = {
            label: np.concatenate([value["success"][label] for value in values])
            for label in values[0]["success"]
        }
        descended = success["descent on the same energy"]
        common = {
            **{k: v for k, v in batch[0].params.items() if k != "methods"},
            "ground_state": rate(sum(right), len(right), covers="pattern sets"),
            **means,
        }
        for label, shares in success.items():
            gains = shares - descended
            rows.append(
                {
                    **common,
                    "method": label,
                    "success": bootstrap(shares, np.mean, **settings),
                    "gain": bootstrap(gains, np.mean, **settings),
                    "shots_to_solution": shots_to_solution(float(np.median(shares))),
                    "evaluations": float(np.mean([v["evaluations"][label] for v in values])),
                }
            )
    return rows


def shots_to_solution(probability: float, *, confidence: float = 0.99) -> float:
    """Return the fewest shots that contain a target of this probability with ``confidence``."""
    if probability <= 0:
        return float("inf")
    if probability >= confidence:
        return 1.0
    return float(ceil(log(1 - confidence) / log1p(-probability)))


def _methods_at(num_neurons: int) -> list[str]:
    return [label for label in METHODS if label not in SLOW or num_neurons <= 12]


def _instance(params: dict[str, Any], rng: np.random.Generator) -> tuple[EnergyMemory, Spins]:
    for _ in range(1000):
        patterns = random_patterns(params["num_patterns"], params["num_neurons"], rng=rng)
        probe = flip(patterns[0], params["num_flips"], rng=rng)
        distances = hamming_distance(patterns, probe)
        if (distances[1:] > params["num_flips"]).all():
            model = ENERGIES[params["energy"]](patterns)
            return EnergyMemory(model, probe_field=params["probe_field"]), probe
    raise ValueError("no unambiguous instance in 1000 draws; use fewer patterns or flips.")


def _successes(
    memory: EnergyMemory, probe: Spins, methods: Sequence[str], rng: np.random.Generator
) -> Iterable[tuple[str, float, int]]:
    """Yield (label, P(target), training evaluations) of the references and the methods."""
    target, energies = memory.patterns[0], memory.diagonal(probe)
    index = int(memory.pattern_indices()[0])
    model: Any = memory.model
    yield "dynamics without field", float(_same(model.recall(probe, rng=rng).states, target)), 0
    descended = descend(energies, _index_of(probe), rng=rng)
    yield "descent on the same energy", float(descended == index), 0
    ends = anneal(energies, num_runs=100, num_sweeps=NUM_SWEEPS, rng=rng.spawn(1)[0])
    yield "annealing on the same energy", float((ends == index).mean()), 0
    start = np.abs(product_state(warm_start_angles(probe, 0.25))) ** 2
    yield "start state", float(start[index]), 0
    for label in methods:
        method = METHODS[label]
        if isinstance(method, BiasFieldRecall):
            state = run_rounds(method, memory, probe, SHOTS_PER_ROUND, sample_laws, rng=rng)
            yield label, float((state.answers == target).all(axis=1).mean()), 0
        else:
            trained = method.trained(memory, probe, rng=rng)
            count = getattr(trained, "evaluations", 0)
            yield label, float(trained.law(memory, probe).joint[0]), count


def _same(state: Spins, target: Spins) -> bool:
    return bool((state == target).all())


def _index_of(spins: Spins) -> int:
    return int(((1 - spins.astype(np.int64)) // 2) @ (1 << np.arange(spins.size)))
