from qdenseam.bench import start
from qdenseam.bench.base import run
from qdenseam.bench.start import REFERENCE, StartBenchmark


def test_everything_stands_cold_and_warm_beside_the_import(monkeypatch):
    monkeypatch.setattr(start, "SNIPPETS", {REFERENCE: "import json", "more": "import decimal"})
    rows = run(StartBenchmark(turns=1))
    assert [(row["what"], row["cache"]) for row in rows] == [
        (REFERENCE, "warm"),
        ("more", "cold"),
        ("more", "warm"),
    ]
    assert rows[0]["ratio"] == 1
    assert all(row["ratio"] > 0 for row in rows)
