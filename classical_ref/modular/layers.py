"""Neuron layers, and where the dynamics of several of them ended."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from classical_ref.checks import Checked, Floats, Integers, Within, check_array, check_fields
from classical_ref.continuous.memory import ENDS
from classical_ref.modular.hypersynapses import Shape, Size
from classical_ref.modular.lagrangians import Lagrangian
from classical_ref.shown import Shown, said_outcomes, value_range

States = dict[str, Floats]
"""Arrays by the names of layers."""


@final
@dataclass(frozen=True, slots=True)
class NeuronLayer(Checked):
    """A layer of neurons: how many, and how they turn inner states into activations."""

    shape: Size | Shape
    """Number of neurons, or several axes such as ``(num_tokens, num_features)``."""
    lagrangian: Lagrangian
    """Convex function whose gradient is the activation, over the last axis."""
    time_constant: Annotated[float, Within("(0, inf)")] = 1.0
    """How slowly the layer moves, positive."""

    def __post_init__(self) -> None:
        check_fields(self)
        shape = (self.shape,) if isinstance(self.shape, int) else self.shape
        if not shape:
            raise ValueError(f"shape should hold one or more positive sizes. Got {self.shape}.")
        object.__setattr__(self, "shape", shape)

    @property
    def axes(self) -> Shape:
        """The shape as a tuple."""
        return self.shape if isinstance(self.shape, tuple) else (self.shape,)

    def energy(self, x: Floats) -> Floats:
        """Return ``<x, g> - L(x)``, ``(num_states,)``, of states ``(num_states, *shape)``."""
        energies = (x * self.lagrangian.activation(x)).sum(axis=-1) - self.lagrangian.value(x)
        return np.asarray(energies.reshape(len(x), -1).sum(axis=1))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ModularResult(Shown):
    """Where the dynamics ended; leading axes are those of the initial states."""

    states: States
    """Inner states of every layer, ``(..., *layer_shape)``."""
    activations: States
    """Activations of every layer, of the same shapes."""
    energies: Floats
    """Final energies, ``(...)``."""
    steps: Integers
    """Accepted steps, ``(...)``."""
    outcome: NDArray[np.int8]
    """A :class:`~classical_ref.Convergence` per state, ``(...)``."""
    energy_trajectory: Floats
    """Energies before the first and after every step, ``(num_steps + 1, ...)``."""

    @property
    def summary(self) -> str:
        """How the dynamics ended, in a sentence for each way that it did."""
        return said_outcomes(self.outcome, self.steps, ENDS, "step")

    def _facts(self) -> Mapping[str, object]:
        layers = {name: state.shape for name, state in self.states.items()}
        return {"summary": self.summary, "layers": layers, "energies": value_range(self.energies)}


def flattened(
    layers: Mapping[str, NeuronLayer], states: Mapping[str, ArrayLike]
) -> tuple[States, Shape]:
    """Return checked copies ``(num_states, *layer_shape)`` and the leading shape."""
    if set(states) != set(layers):
        raise ValueError(
            f"states should name the layers {', '.join(layers)}. Got {', '.join(states)}."
        )
    flat, batches = {}, set()
    for name, layer in layers.items():
        array = check_array(f"states[{name!r}]", states[name], "...", *layer.axes)
        flat[name] = array.reshape(-1, *layer.axes).copy()
        batches.add(array.shape[: array.ndim - len(layer.axes)])
    if len(batches) > 1:
        raise ValueError(f"all layers should have the same leading shape. Got {batches}.")
    return flat, batches.pop()


def rates_of(layers: Mapping[str, NeuronLayer], clamped: Mapping[str, ArrayLike]) -> States:
    """Return ``1 / tau`` per neuron, 0 where it is held."""
    rates = {name: np.full(layer.axes, 1 / layer.time_constant) for name, layer in layers.items()}
    for name, values in clamped.items():
        if name not in layers:
            raise ValueError(f"clamped should name layers among {', '.join(layers)}. Got {name!r}.")
        layer = layers[name]
        mask = np.asarray(values)
        if mask.dtype != bool or mask.shape not in ((), layer.axes):
            raise ValueError(
                f"clamped[{name!r}] should be booleans of shape {layer.axes}. "
                f"Got {mask.dtype} of shape {mask.shape}."
            )
        if mask.any() and not mask.all() and not layer.lagrangian.is_elementwise:
            raise ValueError(
                f"clamped[{name!r}] should hold the whole layer, whose activations "
                f"({type(layer.lagrangian).__name__}) depend on each other. Got a part of it."
            )
        rates[name] = np.where(mask, 0.0, rates[name])
    return rates
