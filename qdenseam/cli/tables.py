"""The tables of all commands: laid out for the terminal, or stacked where it is too narrow."""

import math
import os
import shutil
import sys
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from textwrap import wrap

import typer

Row = Mapping[str, object]
"""A line of a table, by the names of its columns."""

_EMPTY = {"-", "–", ""}
_GAP = "  "
_LEAVES_OUT_FROM = 80
"""Width from which on columns may be left out; a narrower terminal gets all of them, stacked."""


def print_rows(
    rows: Sequence[Row],
    *,
    columns: Iterable[str] | None = None,
    right: Iterable[str] = (),
    rest: str = "use --csv FILE",
) -> None:
    """Print a table; a column of dashes is left out. A pipe has room for everything.

    On a terminal cells go on in a next line, between words. Where that does not do, the last
    columns are left out and named, or, below 80 characters, a row becomes a block of lines.

    Args:
        rows: What to print.
        columns: Names by weight, by default the keys of the first row.
        right: Columns to the right, beside those of numbers.
        rest: What says where all columns are.
    """
    if not rows:
        typer.echo("No rows.")
        return
    names = list(rows[0] if columns is None else columns)
    cells = {name: [shown(row.get(name)) for row in rows] for name in names}
    names = [name for name in names if not _EMPTY.issuperset(cells[name])]
    ends = {*right, *(name for name in names if any(_is_number(row.get(name)) for row in rows))}
    width, fitting = room(), names
    while not (widths := _widths(fitting, cells, width)):
        if width < _LEAVES_OUT_FROM or len(fitting) < 3:
            for place in range(len(rows)):
                typer.echo("\n" if place else "", nl=False)
                print_pairs((heading(name), cells[name][place]) for name in names)
            return
        fitting = fitting[:-1]
    heads = {name: [heading(name)] for name in fitting}
    rules = {name: ["─" * widths[name]] for name in fitting}
    for place, block in [(0, heads), (0, rules), *((place, cells) for place in range(len(rows)))]:
        parts = [_wrapped(block[name][place], widths[name]) for name in fitting]
        if block is heads:  # these stand on the rule
            height = max(map(len, parts))
            parts = [[""] * (height - len(part)) + part for part in parts]
        for line in zip_longest(*parts, fillvalue=""):
            texts = [
                text.rjust(widths[name]) if name in ends else text.ljust(widths[name])
                for name, text in zip(fitting, line, strict=True)
            ]
            typer.echo(_GAP.join(texts).rstrip())
    if left := [heading(name) for name in names if name not in fitting]:
        print_text(f"Not shown for want of room: {', '.join(left)}; for all columns {rest}.")


def print_pairs(pairs: Iterable[tuple[str, str]], *, margin: str = "") -> None:
    """Print names with what is said of each beside it, or below where a word has no room there."""
    pairs = list(pairs)
    indent = max(len(name) for name, _ in pairs) + len(margin + _GAP)
    for name, text in pairs:
        lines = _wrapped(text, max(room() - indent, 1))
        is_beside = max(map(len, lines)) <= room() - indent
        typer.echo(
            f"{margin}{name:<{indent - len(margin)}}{lines[0] if is_beside else ''}".rstrip()
        )
        if is_beside:
            for line in lines[1:]:
                typer.echo(" " * indent + line)
        else:
            print_text(text, indent=margin + _GAP)


def print_text(text: str, *, indent: str = "", err: bool = False) -> None:
    """Print a paragraph."""
    for line in _wrapped(text, max(room() - len(indent), 1)):
        typer.echo(indent + line, err=err)


def room() -> int:
    """Return the characters of a line: the terminal's, or more than anything needs in a pipe."""
    is_known = os.environ.get("COLUMNS") or sys.stdout.isatty()
    return shutil.get_terminal_size().columns if is_known else 10_000


def heading(name: str) -> str:
    """Return the name of a column as it is printed."""
    return name.replace("_", " ")


def shown(value: object) -> str:
    """Return a value as it is printed."""
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return "-" if math.isnan(value) else f"{value:.4g}"
    return str(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _wrapped(text: str, width: int) -> list[str]:
    return wrap(text, width, break_long_words=False, break_on_hyphens=False) or [""]


def _widths(names: Sequence[str], cells: Mapping[str, Sequence[str]], width: int) -> dict[str, int]:
    """Return the width of each column, none where the longest words of all do not fit."""
    least = {n: max(map(len, " ".join([heading(n), *cells[n]]).split())) for n in names}
    snug = {n: max(least[n], *map(len, cells[n])) for n in names}
    wide = {n: max(snug[n], len(heading(n))) for n in names}
    limit = width - len(_GAP) * (len(names) - 1)
    found = wide if sum(wide.values()) <= limit else snug  # a heading goes first, then the longest
    while sum(found.values()) > limit:
        loose = [n for n in names if found[n] > least[n]]
        if not loose:
            return {}
        found[max(loose, key=found.__getitem__)] -= 1
    return found
