"""Separations of one's own: functions of a similarity, tables, and classes with only a value."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
import pytest

from classical_ref import (
    DenseMemory,
    Polynomial,
    RectifiedPolynomial,
    Separation,
    TabulatedSeparation,
    corrupt,
    load,
    random_patterns,
    save,
)
from classical_ref.checks import Within
from classical_ref.sequences import BidirectionalMemory, SequenceMemory, pairs
from classical_ref.theory.capacity import bit_error

D = 15
PATTERNS = random_patterns(30, D, rng=1)
PROBES = corrupt(PATTERNS[:20], num_flips=3, num_erasures=2, rng=2)


@dataclass(frozen=True)
class Power(Separation):
    """What a stranger writes at least."""

    order: Annotated[int, Within("[1, 9]")] = 3

    def value(self, x):
        return np.asarray(x, dtype=float) ** self.order


CUBES = {
    "function": lambda x: x**3,
    "of floats": lambda x: np.float64(x) ** 3,
    "table": [x**3 for x in range(-D - 2, D + 3)],
    "array": np.arange(-D - 2.0, D + 3) ** 3,
    "class": Power(),
}


@pytest.mark.parametrize("engine", ["numpy", "numba"])
@pytest.mark.parametrize("update", ["synchronous", "asynchronous"])
@pytest.mark.parametrize("own", ["excluded", "kept"])
@pytest.mark.parametrize("cube", CUBES.values(), ids=CUBES)
def test_a_cube_of_ones_own_recalls_as_ours(cube, own, update, engine):
    options = {"self_interaction": own, "update": update, "engine": engine, "rng": 3}
    ours = DenseMemory(PATTERNS, Polynomial(3)).recall(PROBES, **options)
    found = DenseMemory(PATTERNS, cube).recall(PROBES, **options)
    assert np.array_equal(found.states, ours.states)
    assert np.array_equal(found.energies, ours.energies)
    assert not np.array_equal(found.states, PATTERNS[:20])  # so that the rules decide something


def test_local_fields_follow_from_the_values():
    rectified = DenseMemory(PATTERNS, lambda x: max(x, 0) ** 4)
    ours = DenseMemory(PATTERNS, RectifiedPolynomial(4))
    states = PATTERNS[:5]
    assert np.array_equal(rectified.local_field(states), ours.local_field(states))
    halved = rectified.local_field(states, rule="leading")
    assert np.allclose(halved, ours.local_field(states) / 2)  # a table has only differences


def test_the_shortest_table_recalls_and_goes_on_straight_beyond_its_ends():
    table = TabulatedSeparation([x**3 for x in range(-D, D + 1)])
    straight = table.value(np.array([D - 1, D - 0.5, D, D + 1, D + 2]))
    assert straight.tolist() == [2744, (2744 + 3375) / 2, 3375, 4006, 4637]
    gains = table.increments(D, "exact")
    assert gains[: len(gains) // 2 - 1 : -1] == tuple(
        table.value(np.array(x + 1)) - table.value(np.array(x - 1)) for x in range(D + 1, -1, -1)
    )
    ours = DenseMemory(PATTERNS, Polynomial(3)).recall(PROBES, rng=3)
    assert np.array_equal(DenseMemory(PATTERNS, table).recall(PROBES, rng=3).states, ours.states)


def test_fractions_and_huge_integers_are_signed_exactly():
    """Two patterns differ by one in 2**60: float64 alone would call it a tie."""
    patterns = np.array([[1, 1, 1], [1, 1, -1], [-1, 1, 1]], dtype=np.int8)
    values = {x: 2**60 + x for x in range(-5, 6)}
    memory = DenseMemory(patterns, values.__getitem__)
    linear = DenseMemory(patterns, lambda x: x)
    states = random_patterns(8, 3, rng=0)
    options = {"max_sweeps": 1, "order": "sequential", "rng": 0}
    found, expected = (each.recall(states, **options).states for each in (memory, linear))
    assert np.array_equal(found, expected)
    thirds = DenseMemory(patterns, lambda x: x / 3).recall(states, **options)
    assert np.array_equal(thirds.states, expected)


def test_they_serve_wherever_a_separation_does(tmp_path):
    cubes = [memory for memory in CUBES.values() if not isinstance(memory, Power)]
    ours = SequenceMemory(PATTERNS, RectifiedPolynomial(4)).recall(PATTERNS[0], 9).rows
    mine = SequenceMemory(PATTERNS, lambda x: max(x, 0) ** 4).recall(PATTERNS[0], 9).rows
    assert mine.tolist() == ours.tolist()
    stored = pairs(PATTERNS[:4, :8], PATTERNS[:4, 8:])
    for cube in cubes:
        recalled = BidirectionalMemory(stored, cube).recall(stored.keys)
        assert np.array_equal(recalled.values, stored.values)
        assert bit_error(cube, D, 30) == pytest.approx(bit_error(Polynomial(3), D, 30), rel=1e-12)
    save(DenseMemory(PATTERNS, lambda x: x**3), tmp_path / "memory.npz")
    kept = load(tmp_path / "memory.npz", DenseMemory)
    assert kept.separation == TabulatedSeparation.of(lambda x: x**3, D)
    assert repr(kept.separation) == "TabulatedSeparation(<F at -17 .. 17>)"
    assert kept.with_patterns(-PATTERNS[:1]).separation == kept.separation


@dataclass
class Unhashable(Separation):
    def value(self, x):
        return x


class NotFinite(Power):
    def value(self, x):
        return np.sqrt(np.asarray(x, dtype=float) + D)


class Nothing(Power):
    def increments(self, num_neurons, rule):
        return None


@pytest.mark.parametrize(
    ("separation", "error", "message"),
    [
        ("cube", TypeError, r"separation should be a Separation such as .* table .*Got 'cube'"),
        (Polynomial, TypeError, "Got the class Polynomial, not one of its objects"),
        (len, ValueError, r"separation should be a function of one similarity, .* at -17"),
        (lambda x: 1 / x, ValueError, r"Got ZeroDivisionError\('division by zero'\) at 0; .*table"),
        (lambda _: "1", TypeError, "values should be several, each a number"),
        (lambda _: 10**400, ValueError, "values should be finite"),
        (lambda _: 1j, TypeError, "values should be several, each a number"),
        ([1, 2, 3], ValueError, r"should have values at -15 \.\. 15.* Got 3, at -1 \.\. 1"),
        ([1, 2], ValueError, r"values should be those of F at -M, \.\.\., M .*Got 2"),
        (np.ones((31, 2)), TypeError, "values should be several, each a number"),
        (Unhashable(), TypeError, "separation should have a hash.*frozen=True"),
    ],
)
def test_what_is_no_separation_is_refused(separation, error, message):
    with pytest.raises(error, match=message):
        DenseMemory(PATTERNS, separation)


def test_a_class_of_ones_own_is_checked_by_its_annotations_and_its_values():
    with pytest.raises(TypeError, match=r"order should be an integer\. Got 'x'"):
        Power("x")
    with pytest.raises(ValueError, match=r"order should be in \[1, 9\]\. Got 10"):
        Power(10)
    with (
        np.errstate(invalid="ignore"),
        pytest.raises(ValueError, match=r"F of NotFinite\(order=3\) at -17 .. 17 should be finite"),
    ):
        DenseMemory(PATTERNS, NotFinite()).recall(PROBES)
    with pytest.raises(TypeError, match=r"Nothing\(order=3\) should have integers .*or a beta"):
        DenseMemory(PATTERNS, Nothing()).recall(PROBES)
