"""Keys and the values that belong to them: hetero-association, by any memory of whole patterns."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, ClassVar, final

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import (
    Booleans,
    Floats,
    Integers,
    SpinsLike,
    Within,
    check_array,
    check_fields,
    checked,
    lock,
)
from classical_ref.discrete.centered import signs_of_sums
from classical_ref.discrete.dynamics import MaxSweeps
from classical_ref.patterns import PatternRows
from classical_ref.separation import Polynomial, Separation
from classical_ref.shown import Shown
from classical_ref.spins import Spins, check_patterns, check_probes, products
from classical_ref.tabulated import SeparationLike, as_separation


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Pairs(PatternRows):
    """Patterns of which the first neurons are a key and the others its value.

    A memory of ``pairs.patterns``, classical or quantum, recalls the value of a key from
    ``pairs.probes(keys)``, in which values are unknown, and the key of a value likewise.
    """

    _shown: ClassVar[tuple[str, ...]] = ("num_key_neurons",)
    patterns: Spins
    """Keys with their values, spins ``(num_pairs, num_neurons)``, distinct, read-only."""
    num_key_neurons: Annotated[int, Within("[1, 1000000000]")]
    """How many neurons, the first ones, are the key."""

    def __post_init__(self) -> None:
        patterns = check_patterns(self.patterns)
        check_fields(self)
        if self.num_key_neurons >= patterns.shape[1]:
            raise ValueError(
                f"num_key_neurons should leave neurons for a value, of {patterns.shape[1]}. Got "
                f"{self.num_key_neurons}."
            )
        object.__setattr__(self, "patterns", patterns)

    @property
    def keys(self) -> Spins:
        """The keys, ``(num_pairs, num_key_neurons)``."""
        return self.patterns[:, : self.num_key_neurons]

    @property
    def values(self) -> Spins:
        """The values, ``(num_pairs, num_neurons - num_key_neurons)``."""
        return self.patterns[:, self.num_key_neurons :]

    def probes(
        self,
        keys: SpinsLike | None = None,
        values: SpinsLike | None = None,
        *,
        bits: bool | None = None,
    ) -> Spins:
        """Return probes ``(..., num_neurons)`` of keys, values or both, the rest unknown.

        Raises:
            ValueError: Neither is given, their shapes do not fit, or spins or bits in doubt.
        """
        if keys is None and values is None:
            raise ValueError("keys or values should be given. Got neither.")
        sizes = self.num_key_neurons, self.num_neurons - self.num_key_neurons
        halves = [
            np.zeros(size, np.int8) if given is None else check_probes(given, size, bits=bits)
            for given, size in zip((keys, values), sizes, strict=True)
        ]
        shapes = [half.shape[:-1] for half in halves]
        try:
            shape = np.broadcast_shapes(*shapes)
        except ValueError:
            raise ValueError(
                f"values should be one for each of the keys, or one. Got {shapes[1]} of them for "
                f"{shapes[0]} keys."
            ) from None
        return np.concatenate([np.broadcast_to(h, (*shape, h.shape[-1])) for h in halves], axis=-1)

    def marginal(self, probabilities: ArrayLike) -> tuple[Spins, Floats]:
        """Return the distinct values and the probability of each.

        Args:
            probabilities: Of the pairs, such as ``law.joint``, ``(..., num_pairs)``.

        Returns:
            Values ``(num_values, num_value_neurons)`` in the order in which they first appear, and
            probabilities ``(..., num_values)``, sums over the pairs that share a value.

        Raises:
            ValueError: There are not as many probabilities as pairs.
        """
        given = check_array("probabilities", probabilities, "...", self.num_patterns)
        _, first, number = np.unique(self.values, axis=0, return_index=True, return_inverse=True)
        order = np.argsort(first)
        shares = number.reshape(-1)[:, np.newaxis] == order
        return self.values[first[order]], np.asarray(given @ shares)


def pairs(keys: SpinsLike, values: SpinsLike, *, bits: bool | None = None) -> Pairs:
    """Return keys and the values that belong to them as one object.

    Args:
        keys: Spins or text, ``(num_pairs, num_key_neurons)``.
        values: Spins or text, ``(num_pairs, num_value_neurons)``; a sequence is
            ``pairs(patterns[:-1], patterns[1:])``.
        bits: Whether both are bits, where their types do not say it.

    Raises:
        ValueError: There are not as many values as keys, a pair is repeated, or spins or bits in
            doubt.
    """
    halves = [check_patterns(given, bits=bits, distinct=False) for given in (keys, values)]
    if len(halves[0]) != len(halves[1]):
        raise ValueError(
            f"values should be as many as keys, {len(halves[0])}. Got {len(halves[1])}."
        )
    return Pairs(np.hstack(halves), halves[0].shape[1])


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class BidirectionalResult(Shown):
    """Where keys and values settled; leading axes are those of the probes."""

    keys: Spins
    """Final keys ``(..., num_key_neurons)``."""
    values: Spins
    """Final values ``(..., num_value_neurons)``."""
    sweeps: Integers
    """Sweeps done, each values from keys and keys from values, ``(...)``."""
    is_settled: Booleans
    """Whether the last sweep changed nothing, ``(...)``."""

    def __post_init__(self) -> None:
        lock(self, **{name: getattr(self, name) for name in self.__slots__})


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BidirectionalMemory(Shown):
    r"""Keys and values that recall each other by turns.

    .. math:: y \leftarrow \operatorname{sign} \sum_\mu F'(\xi^\mu \cdot x)\, \eta^\mu, \qquad
              x \leftarrow \operatorname{sign} \sum_\mu F'(\eta^\mu \cdot y)\, \xi^\mu

    At order 2, where :math:`F'(h) \propto h`, no step raises
    :math:`E = -\sum_\mu (\xi^\mu \cdot x)(\eta^\mu \cdot y)`. A key stays free to move: to hold it,
    recall ``pairs.probes(key)`` by a :class:`~classical_ref.DenseMemory` of ``pairs.patterns``.

    References:
        Kosko, "Bidirectional associative memories" (1988).
    """

    pairs: Pairs
    """What is stored."""
    separation: Separation = field(default_factory=lambda: Polynomial(3))
    """The separation function F, whose slope weighs the pairs; a function or a table is taken too,
    for as many neurons as keys or values have."""

    if TYPE_CHECKING:  # more is taken than the fields hold

        def __init__(self, pairs: Pairs, separation: SeparationLike = ...) -> None: ...

    def __post_init__(self) -> None:
        if isinstance(self.pairs, Pairs):
            size = max(self.pairs.keys.shape[1], self.pairs.values.shape[1])
            object.__setattr__(self, "separation", as_separation(self.separation, size))
        check_fields(self)

    @checked
    def recall(
        self, keys: SpinsLike, *, max_sweeps: MaxSweeps = 100, bits: bool | None = None
    ) -> BidirectionalResult:
        """Return where keys ``(..., num_key_neurons)``, unknown entries 0, and values settle.

        A field of zero keeps its spin, an unknown one becomes +1.

        Raises:
            ValueError: The keys have another shape, or are spins or bits in doubt, or
                ``max_sweeps`` is not from one to a million.
        """
        given = check_probes(keys, self.pairs.num_key_neurons, bits=bits)
        x = given.reshape(-1, given.shape[-1])
        y = np.zeros((len(x), self.pairs.values.shape[1]), dtype=np.int8)
        sweeps = np.zeros(len(x), dtype=np.int64)
        settled = np.zeros(len(x), dtype=bool)
        for _ in range(max_sweeps):
            new_y = self._answer(self.pairs.keys, self.pairs.values, x, y)
            new_x = self._answer(self.pairs.values, self.pairs.keys, new_y, x)
            sweeps += ~settled
            settled |= (new_x == x).all(axis=1) & (new_y == y).all(axis=1)
            x, y = new_x, new_y
            if settled.all():
                break
        shape = given.shape[:-1]
        return BidirectionalResult(
            keys=x.reshape(given.shape),
            values=y.reshape(*shape, y.shape[1]),
            sweeps=sweeps.reshape(shape),
            is_settled=settled.reshape(shape),
        )

    def _answer(self, asked: Spins, answers: Spins, states: Spins, before: Spins) -> Spins:
        signs = signs_of_sums(self.separation.slopes(products(asked, states)), answers)
        kept = np.where(before == 0, 1, before)
        return np.where(signs == 0, kept, signs).astype(np.int8)
