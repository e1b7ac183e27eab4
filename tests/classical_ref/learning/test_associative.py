import numpy as np
import pytest

from classical_ref.learning import (
    Adam,
    Facts,
    GradientDescent,
    Muon,
    NormalizedGradient,
    SignDescent,
    TaskAlignedSign,
    TrainingOutcome,
    descent_gaps,
    gap_losses,
    learn,
    polar_factor,
    random_embeddings,
    uniform_muon_gaps,
)


@pytest.fixture
def embeddings(rng):
    return {"queries": random_embeddings(24, rng=rng), "answers": random_embeddings(24, rng=rng)}


@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_descent_follows_the_gap_recursion(embeddings, noise):
    facts = Facts.power_law(4, 6, exponent=1.5, label_noise=noise)
    step_size = 4 / facts.query_probabilities[0]
    done = learn(facts, GradientDescent(step_size), 150, **embeddings)
    gaps = descent_gaps(facts, step_size, range(151))
    assert np.abs(done.group_losses - gap_losses(facts, gaps)).max() < 1e-14
    assert np.array_equal(descent_gaps(facts, step_size, [3, 70]), gaps[[3, 70]])
    logits = embeddings["answers"].T @ done.weights @ embeddings["queries"]
    wrong = (logits.sum(axis=0) - np.diagonal(logits)) / 23
    assert np.allclose(np.diagonal(logits) - wrong, np.repeat(gaps[-1], 6), atol=1e-12)


def test_muon_on_equal_facts_is_exactly_exponential(embeddings):
    facts = Facts.power_law(1, 24, exponent=1)
    done = learn(facts, Muon(0.3), 60, **embeddings)
    closed = np.log1p(23 * np.exp(-0.3 * np.arange(61)))
    assert np.abs(done.losses - closed).max() < 1e-14
    assert np.abs(gap_losses(facts, uniform_muon_gaps(facts, 0.3, 60)) - closed).max() < 1e-14


@pytest.mark.parametrize("num_steps", [20, 40, 80, 160])
def test_noisy_muon_on_equal_facts_stays_within_its_bound(embeddings, num_steps):
    facts = Facts.power_law(1, 24, exponent=1, label_noise=0.2)
    step_size = 1.94 * facts.optimal_gap / num_steps
    done = learn(facts, Muon(step_size), num_steps, **embeddings)
    recursion = gap_losses(facts, uniform_muon_gaps(facts, step_size, num_steps))
    assert np.abs(done.losses - recursion).max() < 1e-14
    there = int(np.ceil(facts.optimal_gap / step_size))
    assert done.losses[there:].max() <= step_size**2 / 8


def test_muon_is_fast_and_even(embeddings):
    facts = Facts.power_law(4, 6, exponent=1.5)
    done = learn(facts, Muon(0.5), 45, **embeddings)
    slopes = np.diff(np.log(done.losses[20:]))
    assert np.abs(slopes / 0.5 + 1).max() < 0.01
    groups = done.group_losses[done.steps_to(1e-3)]
    assert groups.max() / groups.min() < 2
    descent = learn(facts, GradientDescent(4 / facts.query_probabilities[0]), 600, **embeddings)
    groups = descent.group_losses[descent.steps_to(1e-2)]
    assert groups.max() / groups.min() > 5
    assert descent.steps_to(1e-9) is None


@pytest.mark.parametrize("group_size", [4, 16, 32])
def test_the_polar_factor_of_the_residual_is_nearly_the_identity(group_size):
    facts = Facts.power_law(4, group_size, exponent=1.5)
    bound = 1 / group_size + 4 / group_size
    weights = np.zeros((facts.num_facts, facts.num_facts))
    for _ in range(12):
        direction = polar_factor(facts.residual(weights))
        assert np.abs(direction + np.eye(facts.num_facts)).max() <= bound
        weights -= 0.5 * direction


def test_the_embedding_matters_to_the_sign_only(rng, embeddings):
    facts = Facts.power_law(4, 6, exponent=1.5, label_noise=0.2)
    for optimizer in (Muon(0.2), NormalizedGradient(0.2)):
        plain, turned = learn(facts, optimizer, 20), learn(facts, optimizer, 20, **embeddings)
        assert np.allclose(plain.losses, turned.losses, atol=1e-9)
    plain, turned = (learn(facts, SignDescent(0.05), 20, **each) for each in ({}, embeddings))
    assert np.abs(plain.losses - turned.losses).max() > 0.1
    oracle = TaskAlignedSign(0.05, **embeddings)
    assert np.allclose(learn(facts, oracle, 20, **embeddings).losses, plain.losses, atol=1e-9)


def test_without_noise_a_larger_step_of_the_sign_wins(embeddings):
    # Compare at equal operator norm, or not at all: every normalized method is exponential here.
    facts = Facts.power_law(4, 6, exponent=1.5)
    muon = learn(facts, Muon(0.5), 40, **embeddings).steps_to(1e-3)
    raw = learn(facts, SignDescent(0.2), 40, **embeddings).steps_to(1e-3)
    fair = learn(facts, SignDescent(0.5, unit_norm=True), 100, **embeddings).steps_to(1e-3)
    assert raw < muon < fair


def test_with_few_groups_descent_wins_in_the_end():
    # A constant step leaves Muon at a height of eta**2; descent has no such floor.
    facts = Facts.power_law(4, 6, exponent=1.5, label_noise=0.2)
    muon = learn(facts, Muon(4.15 * facts.optimal_gap / 200), 200).losses[-50:].mean()
    gaps = descent_gaps(facts, 4 / facts.query_probabilities[0], [20, 200])
    early, late = gap_losses(facts, gaps) @ facts.group_probabilities
    assert late < muon / 10 < early


@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_several_queries_may_have_one_answer(noise):
    answers = np.arange(12) % 3
    rare = Facts(group_probabilities=[0.7, 0.3], group_size=6, label_noise=noise, answers=answers)
    done = learn(rare, GradientDescent(0.5), 60)
    assert done.weights.shape == (3, 12)
    gaps = descent_gaps(rare, 0.5, range(61))
    assert np.abs(done.group_losses - gap_losses(rare, gaps)).max() < 1e-14
    even = Facts(group_probabilities=[1.0], group_size=12, label_noise=noise, answers=answers)
    done = learn(even, Muon(0.3), 40)
    assert np.abs(done.losses - gap_losses(even, uniform_muon_gaps(even, 0.3, 40))).max() < 1e-13


def test_batches_are_drawn_anew_and_decreasing_steps_settle(embeddings):
    facts = Facts.power_law(4, 6, exponent=1.5, label_noise=0.2)
    optimizers = (Muon(0.5, momentum=0.9), SignDescent(0.1), Adam(0.2))
    for optimizer in optimizers:
        options = {"batch_size": 512, "decreasing": True, **embeddings}
        done = learn(facts, optimizer, 100, rng=0, **options)
        again, other = (learn(facts, optimizer, 100, rng=seed, **options) for seed in (0, 1))
        assert np.array_equal(done.losses, again.losses)
        assert not np.array_equal(done.losses, other.losses)
        assert done.losses[-5:].mean() < 0.05
    constant, decreasing = (
        learn(facts, Muon(0.5), 100, decreasing=each).losses[-10:].mean() for each in (False, True)
    )
    assert decreasing < constant / 20


def test_own_samples_are_classified(rng):
    # 8 classes of Gaussian samples, whose sizes fall like i**-1.5.
    sizes = np.maximum(200 * np.arange(1, 9) ** -1.5, 4).astype(int)
    centers, labels = 2 * rng.normal(size=(8, 20)), np.repeat(list("abcdefgh"), sizes)
    samples = np.repeat(centers, sizes, axis=0) + rng.normal(size=(len(labels), 20))
    facts = Facts.of_labels(labels)
    done = learn(facts, Muon(0.05, momentum=0.9), 60, queries=samples.T, decreasing=True)
    fresh = centers[:, np.newaxis] + rng.normal(size=(8, 50, 20))
    guesses = (fresh @ done.weights.T).argmax(axis=-1)
    assert (guesses == np.arange(8)[:, np.newaxis]).mean(axis=1).min() > 0.8
    assert done.losses[0] == pytest.approx(np.log(8))


def test_embeddings_may_have_any_dimension(rng):
    facts = Facts.power_law(2, 3, exponent=1)
    queries = random_embeddings(9, rng=rng)[:, :6]
    answers = random_embeddings(8, rng=rng)[:, :6]
    done = learn(facts, Muon(0.5), 30, queries=queries, answers=answers)
    assert done.weights.shape == (8, 9)
    assert done.num_steps == 30
    assert np.allclose(done.losses, learn(facts, Muon(0.5), 30).losses, atol=1e-9)


def test_divergence_is_an_outcome_that_keeps_finite_weights():
    facts = Facts.power_law(2, 3, exponent=1, label_noise=0.2)
    done = learn(facts, SignDescent(1e308), 5)
    assert done.outcome is TrainingOutcome.DIVERGED
    assert np.isfinite(done.weights).all()
    assert np.isfinite(done.losses).all()
    assert done.num_steps < 5
    assert learn(facts, Muon(0.1), 5).outcome is TrainingOutcome.COMPLETED
    huge = 1e200 * np.eye(6)
    done = learn(facts, GradientDescent(1.0), 5, queries=huge, answers=huge)
    assert done.outcome is TrainingOutcome.DIVERGED


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda f: learn(f, Muon(1.0), -1), r"num_steps should be in \[0, 10000000\]\. Got -1"),
        (
            lambda f: learn(f, Muon(1.0), 1, queries=np.eye(5)),
            r"queries should have shape \(num_dimensions, 6\).*Got shape \(5, 5\)",
        ),
        (
            lambda f: learn(f, Muon(1.0), 1, answers=np.full((6, 6), np.nan)),
            r"answers should be finite",
        ),
        (
            lambda f: descent_gaps(f, 1.0, [3, 2]),
            r"ascend from 0 or more to 1000000000\. Got \[3, 2\]",
        ),
        (lambda f: descent_gaps(f, 1.0, []), r"ascend from 0 or more to 1000000000\. Got \[\]"),
        (lambda f: uniform_muon_gaps(f, 1.0, 1), r"equally frequent"),
        (
            lambda f: uniform_muon_gaps(Facts.of_labels([0, 0, 1]), 1.0, 1),
            r"answers should be equally frequent",
        ),
        (lambda f: learn(f, Muon(1.0), 1, batch_size=0), r"batch_size should be in"),
        (
            lambda f: uniform_muon_gaps(Facts.power_law(1, 3, exponent=1), 1.0, -1),
            r"num_steps should be in \[0, 100000000\]\. Got -1",
        ),
    ],
)
def test_errors(call, match):
    with pytest.raises(ValueError, match=match):
        call(Facts.power_law(2, 3, exponent=1))
