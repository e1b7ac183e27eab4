"""``submit``, ``jobs``, ``fetch`` and ``cancel`` as a user meets them."""

import json

import numpy as np
import pytest
from toy_service import ToyService, install
from typer.testing import CliRunner

from qdenseam.cli.app import app
from qdenseam.cli.recalls import submit
from qdenseam.errors import BackendError
from qdenseam.execution.job_service import RequestRefusedError, ServiceUnreachableError
from qdenseam.retrieval import submission

SMALL = ("--num-neurons", "4", "--num-patterns", "3", "--shots", "20")


@pytest.fixture
def service(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    toy = ToyService(tmp_path / "service")
    install(toy, monkeypatch.setattr)
    return toy


@pytest.fixture
def run(service):
    def invoke(*arguments, answer=None):
        return CliRunner().invoke(app, list(arguments), input=answer)

    return invoke


def submitted(run, *arguments):
    """Submit and return the id."""
    result = run("submit", "--backend", "toy", *SMALL, "--yes", *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout.split("qdenseam fetch ")[1].split()[0]


def test_the_whole_way(run, tmp_path):
    name = submitted(run, "--index", "0", "--index", "2")
    listed = run("jobs")
    assert name in listed.stdout
    assert "done" in listed.stdout
    fetched = run("fetch", "--json", "out.json")
    assert fetched.exit_code == 0
    assert "2 probes of 20 shots in 1 job, done" in fetched.stdout
    for heading in ("probe", "recall", "frequency", "law", "acceptance"):
        assert heading in fetched.stdout
    content = json.loads((tmp_path / "out.json").read_text())
    rows = content["submissions"][name]["recalls"]
    assert len(rows) == 2
    assert rows[0]["says"].startswith(("Recalled", "None of"))
    assert {"matching", "contradicts", "top_share", "stored_share"} <= set(rows[0])
    assert rows[0]["predicted_probability"] is None or 0 <= rows[0]["predicted_probability"] <= 1
    assert sum(rows[0]["law_joint"]) + rows[0]["law_rejected"] == pytest.approx(1)
    assert sum(rows[0]["outcomes"].values()) == round(20 * rows[0]["acceptance"])
    assert run("fetch", name).stdout == fetched.stdout


def test_a_law_without_any_pattern_names_none(run, tmp_path):
    probes = [f"--probe={number:04b}" for number in range(4)]
    name = submitted(run, "--method", "sample-and-accept(hamming-ball(0))", "--flips", "0", *probes)
    run("fetch", name, "--json", "out.json")
    rows = json.loads((tmp_path / "out.json").read_text())["submissions"][name]["recalls"]
    assert "-" in [row["likeliest_by_law"] for row in rows]  # three patterns, four probes
    for row in rows:
        assert (row["likeliest_by_law"] == "-") == (max(row["law_joint"]) == 0)


@pytest.mark.parametrize("answer", ["n\n", ""])
def test_without_a_yes_nothing_is_sent(run, service, tmp_path, answer):
    result = run("submit", "--backend", "toy", *SMALL, answer=answer)
    assert result.exit_code == 1
    assert "Submit?" in result.stdout
    assert service.jobs() == {}
    assert not (tmp_path / "qdenseam-jobs").exists()


def test_a_yes_sends(run, service):
    assert run("submit", "--backend", "toy", *SMALL, answer="y\n").exit_code == 0
    assert len(service.jobs()) == 1


def test_a_dry_run_shows_the_cost(run, tmp_path):
    result = run("submit", "--backend", "fake:torino", *SMALL, "--dry-run")
    assert result.exit_code == 0
    for word in (
        "two-qubit gates",
        "fidelity",
        "2.0 s (2 s per job + shots x (the device",
        "Dry run",
    ):
        assert word in result.stdout
    assert not (tmp_path / "qdenseam-jobs").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--backend", "no account"), "There is no account here."),
        (("--backend", "fake:tornio"), "Did you mean 'torino'"),
        (
            ("--backend=fake:torino", "--method=sample-and-accept", "--max-seconds=1", "--dry-run"),
            "at most 1 s",
        ),
        (("--backend", "toy", "--max-seconds", "inf"), "positive and finite. Got inf."),
        (("--backend", "toy", "--method", "dance"), "method should be one of"),
        (("--backend", "toy", "--method", "minimum-search"), "depend on earlier answers"),
        (("--backend", "toy", "--index", "9"), "index should be from 0 to 2. Got 9."),
        (("--backend", "toy", "--probe", "0"), "probe"),
        (("--backend", "toy", "--probe", "0000", "--probes", "x"), "Got both"),
        (("--backend", "toy", "--probe", "0000", "--index", "1"), "Got --index too"),
        (("--backend", "toy", "--probes", "missing.txt"), "missing.txt"),
        (("--backend", "gone_module:backend"), "could not be imported"),
    ],
)
def test_bad_input(run, service, tmp_path, arguments, said):
    result = run("submit", *SMALL, "--yes", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert "Traceback" not in result.output
    assert service.jobs() == {}
    assert not (tmp_path / "qdenseam-jobs").exists()


def test_probes_from_a_file(run, tmp_path):
    np.save(tmp_path / "probes.npy", np.array([[1, -1, 0, 1], [1, 1, 1, 1]]))
    (tmp_path / "probes.txt").write_text("01?0\n\n0000\n")
    (tmp_path / "probes.csv").write_text("1,-1,0,1\n1,1,1,1\n")
    for arguments in (
        ("--probes", "probes.npy"),
        ("--probes", "probes.txt"),
        ("--probes", "probes.csv"),
        ("--probe", "01?0", "--probe", "0000"),
    ):
        fetched = run("fetch", submitted(run, *arguments, "--store", "s"), "--store", "s")
        assert "01?0" in fetched.stdout
        assert "0000" in fetched.stdout


def test_a_file_of_bits_has_to_be_said(run, tmp_path):
    np.save(tmp_path / "bits.npy", np.array([[0, 1, 0, 1]]))
    refused = run("submit", "--backend", "toy", *SMALL, "--yes", "--probes", "bits.npy")
    assert refused.exit_code == 2
    assert "as spins '?0?0'" in refused.stderr
    assert "as bits '0101'" in refused.stderr
    name = submitted(run, "--probes", "bits.npy", "--kind", "bits", "--store", "s")
    assert "0101" in run("fetch", name, "--store", "s").stdout


def test_results_that_are_not_there_yet(run, service):
    service.first_state = "queued"
    name = submitted(run)
    result = run("fetch")
    assert result.exit_code == 1
    assert "queued" in result.stdout
    stopped = run("cancel", name)
    assert stopped.exit_code == 0
    assert "cancelled" in stopped.stdout
    assert "cancelled" in run("jobs", "--offline").stdout
    waited = run("fetch", name, "--wait")
    assert waited.exit_code == 1
    assert "is cancelled: the job is cancelled" in waited.stderr


def test_trouble_is_told(run, service, monkeypatch):
    def refused(*_, **__):
        raise RequestRefusedError("too many gates.")

    def lost(*_, **__):
        raise ServiceUnreachableError("no route to host.")

    with monkeypatch.context() as patched:
        patched.setattr(service, "post", refused)
        result = run("submit", "--backend", "toy", *SMALL, "--yes")
        assert (result.exit_code, result.stderr) == (1, "too many gates.\n")
        patched.setattr(service, "post", lost)
        patched.setattr(service, "find", lost)
        result = run("submit", "--backend", "toy", *SMALL, "--yes")
        assert result.exit_code == 0
        assert "unanswered" in result.stdout
        assert "no route to host." in result.stderr
        assert "no route to host." in run("jobs").stderr
        assert run("fetch").exit_code == 1
    assert run("fetch").exit_code == 0
    assert len(service.jobs()) == 1


def test_a_damaged_folder_is_named_and_the_others_go_on(run, service, tmp_path):
    names = [submitted(run) for _ in range(3)]
    for name, file in zip(names, ("intent.json", "events.jsonl"), strict=False):
        (tmp_path / "qdenseam-jobs" / name / file).write_text('{"time": "now"}\n')
    listed = run("jobs")
    assert listed.exit_code == 1
    assert names[2] in listed.stdout
    fetched = run("fetch")
    assert fetched.exit_code == 1
    assert f"{names[2]} on toy: 1 probe of 20 shots in 1 job, done" in fetched.stdout
    for result in (listed, fetched):
        assert f"{names[0]}/intent.json: it should have a field 'schema'" in result.stderr
        assert f"{names[1]}/events.jsonl, line 1" in result.stderr
        assert not any(name in result.stdout for name in names[:2])
        assert "Traceback" not in result.output
    assert run("fetch", names[1], names[2]).stdout == fetched.stdout
    (tmp_path / "qdenseam-jobs" / names[2] / "intent.json").write_text("")
    for command in ("jobs", "fetch"):
        assert run(command).exit_code == 1
        assert run(command).stdout == ""


def test_waiting_is_told(run, service, monkeypatch):
    service.first_state = "queued"
    name = submitted(run)
    pauses = []

    def pause(seconds):
        pauses.append(seconds)
        if len(pauses) == 3:
            (service.folder / "toy-job-0000.json").unlink()

    monkeypatch.setattr("time.sleep", pause)
    result = run("fetch", "--wait")
    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        f"Waiting: {name} on toy: 1 probe of 20 shots in 1 job, queued. the job is queued",
        f"Submission {name} on 'toy' was queued when last seen, and waiting does not help: "
        "the job is queued job 0: no job 'toy-job-0000'",
    ]


def test_an_interruption_says_how_to_go_on(run, service, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(service, "post", interrupted)
        result = run("submit", "--backend", "toy", *SMALL, "--yes")
    assert result.exit_code == 130
    assert '"qdenseam fetch" goes on with it' in result.stderr
    assert run("fetch").exit_code == 0
    assert len(service.jobs()) == 1


def test_the_default_store_is_the_same_in_python():
    assert str(submit.STORE) == submission.STORE


def test_no_store(run):
    for command in ("jobs", "fetch"):
        assert run(command).stdout == "No submissions in qdenseam-jobs.\n"
    for command in ("fetch", "cancel"):
        result = run(command, "x")
        assert result.exit_code == 2
        assert "should be one of those in qdenseam-jobs: none" in result.stderr


def test_a_token_is_shown_nowhere(run, service, tmp_path, monkeypatch):
    secret = "k9-very-secret-token-value"
    monkeypatch.setenv("QISKIT_IBM_TOKEN", secret)

    def lost(*_, **__):
        raise ServiceUnreachableError(f"token {secret} timed out")

    def forbidden(*_, **__):
        raise BackendError(f"token {secret} is not valid")

    seen = []
    for request in ("post", "find", "status"):
        with monkeypatch.context() as patched:
            patched.setattr(service, request, lost)
            seen.append(run("submit", "--backend", "toy", *SMALL, "--yes").output)
            seen += [run(command).output for command in ("jobs", "fetch")]
    monkeypatch.setattr("qdenseam.execution.jobs.delivery.find_engine", forbidden)
    service.first_state = "queued"
    seen.append(run("submit", "--backend", "toy", *SMALL, "--yes").output)
    seen += [run(command).output for command in ("jobs", "fetch")]
    assert any("[secret]" in text for text in seen)
    assert not any(secret in text for text in seen)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert not any(secret.encode() in path.read_bytes() for path in files)


def test_ids_are_named_by_their_beginning_or_that_of_their_end(run, tmp_path):
    store = tmp_path / "qdenseam-jobs"
    first, second = submitted(run), submitted(run)
    for old, new in ((first, "20260101-000000-aa110000"), (second, "20260101-000000-ab220000")):
        rows = store / old / "intent.json"
        rows.write_text(rows.read_text().replace(old, new))
        for path in (store / old).iterdir():
            path.rename(path.with_name(path.name.replace(old, new)))
        (store / old).rename(store / new)
    whole = run("fetch", "20260101-000000-aa110000").stdout
    for start in ("20260101-000000-aa", "aa", "aa11"):
        assert run("fetch", start).stdout == whole
    assert "-ab220000" in run("jobs", "ab").stdout
    assert "-aa110000" not in run("jobs", "ab").stdout
    assert "-ab220000" in run("cancel", "ab2").stdout
    for command in ("fetch", "jobs", "cancel"):
        several = run(command, "2026")
        assert several.exit_code == 2
        assert "20260101-000000-aa110000, 20260101-000000-ab220000." in several.stderr
        none = run(command, "aa12")
        assert none.exit_code == 2
        assert "should be one of those in qdenseam-jobs: 20260101-" in none.stderr
        assert run(command, "").exit_code == 2
