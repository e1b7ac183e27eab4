"""What a study's counts let one say, each sentence by rule, none that its interval denies."""

import itertools
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from qdenseam.experiments.challenge import CLASSICAL
from qdenseam.experiments.findings import Standing, against, cost, joined, standing
from qdenseam.experiments.set_rates import rate_over_sets
from qdenseam.experiments.statistics import Estimate
from qdenseam.experiments.study_results import UNFINISHED, RowResult

FEW_PROBES = 20
"""Below so many probes a rate says little."""

_Cells = dict[Any, RowResult]
"""What one contender on one engine answered, by cell."""


def study_sentences(results: Sequence[RowResult], *, level: float = 0.95) -> list[str]:
    """Return what a reader should take home.

    Who failed least, over the cells that all are asked in; who is told apart from the
    nearest-neighbor scan, or from the first where there is none, on the same probes; how many
    probes nobody can know; what a correct recall costs; what was not run. What reads the answer
    is never ranked. ``level`` holds for all comparisons together (Bonferroni).
    """
    lines: dict[tuple[str, str], _Cells] = {}
    for each in results:
        if each.records and not each.row.peeks:
            lines.setdefault(each.line, {}).setdefault(each.row.place, each)
    listed = list(lines.values())
    said = [] if not listed else [*_rates(listed, level), _ambiguous(listed), _costs(listed)]
    return [sentence for sentence in (*said, _missing(results)) if sentence]


def shown_name(label: str, engine: str, *, peeks: bool = False) -> str:
    """Return the name of a contender on an engine; a law and a classical memory need no engine."""
    name = label if engine in (CLASSICAL, "exact") else f"{label} ({engine})"
    return f"{name} (reads the answer)" if peeks else name


def told_flips(result: RowResult) -> bool:
    """Return whether a contender's spelling uses the number of flipped bits."""
    return "$flips" in f"{result.row.entrant.recall} {result.row.entrant.memory}"


def _rates(lines: list[_Cells], level: float) -> Iterator[str]:
    shared = set.intersection(*(set(cells) for cells in lines))
    rates = [_rate([cells[place] for place in shared]) for cells in lines] if shared else []
    first = None
    if shared:
        least, most = (choose(range(len(lines)), key=_key(rates)) for choose in (min, max))
        first = lines[least]
        where = "In the cell" if len(shared) == 1 else f"Over the {len(shared)} cells"
        if rates[least].best == rates[most].best:
            yield f"{where} that all are asked in, each failed on {_share(rates[least])}."
        else:
            yield (
                f"{where} that all are asked in, {_name(first)} failed least, on "
                f"{_share(rates[least])}; {_name(lines[most])} most, on {_share(rates[most])}."
            )
    scan = next((cells for cells in lines if _is_scan(cells)), None)
    reference = first if scan is None else scan
    others = [cells for cells in lines if cells is not reference]
    if reference is None or not others:
        return
    # the first is chosen by the same counts: all pairs might have been asked
    num_asked = len(others) if scan is not None else math.comb(len(lines), 2)
    found = [
        (_name(each), _standing(each, reference, 1 - (1 - level) / num_asked)) for each in others
    ]
    compared = [stands for _, stands in found if stands is not None]
    apart = [name for name, stands in found if stands is None]
    if compared:
        same = f"on the same probes ({level:.0%} for all together)"
        yield f"Beside {_name(reference)}, {same}: {against(compared)}."
    if apart:
        yield f"Not asked the same probes as {_name(reference)}: {joined(apart)}."


def _standing(cells: _Cells, reference: _Cells, level: float) -> Standing | None:
    """Compare two in the cells where both are asked the same probes."""
    pairs = [
        (_sets(each), each.values, reference[place].values)
        for place, each in cells.items()
        if place in reference and each.values["probes"][0] == reference[place].values["probes"][0]
    ]
    if not pairs:
        return None
    kind = next(iter(cells.values())).row.kind
    return standing(_name(cells), kind, _name(reference), pairs, level=level)


def _rate(results: list[RowResult]) -> Estimate:
    """The failure rate over cells; probes of one pattern set are one cluster, in any cell."""
    sums: dict[Any, Any] = {}
    for each in results:
        for index, counts in enumerate(
            zip(each.values["failures"], each.values["probes"], strict=True)
        ):
            key = _sets(each), index
            sums[key] = sums.get(key, 0) + np.array(counts)
    return rate_over_sets(*np.array(list(sums.values())).T)


def _ambiguous(lines: list[_Cells]) -> str:
    shares: dict[Any, tuple[int, int]] = {}
    for place, each in itertools.chain.from_iterable(cells.items() for cells in lines):
        shares.setdefault(place, (sum(each.values["ambiguous"]), sum(each.values["probes"])))
    unclear, probes = map(sum, zip(*shares.values(), strict=True))
    if not unclear:
        return "No probe is ambiguous: each is nearer to its own pattern than to any other."
    low, high = (choose(a / n for a, n in shares.values()) for choose in (min, max))
    by_cell = f" ({low:.0%} to {high:.0%} by cell)" if len(shares) > 1 else ""
    return (
        f"{unclear / probes:.0%} of the probes are ambiguous{by_cell}: another stored pattern is "
        "as near as their own, and no scan can know which it was."
    )


def _costs(lines: list[_Cells]) -> str:
    """The fewest and the most gates, in the last cell that has any."""
    places = list(dict.fromkeys(place for cells in lines for place in cells))
    for place in reversed(places):
        rows = [(_name(cells), cells[place].columns) for cells in lines if place in cells]
        costly = [(name, row) for name, row in rows if math.isfinite(row["two_qubit_gates"])]
        if costly:
            break
    else:
        return ""
    costly.sort(key=lambda each: each[1]["two_qubit_gates"])
    (least, low), (most, high) = costly[0], costly[-1]
    sizes = dict(place)
    bits = int(sizes["num_neurons"]) * int(sizes["num_patterns"])
    where = ", ".join(f"{axis.replace('_', ' ')} {value}" for axis, value in place)
    known = f"A correct recall ({where}) takes {cost(low, 'two_qubit_gates')} two-qubit gates"
    other = f" {cost(high, 'two_qubit_gates')} by {most}"
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


def _key(rates: list[Estimate]) -> Any:
    return lambda place: rates[place].best


def _share(estimate: Estimate) -> str:
    return f"{estimate.best:.3f} [{estimate.low:.3f}, {estimate.high:.3f}] of all probes"


def _sets(result: RowResult) -> tuple[Any, Any]:
    """What decides a cell's pattern sets, beside their index."""
    return result.row.cell["num_neurons"], result.row.cell["num_patterns"]


def _name(cells: _Cells) -> str:
    result = next(iter(cells.values()))
    return shown_name(*result.line) + (" (told the flips)" if told_flips(result) else "")


def _is_scan(cells: _Cells) -> bool:
    row = next(iter(cells.values())).row
    return row.kind == "baseline" and row.engine == CLASSICAL
