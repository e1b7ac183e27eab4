"""The command itself: help, version, and what becomes of errors."""

import re
import subprocess
import sys

import pytest
import typer
from typer.testing import CliRunner

from qdenseam import __version__
from qdenseam.cli.app import DEBUG, Commands, app
from qdenseam.errors import BackendError, CapacityError


@pytest.fixture
def run():
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


def failing(error: BaseException) -> typer.Typer:
    """An app of one command, which raises the error."""
    broken = typer.Typer(cls=Commands)

    @broken.command()
    def fail() -> None:
        raise error

    @broken.callback()
    def group() -> None:
        """Make it a group of commands."""

    return broken


def test_help_names_the_commands(run):
    result = run("--help")
    assert result.exit_code == 0
    assert {"compare", "recall", "info"} <= set(re.findall(r"^  (\w+) ", result.stdout, re.M))


def test_the_group_of_benchmarks_has_an_example_too(run):
    assert "Example: qdenseam bench recall" in run("bench", "--help").stdout


def test_version(run):
    assert run("--version").stdout == f"qdenseam {__version__}\n"


@pytest.mark.parametrize(
    "arguments", [("dance",), ("compare", "--no-such-option"), ("recall", "x")]
)
def test_usage_errors_exit_with_2(run, arguments):
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Usage: " in result.stderr
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (ValueError("probe should have\n  shape (8,)."), "probe should have shape (8,)."),
        (TypeError("a method, please."), "a method, please."),
        (CapacityError("too wide."), "too wide."),
        (BackendError("no such device here."), "no such device here."),
        (EOFError(), "EOFError"),
        (FileNotFoundError(2, "No such file or directory", "a.npy"),
         "No such file or directory: a.npy. Choose a path that can be read and written."),
        (OSError(28, "No space left on device"), "No space left on device. Free some room."),
        (OSError("odd."), "odd."),
    ],
)  # fmt: skip
def test_an_error_is_one_paragraph_and_status_2(error, said):
    result = CliRunner().invoke(failing(error), ["fail"])
    assert result.exit_code == 2
    assert result.stderr == f"Error: {said}\n"
    assert result.stdout == ""


def test_an_error_tells_no_token(monkeypatch):
    monkeypatch.setenv("QISKIT_IBM_TOKEN", "a-very-long-token")
    result = CliRunner().invoke(failing(ValueError("refused a-very-long-token")), ["fail"])
    assert result.stderr == "Error: refused [secret]\n"


def test_interruption_exits_with_130():
    result = CliRunner().invoke(failing(KeyboardInterrupt()), ["fail"])
    assert result.exit_code == 130
    assert result.stderr == "Interrupted.\n"


def test_debug_keeps_the_traceback(monkeypatch):
    monkeypatch.setenv(DEBUG, "1")
    result = CliRunner().invoke(failing(ValueError("deep down")), ["fail"])
    assert isinstance(result.exception, ValueError)


def test_a_bug_is_not_hidden():
    result = CliRunner().invoke(failing(KeyError("a bug")), ["fail"])
    assert isinstance(result.exception, KeyError)


def test_python_dash_m_and_no_numerics_for_help():
    script = (
        "import sys, runpy; sys.argv = ['qdenseam', '--help']\n"
        "try: runpy.run_module('qdenseam', run_name='__main__')\n"
        "except SystemExit as exit: assert not exit.code\n"
        "heavy = {'numpy', 'qiskit', 'matplotlib', 'pandas', 'scipy'}\n"
        "assert not heavy & set(sys.modules), heavy & set(sys.modules)\n"
    )
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    assert "Usage: qdenseam " in result.stdout
