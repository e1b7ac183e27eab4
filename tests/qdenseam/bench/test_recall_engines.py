"""Engines on the same recalls: all give the same probabilities, each has a row."""

import sys

import pytest

from classical_ref.patterns import random_patterns
from qdenseam import AmplitudeMemory
from qdenseam.bench.recall_engines import ENGINES, bench_recall_engines, branch_state
from qdenseam.methods import ProductFilter


def test_every_engine_agrees_with_the_branches(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "mqt", None)  # as if it were not installed
    rows = list(bench_recall_engines(sizes=[(5, 4)], num_repeats=1, rng=0))
    assert [row.engine for row in rows] == 4 * list(ENGINES)
    for row in rows:
        if row.engine == "ddsim":
            assert row.seconds is None
            assert row.note.startswith("not installed")
        else:
            assert row.error < (1e-8 if row.engine == "aer-mps" else 1e-10), row
            assert row.seconds > 0
            assert row.ratio == 1 or row.engine != "branch"


def test_what_does_not_fit_is_a_row_that_says_so() -> None:
    rows = list(bench_recall_engines(sizes=[(40, 4)], engines=["aer", "law"], num_repeats=1, rng=0))
    notes = {row.note for row in rows if row.engine == "aer"}
    assert notes == {"2^41 amplitudes", "2^42 amplitudes"}
    assert max(row.error for row in rows if row.engine == "law") < 1e-12


@pytest.mark.slow
def test_decision_diagrams_agree() -> None:
    pytest.importorskip("mqt.ddsim")
    rows = list(bench_recall_engines(sizes=[(12, 8)], engines=["ddsim"], num_repeats=1, rng=0))
    assert max(row.error for row in rows) < 1e-10


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"engines": ["abacus"]}, "engines should be among branch, .*Got 'abacus'"),
        ({"sizes": []}, "sizes should have D and K of at least 4"),
        ({"num_repeats": 0}, "num_repeats should be at least 1"),
    ],
)
def test_bad_input_is_refused(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        list(bench_recall_engines(**{"sizes": [(4, 4)], **change}))
    memory = AmplitudeMemory(random_patterns(2, 4, rng=0))
    with pytest.raises(TypeError, match="method should be a filter or amplification"):
        branch_state(ProductFilter(0.1), memory, memory.patterns[0])
