"""Dense associative memories: one energy, any separation function, recall by descent."""

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, ClassVar, final

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import (
    Floats,
    Rng,
    SpinsLike,
    check_array,
    check_positive,
    checked,
    lock,
)
from classical_ref.discrete.dynamics import DynamicsResult, MaxSweeps, Tie, Update, run
from classical_ref.discrete.fields import DenseFields, Engine, SelfInteraction
from classical_ref.discrete.stored import StoredPatterns
from classical_ref.discrete.synchronous import chosen_backend, stored_similarities
from classical_ref.patterns import Growing, PatternRows
from classical_ref.separation import Polynomial, Rule, Separation
from classical_ref.spins import Spins, check_patterns, check_probes, products
from classical_ref.tabulated import SeparationLike, as_separation

_CHUNK = 2**22  # entries of a (num_states, num_patterns) block


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DenseMemory(Growing, PatternRows):
    r"""Patterns stored as low points of :math:`E(\sigma) = -\sum_\mu w_\mu F(\xi^\mu\cdot\sigma)`.

    Like every memory of this package it has ``patterns`` and ``energy(states)``; a quantum memory
    built on an energy needs nothing else.

    Examples:
        >>> memory = DenseMemory([[1, 1, 1, -1], [-1, 1, -1, -1]])
        >>> memory.recall("00??", rng=0).states.tolist()
        [1, 1, 1, -1]

    References:
        Krotov and Hopfield, "Dense associative memory for pattern recognition" (2016).
    """

    _shown: ClassVar[tuple[str, ...]] = ("separation",)
    patterns: Spins
    """Stored spins ``(num_patterns, num_neurons)``, distinct, read-only; text is taken too, and
    bits through :func:`bits_to_spins`."""
    separation: Separation = field(default_factory=lambda: Polynomial(3))
    """The separation function F; a function of one whole similarity, or the values of one at
    -D, ..., D, are taken too and become a :class:`TabulatedSeparation`."""
    weights: Floats = field(kw_only=True, default=None)  # type: ignore[arg-type]
    """Positive weight of each pattern, ``(num_patterns,)``; one each unless given."""
    stored: StoredPatterns = field(init=False)
    """The same patterns in the forms that computations use."""

    if TYPE_CHECKING:  # more is taken than the fields hold

        def __init__(
            self,
            patterns: SpinsLike,
            separation: SeparationLike = ...,
            *,
            weights: ArrayLike | None = None,
        ) -> None: ...

    def __post_init__(self) -> None:
        patterns = check_patterns(self.patterns)
        separation = as_separation(self.separation, patterns.shape[1])
        given: ArrayLike | None = self.weights
        count = len(patterns)
        weights = np.ones(count) if given is None else check_array("weights", given, count)
        check_positive(weights=float(weights.min()))
        lock(self, weights=weights)
        object.__setattr__(self, "patterns", patterns)
        object.__setattr__(self, "separation", separation)
        object.__setattr__(self, "stored", StoredPatterns(patterns))

    def energy(self, states: SpinsLike, *, bits: bool | None = None) -> Floats:
        """Return the energies ``(...)`` of states ``(..., num_neurons)``.

        Unknown entries (0) contribute nothing to a similarity. ``bits`` says whether the states
        are bits, where their type does not: see :func:`classical_ref.check_probes`.

        Raises:
            ValueError: The states have another shape, spins or bits in doubt, or the energy does
                not fit into float64.
        """
        spins = check_probes(states, self.num_neurons, bits=bits)
        energies = self._energies(spins.reshape(-1, self.num_neurons))
        return self._finite("energy", energies.reshape(spins.shape[:-1]))

    @checked
    def local_field(
        self,
        states: SpinsLike,
        *,
        rule: Rule = "exact",
        self_interaction: SelfInteraction = "excluded",
        bits: bool | None = None,
    ) -> Floats:
        r"""Return the local fields ``(..., num_neurons)``; a spin moves to the sign of its field.

        With ``h = H - xi_i s_i`` (self-interaction excluded, the spin known) or ``h = H``:
        the exact field is :math:`\sum_\mu w_\mu [F(h_\mu + \xi_i) - F(h_\mu - \xi_i)]`, which
        without self-interaction is the energy of spin -1 minus that of spin +1, and the leading
        field is :math:`\sum_\mu w_\mu \xi_i F'(h_\mu)`. For :class:`LogSumExp` the sums stand
        inside the logarithm. ``bits`` says whether the states are bits, as for :meth:`energy`.

        Raises:
            ValueError: An option is unknown, the states are spins or bits in doubt, or a field
                does not fit into float64.
        """
        spins = check_probes(states, self.num_neurons, bits=bits)
        own = spins if self_interaction == "excluded" else np.zeros_like(spins)
        base = products(self.patterns, spins)
        fields = np.empty(spins.shape)
        for neuron in range(self.num_neurons):
            column = self.patterns[:, neuron].astype(np.int64)
            h = base - own[..., neuron, np.newaxis] * column
            fields[..., neuron] = self.separation.local_field(h, column, self.weights, rule)
        return self._finite("local field", fields)

    def recall(
        self,
        probes: SpinsLike,
        *,
        update: Update = "asynchronous",
        rule: Rule = "exact",
        self_interaction: SelfInteraction = "excluded",
        tie: Tie = "keep",
        max_sweeps: MaxSweeps = 100,
        clamped: ArrayLike | None = None,
        order: str | ArrayLike = "random",
        trajectory: bool = False,
        engine: Engine = "auto",
        bits: bool | None = None,
        rng: Rng = None,
    ) -> DynamicsResult:
        """Return where the dynamics takes each probe.

        Unknown entries (0) are filled in first, from the known ones; then whole sweeps follow until
        nothing changes. Signs are exact, so all engines agree. Asynchronous updates by the exact
        rule without self-interaction never raise the energy.

        Args:
            probes: Spins ``(..., num_neurons)`` with 0 where unknown, or text of ``01?``.
            update: ``"asynchronous"`` or ``"synchronous"``.
            rule: ``"exact"`` (energy difference) or ``"leading"`` (first derivative).
            self_interaction: Whether a neuron's own spin is ``"excluded"`` from its field or
                ``"kept"``.
            tie: What a spin with zero field becomes: ``"keep"`` (an unknown one becomes +1),
                ``"plus"``, ``"minus"``, or ``"random"`` (one draw per neuron and call).
            max_sweeps: Sweeps after which a probe is given up.
            clamped: Booleans ``(num_neurons,)`` or of the shape of the probes; True is never
                updated.
            order: Order of asynchronous updates: ``"random"`` (a new permutation every sweep,
                shared by all probes), ``"sequential"``, or a permutation.
            trajectory: Whether to return the states after every sweep.
            engine: ``"numpy"``, ``"numba"`` (compiled) or ``"auto"``, by the size of the work.
            bits: Whether the probes are bits, where their type does not say it.
            rng: Source of the orders and of random ties.

        Raises:
            ValueError: An argument has a wrong shape or an unknown value, or the probes are spins
                or bits in doubt.
        """
        spins = check_probes(probes, self.num_neurons, bits=bits)
        fields = self.fields(rule=rule, self_interaction=self_interaction, engine=engine)
        return run(
            fields,
            self._energies,
            spins,
            update=update,
            tie=tie,
            max_sweeps=max_sweeps,
            clamped=clamped,
            order=order,
            trajectory=trajectory,
            rng=rng,
            hint_by=partial(self.hint, rule=rule, self_interaction=self_interaction),
        )

    @checked
    def hint(
        self,
        *,
        rule: Rule = "exact",
        self_interaction: SelfInteraction = "excluded",
        quick: bool = False,
    ) -> str:
        """Say which stored patterns do not stay where they are, and which memories keep them.

        Nothing is said where all stay; see :mod:`classical_ref.discrete.hint`. A result of
        :meth:`recall` says the same of its own settings. ``quick`` leaves it out where K·D is above
        2**18, for which finding out takes more than moments.
        """
        if quick and self.patterns.size > 2**18:
            return ""
        from classical_ref.discrete.hint import hint_of

        return hint_of(self, rule=rule, self_interaction=self_interaction)

    @checked
    def fields(
        self, *, rule: Rule, self_interaction: SelfInteraction, engine: Engine = "auto"
    ) -> DenseFields:
        """Return the signs of the local fields, as :meth:`recall` follows them.

        Raises:
            ValueError: An option is unknown.
        """
        return DenseFields(
            self.stored,
            self.separation,
            self.weights,
            rule=rule,
            self_interaction=self_interaction,
            engine=engine,
        )

    def _energies(self, states: Spins) -> Floats:
        """Return the energies of states ``(num_states, num_neurons)``, not finite on overflow."""
        rows = max(1, _CHUNK // self.num_patterns)
        energies = np.empty(len(states))
        for start in range(0, len(states), rows):
            block = states[start : start + rows]
            similarities = stored_similarities(
                self.stored, block, chosen_backend(self.stored, block)
            )
            energies[start : start + rows] = self.separation.energy(similarities, self.weights)
        return energies

    def _finite(self, name: str, values: Floats) -> Floats:
        if not np.isfinite(values).all():
            raise ValueError(
                f"the {name} should fit into float64. Got an overflow with {self.separation} at "
                f"{self.num_neurons} neurons; recall still works, and LogSumExp has moderate "
                "energies."
            )
        return values
