r"""A linear associative memory that learns facts: logits :math:`\tilde E' W E` of one matrix W.

Queries and answers are embedded as the columns of E and :math:`\tilde E`. From zero weights,
an optimizer follows the gradient :math:`\tilde E [(\hat P - P)\,\mathrm{diag}(p)] E'` of the loss
of :mod:`~classical_ref.learning.facts`.

References:
    Wang, Li, Zhong, Lu and Wang, "Muon in associative memory learning: training dynamics and
    scaling laws" (2026), arXiv 2602.05725.
"""

from dataclasses import dataclass
from typing import Annotated, final

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import Floats, Rng, Within, check_array, check_entries, checked
from classical_ref.learning.facts import Facts
from classical_ref.learning.optimizers import MatrixOptimizer
from classical_ref.learning.training import TrainingOutcome
from classical_ref.shown import Shown


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Learning(Shown):
    """What learning left behind; one entry for the start and one after every step done."""

    weights: Floats
    """The last finite weights, ``(num_dimensions, num_dimensions)``."""
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
) -> Learning:
    """Learn facts from zero weights.

    GD, normalized GD and Muon give the same losses in any orthonormal embedding; only the sign of
    single weights depends on the coordinates.

    Args:
        facts: What is learned.
        optimizer: How steps come from gradients.
        num_steps: Number of steps.
        queries: Query embeddings as columns, ``(num_dimensions, num_facts)``; None is the identity.
        answers: Answer embeddings as columns, of any number of dimensions; None is the identity.

    Raises:
        ValueError: An embedding has another shape or is not finite, ``num_steps`` is not from 0 to
            ten millions, or there are more than 16,384 facts.
    """
    check_entries(2**28, **{"num_facts**2": facts.num_facts**2})
    asked, told = _embedding(queries, facts, "queries"), _embedding(answers, facts, "answers")
    weights = np.zeros((len(told), len(asked)))
    logits = np.zeros((facts.num_facts, facts.num_facts))
    each = facts.excess_losses(logits)
    losses, group_losses = [float(facts.query_probabilities @ each)], [facts.by_group(each)]
    outcome = TrainingOutcome.COMPLETED
    for _ in range(num_steps):
        with np.errstate(over="ignore", invalid="ignore"):
            gradient = told @ facts.residual(logits) @ asked.T
            new = weights - optimizer.step_size * optimizer.direction(gradient)
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


def _embedding(given: ArrayLike | None, facts: Facts, name: str) -> Floats:
    if given is None:
        return np.eye(facts.num_facts)
    return check_array(name, given, "num_dimensions", facts.num_facts)
