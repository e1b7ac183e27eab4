"""Our studies are read, drawn and reported from rows that were collected once."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from page_checks import checked_page
from typer.testing import CliRunner

from qdenseam.cli.app import app
from qdenseam.studies import stored
from qdenseam.studies.base import Drawing
from qdenseam.studies.registry import study_named

FOLDER = Path(stored.__file__).parent
NOISY = {"cells": [[4, 4], [6, 4]], "devices": ["fake:fez"]}
STORED = {
    "noise": (NOISY, ("noise_study", "noise_references"), 4),
    "flags": ({**NOISY, "textbook": False}, ("flag_study",), 14),
    "plans": (NOISY, ("plan_study",), 4),
    "affine": ({"devices": ["fake:fez"]}, ("affine_study",), 3),
    "energy": (
        {"sizes": [10], "loads": [4], "flips": [1], "energies": ["hebb"], "searches": False},
        ("energy_study", "energy_references"),
        39,
    ),
}
"""Settings of a part of each study, the files that hold it, and how many rows it has."""


@pytest.mark.parametrize("name", STORED)
def test_stored_rows_become_a_table_and_figures_and_a_page(tmp_path, name):
    settings, files, num_rows = STORED[name]
    results = tmp_path / "results.jsonl"
    results.write_bytes(b"".join((FOLDER / f"{file}.jsonl").read_bytes() for file in files))
    study = replace(study_named(name), settings=settings)
    study.keep(tmp_path / "study.toml")
    found = study.read(results)
    assert len(found.table) == num_rows
    measured = "success" if "success" in found.table else "rank_correlation"
    assert found.table[measured].between(0, 1).all()
    if f"{measured}_low" in found.table:
        ordered = found.table[[f"{measured}_low", measured, f"{measured}_high"]].to_numpy()
        assert (ordered[:, :-1] <= ordered[:, 1:]).all()
    shown = dict(found.named(study.figures))
    assert any(not isinstance(figure, Drawing) for figure in shown.values())
    done = CliRunner().invoke(app, ["report", str(tmp_path), "--table", str(tmp_path / "out.csv")])
    assert done.exit_code == 0, done.output
    assert len(pd.read_csv(tmp_path / "out.csv")) == num_rows
    page = (tmp_path / "report.html").read_text()
    checked_page(page)
    assert page.count("<figcaption") == len(shown)
    assert {path.stem for path in tmp_path.glob("*.png")} == {*shown}
    assert study.title in page
