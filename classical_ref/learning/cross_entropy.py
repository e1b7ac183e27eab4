r"""Class memories trained by cross-entropy: one start and one scale for every order.

With v the scaled features and a constant neuron, memories :math:`(\xi, b, Z)` and
:math:`g = 1/\sqrt K`,

.. math:: h_\mu = c + \tfrac1n (\xi^\mu \cdot v + b_\mu - \sum_a Z_{\mu a}), \qquad
          f_a = g \sum_\mu \max(0, h_\mu + \tfrac2n Z_{\mu a})^n, \qquad
          P(a | v) = \operatorname{softmax}_a f_a,

which is Boltzmann's law over the states with one class unit on: :math:`-f_a` is, up to a constant,
the energy of the rectified memory of order n at similarities over n. About the constant c, 1 from
order 3 on, the power is nearly :math:`e^{\xi \cdot v + \dots}`, so that no temperature has to be
found. At order 2 with all memories active the classifier is linear; there c is 0.3. The loss is the
weighted mean of :math:`-\log P(y|v)` and :math:`\tfrac\alpha2 |(\xi, b, Z)|^2`.

References:
    Krotov and Hopfield, "Dense associative memory for pattern recognition" (2016), arXiv
    1606.01164, for the memory; its loss and schedule are those of
    :func:`~classical_ref.learning.train`.
"""

import numpy as np

from classical_ref.checks import Floats, Integers
from classical_ref.learning.class_memory import ClassMemory
from classical_ref.learning.dual_network import rectified_power
from classical_ref.log_sums import log_sum_exp

_CHUNK = 2**21  # entries of a (samples, classes, memories) block
_JITTER = 0.02
_CLASS_UNIT = 0.25
_ORDERS, _ALPHAS = (2, 3, 5, 10), (1e-3, 3e-3, 3e-3, 1e-2)


def default_alpha(order: int) -> float:
    """Return the weight decay that does well at an order: 1e-3 at 2, 3e-3 to 5, 1e-2 from 10.

    Read off folds of iris, wine and breast cancer; between the orders it is interpolated.
    """
    return float(np.exp(np.interp(np.log(order), np.log(_ORDERS), np.log(_ALPHAS))))


def first_memories(
    samples: Floats, labels: Integers, num_classes: int, num_memories: int, rng: np.random.Generator
) -> Floats:
    """Return memories at samples, as many of each class, ``(K, features + 1 + classes)``.

    Args:
        samples: Scaled features ``(num_samples, num_features)``, no row twice in a class.
        labels: Classes from 0, ``(num_samples,)``, each present.
        num_classes: Number of class units.
        num_memories: K.
        rng: Source of the choice and of small differences between memories at one sample.
    """
    owners = np.arange(num_memories) % num_classes
    rows = np.empty(num_memories, dtype=np.int64)
    for each in range(num_classes):
        own, wanted = np.flatnonzero(labels == each), np.count_nonzero(owners == each)
        picked = rng.permutation(len(own))
        rows[owners == each] = own[np.resize(picked, wanted)]
    units = np.where(owners[:, np.newaxis] == np.arange(num_classes), _CLASS_UNIT, -_CLASS_UNIT)
    memories = np.hstack([samples[rows], np.zeros((num_memories, 1)), units])
    return np.asarray(memories + _JITTER * rng.normal(size=memories.shape))


def as_memory(memories: Floats, num_classes: int, order: int) -> ClassMemory:
    """Return the class memory over features, a constant neuron at 1, and classes."""
    visible = memories[:, :-num_classes].copy()
    visible[:, -1] += order * _constant(order)
    scale = len(memories) ** (1 / (2 * order))  # g**(-1/n)
    return ClassMemory(
        pixels=visible,
        classes=memories[:, -num_classes:],
        order=order,
        temperature=order * scale,
    )


def loss_and_gradient(
    memories: Floats,
    samples: Floats,
    labels: Integers,
    weights: Floats,
    *,
    num_classes: int,
    order: int,
    alpha: float,
) -> tuple[float, Floats]:
    """Return the loss and its gradient, of the shape of ``memories``.

    Args:
        memories: ``(K, num_features + 1 + num_classes)``.
        samples: Scaled features, ``(num_samples, num_features)``.
        labels: Classes from 0, ``(num_samples,)``.
        weights: Of the samples, sum 1.
        num_classes: Number of class units.
        order: n.
        alpha: Weight decay.
    """
    classes = memories[:, -num_classes:]
    gain = 1 / np.sqrt(len(memories))
    loss = alpha / 2 * float((memories**2).sum())
    gradient = alpha * memories
    rows = max(1, _CHUNK // classes.size)
    for start in range(0, len(samples), rows):
        block = slice(start, start + rows)
        inputs = np.hstack([samples[block], np.ones((len(samples[block]), 1))])
        base = inputs @ memories[:, :-num_classes].T - classes.sum(axis=1)
        raised = _constant(order) + (base[:, np.newaxis] + 2 * classes.T) / order
        slopes = rectified_power(raised, order - 1)  # (samples, classes, memories)
        fields = gain * (slopes * raised).sum(axis=-1)
        chosen = np.arange(len(inputs)), labels[block]
        logs = fields - log_sum_exp(fields)[:, np.newaxis]
        loss -= float(weights[block] @ logs[chosen])
        excess = np.exp(logs)
        excess[chosen] -= 1
        slopes *= (gain * weights[block, np.newaxis] * excess)[:, :, np.newaxis]
        by_memory = slopes.sum(axis=1)
        gradient[:, :-num_classes] += by_memory.T @ inputs
        gradient[:, -num_classes:] += 2 * slopes.sum(axis=0).T - by_memory.sum(axis=0)[:, None]
    return loss, gradient


def _constant(order: int) -> float:
    return 1.0 if order > 2 else 0.3
