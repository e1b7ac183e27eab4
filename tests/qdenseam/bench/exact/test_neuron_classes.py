"""The symmetric subspace holds the whole law, at small sizes and where no vector of states fits."""

import numpy as np
import pytest

from circuits.bit_order import all_bits
from qdenseam.bench.exact.distance_energies import distance_energies
from qdenseam.bench.exact.neuron_classes import ClassQAOA
from qdenseam.simulation.diagonal import qaoa_expectation_and_gradient, qaoa_state


@pytest.mark.parametrize(("num_patterns", "num_neurons"), [(1, 1), (1, 5), (2, 6), (3, 7), (5, 4)])
def test_it_is_the_diagonal_engine(num_patterns, num_neurons, rng):
    bits = rng.integers(2, size=(num_patterns, num_neurons))
    tables = rng.normal(size=(num_patterns, num_neurons + 1))
    layers = {"gammas": rng.normal(size=2), "betas": rng.normal(size=2)}
    reduced = ClassQAOA(bits, tables, **layers)
    whole = distance_energies(bits, tables), np.full(num_neurons, np.pi / 2)
    probabilities = np.abs(qaoa_state(*whole, **layers)) ** 2
    np.testing.assert_allclose(
        reduced.probabilities(all_bits(num_neurons)), probabilities, atol=1e-13
    )
    expected = qaoa_expectation_and_gradient(*whole, **layers)
    for mine, other in zip(reduced.expectation_and_gradient(), expected, strict=True):
        np.testing.assert_allclose(mine, other, atol=1e-11)


def test_hundred_neurons_obey_the_closed_form_of_one_layer():
    # A field alone, E = d = Σ_i (1 - z_i)/2 from the pattern 0...0, turns every qubit by itself:
    # exp(iβX) exp(iγZ/2)|+> has <Z> = sin(2β) sin(γ), whatever D is.
    gamma, beta, num_neurons = 0.37, 0.61, 100
    reduced = ClassQAOA(
        np.zeros((1, num_neurons), dtype=int),
        np.arange(num_neurons + 1)[None],
        gammas=[gamma],
        betas=[beta],
    )
    mean_spin = np.sin(2 * beta) * np.sin(gamma)
    value, by_gamma, by_beta = reduced.expectation_and_gradient()
    assert value == pytest.approx(num_neurons * (1 - mean_spin) / 2, rel=1e-12)
    assert by_gamma[0] == pytest.approx(-num_neurons * np.sin(2 * beta) * np.cos(gamma) / 2)
    assert by_beta[0] == pytest.approx(-num_neurons * np.cos(2 * beta) * np.sin(gamma))
    zero = reduced.probabilities(np.zeros((1, num_neurons), dtype=int))
    np.testing.assert_allclose(zero, ((1 + mean_spin) / 2) ** num_neurons, rtol=1e-6)


@pytest.mark.parametrize(
    "change", [{"tables": np.zeros((1, 2))}, {"gammas": [0.1]}, {"betas": [[0.1, 0.2]]}]
)
def test_bad_input_is_refused(change):
    good = {"pattern_bits": [[0, 1]], "tables": np.zeros((1, 3)), "gammas": [1, 2], "betas": [1, 2]}
    with pytest.raises(ValueError, match=r"tables should have shape \(1, 3\) and gammas that of"):
        ClassQAOA(**{**good, **change})
