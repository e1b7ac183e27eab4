r"""Dense associative memories that classify.

A memory :math:`\xi^\mu` has one entry per pixel and one, :math:`Z_{\mu a}`, per class. Pixels are
clamped to an image, class units start at -1, and each is updated once while the others stay:

.. math:: c_a = \tanh \sum_\mu \bigl[\phi(h_\mu + 2 Z_{\mu a}) - \phi(h_\mu)\bigr], \qquad
          h_\mu = \sum_i \xi^\mu_i v_i - \sum_b Z_{\mu b}, \qquad \phi(x) = (\max(x, 0) / T)^n.

References:
    Krotov and Hopfield, "Dense associative memory for pattern recognition" (2016), arXiv
    1606.01164, equations 9 and 10.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, final

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import (
    Floats,
    Integers,
    Within,
    check_array,
    check_fields,
    checked,
    lock,
)
from classical_ref.learning.dual_network import DualNetwork, rectified_power
from classical_ref.shown import Shown

Order = Annotated[int, Within("[2, 1000]")]
"""Power n of a rectified polynomial."""

_CHUNK = 2**22  # entries of an (images, classes, memories) block


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ClassMemory(Shown):
    """Memories over pixels and classes; made by :func:`~classical_ref.learning.train`."""

    pixels: Floats
    """Visible part of each memory, ``(num_memories, num_pixels)``, read-only."""
    classes: Floats
    """Class part of each memory, ``(num_memories, num_classes)``, read-only."""
    order: Order
    """Power n of the rectified polynomial, from 2 to 1000."""
    temperature: Annotated[float, Within("(0, inf)")]
    """Similarity T at which one memory fills the range of a class unit, in neurons."""

    def __post_init__(self) -> None:
        check_fields(self)
        pixels = check_array("pixels", self.pixels, "num_memories", "num_pixels")
        classes = check_array("classes", self.classes, len(pixels), "num_classes")
        lock(self, pixels=pixels, classes=classes)

    def _facts(self) -> Mapping[str, object]:
        names = ("num_memories", "num_pixels", "num_classes", "order", "temperature")
        return {name: getattr(self, name) for name in names}

    @property
    def patterns(self) -> Floats:
        """Whole memories, ``(num_memories, num_pixels + num_classes)``."""
        return np.hstack([self.pixels, self.classes])

    @property
    def num_memories(self) -> int:
        """Number of memories."""
        return int(self.pixels.shape[0])

    @property
    def num_pixels(self) -> int:
        """Number of visible neurons."""
        return int(self.pixels.shape[1])

    @property
    def num_classes(self) -> int:
        """Number of class neurons."""
        return int(self.classes.shape[1])

    def energy(self, states: ArrayLike) -> Floats:
        r"""Return :math:`E = -\sum_\mu \phi(\xi^\mu \cdot \sigma)`, of shape ``(...)``.

        Args:
            states: Pixels followed by class units, ``(..., num_pixels + num_classes)``.

        Raises:
            ValueError: The states have another shape.
        """
        array = check_array("states", states, "...", self.num_pixels + self.num_classes)
        return np.asarray(-self._separated(array @ self.patterns.T).sum(axis=-1))

    def fields(self, images: ArrayLike) -> Floats:
        """Return the energy that each class unit gains by turning on, ``(..., num_classes)``.

        Args:
            images: Pixel values, ``(..., num_pixels)``.

        Raises:
            ValueError: The images have another shape.
        """
        array = check_array("images", images, "...", self.num_pixels)
        flat = array.reshape(-1, self.num_pixels)
        fields = np.empty((len(flat), self.num_classes))
        rows = max(1, _CHUNK // self.classes.size)
        for start in range(0, len(flat), rows):
            block = slice(start, start + rows)
            fields[block] = self._contributions(flat[block]).sum(axis=-1)
        return fields.reshape(*array.shape[:-1], self.num_classes)

    def class_units(self, images: ArrayLike) -> Floats:
        """Return the class units after one update, ``(..., num_classes)``, from -1 to 1."""
        return np.asarray(np.tanh(self.fields(images)))

    def classify(self, images: ArrayLike) -> Integers:
        """Return the class of the largest field, ``(...)``."""
        return np.asarray(self.fields(images).argmax(axis=-1))

    def contributions(self, images: ArrayLike, labels: ArrayLike) -> Floats:
        """Return what each memory adds to the field of the class of each image.

        Args:
            images: Pixel values, ``(num_images, num_pixels)``.
            labels: Classes from 0, ``(num_images,)``.

        Returns:
            Contributions ``(num_images, num_memories)``.

        Raises:
            ValueError: A shape is wrong, or a label is no class.
        """
        array = check_array("images", images, "num_images", self.num_pixels)
        chosen = check_labels(labels, len(array), self.num_classes)
        base = self._base(array)
        raised = base + 2 * self.classes.T[chosen]
        return np.asarray(self._separated(raised) - self._separated(base))

    def effective_memories(self, images: ArrayLike, labels: ArrayLike) -> Floats:
        r"""Return how many memories decide about each image, ``(num_images,)``.

        :math:`N_\mathrm{eff} = (\sum_\mu |a_\mu|)^2 / \sum_\mu a_\mu^2` of the contributions to the
        class of the image: the number of memories if all count alike, 1 if a single one decides,
        0 if none does.
        """
        size = np.abs(self.contributions(images, labels))
        largest = size.max(axis=1, keepdims=True)
        scaled = np.divide(size, largest, out=np.zeros_like(size), where=largest > 0)
        squares = (scaled**2).sum(axis=1)
        return np.asarray(scaled.sum(axis=1) ** 2 / np.maximum(squares, 1.0))

    @checked
    def classes_per_memory(self, *, threshold: float = 0.0) -> Integers:
        """Return the number of class entries above the threshold, ``(num_memories,)``.

        A feature votes for several classes, a prototype for one.
        """
        return np.asarray((self.classes > threshold).sum(axis=1))

    def dual(self) -> DualNetwork:
        """Return the network of one hidden unit per memory, linear in the class entries."""
        return DualNetwork(
            input_weights=self.pixels / self.temperature,
            hidden_bias=-self.classes.sum(axis=1) / self.temperature,
            output_weights=2 * self.order * self.classes / self.temperature,
            power=self.order - 1,
        )

    def exact_dual(self) -> DualNetwork:
        """Return the network of ``num_memories * (num_classes + 1)`` units with the same fields.

        Each memory has one hidden unit for every class turned on and one for none, of power n
        instead of n - 1, and output weights 1 and -1: no approximation is made.
        """
        base = -self.classes.sum(axis=1, keepdims=True)
        offsets = np.hstack([base + 2 * self.classes, base])
        signs = np.vstack([np.eye(self.num_classes), -np.ones((1, self.num_classes))])
        return DualNetwork(
            input_weights=np.repeat(self.pixels, self.num_classes + 1, axis=0) / self.temperature,
            hidden_bias=offsets.ravel() / self.temperature,
            output_weights=np.tile(signs, (self.num_memories, 1)),
            power=self.order,
        )

    def _base(self, images: Floats) -> Floats:
        return np.asarray(images @ self.pixels.T - self.classes.sum(axis=1))

    def _contributions(self, images: Floats) -> Floats:
        """Return ``(num_images, num_classes, num_memories)``."""
        base = self._base(images)[:, np.newaxis]
        return self._separated(base + 2 * self.classes.T) - self._separated(base)

    def _separated(self, similarities: Floats) -> Floats:
        return rectified_power(similarities / self.temperature, self.order)


def check_labels(labels: ArrayLike, num_images: int, num_classes: int | None) -> Integers:
    """Return labels as integers ``(num_images,)`` from 0 to ``num_classes - 1``.

    Raises:
        ValueError: The shape is another, an entry is no integer, or out of range.
    """
    array = np.asarray(labels)
    if array.shape != (num_images,):
        raise ValueError(
            f"labels should have shape ({num_images},), one class per image. "
            f"Got shape {array.shape}."
        )
    if array.dtype.kind not in "iu":
        raise ValueError(
            f"labels should be integers from 0. Got {array.dtype}; "
            "number the classes with numpy.unique(labels, return_inverse=True)."
        )
    if array.size and array.min() < 0:
        raise ValueError(f"labels should be integers from 0. Got {array.min()}.")
    if num_classes is not None and array.size and array.max() >= num_classes:
        raise ValueError(f"labels should be below {num_classes} classes. Got {array.max()}.")
    return array.astype(np.int64)
