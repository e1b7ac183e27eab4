"""Dense associative memory of patterns whose entries take more than two values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, ClassVar, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from classical_ref.checks import (
    Booleans,
    Floats,
    Integers,
    Rng,
    Spins,
    Within,
    check_array,
    check_fields,
    checked,
    lock,
    shown,
)
from classical_ref.discrete.dynamics import (
    ENDS,
    LocalFields,
    MaxSweeps,
    Outcome,
    Update,
    resolve,
    run,
)
from classical_ref.discrete.fields import SelfInteraction
from classical_ref.patterns import Growing, PatternRows
from classical_ref.separation import Polynomial, Separation
from classical_ref.shown import Shown, said_outcomes, value_range

_EPSILON = float(np.finfo(np.float64).eps)
_ROUNDINGS = 100  # of one term: a power n has about n


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PottsResult(Shown):
    """Where the dynamics of each probe ended; leading axes are those of the probes."""

    states: Integers
    """Final symbols ``(..., num_neurons)``."""
    energies: Floats
    """Energies of the final states, ``(...)``; infinite where float64 cannot hold them."""
    sweeps: Integers
    """Sweeps done, ``(...)``, with the one that found nothing to change."""
    outcome: NDArray[np.int8]
    """An :class:`Outcome` per probe, ``(...)``."""

    @property
    def is_settled(self) -> Booleans:
        """Whether each probe reached a fixed point, ``(...)``."""
        return np.asarray(self.outcome == Outcome.FIXED_POINT)

    @property
    def summary(self) -> str:
        """How the dynamics ended, in a sentence for each way that it did."""
        return said_outcomes(self.outcome, self.sweeps, ENDS, "sweep")

    def _facts(self) -> Mapping[str, object]:
        energies = value_range(self.energies)
        return {"summary": self.summary, "states": self.states, "energies": energies}


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PottsMemory(Growing, PatternRows):
    r"""Patterns of symbols 0, ..., q - 1, low points of :math:`E(s) = -\sum_\mu F(H_\mu)`.

    .. math:: H_\mu = \sum_i (q\, \delta(\xi_i^\mu, s_i) - 1)

    over the known neurons: 0 on average for random symbols, and for q = 2 the similarity of spins,
    so that this is :class:`DenseMemory` then, bit for symbol. Symbols have no order: all others
    are equally wrong. A neuron moves to the symbol of least energy.

    With :class:`Exponential` of :math:`\beta > \ln(K - 1)/q`, ``update="synchronous"`` and
    ``self_interaction="kept"`` one step is an exact scan for the nearest pattern, where one is.

    Examples:
        >>> memory = PottsMemory([[0, 1, 2, 2, 1], [2, 2, 0, 1, 0]], 3)
        >>> memory.recall([0, 1, 0, -1, -1]).states.tolist()
        [0, 1, 2, 2, 1]

    References:
        Kanter, "Potts-glass models of neural networks" (1988), for F(x) = x²; Krotov and Hopfield,
        "Dense associative memory for pattern recognition" (2016), for higher orders.
    """

    _shown: ClassVar[tuple[str, ...]] = ("num_symbols", "separation")
    patterns: Integers
    """Stored symbols ``(num_patterns, num_neurons)``, distinct rows, read-only."""
    num_symbols: Annotated[int, Within("[2, 100]")]
    """How many symbols q there are."""
    separation: Separation = field(default_factory=lambda: Polynomial(3))
    """The separation function F, of whole similarities from -D to (q - 1) D."""

    if TYPE_CHECKING:  # more is taken than the fields hold

        def __init__(
            self, patterns: ArrayLike, num_symbols: int, separation: Separation = ...
        ) -> None: ...

    def __post_init__(self) -> None:
        check_fields(self)
        patterns = self._symbols("patterns", self.patterns, 0, "num_patterns", "num_neurons")
        if len(np.unique(patterns, axis=0)) < len(patterns):
            raise ValueError("patterns should be distinct. Got a row twice.")
        lock(self, patterns=patterns)

    def energy(self, states: ArrayLike) -> Floats:
        """Return the energies ``(...)`` of symbols ``(..., num_neurons)``, -1 where unknown.

        An energy that float64 cannot hold is returned as infinity.

        Raises:
            ValueError: The states have another shape or hold other numbers.
        """
        return self._energies(self._probes("states", states))

    @checked
    def recall(
        self,
        probes: ArrayLike,
        *,
        update: Update = "asynchronous",
        self_interaction: SelfInteraction = "excluded",
        max_sweeps: MaxSweeps = 100,
        clamped: ArrayLike | None = None,
        order: str | ArrayLike = "random",
        rng: Rng = None,
    ) -> PottsResult:
        """Return where the dynamics takes each probe; arguments as in :meth:`DenseMemory.recall`.

        Asynchronous updates without self-interaction never raise the energy. Energies that differ
        by less than their rounding error tie: a neuron keeps its symbol if that is among the best,
        else takes the lowest.

        Args:
            probes: Symbols ``(..., num_neurons)``, -1 where unknown.
            update: This and all below as of :meth:`DenseMemory.recall`.
            self_interaction: Whether a neuron's own symbol counts where it chooses one.
            max_sweeps: Sweeps after which a probe is given up.
            clamped: Which neurons are never updated.
            order: Order of asynchronous updates.
            rng: Source of the orders.

        Raises:
            ValueError: An argument has a wrong shape or an unknown value, or F is not finite at
                the similarities that occur.
        """
        found = run(
            _PottsFields(self, is_kept=self_interaction == "kept"),
            self._energies,
            self._probes("probes", probes),
            update=update,
            tie="keep",
            max_sweeps=max_sweeps,
            clamped=clamped,
            order=order,
            trajectory=False,
            rng=rng,
        )
        return PottsResult(
            states=found.states.astype(np.int64) - 1,
            energies=found.energies,
            sweeps=found.sweeps,
            outcome=found.outcome,
        )

    def _probes(self, name: str, values: ArrayLike) -> Spins:
        """Return symbols raised by one, so that 0 is unknown as it is for spins."""
        symbols = self._symbols(name, values, -1, "...", self.num_neurons)
        return (symbols + 1).astype(np.int8)

    def _symbols(self, name: str, values: ArrayLike, least: int, *axes: str | int) -> Integers:
        array = check_array(name, values, *axes)
        last = self.num_symbols - 1
        if np.any((array != np.floor(array)) | (array < least) | (array > last)):
            unknown = ", and -1 where unknown" if least else ""
            raise ValueError(f"{name} should be symbols 0 to {last}{unknown}. Got {shown(values)}.")
        return array.astype(np.int64)

    def _energies(self, raised: Spins) -> Floats:
        stored = (self.patterns + 1).astype(np.int8)
        similarities = _similarities(stored, self.num_symbols, raised)
        return self.separation.energy(similarities, np.ones(self.num_patterns))


def _similarities(raised_patterns: Spins, num_symbols: int, raised: Spins) -> Integers:
    """Return H, ``(..., num_patterns)``, of symbols raised by one: 0 is unknown."""
    known = np.count_nonzero(raised, axis=-1)[..., np.newaxis]
    equal = np.zeros((*raised.shape[:-1], len(raised_patterns)), dtype=np.float32)
    with np.errstate(invalid="ignore"):  # as in classical_ref.spins.products
        for symbol in range(1, num_symbols + 1):  # counts are exact below 2**24 neurons
            equal += (raised == symbol).astype(np.float32) @ (raised_patterns == symbol).T
    return np.asarray(num_symbols * equal.astype(np.int64) - known)


class _PottsFields(LocalFields):
    """The best symbols, raised by one and 0 where the present one is among them."""

    def __init__(self, memory: PottsMemory, *, is_kept: bool) -> None:
        self.patterns = (memory.patterns + 1).astype(np.int8)
        self.num_symbols, self.is_kept = memory.num_symbols, is_kept
        self.beta: float | None = getattr(memory.separation, "beta", None)
        q, size = memory.num_symbols, memory.num_neurons
        if self.beta is None:  # what a neuron gains by a pattern's symbol, and its size
            x = np.arange(-size - 1, q * (size + 1))
            with np.errstate(over="ignore"):
                values = memory.separation.value(x)
            name = f"F of {memory.separation} at {x[0]} .. {x[-1]}"
            values = check_array(name, values, len(x))
            self.gains = values[q:] - values[:-q]
            self.sizes = np.abs(values[q:]) + np.abs(values[:-q])

    def signs(self, states: Spins) -> Spins:
        similarities = _similarities(self.patterns, self.num_symbols, states)
        found = [self._best(i, states[:, i], similarities) for i in range(states.shape[1])]
        return np.stack(found, axis=1)

    def sweep(
        self, states: Spins, neurons: Integers, updatable: Booleans, preference: Spins
    ) -> None:
        similarities = _similarities(self.patterns, self.num_symbols, states)
        for i in neurons.tolist():
            old = states[:, i].copy()
            new = resolve(self._best(i, old, similarities), old, preference[i])
            states[:, i] = np.where(updatable[:, i], new, old)
            similarities += self._share(i, states[:, i]) - self._share(i, old)

    def _share(self, i: int, symbols: Spins) -> Integers:
        """Return what neuron i adds to the similarities, ``(num_probes, num_patterns)``."""
        is_equal = self.patterns[:, i] == symbols[:, np.newaxis]
        return np.where(symbols[:, np.newaxis] == 0, 0, self.num_symbols * is_equal - 1)

    def _best(self, i: int, current: Spins, similarities: Integers) -> Spins:
        h = similarities if self.is_kept else similarities - self._share(i, current)
        if self.beta is not None:  # gains are in the ratios of exp(beta h)
            gains = sizes = np.exp(self.beta * (h - h.max(axis=-1, keepdims=True)))
        else:
            place = h + self.patterns.shape[1]
            gains, sizes = self.gains[place], self.sizes[place]
        symbols = np.arange(1, self.num_symbols + 1)
        totals = gains @ (self.patterns[:, i, np.newaxis] == symbols).astype(np.float64)
        errors = (len(self.patterns) + _ROUNDINGS) * _EPSILON * sizes.sum(axis=-1, keepdims=True)
        is_best = totals >= totals.max(axis=-1, keepdims=True) - errors
        keeps = (is_best & (symbols == current[:, np.newaxis])).any(axis=-1)
        return np.where(keeps, 0, is_best.argmax(axis=-1) + 1).astype(np.int8)
