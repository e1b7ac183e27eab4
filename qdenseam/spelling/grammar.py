r"""The grammar: from text to a tree that knows no names.

.. code-block:: text

    value    = name [ "(" { argument "," } ")" ] | product | string | "[" { value "," } "]"
    argument = [ name "=" ] value
    product  = ( number | "$" name ) { ( "*" | "/" ) ( number | "$" name ) }

Names are lower-case, their words joined by ``-`` or ``_``; so there is no subtraction. ``$name`` is
an axis of a study.
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, TypeVar

Scalar = int | float | str | None
Axes = Mapping[str, Scalar]

MAX_LENGTH = 20_000
"""Characters of a text."""
MAX_DEPTH = 16
"""Calls and lists inside each other."""
MAX_INTEGER = 2**63
"""Integers are smaller in size."""

NAME = re.compile("[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
_TOKEN = re.compile(
    rf"""\s*(?:(?P<name>{NAME.pattern}(?![A-Za-z0-9_-]))|(?P<axis>\${NAME.pattern})
    |(?P<number>-?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?(?![\w.$]))
    |(?P<string>"(?:[^"\\]|\\.)*"|'[^'\\]*')|(?P<mark>[()\[\],=*/])|(?P<end>$))""",
    re.VERBOSE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Value:
    """A number, a string, or what an axis holds."""

    column: int
    value: Scalar


@dataclass(frozen=True, slots=True)
class Listing:
    """Values in brackets."""

    column: int
    items: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Call:
    """A name, with its settings if there are parentheses: (column, name or None, value) each."""

    column: int
    name: str
    arguments: "tuple[tuple[int, str | None, Node], ...]" = ()


Node = Value | Listing | Call
_Item = TypeVar("_Item")


def fault(text: str, column: int, said: str, error: type[ValueError] = ValueError) -> ValueError:
    """Return an error that names the place."""
    start, end = max(0, column - 40), column + 40
    shown = ("..." if start else "") + text[start:end] + ("..." if len(text) > end else "")
    where = "At the end" if column >= len(text) else f"At character {column + 1}"
    return error(f"{said} {where} of {shown!r}.")


def tree(text: str, axes: Axes | None = None) -> Node:
    """Return the tree of a text, axes replaced by their values.

    Raises:
        ValueError: The text is malformed, too long or too deep, or an axis has no value.
    """
    if len(text) > MAX_LENGTH:
        raise ValueError(
            f"a spelling should have at most {MAX_LENGTH} characters. Got {len(text)}."
        )
    reader = _Reader(text, axes or {})
    node = reader.value()
    reader.expect("end")
    return node


class _Reader:
    def __init__(self, text: str, axes: Axes) -> None:
        self.text, self.axes, self.depth, self.at = text, axes, 0, 0
        self.tokens: list[tuple[str, str, int]] = []
        place = 0
        while not self.tokens or self.tokens[-1][0] != "end":
            found = _TOKEN.match(text, place)
            if found is None:
                column = len(text) - len(text[place:].lstrip())
                self.fail(column, f"a lower-case name, a number or a string. Got {text[column]!r}")
            kind = str(found.lastgroup)
            word = found[kind]
            self.tokens.append((word if kind == "mark" else kind, word, found.start(kind)))
            place = found.end()

    def fail(self, column: int, wanted: str) -> NoReturn:
        raise fault(self.text, column, f"there should be {wanted}.")

    def accept(self, *kinds: str) -> bool:
        """Step over the next token if it is of a kind."""
        self.at += (found := self.tokens[self.at][0] in kinds)
        return found

    def expect(self, *kinds: str) -> None:
        if not self.accept(*kinds):
            _, word, column = self.tokens[self.at]
            wanted = " or ".join("nothing more" if k == "end" else repr(k) for k in kinds)
            self.fail(column, f"{wanted}. Got {word!r}" if word else wanted)

    def value(self) -> Node:
        kind, word, column = self.tokens[self.at]
        if self.accept("name"):
            arguments = self.until(")", self.argument) if self.accept("(") else []
            return Call(column, word, tuple(arguments))
        if self.accept("string"):
            return Value(column, self.unquoted(word, column))
        if self.accept("["):
            return Listing(column, tuple(self.until("]", self.value)))
        if kind not in ("number", "axis"):
            self.fail(column, f"a value. Got {word!r}" if word else "a value")
        return Value(column, self.product())

    def argument(self) -> tuple[int, str | None, Node]:
        kind, word, column = self.tokens[self.at]
        if kind == "name" and self.tokens[self.at + 1][0] == "=":
            self.at += 2
            return column, word, self.value()
        return column, None, self.value()

    def until(self, close: str, item: Callable[[], _Item]) -> list[_Item]:
        """Read items between commas, and the mark that closes them."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self.fail(self.tokens[self.at][2], f"at most {MAX_DEPTH} levels of parentheses")
        items: list[_Item] = []
        while not self.accept(close):
            items.append(item())
            if self.tokens[self.at][0] != close:
                self.expect(",", close)
        self.depth -= 1
        return items

    def product(self) -> Scalar:
        total: Any = self.factor()
        while self.accept("*", "/"):
            mark, _, column = self.tokens[self.at - 1]
            other: Any = self.factor()
            if not {type(total), type(other)} <= {int, float} or (mark == "/" and other == 0):
                self.fail(column, f"numbers, none divided by 0. Got {total} {mark} {other}")
            if mark == "*":
                total = self.sized(total * other, column)
            elif type(total) is type(other) is int and total % other == 0:
                total = total // other
            else:
                total = self.sized(total / other, column)
        return total

    def factor(self) -> Scalar:
        _, word, column = self.tokens[self.at]
        if self.accept("axis"):
            if word[1:] not in self.axes:
                known = ", ".join(f"${each}" for each in self.axes) or "of which there is none here"
                self.fail(column, f"an axis, {known}. Got {word!r}")
            return self.axes[word[1:]]
        self.expect("number")
        is_whole = word.lstrip("-").isdecimal() and len(word) < 25
        return self.sized(int(word) if is_whole else float(word), column)

    def sized(self, number: int | float, column: int) -> int | float:
        if not math.isfinite(number) or (isinstance(number, int) and abs(number) >= MAX_INTEGER):
            self.fail(column, "a finite number, below 2^63 in size if it is an integer")
        return number

    def unquoted(self, word: str, column: int) -> str:
        try:
            return word[1:-1] if word[0] == "'" else str(json.loads(word))
        except ValueError:
            self.fail(column, f"a string as in JSON. Got {word}")
