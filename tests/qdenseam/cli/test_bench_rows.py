"""The bench commands are thin shells: they print, write JSON, and refuse clearly."""

import json

from typer.testing import CliRunner

from qdenseam.cli.app import app


def run(*arguments: str):
    return CliRunner().invoke(app, list(arguments))


def test_bench_recall_prints_a_row_per_method_and_writes_json(tmp_path) -> None:
    file = tmp_path / "rows.json"
    result = run(
        "bench", "recall", "--num-neurons", "3", "--num-patterns", "2", "--shots", "200",
        "--json", str(file),
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    content = json.loads(file.read_text())
    assert {"versions", "rows", "seed"} <= set(content)
    assert all(row["law_error"] < 1e-10 for row in content["rows"])
    assert all(row["acceptance"] > 0 for row in content["rows"])  # each row tests something
    assert "schedule=plain" in result.output


def test_bench_recall_takes_methods_with_settings() -> None:
    small = ("bench", "recall", "--num-neurons", "3", "--num-patterns", "2", "--shots", "100")
    spelled = "separation-filter(hamming-ball(1), amplified=1/$num_patterns)"
    result = run(*small, "--method", spelled, "--method", "amplification")
    assert result.exit_code == 0, result.output
    rows = [line.split("│")[1].strip() for line in result.stdout.splitlines() if line[0] == "│"]
    assert rows == ["separation-filter(hamming-ball(1), amplified=0.5)", "amplification"]
    refused = run(*small, "--method", "amplificaton")
    assert refused.exit_code == 2
    assert "Did you mean 'amplification'" in refused.stderr


def test_bench_recall_times_engines(tmp_path) -> None:
    file = tmp_path / "rows.json"
    result = run("bench", "recall", "--engines", "--sizes", "5:4", "--json", str(file))
    assert result.exit_code == 0, result.output
    assert "branch" in result.output
    rows = json.loads(file.read_text())["rows"]
    assert {row["num_neurons"] for row in rows} == {5}
    refused = run("bench", "recall", "--engines", "--sizes", "5x4")
    assert refused.exit_code == 2
    assert "sizes should be D:K" in refused.stderr


def test_bench_energy_measures_our_engine(tmp_path) -> None:
    file = tmp_path / "rows.json"
    result = run("bench", "energy", "--sizes", "6", "--num-layers", "1", "--json", str(file))
    assert result.exit_code == 0, result.output
    rows = json.loads(file.read_text())["rows"]
    assert all(row["error"] < 1e-5 for row in rows if row["note"] != "not installed")
    assert {row["num_neurons"] for row in rows} == {6}


def test_a_bench_with_an_unknown_grid_is_refused() -> None:
    result = run("bench", "encoders", "--grid", "huge")
    assert result.exit_code == 2
    assert "grid should be one of" in result.stderr


def test_bench_encoders_prints_what_it_counted_and_leaves_no_unfinished_file(
    tmp_path, monkeypatch
) -> None:
    from qdenseam.bench.encoders import comparison

    monkeypatch.setitem(comparison.SIZES, "small", ((4, 3),))
    file = tmp_path / "rows.json"
    result = run("bench", "encoders", "--devices", "", "--json", str(file))
    assert result.exit_code == 0, result.output
    content = json.loads(file.read_text())
    assert {row["encoder"] for row in content["rows"]} == {"auto:gates", "auto:depth"}
    assert all(row["infidelity"] < 1e-12 for row in content["rows"])
    assert "CX/best" in result.output
    assert list(tmp_path.iterdir()) == [file]
