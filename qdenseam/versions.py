"""Installed versions of the packages that decide a result."""

import functools
import importlib.metadata

_PACKAGES = ("qdenseam", "numpy", "qiskit", "qiskit-aer", "qiskit-ibm-runtime")


def versions() -> dict[str, str]:
    """Return the installed versions of the packages that decide a result, without importing any.

    A package that is not installed is left out.
    """
    return dict(_installed_versions())


@functools.cache
def _installed_versions() -> tuple[tuple[str, str], ...]:
    found = []
    for name in _PACKAGES:
        try:
            found.append((name, importlib.metadata.version(name)))
        except importlib.metadata.PackageNotFoundError:
            continue
    return tuple(found)
