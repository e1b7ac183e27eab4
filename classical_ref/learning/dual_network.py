"""Networks with one hidden layer of rectified polynomials, the duals of class memories.

References:
    Krotov and Hopfield, "Dense associative memory for pattern recognition" (2016), arXiv
    1606.01164, section 5.
"""

from dataclasses import dataclass
from typing import Annotated, final

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import Floats, Integers, Within, check_array, check_fields, lock
from classical_ref.shown import Shown


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class DualNetwork(Shown):
    r"""One hidden layer of rectified polynomials: ``tanh(max(W v + b, 0)**power @ U)``.

    Linearizing the update of a class memory in its class entries gives
    :math:`c_a = \tanh \sum_\mu 2 Z_{\mu a} \phi'(h_\mu)`: memories are weights into the hidden
    layer, class entries weights out of it, and the activation is the derivative of the separation.
    """

    input_weights: Floats
    """``(num_hidden, num_pixels)``."""
    hidden_bias: Floats
    """``(num_hidden,)``."""
    output_weights: Floats
    """``(num_hidden, num_classes)``."""
    power: Annotated[int, Within("[0, 1000]")]
    """Degree of the activation, at most 1000."""

    def __post_init__(self) -> None:
        check_fields(self)
        inputs = check_array("input_weights", self.input_weights, "num_hidden", "num_pixels")
        bias = check_array("hidden_bias", self.hidden_bias, len(inputs))
        outputs = check_array("output_weights", self.output_weights, len(inputs), "num_classes")
        lock(self, input_weights=inputs, hidden_bias=bias, output_weights=outputs)

    def fields(self, images: ArrayLike) -> Floats:
        """Return the inputs of the output units, ``(..., num_classes)``.

        Raises:
            ValueError: The images have another shape than ``(..., num_pixels)``.
        """
        array = check_array("images", images, "...", self.input_weights.shape[1])
        hidden = rectified_power(array @ self.input_weights.T + self.hidden_bias, self.power)
        return np.asarray(hidden @ self.output_weights)

    def classify(self, images: ArrayLike) -> Integers:
        """Return the class of the largest output, ``(...)``."""
        return np.asarray(self.fields(images).argmax(axis=-1))


def rectified_power(x: Floats, power: int) -> Floats:
    """Return ``max(x, 0)**power``, of the shape of ``x``, by repeated squaring; overflow is inf."""
    square = np.maximum(x, 0)
    result: Floats | None = None
    with np.errstate(over="ignore", under="ignore"):
        while True:
            if power & 1:
                result = square if result is None else result * square
            power >>= 1
            if not power:
                return np.ones_like(x) if result is None else result
            square = square * square
