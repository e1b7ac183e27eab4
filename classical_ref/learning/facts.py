r"""Facts to be learned: questions asked at unequal rates, each with one right answer.

Query j comes with probability p_j, and its answer is y_j with probability 1 - a + a/A, any other of
the A answers with a/A. Each query has an answer of its own, :math:`y_j = j` and A = K, unless told
otherwise. A model that answers by the softmax of logits has the loss

.. math:: L = -\sum_j p_j \sum_i P_{ij} \log \hat p_{ij}, \qquad
          P_{ij} = (1 - a) [i = y_j] + a / A.

References:
    Wang, Li, Zhong, Lu and Wang, "Muon in associative memory learning: training dynamics and
    scaling laws" (2026), arXiv 2602.05725.
"""

from dataclasses import dataclass
from typing import Annotated, final

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import (
    Floats,
    Integers,
    Rng,
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
Count = Annotated[int, Within("[1, 10000000]")]
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
    answers: Integers | None = None
    """Right answer y of each query, from 0, ``(num_facts,)``, read-only; None: its own number."""

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
        if self.answers is not None:
            answers = check_array("answers", self.answers, self.num_facts)
            if (answers % 1).any() or answers.min() < 0 or not 1 <= answers.max() < 2**31:
                raise ValueError(
                    "answers should be numbers from 0 to below 2**31, at least two different. Got "
                    f"{shown(self.answers)}."
                )
            lock(self, answers=answers.astype(np.int64))

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

    @classmethod
    @checked
    def of_labels(cls, labels: ArrayLike, *, label_noise: Noise = 0.0) -> "Facts":
        """Return one's own data, a fact a sample: equally frequent, answered by their labels.

        Args:
            labels: One of any type for each sample, ``(num_facts,)``; answers are their places
                among the sorted different ones, as ``numpy.unique`` gives them.
            label_noise: a.

        Raises:
            ValueError: ``labels`` are of another shape, or all alike.
        """
        try:
            array = np.asarray(labels)
            kinds, answers = np.unique(array, return_inverse=True)
        except (TypeError, ValueError):  # no order among them, or lists of several lengths
            array = kinds = answers = np.zeros(0, dtype=np.int64)
        if array.ndim != 1 or len(kinds) < 2:
            raise ValueError(
                "labels should have shape (num_facts,), at least two different of one type. Got "
                f"{shown(labels)}."
            )
        return cls(
            group_probabilities=np.ones(1),
            group_size=len(answers),
            label_noise=label_noise,
            answers=answers,
        )

    @property
    def num_groups(self) -> int:
        """Number of groups."""
        return int(self.group_probabilities.shape[0])

    @property
    def num_facts(self) -> int:
        """Number K of queries."""
        return self.num_groups * self.group_size

    @property
    def num_answers(self) -> int:
        """Number A of answers."""
        return self.num_facts if self.answers is None else int(self.answers.max()) + 1

    @property
    def query_probabilities(self) -> Floats:
        """Probability of each query, ``(num_facts,)``; groups follow one another."""
        return np.repeat(self.group_probabilities / self.group_size, self.group_size)

    @property
    def targets(self) -> Floats:
        """P, the probability of answer i (row) to query j (column), ``(A, K)``."""
        targets = np.full(self._shape, self.label_noise / self.num_answers)
        targets[self._right] += 1 - self.label_noise
        return targets

    @property
    def optimal_gap(self) -> float:
        """Logit of the right answer less that of a wrong one at the optimum; inf without noise."""
        if self.label_noise == 0:
            return float("inf")
        return float(np.log1p(self.num_answers * (1 - self.label_noise) / self.label_noise))

    def excess_losses(self, logits: Floats) -> Floats:
        """Return each query's loss above the least possible one, ``(num_facts,)``.

        Args:
            logits: Answer by query, ``(num_answers, num_facts)``.

        It is the divergence of the answers' distribution from the model's: 0 at the optimum, the
        whole loss without label noise.
        """
        logits = _of_shape("logits", logits, self._shape)
        log_answers = logits - log_sum_exp(logits.T)
        if self.label_noise == 0:
            return np.asarray(-log_answers[self._right])
        targets = self.targets
        return np.asarray((targets * (np.log(targets) - log_answers)).sum(axis=0))

    def by_group(self, values: Floats) -> Floats:
        """Return the mean of ``values (num_facts,)`` over each group, ``(num_groups,)``."""
        values = _of_shape("values", values, (self.num_facts,))
        return np.asarray(values.reshape(self.num_groups, self.group_size).mean(axis=1))

    @checked
    def residual(
        self, logits: Floats, *, batch_size: Count | None = None, rng: Rng = None
    ) -> Floats:
        """Return the gradient of the loss by the logits, ``(Phat - P) diag(p)``, ``(A, K)``.

        Its columns sum to zero, so its rank is below A.

        Args:
            logits: Answer by query, ``(A, K)``.
            batch_size: Number of queries, drawn by their probabilities with noisy answers, whose
                frequencies take the place of p and P; None takes these.
            rng: Source of the batch.

        Raises:
            ValueError: The logits have another shape, or the batch is not of 1 to 1e7 queries.
        """
        logits = _of_shape("logits", logits, self._shape)
        targets, rates = self.targets, self.query_probabilities
        if batch_size is not None:
            targets, rates = self._drawn(batch_size, np.random.default_rng(rng))
        model = np.exp(logits - log_sum_exp(logits.T))
        return np.asarray((model - targets) * rates)

    def _drawn(self, batch_size: int, generator: np.random.Generator) -> tuple[Floats, Floats]:
        queries = generator.choice(self.num_facts, batch_size, p=self.query_probabilities)
        told = self._right[0][queries]
        is_noise = generator.random(batch_size) < self.label_noise
        told = np.where(is_noise, generator.integers(self.num_answers, size=batch_size), told)
        counts = np.zeros(self._shape)
        np.add.at(counts, (told, queries), 1)
        totals = counts.sum(axis=0)
        return counts / np.maximum(totals, 1), totals / batch_size

    @property
    def _shape(self) -> tuple[int, int]:
        return self.num_answers, self.num_facts

    @property
    def _right(self) -> tuple[Integers, Integers]:
        """Rows and columns of the right answers."""
        queries = np.arange(self.num_facts)
        return queries if self.answers is None else self.answers, queries


def _of_shape(name: str, values: Floats, shape: tuple[int, ...]) -> Floats:
    """Return numbers of a shape, which diverging training may have made infinite."""
    try:
        array = np.asarray(values)
    except ValueError:  # lists of several lengths
        array = np.zeros(0)
    if array.shape != shape or array.dtype.kind not in "iuf":
        raise ValueError(f"{name} should be numbers of shape {shape}. Got {shown(values)}.")
    return array
