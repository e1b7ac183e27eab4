import pytest
from typer.testing import CliRunner

from qdenseam.cli import workers
from qdenseam.cli.app import app
from qdenseam.studies.registry import reproductions
from qdenseam.studies.special import SpecialStudy


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(workers.os, "environ", {})
    return lambda *arguments: CliRunner().invoke(app, ["reproduce", *arguments])


def test_the_list_names_all(run):
    result = run("--list")
    assert result.exit_code == 0
    assert all(f"{each.name}\n" in result.stdout for each in reproductions())


@pytest.mark.parametrize("arguments", [(), ("figure-7",)])
def test_names_are_checked(run, tmp_path, arguments):
    result = run(*arguments)
    assert result.exit_code == 2
    assert "one of mimura-figure-1" in result.stderr
    assert f"Got {arguments[0] if arguments else 'none'!r}" in result.stderr
    assert not list(tmp_path.iterdir())
    assert "Did you mean 'xor-energy'?" in run("xor-enrgy").stderr


def test_agreement_is_printed_and_decides_the_status(run, tmp_path, monkeypatch):
    from qdenseam.reproduce import published

    done = run("krotov-hopfield-xor", "--quick", "--workers", "1", "--quiet")
    assert done.exit_code == 0, done.output
    assert "rows completed of 4, plain order 3" in done.stdout
    assert sorted(path.name for path in (tmp_path / "krotov-hopfield-xor").iterdir()) == [
        "figure-1.png", "results.jsonl", "study.toml", "table.csv"
    ]  # fmt: skip
    assert workers.os.environ["OMP_NUM_THREADS"] == "1"
    line = published.published()["krotov-hopfield-xor"]["energy gap, plain order 3"]
    monkeypatch.setitem(line, "expected", "47")
    done = run("krotov-hopfield-xor", "--quick", "--workers", "1", "--quiet")
    assert done.exit_code == 1
    assert "NO" in done.stdout
    report = CliRunner().invoke(app, ["report", "krotov-hopfield-xor"])
    assert "1 of 8 numbers do not agree, first energy gap, plain order 3: 48" in report.stdout


def test_interruption_says_how_to_go_on(run, monkeypatch):
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(SpecialStudy, "run", interrupted)
    result = run("krotov-hopfield-xor", "--out", "here")
    assert result.exit_code == 130
    assert "here/results.jsonl" in result.stderr


def test_a_worker_per_core(monkeypatch):
    monkeypatch.setattr(workers.os, "sched_getaffinity", lambda pid: set(range(5)), raising=False)
    assert workers.usable_cores() == 5
