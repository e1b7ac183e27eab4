"""A reduced energy is the whole energy on the states that obey the relations."""

import numpy as np
import pytest
from qiskit.quantum_info import Operator

from circuits.bit_order import all_bits, bits_to_integer
from classical_ref import bits_to_spins
from qdenseam.memories.reduced import ReducedEnergy


def test_any_chain_of_relations_keeps_the_energy(rng: np.random.Generator) -> None:
    diagonal = rng.normal(size=64)
    for _ in range(30):
        reduced = ReducedEnergy.of(diagonal)
        for _ in range(int(rng.integers(1, 6))):
            neuron, sign = int(rng.integers(reduced.num_neurons)), int(rng.choice([-1, 1]))
            others = [i for i in range(reduced.num_neurons) if i != neuron]
            if rng.random() < 0.5:
                reduced = reduced.fixed(neuron, sign)
            else:
                reduced = reduced.tied(neuron, int(rng.choice(others)), sign)
        spins = bits_to_spins(all_bits(reduced.num_neurons)).astype(np.int8)
        whole = np.array([reduced.expand(row) for row in spins])
        indices = bits_to_integer(whole < 0)
        np.testing.assert_allclose(reduced.diagonal(), diagonal[indices])
        assert len(set(indices.tolist())) == 2**reduced.num_neurons


def test_the_phase_is_the_exponential_and_the_energy_is_locked(rng: np.random.Generator) -> None:
    diagonal = rng.normal(size=8) + 5
    reduced = ReducedEnergy.of(diagonal)
    matrix = Operator(reduced.phase().circuit(0.3)).data
    np.testing.assert_allclose(matrix, np.diag(np.exp(-0.3j * diagonal)), atol=1e-12)
    diagonal[0] = 0
    assert reduced.energies[0] != 0
    assert not reduced.energies.flags.writeable


def test_relations_are_imposed() -> None:
    reduced = ReducedEnergy.of(np.arange(8.0)).tied(2, 0, -1).fixed(1, -1)
    assert reduced.expand(np.array([1], dtype=np.int8)).tolist() == [1, -1, -1]
    assert reduced.expand(np.array([-1], dtype=np.int8)).tolist() == [-1, -1, 1]
    assert reduced.diagonal().tolist() == [6.0, 3.0]
    with pytest.raises(ValueError, match="probe should"):
        reduced.check_probe("01")
