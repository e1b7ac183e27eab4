"""What a study's counts let one say, each sentence by rule, none that its interval denies."""

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from qdenseam.experiments.challenge import CLASSICAL
from qdenseam.experiments.estimates.statistics import Estimate
from qdenseam.experiments.standings import (
    Line,
    Standing,
    extremes,
    lines_of,
    shared_cells,
    standings,
)
from qdenseam.experiments.study import Study
from qdenseam.experiments.study_results import UNFINISHED, RowResult
from qdenseam.experiments.study_shown import CostSpec

FEW_PROBES = 20
"""Below so many probes a rate says little."""
_NAMED = 4
"""So many are named in a sentence; the others are counted."""
_UNITS = {
    "state_preparations": (1.0, "state preparations"),
    "two_qubit_gates": (1.0, "two-qubit gates"),
    "device_seconds": (1e3, "ms of the device"),
}


def study_sentences(
    study: Study, results: Sequence[RowResult], *, level: float = 0.95
) -> list[str]:
    """Return what a reader should take home.

    The lowest and the highest failure rate over the cells that all are asked in, and whether they
    are told apart; who is told apart from the scan that knows as much, or from the first where
    there is none, on the same probes; how many probes nobody can know; what a correct recall costs;
    what was not run. What reads the answer is never ranked. Each is short: where there are many,
    few are named and the others counted.
    ``level`` holds for all comparisons together (Bonferroni).
    """
    lines = lines_of(results)
    ranked = [line for line in lines if not line.first.row.peeks]
    said: list[str] = []
    if ranked:
        costs = _asked_costs(study, lines) or _costs(ranked)
        said = [_rates(ranked, level), _against_floors(standings(lines, level=level), level)]
        said += [_not_shared(ranked), _ambiguous(ranked), costs]
    return [sentence for sentence in (*said, _missing(results)) if sentence]


def _rates(lines: list[Line], level: float) -> str:
    shared = shared_cells(lines)
    if not shared:
        return ""
    found = extremes(lines, level=level)
    where = "In the cell" if len(shared) == 1 else f"Over the {len(shared)} cells"
    if not found:
        same = _interval(lines[0].rate(shared))
        return f"{where} that all are asked in, each failed on {same} of all probes."
    low, high = found[0].floor.rate(shared), found[0].line.rate(shared)
    least, most = (
        few(list(dict.fromkeys(names)))
        for names in ([each.floor.name for each in found], [each.line.name for each in found])
    )
    told = "told apart" if all(each.verdict == "more" for each in found) else "not told apart"
    return (
        f"{where} that all are asked in, the lowest failure rate is {_interval(low)}, of {least}; "
        f"the highest {_interval(high)}, of {most}: {told} on the same probes."
    )


def _against_floors(found: list[Standing], level: float) -> str:
    """All together beside their floors."""
    if not found:
        return ""
    floor = found[0].floor.name
    if found[0].floor.is_scan:
        rows = [(each.line.first.row, each.floor.first.row) for each in found]
        knows_less = any(own.told_flips and not scan.told_flips for own, scan in rows)
        floor = "a scan that " + (
            "is not told the flips, as some are" if knows_less else "knows as much"
        )
    together = f"on the same probes (intervals: {level:.0%} for all together)"
    return f"Beside {floor}, {together}, {against(found)}."


def against(found: Sequence[Standing]) -> str:
    """Return who failed less often, who more often, and who is not told apart.

    All with their differences where they are few; of many the two farthest to either side, and how
    many others there are.
    """
    said = {
        "fewer": "failed less often",
        "more": "failed more often",
        "not told apart": "not told apart from it",
    }
    clauses = []
    for verdict, words in said.items():
        chosen = sorted(
            (each for each in found if each.verdict == verdict),
            key=lambda each: each.difference.best,
            reverse=verdict == "more",
        )
        if not chosen and verdict == "fewer":
            clauses.append("none is known to have failed less often")
        elif len(found) <= _NAMED and chosen:
            clauses.append(f"{words}: {joined(list(map(str, chosen)))}")
        elif verdict == "not told apart" and chosen:
            clauses.append(f"{words}: {len(chosen)} (see the table)")
        elif chosen:
            clauses.append(f"{words}: {few(list(map(str, chosen)), _NAMED // 2)}")
    return "; ".join(clauses)


def few(words: Sequence[str], most: int = _NAMED) -> str:
    """Return ``a, b and 6 more (see the table)``."""
    if len(words) <= most:
        return joined(words)
    return f"{', '.join(words[:most])} and {len(words) - most} more (see the table)"


def counted(number: int, word: str) -> str:
    """Return ``1 flip``, ``2 flips``."""
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def joined(words: Sequence[str]) -> str:
    """Return ``a, b and c``."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _not_shared(lines: list[Line]) -> str:
    scan = next((line for line in lines if line.is_scan), None)
    if scan is None:
        return ""
    apart = [line.name for line in lines if not shared_any(line, scan)]
    return f"Not asked the same probes as {scan.name}: {few(apart)}." if apart else ""


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
    """What the study asks to be said of costs, for what was run: each on its first engine."""
    clauses, num_more = [], 0
    for asked in study.costs:
        first, *others = [*_cost_clauses(asked, lines)] or [""]
        clauses += [first] if first else []
        num_more += len(others)
    more = f"; {num_more} more on other engines (see the table)" if num_more else ""
    said = f"A correct recall costs {'; '.join(clauses)}{more}; a scan reads K·D bits once."
    return said if clauses else ""


def _cost_clauses(asked: CostSpec, lines: list[Line]) -> Iterator[str]:
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
    damage = [counted(int(cell[f"{n}s"]), n) for n in ("flip", "erasure") if cell[f"{n}s"]]
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
    return f"Rows: {len(results)}, of them {joined(words)}." if words else ""


def _interval(estimate: Estimate) -> str:
    return f"{estimate.best:.3f} [{estimate.low:.3f}, {estimate.high:.3f}]"


def _cost(row: Mapping[str, Any], name: str) -> str:
    """Return a cost per correct recall with its interval."""
    best, low, high = (
        f"{number:,.0f}" if number >= 100 else f"{number:.3g}"
        for number in (_UNITS[name][0] * row[key] for key in (name, f"{name}_low", f"{name}_high"))
    )
    return f"{best} [{low}, {high}]"
