"""Preparations on given sites, and places for qubits that hold differences."""

import numpy as np

from circuits.bit_order import to_words
from circuits.loading.coupled import prepare_on_sites
from circuits.loading.coupled_search.annealing import anneal
from circuits.loading.coupled_search.placement import neighbor_words
from circuits.sparse_simulator import preparation_error

CHAIN = tuple((i, i + 1) for i in range(11))


def test_qubits_stay_on_their_sites(rng) -> None:
    neighbors = neighbor_words(CHAIN, range(9))
    for num_patterns in (2, 3, 6):
        bits = np.zeros((num_patterns, 9), dtype=np.uint8)
        columns = [0, 1, 2, 3, 5, 6, 8]  # the others stay 0 and are passed
        words = rng.choice(2**7, num_patterns, replace=False)
        bits[:, columns] = (words[:, None] >> np.arange(7)) & 1
        amplitudes = np.full(num_patterns, num_patterns**-0.5, dtype=np.complex128)
        found = prepare_on_sites(bits, amplitudes, neighbors)
        assert preparation_error(found.circuit, bits, amplitudes) < 1e-10
        for instruction in found.circuit.data:
            places = [found.circuit.find_bit(qubit).index for qubit in instruction.qubits]
            assert len(places) == 1 or abs(places[0] - places[1]) == 1
    assert prepare_on_sites(bits[:1], np.ones(1, dtype=np.complex128), neighbors) is None
    wide = np.eye(40, 70, dtype=np.uint8)
    assert prepare_on_sites(wide, np.ones(40, dtype=np.complex128), neighbors) is None


def test_equal_qubits_come_to_stand_together(rng) -> None:
    kinds = rng.integers(0, 2, (4, 3), dtype=np.uint8)
    kinds[:, 0] = [0, 1, 0, 1]
    kinds[:, 1] = [0, 0, 1, 1]
    kinds[:, 2] = [0, 1, 1, 1]
    bits = kinds[:, np.arange(12) % 3]
    above = np.arange(-1, 11)  # a chain of differences
    columns = to_words(np.ascontiguousarray(bits.T))[:, 0].copy()
    found = anneal(columns, 4, above, neighbor_words(CHAIN, range(12)), 5000, 0, True)
    assert sorted(found) == list(range(12))
    kind = found % 3
    assert (kind[1:] != kind[:-1]).sum() == 2
    again = anneal(columns, 4, above, neighbor_words(CHAIN, range(12)), 5000, 0, True)
    assert (found == again).all()
