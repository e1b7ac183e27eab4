"""The study of recall by energy: which energy, which method, and the classical dynamics beside.

Every instance is a set of distinct random patterns and a probe made from the first by flipping
neurons, redrawn while another pattern is as near to the probe. Success is always the exact
probability that one shot returns that pattern.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from circuits.bit_order import integer_to_bits
from circuits.energy.ansatz import warm_start_angles
from classical_ref.discrete.dense import DenseMemory
from classical_ref.discrete.hopfield import HopfieldMemory
from classical_ref.patterns import flip, random_patterns
from classical_ref.separation import Exponential, LogSumExp, Polynomial, RectifiedPolynomial
from classical_ref.spins import bits_to_spins, hamming_distance
from qdenseam.experiments.collecting.trial_registry import trial
from qdenseam.memories.energy import ClassicalModel, EnergyMemory
from qdenseam.methods import (
    QAOA,
    VQE,
    AdiabaticRecall,
    BiasFieldRecall,
    CounterdiabaticRecall,
    EnergySearch,
    FixedAngleQAOA,
    ImaginaryTime,
    RecursiveQAOA,
)
from qdenseam.methods.adaptive import AdaptiveMethod, Round, run_rounds
from qdenseam.methods.base import RecallMethod, Spins
from qdenseam.simulation.diagonal import product_state
from qdenseam.studies.energy.landscape import num_spurious
from qdenseam.studies.energy.minimizers import anneal, descend

ENERGIES: dict[str, Callable[[Spins], ClassicalModel]] = {
    "hebb": HopfieldMemory,
    "storkey": lambda patterns: HopfieldMemory(patterns, "storkey"),
    "projection": lambda patterns: HopfieldMemory(patterns, "projection"),
    "order 3": lambda patterns: DenseMemory(patterns, Polynomial(3)),
    "rectified order 3": lambda patterns: DenseMemory(patterns, RectifiedPolynomial(3)),
    "order 4": lambda patterns: DenseMemory(patterns, Polynomial(4)),
    "exponential": lambda patterns: DenseMemory(patterns, Exponential(1.0)),
    "log-sum-exp": lambda patterns: DenseMemory(patterns, LogSumExp(1.0)),
}
"""Energies of the study by label."""

METHODS: dict[str, RecallMethod | AdaptiveMethod] = {
    "QAOA p=1": QAOA(num_layers=1),
    "QAOA p=2": QAOA(num_layers=2),
    "QAOA p=3": QAOA(num_layers=3),
    "QAOA p=2, plain start": QAOA(num_layers=2, warm_start=None),
    "QAOA p=2, CVaR 0.25": QAOA(num_layers=2, cvar=0.25),
    "VQE p=1": VQE(num_layers=1),
    "fixed angles p=2": FixedAngleQAOA(2),
    "fixed angles p=4": FixedAngleQAOA(4),
    "fixed angles p=8": FixedAngleQAOA(8),
    "adiabatic p=8": AdiabaticRecall(num_steps=8, total_time=6.0, warm_start=0.25),
    "adiabatic p=16": AdiabaticRecall(num_steps=16, total_time=8.0, warm_start=0.25),
    "counterdiabatic p=1": CounterdiabaticRecall(num_steps=1, total_time=None),
    "bias field, 3 rounds": BiasFieldRecall(num_rounds=3),
}
"""Quantum methods of the study by label."""

SEARCHES: dict[str, RecallMethod | AdaptiveMethod] = {
    "VQE p=1, energy": VQE(entangler="energy"),
    "imaginary time": ImaginaryTime(num_steps=40, total_time=4.0),
    "recursive QAOA": RecursiveQAOA(num_layers=1),
    "energy search": EnergySearch(),
}
"""Methods whose answer is the end of a search; a smaller study of their own."""

NUM_SWEEPS = 50
"""Sweeps of the simulated annealing beside the methods."""

ANSWERS: dict[str, int] = {
    "bias field, 3 rounds": 200,
    "recursive QAOA": 200,
    "energy search": 20,
}
"""Answers of adaptive methods: shots of each round, or searches one after another."""


@trial("energy recall")
def energy_trial(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Run every method on instances of one energy.

    Returns:
        ``success`` by method label (P(target) of each instance to three digits; for the classical
        dynamics 0 or 1, for annealing the share of its runs, for adaptive methods the share of
        their answers), ``evaluations`` of the training's expectations by label (means),
        ``energy_calls`` by label (what one run looks at beside: energies of single states, shots of
        all rounds, or for energy search the state preparations of one answer; means), and of each
        instance ``ground_state`` (1 where the target is it, by enumeration), ``field`` (h),
        ``spurious_minima`` (states that are not stored and that no flip of one neuron lowers) and
        ``spurious_without_field`` (the same of the memory's own energy).
    """
    success: dict[str, list[float]] = {}
    evaluations: dict[str, list[float]] = {}
    calls: dict[str, list[float]] = {}
    ground, fields, spurious, spurious_bare = [], [], [], []
    for _ in range(params["num_instances"]):
        memory, probe = _instance(params, rng)
        energies, target = memory.diagonal(probe), int(memory.pattern_indices()[0])
        ground.append(int((np.delete(energies, target) > energies[target]).all()))
        fields.append(float(f"{memory.field_strength():.3g}"))
        spurious.append(num_spurious(energies, memory.pattern_indices()))
        spurious_bare.append(num_spurious(memory.diagonal(), memory.pattern_indices()))
        methods = {label: (METHODS | SEARCHES)[label] for label in params["methods"]}
        for label, value, count, looked in _successes(memory, probe, methods, rng):
            success.setdefault(label, []).append(float(f"{value:.3g}"))
            evaluations.setdefault(label, []).append(count)
            calls.setdefault(label, []).append(looked)
    return {
        "success": success,
        "evaluations": {label: float(np.mean(counts)) for label, counts in evaluations.items()},
        "energy_calls": {label: float(np.mean(counts)) for label, counts in calls.items()},
        "ground_state": ground,
        "field": fields,
        "spurious_minima": spurious,
        "spurious_without_field": spurious_bare,
        "backend": "exact",
    }


def instances(
    params: dict[str, Any], rng: np.random.Generator
) -> Iterator[tuple[EnergyMemory, Spins]]:
    """Yield (memory, probe) of every instance of a batch of :func:`energy_trial`.

    The trial draws for its methods between two instances. The same numbers are drawn here, but
    trainings end at their first evaluation, so that references can be added to rows that took
    hours.

    Args:
        params: The parameters of that batch.
        rng: Its generator, at the start; whoever iterates draws from another.
    """
    asked: dict[str, Any] = {label: (METHODS | SEARCHES)[label] for label in params["methods"]}
    methods = {
        label: replace(method, max_evaluations=1) if _is_trained(method) else method
        for label, method in asked.items()
        if _is_trained(method) or isinstance(method, AdaptiveMethod)  # others draw nothing
    }
    for _ in range(params["num_instances"]):
        memory, probe = _instance(params, rng)
        yield memory, probe
        for _ in _successes(memory, probe, methods, rng):
            pass


def _measured(rounds: Sequence[Round], rng: np.random.Generator) -> list[Spins]:
    """Return spins drawn from each round's law, one random number a shot.

    Drawn here, since the instances of a batch share its generator: how an engine draws may change,
    which instances a stored row is about may not.
    """
    shown = []
    for each in rounds:
        weights = each.method.law(each.memory, each.probe).distribution
        assert weights is not None
        weights = np.clip(weights, 0, None)
        states = rng.choice(weights.size, size=each.shots, p=weights / weights.sum())
        shown.append(bits_to_spins(integer_to_bits(states, each.memory.num_neurons)))
    return shown


def _is_trained(method: Any) -> bool:
    """Return whether it has trainings from drawn starts."""
    return any(field.name == "max_evaluations" for field in fields(method))


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
    memory: EnergyMemory, probe: Spins, methods: Mapping[str, Any], rng: np.random.Generator
) -> Iterable[tuple[str, float, float, float]]:
    """Yield (label, P(target), training evaluations, energy calls) of references and methods."""
    target, energies = memory.patterns[0], memory.diagonal(probe)
    index = int(memory.pattern_indices()[0])
    model: Any = memory.model
    settled = model.recall(probe, rng=rng)
    calls = float(settled.sweeps * probe.size)
    yield "dynamics without field", float(_same(settled.states, target)), 0, calls
    descended, calls = descend(energies, index_of(probe), rng=rng)
    yield "descent on the same energy", float(descended == index), 0, calls
    offers = NUM_SWEEPS * probe.size
    ends = anneal(energies, num_runs=100, num_evaluations=offers, rng=rng.spawn(1)[0]).last
    yield "annealing on the same energy", float((ends == index).mean()), 0, float(offers)
    start = np.abs(product_state(warm_start_angles(probe, 0.25))) ** 2
    yield "start state", float(start[index]), 0, 0
    for label, method in methods.items():
        if isinstance(method, AdaptiveMethod):
            answers = ANSWERS[label]
            state = run_rounds(method, memory, probe, answers, _measured, rng=rng)
            value = float((state.answers == target).all(axis=1).mean())
            is_search = isinstance(method, EnergySearch)
            calls = state.state_preparations / answers if is_search else float(state.shots)
            yield label, value, getattr(state, "evaluations", 0), calls
        else:
            trained = method.trained(memory, probe, rng=rng)
            count = getattr(trained, "evaluations", 0)
            yield label, float(trained.law(memory, probe).joint[0]), count, 0


def _same(state: Spins, target: Spins) -> bool:
    return bool((state == target).all())


def index_of(spins: Spins) -> int:
    """Return Σ_i b_i 2^i of a state without unknowns."""
    return int(((1 - spins.astype(np.int64)) // 2) @ (1 << np.arange(spins.size)))
