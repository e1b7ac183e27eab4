r"""Exact dynamics of learned facts that need no matrix: one logit gap per group, or one in all.

With orthonormal embeddings and zero initial weights, gradient descent keeps all wrong answers to a
query alike, so that only the gap d between the right logit and a wrong one moves. The model's
probability of the right one of A answers is :math:`\hat p = 1 / (1 + (A - 1) e^{-d})`. For equally
frequent facts the same holds for Muon, whose gap moves by the step size.
"""

from collections.abc import Iterable
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import (
    Floats,
    Within,
    check_array,
    check_entries,
    checked,
    is_integer,
    shown,
)
from classical_ref.learning.facts import Facts

StepSize = Annotated[float, Within("(0, inf)")]
"""eta, positive."""
_MOST_STEPS = 10**9


@checked
def descent_gaps(facts: Facts, step_size: StepSize, steps: Iterable[int]) -> Floats:
    r"""Return the gaps of gradient descent after some numbers of steps, ``(num, num_groups)``.

    .. math:: d_j \leftarrow d_j + \eta p_j (q - \hat p_j) \frac{A}{A-1}, \qquad q = 1 - a + a/A.

    Args:
        facts: What is learned; there may be many more groups than a matrix could hold.
        step_size: eta.
        steps: Ascending numbers of steps at which gaps are wanted.

    Raises:
        ValueError: ``steps`` do not ascend, begin below 0, or end above a billion.
    """
    given = list(steps)
    if not all(map(is_integer, given)):
        raise TypeError(f"steps should be integers. Got {shown(given)}.")
    if not given or given[0] < 0 or given[-1] > _MOST_STEPS or given != sorted(set(given)):
        raise ValueError(
            f"steps should ascend from 0 or more to {_MOST_STEPS}. Got {shown(given)}."
        )
    wanted = np.asarray(given, dtype=np.int64)
    check_entries(2**28, num_groups=facts.num_groups, num_steps=len(wanted))
    size = facts.num_answers
    right = 1 - facts.label_noise + facts.label_noise / size
    rates = step_size * facts.group_probabilities / facts.group_size * size / (size - 1)
    gap = np.zeros(facts.num_groups)
    kept, done = [], 0
    for step in wanted.tolist():
        for _ in range(step - done):
            gap = gap + rates * (right - 1 / (1 + (size - 1) * np.exp(-gap)))
        kept.append(gap)
        done = step
    return np.array(kept)


@checked
def gap_losses(facts: Facts, gaps: ArrayLike) -> Floats:
    """Return the loss above the least possible one of a query with each gap, of their shape."""
    array = check_array("gaps", gaps, "...")
    size, noise = facts.num_answers, facts.label_noise
    remainder = np.log1p((size - 1) * np.exp(-array))  # minus the log of the right probability
    if noise == 0:
        return np.asarray(remainder)
    wrong = noise / size
    right = 1 - noise + wrong
    cross = remainder + (size - 1) * wrong * array
    entropy = -right * np.log(right) - (size - 1) * wrong * np.log(wrong)
    return np.asarray(cross - entropy)


@checked
def uniform_muon_gaps(
    facts: Facts, step_size: StepSize, num_steps: Annotated[int, Within("[0, 100000000]")]
) -> Floats:
    r"""Return Muon's gap for equally frequent facts, ``(num_steps + 1,)``.

    Without noise it is :math:`\eta t`, so that the loss is :math:`\log(1 + (A-1) e^{-\eta t})`.
    Where c queries share each answer, :math:`\eta / \sqrt c` takes the place of :math:`\eta`.
    With noise it steps towards the optimum, :math:`d \leftarrow d + \eta\,\mathrm{sgn}(d^* - d)`,
    and ends in a cycle of two around it. The loss has a curvature of at most 1/4 in d, so from
    :math:`t \ge d^* / \eta` on it stays within :math:`\eta^2 / 8` of the least one.

    Raises:
        ValueError: The facts or their answers are not equally frequent, or ``num_steps`` is not
            from 0 to 1e8.
    """
    if np.ptp(facts.group_probabilities) > 1e-12:
        raise ValueError("facts should be equally frequent. Got groups of unequal probability.")
    if facts.answers is not None and np.ptp(np.bincount(facts.answers)) > 0:
        raise ValueError("answers should be equally frequent. Got unequal numbers of queries.")
    step_size *= (facts.num_answers / facts.num_facts) ** 0.5
    gaps = np.zeros(num_steps + 1)
    for step in range(num_steps):
        gaps[step + 1] = gaps[step] + step_size * np.sign(facts.optimal_gap - gaps[step])
    return gaps
