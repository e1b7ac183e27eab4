"""Forms of stored JSON: what fits comes back, what does not is named."""

from dataclasses import dataclass
from typing import Annotated, Literal, NotRequired, TypedDict

import numpy as np
import pytest

from classical_ref.checks import Within
from qdenseam.errors import ResultsFileError
from qdenseam.schema import Array, Matching, Moment, Version, door, read_as


class Part(TypedDict):
    size: Annotated[int, Within("[1, 9]")]
    word: NotRequired[Literal["a", "b"] | None]


@dataclass(frozen=True, kw_only=True)
class Whole:
    schema: Annotated[int, Version((1, 2))]
    name: Annotated[str, Matching("[a-z]+", "small letters")]
    made: Annotated[str, Moment()]
    parts: list[Part]
    rates: Annotated[np.ndarray, Array(np.float64, 1, Within("[0, 1]"))]
    mask: Annotated[np.ndarray, Array(np.bool_, 1)] | None
    ends: tuple[int, int]
    more: dict[str, float] | None = None


FITS = {
    "schema": 1,
    "name": "x",
    "made": "2026-12-01T06:45:39+00:00",
    "parts": [{"size": 1}, {"size": 9, "word": None}],
    "rates": [0, 0.5, 1],
    "mask": None,
    "ends": [1, 2],
}


def test_what_fits_comes_back():
    found = read_as(Whole, FITS | {"mask": [True, False], "more": {"x": 1}})
    assert (found.parts, found.ends, found.more) == (FITS["parts"], (1, 2), {"x": 1})
    assert found.rates.tolist() == [0, 0.5, 1]
    assert (found.rates.dtype, found.mask.dtype) == (np.float64, np.bool_)
    assert read_as(Whole, FITS).more is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema": 3}, r"^schema should be 1 or 2\. Got 3: read it with the version"),
        ({"schema": True}, "^schema should be an integer. Got True"),
        ({"name": "A"}, "^name should be small letters. Got 'A'"),
        ({"name": "x\n"}, "^name should be small letters"),
        ({"made": "2026-12-01"}, "^made should be a time such as"),
        ({"parts": {}}, "^parts should be a list. Got {}"),
        ({"parts": [1]}, r"^parts\[0\] should be an object. Got 1"),
        ({"parts": [{"size": 10}]}, r"^parts\[0\]\.size should be in \[1, 9\]. Got 10"),
        ({"parts": [{"size": 1.0}]}, r"^parts\[0\]\.size should be an integer. Got 1.0"),
        ({"parts": [{"word": "a"}]}, r"^parts\[0\] should have a field 'size'. Got \['word'\]"),
        ({"parts": [{"size": 1, "word": "c"}]}, r"\.word should be one of a, b. Got 'c'"),
        ({"parts": [{"size": 1, "x": 1}]}, r"^parts\[0\] should have no fields but size, word"),
        ({"rates": [0.5, 2]}, r"^each of rates should be in \[0, 1\]. Got 2"),
        ({"rates": []}, "^rates should be 1-dimensional numbers"),
        ({"rates": [[0.5]]}, "^rates should be 1-dimensional numbers"),
        ({"rates": [[1], 2]}, "^rates should .*several lengths"),
        ({"rates": [2**70]}, "^rates should be 1-dimensional numbers"),
        ({"rates": ["0.5"]}, "^rates should be 1-dimensional numbers"),
        ({"rates": [True]}, "^rates should be 1-dimensional numbers"),
        ({"mask": [0, 1]}, "^mask should be 1-dimensional"),
        ({"ends": [1]}, "^ends should be 2 values"),
        ({"more": {"x": "y"}}, r"^more\.x should be a number. Got 'y'"),
        ({"more": {"x": float("inf")}}, r"^more\.x should be finite. Got inf"),
    ],
)
def test_what_does_not_fit_is_named(change, said):
    with pytest.raises((TypeError, ValueError), match=said):
        read_as(Whole, FITS | change)


@pytest.mark.parametrize("field", FITS)
def test_every_field_without_a_default_is_needed(field):
    left = {name: value for name, value in FITS.items() if name != field}
    with pytest.raises(ValueError, match=f"^it should have a field {field!r}"):
        read_as(Whole, left)


def test_a_door_says_where_and_what_to_do():
    said = r"^there, line 3: size should be an integer\. Got 'x'\. Mend it\.$"
    with pytest.raises(ResultsFileError, match=said), door("there, line 3", "Mend it."):
        read_as(Part, {"size": "x"})
