import numpy as np
import pytest

from classical_ref.theory import gfa
from classical_ref.theory.simulation import simulate


def test_a_small_simulation():
    result = simulate(
        order=3,
        dense_load=0.02,
        initial_overlaps=[1.0, 0.52, -1.0],
        num_neurons=64,
        num_steps=4,
        num_pattern_sets=6,
        rng=0,
    )
    assert result.num_patterns == 82
    assert result.overlaps.shape == (6, 3, 5)
    assert result.initial_overlaps.tolist() == [1.0, 1 - 2 * 15 / 64, -1.0]
    assert np.array_equal(result.mean()[:, 0], result.initial_overlaps)
    assert result.mean()[0, -1] > 0.97
    assert result.standard_error().shape == (3, 5)


def test_seeds_repeat():
    first, second = (
        simulate(
            order=2,
            dense_load=0.1,
            initial_overlaps=0.8,
            num_neurons=40,
            num_steps=2,
            num_pattern_sets=2,
            rng=5,
        ).overlaps
        for _ in range(2)
    )
    assert np.array_equal(first, second)


@pytest.mark.slow
@pytest.mark.parametrize("self_interaction", ["excluded", "kept"])
def test_simulation_follows_the_theory(self_interaction):
    """Away from the basin boundary, at 512 neurons, as close as the sampling allows."""
    load = 0.2 / 3
    overlaps = [0.3, 0.8, 1.0] if self_interaction == "excluded" else [0.5]
    result = simulate(
        order=3,
        dense_load=load,
        initial_overlaps=overlaps,
        num_steps=8,
        num_pattern_sets=12,
        self_interaction=self_interaction,
        rng=0,
    )
    for row, initial in enumerate(result.initial_overlaps):
        theory = gfa.solve(
            order=3,
            dense_load=load,
            initial_overlap=initial,
            num_steps=8,
            num_paths=100_000,
            self_interaction=self_interaction,
            rng=0,
        ).overlap
        assert np.abs(result.mean()[row] - theory).max() < 0.05


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"initial_overlaps": [1.5]}, r"initial_overlaps should be a vector with entries in"),
        ({"dense_load": 0.0}, r"dense_load should be positive and finite\. Got 0"),
        ({"num_steps": 0}, r"num_steps should be in \[1, 10000\]\. Got 0"),
        ({"num_pattern_sets": 0}, r"num_pattern_sets should be in \[1, 1000000\]\. Got 0"),
    ],
)
def test_errors(change, match):
    good = {"order": 3, "dense_load": 0.1, "initial_overlaps": [1.0], "num_neurons": 10}
    with pytest.raises(ValueError, match=match):
        simulate(**good | change)
