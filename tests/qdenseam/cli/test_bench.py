import json

import pytest
from typer.testing import CliRunner

from qdenseam.bench import classical
from qdenseam.bench.classical import KernelRow
from qdenseam.cli import bench
from qdenseam.cli.app import app


@pytest.fixture
def asked(monkeypatch):
    seen = {}
    common = {"workload": "B = 1", "reference": "a pair", "reference_seconds": 0.5}

    def record(**options):
        seen.update(options)
        return (
            KernelRow(kernel="quick", seconds=0.125, target=3.0, **common),
            KernelRow(kernel="absent", seconds=None, target=None, note="not there", **common),
        )

    monkeypatch.setattr(classical, "bench_classical", record)
    return seen


def test_rows_are_printed_and_written(asked, tmp_path):
    place = tmp_path / "rows.json"
    result = CliRunner().invoke(
        app, ["bench", "classical", "--json", str(place), "--threads", "2", "--repeats", "3"]
    )
    assert result.exit_code == 0
    assert asked == {"num_threads": 2, "repeats": 3}
    for word in ("quick", "125 ms", "500 ms", "4", "3", "absent", "not there"):
        assert word in result.stdout
    content = json.loads(place.read_text())
    assert content["threads"] == 2
    assert "numpy" in content["versions"]
    assert [row["ratio"] for row in content["rows"]] == [4.0, None]


def test_without_a_command_there_is_help():
    result = CliRunner().invoke(app, ["bench"])
    assert "classical" in result.output


def test_durations_have_a_unit():
    assert bench._duration(0.0123) == "12.3 ms"
    assert bench._duration(2e-6) == "2 µs"
