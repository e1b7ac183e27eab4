"""A promise under test: what fails says which, of what, where, and with which figures."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from qdenseam.spelling import from_plain, parse, registered, spell, to_plain
from qdenseam.testing.sampling import assert_counts_follow

TOLERANCE = 1e-10
"""How near exact figures should be to each other."""


@dataclass(frozen=True, slots=True)
class Claim:
    """What is promised, of what, and where it is tried."""

    subject: str
    promise: str
    place: str = ""

    def said(self, figures: str) -> str:
        """Return the message of a promise that is not kept."""
        place = f" (tried on {self.place})" if self.place else ""
        return f"{self.subject}: {self.promise}{place}. {figures}"

    def holds(self, truth: object, figures: str) -> None:
        """Raise an AssertionError with the figures unless something is true."""
        if not truth:
            raise AssertionError(self.said(figures))

    def agree(self, what: str, found: npt.ArrayLike, expected: npt.ArrayLike) -> None:
        """Raise an AssertionError unless two arrays agree within :data:`TOLERANCE`."""
        one, other = np.asarray(found), np.asarray(expected)
        shapes = f"{what} has shape {one.shape}, expected {other.shape}"
        self.holds(one.shape == other.shape, shapes)
        away = np.abs(one - other).max(initial=0.0)
        shown = f"{what} is {np.round(one, 6)}, expected {np.round(other, 6)}: {away:.3g} away."
        self.holds(away <= TOLERANCE, shown)

    def follow(self, counts: npt.ArrayLike, probabilities: npt.ArrayLike) -> None:
        """Raise an AssertionError unless counts fit; a correct sampler fails once in 10^9."""
        try:
            assert_counts_follow(counts, probabilities)
        except AssertionError as error:
            raise AssertionError(self.said(str(error))) from error

    def refused(
        self, what: str, call: Callable[[], object], error: type[Exception], said: str
    ) -> None:
        """Raise an AssertionError unless a call raises an error whose message has some words."""
        try:
            call()
        except error as found:
            words = f"{what} gave the message {str(found)!r}, which should have {said!r}."
            self.holds(said in str(found), words)
        else:
            raise AssertionError(self.said(f"{what} raised no {error.__name__}."))


@contextmanager
def claim(subject: str, promise: str, place: str = "") -> Iterator[Claim]:
    """Yield a claim; an error raised inside is a promise not kept."""
    one = Claim(subject, promise, place)
    try:
        yield one
    except AssertionError:
        raise
    except Exception as error:
        raise AssertionError(one.said(f"It raised {type(error).__name__}: {error}")) from error


def subject_of(thing: object) -> str:
    """Return how messages call a thing: its spelling, or its repr where it has none."""
    try:
        return spell(thing, digits=3)
    except TypeError:
        return repr(thing)


def check_spelling(kind: str, thing: object) -> None:
    """Check that a thing is registered under its name and goes to text, to plain data and back.

    Raises:
        AssertionError: It is not, or comes back another.
    """
    name = getattr(thing, "name", None)
    with claim(subject_of(thing), f"a {kind} is registered by its name") as each:
        known = registered(kind).get(str(name))
        each.holds(known is type(thing), f"{name!r} is {known}, not {type(thing)}.")
    with claim(subject_of(thing), f"a {kind} goes to text and back") as each:
        text = spell(thing)
        each.holds(parse(kind, text) == thing, f"{text!r} is read as {parse(kind, text)!r}.")
    with claim(subject_of(thing), f"a {kind} goes to plain data and back") as each:
        data = json.loads(json.dumps(to_plain(thing)))
        again = from_plain(kind, data)
        each.holds(again == thing, f"{data} is read as {again!r}.")
