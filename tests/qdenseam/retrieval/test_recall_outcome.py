"""What a result says in words, case by case."""

from typing import Any

import pytest

from qdenseam.retrieval.outcome import sentences

FACTS: dict[str, Any] = {
    "shots": 1000,
    "accepted": 1000,
    "top_count": 1000,
    "num_tied": 1,
    "pattern_index": 2,
    "num_stored": 1000,
    "num_matching": 1,
    "contradicted": (),
    "predicted_probability": None,
}

CASES = {
    "all shots show one stored pattern": (
        {},
        "Recalled stored pattern 2 in 100.0% of 1000 shots.",
    ),
    "the most frequent outcome is not the share of stored ones": (
        {"top_count": 270},
        "Recalled stored pattern 2 in 27.0% of 1000 shots, stored patterns in 100.0%.",
    ),
    "some shots are rejected": (
        {"accepted": 400, "top_count": 400, "num_stored": 400},
        "Recalled stored pattern 2 in 100.0% of 400 accepted shots (40.0% of 1000 were accepted).",
    ),
    "a spurious state": (
        {"pattern_index": None, "top_count": 600, "num_stored": 300},
        "Recalled a spurious state in 60.0% of 1000 shots, stored patterns in 30.0%.",
    ),
    "nothing but a spurious state": (
        {"pattern_index": None, "num_stored": 0, "num_matching": 0},
        "Recalled a spurious state in 100.0% of 1000 shots, stored patterns in 0.0%. "
        "No stored pattern agrees with every known neuron.",
    ),
    "a law at hand": (
        {"top_count": 900, "predicted_probability": 0.9123},
        "Recalled stored pattern 2 in 90.0% of 1000 shots, stored patterns in 100.0%. "
        "The law predicts 91.2% for it.",
    ),
    "ties": (
        {"top_count": 250, "num_tied": 4},
        "Recalled stored pattern 2 in 25.0% of 1000 shots, stored patterns in 100.0%. "
        "It is the first of 4 equally frequent outcomes.",
    ),
    "several patterns match": (
        {"num_matching": 2},
        "Recalled stored pattern 2 in 100.0% of 1000 shots. "
        "2 stored patterns agree with every known neuron.",
    ),
    "the answer contradicts a known neuron, another pattern does not": (
        {"contradicted": (4,)},
        "Recalled stored pattern 2 in 100.0% of 1000 shots. It contradicts the probe at known "
        "neuron 4, though one stored pattern agrees with every known neuron.",
    ),
    "it contradicts where several match": (
        {"contradicted": (0, 4), "num_matching": 3},
        "Recalled stored pattern 2 in 100.0% of 1000 shots. It contradicts the probe at known "
        "neurons 0, 4, though 3 stored patterns agree with every known neuron.",
    ),
    "no pattern matches": (
        {"contradicted": tuple(range(8)), "num_matching": 0},
        "Recalled stored pattern 2 in 100.0% of 1000 shots. No stored pattern agrees with every "
        "known neuron; this answer differs at 8 known neurons (0, 1, 2, 3, 4, 5, ...).",
    ),
    "all rejected, none matches": (
        {"accepted": 0, "top_count": 0, "num_stored": 0, "num_matching": 0},
        "None of 1000 shots was accepted. No stored pattern agrees with every known neuron; use "
        "a method that tolerates more errors, or more shots.",
    ),
    "an adaptive method finds nothing": (
        {"accepted": 0, "top_count": 0, "num_stored": 0, "unit": "searches"},
        "None of 1000 searches was accepted. One stored pattern agrees with every known neuron; "
        "use more searches.",
    ),
    "all rejected though one matches": (
        {"accepted": 0, "top_count": 0, "num_stored": 0},
        "None of 1000 shots was accepted. One stored pattern agrees with every known neuron; use "
        "more shots.",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_case_in_words(case: str) -> None:
    facts, said = CASES[case]
    assert " ".join(sentences(**FACTS | facts)) == said
