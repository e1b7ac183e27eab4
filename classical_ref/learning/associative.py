r"""A linear associative memory that learns facts: logits :math:`\tilde E' W E` of one matrix W.

Queries and answers are embedded as the columns of E and :math:`\tilde E`. From zero weights,
an optimizer follows the gradient :math:`\tilde E [(\hat P - P)\,\mathrm{diag}(p)] E'` of the loss
of :mod:`~classical_ref.learning.facts`.

References:
    Wang, Li, Zhong, Lu and Wang, "Muon in associative memory learning: training dynamics and
    scaling laws" (2026), arXiv 2602.05725.
"""

from dataclasses import dataclass, replace
from typing import Annotated, final

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import Floats, Rng, Within, check_array, check_entries, checked
from classical_ref.learning.facts import Count, Facts
from classical_ref.learning.optimizers import MatrixOptimizer
from classical_ref.learning.training import TrainingOutcome
from classical_ref.shown import Shown


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Learning(Shown):
    """What learning left behind; one entry for the start and one after every step done."""

    weights: Floats
    """The last finite weights, ``(answer_dimensions, query_dimensions)``."""
    losses: Floats
    """Loss above the least possible one, ``(num_done + 1,)``."""
    group_losses: Floats
    """The same by group of facts, ``(num_done + 1, num_groups)``."""
    outcome: TrainingOutcome
    """How it ended."""

    @property
    def num_steps(self) -> int:
        """Steps done."""
        return len(self.losses) - 1

    def steps_to(self, loss: float) -> int | None:
        """Return the first step with a loss below this one; None if there was none."""
        below = np.flatnonzero(self.losses < loss)
        return int(below[0]) if below.size else None


@checked
def random_embeddings(size: Annotated[int, Within("[1, 16384]")], *, rng: Rng = None) -> Floats:
    """Return an orthogonal matrix of Haar's distribution, ``(size, size)``; columns embed.

    Raises:
        ValueError: ``size`` is not from 1 to 16,384.
    """
    rng = np.random.default_rng(rng)
    q, r = np.linalg.qr(rng.normal(size=(size, size)))
    return np.asarray(q * np.sign(np.diagonal(r)))


@checked
def learn(
    facts: Facts,
    optimizer: MatrixOptimizer,
    num_steps: Annotated[int, Within("[0, 10000000]")],
    *,
    queries: ArrayLike | None = None,
    answers: ArrayLike | None = None,
    batch_size: Count | None = None,
    decreasing: bool = False,
    rng: Rng = None,
) -> Learning:
    """Learn facts from zero weights.

    Without batches GD, normalized GD and Muon give the same losses in any orthonormal embedding;
    only the sign of single weights depends on the coordinates.

    Args:
        facts: What is learned.
        optimizer: How steps come from gradients.
        num_steps: Number of steps.
        queries: Query embeddings as columns, ``(num_dimensions, num_facts)``; None is the identity.
            With :meth:`Facts.of_labels` they are one's own samples.
        answers: Answer embeddings as columns, ``(num_dimensions, num_answers)``; None is the
            identity.
        batch_size: Queries of a step, drawn by their probabilities with noisy answers; None takes
            the expectation. Losses are of all facts.
        decreasing: Whether step sizes fall linearly, step t of T being 1 - t/T of the first: a
            constant one leaves normalized methods at a height of its square.
        rng: Source of the batches.

    Raises:
        ValueError: An embedding has another shape or is not finite, ``num_steps`` is not from 0 to
            ten millions, or facts times answers are more than 2**28.
    """
    check_entries(2**28, num_facts=facts.num_facts, num_answers=facts.num_answers)
    asked = _embedding("queries", queries, facts.num_facts)
    told = _embedding("answers", answers, facts.num_answers)
    weights = np.zeros((len(told), len(asked)))
    logits = np.zeros((facts.num_answers, facts.num_facts))
    each = facts.excess_losses(logits)
    losses, group_losses = [float(facts.query_probabilities @ each)], [facts.by_group(each)]
    outcome = TrainingOutcome.COMPLETED
    rng, now, state = np.random.default_rng(rng), optimizer, None
    for step in range(num_steps):
        if decreasing:
            now = replace(optimizer, step_size=optimizer.step_size * (1 - step / num_steps))
        with np.errstate(over="ignore", invalid="ignore"):
            gradient = told @ facts.residual(logits, batch_size=batch_size, rng=rng) @ asked.T
            new = gradient
            if np.isfinite(gradient).all():
                new, state = now.step(weights, gradient, state)
            logits = told.T @ new @ asked
            each = facts.excess_losses(logits)
        if not (np.isfinite(new).all() and np.isfinite(each).all()):
            outcome = TrainingOutcome.DIVERGED
            break
        weights = new
        losses.append(float(facts.query_probabilities @ each))
        group_losses.append(facts.by_group(each))
    return Learning(
        weights=weights,
        losses=np.array(losses),
        group_losses=np.array(group_losses),
        outcome=outcome,
    )


def _embedding(name: str, given: ArrayLike | None, size: int) -> Floats:
    return np.eye(size) if given is None else check_array(name, given, "num_dimensions", size)
