"""What a study's counts let one say, each sentence by rule, none that its interval denies."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from qdenseam.experiments.challenge import CLASSICAL
from qdenseam.experiments.standings import (
    Line,
    Standing,
    least_of,
    lines_of,
    shared_cells,
    standings,
)
from qdenseam.experiments.statistics import Estimate
from qdenseam.experiments.study import Study
from qdenseam.experiments.study_parts import CostSpec
from qdenseam.experiments.study_results import UNFINISHED, RowResult

FEW_PROBES = 20
"""Below so many probes a rate says little."""
_UNITS = {
    "state_preparations": (1.0, "state preparations"),
    "two_qubit_gates": (1.0, "two-qubit gates"),
    "device_seconds": (1e3, "ms of the device"),
}


def study_sentences(
    study: Study, results: Sequence[RowResult], *, level: float = 0.95
) -> list[str]:
    """Return what a reader should take home.

    Who failed least, over the cells that all are asked in; who is told apart from the scan that
    knows as much, or from the first where there is none, on the same probes; how many probes nobody
    can know; what a correct recall costs; what was not run. What reads the answer is never ranked.
    ``level`` holds for all comparisons together (Bonferroni).
    """
    lines = lines_of(results)
    ranked = [line for line in lines if not line.first.row.peeks]
    said: list[str] = []
    if ranked:
        costs = _asked_costs(study, lines) or _costs(ranked)
        said = [*_rates(ranked), *_against_floors(standings(lines, level=level), level)]
        said += [_not_shared(ranked), _ambiguous(ranked), costs]
    return [sentence for sentence in (*said, _missing(results)) if sentence]


def _rates(lines: list[Line]) -> Iterator[str]:
    shared = shared_cells(lines)
    least = least_of(lines)
    if least is None:
        return
    most = max(lines, key=lambda line: line.rate(shared).best)
    low, high = least.rate(shared), most.rate(shared)
    where = "In the cell" if len(shared) == 1 else f"Over the {len(shared)} cells"
    if low.best == high.best:
        yield f"{where} that all are asked in, each failed on {_share(low)}."
    else:
        best, worst = (
            joined([each.name for each in lines if each.rate(shared).best == end.best])
            for end in (low, high)
        )
        yield (
            f"{where} that all are asked in, {best} failed least, on {_share(low)}; "
            f"{worst} most, on {_share(high)}."
        )


def _against_floors(found: list[Standing], level: float) -> Iterator[str]:
    """Classical memories, quantum laws and quantum circuits, each against its floor."""
    if not found:
        return
    same, together = "on the same probes as", f"(intervals: {level:.0%} for all together)"
    if not found[0].floor.is_scan:
        yield f"Beside {found[0].floor.name}, on the same probes {together}: {against(found)}."
        return
    plain = next((each.floor for each in found if not each.floor.first.row.told_flips), None)
    scan = f"{same} {plain.name if plain else found[0].floor.name} {together}"
    equal = f"{same} a scan that knows as much"
    classical = [each for each in found if each.line.first.row.kind == "classical"]
    quantum = [each for each in found if each.line.first.row.kind == "quantum"]
    laws = [each for each in quantum if each.line.first.row.engine == "exact"]
    circuits = [each for each in quantum if each not in laws]
    if classical:
        yield f"Classical memories, {scan}: {against(classical)}."
    if laws:
        yield f"Quantum recall, drawn from its exact laws, {equal}: {against(laws)}."
    if circuits:
        yield f"Run as circuits, {equal}: {against(circuits, brief=True)}."


def against(found: Sequence[Standing], *, brief: bool = False) -> str:
    """Return who failed less often, who more often, and who is not told apart.

    In brief the intervals of the last are left to the table.
    """
    clauses = []
    ordered = sorted(found, key=lambda each: each.difference.best)
    for verdict, words in (
        ("fewer", "failed less often"),
        ("not told apart", "not told apart from it"),
        ("more", "failed more often"),
    ):
        named_only = brief and verdict == "not told apart"
        chosen = [
            each.line.name if named_only else str(each)
            for each in ordered
            if each.verdict == verdict
        ]
        if chosen:
            clauses.append(f"{words}: {joined(chosen)}")
        elif verdict == "fewer":
            clauses.append("none failed less often")
    return "; ".join(clauses)


def joined(words: Sequence[str]) -> str:
    """Return ``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _not_shared(lines: list[Line]) -> str:
    scan = next((line for line in lines if line.is_scan), None)
    if scan is None:
        return ""
    apart = [line.name for line in lines if not shared_any(line, scan)]
    return f"Not asked the same probes as {scan.name}: {joined(apart)}." if apart else ""


def shared_any(line: Line, other: Line) -> bool:
    """Return whether two lines were asked the same probes anywhere."""
    return not line.results.keys().isdisjoint(other.results)


def _ambiguous(lines: list[Line]) -> str:
    shares: dict[Any, tuple[int, int]] = {}
    for each in itertools.chain.from_iterable(line.results.values() for line in lines):
        counts = sum(each.values["ambiguous"]), sum(each.values["probes"])
        shares.setdefault(each.row.place, counts)
    unclear, probes = map(sum, zip(*shares.values(), strict=True))
    if not unclear:
        return "No probe is ambiguous: each is nearer to its own pattern than to any other."
    low, high = (choose(a / n for a, n in shares.values()) for choose in (min, max))
    by_cell = f" ({low:.0%} to {high:.0%} by cell)" if len(shares) > 1 else ""
    return (
        f"{unclear / probes:.0%} of the probes are ambiguous{by_cell}: another stored pattern is "
        "as near as their own, and no scan can know which it was."
    )


def _asked_costs(study: Study, lines: list[Line]) -> str:
    """What the study asks to be said of costs, for what was run."""
    clauses = [clause for asked in study.costs for clause in _cost_clause(asked, lines)]
    said = f"A correct recall costs {'; '.join(clauses)}; a scan reads K·D bits once."
    return said if clauses else ""


def _cost_clause(asked: CostSpec, lines: list[Line]) -> Iterator[str]:
    found = {
        (each.row.label, each.row.engine): each
        for line in lines
        for each in line.results.values()
        if asked.takes(each.row.block, each.row.cell)
    }
    for (label, engine), own in found.items():
        other = found.get((asked.against, engine))
        if label != asked.of or other is None:
            continue
        first, second = own.columns, other.columns
        names = [name for name in _UNITS if not math.isnan(first[name] + second[name])]
        one, two = ([_cost(row, name) for name in names] for row in (first, second))
        units = [f"{number} {_UNITS[name][1]}" for number, name in zip(one, names, strict=True)]
        where = _cell_words(own)
        on = "" if engine in (CLASSICAL, "exact") else f" on {engine}"
        yield (
            f"{joined(units)} by {label}{on} ({where}), against {joined(two)} by {asked.against}"
        )


def _cell_words(result: RowResult) -> str:
    cell = result.row.cell
    damage = [f"{cell[name]} {name}" for name in ("flips", "erasures") if cell[name]]
    return ", ".join([f"D = {cell['num_neurons']}, K = {cell['num_patterns']}", *damage])


def _costs(lines: list[Line]) -> str:
    """The fewest and the most gates, in the last cell that has any."""
    places = list(dict.fromkeys(cell for line in lines for cell in line.results))
    for place in reversed(places):
        asked = [line for line in lines if place in line.results]
        rows = [(line.name, line.results[place].columns) for line in asked]
        costly = [(name, row) for name, row in rows if math.isfinite(row["two_qubit_gates"])]
        if costly:
            break
    else:
        return ""
    costly.sort(key=lambda each: each[1]["two_qubit_gates"])
    (least, low), (most, high) = costly[0], costly[-1]
    where = _cell_words(asked[0].results[place])
    cell = asked[0].results[place].row.cell
    bits = int(cell["num_neurons"]) * int(cell["num_patterns"])
    known = f"A correct recall ({where}) takes {_cost(low, 'two_qubit_gates')} two-qubit gates"
    other = f" {_cost(high, 'two_qubit_gates')} by {most}"
    if least == most:
        words = f"by {least}"
    elif low["two_qubit_gates_high"] < high["two_qubit_gates_low"]:
        words = f"by {least}, the fewest, and{other}, the most"
    else:
        words = f"by {least} and{other}, not told apart"
    return f"{known} {words}; a scan reads K·D = {bits} bits once."


def _missing(results: Sequence[RowResult]) -> str:
    words = []
    for count, word in (
        (sum(not each.records for each in results), "not run"),
        (sum(bool(each.records) and each.stopped == UNFINISHED for each in results), "unfinished"),
        (
            sum(0 < sum(each.values.get("probes", ())) < FEW_PROBES for each in results),
            f"resting on fewer than {FEW_PROBES} probes",
        ),
    ):
        if count:
            words.append(f"{count} {word}")
    return f"Of {len(results)} rows {joined(words)}." if words else ""


def _share(estimate: Estimate) -> str:
    return f"{estimate.best:.3f} [{estimate.low:.3f}, {estimate.high:.3f}] of all probes"


def _cost(row: Mapping[str, Any], name: str) -> str:
    """Return a cost per correct recall with its interval."""
    best, low, high = (
        f"{number:,.0f}" if number >= 100 else f"{number:.3g}"
        for number in (_UNITS[name][0] * row[key] for key in (name, f"{name}_low", f"{name}_high"))
    )
    return f"{best} [{low}, {high}]"
