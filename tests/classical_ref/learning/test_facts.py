import numpy as np
import pytest

from classical_ref.learning import Facts


@pytest.fixture
def facts():
    return Facts.power_law(3, 2, exponent=1.5, label_noise=0.3)


def test_rates_and_targets(facts):
    assert facts.num_facts == 6
    assert facts.query_probabilities.sum() == pytest.approx(1)
    rates = facts.group_probabilities
    assert np.allclose(rates / rates[0], np.arange(1, 4) ** -1.5)
    assert np.allclose(facts.targets.sum(axis=0), 1)
    assert np.allclose(np.diagonal(facts.targets), 0.7 + 0.05)


@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_the_residual_is_the_gradient_of_the_loss(rng, noise):
    facts = Facts.power_law(2, 2, exponent=2, label_noise=noise)
    logits = rng.normal(size=(4, 4))

    def loss(at):
        return facts.query_probabilities @ facts.excess_losses(at)

    numeric = np.empty((4, 4))
    for place in np.ndindex(4, 4):
        step = np.zeros((4, 4))
        step[place] = 1e-6
        numeric[place] = (loss(logits + step) - loss(logits - step)) / 2e-6
    residual = facts.residual(logits)
    assert np.allclose(residual, numeric, atol=1e-9)
    assert np.allclose(residual.sum(axis=0), 0, atol=1e-14)  # softmax sees no shift of a column
    assert np.linalg.matrix_rank(residual) < 4


def test_the_optimum_has_no_excess(facts):
    best = facts.optimal_gap * np.eye(6)
    assert np.abs(facts.excess_losses(best)).max() < 1e-15
    assert np.abs(facts.residual(best)).max() < 1e-16
    assert (facts.excess_losses(best + 0.1 * np.eye(6)) > 0).all()
    assert Facts.power_law(3, 2, exponent=1).optimal_gap == np.inf


def test_groups(facts):
    assert facts.by_group(np.arange(6.0)).tolist() == [0.5, 2.5, 4.5]


def test_batches_have_the_residual_on_average(facts, rng):
    logits = rng.normal(size=(6, 6))
    size, trials = 5, 4000
    batches = [facts.residual(logits, batch_size=size, rng=rng) for _ in range(trials)]
    away = np.mean(batches, axis=0) - facts.residual(logits)
    assert np.abs(away).max() < 6.5 / np.sqrt(size * trials)
    targets, rates = facts._drawn(200_000, rng)
    assert np.abs(rates - facts.query_probabilities).max() < 0.01
    assert np.abs(targets - facts.targets).max() < 0.03


def test_labels_of_any_type_are_answers():
    labeled = Facts.of_labels(["b", "a", "b", "c"], label_noise=0.3)
    assert labeled.answers.tolist() == [1, 0, 1, 2]
    assert (labeled.num_facts, labeled.num_answers) == (4, 3)
    assert np.allclose(labeled.query_probabilities, 1 / 4)
    assert np.allclose(labeled.targets, 0.1 + 0.7 * np.eye(3)[:, [1, 0, 1, 2]])
    assert np.abs(labeled.residual(labeled.optimal_gap * np.eye(3)[:, [1, 0, 1, 2]])).max() < 1e-16


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: Facts(group_probabilities=[0.5, 0.6], group_size=2), r"sum to 1\. Got 1\.1"),
        (
            lambda: Facts(group_probabilities=[1.0, 0.0], group_size=2),
            r"group_probabilities should be positive and",
        ),
        (lambda: Facts(group_probabilities=1.0, group_size=2), r"Got shape \(\)"),
        (
            lambda: Facts.power_law(0, 2, exponent=1),
            r"num_groups should be in \[1, 100000000\]\. Got 0",
        ),
        (lambda: Facts.of_labels([1, 1]), r"labels should have.*Got \[1, 1\]"),
        (lambda: Facts.of_labels([[1, 2], [3]]), r"labels should have.*Got \[\[1, 2\], \[3\]\]"),
        (lambda: Facts.of_labels([None, 1]), r"labels should have.*Got \[None, 1\]"),
        (
            lambda: Facts(group_probabilities=[1.0], group_size=2, answers=[0, 0.5]),
            r"answers should be numbers from 0.*Got \[0, 0\.5\]",
        ),
        (
            lambda: Facts(group_probabilities=[1.0], group_size=2, answers=[0, 1, 2]),
            r"answers should have shape \(2,\)",
        ),
        (lambda: Facts.power_law(1, 1, exponent=1), r"two facts\. Got 1 groups of 1"),
        (
            lambda: Facts.power_law(2, 2, exponent=np.inf),
            r"exponent should be in \[-30, 30\]\. Got inf",
        ),
        (
            lambda: Facts.power_law(2, 2, exponent=1, label_noise=1.0),
            r"label_noise should be in \[0, 1\)\. Got 1\.0",
        ),
    ],
)
def test_errors(call, match):
    with pytest.raises(ValueError, match=match):
        call()


@pytest.mark.parametrize("logits", [None, 3, "a", np.eye(3), [[1, 2], [3]], np.full((4, 4), 1j)])
def test_logits_of_another_shape_are_refused(logits):
    facts = Facts.power_law(2, 2, exponent=1.0)
    for use in (facts.residual, facts.excess_losses):
        with pytest.raises(ValueError, match=r"logits should be numbers of shape \(4, 4\)\. Got "):
            use(logits)
    with pytest.raises(ValueError, match=r"values should be numbers of shape \(4,\)\. Got "):
        facts.by_group(logits)
