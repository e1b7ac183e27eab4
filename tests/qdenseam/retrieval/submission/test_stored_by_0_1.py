"""A submission that version 0.1 stored in November 2026 is fetched, and its method read."""

import shutil
from pathlib import Path

import numpy as np

from qdenseam import AmplitudeMemory
from qdenseam.methods import (
    Amplified,
    FixedPoint,
    HammingBall,
    SeparationFilter,
    method_from_dict,
)
from qdenseam.retrieval.submission import fetch, submissions

STORED = Path(__file__).parent / "stored_0_1"


def test_a_submission_of_0_1_is_fetched(tmp_path) -> None:
    store = shutil.copytree(STORED, tmp_path / "store")
    (found,) = submissions(store)
    first, second = fetch(found.id, store=store)
    np.testing.assert_array_equal(first.counts, [0, 18, 0])
    np.testing.assert_array_equal(second.counts, [0, 0, 19])
    assert (first.accepted, second.accepted, first.shots) == (18, 19, 20)
    expected = SeparationFilter(HammingBall(1), amplified=Amplified(0.4, FixedPoint(0.05)))
    assert method_from_dict(first.method) == expected
    memory = AmplitudeMemory(first.patterns)
    for result, law in zip((first, second), found.laws, strict=True):
        np.testing.assert_allclose(
            law.joint, expected.law(memory, result.probe).joint, rtol=0, atol=1e-12
        )
