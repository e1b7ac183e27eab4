r"""Recall of one component of a context by its tag, and a prediction from what was recalled.

If scores depend on tags alone, attention over all tokens of a context
(:class:`~classical_ref.continuous.measures.TokenMeasure`) is attention over its components, each
seen by the means of some features over its content.

References:
    Kawata and Suzuki, "Transformers as measure-theoretic associative memory" (2026).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from typing import Annotated, Literal, final

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import (
    Checked,
    Floats,
    Integers,
    Within,
    check_array,
    check_fields,
    checked,
    lock,
    shown,
)
from classical_ref.continuous.measures import TokenMeasure
from classical_ref.log_sums import softmax

Mode = Literal["learned", "uniform"]
"""Whether the matching of tags is trained, or frozen so that every component counts alike."""

_SOFT = 1e-4  # a penalty under which attention does not saturate before it has found its way


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Contexts(Checked):
    """A batch of contexts, and what is asked; :meth:`of_measures` makes them of own tokens."""

    tags: Floats
    """Tag of each component, ``(n, I, tag_size)``."""
    means: Floats
    """Means of the features over each component, ``(n, I, num_features)``."""
    queries: Floats
    """What is asked for, such as a tag, ``(n, query_size)``."""
    masses: Floats = field(default_factory=lambda: np.ones(0))
    """Mass of each component, normalized to sum 1, ``(n, I)``; equal by default, and 0 where a
    context has fewer components."""

    def __post_init__(self) -> None:
        check_fields(self)
        tags = check_array("tags", self.tags, "n", "I", "tag_size")
        means = check_array("means", self.means, *tags.shape[:2], "num_features")
        queries = check_array("queries", self.queries, tags.shape[0], "query_size")
        given = self.masses if np.size(self.masses) else np.ones(tags.shape[:2])
        masses = check_array("masses", given, *tags.shape[:2])
        totals = masses.sum(axis=1, keepdims=True)
        if masses.min() < 0 or totals.min() == 0:
            raise ValueError(
                "masses should be 0 or more, and not all of a context 0. Got "
                f"{masses.min()} as the least, {totals.min()} as the least sum."
            )
        lock(self, tags=tags, means=means, queries=queries, masses=masses / totals)

    @classmethod
    def of_measures(
        cls,
        measures: Sequence[TokenMeasure],
        queries: ArrayLike,
        *,
        features: Callable[[Floats], ArrayLike] | None = None,
    ) -> "Contexts":
        """Return one's own contexts, of any numbers of components and tokens.

        Tokens of one tag become a component, with their whole mass and their means. Components are
        sorted by their tags; where a context has fewer than others, some of mass 0 come last.

        Args:
            measures: n contexts, such as :meth:`TokenMeasure.mixture` makes.
            queries: What is asked of each, ``(n, query_size)``.
            features: Function of contents ``(num_tokens, content_size)`` to what is averaged,
                ``(num_tokens, num_features)``, such as powers; None averages contents.

        Raises:
            ValueError: There is no measure, or sizes differ.
        """
        parts = [_components(measure, features) for measure in measures]
        sizes = sorted({(tags.shape[1], means.shape[1]) for tags, means, _ in parts})
        if len(sizes) != 1:
            raise ValueError(
                "measures should be at least one, with tags of one size and one number of "
                f"features. Got (tag_size, num_features) of {sizes or 'none'}."
            )
        most = max(len(masses) for _, _, masses in parts)
        tags, means, masses = (
            np.stack([np.concatenate([a, np.zeros((most - len(a), *a.shape[1:]))]) for a in each])
            for each in zip(*parts, strict=True)
        )
        wanted = check_array("queries", queries, len(measures), "query_size")
        return cls(tags=tags, means=means, queries=wanted, masses=masses)

    def select(self, rows: slice | Integers) -> "Contexts":
        """Return some of the contexts.

        Args:
            rows: A slice, or numbers or booleans as numpy takes them.

        Raises:
            ValueError: There are no such contexts.
        """
        count = len(self.tags)
        try:
            chosen = np.arange(count)[rows]
        except (IndexError, ValueError):
            chosen = np.zeros((0, 0), dtype=np.int64)
        if chosen.ndim != 1 or chosen.size == 0:
            raise ValueError(
                f"rows should be a slice or numbers below {count}, and leave a context. Got "
                f"{shown(rows)}."
            )
        return Contexts(**{each.name: getattr(self, each.name)[chosen] for each in fields(self)})


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecallAndPredict:
    r"""Recall a component by its tag, then predict from its features.

    .. math:: w_i = \operatorname{softmax}_i(v_i^T A q + \log m_i), \quad
              \hat b = \sum_i w_i b_i, \quad \hat y = \theta^T (1, \hat b, \hat b^2)
    """

    match: Floats
    """A, of shape ``(tag_size, query_size)``; zeros for uniform attention."""
    readout: Floats
    """theta, of shape ``(1 + 2 num_features,)``, with a column per output of vector targets."""
    loss: float
    """Mean square error plus penalty on the training set."""
    converged: bool
    """Whether training ended because the gradient vanished."""

    def weights(self, contexts: Contexts) -> Floats:
        """Return the mass that attention puts on each component, ``(n, I)``."""
        return _weights(self.match, contexts)

    def recalled(self, contexts: Contexts) -> Floats:
        """Return b, the features that attention recalls, ``(n, num_features)``.

        Any regressor of scikit-learn reads it out, such as
        ``MLPRegressor().fit(model.recalled(contexts), targets)``.
        """
        return np.asarray(np.einsum("ni,nif->nf", self.weights(contexts), contexts.means))

    def predict(self, contexts: Contexts) -> Floats:
        """Return the predictions, of the shape of the targets."""
        return np.asarray(_design(self.recalled(contexts)) @ self.readout)


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
        targets: What to predict, ``(n,)`` or ``(n, num_outputs)``; errors of outputs are averaged.
        mode: ``"uniform"`` keeps A at zero.
        ridge: Penalty on the squares of read-out and A, positive; without it A can run away where
            attention saturates.
        max_iterations: Of L-BFGS; 0 fits the read-out alone.

    Raises:
        ValueError: Targets have another shape or are not finite, the mode is unknown, ``ridge`` is
            not positive, or ``max_iterations`` is not from 0 to a million.
    """
    from scipy.optimize import minimize

    given = check_array("targets", targets, "...")
    outputs = ("num_outputs",) if given.ndim == 2 else ()
    y = check_array("targets", given, len(contexts.tags), *outputs)
    shape = contexts.tags.shape[2], contexts.queries.shape[1]

    def loss_and_gradient(flat: Floats, penalty: float) -> tuple[float, Floats]:
        loss, gradient, _ = _projected(flat.reshape(shape), contexts, y, penalty)
        return loss, gradient.ravel()

    match, converged = np.zeros(shape), True
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
    readout = readout if outputs else readout[:, 0]
    return RecallAndPredict(match=match, readout=readout, loss=loss, converged=converged)


def _components(
    measure: TokenMeasure, features: Callable[[Floats], ArrayLike] | None
) -> tuple[Floats, Floats, Floats]:
    """Return tags of a measure's components, the means over their tokens, and their masses."""
    seen = measure.contents
    if features is not None:
        seen = check_array("features", features(seen), len(seen), "num_features")
    tags, places = np.unique(measure.tags, axis=0, return_inverse=True)
    masses, sums = np.zeros(len(tags)), np.zeros((len(tags), seen.shape[1]))
    np.add.at(masses, places.ravel(), measure.masses)
    np.add.at(sums, places.ravel(), measure.masses[:, np.newaxis] * seen)
    return tags, sums / masses[:, np.newaxis], masses


def _projected(
    match: Floats, contexts: Contexts, targets: Floats, ridge: float
) -> tuple[float, Floats, Floats]:
    """Return loss, its gradient by ``match``, and the best read-out, a column per output."""
    y = targets.reshape(len(targets), -1)
    weights = _weights(match, contexts)
    recalled = np.einsum("ni,nif->nf", weights, contexts.means)
    design = _design(recalled)
    normal = design.T @ design / y.size + ridge * np.eye(design.shape[1])
    readout = np.linalg.solve(normal, design.T @ y / y.size)
    rest = design @ readout - y
    loss = float((rest**2).mean() + ridge * ((readout**2).sum() + (match**2).sum()))
    linear, square = np.split(readout[1:], 2)
    by_recalled = 2 / y.size * (rest @ linear.T + 2 * recalled * (rest @ square.T))
    gains = np.einsum("nif,nf->ni", contexts.means, by_recalled)
    by_scores = weights * (gains - (weights * gains).sum(axis=1, keepdims=True))
    gradient = np.einsum("ni,nit,nu->tu", by_scores, contexts.tags, contexts.queries)
    return loss, gradient + 2 * ridge * match, np.asarray(readout)


def _weights(match: Floats, contexts: Contexts) -> Floats:
    scores = np.einsum("nit,tu,nu->ni", contexts.tags, match, contexts.queries)
    with np.errstate(divide="ignore"):  # no mass
        return softmax(scores + np.log(contexts.masses))


def _design(recalled: Floats) -> Floats:
    return np.hstack([np.ones((len(recalled), 1)), recalled, recalled**2])
