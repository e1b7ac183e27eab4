"""The README's Python runs as it stands there, and says what is true of the commands."""

import re
import shlex
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from qdenseam.cli.app import app
from qdenseam.execution import engine_names
from qdenseam.experiments.study import Study
from qdenseam.experiments.study_cells import study_rows
from qdenseam.methods import METHODS
from qdenseam.studies.registry import open_study

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def test_there_is_code_to_run():
    assert blocks("python")
    assert blocks("sh")


@pytest.mark.parametrize("code", blocks("python"))
def test_python_blocks_run(code, tmp_path, monkeypatch, capsys):
    """A line's trailing comment after ``#:`` is what it prints."""
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "README.md", "exec"), {})
    printed = capsys.readouterr().out.splitlines()
    promised = re.findall(r"#: (.*)$", code, re.MULTILINE)
    assert printed == promised


@pytest.mark.parametrize(
    "line",
    [line for block in blocks("sh") for line in block.splitlines() if "qdenseam recall" in line],
)
def test_recall_commands_run(line):
    _, *arguments = shlex.split(line, comments=True)
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output


def test_studies_are_understood(tmp_path):
    own, settings = blocks("toml")
    study = Study.from_dict(tomllib.loads(own))
    assert len(study_rows(study)) == 8 * len(study.contenders)
    (tmp_path / "mine.toml").write_text(settings)
    open_study(tmp_path / "mine.toml").checked()


def test_make_targets_exist():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE))
    assert named
    assert named <= targets


def test_tables_name_what_exists():
    cells = re.findall(r"^\| (`.*?) \|", README, re.MULTILINE)
    names = {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}
    assert names == {"exact", *METHODS, *engine_names()}
