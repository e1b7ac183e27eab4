"""Each notebook stands in two files: ``.py`` for reviewers, ``.ipynb`` with its outputs."""

import re
from pathlib import Path

import jupytext
import pytest

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
MAP = (NOTEBOOKS / "README.md").read_text()
STEMS = sorted({path.stem for path in NOTEBOOKS.iterdir() if path.suffix in (".py", ".ipynb")})


def cells(path: Path) -> list[tuple[str, str]]:
    return [(cell.cell_type, cell.source) for cell in jupytext.read(path).cells]


@pytest.mark.parametrize("stem", STEMS)
def test_both_files_hold_the_same_cells(stem):
    script, notebook = (NOTEBOOKS / f"{stem}{suffix}" for suffix in (".py", ".ipynb"))
    assert cells(script) == cells(notebook), f"run: jupytext --sync {notebook.name}"


@pytest.mark.parametrize("stem", STEMS)
def test_the_notebook_was_run_without_error(stem):
    cells = jupytext.read(NOTEBOOKS / f"{stem}.ipynb").cells
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    assert outputs
    assert not [output for output in outputs if output.output_type == "error"]


def test_the_map_names_every_notebook_and_each_leads_to_the_next():
    assert re.findall(r"\]\((\d\d_\w+)\.ipynb\)", MAP) == STEMS
    for stem, following in zip(STEMS, [*STEMS[1:], "README"], strict=True):
        _, last = cells(NOTEBOOKS / f"{stem}.py")[-1]
        assert f"]({following}." in last, stem
