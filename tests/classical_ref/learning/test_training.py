import numpy as np
import pytest

from classical_ref.learning import (
    ClassMemory,
    TrainingOutcome,
    TrainingSetup,
    default_temperature,
    published_setup,
    train,
)
from classical_ref.learning.training import loss_and_gradient


def blobs(rng, num_images=120):
    """Three classes of noisy prototypes."""
    prototypes = np.sign(rng.normal(size=(3, 16)))
    labels = np.arange(num_images) % 3
    return np.clip(prototypes[labels] + rng.normal(0, 0.4, (num_images, 16)), -1, 1), labels


@pytest.mark.parametrize(("order", "loss_power"), [(2, 1), (3, 2), (10, 3)])
def test_gradient_is_that_of_the_loss(rng, order, loss_power):
    memories = rng.uniform(-1, 1, (4, 9))
    images = rng.uniform(-1, 1, (5, 6))
    targets = np.where(np.arange(3) == rng.integers(3, size=(5, 1)), 1.0, -1.0)
    setup = {"order": order, "temperature": 3.0, "loss_power": loss_power}
    _, gradient = loss_and_gradient(memories, images, targets, **setup)
    numeric = np.empty_like(memories)
    for place in np.ndindex(memories.shape):
        step = np.zeros_like(memories)
        step[place] = 1e-5
        above = loss_and_gradient(memories + step, images, targets, **setup)[0]
        below = loss_and_gradient(memories - step, images, targets, **setup)[0]
        numeric[place] = (above - below) / 2e-5
    assert np.allclose(gradient, numeric, atol=1e-6 * np.abs(numeric).max())


def test_the_loss_is_that_of_the_class_units(rng):
    images, labels = blobs(rng, 9)
    memories = rng.uniform(-1, 1, (4, 19))
    memory = ClassMemory(
        pixels=memories[:, :16], classes=memories[:, 16:], order=3, temperature=10.0
    )
    targets = np.where(np.arange(3) == labels[:, np.newaxis], 1.0, -1.0)
    loss, _ = loss_and_gradient(memories, images, targets, order=3, temperature=10.0, loss_power=2)
    assert loss == pytest.approx(((memory.class_units(images) - targets) ** 4).sum(), rel=1e-12)


@pytest.mark.parametrize("order", [2, 3, 10])
def test_training_learns_and_repeats(rng, order):
    images, labels = blobs(rng)
    setup = TrainingSetup(order=order, num_memories=12, num_epochs=40, batch_size=40)
    seen = []
    done = train(images, labels, setup, rng=1, on_epoch=lambda *args: seen.append(args))
    assert done.outcome is TrainingOutcome.COMPLETED
    assert [epoch for epoch, _ in seen] == list(range(1, 41))
    assert done.losses.tolist() == [loss for _, loss in seen]
    assert done.losses[-1] < done.losses[0] / 2  # an outlier may stay, at a loss of 1
    assert (done.memory.classify(images) == labels).mean() > 0.95
    assert np.abs(done.memory.patterns).max() <= 1
    again = train(images, labels, setup, rng=1)
    assert np.array_equal(again.memory.patterns, done.memory.patterns)


def test_the_fastest_entry_of_every_memory_moves_by_the_step(rng):
    images, labels = blobs(rng)
    setup = TrainingSetup(
        num_memories=5, num_epochs=1, batch_size=120, learning_rate=0.01, spread=0.1
    )
    start = np.random.default_rng(3).normal(-0.3, 0.1, (5, 19))
    moved = train(images, labels, setup, rng=3).memory.patterns - start
    assert np.allclose(np.abs(moved).max(axis=1), 0.01)


def test_divergence_is_an_outcome_that_keeps_finite_memories(rng):
    images, labels = blobs(rng)
    setup = TrainingSetup(order=30, num_memories=4, temperature=1e-30, num_epochs=3)
    done = train(images, labels, setup, rng=0)
    assert done.outcome is TrainingOutcome.DIVERGED
    assert done.losses.size == 0
    assert np.isfinite(done.memory.patterns).all()
    # A fall of the temperature that goes too far keeps what was learned before.
    cooled = TrainingSetup(
        order=30,
        num_memories=4,
        temperature=1e-30,
        initial_temperature=10.0,
        temperature_epochs=2,
        num_epochs=5,
    )
    late = train(images, labels, cooled, rng=0)
    assert late.outcome is TrainingOutcome.DIVERGED
    assert late.losses.size == 2
    assert np.isfinite(late.losses).all()
    assert not np.array_equal(late.memory.patterns, done.memory.patterns)


def test_no_gradient_at_all_is_an_outcome(rng):
    images, labels = blobs(rng)
    setup = TrainingSetup(order=30, num_memories=4, temperature=1e30, num_epochs=3)
    done = train(images, labels, setup, rng=0)
    assert done.outcome is TrainingOutcome.STALLED
    assert done.losses.tolist() == [3.0]  # every unit is 0, at distance 1 from its target


def test_temperatures():
    setup = TrainingSetup(temperature=10.0, initial_temperature=30.0, temperature_epochs=4)
    assert [setup.temperature_at(epoch, 10.0) for epoch in (0, 1, 4, 9)] == [30, 25, 10, 10]
    assert TrainingSetup().temperature_at(0, 7.0) == 7.0
    assert default_temperature(10, 74) == pytest.approx(0.61 * 74)
    grown = [default_temperature(order, 100) for order in (2, 3, 4, 7, 10, 20, 25, 30, 50)]
    assert (np.diff(grown) >= 0).all()


def test_published_setups():
    for order in (2, 3, 20, 30):
        setup = published_setup(order)
        assert (setup.order, setup.num_memories, setup.num_epochs) == (order, 2000, 3000)
        assert setup.batch_size == 1000
        assert 0.01 <= setup.learning_rate <= 0.04
        assert 0.6 <= setup.momentum <= 0.95
    assert 500 <= published_setup(30).temperature <= 700
    assert 250 <= published_setup(2).initial_temperature <= 400
    with pytest.raises(ValueError, match=r"order should be 2, 3, 20 or 30.*Got 10"):
        published_setup(10)


@pytest.mark.parametrize(
    ("images", "labels", "options", "match"),
    [
        (np.zeros(4), [0], {}, r"\(num_images, num_pixels\)\. Got shape \(4,\)"),
        (np.full((2, 3), np.nan), [0, 1], {}, r"images should be finite"),
        (np.zeros((2, 3)), [0], {}, r"labels should have shape \(2,\), one class per image"),
        (np.zeros((2, 3)), [[0], [1]], {}, r"labels should have shape \(2,\).*Got shape \(2, 1\)"),
        (np.zeros((2, 3)), [0.0, 1.0], {}, r"integers from 0\. Got float64; number the classes"),
        (np.zeros((2, 3)), ["a", "b"], {}, r"integers from 0\. Got <U1"),
        (np.zeros((2, 3)), [0, -1], {}, r"integers from 0\. Got -1"),
        (np.zeros((2, 3)), [0, 2], {"num_classes": 2}, r"below 2 classes\. Got 2"),
    ],
)
def test_errors_of_training(images, labels, options, match):
    with pytest.raises(ValueError, match=match):
        train(images, labels, **options)


@pytest.mark.parametrize(
    ("changes", "error", "match"),
    [
        ({"order": 1}, ValueError, r"order should be in \[2, 1000\]\. Got 1"),
        ({"num_memories": 0}, ValueError, r"num_memories should be in \[1, 1000000\]\. Got 0"),
        ({"num_epochs": 1.5}, TypeError, r"num_epochs should be an integer\. Got 1\.5"),
        (
            {"temperature_epochs": -1},
            ValueError,
            r"temperature_epochs should be in \[0, 1000000\]\. Got -1",
        ),
        ({"temperature": -1.0}, ValueError, r"temperature should be positive and finite"),
        ({"learning_rate": 0.0}, ValueError, r"learning_rate should be positive"),
        ({"momentum": 1.0}, ValueError, r"momentum should be in \[0, 1\)\. Got 1\.0"),
        ({"mean": float("nan")}, ValueError, r"mean should be finite\. Got nan"),
    ],
)
def test_errors_of_setups(changes, error, match):
    with pytest.raises(error, match=match):
        TrainingSetup(**changes)


@pytest.mark.slow
@pytest.mark.parametrize(("order", "momentum"), [(3, 0.9), (10, 0.6)])
def test_digits_are_classified(order, momentum):
    from sklearn.datasets import load_digits

    source = load_digits()
    images, labels = source.data / 8 - 1, source.target
    accuracies = []
    for split in range(3):
        mixed = np.random.default_rng(split).permutation(len(labels))
        test, rest = mixed[:360], mixed[360:]
        memory = train(
            images[rest], labels[rest], TrainingSetup(order=order, momentum=momentum), rng=split
        ).memory
        accuracies.append((memory.classify(images[test]) == labels[test]).mean())
        answers = memory.classify(images[test])
        assert (memory.dual().classify(images[test]) == answers).mean() >= 0.97
    assert np.mean(accuracies) > 0.97
