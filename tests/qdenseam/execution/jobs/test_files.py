"""Rows and files that survive a kill, one writer at a time, and words without secrets."""

import numpy as np
import pytest

from classical_ref.files import write_whole
from qdenseam.errors import BackendError, ResultsFileError
from qdenseam.execution.jobs import stream, stream_state
from qdenseam.execution.jobs.folder import only_writer
from qdenseam.execution.jobs.samples import load_samples, save_samples
from qdenseam.execution.secrets import without_secrets
from qdenseam.files import append_row


def test_rows_outlive_a_cut_last_one(tmp_path):
    path = tmp_path / "events.jsonl"
    append_row(path, {"a": 1})
    append_row(path, {"b": "x"})
    with path.open("ab") as file:
        file.write(b'{"c": ')
    append_row(path, {"d": None})
    assert path.read_text() == '{"a": 1}\n{"b": "x"}\n{"d": null}\n'
    assert path.stat().st_mode & 0o777 == 0o600


def test_no_link_is_followed(tmp_path):
    folder = tmp_path / "submission"
    folder.mkdir()
    for name in ("events.jsonl", "lock"):
        (folder / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(ResultsFileError, match="Got a link, which is not followed"):
        append_row(folder / "events.jsonl", {})
    said = r"lock should be a file\. Got a link"
    with pytest.raises(ResultsFileError, match=said), only_writer(folder):
        pass
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_is_whole_or_as_before(tmp_path, monkeypatch):
    path = tmp_path / "file"
    write_whole(path, b"before")

    def die(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("os.replace", die)
        with pytest.raises(KeyboardInterrupt):
            write_whole(path, b"after")
    assert path.read_bytes() == b"before"
    write_whole(path, b"after")
    assert path.read_bytes() == b"after"


def test_one_writer_at_a_time(tmp_path):
    with (
        only_writer(tmp_path),
        pytest.raises(BackendError, match="one process at a time"),
        only_writer(tmp_path),
    ):
        pass
    with only_writer(tmp_path):
        pass


def test_no_locks_no_submission(tmp_path, monkeypatch):
    def unsupported(*_):
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr("fcntl.flock", unsupported)
    with (
        pytest.raises(BackendError, match=r"file system with locks.*not supported"),
        only_writer(tmp_path),
    ):
        pass


def test_samples_come_back(tmp_path, rng):
    samples = [
        {"memory_bits": rng.random((5, 3)) < 0.5, "flag_bits": rng.random((5, 1)) < 0.5}
        for _ in range(11)
    ]
    save_samples(tmp_path / "x.npz", samples)
    for found, expected in zip(load_samples(tmp_path / "x.npz"), samples, strict=True):
        assert found.keys() == expected.keys()
        assert all((found[name] == expected[name]).all() for name in expected)


@pytest.mark.parametrize("name", ["PCG64", "PCG64DXSM", "MT19937", "Philox", "SFC64"])
def test_a_generator_goes_on_where_it_was_written_down(name):
    rng = np.random.Generator(getattr(np.random, name)(5))
    rng.integers(7, dtype=np.int32)
    again = stream(stream_state(rng))
    assert (again.random(100) == rng.random(100)).all()


def test_no_other_generator_is_made():
    with pytest.raises(ValueError, match="one of MT19937, PCG64"):
        stream({"bit_generator": "default_rng"})


@pytest.mark.parametrize("place", [625, -1, 2**40, "x", None])
def test_no_generator_reads_beside_its_buffer(place):
    for name, where in (("MT19937", "pos"), ("Philox", "buffer_pos")):
        state = stream_state(np.random.Generator(getattr(np.random, name)(5)))
        (state["state"] if where == "pos" else state)[where] = place
        with pytest.raises(ValueError, match=f"should be a state of {name}"):
            stream(state)


def test_secrets_are_masked(monkeypatch):
    monkeypatch.setenv("QISKIT_IBM_TOKEN", "abcdefgh12345678")
    monkeypatch.setenv("SHORT_TOKEN", "abc")
    text = "POST failed: abcdefgh12345678, Authorization: Bearer eyJhbGciOi.x-y_z abc"
    assert without_secrets(text) == "POST failed: [secret], Authorization: Bearer [secret] abc"
