r"""Recall of one component of a context by its tag, and a prediction from what was recalled.

If scores depend on tags alone, attention over all tokens of a context
(:class:`~classical_ref.continuous.measures.TokenMeasure`) is attention over its components, each
seen by the means of some features over its content.

References:
    Kawata and Suzuki, "Transformers as measure-theoretic associative memory" (2026).
"""

from dataclasses import dataclass
from typing import Annotated, Literal, final

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import Floats, Within, check_array, checked, lock
from classical_ref.log_sums import softmax

Mode = Literal["learned", "uniform"]
"""Whether the matching of tags is trained, or frozen so that every component counts alike."""

_SOFT = 1e-4  # a penalty under which attention does not saturate before it has found its way


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contexts:
    """A batch of contexts of equally many components with equal masses, and what is asked."""

    tags: Floats
    """Tag of each component, ``(n, I, tag_size)``."""
    means: Floats
    """Means of the features over each component, ``(n, I, num_features)``."""
    queries: Floats
    """The tag asked for, ``(n, tag_size)``."""

    def __post_init__(self) -> None:
        tags = check_array("tags", self.tags, "n", "I", "tag_size")
        means = check_array("means", self.means, *tags.shape[:2], "num_features")
        queries = check_array("queries", self.queries, tags.shape[0], tags.shape[2])
        lock(self, tags=tags, means=means, queries=queries)


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecallAndPredict:
    r"""Recall a component by its tag, then predict from its features.

    .. math:: w_i = \operatorname{softmax}_i(v_i^T A q), \quad \hat b = \sum_i w_i b_i, \quad
              \hat y = \theta^T (1, \hat b, \hat b^2)
    """

    match: Floats
    """A, of shape ``(tag_size, tag_size)``; zeros for uniform attention."""
    readout: Floats
    """theta, of shape ``(1 + 2 num_features,)``."""
    loss: float
    """Mean square error plus penalty on the training set."""
    converged: bool
    """Whether training ended because the gradient vanished."""

    def weights(self, contexts: Contexts) -> Floats:
        """Return the mass that attention puts on each component, ``(n, I)``."""
        return _weights(self.match, contexts)

    def predict(self, contexts: Contexts) -> Floats:
        """Return the predictions, ``(n,)``."""
        recalled = np.einsum("ni,nif->nf", self.weights(contexts), contexts.means)
        return np.asarray(_design(recalled) @ self.readout)


@checked
def fit(
    contexts: Contexts,
    targets: ArrayLike,
    *,
    mode: Mode = "learned",
    ridge: Annotated[float, Within("(0, inf)")] = 1e-6,
    max_iterations: Annotated[int, Within("[0, 1000000]")] = 200,
) -> RecallAndPredict:
    """Return the model of least mean square error on a training set.

    For each A the best read-out is known by linear algebra; A descends from zero by L-BFGS with
    the gradient at that read-out (variable projection), first under a larger penalty, which keeps
    attention soft, then under ``ridge``.

    Args:
        contexts: n contexts.
        targets: What to predict, ``(n,)``.
        mode: ``"uniform"`` keeps A at zero.
        ridge: Penalty on the squares of read-out and A, positive; without it A can run away where
            attention saturates.
        max_iterations: Of L-BFGS; 0 fits the read-out alone.

    Raises:
        ValueError: Targets have another shape or are not finite, the mode is unknown, ``ridge`` is
            not positive, or ``max_iterations`` is not from 0 to a million.
    """
    from scipy.optimize import minimize

    num_contexts, _, tag_size = contexts.tags.shape
    y = check_array("targets", targets, num_contexts)

    def loss_and_gradient(flat: Floats, penalty: float) -> tuple[float, Floats]:
        loss, gradient, _ = _projected(flat.reshape(tag_size, tag_size), contexts, y, penalty)
        return loss, gradient.ravel()

    match, converged = np.zeros((tag_size, tag_size)), True
    for penalty in (max(ridge, _SOFT), ridge) if mode == "learned" else ():
        found = minimize(
            loss_and_gradient,
            match.ravel(),
            args=(penalty,),
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": max_iterations},
        )
        match, converged = np.asarray(found.x).reshape(match.shape), bool(found.success)
    loss, _, readout = _projected(match, contexts, y, ridge)
    return RecallAndPredict(match=match, readout=readout, loss=loss, converged=converged)


def _projected(
    match: Floats, contexts: Contexts, targets: Floats, ridge: float
) -> tuple[float, Floats, Floats]:
    """Return loss, its gradient by ``match``, and the best read-out for this ``match``."""
    weights = _weights(match, contexts)
    recalled = np.einsum("ni,nif->nf", weights, contexts.means)
    design = _design(recalled)
    normal = design.T @ design / len(targets) + ridge * np.eye(design.shape[1])
    readout = np.linalg.solve(normal, design.T @ targets / len(targets))
    rest = design @ readout - targets
    penalty = readout @ readout + (match**2).sum()
    loss = float((rest**2).mean() + ridge * penalty)
    linear, square = np.split(readout[1:], 2)
    by_recalled = 2 / len(targets) * rest[:, np.newaxis] * (linear + 2 * recalled * square)
    gains = np.einsum("nif,nf->ni", contexts.means, by_recalled)
    by_scores = weights * (gains - (weights * gains).sum(axis=1, keepdims=True))
    gradient = np.einsum("ni,nit,nu->tu", by_scores, contexts.tags, contexts.queries)
    return loss, gradient + 2 * ridge * match, np.asarray(readout)


def _weights(match: Floats, contexts: Contexts) -> Floats:
    return softmax(np.einsum("nit,tu,nu->ni", contexts.tags, match, contexts.queries))


def _design(recalled: Floats) -> Floats:
    return np.hstack([np.ones((len(recalled), 1)), recalled, recalled**2])
