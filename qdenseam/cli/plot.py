"""``qdenseam plot``: any column of a study's table against any axis."""

from pathlib import Path
from typing import Annotated

import typer
from typer import Option

from qdenseam.cli.study_folder import Folder, Modules, load_modules, read_folder


def plot(
    folder: Folder,
    x: Annotated[str, Option(help="An axis of numbers, such as num_patterns.")],
    y: Annotated[
        str, Option(help="A column of numbers, such as two_qubit_gates.")
    ] = "failure_rate",
    by: Annotated[str, Option(help="An axis with a panel for each value.")] = "",
    axes: Annotated[
        list[str] | None,
        Option(
            metavar="NAME",
            help="A block of axes to show, by default all. May be given several times.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        Option(help="Picture, by default FOLDER/Y-against-X.png.", show_default=False),
    ] = None,
    import_module: Modules = None,
) -> None:
    """Draw a figure of a study, a line for each contender and engine.

    Nothing is run; what is missing has no point.
    """
    load_modules(import_module)
    _, results = read_folder(folder)
    from qdenseam.experiments.study import FigureSpec
    from qdenseam.experiments.study_results import study_table
    from qdenseam.plots.study import study_figure

    figure = study_figure(study_table(results), FigureSpec(x=x, y=y, by=by, axes=tuple(axes or ())))
    path = out or folder / f"{y}-against-{x}.png"
    figure.savefig(path)
    typer.echo(f"Figure: {path}")
