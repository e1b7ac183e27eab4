"""The quadratic memory of Hopfield with three learning rules."""

from dataclasses import dataclass, field
from typing import ClassVar, Literal, final

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import Floats, Rng, SpinsLike, check_fields, checked, lock
from classical_ref.discrete.dynamics import DynamicsResult, LocalFields, MaxSweeps, Tie, Update, run
from classical_ref.discrete.fields import SelfInteraction
from classical_ref.patterns import Growing, PatternRows
from classical_ref.spins import Spins, check_patterns, check_probes

LearningRule = Literal["hebb", "projection", "storkey"]
"""How couplings follow from patterns."""

_EPSILON = float(np.finfo(np.float64).eps)


def hebb_weights(patterns: SpinsLike, *, bits: bool | None = None) -> Floats:
    r"""Return the couplings :math:`W = \Xi^T \Xi / D` with their diagonal, ``(D, D)``.

    ``bits`` says whether the patterns are bits, where their type does not.

    References:
        Hopfield, "Neural networks and physical systems with emergent collective computational
        abilities" (1982).
    """
    xi = check_patterns(patterns, bits=bits).astype(np.float64)
    return np.asarray(xi.T @ xi / xi.shape[1])


def projection_weights(patterns: SpinsLike, *, bits: bool | None = None) -> Floats:
    r"""Return the projector on the span of the patterns, :math:`W = \Xi^+ \Xi`, ``(D, D)``.

    With the diagonal, every stored pattern is an eigenvector of eigenvalue one; dependent patterns
    are allowed. Recall leaves the diagonal out, which widens the basins. ``bits`` is that of
    :func:`hebb_weights`.

    References:
        Personnaz, Guyon and Dreyfus, "Information storage and retrieval in spin-glass like neural
        networks" (1985).
    """
    xi = check_patterns(patterns, bits=bits).astype(np.float64)
    _, singular, right = np.linalg.svd(xi, full_matrices=False)
    basis = right[singular > singular[0] * max(xi.shape) * _EPSILON]
    return np.asarray(basis.T @ basis)


def storkey_weights(patterns: SpinsLike, *, bits: bool | None = None) -> Floats:
    r"""Return the couplings of Storkey's rule, ``(D, D)``, patterns stored in their order.

    With :math:`h_{ij} = \sum_{k \ne i, j} W_{ik} \xi_k` taken before each pattern,
    :math:`\Delta W_{ij} = (\xi_i \xi_j - \xi_i h_{ji} - h_{ij} \xi_j) / D`. ``bits`` is that of
    :func:`hebb_weights`.

    References:
        Storkey, "Increasing the capacity of a Hopfield network without sacrificing functionality"
        (1997).
    """
    xi = check_patterns(patterns, bits=bits).astype(np.float64)
    num_neurons = xi.shape[1]
    couplings = np.zeros((num_neurons, num_neurons))
    for pattern in xi:
        products = couplings * pattern  # W_ik xi_k
        field = products.sum(axis=1)
        # h_ij leaves out k = i and k = j, which are one term where i = j.
        h = field[:, np.newaxis] - np.diag(products)[:, np.newaxis] - products
        np.fill_diagonal(h, field - np.diag(products))
        couplings = (
            couplings
            + (np.outer(pattern, pattern) - pattern[:, np.newaxis] * h.T - h * pattern)
            / num_neurons
        )
    return couplings


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class HopfieldMemory(Growing, PatternRows):
    r"""Patterns stored in couplings, :math:`E(\sigma) = -\frac12 \sum_{i\ne j} W_{ij} s_i s_j`.

    With the Hebb rule the energy is that of ``DenseMemory(patterns, Polynomial(2))`` divided by
    ``2 * num_neurons``, plus ``num_patterns / 2``, and recall takes the same steps.

    Examples:
        >>> memory = HopfieldMemory([[1, 1, 1, -1, -1, -1], [1, -1, 1, -1, 1, -1]])
        >>> memory.recall("000?11", rng=0).states.tolist()
        [1, 1, 1, -1, -1, -1]

    References:
        Hopfield, "Neural networks and physical systems with emergent collective computational
        abilities" (1982).
    """

    _shown: ClassVar[tuple[str, ...]] = ("rule",)
    patterns: Spins
    """Stored spins ``(num_patterns, num_neurons)``, distinct, read-only; text is taken too, and
    bits through :func:`bits_to_spins`."""
    rule: LearningRule = "hebb"
    """Learning rule."""
    weights: Floats = field(init=False)
    """Couplings ``(num_neurons, num_neurons)``, read-only; recall excludes the diagonal by
    default."""

    def __post_init__(self) -> None:
        check_fields(self)
        patterns = check_patterns(self.patterns)
        rules = {"hebb": hebb_weights, "projection": projection_weights, "storkey": storkey_weights}
        object.__setattr__(self, "patterns", patterns)
        lock(self, weights=rules[self.rule](patterns))

    def energy(self, states: SpinsLike, *, bits: bool | None = None) -> Floats:
        """Return the energies ``(...)`` of states ``(..., num_neurons)``; 0 entries count nothing.

        ``bits`` says whether the states are bits, where their type does not: see
        :func:`classical_ref.check_probes`.

        Raises:
            ValueError: The states have another shape, or are spins or bits in doubt.
        """
        spins = check_probes(states, self.num_neurons, bits=bits).astype(np.float64)
        pairs = ((spins @ self.weights) * spins).sum(axis=-1) - spins**2 @ np.diag(self.weights)
        return np.asarray(-pairs / 2)

    @checked
    def local_field(
        self,
        states: SpinsLike,
        *,
        self_interaction: SelfInteraction = "excluded",
        bits: bool | None = None,
    ) -> Floats:
        """Return the local fields ``W s`` of shape ``(..., num_neurons)``.

        Without self-interaction a field is half the energy of spin -1 minus that of spin +1.
        ``bits`` says whether the states are bits, as for :meth:`energy`.

        Raises:
            ValueError: The states have another shape, are spins or bits in doubt, or the option is
                unknown.
        """
        spins = check_probes(states, self.num_neurons, bits=bits)
        return np.asarray(spins @ self._couplings(self_interaction))

    @checked
    def recall(
        self,
        probes: SpinsLike,
        *,
        update: Update = "asynchronous",
        self_interaction: SelfInteraction = "excluded",
        tie: Tie = "keep",
        max_sweeps: MaxSweeps = 100,
        clamped: ArrayLike | None = None,
        order: str | ArrayLike = "random",
        trajectory: bool = False,
        bits: bool | None = None,
        rng: Rng = None,
    ) -> DynamicsResult:
        """Return where the dynamics takes each probe; arguments as in :meth:`DenseMemory.recall`.

        A field smaller than its own rounding error counts as a tie. Asynchronous updates without
        self-interaction never raise the energy.

        Raises:
            ValueError: An argument has a wrong shape or an unknown value, or the probes are spins
                or bits in doubt.
        """
        spins = check_probes(probes, self.num_neurons, bits=bits)
        fields = _QuadraticFields(self._couplings(self_interaction))
        return run(
            fields,
            self.energy,
            spins,
            update=update,
            tie=tie,
            max_sweeps=max_sweeps,
            clamped=clamped,
            order=order,
            trajectory=trajectory,
            rng=rng,
        )

    def _couplings(self, self_interaction: SelfInteraction) -> Floats:
        if self_interaction == "kept":
            return self.weights
        return self.weights - np.diag(np.diag(self.weights))


class _QuadraticFields(LocalFields):
    """Signs of ``W s``."""

    def __init__(self, couplings: Floats) -> None:
        self.couplings = couplings
        self.errors = 2 * len(couplings) * _EPSILON * np.abs(couplings).sum(axis=1)

    def signs(self, states: Spins) -> Spins:
        return _signs(states @ self.couplings, self.errors)

    def signs_of(self, neuron: int, states: Spins) -> Spins:
        return _signs(states @ self.couplings[:, neuron], self.errors[neuron])


def _signs(fields: Floats, errors: Floats) -> Spins:
    return np.where(np.abs(fields) <= errors, 0, np.sign(fields)).astype(np.int8)
