"""Checks of numbers, choices and arrays: what is taken, and what a refusal says."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pytest

from classical_ref import checks
from classical_ref.checks import check_array, check_complexes, check_mask, check_within

INF, NAN = float("inf"), float("nan")


@pytest.mark.parametrize(
    ("interval", "inside", "outside"),
    [
        ("[0, 1]", (0, 0.5, 1), (-1e-9, 1 + 1e-9, NAN, INF)),
        ("(0, 1)", (1e-300, 0.5), (0, 1, NAN)),
        ("[0, 1)", (0, 0.9), (1, -1)),
        ("(0, 0.5]", (0.5,), (0, 0.51)),
        ("[2, inf)", (2, 1e300), (1.9, INF, NAN)),
    ],
)
def test_intervals(interval, inside, outside):
    for value in inside:
        check_within(interval, rate=value)
    for value in outside:
        with pytest.raises(
            ValueError, match=r"rate should be (in [\[(].*[\])]|at least 2( and finite)?)\. Got"
        ):
            check_within(interval, rate=value)


def test_numbers():
    checks.check_at_least(1, num_steps=1, num_paths=np.int64(2))
    checks.check_integer(2, order=np.int8(2))
    checks.check_positive(beta=1e-300)
    checks.check_finite(mean=-1e300)
    checks.check_choice("mode", "a", Literal["a", "b"])
    for call, error, match in (
        (lambda: checks.check_at_least(1, a=1, b=0), ValueError, r"b should be at least 1\. Got 0"),
        (lambda: checks.check_at_least(0, a=NAN), ValueError, r"a should be at least 0\. Got nan"),
        (lambda: checks.check_integer(1, n=0), ValueError, r"n should be at least 1\. Got 0"),
        (lambda: checks.check_integer(1, n=2.0), TypeError, r"n should be an integer\. Got 2\.0"),
        (lambda: checks.check_integer(0, n=True), TypeError, r"n should be an integer\. Got True"),
        (lambda: checks.check_positive(b=INF), ValueError, r"b should be positive and finite\."),
        (lambda: checks.check_finite(b=NAN), ValueError, r"b should be finite\. Got nan"),
        (lambda: checks.check_choice("c", "x", ("a", "b")), ValueError, r"one of a, b\. Got 'x'"),
        (lambda: checks.check_at_least(1, n="3"), TypeError, r"n should be a number\. Got '3'"),
        (lambda: checks.check_positive(b=None), TypeError, r"b should be a number\. Got None"),
        (lambda: checks.check_finite(b=[1]), TypeError, r"b should be a number\. Got \[1\]"),
        (lambda: check_within("[0, 1]", p=1j), TypeError, r"p should be a number\. Got 1j"),
    ):
        with pytest.raises(error, match=match):
            call()


def test_shapes_of_arrays():
    assert check_array("x", [[1, 2]], "rows", 2).dtype == float
    assert check_array("x", np.zeros((3, 0, 2)), "...", 2).shape == (3, 0, 2)
    assert check_array("x", [], 0).shape == (0,)  # a length that is given may be 0
    for values, axes, shown in (
        (1.0, ("rows",), r"\(rows,\)\. Got shape \(\)"),
        ([], ("rows",), r"\(rows,\)\. Got shape \(0,\)"),
        ([[1, 2]], ("rows", 3), r"\(rows, 3\)\. Got shape \(1, 2\)"),
        ([1, 2], ("...", "rows", 2), r"\(\.\.\., rows, 2\)\. Got shape \(2,\)"),
        (1.0, ("...", 1), r"\(\.\.\., 1\)\. Got shape \(\)"),
    ):
        with pytest.raises(ValueError, match=rf"x should have shape {shown}"):
            check_array("x", values, *axes)
    for bad in (NAN, -INF):
        with pytest.raises(ValueError, match=r"x should be finite"):
            check_array("x", [0.0, bad], 2)
    for bad, came in (
        ("ab", "'ab'"),
        ("x" * 10**5, "'x{75} \\.\\.\\."),
        ({}, r"\{\}"),
        ([1j], r"\[1j\]"),
        (np.array([1j]), "an array of complex128"),
        ([2**2000], "an object of class list|\\[1148.* \\.\\.\\."),
        ([[1], [1, 2]], r"\[\[1\], \[1, 2\]\]"),
    ):
        with pytest.raises(
            ValueError, match=rf"x should be an array of real numbers\. Got ({came})"
        ):
            check_array("x", bad, "n")
    with pytest.raises(ValueError, match=r"x should be an array of numbers\. Got \{\}\."):
        check_complexes("x", {})


def test_masks():
    assert not check_mask("held", None, (2, 3)).any()
    assert check_mask("held", [True, False, True], (2, 3)).sum() == 4
    for bad in ([1, 0, 1], [True], [[True, False, True]]):
        with pytest.raises(
            ValueError, match=r"held should be booleans of shape \(3,\) or \(2, 3\)"
        ):
            check_mask("held", bad, (2, 3))


def test_locked_fields_are_copies():
    @dataclass(frozen=True)
    class Holder:
        values: np.ndarray

    given = np.ones(2)
    holder = Holder(given)
    checks.lock(holder, values=given)
    given[0] = 2
    assert holder.values.tolist() == [1, 1]
    with pytest.raises(ValueError, match="read-only"):
        holder.values[0] = 3
