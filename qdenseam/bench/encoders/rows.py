"""What is measured of an encoder on an instance, and its ratios to the best peer there."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import lgamma, log, log2
from pathlib import Path
from typing import Literal

from qdenseam.bench.encoders.instances import AmplitudeKind, Instance, PatternKind
from qdenseam.bench.row import Row
from qdenseam.files import Appender, whole_lines, write_whole
from qdenseam.versions import versions

CORRECT = 1e-6
"""Infidelity beyond which a circuit counts as wrong; wrong peers set no mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderRow(Row):
    """One encoder on one instance and one device."""

    patterns: PatternKind
    num_neurons: int
    num_patterns: int
    seed: int
    amplitudes: AmplitudeKind
    device: str = "all-to-all"
    encoder: str
    origin: Literal["own", "peer", "published"]
    two_qubit_gates: int | None = None
    """CX: ours as built, a peer's after transpilation at level 1; on a device both as routed."""
    two_qubit_depth: int | None = None
    num_ancillas: int | None = None
    seconds: float | None = None
    """Time to build; for a peer with its transpilation."""
    infidelity: float | None = None
    """1 - |<target|prepared>|^2 by sparse simulation, never below 0."""
    gates_ratio: float | None = None
    """Own CX over those of the best correct peer on this instance, measured or published."""
    depth_ratio: float | None = None
    bound_ratio: float | None = None
    """CX over :func:`counting_bound`."""
    note: str = ""
    """Why there are no numbers, or where they come from."""

    @property
    def instance(self) -> Instance:
        """The instance, to be compared and built again."""
        return Instance(
            patterns=self.patterns,
            num_neurons=self.num_neurons,
            num_patterns=self.num_patterns,
            seed=self.seed,
            amplitudes=self.amplitudes,
        )

    @property
    def has_counts(self) -> bool:
        """Whether any gates or depth are known."""
        return self.two_qubit_gates is not None or self.two_qubit_depth is not None

    @property
    def is_correct(self) -> bool:
        """Whether the circuit was right where it was checked; published counts are taken as so."""
        return self.infidelity is None or self.infidelity < CORRECT


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsFile:
    """The rows of a run that may be interrupted, one JSON object per line."""

    path: Path

    def read(self) -> list[EncoderRow]:
        """Return the rows written so far by the versions installed now.

        A last line cut short is left out, and so are rows that other versions measured.

        Raises:
            ValueError: Another line is no row.
        """
        if not self.path.exists():
            return []
        data = self.path.read_bytes()
        whole = whole_lines(data)
        if whole != data:
            write_whole(self.path, whole)
        try:
            found = [json.loads(line) for line in whole.splitlines()]
            rows = [(row.pop("versions", None), EncoderRow(**row)) for row in found]
        except (AttributeError, TypeError, ValueError) as error:
            raise ValueError(
                f"{self.path} should hold the rows of an interrupted run. Got: {error}. "
                "Remove the file to start anew."
            ) from None
        return [row for made_by, row in rows if made_by == versions()]

    def append(self, row: EncoderRow) -> None:
        """Write one more row, on disk when this returns."""
        line = json.dumps({**row.to_dict(), "versions": versions()}) + "\n"
        with self.path.open("ab") as file, Appender(file, seconds=0) as rows:
            rows.append(line.encode())


def with_ratios(rows: Iterable[EncoderRow]) -> list[EncoderRow]:
    """Return the rows with the ratios filled in wherever a peer is known, measured or published."""
    listed = list(rows)
    marks: dict[tuple[Instance, str, str], int] = {}
    for row in listed:
        if row.origin == "own" or not row.is_correct:
            continue
        for measure in ("two_qubit_gates", "two_qubit_depth"):
            value, key = getattr(row, measure), (row.instance, row.device, measure)
            if value:
                marks[key] = min(value, marks.get(key, value))

    def ratio(row: EncoderRow, measure: str) -> float | None:
        value, mark = getattr(row, measure), marks.get((row.instance, row.device, measure))
        return value / mark if row.origin == "own" and value and mark else None

    return [
        replace(
            row,
            gates_ratio=ratio(row, "two_qubit_gates"),
            depth_ratio=ratio(row, "two_qubit_depth"),
        )
        for row in listed
    ]


def counting_bound(num_neurons: int, num_patterns: int, num_ancillas: int = 6) -> float:
    """Return (K·D - log2 K!) / (2 log2(D + a)), the CX that some set of K patterns needs.

    It counts CX placements against pattern sets and ignores the choice of one-qubit gates: a guide,
    not a proof.
    """
    choices = num_patterns * num_neurons - lgamma(num_patterns + 1) / log(2)
    return choices / (2 * log2(num_neurons + num_ancillas))
