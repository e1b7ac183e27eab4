"""Tables on a terminal: nothing is cut, and no column says nothing."""

import re

import pytest

from qdenseam.cli.rows import print_rows

LABELS = [f"dense(polynomial(4), update={each})" for each in ("synchronous", "asynchronous")]
ROWS = [
    {"label": label, "failure_rate": 0.125, "acceptance": None, "seconds": "–", "gates": 3 + place}
    for place, label in enumerate(LABELS)
]


@pytest.mark.parametrize("width", [30, 45, 60, 200])
def test_labels_go_on_in_a_next_line(monkeypatch, capsys, width):
    monkeypatch.setattr("rich.console.Console.is_terminal", True)
    monkeypatch.setenv("COLUMNS", str(width))
    print_rows(ROWS)
    printed = re.sub(r"\x1b\[\d+m", "", capsys.readouterr().out)
    assert max(map(len, printed.splitlines())) <= width
    firsts = [line.strip("│").split("│")[0].strip() for line in printed.splitlines()]
    said = "".join(firsts).replace(" ", "")
    assert all(label.replace(" ", "") in said for label in LABELS)
    assert "seconds" not in printed
    assert "acceptance" not in printed
    assert "0.125" in printed


def test_a_pipe_has_a_line_for_each_row(capsys):
    print_rows(ROWS)
    printed = capsys.readouterr().out
    assert all(label in printed for label in LABELS)
