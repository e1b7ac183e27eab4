import gzip
import struct

import numpy as np
import pytest

from classical_ref import LabeledImages, load_mnist, read_idx


def idx(array):
    head = struct.pack(">BBBB", 0, 0, 8, array.ndim)
    return head + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


@pytest.fixture
def arrays(rng):
    return rng.integers(0, 256, (5, 4, 3), dtype=np.uint8), np.arange(5, dtype=np.uint8)


@pytest.mark.parametrize(("joint", "ending"), [("-", ""), ("-", ".gz"), (".", "")])
def test_folders_of_idx_files(tmp_path, arrays, joint, ending):
    pack = gzip.compress if ending else bytes
    for stem, array in zip(("t10k-images", "t10k-labels"), arrays, strict=True):
        name = f"{stem}{joint}idx{array.ndim}-ubyte{ending}"
        (tmp_path / name).write_bytes(pack(idx(array)))
    data = load_mnist(tmp_path, split="test")
    assert np.array_equal(data.pixels, arrays[0])
    assert data.labels.tolist() == [0, 1, 2, 3, 4]
    assert data.num_images == 5
    with pytest.raises(FileNotFoundError, match=r"should hold train-images-idx3-ubyte"):
        load_mnist(tmp_path)


def test_archives(tmp_path, arrays):
    path = tmp_path / "mnist.npz"
    np.savez(path, x_train=arrays[0], y_train=arrays[1])
    assert np.array_equal(load_mnist(path).pixels, arrays[0])
    with pytest.raises(ValueError, match=r"should hold x_test and y_test\. Got no x_test"):
        load_mnist(path, split="test")


def test_pixels_are_scaled():
    data = LabeledImages(pixels=np.array([[[0, 255]], [[51, 204]]], np.uint8), labels=[0, 1])
    assert np.allclose(data.scaled(), [[-1, 1], [-0.6, 0.6]])
    with pytest.raises(ValueError, match="read-only"):
        data.pixels[0, 0, 0] = 1


def test_other_files_are_refused(tmp_path, arrays):
    path = tmp_path / "file"
    whole = idx(arrays[0])
    for content, match in [
        (b"", r"begin with 00 00 08.*Got nothing"),
        (b"\x00\x00\x0d\x01", r"begin with 00 00 08.*Got 00 00 0d"),
        (whole[:-1], r"should hold 60 bytes of shape \(5, 4, 3\)\. Got 59; it was cut"),
        (whole + b"!", r"should hold 60 bytes.*Got 61"),
        (whole[:9], r"begin with 16 bytes that tell its shape\. Got 9"),
        (gzip.compress(whole)[:-9], r"a whole gzip file\. Got a damaged one"),
    ]:
        path.write_bytes(content)
        with pytest.raises(ValueError, match=match):
            read_idx(path)
        with pytest.raises(ValueError, match=r"a folder of IDX files or an \.npz archive"):
            load_mnist(path)
    np.save(tmp_path / "one.npy", arrays[0])
    with pytest.raises(ValueError, match="Got another format"):
        load_mnist(tmp_path / "one.npy")
    with pytest.raises(FileNotFoundError):
        load_mnist(tmp_path / "nothing.npz")


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda a: load_mnist("x", split="all"), r"split should be one of train, test\. Got"),
        (lambda a: LabeledImages(pixels=a[0] / 2, labels=a[1]), r"bytes of shape.*Got float64"),
        (lambda a: LabeledImages(pixels=a[0][0], labels=a[1]), r"Got uint8 of shape \(4, 3\)"),
        (lambda a: LabeledImages(pixels=a[0], labels=a[1][:2]), r"of shape \(5,\), one per image"),
        (lambda a: LabeledImages(pixels=a[0], labels=a[1] / 2), r"integers.*Got float64"),
    ],
)
def test_errors(arrays, call, match):
    with pytest.raises(ValueError, match=match):
        call(arrays)
