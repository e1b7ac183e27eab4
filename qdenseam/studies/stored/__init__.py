"""Rows that took hours to collect, which the notebooks read; they come with the package."""

from importlib.resources import as_file, files

from qdenseam.experiments import Record, read_records
from qdenseam.spelling.names import unknown_name


def stored_names() -> list[str]:
    """Return the names of what is stored."""
    ends = [each.name for each in files(__name__).iterdir() if each.name.endswith(".jsonl")]
    return sorted(name.removesuffix(".jsonl") for name in ends)


def stored_records(*names: str) -> list[Record]:
    """Return the rows that are stored under names such as ``"noise_study"``, in their order.

    Raises:
        ValueError: Nothing is stored under a name.
    """
    records = []
    for name in names:
        if name not in (known := stored_names()):
            raise unknown_name("name", name, known)
        with as_file(files(__name__) / f"{name}.jsonl") as path:
            records += read_records(path)
    return records
