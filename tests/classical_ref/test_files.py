"""Files: places are proven and left as they are, what is written is whole or not there."""

import os
import socket
from pathlib import Path

import pytest

from classical_ref.files import check_folder, check_output, read_whole, write_whole


def tree(folder):
    return {
        str(each.relative_to(folder)): None if each.is_dir() else each.read_bytes()
        for each in folder.rglob("*")
    }


def full(*_):
    raise OSError(28, "No space left on device")


@pytest.fixture(params=["folder", "pipe", "socket", "device"])
def no_file(request, tmp_path):
    """The name of a kind that is no file, and one of it."""
    path = tmp_path / "it"
    match request.param:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "socket":
            with socket.socket(socket.AF_UNIX) as made:
                made.bind(str(path))
        case "device":
            path.symlink_to("/dev/full")
    return request.param, path


@pytest.mark.skipif(os.name == "nt", reason="no such kinds")
def test_what_is_no_file_is_refused(no_file):
    kind, path = no_file
    for refuse in (
        lambda: check_output(path, "--json"),
        lambda: write_whole(path, b"x"),
        lambda: read_whole(path),
        lambda: check_folder(path.parent, [path.name]),
    ):
        with pytest.raises(OSError, match=f"should be a file. Got the {kind} .*it; choose another"):
            refuse()
    assert [each.name for each in path.parent.iterdir()] == ["it"]


def test_a_proof_changes_nothing(tmp_path):
    (tmp_path / "old.csv").write_text("mine")
    before = tree(tmp_path)
    assert check_output(tmp_path / "old.csv") == tmp_path / "old.csv"
    assert check_output(tmp_path / ("n" * 255)) == tmp_path / ("n" * 255)
    assert check_folder(tmp_path / "a" / "b", ["x", "y"]) == tmp_path / "a" / "b"
    assert tree(tmp_path) == before


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("missing/x.csv", "No such file or directory.*missing/x.csv"),
        ("old.csv/below", "old.csv/below"),
        ("n" * 256, "name too long"),
        ("a\0b", "path should be a path"),
    ],
)
def test_a_place_that_cannot_be_written(tmp_path, place, said):
    (tmp_path / "old.csv").write_text("mine")
    with pytest.raises((OSError, ValueError), match=said):
        check_output(tmp_path / place)
    if not place.startswith("missing"):
        with pytest.raises((OSError, ValueError)):
            check_folder(tmp_path / "new" / ".." / place)
    assert tree(tmp_path) == {"old.csv": b"mine"}


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write anywhere")
def test_protected_places(tmp_path):
    (tmp_path / "old.csv").write_text("mine")
    (tmp_path / "old.csv").chmod(0o444)
    with pytest.raises(PermissionError):
        check_output(tmp_path / "old.csv")
    tmp_path.chmod(0o555)
    with pytest.raises(PermissionError):
        check_folder(tmp_path / "new")


@pytest.mark.parametrize("stage", ["os.fsync", "os.replace"])
def test_a_full_disk_leaves_what_was_there(tmp_path, monkeypatch, stage):
    (tmp_path / "x").write_text("mine")
    with monkeypatch.context() as patched:
        patched.setattr(stage, full)
        with pytest.raises(OSError, match=f"No space left on device: '{tmp_path / 'x'}'"):
            write_whole(tmp_path / "x", b"new")
    assert tree(tmp_path) == {"x": b"mine"}
    write_whole(tmp_path / "x", b"new")
    assert tree(tmp_path) == {"x": b"new"}


def test_a_proof_finds_a_full_disk(tmp_path, monkeypatch):
    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(OSError, match=r"No space left on device.*new/x"):
        check_folder(tmp_path / "new")
    assert tree(tmp_path) == {}


def test_a_symlink_is_replaced(tmp_path):
    (tmp_path / "kept").write_text("mine")
    (tmp_path / "link").symlink_to("kept")
    write_whole(tmp_path / "link", b"new")
    assert tree(tmp_path) == {"kept": b"mine", "link": b"new"}


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="no such links")
def test_a_link_to_a_stream_is_not_replaced(tmp_path):
    link = tmp_path / "stdout"  # as /dev/stdout, which a shell may have sent to a file
    with (tmp_path / "log").open("wb") as log:
        link.symlink_to(f"/proc/self/fd/{log.fileno()}")
        for refuse in (lambda: check_output(link, "--json"), lambda: write_whole(link, b"x")):
            with pytest.raises(OSError, match=r"a file\. Got the stream .*stdout; choose"):
                refuse()
    assert link.is_symlink()


def test_what_is_read_has_a_limit(tmp_path):
    (tmp_path / "x").write_bytes(b"12345")
    assert read_whole(tmp_path / "x", most=5) == b"12345"
    with pytest.raises(ValueError, match=r"x should hold at most 4 bytes. Got 5"):
        read_whole(tmp_path / "x", most=4)
