import numpy as np
import pytest
from cases import case

from classical_ref import Coupling, Identity, ModularMemory, NeuronLayer, Pooling, Softmax
from classical_ref.learning import GradientDescent, Muon, learn_weights
from classical_ref.modular.unrolled import recall_error

LAYERS = {"x": NeuronLayer(6, Identity()), "h": NeuronLayer(4, Softmax(3.0))}
HELD = {"x": np.arange(6) < 3}


@pytest.fixture
def problem(rng):
    """A memory that has never seen its patterns, and patterns whose second half is missing."""
    wholes = np.repeat(rng.normal(size=(4, 6)), 5, axis=0) + 0.05 * rng.normal(size=(20, 6))
    cues = {"x": np.where(HELD["x"], wholes, 0.0), "h": np.zeros((20, 4))}
    weights = Coupling(rng.normal(size=(4, 6)) / 2)
    memory = ModularMemory(LAYERS, [(weights, ("h", "x")), (Coupling(np.zeros(4)), ("h",))])
    return memory, cues, {"x": wholes}


def test_halves_are_completed_after_learning(problem):
    memory, cues, wholes = problem
    learned = learn_weights(memory, cues, wholes, clamped=HELD, max_iter=200)
    assert learned.losses[-1] < learned.losses[0] / 5
    assert (np.diff(learned.losses) <= 0).all()
    again, _ = recall_error(learned.memory, cues, wholes, clamped=HELD)
    assert np.isclose(again, learned.losses[-1])
    assert f"then {learned.losses[-1]:.4g}" in learned.summary


@pytest.mark.parametrize(("optimizer", "batch"), [(GradientDescent(0.3), None), (Muon(0.05), 8)])
def test_optimizers_learn(problem, optimizer, batch):
    memory, cues, wholes = problem
    options = {"clamped": HELD, "optimizer": optimizer, "batch_size": batch, "max_iter": 150}
    learned = learn_weights(memory, cues, wholes, rng=0, **options)
    error, _ = recall_error(learned.memory, cues, wholes, clamped=HELD)
    assert len(learned.losses) == 151
    assert np.isclose(error, learned.losses[-1])
    assert error < learned.losses[0] / 4
    again = learn_weights(memory, cues, wholes, rng=0, **options)
    assert np.array_equal(again.losses, learned.losses)


def test_a_step_of_gradient_descent_is_minus_the_gradient(problem):
    memory, cues, wholes = problem
    _, gradient = recall_error(memory, cues, wholes, clamped=HELD)
    options = {"clamped": HELD, "optimizer": GradientDescent(0.1), "max_iter": 1}
    learned = learn_weights(memory, cues, wholes, **options)
    for place in (0, 1):
        moved = learned.memory.synapses[place][0].weights - memory.synapses[place][0].weights
        assert np.allclose(moved, -0.1 * gradient[place, "weights"])


def test_only_some_learn_and_decay_holds_them(problem):
    memory, cues, wholes = problem
    only = learn_weights(memory, cues, wholes, clamped=HELD, only=[1], max_iter=5).memory
    assert np.array_equal(only.synapses[0][0].weights, memory.synapses[0][0].weights)
    assert not np.array_equal(only.synapses[1][0].weights, memory.synapses[1][0].weights)
    away = [
        np.linalg.norm(
            learn_weights(memory, cues, wholes, clamped=HELD, decay=decay)
            .memory.synapses[0][0]
            .weights
            - memory.synapses[0][0].weights
        )
        for decay in (0.0, 0.1, 10.0)
    ]
    assert away[0] > away[1] > away[2]


def test_decay_pulls_to_the_first_weights(problem):
    memory, cues, wholes = problem
    options = {"clamped": HELD, "optimizer": GradientDescent(0.1), "decay": 0.5}
    one, two = (
        learn_weights(memory, cues, wholes, max_iter=count, **options).memory for count in (1, 2)
    )
    _, gradient = recall_error(one, cues, wholes, clamped=HELD)
    away = one.synapses[0][0].weights - memory.synapses[0][0].weights
    moved = two.synapses[0][0].weights - one.synapses[0][0].weights
    assert np.allclose(moved, -0.1 * (gradient[0, "weights"] + 0.5 * away))


def test_learning_that_converges_says_so(problem):
    memory, cues, wholes = problem
    learned = learn_weights(memory, cues, wholes, clamped=HELD, decay=1.0, tolerance=1e-5)
    assert learned.converged
    assert "Learning converged after" in learned.summary


def test_errors(problem):
    memory, cues, wholes = problem
    image = {"v": NeuronLayer((2, 1), Identity()), "p": NeuronLayer((1, 1), Identity())}
    fixed = ModularMemory(image, [(Pooling(2), ("v", "p"))])
    still = {"v": np.ones((1, 2, 1)), "p": np.ones((1, 1, 1))}
    for call, match in [
        (lambda: learn_weights(memory, cues, wholes, only=[2]), r"among \[0, 1\]\. Got \[2\]"),
        (lambda: learn_weights(fixed, still, still), r"only should hold places with weights, am"),
        (lambda: learn_weights(memory, cues, wholes, batch_size=2), r"batch_size should be None"),
        (lambda: learn_weights(memory, cues, wholes, optimizer="adam"), r"optimizer should be of"),
        (lambda: learn_weights(memory, cues, wholes, max_iter=0), r"max_iter should be in"),
        (lambda: learn_weights(memory, cues, {}), r"targets should name layers"),
    ]:
        with case(match), pytest.raises((TypeError, ValueError), match=match):
            call()
