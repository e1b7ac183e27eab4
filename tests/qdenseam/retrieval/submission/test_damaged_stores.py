"""A file that was cut or changed is named; it ends neither in a traceback nor in wrong results."""

import json

import numpy as np
import pytest
from qiskit import QuantumCircuit, qpy

from qdenseam.errors import ResultsFileError
from qdenseam.retrieval.submission import fetch, read, submissions, submit, update


@pytest.fixture
def folder(memory, service, store):
    """The folder of a submission that is done."""
    return store / submit(memory, "0000", backend="toy", shots=5, store=store).id


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
        with pytest.raises(ResultsFileError, match=rf"{shots.name} should hold the shots.*move it"):
            call(folder.name, store=folder.parent)
    shots.unlink()
    assert fetch(folder.name, store=folder.parent).shots == 5


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
        ({"a": 1}, "KeyError: 'job'"),
        ({"job": 7, "event": "sending", "time": "2026-01-01"}, "one of 1 jobs. Got KeyError: 7"),
        ({"job": 0, "event": "state", "state": "dome", "message": ""}, "'dome' is not a valid"),
        ({"job": 0, "event": "sending", "time": "noon"}, "noon"),
        ({"job": 0, "event": "sent", "id": None}, "should be text, not None"),
        ({"job": 0, "event": "dance"}, "no event is called 'dance'"),
    ],
)
def test_damaged_events(folder, row, said):
    events = folder / "events.jsonl"
    before = events.read_bytes()
    events.write_bytes(before + json.dumps(row).encode() + b"\n")
    number = before.count(b"\n") + 1
    for call in (fetch, read, update):
        with pytest.raises(
            ResultsFileError, match=f"line {number} should be what.*{said}.*; repair"
        ):
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
    with pytest.raises(ResultsFileError, match=r"circuits.qpy should hold the circuits of a subm"):
        fetch(submission)
    with circuits.open("wb") as file:  # whole, but other circuits
        qpy.dump([QuantumCircuit(2, 2)], file)
    with pytest.raises(ResultsFileError, match=r"circuits.qpy should hold the 1 circuits of the"):
        fetch(submission)
    assert service.jobs() == {}


@pytest.mark.parametrize("damage", [cut, lambda data: data.replace(b'"recalls"', b'"recall"')])
def test_a_damaged_intent_stops_no_other(folder, memory, damage):
    other = submit(memory, "0000", backend="toy", shots=5, store=folder.parent)
    intent = folder / "intent.json"
    intent.write_bytes(damage(intent.read_bytes()))
    for call in (fetch, read):
        with pytest.raises(ResultsFileError, match=f"{folder.name}.* should .*Error"):
            call(folder.name, store=folder.parent)
    with pytest.raises(ResultsFileError, match=folder.name):
        submissions(folder.parent)
    told = []
    (found,) = submissions(folder.parent, on_damage=told.append)
    assert (found.id, len(told)) == (other.id, 1)
    assert folder.name in str(told[0])
