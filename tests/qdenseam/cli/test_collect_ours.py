"""Every study is run, read, drawn and reported by its folder, ours and those of others."""

import re
import sys

import pandas as pd
import pytest
from typer.testing import CliRunner

import qdenseam
from qdenseam.cli.app import app
from qdenseam.experiments.study import FigureSpec
from qdenseam.studies.registry import open_study, study_named, study_names, study_text

COINS = """
from qdenseam.experiments import Task, rate, trial
from qdenseam.experiments.study import FigureSpec
from qdenseam.studies.registry import register
from qdenseam.studies.special import SpecialStudy

@trial("coins")
def toss(params, rng):
    return {"heads": int(rng.binomial(params["shots"], params["bias"]))}

def tasks(shots=1000, biases=(0.1, 0.5, 0.9)):
    return [Task(kind="coins", params={"bias": b, "shots": shots}) for b in biases]

def table(records):
    return [
        {"coin": "one", **r.params, "heads": rate(r.values["heads"], r.params["shots"])}
        for r in records
    ]

STUDY = register(SpecialStudy(
    name="coins", title="heads against bias", tasks=tasks, table=table,
    figures=(FigureSpec(x="bias", y="heads", line=("coin",), name="coins"),), quick={"shots": 10},
))
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    from qdenseam.studies import registry

    (tmp_path / "my_coins.py").write_text(COINS)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    yield tmp_path
    registry._REGISTERED.pop("coins", None)
    sys.modules.pop("my_coins", None)


def run(*arguments: str):
    return CliRunner().invoke(app, list(arguments))


def test_a_study_of_ones_own_trial(folder):
    listed = run("collect", "--list", "--import", "my_coins")
    assert re.search("^coins +heads against bias$", listed.output, re.M)
    done = run("collect", "coins", "--import", "my_coins", "--quick", "--workers", "1", "--quiet")
    assert done.exit_code == 0, done.output
    assert sorted(p.name for p in (folder / "coins").iterdir()) == [
        "coins.png", "results.jsonl", "study.toml", "table.csv"
    ]  # fmt: skip
    table = pd.read_csv(folder / "coins" / "table.csv")
    assert list(table) == ["coin", "bias", "shots", "heads", "heads_low", "heads_high"]
    assert (table["heads_low"] <= table["heads"]).all()
    loaded = qdenseam.load_results(folder / "coins")
    pd.testing.assert_frame_equal(loaded, table)
    again = run("collect", "coins/study.toml", "--out", "coins", "--workers", "1", "--quiet")
    assert again.stdout == done.stdout
    page = run("report", "coins", "--table", "out.csv")
    assert "heads is" not in page.output  # one line has nothing to be held against
    assert "heads against bias" in (folder / "coins" / "report.html").read_text()
    assert 'href="coins.png"' in (folder / "coins" / "report.html").read_text()
    assert pd.read_csv("out.csv").equals(table)
    assert run("plot", "coins", "--x", "bias", "--out", "mine.png").exit_code == 0
    refused = run("plot", "coins", "--x", "weight")
    assert "among coin, bias, shots, heads" in refused.stderr


def test_settings_of_a_file(folder):
    (folder / "fair.toml").write_text('study = "coins"\n[settings]\nbiases = [0.5]\nshots = 20\n')
    done = run("collect", "fair.toml", "--import", "my_coins", "--workers", "2", "--quiet")
    assert done.exit_code == 0, done.output
    assert pd.read_csv("fair/table.csv")["bias"].tolist() == [0.5]
    (folder / "one.toml").write_text('study = "coins"\n[settings]\nbiases = [0.5]\n')
    run("collect", "one.toml", "--quick", "--workers", "1", "--quiet")
    quick = pd.read_csv("one/table.csv")
    assert (quick["bias"].tolist(), quick["shots"].tolist()) == ([0.5], [10])
    for text, message in (
        ("[settings]\nsides = 3", "should be among shots, biases. Got 'sides'"),
        ("[settings]\nshot = 3", "Got 'shot'. Did you mean 'shots'?"),
        (
            "[settings]\nbiases = 3",
            "coins allow no tasks: 'int' object is not iterable",
        ),
        ("[setings]", "keys among study, settings. Got 'setings'. Did you mean 'settings'?"),
    ):
        (folder / "bad.toml").write_text(f'study = "coins"\n{text}\n')
        refused = run("collect", "bad.toml")
        assert refused.exit_code == 2
        assert message in " ".join(refused.stderr.split())
        assert not (folder / "bad").exists()


def test_any_study_is_shown_as_a_file_to_change(folder):
    assert run("collect", "load", "--show").stdout == study_text("load")
    (folder / "mine.toml").write_text(study_text("load").replace("seed = 7", "seed = 8"))
    assert open_study("mine.toml").study.seed == 8
    shown = run("collect", "coins", "--show", "--import", "my_coins").stdout
    assert "# biases = [0.1, 0.5, 0.9]\n" in shown
    (folder / "fair.toml").write_text(shown.replace("# shots = 1000", "shots = 20"))
    assert open_study("fair.toml").settings == {"shots": 20}
    for name in study_names():
        text = study_text(name)
        plain = text.replace("\n# ", "\n") if text.startswith("study =") else text
        (folder / "any.toml").write_text(plain)
        open_study("any.toml")
    names = {path.name for path in folder.iterdir()} - {"__pycache__"}
    assert names == {"any.toml", "fair.toml", "mine.toml", "my_coins.py"}
    assert "fair.toml is a file" in run("collect", "fair.toml", "--show").stderr


def test_names(folder):
    assert "collect --list shows the names" in " ".join(run("collect").stderr.split())
    assert "Did you mean 'ledger'?" in " ".join(run("collect", "ledgr").stderr.split())
    (folder / "load.toml").write_text('study = "load"\n')
    assert "collect load --show" in " ".join(run("collect", "load.toml").stderr.split())
    refused = run("collect", "dreams")
    assert refused.exit_code == 2
    assert "study should be one of capacity, ledger, energy" in " ".join(refused.stderr.split())
    from dataclasses import replace

    import my_coins

    from qdenseam.studies.registry import register

    with pytest.raises(ValueError, match="name should be free"):
        register(replace(my_coins.STUDY, name="noise"))
    with pytest.raises(ValueError, match="at least one figure"):
        register(replace(my_coins.STUDY, figures=()))
    with pytest.raises(ValueError, match="not be a gallery"):
        replace(my_coins.STUDY, figures=(FigureSpec(kind="gallery"),))


@pytest.mark.parametrize(
    ("settings", "is_less"),
    [({}, False), ({"shots": 10}, True), ({"shots": 5000}, False), ({"biases": [0.5]}, True)],
)
def test_only_who_asks_for_less_is_held_less_tightly(folder, settings, is_less):
    from dataclasses import replace

    import my_coins

    asked = []
    study = replace(
        my_coins.STUDY, settings=settings, checks=lambda records, quick: asked.append(quick) or ()
    )
    study.run(folder / "results.jsonl")
    study.read(folder / "results.jsonl")
    assert asked == [is_less]


@pytest.mark.parametrize("name", study_names())
def test_ours_have_distinct_keys_and_a_figure(name):
    study = study_named(name)
    assert study.figures
    assert study.title
    for each in (study, study.smaller()):
        each.checked()
    if hasattr(study, "wanted"):
        keys = [task.key for task in study.wanted()]
        assert len(keys) == len(set(keys)) > 0
        assert len(study.smaller().wanted()) <= len(keys)


@pytest.mark.parametrize(
    "name", ["ledger", "capacity", pytest.param("load", marks=pytest.mark.slow)]
)
def test_a_first_look_at_ours(folder, name):
    done = run("collect", name, "--quick", "--workers", "1", "--quiet")
    assert done.exit_code == 0, done.output
    reported = run("report", name, "--table", "rows.csv")
    assert reported.exit_code == 0, reported.output
    assert reported.stdout.startswith("Table: rows.csv\n- ")
    assert pd.read_csv("rows.csv").equals(pd.read_csv(f"{name}/table.csv"))
    assert len(list((folder / name).glob("figure-*.png"))) == 2
