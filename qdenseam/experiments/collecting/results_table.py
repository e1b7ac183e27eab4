"""A results file as one tidy table, and tables as CSV or Parquet."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from classical_ref.files import write_whole
from qdenseam.experiments.collecting.results_file import read_records

if TYPE_CHECKING:
    import pandas as pd

TABLES = (".csv", ".parquet")
"""Endings of tables."""
_FIXED = ("key", "kind", "seed", "batch", "backend", "seconds")


def task_table(path: str | os.PathLike[str]) -> "pd.DataFrame":
    """Return a results file as a table: a row per finished batch, parameters and values as columns.

    The columns are ``key``, ``kind``, ``seed``, ``batch``, ``backend`` and ``seconds``, then one
    per parameter and one per value. A name that two of these have is written ``params.NAME`` or
    ``values.NAME``; what a trial did not have is missing.

    Args:
        path: The file; those of schema 1 are read too.

    Raises:
        FileNotFoundError: There is no such file.
        ResultsFileError: The file is damaged or of a later schema.
    """
    import pandas as pd

    records = read_records(path)
    params = {name for record in records for name in record.params}
    values = {name for record in records for name in record.values}
    unclear = (params & values) | {*_FIXED}

    def named(part: str, row: Any) -> dict[str, Any]:
        return {f"{part}.{k}" if k in unclear else k: value for k, value in row.items()}

    rows = [
        {name: getattr(record, name) for name in _FIXED}
        | named("params", record.params)
        | named("values", record.values)
        for record in records
    ]
    return pd.DataFrame(rows, columns=None if rows else list(_FIXED))


def write_table(table: "pd.DataFrame", path: str | os.PathLike[str]) -> None:
    """Write a table as CSV or Parquet, by the ending; lists and dicts become JSON text.

    Raises:
        ValueError: The ending is neither ``.csv`` nor ``.parquet``, or nothing here can write
            Parquet.
        OSError: The file cannot be written.
    """
    path = Path(path)
    if path.suffix not in TABLES:
        raise ValueError(f"a table should be written to .csv or .parquet. Got {path.name!r}.")
    flat = table.map(lambda cell: json.dumps(cell) if isinstance(cell, list | dict) else cell)
    if path.suffix == ".csv":
        write_whole(path, flat.to_csv(index=False).encode())
        return
    try:
        write_whole(path, flat.to_parquet(index=False))
    except ImportError as error:
        raise ValueError(
            'Parquet needs pyarrow. Install it by pip install "qdenseam[parquet]", or write .csv.'
        ) from error
