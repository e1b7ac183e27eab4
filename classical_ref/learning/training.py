r"""Training of class memories by gradient descent with one step size for all memories.

The loss is :math:`\sum_{A,a} (c_a^A - t_a^A)^{2m}` with targets 1 for the class and -1 for others.
Large m looks at mistakes and forgets what is nearly right. After each batch

.. math:: V^\mu \leftarrow p V^\mu - \partial_{\xi^\mu} C, \qquad
          \xi^\mu \leftarrow \mathrm{clip}\bigl(\xi^\mu + \varepsilon_t\,
          V^\mu / \max_I |V_I^\mu|, -1, 1\bigr), \qquad \varepsilon_t = \varepsilon_0 f^t,

so the fastest entry of every memory moves by :math:`\varepsilon_t`, however flat the loss is there.

References:
    Krotov and Hopfield, "Dense associative memory for pattern recognition" (2016), arXiv
    1606.01164, appendix A.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, final

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import Floats, Rng, Within, check_array, check_entries, checked, lock
from classical_ref.learning.class_memory import ClassMemory, check_labels
from classical_ref.learning.dual_network import rectified_power
from classical_ref.learning.training_setup import TrainingSetup, default_temperature
from classical_ref.shown import Shown


class TrainingOutcome(IntEnum):
    """How training ended."""

    COMPLETED = 0
    """All epochs or steps were done."""
    DIVERGED = 1
    """A loss, gradient or weight left the range of float64; the last finite weights are kept."""
    STALLED = 2
    """A whole epoch gave no gradient at all, and the memories stayed where they were."""


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Training(Shown):
    """What training left behind."""

    memory: ClassMemory
    """The memories after the last finite update."""
    losses: Floats
    """Mean loss per image of each finished epoch, ``(num_done,)``, read-only."""
    outcome: TrainingOutcome
    """How it ended."""

    def __post_init__(self) -> None:
        lock(self, losses=self.losses)


@checked
def train(
    images: ArrayLike,
    labels: ArrayLike,
    setup: TrainingSetup | None = None,
    *,
    num_classes: Annotated[int, Within("[1, 1000000]")] | None = None,
    on_epoch: Callable[[int, float], None] | None = None,
    rng: Rng = None,
) -> Training:
    """Learn memories that classify images.

    Args:
        images: Pixel values, best from -1 to 1, ``(num_images, num_pixels)``.
        labels: Classes from 0, ``(num_images,)``.
        setup: Model and schedule; None takes the defaults.
        num_classes: Number of class units; None takes the largest label plus one.
        on_epoch: Called with the number of finished epochs and the mean loss.
        rng: Source of initial memories and of the order of images.

    Raises:
        ValueError: A shape is wrong, an image is not finite, a label is no class, or the memories
            would have more than 2**28 entries.
    """
    rng = np.random.default_rng(rng)
    setup = TrainingSetup() if setup is None else setup
    pixels = check_array("images", images, "num_images", "num_pixels")
    chosen = check_labels(labels, len(pixels), num_classes)
    count = int(chosen.max()) + 1 if num_classes is None else num_classes
    targets = np.where(np.arange(count) == chosen[:, np.newaxis], 1.0, -1.0)
    final = setup.temperature
    if final is None:
        final = default_temperature(setup.order, pixels.shape[1] + count)

    shape = (setup.num_memories, pixels.shape[1] + count)
    check_entries(2**28, num_memories=shape[0], num_neurons=shape[1])
    memories = np.clip(rng.normal(setup.mean, setup.spread, shape), -1, 1)
    velocity = np.zeros(shape)
    losses: list[float] = []
    outcome = TrainingOutcome.COMPLETED
    for epoch in range(setup.num_epochs):
        temperature = setup.temperature_at(epoch, final)
        step = setup.learning_rate * setup.decay**epoch
        order = rng.permutation(len(pixels))
        total, moved = 0.0, False
        for start in range(0, len(order), setup.batch_size):
            batch = order[start : start + setup.batch_size]
            loss, gradient = loss_and_gradient(
                memories,
                pixels[batch],
                targets[batch],
                order=setup.order,
                temperature=temperature,
                loss_power=setup.loss_power,
            )
            if not (np.isfinite(loss) and np.isfinite(gradient).all()):
                outcome = TrainingOutcome.DIVERGED
                break
            total += loss
            velocity = setup.momentum * velocity - gradient
            fastest = np.abs(velocity).max(axis=1, keepdims=True)
            direction = np.divide(velocity, fastest, out=np.zeros_like(velocity), where=fastest > 0)
            moved = moved or bool(fastest.any())
            memories = np.clip(memories + step * direction, -1, 1)
        if outcome == TrainingOutcome.DIVERGED:
            break
        losses.append(total / len(pixels))
        if on_epoch is not None:
            on_epoch(epoch + 1, losses[-1])
        if not moved:
            outcome = TrainingOutcome.STALLED
            break
    return Training(
        memory=ClassMemory(
            pixels=memories[:, : pixels.shape[1]],
            classes=memories[:, pixels.shape[1] :],
            order=setup.order,
            temperature=final,
        ),
        losses=np.array(losses),
        outcome=outcome,
    )


def loss_and_gradient(
    memories: Floats,
    images: Floats,
    targets: Floats,
    *,
    order: int,
    temperature: float,
    loss_power: int,
) -> tuple[float, Floats]:
    """Return the summed loss of a batch and its gradient ``(num_memories, num_neurons)``.

    Args:
        memories: ``(num_memories, num_pixels + num_classes)``.
        images: ``(num_images, num_pixels)``.
        targets: 1 for the class and -1 for others, ``(num_images, num_classes)``.
        order: Power n.
        temperature: T.
        loss_power: m.

    A value that float64 cannot hold is returned as infinity or nan.
    """
    visible, classes = memories[:, : images.shape[1]], memories[:, images.shape[1] :]
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        base = (images @ visible.T - classes.sum(axis=1)) / temperature
        raised = base[:, np.newaxis] + 2 * classes.T / temperature  # (images, classes, memories)
        off, on = rectified_power(base, order - 1), rectified_power(raised, order - 1)
        fields = (on * raised).sum(axis=-1) - (off * base).sum(axis=-1)[:, np.newaxis]
        units = np.tanh(fields)
        error = units - targets
        slope = 2 * loss_power * error ** (2 * loss_power - 1) * (1 - units**2)
        slope *= order / temperature
        on *= slope[:, :, np.newaxis]
        by_memory = on.sum(axis=1) - off * slope.sum(axis=1)[:, np.newaxis]
        by_class = 2 * on.sum(axis=0).T - by_memory.sum(axis=0)[:, np.newaxis]
        loss = float((error ** (2 * loss_power)).sum())
        return loss, np.hstack([by_memory.T @ images, by_class])
