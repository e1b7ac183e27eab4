"""Who stands where: each contender against the scan that knows as much, on the same probes."""

import math
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qdenseam.experiments.challenge import CLASSICAL
from qdenseam.experiments.estimates.set_rates import difference_over_sets, rate_over_sets
from qdenseam.experiments.estimates.statistics import Estimate
from qdenseam.experiments.study_results import RowResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One contender on one engine, in all the cells that it was asked in."""

    results: Mapping[Hashable, RowResult]
    """By cell and number of probes of a set."""

    @property
    def first(self) -> RowResult:
        """The result of its first cell."""
        return next(iter(self.results.values()))

    @property
    def name(self) -> str:
        """What a reader calls it; a law and a classical memory need no engine."""
        row = self.first.row
        told = " (told the flips)" if row.told_flips and not self.is_scan else ""
        return shown_name(row.label, row.engine, peeks=row.peeks) + told

    @property
    def is_scan(self) -> bool:
        """Whether it is a floor: what is classical and no memory."""
        return self.first.row.kind == "baseline" and self.first.row.engine == CLASSICAL

    def rate(self, cells: Iterable[Hashable]) -> Estimate:
        """Return the failure rate over cells; probes of one set are one cluster, in any cell."""
        sums: dict[Any, Any] = {}
        for each in map(self.results.__getitem__, cells):
            counts = zip(each.values["failures"], each.values["probes"], strict=True)
            for index, pair in enumerate(counts):
                key = _sets(each), index
                sums[key] = sums.get(key, 0) + np.array(pair)
        return rate_over_sets(*np.array(list(sums.values())).T)


def lines_of(results: Sequence[RowResult]) -> list[Line]:
    """Return the lines of all results that were run, in the order of the study."""
    lines: dict[Hashable, dict[Hashable, RowResult]] = {}
    for each in results:
        if each.records:
            cell = each.row.place, each.row.params["num_probes"]
            lines.setdefault(each.line, {}).setdefault(cell, each)
    return [Line(results=found) for found in lines.values()]


def shown_name(label: str, engine: str, *, peeks: bool = False) -> str:
    """Return the name of a contender on an engine; a law and a classical memory need no engine."""
    name = label if engine in (CLASSICAL, "exact") else f"{label} ({engine})"
    return f"{name} (reads the answer)" if peeks else name


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One contender beside its floor, over all cells that both were asked in."""

    line: Line
    floor: Line
    probes: int
    """Probes that both were asked."""
    failures: int
    floor_failures: int
    difference: Estimate
    """Failure rate minus the floor's, on the same probes."""
    clear_probes: int
    """Unambiguous ones among them."""
    clear_failures: int

    @property
    def verdict(self) -> str:
        """``"more"`` or ``"fewer"`` failures than the floor, or ``"not told apart"``."""
        if self.difference.low > 0:
            return "more"
        return "fewer" if self.difference.high < 0 else "not told apart"

    def __str__(self) -> str:
        """``name (by 0.025 [0.011, 0.039], on ambiguous probes only)``."""
        by = self.difference
        alone = "" if self.clear_failures or not self.failures else ", on ambiguous probes only"
        return f"{self.line.name} (by {by.best:.3f} [{by.low:.3f}, {by.high:.3f}]{alone})"


def standings(lines: Sequence[Line], *, level: float = 0.95) -> list[Standing]:
    """Return every line against its floor, where both were asked the same probes.

    The floor is the nearest-neighbor scan, or the scan told the number of flips for what is told it
    too; without a scan it is what failed least over the cells that all are asked in. What reads the
    answer is left out. Probes of one pattern set, whatever their corruption, are one cluster of
    :func:`~qdenseam.experiments.difference_over_sets`; ``level`` holds for all comparisons together
    (Bonferroni).
    """
    ranked = [line for line in lines if not line.first.row.peeks]
    scans = {line.first.row.told_flips: line for line in ranked if line.is_scan}
    if scans:
        plain = scans.get(False, scans.get(True))
        floors = {told: scans.get(told, plain) for told in (False, True)}
        compared = [line for line in ranked if not line.is_scan]
        num_asked = len(compared)
    else:
        least = least_of(ranked)
        floors = {False: least, True: least}
        compared = [line for line in ranked if line is not least]
        num_asked = math.comb(len(ranked), 2)  # the first is chosen by the same counts
    each_level = 1 - (1 - level) / max(1, num_asked)
    pairs = [(line, floors[line.first.row.told_flips]) for line in compared]
    found = [standing(line, floor, each_level) for line, floor in pairs if floor is not None]
    return [each for each in found if each is not None]


def extremes(lines: Sequence[Line], *, level: float = 0.95) -> list[Standing]:
    """Return the highest failure rates, each beside the lowest, over the cells that all share.

    There is one pair, and more where several have the same rate; none where all have, or no cell is
    shared. They are chosen by the same counts, so ``level`` holds for all pairs of lines together
    (Bonferroni).
    """
    shared = shared_cells(lines)
    if not shared:
        return []
    rates = [line.rate(shared).best for line in lines]
    low, high = (
        [
            Line(results={cell: line.results[cell] for cell in shared})
            for line, rate in zip(lines, rates, strict=True)
            if rate == end
        ]
        for end in (min(rates), max(rates))
    )
    if min(rates) == max(rates):
        return []
    each_level = 1 - (1 - level) / math.comb(len(lines), 2)
    pairs = (standing(most, least, each_level) for most in high for least in low)
    return [pair for pair in pairs if pair is not None]


def least_of(lines: Sequence[Line]) -> Line | None:
    """Return the line that failed least over the cells that all are asked in, if there are any."""
    shared = shared_cells(lines)
    return min(lines, key=lambda line: line.rate(shared).best) if shared else None


def shared_cells(lines: Sequence[Line]) -> list[Hashable]:
    """Return the cells that all are asked in, on the same probes."""
    first, *others = [line.results for line in lines] or [{}]
    return [cell for cell in first if all(cell in results for results in others)]


def standing(line: Line, floor: Line, level: float) -> Standing | None:
    """Return how one line stands against another; None where they share no probes."""
    places: set[Any] = set()
    sums: dict[tuple[Hashable, int], Any] = {}
    for cell in sorted(line.results, key=_most_probes):
        own, other = line.results[cell], floor.results.get(cell)
        if other is None or own.row.place in places:
            continue  # fewer probes of the same cell are among the many
        places.add(own.row.place)
        columns = own.values["failures"], other.values["failures"], own.values["probes"]
        clear = own.values["ambiguous_failures"], own.values["ambiguous"]
        for index, counts in enumerate(zip(*columns, *clear, strict=False)):
            key = _sets(own), index
            sums[key] = sums.get(key, 0) + np.array(counts)
    if not sums:
        return None
    first, second, trials, unclear_failures, unclear = np.array(list(sums.values())).T
    return Standing(
        line=line,
        floor=floor,
        probes=int(trials.sum()),
        failures=int(first.sum()),
        floor_failures=int(second.sum()),
        difference=difference_over_sets(first, second, trials, level=level),
        clear_probes=int((trials - unclear).sum()),
        clear_failures=int((first - unclear_failures).sum()),
    )


def _most_probes(cell: Any) -> int:
    return -int(cell[1])


def _sets(result: RowResult) -> tuple[Any, Any]:
    """What decides a cell's pattern sets, beside their index."""
    return result.row.cell["num_neurons"], result.row.cell["num_patterns"]
