"""Options and refusals of the main job; whole runs are in tests/end_to_end/test_command_line.py."""

import dataclasses
import inspect
import re

import numpy as np
import pytest
from typer.testing import CliRunner

from qdenseam.cli import compare as command
from qdenseam.cli import workers
from qdenseam.cli.app import app
from qdenseam.cli.options import with_options
from qdenseam.studies import compare as comparison

OPTIONS = inspect.signature(with_options(command.compare)).parameters
NOT_SETTINGS = {"out", "import_module", "workers", "scheduler", "quiet", "json", "csv"}
PATTERNS = 1 - 2 * (np.arange(12)[:, None] >> np.arange(9) & 1)
FILES = {
    "nine": PATTERNS,
    "bits": (PATTERNS < 0).astype(int),
    "duplicates": np.vstack([PATTERNS, PATTERNS[:1]]),
    "flat": PATTERNS[0],
    "empty": PATTERNS[:0],
    "objects": np.array([{}, {}], dtype=object),
}


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run ``compare --out out`` in an empty folder, in this process."""
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(
        app, ["compare", "--out", "out", "--workers", "1", *arguments]
    )


def test_every_setting_is_an_option_with_its_text():
    fields = dataclasses.fields(comparison.ComparisonSettings)
    assert set(OPTIONS) == {field.name for field in fields} | NOT_SETTINGS
    for field in fields:
        option = OPTIONS[field.name]
        assert option.default == (None if field.default == () else field.default), field.name
        assert option.annotation.__metadata__[0].help == field.type.__metadata__[0]


def test_options_reach_the_settings(run, monkeypatch):
    asked = {}

    def record(settings, **others):
        asked.update(dataclasses.asdict(settings), **others)
        raise ValueError("enough seen.")

    monkeypatch.setattr(comparison, "compare", record)
    words = {
        "data": "random",
        "kind": "grey",
        "threshold": "90",
        "shape": "4x4",
        "levels": "gray(4)",
        "simulator": "statevector",
        "device": "",
    }
    repeated = {"method": ("hopfield", "qaoa"), "engine": ("ddsim",)}
    sweeps = {"loads": (3, 5), "flips": (1,), "erasures": (0, 1)}
    numbers = {
        name: (option.default or 3) + 1
        for name, option in OPTIONS.items()
        if name not in NOT_SETTINGS | {*words, *sweeps, *repeated, "merge_duplicates"}
    }
    given = {
        **numbers,
        **words,
        **{name: "".join(f"{n}," for n in ns) for name, ns in sweeps.items()},
    }
    options = [f"--{name.replace('_', '-')}={value}" for name, value in given.items()]
    options += [f"--{name}={value}" for name, values in repeated.items() for value in values]
    result = run("--merge-duplicates", "--import=json", *options)
    assert result.stderr == "Error: enough seen.\n"
    expected = {**numbers, **words, **sweeps, **repeated, "num_workers": 0}
    expected["merge_duplicates"] = True
    expected["modules"] = ("json",)
    assert {name: asked[name] for name in expected} == expected
    assert {f.name for f in dataclasses.fields(comparison.ComparisonSettings)} < expected.keys()
    assert str(asked["out"]) == "out"


@pytest.mark.parametrize(("arguments", "expected"), [(("--workers", "1"), 0), ((), 5)])
def test_workers_are_one_per_core_by_default_with_one_thread_each(
    run, monkeypatch, arguments, expected
):
    seen = []

    def record(settings, *, num_workers, **others):
        seen.append((num_workers, workers.os.environ.get("OMP_NUM_THREADS")))
        raise ValueError("enough seen.")

    monkeypatch.setattr(comparison, "compare", record)
    monkeypatch.setattr(workers.os, "sched_getaffinity", lambda pid: set(range(5)), raising=False)
    monkeypatch.setattr(workers.os, "environ", {})
    CliRunner().invoke(app, ["compare", *arguments])
    assert seen == [(expected, "1")]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--data", "faces"), "'digits', 'glyphs'.*Got 'faces'"),
        (("--data", "missing.npy"), "No such file or directory: missing.npy"),
        (("--data", "bits.npy"), "spins or bits are meant. Got .1, 0, 0.*as bits"),
        (("--data", "duplicates.npy"), "distinct. Rows 0 and 12 are equal.*`weights`"),
        (("--data", "flat.npy"), r"shape.*Got shape \(9,\)"),
        (("--data", "empty.npy"), ""),
        (("--data", "objects.npy"), ""),
        (("--simulator", "abacus"), "one of statevector, aer.*Got 'abacus'"),
        (("--device", "fake:nowhere"), "Got 'nowhere'.*fez"),
        (("--circuit-neurons", "40"), "at most 20.*Got 40"),
        (("--data", "nine.npy", "--num-neurons", "8"), "9 neurons a pattern.*Got num_neurons = 8"),
        (("--data", "nine.npy", "--circuit-neurons", "8"), "should be 0 or 9.*Got 8"),
        (("--data", "nine.npy", "--loads", "2,13"), "num_patterns should be at most 12.*Got 13"),
        (("--data", "nine.npy", "--num-patterns", "20"), "num_patterns should be at most 12"),
        (("--data", "nine.npy", "--circuit-patterns", "20"), "num_patterns should be at most 12"),
        (("--data", "nine.npy", "--flips", "10"), "at most 9 together. Got 10"),
        (("--loads", "2,many"), "loads should be integers separated by commas.*Got '2,many'"),
        (("--loads", ","), "at least one value"),
        (("--loads", "2,4000"), "distinct patterns.*Got 4000"),
        (("--flips", "17"), "at most 16 together. Got 17"),
        (("--method", "hopfeild"), "Did you mean 'hopfield'"),
        (("--import", "no_such_module"), "no_such_module"),
        (("--scheduler", "nowhere"), "scheduler should be"),
        (("--shots", "0"), "shots should be at least 1. Got 0"),
        (("--seed", "-1"), "seed should be at least 0. Got -1"),
        (("--out", "a_file"), "out should be a folder. Got the file a_file"),
        (("--out", "a_file/below"), "Not a directory: a_file/below"),
    ],
)
def test_bad_input_is_refused_before_anything_is_written(run, tmp_path, arguments, said):
    for name, array in FILES.items():
        np.save(tmp_path / f"{name}.npy", array)
    (tmp_path / "a_file").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert re.match(f"Error: .*{said}", result.stderr)
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "a_file").read_text() == "mine"


def test_a_damaged_results_file_is_left_as_it_is(run, tmp_path):
    damaged = tmp_path / "out" / "results.jsonl"
    damaged.parent.mkdir()
    damaged.write_text('{"schema": 1, broken\n{"schema": 1, "and more": 0}\n')
    result = run()
    assert result.exit_code == 2
    assert re.match("Error: out/results.jsonl, line 1: .*Repair or delete", result.stderr)
    assert damaged.read_text() == '{"schema": 1, broken\n{"schema": 1, "and more": 0}\n'
    assert {path.name for path in damaged.parent.iterdir()} == {"results.jsonl", "study.toml"}
