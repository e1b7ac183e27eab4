"""The noise study: instances, one whole trial on a small device, and its table."""

import numpy as np
import pytest

from classical_ref.patterns import is_ambiguous
from qdenseam.experiments import collect
from qdenseam.experiments.affine_study import affine_summary, affine_tasks, random_code
from qdenseam.experiments.noise_study import (
    instance,
    noise_summary,
    noise_tasks,
    prediction_quality,
)


def test_instances_are_clear_and_the_same_for_every_device() -> None:
    for number in range(5):
        patterns, probe, target = instance(4, 4, 1, 0, number)
        assert not is_ambiguous(patterns, probe, target)
        again = instance(4, 4, 1, 0, number)
        np.testing.assert_array_equal(again[1], probe)
    assert len(noise_tasks()) == 2 * 2 * 5 * 20


def test_a_trial_and_its_table(tmp_path) -> None:
    tasks = noise_tasks([(4, 4)], ["fake:manila"], num_instances=1, shots=500)
    records = collect(tasks, tmp_path / "noise.jsonl")
    flipped, unknown = noise_summary(records)
    assert (unknown["unknown"], flipped["flipped"]) == (1, 1)
    assert unknown["low"] < unknown["success"] < unknown["high"]
    assert unknown["success"] > unknown["baseline"] == pytest.approx(1 - 0.75**3)
    assert unknown["allowed"] < unknown["readout"] < 1
    assert unknown["success"] <= unknown["accept"] <= 1
    assert set(prediction_quality(records)) == {"correlation", "bias", "spread"}


def test_a_code_is_linear_and_its_words_far_apart() -> None:
    words = random_code(12, 3, rng=1)
    assert words.shape == (8, 12)
    assert not words[0].any()
    rows = {tuple(word) for word in words}
    assert all(tuple(a ^ b) in rows for a in words for b in words)
    assert words[1:].sum(axis=1).min() >= 5
    with pytest.raises(ValueError, match=r"dimension should be in 1\.\.12"):
        random_code(12, 13)


@pytest.mark.slow
def test_an_affine_memory_is_recalled_under_noise(tmp_path) -> None:
    tasks = affine_tasks(((8, 3),), ("fake:fez",), num_batches=1, shots=100)
    (row,) = affine_summary(collect(tasks, tmp_path / "affine.jsonl"))
    assert row["success_low"] > 2 * row["chance"]
    assert row["decoded"] >= row["success"]
