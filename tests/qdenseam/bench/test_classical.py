import builtins

import pytest

from qdenseam.bench import classical

SMALL = {
    "num_probes": 4,
    "num_patterns": 64,
    "num_neurons": 32,
    "num_single": 128,
    "num_asynchronous": 16,
    "repeats": 1,
}


def test_rows_carry_their_ratio():
    rows = list(classical.bench_classical(**SMALL))
    assert len({(row.kernel, row.workload) for row in rows}) == len(rows) == 7
    for row in rows:
        if row.seconds is None:
            assert row.note.startswith("skipped")
            assert row.ratio is None
        else:
            assert row.ratio == row.reference_seconds / row.seconds > 0
        assert row.to_dict()["ratio"] == row.ratio
    targets = {row.target for row in rows}
    assert {0.92, 1.6, 6.0, 50.0, 100.0} <= targets


def test_two_threads_are_timed_in_wall_time():
    rows = list(classical.bench_classical(**SMALL, num_threads=2))
    assert all(row.reference_seconds > 0 for row in rows)


def test_a_missing_peer_is_skipped_with_its_reason(monkeypatch):
    whole = builtins.__import__

    def without_torch(name, *arguments, **options):
        if name == "torch":
            raise ImportError(name)
        return whole(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", without_torch)
    rows = list(classical.bench_classical(**SMALL))
    (row,) = [row for row in rows if row.seconds is None]
    assert row.note == "skipped: torch is not installed"


@pytest.mark.parametrize("name", [*SMALL, "num_threads"])
def test_counts_are_checked(name):
    with pytest.raises(ValueError, match=rf"{name} should be at least 1\. Got 0"):
        list(classical.bench_classical(**SMALL | {name: 0}))


def test_probes_are_patterns():
    with pytest.raises(ValueError, match=r"num_probes should be at most 64\. Got 65"):
        list(classical.bench_classical(**SMALL | {"num_probes": 65}))
