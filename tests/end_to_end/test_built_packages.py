"""The wheel, built from the source archive, works in an empty folder without the repository."""

import os
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def run(*words, **options):
    done = subprocess.run([*map(str, words)], capture_output=True, text=True, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The folder into which pip has installed the wheel, without network."""
    folder = tmp_path_factory.mktemp("built")
    build = (sys.executable, "-m", "hatchling", "build", "-d", folder, "-t")
    run(*build, "sdist", cwd=ROOT)
    [archive] = folder.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    run(*build, "wheel", cwd=folder / archive.name.removesuffix(".tar.gz"))
    [wheel] = folder.glob("*.whl")
    options = ["--quiet", "--no-deps", "--no-index", "--target", folder / "installed"]
    run(sys.executable, "-m", "pip", "install", *options, wheel)
    return folder / "installed"


@pytest.fixture
def qdenseam(installed, tmp_path):
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    options = {"cwd": tmp_path, "env": environment}
    where = "import qdenseam, circuits, classical_ref as c; print(c.__file__, circuits.__file__)"
    assert run(sys.executable, "-c", where, **options).count(str(installed)) == 2
    return lambda *words: run(sys.executable, installed / "bin" / "qdenseam", *words, **options)


@pytest.mark.slow
def test_commands(qdenseam) -> None:
    assert "amplification" in qdenseam("info")
    assert "Recalled" in qdenseam("recall", "--erasures", 2)
    assert "mimura-figure-1" in qdenseam("reproduce", "--list")
    assert "energy" in qdenseam("collect", "--list")
    for name in ("load", "compare"):  # of files
        assert "[sampling]" in qdenseam("collect", name, "--show")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ledger", "capacity"])
def test_studies(qdenseam, tmp_path, name) -> None:
    qdenseam("collect", name, "--quick", "--workers", 1, "--quiet")
    assert f"{name}/report.html" in qdenseam("report", name)
    assert {"table.csv", "figure-1.png"} <= {path.name for path in (tmp_path / name).iterdir()}
