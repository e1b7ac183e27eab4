"""What holds for all commands, however many there are: examples, tables that fit, exports."""

import csv
import io
import json
import re
import shlex

import pytest
import typer
from toy_service import ToyService, install
from typer.testing import CliRunner

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
    "submit --dry-run": "submit --backend fake:manila --data random --probe 0000 --dry-run",
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


def test_every_command_with_a_table_is_tried_here():
    exporting = {
        words[1] for words, each in ALL.items() if {"json", "csv"} <= {p.name for p in each.params}
    }
    assert exporting == {name.split()[0] for name in TABLES}


@pytest.mark.parametrize("name", TABLES)
def test_tables_fit_and_export(run, monkeypatch, tmp_path, name):
    if name in ("jobs", "fetch"):
        run(TABLES["submit"])
    line = TABLES[name]
    whole = run(line)
    assert whole.exit_code == 0, whole.output
    for width in (40, 80, 120):
        monkeypatch.setenv("COLUMNS", str(width))
        printed = run(line)
        assert printed.exit_code == 0, printed.output
        for text in printed.stdout.splitlines():
            is_one_word = len(text.split()) == 1  # paths and spellings are not broken
            assert len(text) <= width or is_one_word, text
        if width == 40 and name in ("collect", "plan", "fetch"):  # all of it, in blocks
            assert numbers(whole.stdout) <= numbers(printed.stdout)
    monkeypatch.delenv("COLUMNS")
    wanted = run(f"{line} --json all.json --csv all.csv")
    assert wanted.exit_code == 0, wanted.output
    content = json.loads((tmp_path / "all.json").read_text(), parse_constant=pytest.fail)
    assert content["versions"]["qdenseam"]
    rows = [*csv.DictReader(io.StringIO((tmp_path / "all.csv").read_text()))]
    assert rows
    assert all(None not in row for row in rows)
    piped = run(f"{line} --csv -")
    assert [row.keys() for row in csv.DictReader(io.StringIO(piped.stdout))] == [
        row.keys() for row in rows
    ]
    assert json.loads(run(f"{line} --json -").stdout).keys() == content.keys()
    missing = run(f"{line} --json no-such-folder/all.json")
    assert missing.exit_code == 2
    assert "No such file or directory: no-such-folder/all.json" in missing.stderr
    assert missing.stdout == ""


def numbers(text):
    return {*re.findall(r"\b\d+\.\d+\b", text)}
