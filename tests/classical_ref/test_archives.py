"""Arrays out of a file: no code, no bomb, and no advice to unpickle."""

import zipfile

import numpy as np
import pytest

from classical_ref import archives
from classical_ref.archives import read_arrays


def test_arrays_come_back(tmp_path):
    np.savez_compressed(tmp_path / "a.npz", x=np.arange(3), y=np.eye(2))
    found = read_arrays(tmp_path / "a.npz", "two arrays")
    assert [found["x"].tolist(), found["y"].tolist()] == [[0, 1, 2], [[1, 0], [0, 1]]]


def test_objects_are_refused_without_a_hint_to_load_them(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.array([{}], dtype=object))
    (tmp_path / "b.npz").write_bytes(b"\x80\x04.")
    for name in ("a.npz", "b.npz"):
        with pytest.raises(ValueError, match=r"should be two arrays\. Got ValueError") as caught:
            read_arrays(tmp_path / name, "two arrays")
        assert "unsafe" not in str(caught.value)


def test_a_bomb_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MAX_BYTES", 10**6)
    np.savez_compressed(tmp_path / "a.npz", x=np.zeros(10**6, np.uint8))
    monkeypatch.setattr(np, "load", lambda *_, **__: _Unread(tmp_path / "a.npz"))
    with pytest.raises(ValueError, match="bytes of arrays, more than 1000000"):
        read_arrays(tmp_path / "a.npz", "arrays")


class _Unread:
    """An archive that says what is in it, and whose arrays must not be asked for."""

    def __init__(self, path):
        self.zip = zipfile.ZipFile(path)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.zip.close()

    def keys(self):
        pytest.fail("unpacked")
