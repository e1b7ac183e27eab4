"""The folder of a study of one's own, and modules that register methods of one's own."""

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

if TYPE_CHECKING:
    from qdenseam.experiments.study import Study
    from qdenseam.experiments.study_results import RowResult

Folder = Annotated[Path, Argument(help="What qdenseam collect FILE.toml --out wrote.")]
Modules = Annotated[
    list[str] | None,
    Option(
        "--import",
        metavar="MODULE",
        help="Import a module first, here and in workers: it registers methods of your own. "
        "Its code is run. May be given several times.",
        show_default=False,
    ),
]


def load_modules(names: list[str] | None) -> tuple[str, ...]:
    """Import modules and return their names.

    Raises:
        ValueError: One cannot be imported.
    """
    for name in names or ():
        try:
            import_module(name)
        except ImportError as error:
            raise ValueError(
                f"--import should name a module that can be imported. Got {name!r} ({error}); is "
                "its folder on PYTHONPATH?"
            ) from error
    return tuple(names or ())


def read_folder(folder: Path) -> "tuple[Study, list[RowResult]]":
    """Return the study of a folder and what was run of it.

    Raises:
        ValueError: There is no study, or nothing of it was run.
    """
    from qdenseam.experiments.run_study import read_study
    from qdenseam.experiments.study import Study

    for name in ("study.toml", "results.jsonl"):
        if not (folder / name).exists():
            raise ValueError(
                "folder should be one that qdenseam collect FILE.toml --out wrote. "
                f"Got {folder}, which has no {name}."
            )
    study = Study.from_toml(folder / "study.toml")
    results = read_study(study, folder / "results.jsonl")
    if not any(each.records for each in results):
        raise ValueError(
            f"{folder / 'results.jsonl'} should hold rows of {folder / 'study.toml'}. Got none; "
            "have its data changed? Run qdenseam collect."
        )
    return study, results
