import numpy as np
import pytest

from classical_ref import (
    Exponential,
    LogSumExp,
    Polynomial,
    RectifiedPolynomial,
    digits,
    erase,
    flip,
    random_patterns,
)
from classical_ref.sequences import SequenceMemory
from classical_ref.theory.capacity import error_free_capacity, sequence_capacity

SEPARATIONS = [Polynomial(2), Polynomial(3), RectifiedPolynomial(10), Exponential(0.7), LogSumExp()]


@pytest.mark.parametrize("separation", SEPARATIONS, ids=str)
@pytest.mark.parametrize("closed", [False, True])
def test_a_step_is_the_sign_of_the_weighted_successors(separation, closed, rng):
    patterns, states = random_patterns(6, 9, rng=rng), random_patterns(20, 9, rng=rng)
    wanted = []
    for state in states:
        field = np.zeros(9)
        for row in range(6 if closed else 5):
            h = float(patterns[row].astype(int) @ state)
            match separation:
                case Polynomial(order):
                    gain = h ** (order - 1)
                case RectifiedPolynomial(order):
                    gain = max(h, 0) ** (order - 1)
                case _:
                    gain = np.exp(separation.beta * h)
            field += gain * patterns[(row + 1) % 6]
        wanted.append(np.where(np.abs(field) <= 1e-9 * abs(field).max(), state, np.sign(field)))
    memory = SequenceMemory(patterns, separation, closed=closed)
    assert np.array_equal(memory.step(states), wanted)


def test_closed_sequences_go_round_and_open_ones_end():
    patterns = random_patterns(5, 40, rng=1)
    result = SequenceMemory(patterns, Exponential(), closed=True).recall(patterns[3], 7)
    assert result.rows.tolist() == [3, 4, 0, 1, 2, 3, 4, 0]
    assert result.first_error == 8
    opened = SequenceMemory(patterns, Exponential())
    assert opened.recall(patterns[3], 1).rows.tolist() == [3, 4]
    with pytest.raises(ValueError, match="num_steps should be at most 1"):
        opened.recall(patterns[3], 2)


def test_damaged_starts_fall_into_the_sequence():
    patterns = random_patterns(20, 64, rng=2)
    memory = SequenceMemory(patterns, Exponential())
    for damaged in (flip(patterns[:3], 8, rng=3), erase(patterns[:3], 30, rng=3)):
        result = memory.recall(damaged, 5)
        assert result.rows[0].tolist() == [-1, -1, -1] or np.any(damaged == 0)
        assert result.rows[1:].tolist() == [[t, t + 1, t + 2] for t in range(1, 6)]
        assert result.first_error.tolist() == [6, 6, 6]


def test_the_first_error_is_found_where_recall_leaves_the_sequence():
    patterns = random_patterns(60, 32, rng=4)
    result = SequenceMemory(patterns, Polynomial(2)).recall(patterns[0], 59)
    wrong = (result.states[1:] != patterns[1:]).any(axis=1)
    assert wrong.any()
    assert result.first_error == 1 + wrong.argmax()
    assert result.rows[result.first_error] != result.first_error


def whole(length, num_neurons, separation, rng, *, rule="plain"):
    """Return the share of 12 random sequences that are recalled whole from their start."""
    done = 0
    for _ in range(12):
        patterns = random_patterns(length, num_neurons, rng=rng)
        memory = SequenceMemory(patterns, separation, rule=rule)
        done += int(memory.recall(patterns[0], length - 1).first_error == length)
    return done / 12


@pytest.mark.parametrize(("order", "num_neurons"), [(2, 128), (3, 64)])
def test_whole_sequences_end_between_their_capacity_and_that_of_a_transition(
    order, num_neurons, rng
):
    low, high = sequence_capacity(order, num_neurons), error_free_capacity(order, num_neurons)
    # 12 sequences: a share of 3/4 below, of 1/4 above; the half-way length lies between.
    assert whole(int(low * 0.8), num_neurons, Polynomial(order), rng) >= 0.75
    assert whole(int(high * 1.5), num_neurons, Polynomial(order), rng) <= 0.25


def test_projection_recalls_correlated_sequences_up_to_the_dimension():
    patterns = digits(64).select(40, rng=0).patterns
    plain = SequenceMemory(patterns, Polynomial(2))
    projected = SequenceMemory(patterns, Polynomial(2), rule="projection")
    assert projected.recall(patterns[0], 39).first_error == 40
    assert plain.recall(patterns[0], 39).first_error < 5
    assert SequenceMemory(patterns, Exponential()).recall(patterns[0], 39).first_error == 40


def test_what_is_refused():
    with pytest.raises(ValueError, match="distinct"):
        SequenceMemory(["01", "10", "01"])
    with pytest.raises(ValueError, match="num_patterns"):
        SequenceMemory(["01"])
    with pytest.raises(ValueError, match="linearly independent"):
        SequenceMemory(["00", "01", "10"], rule="projection")
    with pytest.raises(TypeError, match="separation"):
        SequenceMemory(["00", "01"], "polynomial(3)")
    with pytest.raises(TypeError, match="closed"):
        SequenceMemory(["00", "01"], closed="no")
    with pytest.raises(ValueError, match="rule"):
        SequenceMemory(["00", "01"], rule="pseudo")
    for wrong in (1.5, "1", True):
        with pytest.raises(TypeError, match="num_steps should be an integer"):
            SequenceMemory(["01", "10"]).recall("01", wrong)
