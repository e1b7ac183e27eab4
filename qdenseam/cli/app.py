"""The commands put together, and what becomes of their errors.

Importing this file loads no numerics: a command imports what it needs when it runs, so that
``qdenseam --help`` is quick.
"""

import os
import sys
from collections.abc import Callable
from io import TextIOWrapper
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from qdenseam import __version__
from qdenseam.cli import interrupts
from qdenseam.cli.bench import bench
from qdenseam.cli.collect import collect
from qdenseam.cli.compare import compare
from qdenseam.cli.info import info
from qdenseam.cli.options import Command, with_options
from qdenseam.cli.plot import plot
from qdenseam.cli.progress import is_full
from qdenseam.cli.recalls.jobs import cancel, fetch, jobs
from qdenseam.cli.recalls.plan import plan
from qdenseam.cli.recalls.recall import recall
from qdenseam.cli.recalls.submit import submit
from qdenseam.cli.report import report
from qdenseam.cli.reproduce import reproduce
from qdenseam.errors import QDenseAMError

DEBUG = "QDENSEAM_DEBUG"
"""Environment variable: when set, errors keep their traceback."""


class Commands(TyperGroup):
    """The group of commands; an error that a user can mend becomes one paragraph and status 2."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        for stream in (sys.stdout, sys.stderr):  # a terminal that cannot print a block prints "?"
            if isinstance(stream, TextIOWrapper):
                stream.reconfigure(errors="replace")
        try:
            with interrupts.at_work():
                return super().invoke(ctx)
        except KeyboardInterrupt as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(interrupts.status()) from None
        except BrokenPipeError:
            raise  # the reader of our output has left: nothing to explain
        except (QDenseAMError, ValueError, TypeError, OSError, EOFError) as error:
            if os.environ.get(DEBUG):
                raise
            refuse(error)


def refuse(error: Exception) -> NoReturn:
    """Say in one paragraph on stderr what is wrong, and exit with status 2."""
    text = str(error)
    if isinstance(error, OSError) and error.strerror:
        place = "" if error.filename is None else f": {error.filename}"
        advice = (
            "Free some room" if is_full(error) else "Choose a path that can be read and written"
        )
        text = f"{error.strerror}{place}. {advice}."
    from qdenseam.execution.secrets import without_secrets  # numerics, loaded where there are any

    text = " ".join(without_secrets(text).split())
    typer.echo(f"Error: {text or type(error).__name__}", err=True)
    raise typer.Exit(2) from None


app = typer.Typer(
    cls=Commands,
    add_completion=False,
    no_args_is_help=True,
    epilog="Example: qdenseam recall --flips 2",
    rich_markup_mode=None,  # plain help, wrapped to the terminal, in half the time
    pretty_exceptions_enable=False,
)
_EXAMPLES: dict[Callable[..., None], str] = {
    compare: "qdenseam compare --out my-report --data my-patterns.npy",
    recall: "qdenseam recall --flips 2 --method minimum-search",
    plan: "qdenseam plan --probe 01?0 --backend fake:fez",
    collect: "qdenseam collect ledger --quick",
    report: "qdenseam report my-study --table my-study.parquet",
    plot: "qdenseam plot my-study --x num_patterns --y two_qubit_gates --by flips",
    reproduce: "qdenseam reproduce mimura-figure-1",
    submit: "qdenseam submit --backend fake:fez --encoder 'auto(goal=depth)' --dry-run",
    jobs: "qdenseam jobs --offline",
    fetch: "qdenseam fetch --wait --json results.json",
    cancel: "qdenseam cancel 9758e0a9",
    info: "qdenseam info",
}
for command, example in _EXAMPLES.items():
    app.command(cls=Command, epilog=f"Example: {example}")(with_options(command))
app.add_typer(bench, name="bench")


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"qdenseam {__version__}")
        raise typer.Exit


@app.callback()
def _group(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """Quantum dense associative memory: recall by amplitude and by energy."""
