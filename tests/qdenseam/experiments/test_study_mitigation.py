"""A contender with mitigation is a row of its own; what was measured stands beside, unchanged."""

import numpy as np
import pytest

from classical_ref.patterns import random_patterns
from classical_ref.spins import spins_to_bits, spins_to_text
from qdenseam.execution.mitigation import Mitigation
from qdenseam.execution.readings import Readings
from qdenseam.execution.readout_errors import ReadoutErrors
from qdenseam.experiments.answering import _inferred
from qdenseam.experiments.challenge import Challenge
from qdenseam.experiments.run_study import read_study, run_study
from qdenseam.experiments.study import Study
from qdenseam.experiments.study_cells import study_rows
from qdenseam.report.study import write_study_report
from qdenseam.retrieval.result import RecallResult

INVERTED = "mitigation(readout=subspace, decoding=true)"


def study(**contender):
    return Study.from_dict(
        {
            "data": {"source": "random", "num_neurons": 4},
            "axes": [{"num_patterns": [3], "erasures": [1]}],
            "sampling": {"pattern_sets": 5, "probes": 2, "shots": 60},
            "contender": [
                {"recall": "amplification", "engine": "fake:manila"},
                {"recall": "amplification", "engine": "fake:manila"} | contender,
            ],
        }
    )


def test_the_row_beside_counts_what_was_measured(tmp_path) -> None:
    asked = study(mitigation=INVERTED)
    table = run_study(asked, tmp_path / "results.jsonl")
    raw, inferred = table.to_dict("records")
    assert [raw["mitigation"], inferred["mitigation"]] == ["none", INVERTED]
    assert inferred["label"] == f"amplification, {INVERTED}"
    assert np.isnan(raw["measured_failure_rate"])
    assert 0 <= inferred["measured_failure_rate_low"] <= inferred["measured_failure_rate"] <= 1
    assert raw["shots"] == inferred["shots"] == 600
    page = write_study_report(
        asked, read_study(asked, tmp_path / "results.jsonl"), tmp_path, command="again"
    ).read_text()
    assert "as measured" in page
    assert f"amplification, then {INVERTED}" in page
    assert '"mitigation"' not in (tmp_path / "results.jsonl").read_text().splitlines()[0]


@pytest.mark.parametrize(
    ("contender", "said"),
    [
        ({"mitigation": "magic"}, r"one of mitigation\(readout, decoding, parity_checks\), none"),
        ({"mitigation": "decoding"}, r"Did you mean 'mitigation\(decoding=true\)'"),
        ({"recall": "nearest", "mitigation": INVERTED}, "for what is not measured"),
        ({"engine": "exact", "mitigation": INVERTED}, "on 'exact'; use fake:fez, or decoding"),
        ({"engine": "aer", "mitigation": INVERTED}, "on 'aer'; use fake:fez, or decoding"),
        ({"recall": "minimum-search", "mitigation": INVERTED}, "of 'minimum-search' on"),
    ],
)
def test_what_cannot_be_inferred_is_refused_at_the_door(contender, said) -> None:
    with pytest.raises(ValueError, match=said):
        study_rows(study(**contender))


PATTERNS = random_patterns(2, 3, rng=4)


def result_of(bits, counts, probe=(0, 0, 0)) -> RecallResult:
    bits = np.array(bits, dtype=bool)
    return RecallResult(
        patterns=PATTERNS,
        probe=np.array(probe, dtype=np.int8),
        states=(1 - 2 * bits).astype(np.int8),
        state_counts=np.array(counts),
        shots=sum(counts),
        method={"name": "amplification"},
        engine="fake:manila",
        state_preparations=0,
        readings=Readings(bits=bits, counts=np.array(counts, dtype=float)),
        readout_errors=ReadoutErrors(
            zero_read_as_one=np.array([0.4, 0.0, 0.0]), one_read_as_zero=np.zeros(3)
        ),
    )


def inferred(result, mitigation, *, flips=0) -> str:
    asked = Challenge(
        patterns=PATTERNS,
        probes=result.probe[None],
        targets=np.zeros(1, dtype=np.int64),
        flips=flips,
    )
    return str(spins_to_text(_inferred(result, mitigation, asked)))


def test_the_answer_is_the_likeliest_outcome_that_is_inferred() -> None:
    # neuron 0 reads a 0 as 1 in two of five shots: of 100 zeros 40 are read as ones
    result = result_of([[0, 0, 0], [1, 0, 0], [1, 1, 1]], [33, 22, 45])
    assert inferred(result, Mitigation()) == "111"
    assert inferred(result, Mitigation(readout="subspace")) == "000"


def test_where_known_bits_are_certain_it_keeps_to_them() -> None:
    result = result_of([[0, 0, 0], [1, 0, 0], [1, 1, 1]], [60, 10, 30], probe=(0, 0, -1))
    assert inferred(result, Mitigation()) == "111"
    assert inferred(result, Mitigation(), flips=1) == "000"
    nothing = result_of([[0, 0, 0]], [60], probe=(0, 0, -1))
    assert inferred(nothing, Mitigation(decoding=True)) == "???"


def test_decoding_answers_by_the_nearest_pattern() -> None:
    first, second = spins_to_bits(PATTERNS).tolist()
    near = [first[0] ^ 1, *first[1:]] if first[1:] != second[1:] else [*first[:2], first[2] ^ 1]
    result = result_of([second, first, near], [40, 30, 30])
    assert inferred(result, Mitigation(), flips=1) == "".join(map(str, second))
    assert inferred(result, Mitigation(decoding=True), flips=1) == "".join(map(str, first))
