"""What holds for all commands, however many there are: examples, tables that fit, exports."""

import csv
import io
import json
import re
import shlex
import sys

import pytest
import typer
from toy_service import ToyService, install
from typer.testing import CliRunner

from qdenseam.cli import tables
from qdenseam.cli.app import app


def commands(command, words=("qdenseam",)):
    """Yield every command and group, with the words that call it."""
    yield words, command
    if hasattr(command, "list_commands"):
        context = typer.Context(command)
        for name in command.list_commands(context):
            yield from commands(command.get_command(context, name), (*words, name))


ALL = dict(commands(typer.main.get_command(app)))
TABLES = {
    "recall": "recall --method probabilistic --shots 50",
    "plan": "plan --backend fake:manila --probe 01?0 --num-patterns 3",
    "submit": "submit --backend toy --num-neurons 4 --num-patterns 3 --yes --shots 9",
    "submit --dry-run": "submit --backend fake:manila --data random --probe 0000 --method "
    "amplification --dry-run",
    "jobs": "jobs",
    "fetch": "fetch",
    "collect": "collect ledger --quick --workers 1 --quiet",
    "reproduce": "reproduce krotov-hopfield-xor --quick --workers 1 --quiet",
    "compare": "compare --data random --num-neurons 6 --num-patterns 3 --loads 2,3 --flips 0,1 "
    "--erasures 0,1 --num-sets 2 --num-probes 2 --shots 20 --circuit-neurons 0 --workers 1 --quiet",
    "info": "info",
    "bench": "bench recall --num-neurons 3 --num-patterns 2 --shots 50 --methods 'amplification, "
    "separation-filter(hamming-ball(1), amplified=1/8)'",
}
"""A short run of each command that prints a table."""


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    install(ToyService(tmp_path / "service"), monkeypatch.setattr)
    return lambda line: CliRunner().invoke(app, shlex.split(line))


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_help_ends_with_an_example_that_can_be_parsed(words):
    shown = CliRunner().invoke(app, [*words[1:], "--help"], terminal_width=10_000).stdout
    example = re.fullmatch(r"Example: (qdenseam .*)", shown.splitlines()[-1].strip())
    assert example, shown
    typed = shlex.split(example[1])
    found = max((each for each in ALL if each == tuple(typed[: len(each)])), key=len)
    assert found == words or hasattr(ALL[words], "list_commands")
    ALL[found].make_context(found[-1], typed[len(found) :])


@pytest.mark.parametrize("words", [each for each in ALL if hasattr(ALL[each], "list_commands")])
def test_what_commands_do_is_said_in_a_line(words):
    shown = CliRunner().invoke(app, [*words[1:], "--help"], terminal_width=80).stdout
    assert "Commands:" in shown
    assert "..." not in shown.replace("[ARGS]...", "")


def test_every_command_with_a_table_is_tried_here():
    exporting = {
        words[1] for words, each in ALL.items() if {"json", "csv"} <= {p.name for p in each.params}
    }
    assert exporting == {name.split()[0] for name in TABLES}


SLOW = {"compare"}


@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=[pytest.mark.slow] * (n in SLOW)) for n in TABLES]
)
def test_tables_fit_and_export(run, monkeypatch, tmp_path, capsys, name):
    if name in ("jobs", "fetch"):
        run(TABLES["submit"])
    printed = recorded(monkeypatch)
    done = run(f"{TABLES[name]} --json all.json --csv all.csv")
    assert done.exit_code == 0, done.output
    widest = replayed(printed, 10_000, monkeypatch, capsys)
    assert {*widest} <= {*done.stdout.splitlines()}
    for width in (40, 80, 120):
        lines = replayed(printed, width, monkeypatch, capsys)
        assert all(len(text) <= width or len(text.split()) == 1 for text in lines), lines
        parts = {word for text in lines for word in text.split()}
        whole = {word for text in widest for word in text.split()} | {"for", "room:", "Not"}
        if width < 80:  # all of it, in blocks
            assert parts | {"──"} >= {word for word in whole if re.fullmatch(r"\d+\.\d+", word)}
        assert {each for each in parts if re.fullmatch(r"[\d.]+", each)} <= whole  # none is cut
    content = json.loads((tmp_path / "all.json").read_text(), parse_constant=pytest.fail)
    assert content["versions"]["qdenseam"]
    rows = [*csv.DictReader(io.StringIO((tmp_path / "all.csv").read_text()))]
    assert rows
    assert all(None not in row for row in rows)
    missing = run(f"{TABLES[name]} --json no-such-folder/all.json")
    assert missing.exit_code == 2
    assert "No such file or directory: no-such-folder/all.json" in missing.stderr
    assert missing.stdout == ""


def test_rows_alone_go_to_standard_output(run):
    done = run(f"{TABLES['bench']} --csv -")
    assert done.stdout.startswith("method,")
    assert len(done.stdout.splitlines()) == 3
    assert "two qubit gates" in done.stderr
    assert len(json.loads(run(f"{TABLES['bench']} --json -").stdout)["rows"]) == 2


def recorded(monkeypatch):
    """Return a list that fills with what commands print in tables and paragraphs."""
    calls = []

    def recorder(function):
        def record(first, **how):
            first = first if isinstance(first, str) else list(first)
            calls.append((function, first, how))
            function(first, **how)

        return record

    for module in [each for name, each in sys.modules.items() if name.startswith("qdenseam.cli.")]:
        for name in ("print_rows", "print_pairs", "print_text"):
            if hasattr(module, name) and module is not tables:
                monkeypatch.setattr(module, name, recorder(getattr(tables, name)))
    return calls


def replayed(calls, width, monkeypatch, capsys):
    """Return the lines as a terminal of a width shows them."""
    capsys.readouterr()
    monkeypatch.setenv("COLUMNS", str(width))
    for function, first, how in calls:
        if not how.get("err"):
            function(first, **how)
    monkeypatch.delenv("COLUMNS")
    return capsys.readouterr().out.splitlines()
