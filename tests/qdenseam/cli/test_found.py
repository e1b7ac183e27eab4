"""What a study prints: cells of contenders, as many as are read at once."""

from pathlib import Path

import pandas as pd
import pytest

from qdenseam.cli.study_folder import print_found
from qdenseam.studies.base import Findings


@pytest.fixture
def found():
    def with_cells(num_cells, num_labels):
        rows = [
            {"label": f"method {label}", "engine": "exact", "flips": cell, "num_neurons": 16}
            | {
                "failure_rate": 0.5,
                "failure_rate_low": 0.25,
                "failure_rate_high": 0.5 + label / 100,
            }
            for cell in range(num_cells)
            for label in range(num_labels)
        ]
        table = pd.DataFrame(rows)
        columns = ("label", "engine", "num_neurons", "flips", *[*table][-3:])
        return Findings(table=table, columns=columns, sentences=[], records=[], brief=table)

    return with_cells


def test_cells_are_said_once_and_whole_cells_fit_a_screen(found, capsys):
    print_found(found(num_cells=4, num_labels=10), Path("table.csv"))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "In these rows: engine exact, num neurons 16, flips 0."
    assert lines[1].split() == ["label", "failure", "rate"]
    assert lines[3].split() == ["method", "0", "0.5", "[0.25,", "0.5]"]
    assert [line for line in lines if line.startswith("In these")][1].endswith("flips 1.")
    assert sum(line.startswith("method") for line in lines) == 20
    assert lines[-1] == "These are 20 of 40 rows; table.csv holds all."


def test_one_cell_is_shown_whatever_its_size(found, capsys):
    print_found(found(num_cells=1, num_labels=60), Path("table.csv"))
    out = capsys.readouterr().out
    assert out.count("method") == 60
    assert "table.csv" not in out
