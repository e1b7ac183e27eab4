"""Patterns as rows, random ones, and probes made from them by flips and erasures."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Annotated, Any, ClassVar, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from classical_ref.checks import (
    Booleans,
    Floats,
    Integers,
    Rng,
    Spins,
    SpinsLike,
    Within,
    check_array,
    check_entries,
    check_patterns,
    check_spins,
    checked,
)
from classical_ref.shown import Shown, html_patterns
from classical_ref.spins import hamming_distance

Count = Annotated[int, Within("[1, 1000000000]")]
"""How many patterns, neurons or prototypes."""
Positions = Annotated[int, Within("[0, 1000000000]")]
"""How many entries of a row."""
Probability = Annotated[float, Within("[0, 1]")]

_MOST_SPINS = 2**31
_ROUNDS = 1000  # redraws of repeated rows before the request counts as impossible


class PatternRows(Shown):
    """What holds patterns as rows."""

    __slots__ = ()

    patterns: NDArray[np.int8] | NDArray[np.int64] | NDArray[np.float64]
    """Shape ``(num_patterns, num_neurons)``."""

    _shown: ClassVar[tuple[str, ...]] = ()
    """Other fields that are shown."""

    def _facts(self) -> Mapping[str, object]:
        sizes = {"num_patterns": self.num_patterns, "num_neurons": self.num_neurons}
        return sizes | {name: getattr(self, name) for name in self._shown}

    def _more_html(self) -> str:
        return html_patterns(self.patterns, getattr(self, "shape", None))

    @property
    def num_patterns(self) -> int:
        """Number of stored patterns."""
        return int(self.patterns.shape[0])

    @property
    def num_neurons(self) -> int:
        """Number of neurons."""
        return int(self.patterns.shape[1])


class Growing:
    """A frozen memory that is made anew with more or fewer patterns; the old one stays as it is."""

    __slots__ = ()

    patterns: NDArray[np.int8] | NDArray[np.int64] | NDArray[np.float64]
    """Shape ``(num_patterns, num_neurons)``."""

    def with_patterns(self, patterns: ArrayLike, *, weights: ArrayLike | None = None) -> Self:
        """Return the memory that holds further patterns after its own.

        Args:
            patterns: More of them, ``(num_new, num_neurons)``, as the memory itself takes them.
            weights: One for each, in the units of ``memory.weights``, where the memory has such;
                None takes the mean of those that are there.

        Raises:
            ValueError: A pattern is malformed or already stored, or there are no weights to add to.
        """
        size = self.patterns.shape[1]
        if self.patterns.dtype == np.int8:
            new: NDArray[Any] = check_patterns(patterns)
        else:
            new = check_array("patterns", patterns, "num_new", size)
        if new.shape[1] != size:
            raise ValueError(f"patterns should have {size} neurons. Got {new.shape[1]}.")
        changes: dict[str, Any] = {"patterns": np.concatenate([self.patterns, new])}
        own = self._weights()
        if own is not None:
            added = np.full(len(new), own.mean()) if weights is None else weights
            changes["weights"] = np.concatenate([own, check_array("weights", added, len(new))])
        elif weights is not None:
            raise ValueError(f"{type(self).__name__} has no weights of patterns. Got some.")
        return replace(self, **changes)  # type: ignore[type-var]

    def without(self, rows: int | Sequence[int] | Integers) -> Self:
        """Return the memory that has forgotten patterns, the order of the others kept.

        Args:
            rows: Row or rows of ``memory.patterns``; :func:`classical_ref.nearest_pattern` finds
                them.

        Raises:
            ValueError: There is no such row, or no pattern would be left.
        """
        try:
            gone = np.atleast_1d(np.asarray(rows, dtype=None if np.size(rows) else np.int64))
        except ValueError:  # lists of several lengths
            gone = np.zeros((1, 1))
        count = len(self.patterns)
        if gone.ndim != 1 or gone.dtype.kind not in "iu" or np.any((gone < 0) | (gone >= count)):
            raise ValueError(f"rows should be integers from 0 to {count - 1}. Got {rows!r}.")
        kept = np.delete(np.arange(count), gone)
        if kept.size == 0:
            raise ValueError("rows should leave a pattern. Got all of them.")
        changes: dict[str, Any] = {"patterns": self.patterns[kept]}
        own = self._weights()
        if own is not None:
            changes["weights"] = own[kept]
        return replace(self, **changes)  # type: ignore[type-var]

    def _weights(self) -> Floats | None:
        """Return the weight of each pattern, if the memory has such."""
        given = {each.name for each in fields(self) if each.init}  # type: ignore[arg-type]
        return getattr(self, "weights") if "weights" in given else None  # noqa: B009


@checked
def random_patterns(
    num_patterns: Count, num_neurons: Count, *, distinct: bool = True, rng: Rng = None
) -> Spins:
    """Return uniformly random patterns of shape ``(num_patterns, num_neurons)``.

    Args:
        num_patterns: Number of rows.
        num_neurons: Number of columns.
        distinct: Whether to draw without replacement among all ``2**num_neurons`` patterns.
        rng: Source of randomness.

    Raises:
        ValueError: A count is below one, there would be more than 2**31 spins, or ``distinct`` and
            ``num_patterns > 2**num_neurons``.
    """
    rng = np.random.default_rng(rng)
    check_entries(_MOST_SPINS, num_patterns=num_patterns, num_neurons=num_neurons)
    if distinct and num_neurons < 31 and num_patterns > 2**num_neurons:
        raise ValueError(
            f"num_patterns should be at most 2**num_neurons = {2**num_neurons}. "
            f"Got {num_patterns}; pass distinct=False to allow repetitions."
        )
    if distinct and num_neurons <= 20:
        integers = rng.choice(2**num_neurons, size=num_patterns, replace=False)
        bits = (integers[:, np.newaxis] >> np.arange(num_neurons)) & 1
        return check_patterns(bits, bits=True)
    drawn = _random_spins(rng, (num_patterns, num_neurons))
    if distinct:
        _redraw(drawn, lambda rows: _random_spins(rng, (rows.size, num_neurons)))
    return check_patterns(drawn, distinct=distinct)


@checked
def correlated_patterns(
    num_patterns: Count,
    num_neurons: Count,
    *,
    num_prototypes: Count,
    flip_probability: Probability,
    distinct: bool = True,
    rng: Rng = None,
) -> Spins:
    """Return patterns that are noisy copies of random prototypes.

    Pattern k is prototype ``k % num_prototypes`` with each spin flipped with probability
    ``flip_probability``; two copies of a prototype have mean overlap ``(1 - 2 p)**2``.

    Args:
        num_patterns: Number of rows.
        num_neurons: Number of columns.
        num_prototypes: Number of independent random prototypes.
        flip_probability: Flip rate p of every spin, in ``[0, 1]``.
        distinct: Whether repeated rows are drawn again.
        rng: Source of randomness.

    Raises:
        ValueError: A count is below one, there would be more than 2**31 spins,
            ``flip_probability`` is no probability, or no distinct patterns were found.
    """
    rng = np.random.default_rng(rng)
    check_entries(_MOST_SPINS, num_patterns=num_patterns, num_neurons=num_neurons)
    check_entries(_MOST_SPINS, num_prototypes=num_prototypes, num_neurons=num_neurons)
    prototypes = _random_spins(rng, (num_prototypes, num_neurons))
    parents = prototypes[np.arange(num_patterns) % num_prototypes]
    drawn = flip_by_rate(parents, flip_probability, rng=rng)
    if distinct and not _redraw(
        drawn, lambda rows: flip_by_rate(parents[rows], flip_probability, rng=rng)
    ):
        raise ValueError(
            f"num_patterns should leave room for distinct patterns. Got {num_patterns} copies "
            f"of {num_prototypes} prototypes of {num_neurons} neurons at flip_probability "
            f"{flip_probability}; lower it, raise the rate, or pass distinct=False."
        )
    return check_patterns(drawn, distinct=distinct)


@checked
def flip(
    patterns: SpinsLike, num_flips: Positions, *, bits: bool | None = None, rng: Rng = None
) -> Spins:
    """Return a copy with exactly ``num_flips`` known entries of each row flipped.

    Args:
        patterns: Spins of shape ``(..., num_neurons)`` or text; zeros are unknown and stay so.
        num_flips: Flips per row, at distinct positions.
        bits: Whether the patterns are bits, where their type does not say it.
        rng: Source of randomness.

    Raises:
        ValueError: A row has fewer than ``num_flips`` known entries, ``num_flips`` is negative, or
            the patterns are spins or bits in doubt.

    Examples:
        >>> flip("00000", 2, rng=0).tolist()
        [1, 1, -1, -1, 1]
    """
    rng = np.random.default_rng(rng)
    spins = check_spins(patterns, bits=bits, name="patterns")
    flipped = _chosen(spins != 0, num_flips, rng, "num_flips")
    return np.where(flipped, -spins, spins).astype(np.int8)


@checked
def flip_by_rate(
    patterns: SpinsLike, flip_probability: Probability, *, bits: bool | None = None, rng: Rng = None
) -> Spins:
    """Return a copy with every entry flipped independently with ``flip_probability``.

    ``bits`` is that of :func:`flip`.

    Raises:
        ValueError: ``flip_probability`` is outside ``[0, 1]``, or the patterns are spins or bits
            in doubt.
    """
    rng = np.random.default_rng(rng)
    spins = check_spins(patterns, bits=bits, name="patterns")
    return np.where(rng.random(spins.shape) < flip_probability, -spins, spins).astype(np.int8)


@checked
def erase(
    patterns: SpinsLike, num_erasures: Positions, *, bits: bool | None = None, rng: Rng = None
) -> Spins:
    """Return a copy with exactly ``num_erasures`` known entries of each row made unknown (0).

    ``bits`` is that of :func:`flip`.

    Raises:
        ValueError: A row has fewer known entries, ``num_erasures`` is negative, or the patterns
            are spins or bits in doubt.

    Examples:
        >>> erase("00000", 2, rng=0).tolist()
        [1, 1, 0, 0, 1]
    """
    rng = np.random.default_rng(rng)
    spins = check_spins(patterns, bits=bits, name="patterns")
    erased = _chosen(spins != 0, num_erasures, rng, "num_erasures")
    return np.where(erased, 0, spins).astype(np.int8)


@checked
def corrupt(
    patterns: SpinsLike,
    *,
    num_flips: Positions = 0,
    num_erasures: Positions = 0,
    bits: bool | None = None,
    rng: Rng = None,
) -> Spins:
    """Return probes: each row with ``num_erasures`` entries erased, then ``num_flips`` flipped.

    The flips fall on the entries that remain known; ``bits`` is that of :func:`flip`.

    Raises:
        ValueError: A count is negative, the two together exceed the known entries of a row, or the
            patterns are spins or bits in doubt.

    Examples:
        >>> corrupt(["0000"], num_flips=1, num_erasures=2, rng=0).sum()
        np.int64(0)
    """
    rng = np.random.default_rng(rng)
    return flip(erase(patterns, num_erasures, bits=bits, rng=rng), num_flips, rng=rng)


def is_ambiguous(
    patterns: SpinsLike, probes: SpinsLike, targets: ArrayLike, *, bits: bool | None = None
) -> Booleans | np.bool_:
    """Return whether another stored pattern is as close to the probe as its target.

    Closeness is the Hamming distance on the known positions of the probe.

    Args:
        patterns: Stored patterns, ``(num_patterns, num_neurons)``.
        probes: Probes, ``(..., num_neurons)``.
        targets: The row of ``patterns`` that each probe was made from, ``(...)``.
        bits: Whether the probes are bits, where their type does not say it.

    Raises:
        ValueError: ``targets`` does not match the shape of ``probes`` or is no row index, or spins
            or bits in doubt.

    Examples:
        >>> is_ambiguous(["0011", "0110"], ["0?1?", "0??1"], [0, 0]).tolist()
        [True, False]
    """
    stored = check_patterns(patterns, distinct=False)
    distances = hamming_distance(stored, probes, bits=bits)
    rows = np.asarray(targets)
    if rows.shape != distances.shape[:-1]:
        raise ValueError(
            f"targets should have shape {distances.shape[:-1]}. Got shape {rows.shape}."
        )
    if not np.issubdtype(rows.dtype, np.integer) or np.any((rows < 0) | (rows >= len(stored))):
        raise ValueError(f"targets should be row indices below {len(stored)}. Got {targets!r}.")
    own = np.take_along_axis(distances, rows[..., np.newaxis], axis=-1)
    return np.asarray(np.count_nonzero(distances <= own, axis=-1) > 1)


def _random_spins(rng: np.random.Generator, shape: tuple[int, ...]) -> Spins:
    return (1 - 2 * rng.integers(0, 2, size=shape, dtype=np.int8)).astype(np.int8)


def _redraw(spins: Spins, draw: Callable[[NDArray[np.intp]], Spins]) -> bool:
    """Draw rows that equal an earlier row again, in place; return whether none is left."""
    for _ in range(_ROUNDS):
        packed = np.packbits(spins < 0, axis=1)
        keys = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
        _, first = np.unique(keys, return_index=True)
        repeated = np.setdiff1d(np.arange(len(spins)), first)
        if repeated.size == 0:
            return True
        spins[repeated] = draw(repeated)
    return False


def _chosen(known: Booleans, count: int, rng: np.random.Generator, name: str) -> Booleans:
    """Return a mask with ``count`` uniformly chosen known entries in every row."""
    if known.ndim == 0:
        raise ValueError("patterns should have shape (..., num_neurons). Got one number.")
    fewest = int(known.sum(axis=-1).min(initial=known.shape[-1]))
    if count > fewest:
        raise ValueError(f"{name} should be at most {fewest}, the known entries. Got {count}.")
    keys = np.where(known, rng.random(known.shape), np.inf)
    ranks = np.argsort(np.argsort(keys, axis=-1), axis=-1)
    return ranks < count
