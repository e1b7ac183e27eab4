import json

from typer.testing import CliRunner

from qdenseam.cli.app import app


def test_ours_is_measured_and_peers_are_or_say_why_not(tmp_path):
    file = tmp_path / "rows.json"
    arguments = ["bench", "collect", "--tasks", "50", "--peer-tasks", "5", "--json", str(file)]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    ours, *peers = json.loads(file.read_text())["rows"]
    assert ours["collector"] == "qdenseam"
    assert 100 < ours["bytes_per_task"] < 1000
    assert all(row["note"] or row["bytes_per_task"] > 0 for row in peers)
