from pathlib import Path

import pytest
from typer.testing import CliRunner

import qdenseam.reproduce as room
from qdenseam.cli import workers
from qdenseam.cli.app import app
from qdenseam.reproduce import REPRODUCTIONS, Check, Reproduced


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(workers.os, "environ", {})
    return lambda *arguments: CliRunner().invoke(app, ["reproduce", *arguments])


def answer(value):
    """Stand in for a run whose only check has this value and should have 1."""
    asked = {}

    def record(name, **options):
        asked.update(options, name=name)
        check = Check(quantity="how much", value=value, expected=1.0, tolerance=0.1)
        return Reproduced(checks=(check,), figure=Path("figure.png"))

    return asked, record


def test_the_list_names_all(run):
    result = run("--list")
    assert result.exit_code == 0
    assert all(f"{name}\n" in result.stdout for name in REPRODUCTIONS)


@pytest.mark.parametrize(
    ("arguments", "got"), [((), "Got none"), (("figure-7",), "Got 'figure-7'")]
)
def test_names_are_checked(run, tmp_path, arguments, got):
    result = run(*arguments)
    assert result.exit_code == 2
    assert "one of mimura-figure-1" in result.stderr
    assert got in result.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("value", "status", "word"), [(1.05, 0, "pass"), (1.2, 1, "FAIL")])
def test_agreement_is_printed_and_decides_the_status(run, monkeypatch, value, status, word):
    asked, record = answer(value)
    monkeypatch.setattr(room, "reproduce", record)
    result = run("mimura-figure-1", "--quick", "--workers", "3", "--quiet")
    assert result.exit_code == status
    assert "how much" in result.stdout
    assert word in result.stdout
    assert "Figure: figure.png" in result.stdout
    assert asked == {
        "name": "mimura-figure-1",
        "out": Path("qdenseam-reproduce/mimura-figure-1"),
        "quick": True,
        "num_workers": 3,
        "on_progress": None,
    }


def test_one_worker_is_this_process(run, monkeypatch):
    asked, record = answer(1.0)
    monkeypatch.setattr(room, "reproduce", record)
    run("mimura-figure-1", "--workers", "1", "--out", "here")
    assert (asked["num_workers"], asked["out"]) == (0, Path("here"))
    assert workers.os.environ["OMP_NUM_THREADS"] == "1"


def test_interruption_says_how_to_go_on(run, monkeypatch):
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(room, "reproduce", interrupted)
    result = run("mimura-figure-1", "--out", "here")
    assert result.exit_code == 130
    assert "here/results.jsonl" in result.stderr


def test_a_worker_per_core(monkeypatch):
    monkeypatch.setattr(workers.os, "sched_getaffinity", lambda pid: set(range(5)), raising=False)
    assert workers.usable_cores() == 5
