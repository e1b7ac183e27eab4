"""What was published or derived, as data, and what is found held against it.

``published.csv`` has a line for each number: ``study``, ``quantity``, ``sense`` (equal, at least or
at most), ``expected``, ``tolerance``, and ``quick_tolerance`` where a run that samples less is held
less tightly.
"""

import csv
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias

from qdenseam.experiments.estimates.statistics import Estimate
from qdenseam.studies import Records
from qdenseam.studies.checks import Check, held

Found: TypeAlias = Mapping[str, float | Estimate | tuple[float | Estimate, float]]
"""What was found by its quantity, with how much further off it may be by its sampling error."""


def against(
    study: str, found: Callable[[Records], Found]
) -> Callable[[Records, bool], Iterator[Check]]:
    """Return the ``checks`` of a study: what is found in its records against what was published.

    All that was published must be found, but in a quick run. A quantity that is no line of
    ``published.csv`` is a KeyError.
    """

    def checks(records: Records, quick: bool) -> Iterator[Check]:
        lines = dict(published()[study])
        for quantity, number in found(records).items():
            line = lines.pop(quantity)
            value, slack = number if isinstance(number, tuple) else (number, 0.0)
            tolerance = float((quick and line["quick_tolerance"]) or line["tolerance"])
            expected, sense = float(line["expected"]), line["sense"]
            yield held(quantity, value, expected, tolerance + slack, sense)
        for quantity, line in () if quick else lines.items():
            yield held(quantity, float("nan"), float(line["expected"]))

    return checks


@cache
def published() -> dict[str, dict[str, Any]]:
    """Return the lines of ``published.csv`` by study and quantity."""
    text = (files("qdenseam.reproduce") / "published.csv").read_text(encoding="utf-8")
    lines: dict[str, dict[str, Any]] = {}
    for line in csv.DictReader(text.splitlines()):
        lines.setdefault(line["study"], {})[line["quantity"]] = line
    return lines
