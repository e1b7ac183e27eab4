import numpy as np
import pytest

from classical_ref import AttentionMemory, Entmax, FenchelYoungMemory, KSubset, Normmax

TRANSFORMS = [
    *[Entmax(alpha) for alpha in (1, 1.25, 1.5, 2, 4)],
    *[Normmax(alpha) for alpha in (1.3, 2, 5)],
    KSubset(1),
    KSubset(3),
]
SPARSE = [each for each in TRANSFORMS if np.isfinite(each.margin)]


@pytest.fixture
def scores(rng):
    return rng.exponential(1, size=(200, 1)) * rng.normal(size=(200, 7))


@pytest.mark.parametrize("transform", TRANSFORMS, ids=str)
def test_weights_are_the_gradient_of_the_conjugate_in_the_polytope(transform, scores):
    weights = transform.weights(scores)
    assert np.all((weights >= 0) & (weights <= 1 + 1e-14))
    assert weights.sum(axis=-1) == pytest.approx(transform.num_taken, abs=1e-12)
    for place in range(scores.shape[-1]):
        move = 1e-6 * np.eye(scores.shape[-1])[place]
        slope = (transform.conjugate(scores + move) - transform.conjugate(scores - move)) / 2e-6
        assert weights[:, place] == pytest.approx(slope, abs=1e-6)


@pytest.mark.parametrize("transform", TRANSFORMS, ids=str)
def test_scores_may_be_shifted_and_permuted(transform, scores, rng):
    order, shift = rng.permutation(7), rng.normal(scale=20, size=(200, 1))
    weights = transform.weights(scores)
    assert transform.weights(scores + shift) == pytest.approx(weights, abs=1e-9)
    assert transform.weights(scores[:, order]) == pytest.approx(weights[:, order], abs=1e-12)


def test_alpha_two_is_the_projection_on_the_simplex(scores):
    given = np.sort(scores, axis=-1)[:, ::-1]
    sums = (np.cumsum(given, axis=-1) - 1) / np.arange(1, given.shape[-1] + 1)
    support = (given > sums).sum(axis=-1)
    threshold = np.take_along_axis(sums, support[:, np.newaxis] - 1, axis=-1)
    projected = np.maximum(given - threshold, 0)  # Duchi et al. 2008: by sorting
    assert Entmax(2).weights(given) == pytest.approx(projected, abs=1e-12)
    assert KSubset(1).weights(given) == pytest.approx(projected, abs=1e-12)


@pytest.mark.parametrize("transform", SPARSE, ids=str)
@pytest.mark.parametrize(("excess", "is_exact"), [(0, True), (1e-9, True), (-0.1, False)])
def test_weights_are_zero_and_one_exactly_from_the_margin_on(transform, excess, is_exact):
    taken = transform.num_taken
    given = np.array([*[0.0] * taken, *[-transform.margin - excess] * 4])
    weights = transform.weights(given)
    wanted = np.array([*[1.0] * taken, *[0.0] * 4])
    assert np.allclose(weights, wanted, rtol=0, atol=1e-14) == is_exact


def test_support_shrinks_with_beta(scores):
    sizes = [(Entmax(1.5).weights(beta * scores) > 0).sum() for beta in (0.1, 0.5, 1, 2, 10)]
    assert sizes == sorted(sizes, reverse=True)


def test_alpha_one_is_attention(rng):
    patterns, states = rng.normal(size=(5, 4)), rng.normal(size=(3, 4))
    ours, attention = FenchelYoungMemory(patterns, 2, Entmax(1)), AttentionMemory(patterns, 2)
    assert ours.energy(states) == pytest.approx(attention.energy(states), abs=1e-13)
    assert ours.step(states) == pytest.approx(attention.step(states), abs=1e-13)


@pytest.mark.parametrize("transform", SPARSE, ids=str)
def test_one_step_recalls_exactly_where_the_memory_says_so(transform, rng):
    patterns = rng.normal(size=(8, 20))
    memory = FenchelYoungMemory(patterns, transform.margin / 12, transform)
    taken = transform.num_taken
    chosen = np.array([rng.permutation(8)[:taken] for _ in range(200)])
    probes = patterns[chosen].sum(axis=1) + rng.normal(size=(200, 20))
    leading = np.argsort(-(probes @ patterns.T), axis=1)[:, :taken]
    distance = np.abs(memory.step(probes) - patterns[leading].sum(axis=1)).max(axis=1)
    exact = memory.exactness(probes) >= 0
    assert 10 < exact.sum() < 200
    assert distance[exact].max() < 1e-12  # to the last digit of one pattern, of a sum of three
    if taken == 1:
        assert np.array_equal(memory.step(probes)[exact], patterns[leading[exact, 0]])
    assert distance[memory.exactness(probes) < -0.1].min() > 1e-8


def test_energies_are_not_negative(rng):
    for transform in TRANSFORMS:
        memory = FenchelYoungMemory(rng.normal(size=(6, 5)), 3, transform)
        assert memory.energy(3 * rng.normal(size=(100, 5))).min() >= -1e-12


def test_all_patterns_taken_are_always_exact(rng):
    memory = FenchelYoungMemory(rng.normal(size=(3, 5)), transform=KSubset(3))
    assert np.isinf(memory.exactness(np.zeros(5)))
    assert memory.step(np.zeros(5)) == pytest.approx(memory.patterns.sum(axis=0))


def test_what_is_refused():
    with pytest.raises(ValueError, match="alpha"):
        Entmax(0.9)
    with pytest.raises(ValueError, match="alpha"):
        Normmax(1)
    with pytest.raises(ValueError, match="num_chosen"):
        FenchelYoungMemory(np.eye(2), transform=KSubset(3))
    with pytest.raises(TypeError, match="transform"):
        FenchelYoungMemory(np.eye(2), transform=1.5)


@pytest.mark.parametrize("transform", TRANSFORMS, ids=str)
def test_weights_keep_their_sum_at_large_scores(transform):
    for scores in ([0, 1e20, 1e20, 3e20, 2e20], [0, 0, 0, 1e300, -1e300], [1e17, 0, 5, 7, 1]):
        weights = transform.weights(np.array(scores, dtype=float))
        assert weights.sum() == pytest.approx(transform.num_taken)


def test_all_patterns_taken_weigh_one_each_at_any_scale():
    assert KSubset(3).weights(np.array([-1e20, 0, 1e20])) == pytest.approx(1)
