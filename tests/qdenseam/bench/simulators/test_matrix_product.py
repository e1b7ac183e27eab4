"""Amplitudes of a matrix product state are those of the vector that it stands for."""

import numpy as np
import pytest

from circuits.bit_order import all_bits
from qdenseam.bench.simulators.builders import product_amplitudes


def test_amplitudes_are_the_chain_of_products(rng: np.random.Generator) -> None:
    shapes = [(1, 2), (2, 3), (3, 1)]
    sites = [tuple(rng.normal(size=(2, *shape)) + 0j) for shape in shapes]
    bonds = [rng.random(2), rng.random(3)]
    bits = all_bits(3)
    expected = [
        (sites[0][a] @ np.diag(bonds[0]) @ sites[1][b] @ np.diag(bonds[1]) @ sites[2][c])[0, 0]
        for a, b, c in bits
    ]
    np.testing.assert_allclose(product_amplitudes((sites, bonds), bits), expected)
    with pytest.raises(ValueError, match=r"bits should have shape \(M, 3\). Got \(2, 4\)"):
        product_amplitudes((sites, bonds), np.zeros((2, 4)))
