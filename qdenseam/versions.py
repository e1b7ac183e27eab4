"""Versions of the packages that decide a result: the installed ones, and those in rows."""

import functools
import importlib.metadata
import platform
from collections import Counter
from collections.abc import Iterable, Mapping

PACKAGES = (
    "qdenseam",
    "numpy",
    "scipy",
    "numba",
    "scikit-learn",
    "matplotlib",
    "qiskit",
    "qiskit-aer",
    "qiskit-aer-gpu",
    "qiskit-ibm-runtime",
    "pennylane",
    "pennylane-lightning",
    "mqt-ddsim",
)
"""What computes, the data sets' sources, and every engine."""


def versions() -> dict[str, str]:
    """Return the versions of Python and of the installed packages that decide a result.

    None is imported; a package that is not installed is left out.
    """
    return dict(_installed_versions())


def versions_in(rows: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return the versions that rows were made with, by package.

    A package of which rows differ has all its versions with the number of rows of each, the most
    frequent first: ``"2.1.0 (40 rows), 2.2.0 (2 rows)"``; rows that do not say count as
    ``"not stated"``.
    """
    rows = list(rows)
    names = dict.fromkeys(name for row in rows for name in row)
    stated = {}
    for name in names:
        counts = Counter(row.get(name, "not stated") for row in rows).most_common()
        shown = [f"{version} ({n} row{'s' * (n > 1)})" for version, n in counts]
        stated[name] = counts[0][0] if len(counts) == 1 else ", ".join(shown)
    return stated


def mixed_versions(rows: Iterable[Mapping[str, str]]) -> list[str]:
    """Return a sentence for each package of which rows have different versions."""
    rows = list(rows)
    return [
        f"Rows were made with different versions of {name}: {stated}."
        for name, stated in versions_in(rows).items()
        if any(row.get(name) != rows[0].get(name) for row in rows)
    ]


@functools.cache
def _installed_versions() -> tuple[tuple[str, str], ...]:
    found = [("python", platform.python_version())]
    for name in PACKAGES:
        try:
            found.append((name, importlib.metadata.version(name)))
        except importlib.metadata.PackageNotFoundError:
            continue
    return tuple(found)
