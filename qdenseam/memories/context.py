"""A context as a classical-quantum state: documents with tags, recalled by a filter on the tag."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from classical_ref.checks import Complexes, Floats, check_array, check_at_least, lock

_ORTHOGONAL = 1e-24  # squared overlap that is but rounding
_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecalledContext:
    """What a filter left of a context."""

    masses: Floats
    """Weight of each component given acceptance, ``(I,)``."""
    acceptance: float
    """P(accepted) of one unamplified attempt."""
    state: Complexes
    """Mean content given acceptance, the tag traced out, ``(M, M)``."""


@dataclass(frozen=True, slots=True, eq=False)
class ContextState:
    r"""The state Σ_i π_i |v_i⟩⟨v_i| ⊗ ρ_i of I components with orthonormal tags.

    The filter e^{(β/2)(|q⟩⟨q| - 1)} ⊗ 1 keeps the tag q and damps all others. For q = v_j component
    i then has the weight π_i e^{β δ_ij}/Σ_k π_k e^{β δ_kj}: the softmax of attention with scores
    β⟨v_i, q⟩, exactly. It is accepted with probability Σ_i π_i e^{β(δ_ij - 1)}, and β = ∞ projects
    on the tag.

    Averages over the content are expectations tr(ρ O), and a shot is one token.

    Args:
        tags: Orthonormal real vectors v_i, shape ``(I, T)``.
        states: Density matrices ρ_i of the contents, shape ``(I, M, M)``.
        weights: π_i >= 0, normalized to sum 1, shape ``(I,)``; uniform by default.

    Raises:
        ValueError: Tags are not orthonormal, states are no density matrices, or weights are
            negative or all zero.

    References:
        Kawata and Suzuki, "Transformers as measure-theoretic associative memory" (2026), for the
        classical context.
    """

    tags: Floats
    states: Complexes
    weights: Floats = field(default_factory=lambda: np.ones(0))

    def __post_init__(self) -> None:
        tags = check_array("tags", self.tags, "I", "T")
        states = np.asarray(self.states, dtype=complex)
        if not np.allclose(tags @ tags.T, np.eye(len(tags)), atol=_ROUNDING):
            raise ValueError("tags should be orthonormal rows. Got others.")
        if states.ndim != 3 or len(states) != len(tags) or states.shape[1] != states.shape[2]:
            raise ValueError(f"states should have shape ({len(tags)}, M, M). Got {states.shape}.")
        given = self.weights if np.size(self.weights) else np.ones(len(tags))
        weights = check_array("weights", given, len(tags))
        if (weights < 0).any() or not weights.any():
            raise ValueError("weights should be non-negative, not all zero. Got others.")
        hermitian = np.allclose(states, states.conj().swapaxes(1, 2), atol=_ROUNDING)
        traces = np.trace(states, axis1=1, axis2=2)
        if not (hermitian and np.allclose(traces, 1, atol=_ROUNDING)) or (
            np.linalg.eigvalsh(states).min() < -_ROUNDING
        ):
            raise ValueError(
                "states should be density matrices: Hermitian, positive, of trace 1. "
                f"Got traces {np.real(traces)}."
            )
        lock(self, tags=tags, states=states, weights=weights / weights.sum())

    def matrix(self) -> Complexes:
        """Return the density matrix, shape ``(T M, T M)``, the tag first."""
        projectors = np.einsum("i,ia,ib->iab", self.weights, self.tags, self.tags)
        blocks = np.einsum("iab,icd->acbd", projectors, self.states)
        size = self.tags.shape[1] * self.states.shape[1]
        return blocks.reshape(size, size)

    def filter(self, query: npt.ArrayLike, *, beta: float) -> Complexes:
        """Return e^{(β/2)(|q⟩⟨q| - 1)} ⊗ 1, shape ``(T M, T M)``; the projector at β = ∞.

        Raises:
            ValueError: The query is no unit vector of T entries, or ``beta`` is negative.
        """
        size, contents = self.tags.shape[1], self.states.shape[1]
        q = check_array("query", query, size)
        if abs(float(q @ q) - 1) > _ROUNDING:
            raise ValueError(f"query should be a unit vector. Got length {float(q @ q) ** 0.5}.")
        check_at_least(0, beta=beta)
        on_tag = np.outer(q, q) + np.exp(-beta / 2) * (np.eye(size) - np.outer(q, q))
        return np.kron(on_tag, np.eye(contents)).astype(np.complex128)

    def recall(self, query: npt.ArrayLike, *, beta: float) -> RecalledContext:
        """Return what the filter leaves, computed on the whole density matrix.

        Args:
            query: A unit vector, usually one of the tags, shape ``(T,)``.
            beta: β >= 0; ``inf`` for a projection.

        Raises:
            ValueError: See :meth:`filter`; or nothing is left, since the query is orthogonal to
                all tags and ``beta`` infinite.
        """
        kept = self.filter(query, beta=beta)
        size, contents = self.tags.shape[1], self.states.shape[1]
        after = (kept @ self.matrix() @ kept.conj().T).reshape(size, contents, size, contents)
        acceptance = float(np.einsum("acac->", after).real)
        overlaps = (self.tags[self.weights > 0] @ np.asarray(query, dtype=float)) ** 2
        if not acceptance > 0 or (np.isinf(beta) and overlaps.max() < _ORTHOGONAL):
            raise ValueError("query should overlap with a tag of positive weight. Got none.")
        on_tag = kept.reshape(size, contents, size, contents)[:, 0, :, 0]
        damped = ((self.tags @ on_tag.real.T) ** 2).sum(axis=1)
        return RecalledContext(
            masses=self.weights * damped / acceptance,
            acceptance=acceptance,
            state=np.einsum("acad->cd", after) / acceptance,
        )
