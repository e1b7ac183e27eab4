"""Filters on pictures in level codes: distances of levels, mismatched pixels, a circuit."""

import numpy as np
import pytest

from classical_ref import as_patterns
from qdenseam import AmplitudeMemory, recall
from qdenseam.methods import (
    Amplified,
    CategoricalFilter,
    HammingBall,
    ProductFilter,
    SeparationFilter,
)

GREY = np.random.default_rng(3).integers(0, 256, (5, 2, 3))


def levels_and_data(levels, grey=GREY):
    data = as_patterns(grey, levels=levels)
    return data.pictures(data.patterns).levels, data, AmplitudeMemory(data.patterns)


def test_a_product_filter_of_thermometer_code_damps_by_the_l1_distance() -> None:
    levels, _, memory = levels_and_data(4)
    apart = np.abs(levels - levels[1]).sum(axis=(1, 2))
    found = ProductFilter(0.3).law(memory, memory.patterns[1])
    np.testing.assert_allclose(found.joint, 0.3**apart / 5, rtol=1e-12)


def test_a_ball_of_thermometer_code_is_one_of_levels() -> None:
    levels, _, memory = levels_and_data(4)
    apart = np.abs(levels - levels[1]).sum(axis=(1, 2))
    radius = int(np.sort(apart)[2])
    found = SeparationFilter(HammingBall(radius)).law(memory, memory.patterns[1])
    np.testing.assert_allclose(found.joint, (apart <= radius) / 5, atol=1e-12)
    assert 1 < np.count_nonzero(found.joint > 0.1) < 5


@pytest.mark.parametrize("code", ["one-hot(3)", "gray(4)", "thermometer(5)"])
def test_a_categorical_filter_counts_the_pixels_whose_level_differs(code) -> None:
    levels, data, memory = levels_and_data(code)
    wrong = (levels != levels[1]).sum(axis=(1, 2))
    for radius in range(7):
        method = CategoricalFilter(HammingBall(radius), bits_per_feature=data.bits_per_feature)
        found = method.law(memory, memory.patterns[1])
        np.testing.assert_allclose(found.joint, (wrong <= radius) / 5, atol=1e-12)
    assert len(set(wrong.tolist())) > 2


def test_a_circuit_recalls_a_picture_of_which_one_pixel_is_another_level() -> None:
    grey = np.array([[[0, 80], [160, 255]], [[255, 0], [90, 90]], [[10, 200], [0, 120]]])
    levels, data, memory = levels_and_data("gray(4)", grey)
    probe = data.patterns[2].reshape(4, -1).copy()
    probe[1] = data.levels.encode((levels[2].ravel()[1] + 2) % 4)
    ball = CategoricalFilter(HammingBall(1), data.bits_per_feature, amplified=Amplified(1 / 3))
    for sampler in ("exact", "aer"):
        result = recall(memory, probe.ravel(), method=ball, sampler=sampler, shots=200, rng=4)
        found = data.pictures(result.pattern)
        assert np.array_equal(found.levels, levels[2])
        assert found.outcome == ""
        assert result.top_share == 1
