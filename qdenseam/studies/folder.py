"""What a folder holds of the study that was run there."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from classical_ref.checks import checked
from qdenseam.experiments.collecting.results_table import task_table
from qdenseam.spelling.names import UnknownNameError
from qdenseam.studies.base import Findings
from qdenseam.studies.registry import AnyStudy, open_study

if TYPE_CHECKING:
    import pandas as pd


def read_folder(folder: Path) -> tuple[AnyStudy, Findings]:
    """Return the study of a folder and what was run of it.

    Raises:
        ValueError: There is no study, nothing of it was run, or a name in it is not known.
    """
    for name in ("study.toml", "results.jsonl"):
        if not (folder / name).exists():
            raise ValueError(
                "folder should be one that qdenseam collect --out wrote. "
                f"Got {folder}, which has no {name}."
            )
    try:
        study = open_study(folder / "study.toml")
        return study, study.read(folder / "results.jsonl")
    except ValueError as error:
        if not isinstance(_first_cause(error), UnknownNameError):
            raise
        raise ValueError(
            f"{error} Methods and studies of your own need their module imported first: on the "
            "command line --import MODULE."
        ) from error


def _first_cause(error: BaseException) -> BaseException:
    """Return the error that others were raised from."""
    while error.__cause__ is not None:
        error = error.__cause__
    return error


@checked
def load_results(path: str | os.PathLike[str]) -> "pd.DataFrame":
    """Return what was run as one tidy table.

    Of a study's folder it is the table that ``qdenseam collect`` writes: a row for each contender
    on each engine in each cell, with label, axes, rates, costs and their 95 % intervals (``x_low``
    and ``x_high``), see :func:`qdenseam.run_study`; of a study with a trial of its own, that
    study's. What was not run is missing. Of a results file, and of a folder without
    ``study.toml``, it has a row per finished batch, with what was counted in it.

    Methods and studies of one's own must be imported before.

    Args:
        path: The folder of a study, or any ``results.jsonl``, such as that of the folder.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: Nothing of the study was run, or a name in it is not known.
        ResultsFileError: The file is damaged or of a later schema.
    """
    path = Path(path)
    if not (path / "study.toml").exists():
        return task_table(path / "results.jsonl" if path.is_dir() else path)
    return read_folder(path)[1].table
