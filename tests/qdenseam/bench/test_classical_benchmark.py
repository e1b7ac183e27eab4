import pytest

from qdenseam.bench import classical
from qdenseam.bench.base import run
from qdenseam.bench.classical import ClassicalBenchmark

SMALL = {
    "num_probes": 4,
    "num_patterns": 64,
    "num_neurons": 32,
    "num_single": 128,
    "num_asynchronous": 16,
    "turns": 1,
}


@pytest.mark.parametrize("threads", [1, 2])
def test_rows_carry_their_ratio_or_say_why_there_is_none(monkeypatch, threads):
    monkeypatch.setattr(classical, "not_run", lambda *_: "not run: torch is not installed")
    rows = run(ClassicalBenchmark(**SMALL, threads=threads))
    assert len({(row["kernel"], row["workload"]) for row in rows}) == len(rows) == 8
    timed = [row for row in rows if row["note"] is None]
    assert len(timed) == 6
    assert all(row["ratio"] == row["reference_seconds"] / row["seconds"] > 0 for row in timed)
    assert {0.92, 1.6, 6.0, 50.0, 100.0} <= {row["target"] for row in timed}


def test_probes_are_patterns():
    with pytest.raises(ValueError, match=r"num_probes should be at most 64\. Got 65"):
        ClassicalBenchmark(**SMALL | {"num_probes": 65})
