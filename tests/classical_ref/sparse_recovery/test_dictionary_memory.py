import numpy as np
import pytest
from cases import case

from classical_ref.sparse_recovery import DictionaryMemory


def sparse(num_rows, size, count, rng):
    rows = np.zeros((num_rows, size))
    for row in rows:
        row[rng.choice(size, count, replace=False)] = rng.normal(size=count)
    return rows


@pytest.fixture
def planted(rng):
    atoms = rng.normal(size=(60, 40))
    atoms /= np.linalg.norm(atoms, axis=1, keepdims=True)
    return DictionaryMemory(atoms, rng.normal(size=40), error_weight=1.0)


def test_sparse_combinations_lose_their_sparse_errors(planted, rng):
    words = planted.center + sparse(12, 60, 3, rng) @ planted.atoms
    probes = words + sparse(12, 40, 3, rng)
    result = planted.recall(probes.reshape(3, 4, 40))
    assert np.abs(result.states.reshape(12, 40) - words).max() < 1e-6
    assert result.is_stored.shape == (3, 4)
    assert result.is_stored.all()


def test_a_word_of_one_atom_stays_and_noise_is_not_stored(planted, rng):
    words = planted.center + 2 * planted.atoms[:5]
    assert np.abs(planted.recall(words).states - words).max() < 1e-9
    assert planted.recall(planted.center).is_stored
    assert not planted.recall(rng.normal(size=(10, 40))).is_stored.any()


def test_costly_errors_are_left_in(planted, rng):
    probe = rng.normal(size=40)
    kept, taken = (
        DictionaryMemory(planted.atoms, planted.center, error_weight=weight).recall(probe).states
        for weight in (1e3, 1e-3)
    )
    assert np.abs(kept - probe).max() < 1e-6
    assert np.abs(taken - planted.center).max() < 1e-6  # everything counts as error


def test_learned_atoms_have_length_one_and_a_seed_repeats(rng):
    samples = sparse(60, 12, 2, rng) @ rng.normal(size=(12, 8)) + 5
    one, same = (DictionaryMemory.learned(samples, num_atoms=12, rng=3) for _ in range(2))
    assert np.allclose(np.linalg.norm(one.atoms, axis=1), 1)
    assert np.array_equal(one.atoms, same.atoms)
    assert np.allclose(one.center, samples.mean(axis=0))


def test_errors():
    memory = DictionaryMemory(np.eye(2), np.zeros(2))
    for call, match in [
        (lambda: DictionaryMemory(np.eye(2), np.zeros(3)), r"center should have shape \(2,\)"),
        (lambda: DictionaryMemory(np.ones(2), np.ones(2)), r"atoms should have shape"),
        (lambda: DictionaryMemory(np.eye(2), [0, 0], error_weight=0), r"error_weight should be"),
        (lambda: DictionaryMemory.learned([[1.0, np.inf]], num_atoms=1), r"samples should be fin"),
        (lambda: memory.recall([1.0]), r"probe should have shape \(\.\.\., 2\)\. Got"),
    ]:
        with case(match), pytest.raises(ValueError, match=match):
            call()
    assert repr(memory) == "DictionaryMemory(num_atoms=2, num_neurons=2, error_weight=1.5)"
