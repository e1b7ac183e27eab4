"""Files that are proven first, then written whole or not at all; only regular ones are read."""

import os
import secrets
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

MAX_BYTES = 2**31
"""Of a file that is read into memory at once."""
_PROOF = bytes(4096)
_BINARY = getattr(os, "O_BINARY", 0)  # of Windows
_KINDS = {
    stat.S_IFDIR: "folder",
    stat.S_IFCHR: "device",
    stat.S_IFBLK: "device",
    stat.S_IFIFO: "pipe",
    stat.S_IFSOCK: "socket",
}


def check_regular(path: str | os.PathLike[str], name: str = "path") -> None:
    """Refuse what is there and no regular file: reading it may never end, writing loses it.

    Raises:
        ValueError: It is no path.
        OSError: It is a folder, a device, a pipe or a socket, or cannot be looked at.
    """
    try:
        mode = os.stat(path).st_mode  # noqa: PTH116  any path, also one with a zero byte
    except FileNotFoundError:
        return
    except ValueError:
        raise ValueError(f"{name} should be a path. Got {os.fspath(path)!r}.") from None
    if not stat.S_ISREG(mode):
        kind = _KINDS.get(stat.S_IFMT(mode), "object")
        raise (IsADirectoryError if stat.S_ISDIR(mode) else OSError)(
            f"{name} should be a file. Got the {kind} {path}; choose another path."
        )


def _check_replaced(path: str | os.PathLike[str], name: str = "path") -> None:
    """Refuse what is no regular file, and the system's own links to open files, kept from loss."""
    check_regular(path, name)
    if os.path.islink(path) and os.readlink(path).startswith("/proc/"):  # noqa: PTH114, PTH115
        raise OSError(f"{name} should be a file. Got the stream {path}; choose another path.")


def check_output(path: str | os.PathLike[str], name: str = "path") -> Path:
    """Return where a file is to be written, once it is known that it can be; all stays as it is.

    Raises:
        ValueError: It is no path.
        OSError: It is no file, or cannot be written: its folder is missing, protected or full.
    """
    _check_replaced(path, name)
    path = Path(path)
    if path.exists():
        path.open("ab").close()
    with _beside(path) as partial:
        partial.write_bytes(_PROOF)
    return path


def check_folder(
    folder: str | os.PathLike[str], names: Iterable[str] = ("x",), *, name: str = "folder"
) -> Path:
    """Return a folder once it is known that files of these names can be written there.

    It may be missing, and is missing afterwards.

    Raises:
        ValueError: It is no path.
        OSError: It is no folder, cannot be made, or a file cannot be written there.
    """
    if "\0" in os.fspath(folder):
        raise ValueError(f"{name} should be a path. Got {os.fspath(folder)!r}.")
    folder = Path(folder)
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(
            f"{name} should be a folder. Got the file {folder}; choose another path."
        )
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for each in names:
            check_output(folder / each)
    finally:
        for made in missing:
            with suppress(OSError):
                made.rmdir()
    return folder


def write_whole(path: str | os.PathLike[str], data: bytes, *, mode: int = 0o666) -> None:
    """Write a file so that it is there with all its bytes, on disk, or stays as it was.

    A symlink is replaced, not followed. ``mode`` says whose the file is, 0o600 the user's alone.

    Raises:
        OSError: It cannot be written, such as on a full disk; no other file is left.
    """
    _check_replaced(path)
    path = Path(path)
    with _beside(path) as partial:
        descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)  # noqa: PTH105  one name for tests to stop at
    sync_folder(path.parent)


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """Give a name of its own in the same folder; errors name the file that it stands for."""
    partial = path.with_name(f".{secrets.token_hex(8)}.partial")
    try:
        yield partial
    except OSError as error:
        if error.errno is None:
            raise
        raise OSError(error.errno, os.strerror(error.errno), str(path)) from error
    finally:
        with suppress(OSError):
            partial.unlink()


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on disk, where the system lets a folder be opened."""
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def read_whole(path: str | os.PathLike[str], *, most: int = MAX_BYTES) -> bytes:
    """Return the bytes of a regular file of a limited size.

    Raises:
        ValueError: It holds more than ``most`` bytes.
        OSError: It is missing, no file, or cannot be read.
    """
    check_regular(path)
    path = Path(path)
    if (size := path.stat().st_size) > most:
        raise ValueError(f"{path} should hold at most {most} bytes. Got {size}.")
    return path.read_bytes()
