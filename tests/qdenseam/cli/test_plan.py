"""The planner from the command line."""

import numpy as np
import pytest
from typer.testing import CliRunner

from qdenseam.cli.app import app


def run(*arguments: str):
    return CliRunner().invoke(app, ["plan", *arguments])


def test_a_table_of_plans_whose_last_row_is_the_baseline():
    small = ("--backend", "fake:manila", "--num-patterns", "3", "--top", "1")
    result = run(*small, "--probe", "0?1")
    assert result.exit_code == 0, result.output
    rows = result.stdout[result.stdout.index("──") :].splitlines()[1:]
    assert len(rows) == 3
    assert "index-search" in rows[0]
    assert "label-writing (peeks" in rows[1]
    assert "sample-and-accept" in rows[2]
    assert run(*small, "--probe", "1?0").stdout == result.stdout  # values do not matter


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--backend", "aer"), "should be a device that reports its errors. Got 'aer'"),
        (("--backend", "fake:manila", "--probe", "01x"), "0, 1"),
        (("--backend", "fake:manila", "--probe", "0000?0"), "at most 5 neurons"),
        (("--backend", "fake:manila", "--probe", "???", "--flips", "1"), "expected_flips should"),
    ],
)
def test_errors_are_told(arguments, said):
    result = run("--num-patterns", "3", *arguments)
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())


def test_of_a_small_file_all_patterns_are_stored_unless_a_number_is_named(tmp_path):
    file = tmp_path / "mine.npy"
    np.save(file, [[1, -1, 1], [-1, -1, 1]])
    given = ("--backend", "fake:manila", "--data", str(file), "--top", "1")
    assert run(*given).exit_code == 0
    refused = run(*given, "--num-patterns", "3")
    assert refused.exit_code == 2
    assert "num_patterns should be in [1, 2]. Got 3" in " ".join(refused.output.split())


def test_a_method_of_ones_own_choice_is_shown_wherever_it_ranks():
    small = ("--backend", "fake:manila", "--num-patterns", "3", "--probe", "01?0", "--top", "1")
    result = run(*small, "--method", "sample-and-accept(shell(1))", "--method", "probabilistic(3)")
    assert result.exit_code == 0, result.output
    assert any("shell" in line for line in result.stdout.splitlines())
    assert "probabilistic(num_controls=3) does not fit 'fake:manila'." in result.stderr
    refused = run(*small, "--method", "qaoa")
    assert refused.exit_code == 2
    assert "methods should be circuits on amplitudes. Got qaoa" in refused.output


def test_plans_are_for_the_levels_that_are_kept(tmp_path):
    np.save(tmp_path / "grey.npy", np.array([[[0, 255]], [[90, 30]], [[255, 10]]]))
    given = (
        "--backend",
        "fake:jakarta",
        "--data",
        str(tmp_path / "grey.npy"),
        "--levels",
        "gray(4)",
    )
    method = "categorical-filter(hamming-ball(0), bits_per_feature=$bits_per_feature)"
    result = run(*given, "--method", method, "--probe", "0?11")
    assert result.exit_code == 0, result.output
    assert "categorical" in result.stdout
