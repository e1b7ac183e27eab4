"""``qdenseam info``: versions, methods, engines and the machine."""

import os
import platform
import re
import shutil
import subprocess
from pathlib import Path

import typer

from qdenseam.cli.export import Export
from qdenseam.cli.progress import shown_progress
from qdenseam.cli.tables import print_pairs
from qdenseam.versions import PACKAGES, versions

_OPTIONAL = ("qiskit-aer-gpu",)
_KINDS = (
    "method", "filter", "schedule", "encoder", "memory", "classical memory", "separation",
    "mitigation",
)  # fmt: skip
_WORDS = {
    "method": [("auto", "one is chosen")],
    "mitigation": [("none", "only what was measured")],
}
_GIB = 2.0**30
_MARKUP = re.compile(r"(?::[a-z]+:)?(`+|\*(?=\w))([^`*]+)(?:`+|\*)")
"""Roles, literals and emphasis of reStructuredText, whose content is kept."""


def info(export: Export) -> None:
    """Show versions, engines and the machine.

    Also the recall methods and what they are made of, each with its settings, as they are spelled,
    and what the missing engines need.
    """
    with export.ready() as write:
        with shown_progress("info"):
            sections = _sections()
        for title, pairs in sections.items():
            typer.echo(title)
            print_pairs(pairs, margin="  ")
        rows = [
            {"section": title, "name": name, "text": text}
            for title, pairs in sections.items()
            for name, text in pairs
        ]
        write(rows)


def _sections() -> dict[str, list[tuple[str, str]]]:
    from qdenseam.spelling import registered

    found = {"Versions": _versions()}
    for kind in _KINDS:
        pairs = [(name, _described(thing)) for name, thing in sorted(registered(kind).items())]
        found[f"{kind.capitalize()}s".replace("ys", "ies")] = [*_WORDS.get(kind, ()), *pairs]
    return found | {"Engines": _engines(), "Machine": _machine()}


def _versions() -> list[tuple[str, str]]:
    installed = versions()
    return [
        (name, installed.get(name, "not installed"))
        for name in ("python", *PACKAGES)
        if name in installed or name not in _OPTIONAL
    ]


def _described(thing: type) -> str:
    """Return the first line of a docstring, and the settings with the words that they may be."""
    from qdenseam.spelling.reading import settings, words_expected

    words = words_expected(thing)
    names = ", ".join(f"{n}={'|'.join(words[n])}" if words[n] else n for n in settings(thing))
    said = _MARKUP.sub(r"\2", (thing.__doc__ or "").strip().splitlines()[0])
    return said.replace("\\|", "|") + (f" ({names})" if names else "")


def _engines() -> list[tuple[str, str]]:
    from qdenseam.errors import BackendError
    from qdenseam.execution import engine, engine_names, fake_device_names

    rows = [("exact", "available: draws from the method's law, at any size, without a circuit")]
    for name, description in engine_names().items():
        try:
            if name == "ibm:NAME" and not _has_ibm_account():
                raise BackendError("no account is saved here, and QISKIT_IBM_TOKEN is not set")
            if name == "fake:NAME":
                description += f"; {len(fake_device_names())} devices"
            elif ":" not in name:  # the other families are too many, or run code
                engine(name)
        except BackendError as error:
            rows.append((name, f"missing: {error}"))
        except ImportError as error:
            rows.append((name, f"missing: {error.name or error} is not installed"))
        else:
            rows.append((name, f"available: {description}"))
    return rows


def _has_ibm_account() -> bool:
    """Return whether the runtime would find an account; IBM is not asked."""
    from qiskit_ibm_runtime import QiskitRuntimeService

    if os.environ.get("QISKIT_IBM_TOKEN"):
        return True
    try:
        return bool(QiskitRuntimeService.saved_accounts())
    except Exception:  # a damaged account file is told by whatever needs the account
        return False


def _machine() -> list[tuple[str, str]]:
    from qdenseam.effort import available_memory, max_state_qubits

    return [
        ("system", f"{platform.system()} {platform.machine()}"),
        ("cpu", f"{os.cpu_count()} cores, {_cpu_model()}"),
        (
            "memory",
            f"{available_memory() / _GIB:.1f} GiB available: state vectors of up to "
            f"{max_state_qubits()} qubits",
        ),
        ("gpu", _gpus()),
    ]


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    models = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or "unknown model"


def _gpus() -> str:
    """Return what NVIDIA's own tool says; Aer's view is in the engine ``aer-gpu``."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return "none found"
    query = [tool, "--query-gpu=name,memory.total", "--format=csv,noheader"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, timeout=10, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return "nvidia-smi is installed but does not answer"
    return "; ".join(answer.stdout.split("\n")[:-1]) or "none found"
