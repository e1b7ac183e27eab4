"""``qdenseam plot``: any column of a study's table against any other."""

from pathlib import Path
from typing import Annotated

import typer
from typer import Option

from qdenseam.cli.outputs import PICTURES, output_file
from qdenseam.cli.progress import shown_progress
from qdenseam.cli.study_folder import Folder, Modules, load_modules


def plot(
    folder: Folder,
    x: Annotated[str, Option(help="A column of numbers, such as num_patterns.")],
    y: Annotated[
        str | None,
        Option(
            help="A column of numbers, such as two_qubit_gates; by default as in the study's "
            "first figure.",
            show_default=False,
        ),
    ] = None,
    by: Annotated[str, Option(help="A column with a panel for each value.")] = "",
    line: Annotated[
        list[str] | None,
        Option(
            metavar="COLUMN",
            help="A column with a line for each value, by default as in the study's first figure. "
            "May be given several times.",
            show_default=False,
        ),
    ] = None,
    where: Annotated[
        list[str] | None,
        Option(
            metavar="COLUMN=VALUE",
            help="Rows to show, by default all. May be given several times.",
            show_default=False,
        ),
    ] = None,
    axes: Annotated[
        list[str] | None,
        Option(
            metavar="NAME",
            help="A block of axes to show, by default all. May be given several times.",
            show_default=False,
        ),
    ] = None,
    log_y: Annotated[bool, Option("--log-y", help="Make y logarithmic.")] = False,
    kind: Annotated[str, Option(help='"lines", or what an installed package adds.')] = "lines",
    out: Annotated[
        Path | None,
        Option(
            callback=output_file(*PICTURES),
            metavar="FILE",
            help="Picture, .png, .svg or .pdf, by default FOLDER/Y-against-X.png.",
            show_default=False,
        ),
    ] = None,
    import_module: Modules = None,
) -> None:
    """Draw any column of a study's table against another.

    There is a line for each contender and engine, or what --line says. Nothing is run; what is
    missing has no point.
    """
    load_modules(import_module)
    from classical_ref.files import check_output
    from qdenseam.experiments.study import FigureSpec
    from qdenseam.plots.style import save_figure
    from qdenseam.studies.folder import read_folder

    study, found = read_folder(folder)

    declared = [each for each in study.figures if isinstance(each, FigureSpec)]
    first = declared[0] if declared else FigureSpec(x=x)
    figure = FigureSpec(
        kind=kind,
        x=x,
        y=first.y if y is None else y,
        by=by,
        axes=tuple(axes or ()),
        line=first.line if line is None else tuple(line),
        where=_chosen(where or []),
        log_y=log_y,
    )
    path = out or folder / f"{figure.y}-against-{x}.png"
    check_output(path)
    with shown_progress("plot"):
        save_figure(found.drawn(figure), path)
    typer.echo(f"Figure: {path}")


def _chosen(words: list[str]) -> dict[str, tuple[int | float | str, ...]]:
    """Return the values of each column that ``COLUMN=VALUE`` names, numbers as such."""
    chosen: dict[str, tuple[int | float | str, ...]] = {}
    for word in words:
        column, equals, value = word.partition("=")
        if not equals:
            raise ValueError(f"--where should be COLUMN=VALUE. Got {word!r}.")
        chosen[column] = (*chosen.get(column, ()), _plain(value))
    return chosen


def _plain(text: str) -> int | float | str:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
