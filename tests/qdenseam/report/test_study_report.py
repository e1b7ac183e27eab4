"""A study's page from its folder: what it says, that it stands alone, and the commands."""

import re

import pandas as pd
import pytest
from page_checks import checked_page
from typer.testing import CliRunner

from qdenseam.cli.app import app
from qdenseam.experiments.run_study import run_study
from qdenseam.experiments.study import Study

STUDY = {
    "title": "Mine <own>",
    "data": {"num_neurons": 4},
    "axes": [
        {"name": "load", "num_patterns": [2, 3], "flips": [0, 1]},
        {"name": "unknown", "num_patterns": 2, "erasures": 1},
    ],
    "sampling": {"pattern_sets": 5, "probes": 4, "shots": 10},
    "contender": [
        {"recall": "separation-filter(hamming-ball($flips))"},
        {"recall": "label-writing", "where": {"flips": [0]}},
        {
            "recall": "amplification",
            "label": "completes",
            "probes": 3,
        },
        {"recall": "nearest", "label": "scan"},
    ],
    "figure": [
        {"x": "num_patterns", "by": "flips", "axes": "load"},
        {"x": "num_patterns", "y": "two_qubit_gates", "by": "flips", "axes": "load"},
        {"kind": "bars", "axes": "load", "where": {"num_patterns": [3], "flips": [0]}},
        {"kind": "gallery", "axes": "load", "where": {"flips": [1]}, "probes": 3},
    ],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    run_study(Study.from_dict(STUDY), folder / "results.jsonl")
    contenders = [*STUDY["contender"], {"recall": "hopfield"}]
    Study.from_dict(STUDY | {"contender": contenders}).keep(folder / "study.toml")
    return folder


def run(*arguments):
    return CliRunner().invoke(app, list(map(str, arguments)))


def test_the_page(folder):
    done = run("report", folder, "--table", folder / "out.csv")
    assert done.exit_code == 0, done.output
    text = (folder / "report.html").read_text()
    page = checked_page(text)
    assert "<h1>Mine &lt;own&gt;</h1>" in text
    assert "scan" in done.stdout
    assert "Rows: 19, of them 5 not run" in text.replace("\n", " ")
    assert ["hopfield", "not run"] in page.rows
    assert ["not asked here", "label-writing (reads the answer), completes"] in page.rows
    assert any(row[:2] == ["label-writing (reads the answer)", "0 of 20"] for row in page.rows)
    ball = "separation-filter(hamming-ball($flips))"
    assert [
        ball,
        ball,
        "amplitude",
        "exact",
        "known bits",
        "the number of flipped bits",
    ] in page.rows
    assert f"qdenseam collect {folder / 'study.toml'} --out {folder}" in text
    assert any(re.search(r"flips: 1: .*scan from 0", alt) for alt in page.alts)
    assert "recall = &#34;hopfield&#34;" in text
    assert "Lying on each other (flips: 0): label-writing (reads the answer), scan." in text
    assert [
        "completes",
        "amplification",
        "amplitude",
        "exact",
        "known bits, always",
        "nothing",
    ] in (page.rows)
    assert any(row[0] == "completes (15 probes only)" for row in page.rows)
    beside = {given["href"] for given in page.all("a")}
    assert beside == {"table.csv", *(f"figure-{number}.png" for number in range(1, 5))}
    assert any(re.match(r"Right recalls of 3 probes: .*scan", alt) for alt in page.alts)
    assert any(re.match(r"failure rate.*: .*label-writing .* 0;", alt) for alt in page.alts)
    assert all((folder / name).stat().st_size > 500 for name in beside)
    assert len(pd.read_csv(folder / "out.csv")) == 14


def test_intervals_after_stopping_are_nominal_and_costs_of_nobody_not_drawn(folder, tmp_path):
    words = "coverage is nominal: it is not adjusted for that stopping"
    run("report", folder)
    assert words not in " ".join((folder / "report.html").read_text().split())
    until = {"half_width": 0.4, "at_least_sets": 2, "at_most_sets": 5}
    one = {"probes": 1, "until": until, "shots": 10}
    costs = [{"kind": "bars", "y": "two_qubit_gates", "axes": "unknown", "name": "gates"}]
    study = STUDY | {"sampling": one, "contender": STUDY["contender"][-1:], "figure": costs}
    run_study(Study.from_dict(study), tmp_path / "results.jsonl")
    Study.from_dict(study).keep(tmp_path / "study.toml")
    done = run("report", tmp_path)
    assert done.exit_code == 0, done.output
    text = " ".join((tmp_path / "report.html").read_text().split())
    assert words in text
    assert "Not drawn, for nobody has such a number there: gates." in text
    assert "<figure>" not in text


def test_the_same_rows_make_the_same_page(folder):
    run("report", folder)
    before = (folder / "report.html").read_bytes()
    run("report", folder)
    assert (folder / "report.html").read_bytes() == before


def test_nothing_is_cut(folder, laid_out):
    run("report", folder)
    laid_out(folder / "report.html")


def test_plot(folder):
    done = run(
        "plot",
        folder,
        "--x",
        "num_patterns",
        "--y",
        "acceptance",
        "--by",
        "flips",
        "--axes",
        "load",
    )
    assert done.exit_code == 0, done.output
    assert (folder / "acceptance-against-num_patterns.png").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["plot", "{}", "--x", "load"], "a column should be among label, "),
        (["plot", "{}", "--x", "num_patterns"], "name the other axis in `by`"),
        (["plot", "{}", "--x", "num_patterns", "--y", "label"], "y should be a column of numbers"),
        (["report", "{}/none"], "which has no study.toml"),
        (["report", "{}", "--table", "x.txt"], "--table should end in .csv, .parquet. Got"),
        (["report", "{}", "--import", "no_such_module"], "no_such_module"),
    ],
)
def test_refusals(folder, arguments, message):
    done = run(*(each.format(folder) for each in arguments))
    assert done.exit_code == 2, done.output
    assert message in " ".join(done.stderr.split())


def test_rows_of_other_data_are_not_shown(folder, tmp_path):
    (tmp_path / "results.jsonl").write_bytes((folder / "results.jsonl").read_bytes())
    Study.from_dict(STUDY | {"seed": 3}).keep(tmp_path / "study.toml")
    done = run("report", tmp_path)
    assert done.exit_code == 2
    assert "Got none" in " ".join(done.stderr.split())
