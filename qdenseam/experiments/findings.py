"""What the rows of the main job let one say: each contender against its floor, three sentences."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from qdenseam.experiments.contenders import CONTENDERS
from qdenseam.experiments.records import Record
from qdenseam.experiments.set_rates import difference_over_sets
from qdenseam.experiments.statistics import Estimate
from qdenseam.experiments.summary import middle_of

_COMPARED = [
    contender
    for contender in CONTENDERS.values()
    if contender.kind != "baseline" or contender.name == "sample-and-accept"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """One contender beside the scan that knows as much, over all sweeps."""

    label: str
    kind: str
    floor: str
    """Label of that scan."""
    probes: int
    """Probes that both were asked."""
    failures: int
    floor_failures: int
    difference: Estimate
    """Failure rate minus the scan's, on the same probes."""
    clear_probes: int
    """Unambiguous ones among them."""
    clear_failures: int

    @property
    def verdict(self) -> str:
        """``"more"`` or ``"fewer"`` failures than the scan, or ``"not told apart"``."""
        if self.difference.low > 0:
            return "more"
        return "fewer" if self.difference.high < 0 else "not told apart"


def standings(records: Iterable[Record], *, level: float = 0.95) -> list[Standing]:
    """Return every contender of the sweeps against its floor, in the order of ``CONTENDERS``.

    The floor is the nearest-neighbor scan, or the scan told the number of flips for what is told
    it too. Probes of one pattern set, whatever their corruption, are one cluster of
    :func:`~qdenseam.experiments.difference_over_sets`; ``level`` holds for all comparisons
    together (Bonferroni).
    """
    found: dict[str, dict[tuple[int, int, int], Record]] = {}
    for record in records:
        p = record.params
        if record.kind == "comparison" and p["part"] == "sweep":
            cell = p["num_patterns"], p["num_flips"], p["num_erasures"]
            found.setdefault(p["contender"], {})[cell] = record
    compared = [each for each in _COMPARED if each.name in found]
    each_level = 1 - (1 - level) / max(1, len(compared))
    result = []
    for contender in compared:
        floor = CONTENDERS["informed-scan" if contender.told_flips else "nearest"]
        pairs = [
            (cell[0], record.values, found[floor.name][cell].values)
            for cell, record in found[contender.name].items()
        ]
        result.append(
            standing(contender.label, contender.kind, floor.label, pairs, level=each_level)
        )
    return result


def standing(
    label: str,
    kind: str,
    floor: str,
    pairs: Iterable[tuple[Hashable, Mapping[str, Any], Mapping[str, Any]]],
    *,
    level: float,
) -> Standing:
    """Return how one contender stands against another, over cells that both were asked in.

    Args:
        label: Its name.
        kind: ``"classical"``, ``"quantum"`` or ``"baseline"``.
        floor: The other's name.
        pairs: For each cell what decides its pattern sets, its counts by set, and the other's.
        level: Coverage of the interval.
    """
    sums: dict[tuple[Hashable, int], Any] = {}
    for sets, own, other in pairs:
        columns = own["failures"], other["failures"], own["probes"]
        clear = own["ambiguous_failures"], own["ambiguous"]
        for index, counts in enumerate(zip(*columns, *clear, strict=False)):
            sums[sets, index] = sums.get((sets, index), 0) + np.array(counts)
    first, second, trials, unclear_failures, unclear = np.array(list(sums.values())).T
    return Standing(
        label=label,
        kind=kind,
        floor=floor,
        probes=int(trials.sum()),
        failures=int(first.sum()),
        floor_failures=int(second.sum()),
        difference=difference_over_sets(first, second, trials, level=level),
        clear_probes=int((trials - unclear).sum()),
        clear_failures=int((first - unclear_failures).sum()),
    )


def takeaways(found: Sequence[Standing], table: Any, settings: dict[str, Any]) -> list[str]:
    """Return what a reader should take home, each sentence by rule from the numbers.

    Args:
        found: What :func:`standings` returned.
        table: The :func:`~qdenseam.experiments.summary.comparison_table`.
        settings: Fields of the ``ComparisonSettings`` that made it.
    """
    classical = [each for each in found if each.kind == "classical"]
    quantum = [each for each in found if each.kind == "quantum"]
    sentences = []
    if classical:
        known = "Classical memories, on the same probes as the nearest-neighbor scan"
        sentences.append(f"{known}: {against(classical)}.")
    if quantum:
        known = "Quantum recall, drawn from its exact laws, on the same probes as a scan that knows"
        sentences.append(f"{known} as much: {against(quantum)}.")
    costs = _costs(table, settings)
    return [*sentences, costs] if costs else sentences


def against(found: Sequence[Standing]) -> str:
    """Return who failed less often, who more often, and who is not told apart."""
    clauses = []
    ordered = sorted(found, key=lambda each: each.difference.best)
    for verdict, words in (
        ("fewer", "failed less often"),
        ("not told apart", "not told apart from it"),
        ("more", "failed more often"),
    ):
        chosen = [_shown(each) for each in ordered if each.verdict == verdict]
        if chosen:
            clauses.append(f"{words}: {joined(chosen)}")
        elif verdict == "fewer":
            clauses.append("none failed less often")
    return "; ".join(clauses)


def _shown(found: Standing) -> str:
    by = found.difference
    alone = "" if found.clear_failures or not found.failures else ", on ambiguous probes only"
    return f"{found.label} (by {by.best:.3f} [{by.low:.3f}, {by.high:.3f}]{alone})"


def _costs(table: Any, settings: dict[str, Any]) -> str:
    flips, erasures = middle_of(settings["flips"]), middle_of(settings["erasures"])
    clauses = []
    for damage, name, flipped, unknown in (
        (f"{erasures} unknown bits", "amplification", 0, erasures),
        (f"{flips} flipped bits", "ball-filter", flips, 0),
    ):
        rows = _rows(table, "sweep", "exact", settings["num_patterns"], flipped, unknown)
        if (flipped or unknown) and {name, "sample-and-accept"} <= set(rows):
            own, other = rows[name], rows["sample-and-accept"]
            clauses.append(
                f"with {damage} (D = {settings['num_neurons']}, K = {settings['num_patterns']}) "
                f"{own['label']} takes {cost(own, 'state_preparations')} state preparations and "
                f"{cost(own, 'two_qubit_gates')} two-qubit gates, against "
                f"{cost(other, 'state_preparations')} and {cost(other, 'two_qubit_gates')} for "
                "measuring and accepting classically"
            )
    rows = _rows(
        table,
        "circuit",
        settings["device"],
        settings["circuit_patterns"],
        0,
        settings["circuit_erasures"],
    )
    if {"index-search", "label-writing"} <= set(rows):
        own, other = rows["index-search"], rows["label-writing"]
        clauses.append(
            f"on {settings['device']} (D = {settings['circuit_neurons']}, "
            f"K = {settings['circuit_patterns']}, {settings['circuit_erasures']} unknown) index "
            f"search takes {cost(own, 'two_qubit_gates')} two-qubit gates and "
            f"{cost(own, 'device_seconds', 1e3)} ms of the device, against "
            f"{cost(other, 'two_qubit_gates')} and {cost(other, 'device_seconds', 1e3)} ms for "
            "writing a label that a scan has found"
        )
    if not clauses:
        return ""
    scanned = settings["num_neurons"] * settings["num_patterns"]
    return (
        f"A correct recall costs: {'; '.join(clauses)}; the scan reads K·D = {scanned} bits once."
    )


def _rows(
    table: Any, part: str, engine: str, num_patterns: int, flips: int, erasures: int
) -> dict[str, dict[str, Any]]:
    chosen = table[
        (table["part"] == part)
        & (table["engine"] == engine)
        & (table["num_patterns"] == num_patterns)
        & (table["num_flips"] == flips)
        & (table["num_erasures"] == erasures)
    ]
    return {row["contender"]: row for row in chosen.to_dict("records")}


def cost(row: dict[str, Any], name: str, scale: float = 1.0) -> str:
    """Return a column of a table's row with its interval."""
    best, low, high = (
        f"{number:,.0f}" if number >= 100 else f"{number:.3g}"
        for number in (scale * row[key] for key in (name, f"{name}_low", f"{name}_high"))
    )
    return f"{best} [{low}, {high}]"


def joined(words: Sequence[str]) -> str:
    """Return ``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
