"""What energy recall answers by default, counted over many memories and probes."""

import numpy as np
import pytest
from energy_instances import MODELS, gap, instances

from classical_ref import LogSumExp, Polynomial
from classical_ref.patterns import random_patterns
from classical_ref.spins import bits_to_spins
from qdenseam import EnergyMemory, recall
from qdenseam.experiments.estimates.statistics import rate
from qdenseam.methods import METHODS, AdiabaticRecall, ThresholdSearch
from qdenseam.methods.energy.adiabatic import MAX_STEPS
from qdenseam.planning import choose

PATTERNS = bits_to_spins([[0, 0, 0, 0, 0, 0], [1, 1, 0, 1, 0, 0], [0, 1, 1, 0, 1, 1]])


def hits_by_default(num_instances: int, sizes: tuple[int, ...], source: str) -> dict:
    """(energy, D) -> whether the target is first, where its gap is at least D/10."""
    found = {}
    for energy in MODELS:
        for num_neurons in sizes:
            rng = np.random.default_rng([num_neurons, len(energy), 13])
            hits = []
            for memory, probe in instances(
                energy, num_neurons, num_instances, source=source, rng=rng
            ):
                if gap(memory, probe) >= num_neurons / 10:
                    law = choose(memory, probe, None)[1].law(memory, probe)
                    assert law.distribution is not None
                    hits.append(law.distribution.argmax() == memory.pattern_indices()[0])
            found[energy, num_neurons] = hits
    return found


def assert_most_are_first(found: dict) -> None:
    total = [hit for hits in found.values() for hit in hits]
    assert len(total) >= 300
    share = rate(sum(total), len(total))
    table = {key: f"{sum(hits)}/{len(hits)}" for key, hits in found.items()}
    assert share.best >= 0.98, table
    assert share.low >= 0.95, table


def test_the_default_puts_the_target_first_wherever_it_is_the_ground_state() -> None:
    assert_most_are_first(hits_by_default(11, (6, 7, 9, 12), "random"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("source", "sizes"), [("random", (6, 7, 8, 9, 10, 11, 12)), ("digits", (6, 8, 9, 10, 12))]
)
def test_the_default_puts_the_target_first_for_every_energy_and_size(
    source: str, sizes: tuple[int, ...]
) -> None:
    found = hits_by_default(40, sizes, source)
    assert_most_are_first(found)
    for energy in MODELS:
        hits = [hit for key, each in found.items() if key[0] == energy for hit in each]
        assert np.mean(hits) >= 0.98, energy


def test_the_default_of_recall_spends_no_evaluation() -> None:
    memory = EnergyMemory(PATTERNS)
    result = recall(memory, "100000", rng=0)
    assert result.method["name"] == "adiabatic"
    assert result.evaluations == 0
    assert (result.pattern == memory.patterns[0]).all()


def test_steps_follow_the_steepest_flip() -> None:
    # one pattern: order 3 of a state at distance d is -(D - 2d)^3 up to the scale
    memory = EnergyMemory(np.ones((1, 6), dtype=np.int8), separation=Polynomial(3), probe_field=0.5)
    rise = 6 * (6**3 - 4**3) / 6**3  # a pattern is D deep, the mean over all states is 0
    assert memory.steepest_flip() == pytest.approx(rise + 1.0)
    gammas, betas = AdiabaticRecall().angles(memory)
    assert len(gammas) == len(betas) == np.ceil(20 * (rise + 1) / 4)
    assert gammas.sum() == pytest.approx(10)  # the mean of s is 1/2
    short, _ = AdiabaticRecall(num_steps=4).angles(memory)
    assert len(short) == 4
    assert short.sum() == pytest.approx(4 * 4 / (rise + 1) / 2)
    assert AdiabaticRecall(total_time=8).angles(memory)[0].sum() == pytest.approx(4)
    assert AdiabaticRecall(num_steps=3, total_time=8).angles(memory)[0].sum() == pytest.approx(4)


def test_the_steps_are_those_of_the_memory_not_of_the_probe(rng: np.random.Generator) -> None:
    gentle = EnergyMemory(PATTERNS, separation=LogSumExp())
    strong = EnergyMemory(gentle.model, probe_field=1e6)
    with pytest.raises(ValueError, match=f"more than {MAX_STEPS} are needed"):
        AdiabaticRecall().law(strong, "000001")
    assert len(AdiabaticRecall().angles(gentle)[0]) < 40


def test_energies_of_states_are_entries_of_the_diagonal(rng: np.random.Generator) -> None:
    memory = EnergyMemory(PATTERNS)
    states = rng.choice(np.array([-1, 1], dtype=np.int8), (2, 5, 6))
    index = (states < 0) @ (1 << np.arange(6))
    for probe in (None, "0?1100"):
        np.testing.assert_allclose(memory.energies(states, probe), memory.diagonal(probe)[index])
    with pytest.raises(ValueError, match=r"states should have shape \(\.\.\., 6\)"):
        memory.energies(states[..., :5])
    with pytest.raises(ValueError, match=r"states should hold -1 and \+1\. Got 0"):
        memory.energies(np.zeros(6))


ENERGY_METHODS = sorted(
    name for name, method in METHODS.items() if method.memory_type is EnergyMemory
)
GLYPHS = bits_to_spins(np.array([list(t) for t in ("111010010", "100100111", "101010101")], int))
HARDER = bits_to_spins(np.array([list(t) for t in ("010111010", "101111101", "111101111")], int))


def answered(name: str, memory: EnergyMemory, flips: list[tuple[int, int]]) -> list[bool]:
    """Whether the defaults of a method recall pattern k from it with neuron i flipped."""
    method = METHODS[name]()
    found = []
    for k, i in flips:
        probe = memory.patterns[k].copy()
        probe[i] *= -1
        result = recall(memory, probe, method=method, shots=60, rng=i)
        found.append(bool((result.pattern == memory.patterns[k]).all()))
    return found


@pytest.mark.parametrize("name", ENERGY_METHODS)
def test_the_defaults_of_every_energy_method_answer_three_glyphs(name: str) -> None:
    memory = EnergyMemory(GLYPHS)
    assert all(answered(name, memory, [(0, 0), (1, 2), (2, 4), (0, 6), (1, 8)]))


@pytest.mark.slow
@pytest.mark.parametrize("name", ENERGY_METHODS)
@pytest.mark.parametrize("patterns", [GLYPHS, HARDER], ids=["plain", "harder"])
@pytest.mark.parametrize("separation", [Polynomial(3), LogSumExp()], ids=repr)
def test_the_defaults_answer_every_flip(name: str, patterns: np.ndarray, separation) -> None:
    memory = EnergyMemory(patterns, separation=separation)
    assert sum(answered(name, memory, [(k, i) for k in range(3) for i in range(9)])) >= 26


def test_a_threshold_search_sees_what_is_known_never_what_it_says() -> None:
    memory = EnergyMemory(GLYPHS)
    rng = np.random.default_rng(0)
    for known in (np.ones(9, dtype=int), np.array([1, 1, 0, 0, 1, 1, 1, 0, 1])):
        probes = [(rng.choice([-1, 1], 9) * known).astype(np.int8) for _ in range(5)]
        assert len({ThresholdSearch().settings(memory, probe) for probe in probes}) == 1
    assert ThresholdSearch(-0.5, 3).settings(memory, GLYPHS[0]) == (-0.5, 3)


@pytest.mark.parametrize("energy", MODELS)
def test_every_energy_has_patterns_d_deep_and_a_field_in_that_unit(
    energy: str, rng: np.random.Generator
) -> None:
    for num_neurons in (6, 9, 12):
        patterns = random_patterns(3, num_neurons, rng=rng)
        memory = EnergyMemory(MODELS[energy](patterns))
        assert memory.energies(patterns).mean() == pytest.approx(-num_neurons)
        lowered = memory.energies(patterns) - memory.energies(patterns, patterns[0])
        overlaps = patterns.astype(int) @ patterns[0]
        np.testing.assert_allclose(lowered, memory.field_strength() * overlaps)
        assert 0 < memory.field_strength() < num_neurons
        masks, weights = memory.terms(patterns[0])  # what a circuit is built from
        signs = np.where(np.bitwise_count(masks & memory.pattern_indices()[:, None]) % 2, -1, 1)
        np.testing.assert_allclose(signs @ weights, memory.energies(patterns, patterns[0]))
