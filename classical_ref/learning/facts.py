r"""Facts to be learned: questions asked at unequal rates, each with one right answer.

Query j comes with probability p_j, and its answer is j with probability 1 - a + a/K, any other with
a/K. A model that answers by the softmax of logits has the loss

.. math:: L = -\sum_j p_j \sum_i P_{ij} \log \hat p_{ij}, \qquad
          P_{ij} = (1 - a) [i = j] + a / K.

References:
    Wang, Li, Zhong, Lu and Wang, "Muon in associative memory learning: training dynamics and
    scaling laws" (2026), arXiv 2602.05725.
"""

from dataclasses import dataclass
from typing import Annotated, final

import numpy as np

from classical_ref.checks import (
    Floats,
    Within,
    check_array,
    check_fields,
    check_positive,
    checked,
    lock,
    shown,
)
from classical_ref.log_sums import log_sum_exp
from classical_ref.shown import Shown

GroupSize = Annotated[int, Within("[1, 1000000000]")]
Noise = Annotated[float, Within("[0, 1)")]


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Facts(Shown):
    """Groups of equally frequent facts; see :meth:`power_law`."""

    group_probabilities: Floats
    """Probability that a query is of each group, ``(num_groups,)``, summing to 1, read-only."""
    group_size: GroupSize
    """Facts per group."""
    label_noise: Noise = 0.0
    """Part a of the answers that are drawn at random, from 0 to below 1."""

    def __post_init__(self) -> None:
        check_fields(self)
        rates = check_array("group_probabilities", self.group_probabilities, "num_groups")
        check_positive(group_probabilities=float(rates.min()))
        if abs(rates.sum() - 1) > 1e-9:
            raise ValueError(f"group_probabilities should sum to 1. Got {rates.sum()}.")
        if len(rates) * self.group_size < 2:
            raise ValueError(
                f"group_size should leave at least two facts. Got {len(rates)} groups of "
                f"{self.group_size}."
            )
        lock(self, group_probabilities=rates)

    @classmethod
    @checked
    def power_law(
        cls,
        num_groups: Annotated[int, Within("[1, 100000000]")],
        group_size: GroupSize,
        *,
        exponent: Annotated[float, Within("[-30, 30]")],
        label_noise: Noise = 0.0,
    ) -> "Facts":
        """Return groups with probabilities proportional to ``i**-exponent``, i = 1, 2, ...

        Raises:
            ValueError: There are fewer than two facts, ``num_groups`` is not from 1 to 1e8,
                ``exponent`` not from -30 to 30, or ``label_noise`` is out of range.
        """
        rates = np.arange(1, num_groups + 1) ** -float(exponent)
        return cls(
            group_probabilities=rates / rates.sum(), group_size=group_size, label_noise=label_noise
        )

    @property
    def num_groups(self) -> int:
        """Number of groups."""
        return int(self.group_probabilities.shape[0])

    @property
    def num_facts(self) -> int:
        """Number K of queries and of answers."""
        return self.num_groups * self.group_size

    @property
    def query_probabilities(self) -> Floats:
        """Probability of each query, ``(num_facts,)``; groups follow one another."""
        return np.repeat(self.group_probabilities / self.group_size, self.group_size)

    @property
    def targets(self) -> Floats:
        """P, the probability of answer i (row) to query j (column), ``(K, K)``."""
        size = self.num_facts
        return np.asarray((1 - self.label_noise) * np.eye(size) + self.label_noise / size)

    @property
    def optimal_gap(self) -> float:
        """Logit of the right answer less that of a wrong one at the optimum; inf without noise."""
        if self.label_noise == 0:
            return float("inf")
        return float(np.log1p(self.num_facts * (1 - self.label_noise) / self.label_noise))

    def excess_losses(self, logits: Floats) -> Floats:
        """Return each query's loss above the least possible one, ``(num_facts,)``.

        Args:
            logits: Answer by query, ``(num_facts, num_facts)``.

        It is the divergence of the answers' distribution from the model's: 0 at the optimum, the
        whole loss without label noise.
        """
        logits = _of_shape("logits", logits, (self.num_facts, self.num_facts))
        log_answers = logits - log_sum_exp(logits.T)
        if self.label_noise == 0:
            return np.asarray(-np.diagonal(log_answers))
        targets = self.targets
        return np.asarray((targets * (np.log(targets) - log_answers)).sum(axis=0))

    def by_group(self, values: Floats) -> Floats:
        """Return the mean of ``values (num_facts,)`` over each group, ``(num_groups,)``."""
        values = _of_shape("values", values, (self.num_facts,))
        return np.asarray(values.reshape(self.num_groups, self.group_size).mean(axis=1))

    def residual(self, logits: Floats) -> Floats:
        """Return the gradient of the loss by the logits, ``(Phat - P) diag(p)``, ``(K, K)``.

        Its columns sum to zero, so its rank is below K.
        """
        logits = _of_shape("logits", logits, (self.num_facts, self.num_facts))
        model = np.exp(logits - log_sum_exp(logits.T))
        return np.asarray((model - self.targets) * self.query_probabilities)


def _of_shape(name: str, values: Floats, shape: tuple[int, ...]) -> Floats:
    """Return numbers of a shape, which diverging training may have made infinite."""
    try:
        array = np.asarray(values)
    except ValueError:  # lists of several lengths
        array = np.zeros(0)
    if array.shape != shape or array.dtype.kind not in "iuf":
        raise ValueError(f"{name} should be numbers of shape {shape}. Got {shown(values)}.")
    return array
