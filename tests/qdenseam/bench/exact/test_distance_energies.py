"""Energies made of distances are the model's, on any array module and in any number of blocks."""

import numpy as np
import pytest
from device_arrays import device, to_host

from circuits.bit_order import all_bits
from classical_ref import DenseMemory, Exponential, Polynomial, RectifiedPolynomial
from classical_ref.patterns import random_patterns
from classical_ref.spins import bits_to_spins, spins_to_bits
from qdenseam.bench.exact import distance_energies as engine
from qdenseam.bench.exact.distance_energies import distance_energies


@pytest.mark.parametrize("block_qubits", [3, 7, 12])
@pytest.mark.parametrize("separation", [Polynomial(3), RectifiedPolynomial(2), Exponential(0.5)])
def test_energies_are_the_memorys_plus_the_fields(separation, block_qubits, rng, monkeypatch):
    monkeypatch.setattr(engine, "_BLOCK_QUBITS", block_qubits)
    patterns = random_patterns(3, 7, rng=rng)
    memory = DenseMemory(patterns, separation, weights=rng.uniform(0.5, 2, 3))
    fields, bits = rng.normal(size=7), spins_to_bits(patterns)
    column = separation.energy(7 - 2 * np.arange(8)[:, None], np.ones(1))
    tables = np.outer(memory.weights, column)
    states = bits_to_spins(all_bits(7))
    energies = distance_energies(bits, tables)
    np.testing.assert_allclose(energies, memory.energy(states), rtol=1e-12)
    tilted = distance_energies(bits, tables, fields=fields)
    np.testing.assert_allclose(tilted - energies, states @ fields, atol=1e-10)
    for dtype in (np.float64, np.float32):
        there = distance_energies(bits, tables, dtype=dtype, array_module=device)
        assert there.dtype == dtype
        np.testing.assert_array_equal(to_host(there), energies.astype(dtype))


def test_bad_input_is_refused():
    with pytest.raises(
        ValueError, match=r"shape \(1, 3\) and fields \(2,\). Got \(1, 2\) and \(2,"
    ):
        distance_energies([[0, 1]], np.zeros((1, 2)))
    with pytest.raises(ValueError, match=r"Got \(1, 3\) and \(3,\)"):
        distance_energies([[0, 1]], np.zeros((1, 3)), fields=np.zeros(3))
