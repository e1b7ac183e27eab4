import io
import sys

import pytest

from qdenseam.cli import progress
from qdenseam.experiments import Progress


def states(total):
    return [Progress(done=i, total=total, message="") for i in range(1, total + 1)]


def test_plain_lines_where_there_is_no_terminal(monkeypatch, capsys):
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0.0)
    with progress.shown_progress("walk", last="resting") as update:
        for state in states(3):
            update(state)
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "walk: 1 of 3 after 0 s",
        "walk: 2 of 3 after 0 s",
        "walk: 3 done in 0 s; resting",
    ]


def test_lines_are_seconds_apart(capsys):
    with progress.shown_progress("walk", last="resting") as update:
        for state in states(50):
            update(state)
    assert capsys.readouterr().err == "walk: 50 done in 0 s; resting\n"


def test_quiet_draws_nothing(capsys):
    with progress.shown_progress("walk", last="resting", quiet=True) as update:
        assert update is None
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("total", [1, 3])
def test_a_bar_on_a_terminal(monkeypatch, total):
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", terminal)
    with progress.shown_progress("walk", last="resting") as update:
        for state in states(total):
            update(state)
    assert "resting" in terminal.getvalue()
    assert f"{total}/{total}" in terminal.getvalue()
