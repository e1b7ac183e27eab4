"""An installed package adds to everything: it is tested, planned, run and fetched like ours."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.util import find_spec
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("strangers_package")
ROOT = Path(__file__).parents[2]
TOLD = ROOT / "CONTRIBUTING.md"


def test_the_table_of_examples_in_contributing_is_true() -> None:
    rows = re.findall(r"`qdenseam\.(\w+)` \| `(\w+\.py)` \| (\d+) \|", TOLD.read_text("utf-8"))
    groups = tomllib.loads((SOURCE / "pyproject.toml").read_text())["project"]["entry-points"]
    assert {group for group, _, _ in rows} == {name.partition(".")[2] for name in groups}
    counted = {
        file.name: file.read_text().count("\n") for file in SOURCE.glob("stranger/[a-z]*.py")
    }
    assert {file: int(lines) for _, file, lines in rows} == counted


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The folder into which pip has installed the package, without network."""
    if find_spec("pip") is None:
        pytest.skip("pip, which installs the package, is not here")
    source = tmp_path_factory.mktemp("source") / "package"
    place = tmp_path_factory.mktemp("installed")
    shutil.copytree(SOURCE, source)
    options = ["--no-deps", "--no-build-isolation", "--no-index", "--target", place, source]
    done = run(sys.executable, "-m", "pip", "install", "--quiet", *options)
    assert done.returncode == 0, done.stderr
    assert [each.name for each in place.glob("*.dist-info")] == ["stranger-0.1.dist-info"]
    return place


def run(*words, **options):
    return subprocess.run([*map(str, words)], capture_output=True, text=True, **options)


@pytest.fixture
def python(installed, tmp_path):
    """Run Python in an empty folder where the package is installed; its output, if all is well."""
    path = os.pathsep.join([str(installed), str(ROOT), os.environ.get("PYTHONPATH", "")])
    environment = {**os.environ, "PYTHONPATH": path, "COLUMNS": "200"}

    def python(*words, status=0):
        done = run(sys.executable, "-W", "error", *words, cwd=tmp_path, env=environment)
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    return python


@pytest.fixture
def qdenseam(python):
    return lambda *words, **options: python("-m", "qdenseam", *words, **options)


CHECKS = """
from qdenseam.spelling import parse
from qdenseam.testing import check_encoder, check_engine, check_memory, check_method

for text in ("first-come", "first-come(1)", "sample-and-accept(cliff)", "separation-filter(cliff)"):
    check_method(parse("method", text))
check_encoder(parse("encoder", "gray-code"))
check_memory(parse("classical memory", "vote"))
check_memory(parse("classical memory", "dense(even)"))
check_engine("shuffled")
"""


@pytest.mark.slow
def test_it_keeps_what_is_promised(python) -> None:
    python("-c", CHECKS)


@pytest.mark.slow
def test_its_names_are_listed_and_near_ones_offered(qdenseam) -> None:
    told = qdenseam("info")
    for name in ("first-come", "gray-code", "cliff", "even", "vote", "shuffled"):
        assert f"\n  {name} " in told
    assert "Did you mean 'first-come'" in qdenseam("recall", "--method", "first-com", status=2)
    assert "Did you mean 'shuffled'" in qdenseam("recall", "--sampler", "shufled", status=2)
    listed = qdenseam("collect", "--list")
    assert "coins" in listed
    assert "mine" in listed


@pytest.mark.slow
def test_it_recalls(qdenseam) -> None:
    words = ["--method", "first-come(1)", "--encoder", "gray-code", "--sampler", "shuffled"]
    assert "first-come on shuffled. " in qdenseam("recall", *words)
    assert "vote. Recalled stored pattern" in qdenseam("recall", "--method", "vote")
    words = ["--method", "adiabatic", "--separation", "even", "--num-neurons", 6]
    assert "adiabatic on exact. " in qdenseam("recall", *words)


STUDY = """
title = "A stranger's things in a study"
[data]
source = "random"
num_neurons = 6
[[axes]]
num_patterns = [2, 3]
erasures = [2]
[sampling]
pattern_sets = 6
probes = 2
shots = 50
[[contender]]
recall = "first-come(1)"
engine = ["exact", "shuffled"]
memory = "amplitude(encoder=gray-code)"
[[contender]]
recall = "sample-and-accept(cliff)"
[[contender]]
recall = "vote"
[[contender]]
recall = "adiabatic"
memory = "energy(even)"
[[figure]]
kind = "steps"
x = "num_patterns"
"""


@pytest.mark.slow
def test_workers_collect_it_and_it_is_reported(qdenseam, tmp_path) -> None:
    (tmp_path / "mine.toml").write_text(STUDY)
    told = qdenseam("collect", "mine.toml", "--out", "out", "--workers", 2, "--quiet")
    assert told.count("shuffled") >= 2
    rows = (tmp_path / "out" / "results.jsonl").read_text()
    assert '"recall": "first-come(slack=1)"' in rows
    assert "gray-code" in rows
    qdenseam("report", "out")
    page = (tmp_path / "out" / "report.html").read_text()
    assert "first-come" in page
    assert "Steps from one value to the next" in page
    qdenseam("plot", "out", "--x", "num_patterns", "--kind", "steps", "--out", "steps.png")
    assert (tmp_path / "steps.png").exists()


@pytest.mark.slow
def test_its_studies_are_run_and_drawn(qdenseam, tmp_path) -> None:
    qdenseam("collect", "coins", "--quick", "--workers", 2, "--out", "coins", "--quiet")
    assert (tmp_path / "coins" / "figure-1.png").exists()
    qdenseam("plot", "coins", "--x", "bias", "--y", "heads", "--out", "heads.png")
    qdenseam("collect", "mine", "--quick", "--workers", 1, "--out", "mine", "--quiet")
    assert "vote" in (tmp_path / "mine" / "table.csv").read_text()


PLANNED = """
import numpy as np
from qdenseam import AmplitudeMemory
from qdenseam.execution import engine
from qdenseam.planning import plan
from qdenseam.spelling import parse

memory = AmplitudeMemory(["0011", "0110", "1101"], encoder="gray-code")
known, target = np.array([1, 1, 0, 1], dtype=bool), engine("fake:manila").target
found = plan(memory, known, target, methods=[parse("method", "first-come")])
assert {"gray-code"} < {each.memory.encoder.name for each in found}, found
assert sum(each.method.name == "first-come" for each in found) > 1
"""


@pytest.mark.slow
def test_it_stands_among_plans(python, qdenseam) -> None:
    python("-c", PLANNED)
    words = ["--num-patterns", 3, "--probe", "01?0", "--backend", "fake:manila"]
    assert "first-come" in qdenseam("plan", *words, "--method", "first-come")


@pytest.mark.slow
def test_it_stands_in_the_comparison(qdenseam, tmp_path) -> None:
    small = "--data random --num-neurons 6 --num-patterns 3 --loads 2,3 --flips 0,1 --erasures 0,2"
    small += " --num-sets 3 --num-probes 2 --shots 50 --circuit-neurons 0 --workers 2 --quiet"
    own = ["--method", "first-come(1)", "--method", "vote(3)"]
    told = qdenseam("compare", "--out", "compared", *small.split(), *own)
    assert "first-come(1)" in told
    table = (tmp_path / "compared" / "table.csv").read_text()
    assert "first-come(1)" in table
    assert "vote(3)" in table


@pytest.mark.slow
def test_it_is_submitted_and_fetched_by_later_processes(qdenseam, tmp_path) -> None:
    words = ["--method", "first-come(1)", "--encoder", "gray-code", "--shots", 200, "--yes"]
    qdenseam("submit", "--backend", "shuffled", *words)
    qdenseam("jobs")
    qdenseam("fetch", "--wait", "--json", "results.json")
    [submission] = json.loads((tmp_path / "results.json").read_text())["submissions"].values()
    [recall] = submission["recalls"]
    assert recall["shots"] == 200
    assert abs(recall["acceptance"] - recall["law_acceptance"]) < 0.25  # 1e-9 at 200 shots is 0.22
