"""How values show themselves: in one line, and in a notebook as a table of the same facts."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import Field, fields
from enum import IntEnum
from numbers import Number
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import numpy as np
from numpy.typing import NDArray

from classical_ref.checks import Floats, Integers
from classical_ref.spins import Spins, spins_to_text

_LINE, _WORD, _CELL = 190, 60, 300  # most characters of a line, a value in it, a cell of a table
_FEW = 6  # entries of a list that are shown one by one
_MOST_SHOWN = 8
_SIDE, _WIDEST = 80, 640  # pixels of a picture on the screen, about and at most

_End = TypeVar("_End", bound=IntEnum)

Shape = tuple[int, int]
"""Rows and columns of a picture."""


class Shown:
    """A value whose ``repr`` is one line of facts and whose HTML is a table of them.

    The facts are the fields of the dataclass unless :meth:`_facts` says otherwise; such a class is
    made with ``repr=False``. Arrays are told by type and shape, never by their entries.
    """

    __slots__ = ()

    if TYPE_CHECKING:
        __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def _facts(self) -> Mapping[str, object]:
        """Return what is worth telling, the most telling first."""
        named = (each.name for each in fields(self) if each.repr and each.name[0] != "_")
        return {name: getattr(self, name) for name in named}

    def _more_html(self) -> str:
        """Return HTML that follows the table, made by this module's functions."""
        return ""

    def __repr__(self) -> str:
        told = ", ".join(f"{name}={brief(fact)}" for name, fact in self._facts().items())
        return f"{shortened(f'{type(self).__name__}({told}', _LINE)})"

    def _repr_html_(self) -> str:
        rows = [
            (name.replace("_", " "), fact if isinstance(fact, str) else brief(fact, _CELL))
            for name, fact in self._facts().items()
        ]
        return html_table(rows, title=type(self).__name__) + self._more_html()


def brief(value: object, width: int = _WORD) -> str:
    """Return a value in one line of at most so many characters."""
    if value is None or isinstance(value, bool | np.bool_):
        return str(value)
    if isinstance(value, int | np.integer):
        return str(value)
    if isinstance(value, float | np.floating):
        return repr(float(f"{value:.4g}"))
    shape = getattr(value, "shape", None)
    if isinstance(shape, tuple) and not isinstance(value, Shown):
        kind = getattr(value, "dtype", type(value).__name__)
        return f"<{kind} {'x'.join(map(str, shape))}>" if shape else brief(np.asarray(value).item())
    if isinstance(value, Sequence | Set | Mapping) and not isinstance(value, str | bytes):
        entries = list(value.values() if isinstance(value, Mapping) else value)
        if len(value) > _FEW or not all(isinstance(each, Number | str) for each in entries):
            return f"<{len(value)} {'entry' if len(value) == 1 else 'entries'}>"
        told = [brief(each) for each in entries]
        if isinstance(value, Mapping):
            told = [f"{key}: {each}" for key, each in zip(value, told, strict=True)]
        return shortened(f"({', '.join(told)})", width)
    return shortened(" ".join(repr(value).split()), width)


def shortened(text: str, width: int) -> str:
    """Return a text of at most so many characters, its end replaced by ``...``."""
    return text if len(text) <= width else f"{text[: width - 3]}..."


def said_outcomes(
    outcomes: NDArray[np.int8], steps: Integers, ends: Mapping[_End, str], unit: str
) -> str:
    """Return how dynamics ended: how many of the probes in which way, and after how many steps.

    Args:
        outcomes: An entry of ``ends`` per probe, ``(...)``.
        steps: Steps of each, ``(...)``.
        ends: What each way to end is called.
        unit: What a step is called.
    """
    said = []
    for end, words in ends.items():
        if number := int(np.count_nonzero(outcomes == end)):
            taken = steps[outcomes == end]
            low, high = int(taken.min()), int(taken.max())
            span = f"{low}" if low == high else f"{low} to {high}"
            of = f"{number} of {outcomes.size} probes" if outcomes.ndim else "The probe"
            said.append(f"{of} {words} after {span} {unit}{'' if high == 1 else 's'}.")
    return " ".join(said)


def value_range(values: Floats) -> str:
    """Return the lowest and the highest of some numbers, or the one that there is."""
    if not values.size:
        return "none"
    low, high = float(np.min(values)), float(np.max(values))
    return f"{low:.4g}" if low == high else f"{low:.4g} to {high:.4g}"


def html_table(
    rows: Iterable[Sequence[object]], *, header: Sequence[str] = (), title: str = ""
) -> str:
    """Return a table; every text in it is escaped and cut to 300 characters.

    Args:
        rows: Cells. Without a header the first of a row is its name.
        header: Names of the columns.
        title: Above the table.
    """
    from html import escape  # loads two thousand names of characters

    def cells(row: Sequence[object], names: int) -> str:
        said = [escape(shortened(str(cell), _CELL)) for cell in row]
        marked = [
            f"<th style='text-align:left'>{cell}</th>" if place < names else f"<td>{cell}</td>"
            for place, cell in enumerate(said)
        ]
        return f"<tr>{''.join(marked)}</tr>"

    caption = f"<caption style='text-align:left'>{escape(title)}</caption>" if title else ""
    head = f"<thead>{cells(header, len(header))}</thead>" if header else ""
    body = "".join(cells(row, 0 if header else 1) for row in rows)
    return f"<table>{caption}{head}<tbody>{body}</tbody></table>"


def html_states(states: Mapping[str, Spins], shape: Shape | None) -> str:
    """Return states under their names: as pictures, or as text where they have no shape.

    Spin -1 is black, +1 white, unknown striped.

    Args:
        states: Name to spins, 0 where unknown, ``(D,)``.
        shape: Rows and columns.
    """
    from html import escape

    texts = {name: shortened(str(spins_to_text(state)), _CELL) for name, state in states.items()}
    if shape is None:
        return html_table(texts.items())
    figures = (
        "<figure style='display:inline-block;margin:0 1em 0 0'>"
        f"<img alt='{escape(texts[name])}' "
        f"src='data:image/png;base64,{_png(state.reshape(shape))}'>"
        f"<figcaption>{escape(shortened(name, _WORD))}</figcaption></figure>"
        for name, state in states.items()
    )
    return f"<div>{''.join(figures)}</div>"


def html_patterns(
    patterns: Spins | Integers | Floats, shape: Shape | None, *, name: str = "pattern"
) -> str:
    """Return the first eight patterns, shape ``(K, D)``, as :func:`html_states`; none of reals."""
    if patterns.dtype != np.int8:
        return ""
    some = patterns[:_MOST_SHOWN].astype(np.int8)
    first = {f"{name} {k}": pattern for k, pattern in enumerate(some)}
    left = len(patterns) - len(first)
    return html_states(first, shape) + (f"<p>and {left} more</p>" if left else "")


def _png(picture: Spins) -> str:
    import base64
    import io

    from PIL import Image, ImageOps

    scale = max(1, min(_SIDE // min(picture.shape), _WIDEST // max(picture.shape)))
    cells = np.kron(picture, np.ones((scale, scale), dtype=np.int8))
    rows, columns = np.indices(cells.shape)
    levels = np.where(cells < 0, 0, 255)
    levels = np.where(cells == 0, np.where((rows + columns) % 4 < 2, 120, 200), levels)
    drawn = ImageOps.expand(Image.fromarray(levels.astype(np.uint8)), border=1, fill=120)
    file = io.BytesIO()
    drawn.save(file, format="PNG", optimize=True)
    return base64.b64encode(file.getvalue()).decode()
