"""Every method's defaults work on the probes that it is meant for."""

import numpy as np
import pytest

from classical_ref import text_to_spins
from classical_ref.spins import hamming_distance
from qdenseam import AmplitudeMemory
from qdenseam.methods import METHODS

# pairwise distances 4 and 8: one wrong bit leaves the pattern the nearest
PATTERNS = text_to_spins(["00000000", "00001111", "11110000", "11111111", "01010101", "00110011"])
SERVING = [
    method
    for method in METHODS.values()
    if method.memory_type is AmplitudeMemory and not getattr(method, "is_historic", False)
]
DEFAULTS = pytest.mark.parametrize("method", SERVING, ids=lambda method: method.name)
ERASED = np.array([1, 1, 0, 1, 0, 1, 1, 0], dtype=np.int8)
"""Five known neurons that tell all patterns apart."""


def test_the_patterns_are_apart() -> None:
    distances = hamming_distance(PATTERNS, PATTERNS)
    assert distances[~np.eye(len(PATTERNS), dtype=bool)].min() == 4
    assert len(np.unique(PATTERNS * ERASED, axis=0)) == len(PATTERNS)


def assert_found(method, probe: np.ndarray, target: int) -> None:
    law = method().law(AmplitudeMemory(PATTERNS), probe)
    others = np.delete(law.joint, target)
    assert law.joint[target] > others.max() + 1e-6
    assert law.probabilities[target] > 0.35  # two controls weigh least, 0.38
    assert law.acceptance > 0.04


@DEFAULTS
def test_defaults_complete_an_erased_probe(method) -> None:
    for target, pattern in enumerate(PATTERNS):
        assert_found(method, pattern * ERASED, target)


@DEFAULTS
def test_defaults_repair_a_flipped_probe_where_they_are_meant_to(method) -> None:
    if not method.corrects:
        pytest.skip("completes unknown bits only")
    for target, pattern in enumerate(PATTERNS):
        for wrong in range(8):
            assert_found(method, pattern * np.where(np.arange(8) == wrong, -1, 1), target)
