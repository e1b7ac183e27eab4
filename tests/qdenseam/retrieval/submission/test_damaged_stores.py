"""A file that was cut or changed is named; it ends neither in a traceback nor in wrong results."""

import json

import numpy as np
import pytest
from cases import case
from qiskit import QuantumCircuit, qpy

from qdenseam.errors import BackendError, ResultsFileError
from qdenseam.execution import engine
from qdenseam.execution.job_service import RequestRefusedError
from qdenseam.execution.jobs import LocalJobs
from qdenseam.execution.jobs.samples import save_samples
from qdenseam.retrieval.submission import cancel, fetch, read, submissions, submit, update


@pytest.fixture
def folder(memory, service, store):
    """The folder of a submission that is done."""
    return store / submit(memory, "0000", backend="toy", shots=5, store=store).id


AT = {"job": 0, "time": "2026-01-01T00:00:00+00:00"}


def changed(path, **fields):
    """Change fields of a file that holds an object."""
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


def cut(data):
    return data[: len(data) // 2]


def empty(data):
    return b""


def garbage(data):
    return b"no shots"


def flipped(data):
    return data[:60] + bytes(byte ^ 1 for byte in data[60:90]) + data[90:]


@pytest.mark.parametrize("damage", [cut, empty, garbage, flipped])
def test_damaged_shots(folder, damage):
    (shots,) = folder.glob("*.npz")
    shots.write_bytes(damage(shots.read_bytes()))
    for call in (read, fetch):
        with pytest.raises(
            ResultsFileError, match=rf"{shots.name} should be the shots of a job.*Move it"
        ):
            call(folder.name, store=folder.parent)
    shots.unlink()
    assert fetch(folder.name, store=folder.parent).shots == 5


def test_a_folder_in_place_of_shots(folder):
    (shots,) = folder.glob("*.npz")
    shots.unlink()
    shots.mkdir()
    with pytest.raises(ResultsFileError, match=rf"{shots.name} should be a file that can be read"):
        read(folder.name, store=folder.parent)


def test_what_could_not_be_read_back_is_not_written(memory, service, store):
    with pytest.raises(ValueError, match=r"shots should be in .*Submit several times"):
        submit(memory, "0000", backend="toy", shots=2**62, store=store)
    assert not list(store.glob("*"))


@pytest.mark.parametrize("num_shots", [4, 6])
def test_fewer_or_more_shots_than_were_asked_for(folder, num_shots):
    (shots,) = folder.glob("*.npz")
    with np.load(shots) as stored:
        arrays = {
            name: np.resize(bits, (num_shots, bits.shape[1])) for name, bits in stored.items()
        }
    np.savez_compressed(shots, **arrays)
    said = f"{shots.name} should return .*5 shots of memory_bits.*Got .*{num_shots} shots of memory"
    with pytest.raises(ResultsFileError, match=said):
        fetch(folder.name, store=folder.parent)


@pytest.mark.parametrize("arrays", [{}, {"1.c": np.ones((5, 4), dtype=bool)}, {"0.c": np.ones(5)}])
def test_shots_of_something_else(folder, arrays):
    (shots,) = folder.glob("*.npz")
    np.savez_compressed(shots, **arrays)
    with pytest.raises(ResultsFileError, match=shots.name):
        fetch(folder.name, store=folder.parent)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"a": 1}, "event should be one of sending, .*Got None"),
        ({"job": 0, "event": ["sent"]}, "event should be one of sending, .*Got ..sent"),
        ({**AT, "job": 7, "event": "sending"}, r"job should be in \[0, 0\]. Got 7"),
        (
            {**AT, "event": "state", "state": "dome", "message": ""},
            "state should be one of.*'dome'",
        ),
        ({"job": 0, "event": "sending", "time": "noon"}, "time should be a time such as .*'noon'"),
        ({"job": 0, "event": "sending", "time": "2026-01-01"}, "time should be a time such as"),
        ({**AT, "event": "sent", "id": None}, "id should be text. Got None"),
        ({**AT, "event": "usage", "seconds": True}, "seconds should be a number. Got True"),
        ({**AT, "event": "dance"}, "event should be one of sending, .*Got 'dance'"),
        (
            {**AT, "event": "unwanted", "why": 1},
            "it should have no fields but time, job, event. Got also 'why'",
        ),
    ],
)
def test_damaged_events(folder, row, said):
    events = folder / "events.jsonl"
    before = events.read_bytes()
    events.write_bytes(before + json.dumps(row).encode() + b"\n")
    number = before.count(b"\n") + 1
    for call in (fetch, read, update):
        with pytest.raises(ResultsFileError, match=f"line {number}: {said}.*Repair that line"):
            call(folder.name, store=folder.parent)


def test_damaged_circuits(memory, service, store, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(service, "post", interrupted)
        with pytest.raises(KeyboardInterrupt):
            submit(memory, "0000", backend="toy", store=store)
    (submission,) = submissions(store)
    circuits = store / submission.id / "circuits.qpy"
    circuits.write_bytes(cut(circuits.read_bytes()))
    with pytest.raises(
        ResultsFileError,
        match=r"circuits.qpy: it should hold the circuits .*Got other bytes. Submit",
    ):
        fetch(submission)
    with circuits.open("wb") as file:  # whole, but other circuits
        qpy.dump([QuantumCircuit(2, 2)], file)
    with pytest.raises(ResultsFileError, match=r"circuits.qpy: it should hold the circuits of the"):
        fetch(submission)
    changed(circuits.with_name("intent.json"), circuits_sha256=None)  # as version 0.1 wrote it
    with pytest.raises(ResultsFileError, match=r"circuits.qpy: it should hold the 1 circuits of"):
        fetch(submission)
    circuits.write_bytes(b"QISKIT" + bytes([12]) + circuits.read_bytes()[7:])
    with pytest.raises(ResultsFileError, match=r"circuits.qpy: .*Got other bytes"):
        fetch(submission)
    assert service.jobs() == {}


@pytest.mark.parametrize("damage", [cut, lambda data: data.replace(b'"recalls"', b'"recall"')])
def test_a_damaged_intent_stops_no_other(folder, memory, damage):
    other = submit(memory, "0000", backend="toy", shots=5, store=folder.parent)
    intent = folder / "intent.json"
    intent.write_bytes(damage(intent.read_bytes()))
    for call in (fetch, read):
        with pytest.raises(
            ResultsFileError, match=f"{folder.name}/intent.json: .*Restore the file"
        ):
            call(folder.name, store=folder.parent)
    with pytest.raises(ResultsFileError, match=folder.name):
        submissions(folder.parent)
    told = []
    (found,) = submissions(folder.parent, on_damage=told.append)
    assert (found.id, len(told)) == (other.id, 1)
    assert folder.name in str(told[0])


def test_what_a_payload_may_be(folder):
    intent = folder / "intent.json"
    payload = json.loads(intent.read_text())["payload"]
    recall = payload["recalls"][0]
    for changes, said in [
        ({"patterns": [[1, 1], [1]]}, "payload.patterns should be 2-dimensional.*several lengths"),
        (
            {"patterns": [[1, 2, 1, 1]] * 3},
            r"each of payload.patterns should be in \[-1, 1\]. Got 2",
        ),
        ({"patterns": [[1, 1, 1, 1]]}, "payload.weights should have 1 entries. Got 3"),
        ({"weights": [1, 1, -1]}, "each of payload.weights should be at least 0. Got -1"),
        ({"weights": [1, 1, "x"]}, "payload.weights should be 1-dimensional numbers"),
        ({"is_single": "yes"}, "payload.is_single should be True or False. Got 'yes'"),
        ({"recalls": []}, "payload.recalls should be 1. Got 0"),
        ({"recalls": [recall | {"probe": [1, 1]}]}, r"recalls\[0\].probe should have 4 entries"),
        ({"recalls": [recall | {"shape": [2, 2.5]}]}, r"recalls\[0\].shape should be 2 values"),
        ({"reading": {"bit_generator": "os"}}, "payload.reading: a stored generator should be one"),
    ]:
        with case(said):
            changed(intent, payload=payload | changes)
            with pytest.raises(ResultsFileError, match=f"intent.json: .*{said}.*Restore the file"):
                read(folder.name, store=folder.parent)


def test_no_tag_leaves_the_folder(folder, service):
    before = sorted(folder.parent.parent.rglob("*"))
    jobs = json.loads((folder / "intent.json").read_text())["jobs"]
    changed(folder / "intent.json", jobs=[jobs[0] | {"tag": "../../../x"}])
    for call in (fetch, read, update, cancel):
        with pytest.raises(ResultsFileError, match=r"jobs\[0\].tag should be qdenseam-, 32 hex"):
            call(folder.name, store=folder.parent)
    assert sorted(folder.parent.parent.rglob("*")) == before


def test_an_id_out_of_a_file_is_no_path(tmp_path):
    save_samples(tmp_path / "x.npz", [])
    (tmp_path / "inside").mkdir()
    local = LocalJobs(engine("aer"), tmp_path / "inside", np.random.default_rng(1))
    with pytest.raises(RequestRefusedError, match=r"should have been run in .*Got '../x'"):
        local.results("../x")


@pytest.mark.parametrize("name", ["renamed", "20260101-000000-00000000"])
def test_a_renamed_folder_is_named(folder, name):
    folder.rename(folder.parent / name)
    told = []
    assert submissions(folder.parent, on_damage=told.append) == []
    assert f"should be named as its submission, {folder.name}. Got '{name}'" in str(told[0])
    with pytest.raises(ResultsFileError, match=f"{folder.name}.*rename the folder"):
        fetch(name, store=folder.parent)


def test_a_moved_store_is_read(folder, tmp_path):
    folder.parent.rename(tmp_path / "moved")
    assert fetch(folder.name, store=tmp_path / "moved").shots == 5


def test_what_cannot_be_read_hides_no_other(folder, memory, monkeypatch):
    other = submit(memory, "0000", backend="toy", shots=5, store=folder.parent)
    (folder / "intent.json").unlink()
    (folder / "intent.json").mkdir()
    (folder.parent / "20260101-000000-00000000").mkdir()
    (folder.parent / "20260101-000000-00000001").symlink_to(folder.parent / other.id)
    (folder.parent / "notes").mkdir()
    told = []
    (found,) = submissions(folder.parent, on_damage=told.append)
    assert found.id == other.id
    missing, link, damaged = map(str, told)
    assert "00000000/intent.json should be a file that can be read. Got: " in missing
    assert "should be a folder. Got a link, which is not followed" in link
    assert f"{folder.name}/intent.json should be a file that can be read. Got: " in damaged


def test_what_is_done_is_read_without_a_lock_or_a_disk_to_write(folder, service, monkeypatch):
    def closed(path):
        raise OSError(30, "Read-only file system")

    before = {path: path.stat().st_mtime_ns for path in (folder, *folder.iterdir())}
    monkeypatch.setattr("qdenseam.execution.jobs.folder.open_own", closed)
    monkeypatch.setattr("qdenseam.files.open_own", closed)
    for call in (fetch, read):
        assert call(folder.name, store=folder.parent).shots == 5
    assert submissions(folder.parent)[0].trouble == ""
    assert cancel(folder.name, store=folder.parent).is_fetched
    assert {path: path.stat().st_mtime_ns for path in (folder, *folder.iterdir())} == before


def test_what_is_not_done_says_that_its_disk_cannot_be_written(memory, service, store, monkeypatch):
    def closed(path):
        raise OSError(30, "Read-only file system")

    service.first_state = "queued"
    submission = submit(memory, "0000", backend="toy", shots=5, store=store)
    monkeypatch.setattr("qdenseam.execution.jobs.folder.open_own", closed)
    said = r"cannot be written \(Read-only file system\).*move its store to a disk of your own"
    with pytest.raises(BackendError, match=f"waiting does not help: .*{said}"):
        fetch(submission, wait=float("inf"))
    with pytest.raises(BackendError, match=said):
        cancel(submission)


def test_a_store_is_the_users_alone(folder):
    assert [path.stat().st_mode & 0o777 for path in (folder.parent, folder)] == [0o700, 0o700]
    files = list(folder.iterdir())
    assert len(files) == 5
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
