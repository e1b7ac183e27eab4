"""``qdenseam collect FILE.toml``: a study of one's own, with a method of one's own."""

import sys

import pandas as pd
import pytest
from typer.testing import CliRunner

import qdenseam
from qdenseam.cli.app import app
from qdenseam.methods import METHODS

STUDY = """
title = "Mine"
[data]
num_neurons = 4
[[axes]]
num_patterns = [2, 3]
erasures = 1
[sampling]
pattern_sets = 4
probes = 2
shots = 10
[[contender]]
recall = "amplification"
[[contender]]
recall = "my-sampling"
label = "mine"
[[figure]]
x = "num_patterns"
name = "load"
"""
METHOD = """
from dataclasses import dataclass
from typing import ClassVar
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods import RecallMethod, register
from qdenseam.methods.base import law_of_joint

@register
@dataclass(frozen=True, slots=True)
class MySampling(RecallMethod):
    name: ClassVar = "my-sampling"
    memory_type: ClassVar = AmplitudeMemory
    acceptance_rule: ClassVar = "all"
    preserves_memory_span: ClassVar = True

    def circuit(self, memory, probe):
        return memory.preparation().circuit

    def law(self, memory, probe):
        return law_of_joint(memory.weights)
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "study.toml").write_text(STUDY)
    (tmp_path / "my_method.py").write_text(METHOD)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    yield tmp_path
    METHODS.pop("my-sampling", None)
    sys.modules.pop("my_method", None)


def run(*arguments: str):
    return CliRunner().invoke(app, ["collect", *arguments])


def test_own_study_with_own_method(folder):
    done = run("study.toml", "--import", "my_method", "--workers", "1", "--quiet")
    assert done.exit_code == 0, done.output
    table = pd.read_csv(folder / "study" / "table.csv")
    assert table["label"].tolist() == ["amplification"] * 2 + ["mine"] * 2
    assert table["probes"].tolist() == [8] * 4
    assert (folder / "study" / "load.png").stat().st_size > 10_000
    before = (folder / "study" / "results.jsonl").read_bytes()
    assert 'title = "Mine"' in (folder / "study" / "study.toml").read_text()
    again = run(
        "study/study.toml", "--out", "study", "--import", "my_method", "--workers", "1", "--quiet"
    )
    assert again.stdout == done.stdout
    assert (folder / "study" / "results.jsonl").read_bytes() == before
    loaded = qdenseam.load_results(folder / "study")
    assert {"label", "failure_rate", "failure_rate_low", "num_patterns"} < set(loaded)
    pd.testing.assert_frame_equal(
        loaded[["label", "failure_rate"]], table[["label", "failure_rate"]]
    )
    METHODS.pop("my-sampling")
    with pytest.raises(ValueError, match=r"Got 'my-sampling'.*--import MODULE"):
        qdenseam.load_results(folder / "study")


def test_workers_import_it_too(folder, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(folder))
    done = run("study.toml", "--import", "my_method", "--workers", "2", "--quiet", "--out", "two")
    assert done.exit_code == 0, done.output
    assert len(pd.read_csv(folder / "two" / "table.csv")) == 4


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["study.toml", "--workers", "1"], "contender 2 (my-sampling)"),
        (["stduy.toml"], "No such file"),
        (["study.toml", "--import", "no_such_module"], "no_such_module"),
        (["study.toml", "--import", "my_method", "--scheduler", "nowhere"], "scheduler should be"),
        (["dreams"], "or a .toml file. Got 'dreams'"),
    ],
)
def test_refusals(folder, arguments, message):
    done = run(*arguments)
    assert done.exit_code == 2, done.output
    assert message in " ".join(done.stderr.split())
    assert not (folder / "study").exists()


def test_other_commands_import_it_too_and_what_was_submitted_is_fetched_without(folder):
    own = ("--method", "my-sampling", "--import", "my_method", "--num-patterns", "2")
    for words in (
        ("recall", *own),
        ("plan", *own, "--backend", "fake:manila", "--probe", "01?0"),
        ("submit", "--backend", "statevector", "--yes", "--shots", "50", *own),
    ):
        done = CliRunner().invoke(app, list(words))
        assert done.exit_code == 0, done.output
        assert ("my-sampling" in done.output) == (words[0] != "submit")
        METHODS.pop("my-sampling")
        sys.modules.pop("my_method")
    fetched = CliRunner().invoke(app, ["fetch"])
    assert fetched.exit_code == 0
    assert "1 probe of 50 shots" in fetched.output


def test_a_figure_that_cannot_be_drawn_is_refused_before_anything_is_run(folder):
    (folder / "study.toml").write_text(STUDY.replace("erasures = 1", "erasures = [1, 2]"))
    refused = run("study.toml", "--out", "out", "--import", "my_method")
    assert refused.exit_code == 2
    assert "one row for each num_patterns" in " ".join(refused.stderr.split())
    (folder / "study.toml").write_text(f'{STUDY}[[figure]]\nkind = "bars"\n')
    refused = run("study.toml", "--out", "out", "--import", "my_method")
    assert "a bar of a figure should be of one cell" in " ".join(refused.stderr.split())
    for figure, said in (
        ('x = "num_pattern"', "figure 2: a column should be among label"),
        ('x = "num_pattern"', "Did you mean 'num_patterns'"),
        ('x = "num_patterns"\ny = "measured_failure_rate"', "Got 'measured_failure_rate'"),
        ('x = "num_patterns"\ny = "stopped"', "columns of numbers. Got 'stopped'"),
        ('kind = "bars"\nwhere = { lable = "mine" }', "Did you mean 'label'"),
    ):
        (folder / "study.toml").write_text(f"{STUDY}[[figure]]\n{figure}\n")
        refused = run("study.toml", "--out", "out", "--import", "my_method")
        assert said in " ".join(refused.stderr.split())
    assert not (folder / "out").exists()
