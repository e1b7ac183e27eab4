from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classical_ref import (
    CenteredMemory,
    DenseMemory,
    Outcome,
    RectifiedPolynomial,
    corrupt,
    digits,
    failure_rate,
    random_patterns,
)
from classical_ref.recipes import (
    BestExponentialRecipe,
    CenteredRecipe,
    DenseRecipe,
    HopfieldRecipe,
    NearestRecipe,
)

orders = st.sampled_from([2, 3, 5, 10])
seeds = st.integers(0, 2**32 - 1)


@st.composite
def memories(draw):
    num_neurons = draw(st.integers(1, 8))
    num_patterns = draw(st.integers(1, min(2**num_neurons, 9)))
    patterns = random_patterns(num_patterns, num_neurons, rng=draw(seeds))
    return CenteredMemory(patterns, RectifiedPolynomial(draw(orders)))


def probes_for(memory, seed, num_probes=6):
    drawn = np.random.default_rng(seed).integers(-1, 2, size=(num_probes, memory.num_neurons))
    return drawn.astype(np.int8)


@given(memories(), seeds)
def test_one_step_is_the_field_by_its_definition(memory, seed):
    """In exact fractions, unknown neurons left out of the similarities."""
    xi, n = memory.patterns.tolist(), memory.separation.order
    mean = [Fraction(sum(column), len(xi)) for column in zip(*xi, strict=True)]
    for probe in probes_for(memory, seed).tolist():
        start = [s or 1 for s in probe]
        known = [i for i, s in enumerate(probe) if s]
        above = [
            max(Fraction(0), sum((row[i] - mean[i]) * (probe[i] - mean[i]) for i in known))
            for row in xi
        ]
        np.testing.assert_allclose(
            -memory.energy(probe, bits=False), float(sum(h**n for h in above)), rtol=1e-9, atol=1e-9
        )
        terms = [h ** (n - 1) for h in above]
        total = sum(terms)
        fields = [
            sum(f * (row[i] - mean[i]) for f, row in zip(terms, xi, strict=True)) + mean[i] * total
            if total
            else mean[i]
            for i in range(memory.num_neurons)
        ]
        expected = [(u > 0) - (u < 0) or s for u, s in zip(fields, start, strict=True)]
        # unknown neurons are filled in by the first step, the others move in the next
        filled = memory.recall(probe, bits=False, trajectory=True).trajectory[0]
        assert [filled[i] for i in range(len(probe)) if i not in known] == [
            expected[i] for i in range(len(probe)) if i not in known
        ]
        if len(known) == len(probe):
            assert memory.recall(probe, bits=False, max_sweeps=1).states.tolist() == expected


@given(memories(), seeds)
def test_flipping_a_neuron_in_patterns_and_probes_flips_it_in_the_answer(memory, seed):
    gauge = random_patterns(1, memory.num_neurons, rng=seed)[0]
    other = CenteredMemory(memory.patterns * gauge, memory.separation)
    probes = np.where(probes_for(memory, seed) == 0, 1, probes_for(memory, seed))
    for update in ("synchronous", "asynchronous"):
        first = memory.recall(probes, update=update, rng=seed).states
        second = other.recall(probes * gauge, update=update, rng=seed).states
        np.testing.assert_array_equal(second, first * gauge)
    np.testing.assert_allclose(other.energy(probes * gauge), memory.energy(probes))


@given(seeds, orders)
def test_about_a_mean_of_zero_it_is_the_dense_memory(seed, order):
    half = random_patterns(4, 7, rng=seed)
    half = half[half[:, 0] == 1]
    if not len(half):
        return
    patterns, separation = np.vstack([half, -half]), RectifiedPolynomial(order)
    centered, dense = CenteredMemory(patterns, separation), DenseMemory(patterns, separation)
    probes = probes_for(centered, seed)
    first = centered.recall(probes)
    options = {"update": "synchronous", "rule": "leading", "self_interaction": "kept"}
    # without any similarity above the mean there is no field but that of the mean
    second = dense.recall(probes, **options)
    np.testing.assert_array_equal(first.states, second.states)
    np.testing.assert_allclose(first.energies, second.energies)


@given(memories(), seeds)
def test_a_batch_recalls_like_its_probes(memory, seed):
    probes = probes_for(memory, seed)
    for update in ("synchronous", "asynchronous"):
        together = memory.recall(probes, update=update, rng=seed).states
        alone = [memory.recall(probe, update=update, rng=seed).states for probe in probes]
        np.testing.assert_array_equal(together, alone)
    assert memory.recall(probes.reshape(2, 3, -1)).states.shape == (2, 3, memory.num_neurons)


def test_one_pattern_is_its_own_mean():
    memory = CenteredMemory([[1, -1, 1, -1]])
    assert memory.recall("???0").states.tolist() == [1, -1, 1, -1]
    assert memory.recall("????").outcome == Outcome.FIXED_POINT


def test_clamped_neurons_stay():
    memory = CenteredMemory([[1, 1, 1, 1], [1, 1, -1, -1]])
    clamped = [True, False, False, False]
    states = memory.recall([-1, 1, 1, 1], clamped=clamped).states
    assert states.tolist() == [-1, 1, 1, 1]


ORDER_THREE = DenseRecipe(
    RectifiedPolynomial(3), update="synchronous", self_interaction="kept", rule="leading"
)
RATES = [  # those of docs/howto/memories.md: ten digits with six flips, thirty with half erased
    (ORDER_THREE, 0.9775, 0.9825),
    (HopfieldRecipe("projection"), 0.015, 0.695),
    (CenteredRecipe(RectifiedPolynomial(3)), 0.0075, 0.1725),
    (BestExponentialRecipe(), 0.005, 0.015),
    (NearestRecipe(), 0.0025, 0.01),
]


@pytest.mark.parametrize(("recipe", "ten", "thirty"), RATES)
def test_digits_of_64_pixels(recipe, ten, thirty):
    """Without the mean order 3 recalls next to nothing, about it nearly all of ten digits."""
    for count, flips, erasures, rate in ((10, 6, 0, ten), (30, 0, 32, thirty)):
        rates = []
        for seed in range(20):
            patterns = digits(64).select(count, rng=seed).patterns
            targets = patterns[np.random.default_rng(seed).integers(0, count, 20)]
            probes = corrupt(targets, num_flips=flips, num_erasures=erasures, rng=seed)
            clamped = (probes != 0) & (erasures > 0)  # erased neurons leave the others certain
            found = recipe.recall(patterns, probes, clamped=clamped, rng=seed)
            rates.append(failure_rate(found, targets))
        assert np.mean(rates) == pytest.approx(rate, abs=0.005)


def test_refusals():
    with pytest.raises(TypeError, match=r"should be of class RectifiedPolynomial. Got 3"):
        CenteredMemory([[1, -1]], 3)
    with pytest.raises(ValueError, match=r"probe should have shape \(2,\)"):
        CenteredMemory([[1, -1]]).recall([1])
    with pytest.raises(ValueError, match="distinct"):
        CenteredMemory([[1, -1], [1, -1]])
    assert repr(CenteredMemory([[1, -1]])) == (
        "CenteredMemory(num_patterns=1, num_neurons=2, separation=RectifiedPolynomial(order=3))"
    )
