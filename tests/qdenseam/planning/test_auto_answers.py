"""The law of defaults: the likeliest accepted outcome fits the cue whenever a stored pattern does.

Probes' values are the test's business; what is chosen depends on the known neurons alone.
"""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from circuits.bit_order import all_bits
from classical_ref import text_to_spins
from classical_ref.patterns import random_patterns
from classical_ref.spins import bits_to_spins, hamming_distance
from qdenseam import AmplitudeMemory, recall
from qdenseam.methods import (
    AdaptiveMethod,
    AmplitudeAmplification,
    IndexSearch,
    MinimumSearch,
    SetIntersection,
    SyndromeDecoding,
)
from qdenseam.planning import choose

WAYS = {"exact": (True, False), "one circuit": (False, False), "device": (False, True)}


def chosen(memory: AmplitudeMemory, probe: np.ndarray, way: str, flips: int | None = None):
    from qdenseam.planning.rule import choose_method, num_expected_flips

    may_adapt, on_device = WAYS[way]
    known = probe != 0
    num_flips = num_expected_flips(known, flips)
    return choose_method(memory, known, num_flips, on_device=on_device, may_adapt=may_adapt)


def assert_fits(memory: AmplitudeMemory, probe: np.ndarray, method) -> None:
    """Every likeliest accepted outcome agrees with the known neurons where a stored one does."""
    law = method.law(memory, probe)
    fits = (hamming_distance(memory.patterns, probe) == 0) & (memory.weights > 0)
    if fits.any():
        assert law.joint[fits].max() > law.joint[~fits].max(initial=0) + 1e-9, (method, probe)


def assert_nearest(memory: AmplitudeMemory, probe: np.ndarray, method) -> None:
    law, present = method.law(memory, probe), memory.weights > 0
    distances = hamming_distance(memory.patterns, probe)
    near = present & (distances == distances[present].min())
    if distances[near].min() < np.count_nonzero(probe):  # else nothing known is right
        first = law.joint[near].max()
        assert first > 0
        assert law.joint[~near].max(initial=0) < (1 - 1e-9) * first, (method, probe)


def cues(num_neurons: int) -> np.ndarray:
    return np.array(list(itertools.product([1, 0, -1], repeat=num_neurons)), dtype=np.int8)


def check_all_cues(memory: AmplitudeMemory) -> None:
    made: dict[tuple[bytes, str, int], object] = {}
    for probe in cues(memory.num_neurons):
        known = (probe != 0).tobytes()
        for way in WAYS:
            for flips in (0, 1):
                key = (known, way, flips)
                if key not in made:
                    made[key] = chosen(memory, probe, way, flips)
                check = assert_nearest if flips and probe.any() else assert_fits
                check(memory, probe, made[key])
        for method in (AmplitudeAmplification(), SetIntersection(radius=0)):
            assert_fits(memory, probe, method)


@pytest.mark.parametrize("num_neurons", [1, 2])
def test_every_small_memory_answers_every_cue(num_neurons: int) -> None:
    states = bits_to_spins(all_bits(num_neurons))
    for stored in itertools.product([False, True], repeat=len(states)):
        if any(stored):
            check_all_cues(AmplitudeMemory(states[np.array(stored)]))


@pytest.mark.slow
@pytest.mark.parametrize("part", range(4))
def test_every_memory_of_three_neurons_answers_every_cue(part: int) -> None:
    states = bits_to_spins(all_bits(3))
    for number in range(1 + part, 256, 4):
        check_all_cues(AmplitudeMemory(states[(number >> np.arange(8) & 1).astype(bool)]))


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_larger_memories_answer(data: st.DataObject) -> None:
    num_neurons = data.draw(st.integers(3, 6))
    indices = data.draw(
        st.sets(st.integers(0, 2**num_neurons - 1), min_size=1, max_size=2**num_neurons)
    )
    states = bits_to_spins(all_bits(num_neurons))[sorted(indices)]
    priors = data.draw(
        st.none() | st.lists(st.integers(1, 100), min_size=len(states), max_size=len(states))
    )
    memory = AmplitudeMemory(states, priors)
    probe = np.array(
        data.draw(
            st.lists(st.sampled_from([-1, 0, 1]), min_size=num_neurons, max_size=num_neurons)
        ),
        dtype=np.int8,
    )
    for way in WAYS:
        assert_fits(memory, probe, chosen(memory, probe, way, 0))
        if probe.any():
            assert_nearest(memory, probe, chosen(memory, probe, way, 1))
            assert_nearest(memory, probe, chosen(memory, probe, way, 3))
    assert_fits(memory, probe, AmplitudeAmplification())


def test_all_seeds_agree_with_an_ambiguous_cue() -> None:
    memory = AmplitudeMemory(text_to_spins(["000", "011", "101", "110"]))
    for seed in range(6):
        for sampler in ("exact", "statevector"):
            result = recall(memory, "1??", sampler=sampler, shots=200, rng=seed)
            assert result.counts[:2].sum() == 0
            assert (result.counts[2:] > 50).all()  # each of two has 100 expected, 7 sigma


def test_digits_with_most_pixels_erased_never_contradict_a_known_one() -> None:
    from classical_ref.data.datasets import digits
    from classical_ref.patterns import erase

    for seed in range(40):
        memory = AmplitudeMemory(digits(16).select(8, rng=seed).patterns)
        probe = erase(memory.patterns[0], 14, rng=seed)
        result = recall(memory, probe, rng=seed)
        assert (result.pattern[probe != 0] == probe[probe != 0]).all()
        assert result.counts.sum() == result.accepted > 950


@pytest.mark.statistical
def test_a_flipped_probe_finds_its_pattern() -> None:
    memory = AmplitudeMemory(random_patterns(8, 8, rng=3))
    distances = hamming_distance(memory.patterns, memory.patterns)
    target = int((distances + 8 * np.eye(8, dtype=int)).min(axis=1).argmax())
    probe = memory.patterns[target].copy()
    probe[2] *= -1
    exact = recall(memory, probe, rng=0)
    assert exact.counts[target] / exact.shots > 0.99
    once = recall(memory, probe, sampler="statevector", rng=0)
    assert once.acceptance > 0.85
    assert once.counts.argmax() == target
    assert chosen(memory, probe, "one circuit").law(memory, probe).probabilities[target] > 0.7


def test_flips_are_told_not_guessed() -> None:
    memory = AmplitudeMemory(random_patterns(8, 10, rng=1))
    probe = memory.patterns[0] * np.array([1, 1, 1, 1, 1, 1, 1, 1, 1, 0], dtype=np.int8)
    probe[0] *= -1
    told = recall(memory, probe, expected_flips=1, rng=0)
    assert told.method["name"] == "minimum-search"
    assert told.counts.argmax() == hamming_distance(memory.patterns, probe).argmin()
    certain = recall(memory, memory.patterns[0], expected_flips=0, rng=0)
    assert certain.method["name"] == "amplification"
    assert certain.counts[0] == 1000
    # which method, does not depend on whether the probe is stored
    for signs in (memory.patterns[0], -memory.patterns[0], probe + (probe == 0)):
        assert choose(memory, signs, None, may_adapt=True)[1] == MinimumSearch()


@pytest.mark.parametrize("sampler", ["exact", "statevector"])
@pytest.mark.parametrize("flips", [None, 0, 1, 9])
def test_a_probe_that_matches_nothing_gives_a_result(sampler: str, flips: int | None) -> None:
    memory = AmplitudeMemory(text_to_spins(["0000", "0011", "1100"]))
    for probe in ("1?1?", "0101", "????", "1??1"):
        result = recall(memory, probe, sampler=sampler, expected_flips=flips, shots=50, rng=0)
        assert result.shots == 50


def test_bad_flips_are_refused() -> None:
    memory = AmplitudeMemory(text_to_spins(["000", "011"]))
    with pytest.raises(ValueError, match=r"expected_flips should be at least 0\. Got -1"):
        recall(memory, "0??", expected_flips=-1)
    for flips in (1.5, True):
        said = rf"expected_flips should be an integer or None\. Got {flips}"
        with pytest.raises(TypeError, match=said):
            recall(memory, "0??", expected_flips=flips)
    with pytest.raises(ValueError, match=r"with method='auto' alone\. Got 'amplification'"):
        recall(memory, "0??", method="amplification", expected_flips=1)


def test_a_rare_pattern_is_found_as_surely() -> None:
    patterns = random_patterns(8, 8, rng=2)
    memory = AmplitudeMemory(patterns, [1 / 16, *[15 / 112] * 7])
    assert AmplitudeAmplification(num_matches=1).law(memory, patterns[0]).joint[0] < 0.85
    assert AmplitudeAmplification(claimed_weight=1 / 16).law(memory, patterns[0]).joint[
        0
    ] == pytest.approx(1)
    for method in (
        AmplitudeAmplification(),
        IndexSearch(),
        SetIntersection(radius=0),
        SetIntersection(radius=0, claimed_weight=1 / 16),
    ):
        assert method.law(memory, patterns[0]).probabilities[0] > 0.899
    with pytest.raises(ValueError, match=r"claimed_weight should be in \[1e-12, 1\]\. Got 0"):
        AmplitudeAmplification(claimed_weight=0)
    with pytest.raises(ValueError, match="two claims of the same"):
        AmplitudeAmplification(num_matches=1, claimed_weight=0.5)


def test_the_choice_for_a_large_memory_prepares_nothing(monkeypatch) -> None:
    def unwanted(*_: object) -> None:
        raise AssertionError("a preparation was built, or a law computed")

    monkeypatch.setattr(AmplitudeMemory, "preparation", unwanted)
    monkeypatch.setattr(AmplitudeAmplification, "law", unwanted)
    memory = AmplitudeMemory(random_patterns(1000, 784, rng=0))
    for known in (784, 700, 10):
        probe = memory.patterns[0] * (np.arange(784) < known)
        method = choose(memory, probe, None, may_adapt=True)[1]
        assert isinstance(method, AdaptiveMethod | AmplitudeAmplification)


def test_syndromes_search_for_as_many_words_as_unknown_bits_leave() -> None:
    memory = AmplitudeMemory(text_to_spins(["0000", "0011", "1100", "1111"]))
    for text, right in (("00??", 2), ("0???", 2), ("????", 4), ("0011", 1)):
        method = SyndromeDecoding(radius=0)
        law = method.law(memory, text)
        fits = hamming_distance(memory.patterns, memory.check_probe(text)) == 0
        assert fits.sum() == {"00??": 2}.get(text, right)
        assert law.joint[fits].sum() == pytest.approx(1)
