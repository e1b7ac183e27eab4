import io
import re
import sys
import time

import pytest
import typer

from qdenseam.cli import progress
from qdenseam.experiments import Progress
from qdenseam.progress import silent


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    monkeypatch.setattr(progress, "SECONDS_BEFORE", 0.05)
    monkeypatch.setattr(progress, "SECONDS_BETWEEN_LINES", 0.05)


def states(total):
    return [Progress(done=i, total=total, message="") for i in range(1, total + 1)]


def patiently(until, seconds=20.0):
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_plain_lines_where_there_is_no_terminal(monkeypatch):
    told = io.StringIO()
    monkeypatch.setattr(sys, "stderr", told)
    with progress.shown_progress("walk", last="resting") as update:
        patiently(lambda: "walk: at work for 0 s\n" in told.getvalue())
        update(Progress(done=0, total=1, message="it takes about 2 h", seconds=7200.0))
        assert told.getvalue().endswith("walk: it takes about 2 h\n")
        first, second, last = states(3)
        update(first)
        patiently(lambda: "walk: 1 of 3 after 0 s\n" in told.getvalue())
        update(second)
        patiently(lambda: re.search(r"2 of 3 after \d s, about \d s left\n", told.getvalue()))
        update(last)
    assert re.fullmatch(
        r"(walk: .*\n)+walk: 3 done in \d+ s; resting\n(walk: .*\n)*", told.getvalue()
    )


def test_what_is_soon_done_is_told_at_its_end_alone(monkeypatch, capsys):
    monkeypatch.setattr(progress, "SECONDS_BEFORE", 1000.0)
    with progress.shown_progress("walk", last="resting") as update:
        for state in states(50):
            update(state)
    with progress.shown_progress("short"):
        pass
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"walk: 50 done in \d+ s; resting\n", err)


def test_quiet_draws_nothing(capsys):
    with progress.shown_progress("walk", last="resting", quiet=True) as update:
        assert update is silent
        time.sleep(0.2)
    assert capsys.readouterr().err == ""


def as_terminal(monkeypatch):
    """Let stderr be a terminal, within the test: pytest puts its own there before."""
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    return stream


@pytest.mark.parametrize("total", [1, 3])
def test_a_bar_on_a_terminal(monkeypatch, capsys, total):
    terminal = as_terminal(monkeypatch)
    with progress.shown_progress("walk", last="resting") as update:
        patiently(lambda: "walk" in terminal.getvalue())
        typer.echo("what the call says")
        for state in states(total):
            update(state)
        patiently(lambda: f"{total}/{total}" in terminal.getvalue())
    assert "resting" in terminal.getvalue()
    assert capsys.readouterr().out == "what the call says\n"


def test_no_bar_for_what_is_soon_done(monkeypatch):
    terminal = as_terminal(monkeypatch)
    monkeypatch.setattr(progress, "SECONDS_BEFORE", 1000.0)
    with progress.shown_progress("walk") as update:
        update(states(1)[0])
    assert terminal.getvalue() == ""
