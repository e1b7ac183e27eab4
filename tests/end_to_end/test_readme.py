"""What stands in the README and on the pages of docs/ runs, and names what exists."""

import re
import runpy
import shlex
import tomllib
from pathlib import Path
from unittest import mock

import matplotlib
import numpy as np
import pytest
import typer
from markdown_pages import PAGES, README, ROOT, blocks, commands_of, name_of, python_of
from typer.core import TyperGroup
from typer.testing import CliRunner

from classical_ref.data.scenes import draw_scenes
from qdenseam.cli.app import app
from qdenseam.execution import engine_names
from qdenseam.experiments.study import Study
from qdenseam.experiments.study_cells import study_rows
from qdenseam.methods import METHODS
from qdenseam.spelling import kinds
from qdenseam.studies.registry import open_study

COMMANDS = list(dict.fromkeys(line for page in PAGES for line in commands_of(page)))
STUDIES = [(page, text) for page in PAGES for text in blocks(page, "toml")]


def test_there_is_code_to_run():
    assert python_of(README)
    assert commands_of(README)
    assert len(COMMANDS) > 20
    assert len(STUDIES) > 1


@pytest.fixture
def own_tables():
    """What a page registers goes when it ends."""
    tables = [kinds._table(kind) for kind in kinds.TABLES]
    before = [dict(table) for table in tables]
    yield
    for table, kept in zip(tables, before, strict=True):
        table.clear()
        table.update(kept)


@pytest.mark.parametrize("page", [page for page in PAGES if python_of(page)], ids=name_of)
@pytest.mark.usefixtures("own_tables")
def test_python_runs(page, tmp_path, monkeypatch, capsys):
    """The blocks of a page run in their order; a comment after ``#:`` is what is printed."""
    monkeypatch.chdir(tmp_path)
    code = python_of(page)
    with mock.patch.dict(METHODS):  # a page may register a method
        exec(compile(code, name_of(page), "exec"), {})
    assert capsys.readouterr().out.splitlines() == re.findall(r"#: (.*)$", code, re.MULTILINE)


@pytest.mark.parametrize("line", [line for line in COMMANDS if "qdenseam recall" in line])
def test_recall_commands_run(line, tmp_path, monkeypatch):
    if "photos" in line:
        draw_scenes(tmp_path / "photos")
        monkeypatch.chdir(tmp_path)
    _, *arguments = shlex.split(line, comments=True)
    if "qaoa" in arguments:  # what trains sweeps all 2^D states some hundred times
        arguments += ["--num-neurons", "9"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_have_the_options_that_are_shown(line):
    """The others take minutes or a device: of them only the options are read."""
    _, *arguments = shlex.split(line, comments=True)
    command = typer.main.get_command(app)
    context = command.make_context("qdenseam", arguments, resilient_parsing=True)
    while isinstance(command, TyperGroup):
        name, command, arguments = command.resolve_command(context, arguments)
        if "--help" in arguments:
            return
        context = command.make_context(name, list(arguments), parent=context)
    assert context.parent is not None


@pytest.mark.parametrize(("page", "text"), STUDIES, ids=lambda value: Path(str(value)).name[:20])
def test_studies_are_understood(page, text, tmp_path):
    content = tomllib.loads(text)
    if "contender" in content:
        assert study_rows(Study.from_dict(content))
    else:
        (tmp_path / "mine.toml").write_text(text)
        open_study(tmp_path / "mine.toml").checked()


def test_make_targets_exist():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = "\n".join(page.read_text() for page in PAGES)
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", text, re.MULTILINE))
    assert named
    assert named <= targets


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_to_files(page):
    """Links into the site's own parts are held by the site's build."""
    for link in re.findall(r"\]\(([^)#\s]+)", page.read_text()):
        assert "://" in link or (page.parent / link).exists(), link


def test_tables_name_what_exists():
    tables = [(ROOT / "docs" / name).read_text() for name in ("methods.md", "engines.md")]
    cells = re.findall(r"^\| (`.*?) \|", "\n".join(tables), re.MULTILINE)
    names = {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}
    assert names == {"exact", *METHODS, *engine_names()}


def test_the_picture_is_what_its_script_draws():
    """By the exact law, in a fraction of the circuit's time: both draw the stored patterns."""
    script = runpy.run_path(str(ROOT / "docs" / "recalls.py"))
    recalled = script["recalls"]("exact")
    for name, wrong in {"amplitude amplification": 0, "dense memory, classical": 0,
                        "Hopfield, classical": 6}.items():  # fmt: skip
        assert (recalled[name] != recalled["stored"]).any(axis=1).sum() == wrong, name
    kept, again = script["PICTURE"].read_bytes(), script["drawn"]("exact")
    assert len(kept) < 150_000
    assert again == script["drawn"]("exact")
    if f"Matplotlib v{matplotlib.__version__}," in kept.decode():  # others write other paths
        assert again == kept


def test_completions_come_in_the_order_that_is_told():
    """On fewer digits, with a smaller hierarchy."""
    script = runpy.run_path(str(ROOT / "docs" / "completions.py"))
    known, new = script["split"]()
    found, kept = script["completed"](
        known[:500], new[:150], num_parts=24, num_wholes=40, max_iter=12
    )
    errors = script["errors"](found, new[:150])
    learned = "hierarchy, learned"
    assert errors["flat memory, one step"] < errors[learned] < errors["hierarchy, k-means"]
    assert errors[learned] < errors["mean"]
    assert errors[learned] < errors[f"{learned}, to the end"]
    assert kept[learned] < kept["nearest neighbor"]
    told = (ROOT / "docs" / "howto" / "memories.md").read_text()
    assert all(f"| {way}" in told for way in ("5 nearest neighbors", "ridge regression"))


def test_masked_digits_are_filled_in_behind_simple_ways():
    script = runpy.run_path(str(ROOT / "docs" / "masked_digits.py"))
    found, rise = script["errors"](20, 400)
    assert rise < 0
    assert found["5 nearest neighbors"] < found["ridge regression"] < found["mean picture"]
    assert found["ridge regression"] < found["Energy Transformer"]


@pytest.mark.parametrize(
    ("name", "sizes", "least", "most"),
    [("linear program", (16, 32, 64), 1, 1), ("parity checks, flips", (48, 192, 768), 0.75, 1)],
)
def test_words_grow_exponentially_and_corrected_entries_nearly_linearly(name, sizes, least, most):
    script = runpy.run_path(str(ROOT / "docs" / "corrected_shares.py"))
    held, points = script["measured"](name, sizes, np.random.default_rng(1))
    assert all(n // 2 <= words <= n // 2 + 2 for n, words in zip(sizes, held, strict=True))
    slopes = script["exponents"](sizes, points)
    assert slopes.std() < 0.1
    assert least - 6 * slopes.std() < slopes[0] < most + 6 * slopes.std()
