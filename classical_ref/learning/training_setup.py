"""What the training of class memories needs to know, with the published values.

References:
    Krotov and Hopfield, "Dense associative memory for pattern recognition" (2016), arXiv
    1606.01164, appendix A.
"""

from dataclasses import dataclass, replace
from typing import Annotated, final

import numpy as np

from classical_ref.checks import Within, check_fields, checked
from classical_ref.learning.class_memory import Order

Count = Annotated[int, Within("[1, 1000000]")]
Positive = Annotated[float, Within("(0, inf)")]

_KNOWN_ORDERS = (2, 3, 5, 10, 20, 30)
_TEMPERATURES = (0.20, 0.265, 0.395, 0.61, 0.61, 0.65)  # per neuron; found by trial on 8 x 8 digits


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingSetup:
    """What training needs to know besides the images."""

    order: Order = 3
    """Power n of the rectified polynomial, from 2 to 1000."""
    num_memories: Count = 60
    """Number of memories (hidden units of the dual network)."""
    temperature: Positive | None = None
    """Final temperature T in neurons; None takes :func:`default_temperature`."""
    initial_temperature: Positive | None = None
    """Temperature from which it falls linearly; None keeps it constant."""
    temperature_epochs: Annotated[int, Within("[0, 1000000]")] = 0
    """Epochs after which the final temperature is reached."""
    loss_power: Annotated[int, Within("[1, 1000]")] = 2
    """m of the loss."""
    learning_rate: Positive = 0.04
    """Step of the fastest entry of a memory in the first epoch."""
    decay: Positive = 0.985
    """Factor of the step from epoch to epoch."""
    momentum: Annotated[float, Within("[0, 1)")] = 0.6
    """p of the update, from 0 to below 1."""
    num_epochs: Count = 100
    """Passes over the training images."""
    batch_size: Annotated[int, Within("[1, 1000000000]")] = 100
    """Images per update; what is left over makes a smaller last batch."""
    mean: float = -0.3
    """Mean of initial entries; negative because the background of images is -1."""
    spread: Positive = 0.3
    """Standard deviation of initial entries, which are clipped to [-1, 1]."""

    def __post_init__(self) -> None:
        check_fields(self)

    def temperature_at(self, epoch: int, final: float) -> float:
        """Return the temperature of an epoch, counted from 0."""
        if self.initial_temperature is None or epoch >= self.temperature_epochs:
            return final
        part = epoch / self.temperature_epochs
        return (1 - part) * self.initial_temperature + part * final


@checked
def default_temperature(
    order: Order, num_neurons: Annotated[int, Within("[1, 1000000000]")]
) -> float:
    """Return a temperature that suits images like 8 x 8 digits, in neurons.

    It was found by trial at orders 2, 3, 5, 10, 20 and 30 and is interpolated between them: 0.2 to
    0.65 of the number of neurons. Far from it orders of 20 and more stay at chance, since
    ``(h / T)**n`` of the initial memories is then nearly zero or saturates every class unit.

    Raises:
        ValueError: ``order`` is not from 2 to 1000, or ``num_neurons`` below 1.
    """
    return num_neurons * float(np.interp(np.log(order), np.log(_KNOWN_ORDERS), _TEMPERATURES))


@checked
def published_setup(order: Order) -> TrainingSetup:
    """Return a setup of the paper for MNIST: 2,000 memories, 3,000 epochs, batches of 1,000.

    The paper gives windows that were searched on a validation set: steps from 0.01 to 0.04, momenta
    from 0.6 to 0.95, constant temperatures from 500 to 700 for large orders, and for small ones a
    fall from 250..400 to 30..100 in the first 200 epochs; m is 2, 3 or 4, and about 30 for orders
    20 and 30. This is near the middle of each window, for 28 x 28 pixels scaled to [-1, 1].
    Batches are drawn at random, where the paper took 100 images of each digit. An epoch of 60,000
    images takes about three minutes of one core, and a batch several hundred megabytes.

    Raises:
        ValueError: The paper tells no setup for this order.
    """
    common = TrainingSetup(
        num_memories=2000,
        num_epochs=3000,
        batch_size=1000,
        learning_rate=0.025,
        decay=0.998,
        momentum=0.8,
        mean=-0.3,
        spread=0.3,
    )
    if order in (2, 3):
        return replace(
            common,
            order=order,
            temperature=65.0,
            initial_temperature=325.0,
            temperature_epochs=200,
            loss_power=3,
        )
    if order in (20, 30):
        return replace(common, order=order, temperature=600.0, loss_power=30)
    raise ValueError(f"order should be 2, 3, 20 or 30, the published ones. Got {order}.")
