"""Synapses of layers laid out in space: shared filters, and pooling."""

from dataclasses import dataclass
from itertools import product
from typing import Annotated, ClassVar, final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from classical_ref.checks import Floats, Within, check_array, check_fields, lock
from classical_ref.modular.hypersynapses import Hypersynapse, Moved, Shape

Length = Annotated[int, Within("[1, 1000000]")]


@final
@dataclass(frozen=True, slots=True, eq=False)
class Convolution(Hypersynapse):
    r"""The same filters at every place between a layer in space and a layer of their answers.

    .. math:: E = -\sum_{p, f} h_{pf} \sum_{k, c} W_{kcf}\, v_{ps + k,\, c}

    The first layer v has shape ``(*size, num_channels)``, such as an image's rows, columns and
    colors, the second h ``(*places, num_filters)``, with ``(size - window) // stride + 1`` places
    along each axis: windows lie inside. A Lagrangian over the last axis is one over the channels,
    or over the filters, of each place.

    References:
        Hoover et al., "A universal abstraction for hierarchical Hopfield networks" (2022).
    """

    learnable: ClassVar[tuple[str, ...]] = ("filters",)
    filters: Floats
    """W, of shape ``(*window, num_channels, num_filters)``, read-only."""
    stride: Length = 1
    """Neurons from a window to the next, along each axis."""

    def __post_init__(self) -> None:
        check_fields(self)
        axes = ["window"] * max(np.ndim(self.filters) - 2, 1)
        filters = check_array("filters", self.filters, *axes, "num_channels", "num_filters")
        lock(self, filters=filters)

    def check_shapes(self, shapes: tuple[Shape, ...]) -> None:
        """Raise ValueError unless there is a layer in space and one of the filters' answers."""
        *window, num_channels, num_filters = self.filters.shape
        _check_places(shapes, tuple(window), self.stride, num_channels, num_filters)

    def energy(self, activations: tuple[Floats, ...]) -> Floats:
        """Return minus the product of the second layer and the filters' answers to the first."""
        v, h = activations
        return -np.asarray((h * self._answers(v)).reshape(len(h), -1).sum(axis=1))

    def inputs(self, activations: tuple[Floats, ...]) -> tuple[Floats, ...]:
        """Return the sums of filters for the first layer, and their answers for the second."""
        v, h = activations
        return self._summed(h, v.shape), self._answers(v)

    def moved_inputs(self, activations: tuple[Floats, ...], moves: tuple[Floats, ...]) -> Moved:
        """Return the change of the inputs, and the gradient by the filters."""
        window = self.filters.shape[:-2]
        gradient = sum(
            _rows(_windows(v, window, self.stride), len(window) + 1).T @ _rows(h, 1)
            for v, h in ((activations[0], moves[1]), (moves[0], activations[1]))
        )
        changes = self.inputs(moves)  # they are linear
        return changes, {"filters": np.reshape(gradient, self.filters.shape)}

    def _answers(self, v: Floats) -> Floats:
        window = self.filters.shape[:-2]
        windows = _windows(v, window, self.stride)
        places = windows.shape[: -len(window) - 1]
        answers = _rows(windows, len(window) + 1) @ _rows(self.filters, 1)
        return np.asarray(answers.reshape(*places, -1))

    def _summed(self, h: Floats, shape: Shape) -> Floats:
        parts = _rows(h, 1) @ _rows(self.filters, 1).T
        windows = parts.reshape(*h.shape[:-1], *self.filters.shape[:-1])
        return _scattered(windows, shape, self.stride)


@final
@dataclass(frozen=True, slots=True)
class Pooling(Hypersynapse):
    r"""What windows of a layer in space amount to, channel by channel.

    .. math:: E = -\sum_{p, c} h_{pc}\, \frac1\beta \log\left(
              \frac{1}{|W|} \sum_{k \in W} e^{\beta v_{ps + k,\, c}}\right)

    At :math:`\beta = 0` that is the mean of a window, for large :math:`\beta` its largest entry.
    Layers have shapes ``(*size, num_channels)`` and ``(*places, num_channels)``, as those of a
    :class:`Convolution`.
    """

    window: Length
    """Length of a window along each axis."""
    stride: Length | None = None
    """Neurons from a window to the next; None takes the window's length, so that none overlap."""
    beta: Annotated[float, Within("[0, inf)")] = 0.0
    """Inverse temperature, at least 0."""

    @property
    def _step(self) -> int:
        return self.window if self.stride is None else self.stride

    def check_shapes(self, shapes: tuple[Shape, ...]) -> None:
        """Raise ValueError unless the second layer has the places of the first."""
        num_channels = shapes[0][-1]
        window = (self.window,) * max(len(shapes[0]) - 1, 1)
        _check_places(shapes, window, self._step, num_channels, num_channels)

    def energy(self, activations: tuple[Floats, ...]) -> Floats:
        """Return minus the product of the second layer and the pooled first."""
        v, h = activations
        pooled, _ = self._pooled(v)
        return -np.asarray((h * pooled).reshape(len(h), -1).sum(axis=1))

    def inputs(self, activations: tuple[Floats, ...]) -> tuple[Floats, ...]:
        """Return each neuron's share in its windows for the first layer, the pooled one for h."""
        v, h = activations
        pooled, shares = self._pooled(v)
        return _scattered(shares * self._spread(h), v.shape, self._step), pooled

    def moved_inputs(self, activations: tuple[Floats, ...], moves: tuple[Floats, ...]) -> Moved:
        """Return the change of the inputs; there are no weights."""
        v, h = activations
        axes = self._window_axes(v)
        _, shares = self._pooled(v)
        moved = _windows(moves[0], (self.window,) * len(axes), self._step)
        mean = (shares * moved).sum(axis=axes)
        moved_shares = self.beta * shares * (moved - self._spread(mean))
        parts = shares * self._spread(moves[1]) + moved_shares * self._spread(h)
        return (_scattered(parts, v.shape, self._step), mean), {}

    def _pooled(self, v: Floats) -> tuple[Floats, Floats]:
        """Return the pooled layer, and the share of each neuron in its windows."""
        axes = self._window_axes(v)
        windows = _windows(v, (self.window,) * len(axes), self._step)
        if self.beta == 0:
            count = self.window ** len(axes)
            return windows.mean(axis=axes), np.full(windows.shape, 1 / count)
        largest = windows.max(axis=axes, keepdims=True)
        terms = np.exp(self.beta * (windows - largest))
        mean = terms.mean(axis=axes, keepdims=True)
        pooled = (largest + np.log(mean) / self.beta).squeeze(axes)
        return pooled, np.asarray(terms / terms.sum(axis=axes, keepdims=True))

    def _window_axes(self, v: Floats) -> tuple[int, ...]:
        num = v.ndim - 2
        return tuple(range(1 + num, 1 + 2 * num))

    def _spread(self, h: Floats) -> Floats:
        """Return what belongs to places with axes for the neurons of their windows."""
        return np.expand_dims(h, tuple(range(h.ndim - 1, 2 * h.ndim - 3)))


def _check_places(
    shapes: tuple[Shape, ...], window: Shape, stride: int, num_channels: int, num_filters: int
) -> None:
    first = shapes[0]
    expected = f"(*size, {num_channels}) with sizes of at least {window}"
    if (
        len(first) == len(window) + 1
        and first[-1] == num_channels
        and all(size >= length for size, length in zip(first, window, strict=False))
    ):
        places = [
            (size - length) // stride + 1 for size, length in zip(first, window, strict=False)
        ]
        if shapes == (first, (*places, num_filters)):
            return
        expected = f"{first} and {(*places, num_filters)}"
    raise ValueError(f"joined layers should have shapes {expected}. Got {shapes}.")


def _rows(array: Floats, num_last: int) -> Floats:
    """Return the array as a matrix whose rows are its last axes."""
    return array.reshape(-1, int(np.prod(array.shape[array.ndim - num_last :])))


def _windows(v: Floats, window: Shape, stride: int) -> Floats:
    """Return ``(num_states, *places, *window, num_channels)``, a view."""
    axes = tuple(range(1, v.ndim - 1))
    every = sliding_window_view(v, window, axis=axes)  # channels stand before the windows
    strided = every[(slice(None), *[slice(None, None, stride)] * len(axes))]
    return np.moveaxis(strided, v.ndim - 1, -1)


def _scattered(windows: Floats, shape: Shape, stride: int) -> Floats:
    """Return the sum of windows put where :func:`_windows` took them from."""
    total = np.zeros(shape)
    num_axes = len(shape) - 2
    places, window = windows.shape[1 : 1 + num_axes], windows.shape[1 + num_axes : -1]
    for offset in product(*map(range, window)):
        ends = zip(offset, places, strict=True)
        where = (slice(start, start + stride * num, stride) for start, num in ends)
        total[(slice(None), *where)] += windows[(slice(None),) * (1 + num_axes) + offset]
    return total
