"""Every setting that has a spelling refuses what it is not, where the object is made."""

from dataclasses import dataclass, fields
from functools import partial
from typing import Annotated, ClassVar, get_type_hints

import numpy as np
import pytest
from cases import case

from classical_ref.checks import Within
from classical_ref.checks.kinds import kind_of
from qdenseam import AmplitudeMemory, recall, submit
from qdenseam.filters.tables import Filter
from qdenseam.methods import RecallMethod, SetIntersection
from qdenseam.methods.schedules import Schedule
from qdenseam.spelling import registered

KINDS = ("method", "filter", "schedule", "amplified", "memory", "mitigation")
CLASSES = [each for kind in KINDS for each in registered(kind).values()]
SETTINGS = [(each, field.name) for each in CLASSES for field in fields(each) if field.init]
NEEDED = {"amplified": {"acceptance": 0.5}}
"""Settings without a default."""
COUNTED = {"evaluations", "gradients"}
"""What a training counted, where no bound says what is too many."""


def _made(cls: type, **given: object) -> object:
    return cls(**NEEDED.get(cls.name, {}) | given)


def _hint(cls: type, name: str) -> object:
    return get_type_hints(cls, include_extras=True)[name]


def test_another_kind_is_refused() -> None:
    for cls, name in SETTINGS:
        for wrong in (object(), {1: 2}, 1j, int):
            said = rf"^{name} should be .*\. Got "
            with case(cls.name, name, wrong), pytest.raises(TypeError, match=said):
                _made(cls, **{name: wrong})


def test_numbers_beyond_all_measure_are_refused() -> None:
    for cls, name in SETTINGS:
        kind = kind_of(_hint(cls, name))
        if kind is None or not kind.fits(1):
            continue
        for number in (-(10**400), -np.inf, np.nan, 2**70):
            if number == 2**70 and (name in COUNTED or kind.fits(1.5)):
                continue
            said = rf"^{name} should be .*\. Got "
            with case(cls.name, name), pytest.raises((ValueError, TypeError), match=said):
                _made(cls, **{name: number})


def test_only_records_of_what_was_counted_have_no_bound() -> None:
    unbounded = set()
    for cls, name in SETTINGS:
        kind = kind_of(_hint(cls, name))
        if kind and kind.fits(1) and not kind.fits(1.5) and not kind.fits(True):
            try:
                kind.check(name, 2**62)
            except ValueError:
                continue
            unbounded.add(name)
    assert unbounded == COUNTED


@dataclass(frozen=True, slots=True)
class Twofold(Filter):
    """A stranger's filter, which does nothing about checks."""

    name: ClassVar[str] = "twofold"
    power: Annotated[int, Within("[1, 9]", "Twice is enough.")] = 2

    def table(self, num_known: int) -> np.ndarray:
        return np.full(num_known + 1, 0.5**self.power)


def test_classes_of_strangers_are_checked() -> None:
    assert Twofold(np.int64(3)) == Twofold(3)
    with pytest.raises(ValueError, match=r"power should be in \[1, 9\]\. Got 10\. Twice is enough"):
        Twofold(10)
    with pytest.raises(TypeError, match=r"power should be an integer\. Got 2\.5\."):
        Twofold(2.5)
    with pytest.raises(TypeError, match=r"num_known should be an integer\. Got 'x'\."):
        registered("filter")["posterior"]().table("x")
    assert RecallMethod.__post_init__ is Filter.__post_init__ is Schedule.__post_init__


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"rng": -1}, r"rng should be at least 0\. Got -1\."),
        ({"rng": 0.5}, r"rng should be of class Generator or an integer or None\. Got 0\.5\."),
        ({"rng": "seed"}, r"rng should be .*\. Got 'seed'\."),
        ({"method": SetIntersection}, "Got the class SetIntersection, not one of its objects"),
        ({"method": "amplificaton"}, "Did you mean 'amplification'"),
        ({"shots": 2**70}, "shots should be at most"),
        ({"shots": "many"}, r"shots should be an integer\. Got 'many'\."),
        ({"sampler": 3}, r"sampler should be text or .*\. Got 3\."),
        ({"sampler": "statevectr"}, "Did you mean 'statevector'"),
        ({"bits": 1}, r"bits should be True or False or None\. Got 1\."),
        ({"on_progress": 3}, r"on_progress should be a function or None\. Got 3\."),
    ],
)
def test_arguments_of_recall_are_refused_in_our_words(given, said) -> None:
    with pytest.raises((TypeError, ValueError), match=said):
        recall(AmplitudeMemory(["0011", "0110"]), "0?11", **given)


@pytest.mark.parametrize("verb", [recall, partial(submit, backend="statevector")])
def test_what_is_no_memory_is_refused_with_the_way_to_one(verb) -> None:
    with pytest.raises(TypeError, match=r"memory should be an AmplitudeMemory .* makes one\. Got"):
        verb(np.ones((2, 4)), "0?11")
