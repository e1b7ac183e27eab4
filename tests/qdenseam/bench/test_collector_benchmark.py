from qdenseam.bench.base import run
from qdenseam.bench.collecting import CollectorBenchmark


def test_ours_is_measured_and_peers_are_or_say_why_not():
    ours, *peers = run(CollectorBenchmark(tasks=50, peer_tasks=5))
    assert (ours["collector"], ours["num_tasks"], ours["ratio"]) == ("qdenseam", 50, 1)
    assert 100 < ours["bytes_per_task"] < 1000
    assert all(row["note"] or row["bytes_per_task"] > 0 for row in peers)
