"""Fields and arguments are checked by their annotations, with messages of one form."""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
import pytest

from classical_ref import Polynomial, Separation
from classical_ref.checks import Checked, Floats, Rng, Within, check_fields, checked


@dataclass(frozen=True, slots=True)
class Example:
    count: Annotated[int, Within("[1, 100]", "Ask twice.")] = 1
    width: Annotated[float, Within("(0, inf)")] | None = None
    height: float = 1.0
    reach: Annotated[float, Within("[0, inf]")] = 2.0
    steps: tuple[Annotated[int, Within("[0, 9]")], ...] = ()
    pair: tuple[int, float] | None = None
    goal: Literal["gates", "depth"] = "gates"
    separation: Separation | str = "polynomial(3)"
    function: Callable[[int], float] | None = None
    is_kept: bool = True
    anything: Floats | None = None
    shape: tuple[int, int] = (1, 1)
    threshold: Literal["mean", "median"] | float | str = "mean"

    def __post_init__(self) -> None:
        check_fields(self)


def test_plain_values_are_kept():
    made = Example(
        count=np.int64(4),
        width=np.float32(0.5),
        reach=float("inf"),
        steps=[1, np.int8(2)],
        pair=np.array([1, 2]),
        separation=Polynomial(2),
        function=len,
        is_kept=np.False_,
        anything="its own concern",
        threshold="1e3",
    )
    assert made == Example(
        4,
        0.5,
        1.0,
        float("inf"),
        (1, 2),
        (1, 2),
        "gates",
        Polynomial(2),
        len,
        False,
        made.anything,
        threshold="1e3",
    )
    kept = (made.count, made.width, made.is_kept, *made.steps, *made.pair)
    assert {type(value) for value in kept} == {int, float, bool}


@pytest.mark.parametrize(
    ("field", "value", "error", "message"),
    [
        ("count", 0, ValueError, "count should be in [1, 100]. Got 0."),
        ("count", 2**70, ValueError, f"count should be in [1, 100]. Got {2**70}. Ask twice."),
        ("count", 1.0, TypeError, "count should be an integer. Got 1.0."),
        ("count", True, TypeError, "count should be an integer. Got True."),
        ("count", None, TypeError, "count should be an integer. Got None."),
        ("width", 0, ValueError, "width should be positive and finite. Got 0."),
        ("width", float("inf"), ValueError, "width should be positive and finite. Got inf."),
        ("width", "1", TypeError, "width should be a number or None. Got '1'."),
        ("height", float("nan"), ValueError, "height should be finite. Got nan."),
        ("height", -(10**400), ValueError, "height should be finite. Got -1000"),
        ("height", 1j, TypeError, "height should be a number. Got 1j."),
        ("reach", -1, ValueError, "reach should be at least 0. Got -1."),
        ("reach", float("nan"), ValueError, "reach should be at least 0. Got nan."),
        ("steps", (1, 10), ValueError, "steps should be in [0, 9]. Got 10."),
        ("steps", "12", TypeError, "steps should be several, each an integer. Got '12'."),
        ("steps", [[1], [1, 2]], TypeError, "several, each an integer. Got [[1], [1, 2]]."),
        ("pair", (1,), TypeError, "pair should be 2 values or None. Got (1,)."),
        ("threshold", None, TypeError, "one of mean, median or a number or text. Got None."),
        ("shape", 6, TypeError, "shape should be 2 values, each an integer. Got 6."),
        ("goal", "gate", ValueError, "goal should be one of gates, depth. Got 'gate'."),
        ("goal", 1, TypeError, "goal should be one of gates, depth. Got 1."),
        ("separation", 3, TypeError, "should be of class Separation or text. Got 3."),
        ("separation", Polynomial, TypeError, "the class Polynomial, not one of its objects."),
        ("function", 3, TypeError, "function should be a function or None. Got 3."),
        ("is_kept", 1, TypeError, "is_kept should be True or False. Got 1."),
        ("is_kept", np.ones(3), TypeError, "Got an array of shape (3,)."),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused(field, value, error, message):
    with pytest.raises(error) as refused:
        Example(**{field: value})
    assert type(refused.value) is error
    assert message in str(refused.value)
    assert ("Ask twice." in str(refused.value)) == ("Ask twice." in message)  # for what is too much


@checked
def recalled(
    num: int,
    by: Separation,
    *rest,
    rng: Rng = None,
    shots: Annotated[int, Within("[1, inf)")] = 1,
):
    """Its docstring."""
    return num, by, rest, rng, shots


def test_arguments_are_checked_where_they_have_a_kind():
    cubic = Polynomial(3)
    assert recalled(2, cubic, "x", rng=7, shots=5) == (2, cubic, ("x",), 7, 5)
    assert recalled.__doc__ == "Its docstring."
    with pytest.raises(TypeError, match=r"by should be of class Separation\. Got 2\."):
        recalled(1, 2)
    with pytest.raises(TypeError, match=r"num should be an integer\. Got 'a'\."):
        recalled(num="a", by=cubic)
    with pytest.raises(TypeError, match=r"rng should be of class Generator or an integer or None"):
        recalled(1, cubic, rng="seed")
    with pytest.raises(ValueError, match=r"shots should be at least 1\. Got 0\."):
        recalled(1, cubic, shots=0)


def test_a_number_of_thousands_of_digits_is_not_printed():
    with pytest.raises(ValueError, match=r"Got an object of class int\. Ask twice\."):
        Example(count=10**5000)


class Rule(Checked, ABC):
    @abstractmethod
    def value(self, order: int) -> int: ...

    @classmethod
    def of(cls, order: int) -> "Rule":
        return cls(order)


@dataclass(frozen=True, slots=True)
class StrangersRule(Rule):
    most: int = 3

    def value(self, order: int) -> int:
        """Its docstring."""
        return self.most * order


def test_subclasses_are_checked_without_a_word():
    assert StrangersRule.of(2).value(5) == StrangersRule(2).value(order=5) == 10
    assert inspect.isabstract(Rule)
    assert list(inspect.signature(StrangersRule.value).parameters) == ["self", "order"]
    assert StrangersRule.value.__doc__ == "Its docstring."
    for wrong in (
        lambda: StrangersRule("3"),
        lambda: StrangersRule().value("3"),
        lambda: StrangersRule().value(order=1.5),
        lambda: StrangersRule.of("3"),
    ):
        with pytest.raises(TypeError, match=r"(most|order) should be an integer\. Got"):
            wrong()
