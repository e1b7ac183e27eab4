"""Tables on a terminal: no word or number is broken, and no column says nothing."""

import re

import pytest

from qdenseam.cli.tables import print_pairs, print_rows

LABELS = [f"dense(polynomial(4), update={each})" for each in ("synchronous", "asynchronous")]
ROWS = [
    {"label": label, "failure_rate": 0.125, "acceptance": None, "seconds": "–", "gates": 3 + place}
    for place, label in enumerate(LABELS)
]
MANY = [{"label": "one"} | {f"column_{n}": 1000 + n for n in range(20)}]


@pytest.mark.parametrize("width", [24, 40, 60, 80, 200])
def test_a_table_fits_and_breaks_between_words(monkeypatch, capsys, width):
    monkeypatch.setenv("COLUMNS", str(width))
    print_rows(ROWS)
    printed = capsys.readouterr().out
    words = printed.split()
    assert max(map(len, printed.splitlines())) <= max(width, max(map(len, words)))
    for each in ROWS:
        assert {*each["label"].split(), "0.125", str(each["gates"])} <= {*words}
    assert "seconds" not in printed
    assert "acceptance" not in printed
    assert ("─" in printed) == (width >= 40)  # below, a row is a block


def test_a_narrow_terminal_gets_a_block_of_lines_for_a_row(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "30")
    print_rows([{"first_name": "Ada", "age": 36}, {"first_name": "Bo", "age": 7, "x": 1}])
    monkeypatch.setenv("COLUMNS", "9")
    print_rows([{"first_name": "Ada", "age": 36}, {"first_name": "Bo", "age": 7}])
    assert capsys.readouterr().out.splitlines() == [
        "first name  age", "──────────  ───", "Ada          36", "Bo            7",
        "first name", "  Ada", "age", "  36", "", "first name", "  Bo", "age", "  7",
    ]  # fmt: skip


def test_what_has_no_room_is_named(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "80")
    print_rows(MANY, rest="see table.csv")
    said = " ".join(capsys.readouterr().out.split())
    left = re.findall(r"column \d+", said[said.index("Not shown") :])
    assert left[-1] == "column 19"
    assert said.endswith("; for all columns see table.csv.")
    shown = said[: said.index("Not shown")]
    assert [1000 + n for n in range(20 - len(left))] == [*map(int, re.findall(r"1\d\d\d", shown))]
    monkeypatch.setenv("COLUMNS", "79")
    print_rows(MANY)
    stacked = capsys.readouterr().out.splitlines()
    assert len(stacked) == 21
    assert stacked[-1] == "column 19  1019"


def test_numbers_stand_to_the_right_and_truth_in_words(capsys):
    print_rows([{"n": 1, "x": 0.123456, "ok": True}, {"n": 10, "x": float("nan"), "ok": False}])
    assert capsys.readouterr().out.splitlines()[2:] == [" 1  0.1235  yes", "10       -  no"]


def test_pairs_go_on_below_themselves(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "16")
    print_pairs([("a", "one two three"), ("name", "")], margin="  ")
    assert capsys.readouterr().out.splitlines() == ["  a     one two", "        three", "  name"]


def test_a_pipe_has_a_line_for_each_row(capsys):
    print_rows(ROWS)
    printed = capsys.readouterr().out
    assert all(label in printed for label in LABELS)
    print_rows([])
    assert capsys.readouterr().out == "No rows.\n"
