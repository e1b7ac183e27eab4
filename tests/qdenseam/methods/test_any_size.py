"""``exact`` at D = 16, 20, 64 and 200: every method answers, or names its limit at the door."""

import numpy as np
import pytest
from cases import case
from scipy.stats import binom

from circuits.bit_order import bits_to_integer
from classical_ref.patterns import random_patterns
from classical_ref.spins import hamming_distance, spins_to_bits
from qdenseam import AmplitudeMemory, CapacityError, EnergyMemory, RecallResult, recall
from qdenseam.methods import (
    METHODS,
    QAOA,
    VQE,
    BiasFieldRecall,
    DistributedQuery,
    EnergySearch,
    ImaginaryTime,
    QuantumNeuron,
    RecursiveQAOA,
    VenturaMartinez,
)
from qdenseam.methods.outcomes import draw
from qdenseam.testing import assert_binomial, assert_counts_follow

QUICK = {  # trained, or few rounds: sizes are tested here, not training
    "qaoa": QAOA(num_layers=1, gammas=(0.1,), betas=(0.4,)),
    "vqe": VQE(angles=()),
    "imaginary-time": ImaginaryTime(entangler="energy", gammas=(0.2,), angles=()),
    "energy-search": EnergySearch(max_calls=2),
    "bias-field": BiasFieldRecall(num_rounds=2),
    "recursive-qaoa": RecursiveQAOA(num_kept=16),
}
HISTORIC = [VenturaMartinez(), VenturaMartinez(3), DistributedQuery(0.3, 2), QuantumNeuron()]


def asked(name: str, num_neurons: int) -> RecallResult | str:
    """Recall a pattern with unknown neurons; the words of the refusal where there is one."""
    method = QUICK[name] if name in QUICK else METHODS[name]()
    patterns = random_patterns(5, num_neurons, rng=0)
    probe = patterns[0].copy()
    probe[: num_neurons // 8] = 0
    source = AmplitudeMemory if method.memory_type is AmplitudeMemory else EnergyMemory
    try:
        return recall(source(patterns), probe, method=method, shots=200, rng=1)
    except CapacityError as error:
        return str(error)


def test_a_law_with_more_states_than_a_float_can_count_is_drawn_from() -> None:
    patterns = random_patterns(2, 1100, rng=0)
    result = recall(AmplitudeMemory(patterns), patterns[0], method=QuantumNeuron(), shots=5, rng=1)
    assert result.shots == 5


@pytest.mark.parametrize("name", sorted(METHODS))
def test_every_method_answers_or_says_its_limit(name: str) -> None:
    is_table = METHODS[name].memory_type is EnergyMemory
    for num_neurons in (16, 64, 200) if is_table else (16, 20, 64, 200):  # a table of 2^20 is slow
        result = asked(name, num_neurons)
        with case(num_neurons, "neurons"):
            if isinstance(result, str):
                assert "at most" in result or "up to" in result
                assert num_neurons > (24 if is_table else 20)
            else:
                assert not (is_table and num_neurons > 24)
                assert 0 < result.accepted <= result.shots
                assert result.counts.sum() + result.spurious == result.accepted


def test_of_amplitude_methods_only_these_stop_below_200_neurons() -> None:
    names = [name for name in sorted(METHODS) if METHODS[name].memory_type is AmplitudeMemory]
    refused = [name for name in names if isinstance(asked(name, 200), str)]
    # the first by its published number of rounds; fewer are taken
    assert refused == ["distributed-query", "syndrome-decoding"]
    patterns = random_patterns(5, 200, rng=0)
    blank = np.zeros(200)
    with pytest.raises(CapacityError, match=r"at most .* radians"):
        recall(AmplitudeMemory(patterns), blank, method=VenturaMartinez())
    for method in (DistributedQuery(num_rounds=1000), VenturaMartinez(1000)):
        assert recall(AmplitudeMemory(patterns), blank, method=method).accepted == 1000


@pytest.mark.statistical
@pytest.mark.parametrize("method", HISTORIC, ids=repr)
@pytest.mark.parametrize("probe", ["0?110", "?????", "00110"])
def test_what_is_drawn_without_a_table_follows_the_table(method, probe: str, rng) -> None:
    patterns = 1 - 2 * np.array([[0, 0, 1, 1, 0], [1, 1, 0, 0, 1], [1, 0, 1, 0, 1]], dtype=np.int8)
    memory = AmplitudeMemory(patterns, [0.2, 0.5, 0.3])
    law = method.law(memory, probe)
    states, counts = draw(law, patterns, 300_000, rng)
    whole = np.zeros(32, dtype=np.int64)
    whole[bits_to_integer(spins_to_bits(states))] = counts
    assert len(states) == (whole > 0).sum()
    assert_counts_follow(whole, law.distribution)


@pytest.mark.parametrize("method", HISTORIC, ids=repr)
def test_draws_are_not_held_and_stored_states_are_never_spurious(method) -> None:
    patterns = random_patterns(100, 7, rng=3)  # most states of every shell are stored
    memory = AmplitudeMemory(patterns)
    law = method.law(memory, patterns[4])
    result = recall(memory, patterns[4], method=method, shots=2**63 - 1, rng=1)
    assert result.accepted == 2**63 - 1
    assert len(result.states) <= 128
    observed = result.counts / result.shots
    np.testing.assert_allclose(observed, law.joint, atol=1e-8)


def test_every_state_stored_leaves_nothing_spurious() -> None:
    memory = AmplitudeMemory(random_patterns(32, 5, rng=0))
    for method in (VenturaMartinez(), DistributedQuery(num_rounds=4)):
        for probe in ("?????", "0101?"):
            result = recall(memory, probe, method=method, shots=2**63 - 1, rng=1)
            assert result.spurious == 0


@pytest.mark.statistical
def test_a_distributed_query_of_200_neurons_falls_into_its_shells(rng) -> None:
    patterns = random_patterns(4, 200, rng=0)
    memory, probe, shots = AmplitudeMemory(patterns), patterns[0].copy(), 20_000
    probe[150:] = 0
    probe[:30] *= -1
    method = DistributedQuery(spread=0.2, num_rounds=10**6)
    law = method.law(memory, probe)
    result = recall(memory, probe, method=method, shots=shots, rng=rng)
    spurious = result.spurious
    assert_binomial(spurious, shots, law.spurious)
    if spurious:
        distance = hamming_distance(result.states, probe)
        for d in range(20, 41):
            found = int(result.state_counts[distance == d].sum())
            assert_binomial(found, shots, law.spurious * binom.pmf(d, 150, 0.2), false_alarm=4e-11)


@pytest.mark.statistical
def test_a_quantum_neuron_sweep_of_200_neurons_turns_as_each_field_says(rng) -> None:
    patterns = random_patterns(3, 200, rng=0)
    memory, probe = AmplitudeMemory(patterns), patterns[0]
    weights = (patterns.T.astype(float) @ patterns) / 3
    np.fill_diagonal(weights, 0)
    scale = np.pi / 4 / np.abs(weights).sum(axis=1).max()
    result = recall(memory, probe, method=QuantumNeuron(), shots=20_000, rng=rng)
    assert result.accepted == 20_000
    first = float(np.sin(np.pi / 4 - scale * (weights[0] @ probe)) ** 2)
    assert_binomial(int(result.state_counts[result.states[:, 0] < 0].sum()), 20_000, first)
    # the last neuron sees what was drawn before it
    before = result.states[:, :-1] @ weights[-1, :-1] * scale
    chance = np.sin(np.pi / 4 - before) ** 2
    mean = float(result.state_counts @ chance)
    flipped = float(result.state_counts[result.states[:, -1] < 0].sum())
    assert abs(flipped - mean) < 6.2 * np.sqrt(20_000 / 4)  # a normal tail of 1e-9 at the widest


def test_closed_forms_agree_with_the_rounds_one_by_one() -> None:
    memory = AmplitudeMemory(random_patterns(6, 40, rng=1))
    probe = memory.patterns[2].copy()
    probe[10:] = 0
    method = DistributedQuery(spread=0.1, num_rounds=50_001)
    start = np.sqrt(memory.weights)
    distance = hamming_distance(memory.patterns, probe)
    query = np.sqrt(0.1**distance * 0.9 ** (10 - distance) * 0.5**30)
    overlap, stored, cloud = float(start @ query), 1.0, 0.0
    for _ in range(50_001):
        cloud -= 2 * (stored * overlap + cloud)
        stored, cloud = stored + 2 * cloud * overlap, -cloud
    law = method.law(memory, probe)
    np.testing.assert_allclose(law.joint, (stored * start + cloud * query) ** 2, atol=1e-11)
    assert law.spurious == pytest.approx(cloud**2 * (1 - float(query @ query)), abs=1e-11)


@pytest.mark.parametrize("method", [VenturaMartinez(10**7), DistributedQuery(num_rounds=10**12)])
def test_circuits_of_endless_rounds_are_refused(method) -> None:
    memory = AmplitudeMemory(random_patterns(2, 6, rng=0))
    with pytest.raises(CapacityError, match="may have 65536 rounds"):
        method.circuit(memory, memory.patterns[0])
    wide = AmplitudeMemory(random_patterns(2, 1001, rng=0))
    with pytest.raises(CapacityError, match="at most 1000 neurons"):
        method.law(wide, wide.patterns[0])
