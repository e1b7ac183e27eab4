import numpy as np
import pytest

from classical_ref import DenseMemory, Exponential, Polynomial, flip, random_patterns
from classical_ref.sequences import BidirectionalMemory, Pairs, pairs


@pytest.fixture
def stored(rng):
    return pairs(random_patterns(8, 20, rng=rng), random_patterns(8, 12, rng=rng))


def test_a_dense_memory_of_pairs_answers_keys_and_values(stored):
    memory = DenseMemory(stored.patterns, Exponential())
    for probes in (stored.probes(stored.keys), stored.probes(values=stored.values)):
        assert np.count_nonzero(probes == 0) in (8 * 12, 8 * 20)
        recalled = memory.recall(probes, clamped=probes != 0, rng=0).states
        assert np.array_equal(recalled, stored.patterns)


def test_probes_broadcast_and_say_what_is_unknown(stored):
    probes = stored.probes(stored.keys[0], stored.values)
    assert probes.shape == (8, 32)
    assert np.array_equal(probes[3], [*stored.keys[0], *stored.values[3]])
    assert np.array_equal(stored.probes(stored.keys[:2])[:, 20:], np.zeros((2, 12)))


def test_marginals_sum_over_pairs_that_share_a_value():
    stored = pairs(["000", "001", "010", "100"], ["01", "11", "01", "10"])
    values, shares = stored.marginal([[0.4, 0.3, 0.2, 0.1], [0, 0, 1, 0]])
    assert values.tolist() == [[1, -1], [-1, -1], [-1, 1]]
    assert shares == pytest.approx(np.array([[0.6, 0.3, 0.1], [1, 0, 0]]))


@pytest.mark.parametrize("separation", [Polynomial(3), Polynomial(5), Exponential()], ids=str)
def test_keys_and_values_find_each_other_from_damaged_keys(separation):
    stored = pairs(random_patterns(32, 64, rng=0), random_patterns(32, 64, rng=1))
    result = BidirectionalMemory(stored, separation).recall(flip(stored.keys, 6, rng=2))
    assert np.array_equal(result.values, stored.values)
    assert np.array_equal(result.keys, stored.keys)
    assert result.is_settled.all()
    assert result.sweeps.max() <= 3


def test_at_order_two_no_step_raises_the_product_energy(rng):
    stored = pairs(random_patterns(20, 16, rng=rng), random_patterns(20, 10, rng=rng))
    memory = BidirectionalMemory(stored, Polynomial(2))
    keys = random_patterns(30, 16, rng=rng)
    energies = []
    for sweeps in range(1, 6):
        result = memory.recall(keys, max_sweeps=sweeps)
        x, y = result.keys.astype(int), result.values.astype(int)
        energies.append(-((x @ stored.keys.T) * (y @ stored.values.T)).sum(axis=1))
    assert np.all(np.diff(energies, axis=0) <= 0)
    assert np.any(np.diff(energies, axis=0) < 0)


def test_many_values_of_one_key_need_a_dense_memory_with_the_key_held():
    stored = pairs(["0000", "0000", "1111"], ["001", "010", "100"])
    probe = stored.probes("0000")
    states = (
        DenseMemory(stored.patterns, Exponential())
        .recall(np.repeat(probe[np.newaxis], 40, axis=0), clamped=probe != 0, tie="random", rng=0)
        .states
    )
    assert np.all(states[:, :4] == 1)


def test_what_is_refused(stored):
    with pytest.raises(ValueError, match="as many as keys"):
        pairs(["00", "01"], ["1"])
    with pytest.raises(ValueError, match="distinct"):
        pairs(["00", "00"], ["1", "1"])
    with pytest.raises(ValueError, match="one for each of the keys"):
        stored.probes(stored.keys[:3], stored.values[:2])
    for wrong in (1.5, "2", True):
        with pytest.raises(TypeError, match="num_key_neurons should be an integer"):
            Pairs(stored.patterns, wrong)
    with pytest.raises(ValueError, match="neither"):
        stored.probes()
    with pytest.raises(ValueError, match="num_key_neurons"):
        Pairs(stored.patterns, 32)
    with pytest.raises(TypeError, match="pairs"):
        BidirectionalMemory(stored.patterns)
    with pytest.raises(ValueError, match="max_sweeps"):
        BidirectionalMemory(stored).recall(stored.keys, max_sweeps=0)


def test_no_keys_have_no_values(stored):
    result = BidirectionalMemory(stored).recall(stored.keys[:0])
    assert result.keys.shape == (0, 20)
    assert result.values.shape == (0, 12)
