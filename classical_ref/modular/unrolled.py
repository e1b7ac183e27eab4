r"""Gradients of a recall's error by the weights, through its steps, by hand.

Steps of one length, :math:`x \leftarrow x + r\,(I(g) - x)` with :math:`r = \text{step} / \tau` and
0 where a neuron is held, are gone through backwards. With g the activations and A the Hessian of
the Lagrangian at x,

.. math:: \lambda_T = A\, \frac{\partial \mathcal L}{\partial g}, \qquad
          \lambda_t = (1 - r)\, \lambda_{t+1} + A\, \frac{\partial I}{\partial g}\, r \lambda_{t+1},
          \qquad \frac{d \mathcal L}{d W} = \sum_t \frac{\partial}{\partial W}
          \langle r \lambda_{t+1}, I(g_t; W) \rangle.

Both derivatives of I are those of :meth:`~classical_ref.Hypersynapse.moved_inputs`, since
:math:`\partial I / \partial g` is symmetric.
"""

from collections.abc import Mapping
from dataclasses import replace
from math import prod
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import Booleans, Floats, Within, checked
from classical_ref.modular.hypersynapses import Hypersynapse
from classical_ref.modular.layers import States, flattened, rates_of
from classical_ref.modular.memory import ModularMemory

Weights = dict[tuple[int, str], Floats]
"""Arrays by the place of a synapse in ``memory.synapses``, its first one, and the field there."""

_CHUNK = 2**23  # entries of a path that are held at a time


def weights_of(memory: ModularMemory) -> Weights:
    """Return the weights that can be learned; a synapse that stands twice counts once."""
    return {
        (place, field): getattr(memory.synapses[place][0], field)
        for place in sorted(set(_first_places(memory)))
        for field in memory.synapses[place][0].learnable
    }


def with_weights(memory: ModularMemory, weights: Weights) -> ModularMemory:
    """Return the memory with other weights at some of the places of :func:`weights_of`."""
    made: dict[int, Hypersynapse] = {}
    for place, field in weights:
        synapse = made.get(place, memory.synapses[place][0])
        changed = {field: weights[place, field]}
        made[place] = replace(synapse, **changed)  # type: ignore[type-var]  # a dataclass if it learns
    places = zip(_first_places(memory), memory.synapses, strict=True)
    synapses = [(made.get(place, synapse), names) for place, (synapse, names) in places]
    return ModularMemory(memory.layers, synapses)


@checked
def after_steps(
    memory: ModularMemory,
    states: Mapping[str, ArrayLike],
    *,
    clamped: Mapping[str, ArrayLike] | None = None,
    num_steps: Annotated[int, Within("[1, 1000000]")] = 4,
    step: Annotated[float, Within("(0, inf)")] = 1.0,
) -> States:
    """Return the inner states of every layer after the steps that :func:`recall_error` looks at.

    It is what a memory with few steps learned to do; unlike those of
    :meth:`~classical_ref.ModularMemory.recall`, the steps are no shorter where the energy would
    rise.

    Raises:
        ValueError: A layer is missing or unknown, a shape does not fit, or an activation overflows.
    """
    x, batch = flattened(memory.layers, states)
    last = _path(memory, x, _step_rates(memory, clamped, step), num_steps)[-1]
    return {name: value.reshape(*batch, *value.shape[1:]) for name, value in last.items()}


@checked
def recall_error(
    memory: ModularMemory,
    states: Mapping[str, ArrayLike],
    targets: Mapping[str, ArrayLike],
    *,
    clamped: Mapping[str, ArrayLike] | None = None,
    num_steps: Annotated[int, Within("[1, 1000000]")] = 4,
    step: Annotated[float, Within("(0, inf)")] = 1.0,
) -> tuple[float, Weights]:
    """Return how far activations are from targets after some steps, and the gradient of that.

    Args:
        memory: The memory.
        states: Inner states of every layer at the start, ``(..., *layer_shape)``.
        targets: Activations that some layers should end with, of the same shapes.
        clamped: Booleans per layer, of the layer's shape; True is held, and no target.
        num_steps: Number of steps.
        step: Their length; a layer whose time constant is ``step`` takes what it receives.

    Returns:
        The mean squared error over states and free neurons, summed over target layers, and its
        gradient by each array of :func:`weights_of`.

    Raises:
        ValueError: A layer is missing or unknown, a shape does not fit, a target layer is held
            altogether, or an activation overflows.
        TypeError: A synapse does not say how its inputs move.
    """
    x, batch = flattened(memory.layers, states)
    rates = _step_rates(memory, clamped, step)
    wanted = _targets(memory, x, targets, batch)
    total = prod(batch)
    free = {name: _shares(name, rates[name] > 0) / total for name in wanted}
    gradient = {key: np.zeros(array.shape) for key, array in weights_of(memory).items()}
    error = 0.0
    path_size = (num_steps + 1) * sum(prod(layer.axes) for layer in memory.layers.values())
    rows = max(1, _CHUNK // path_size)
    for start in range(0, total, rows):
        block = slice(start, start + rows)
        path = _path(memory, {name: value[block] for name, value in x.items()}, rates, num_steps)
        ends, adjoints = memory.activations(path[-1]), _zeros(path[-1])
        for name, goal in wanted.items():
            off = ends[name] - goal[block]
            error += float((free[name] * off**2).sum())
            adjoints[name] = _moved(memory, name, path[-1], 2 * free[name] * off)
        for here in reversed(path[:-1]):
            adjoints = _back(memory, here, adjoints, rates, gradient)
    return error, gradient


def _step_rates(
    memory: ModularMemory, clamped: Mapping[str, ArrayLike] | None, step: float
) -> States:
    return {name: step * rate for name, rate in rates_of(memory.layers, clamped or {}).items()}


def _path(memory: ModularMemory, x: States, rates: States, num_steps: int) -> list[States]:
    path = [x]
    for _ in range(num_steps):
        here, received = path[-1], memory.inputs(path[-1])
        path.append({n: here[n] + rates[n] * (received[n] - here[n]) for n in here})
    return path


def _back(
    memory: ModularMemory, x: States, adjoints: States, rates: States, gradient: Weights
) -> States:
    """Return the adjoints a step before, and add to the gradient."""
    g = memory.activations(x)
    scaled = {name: rates[name] * value for name, value in adjoints.items()}
    pulled = _zeros(x)
    for place, (synapse, names) in zip(_first_places(memory), memory.synapses, strict=True):
        given = tuple(g[name] for name in names), tuple(scaled[name] for name in names)
        changes, parts = synapse.moved_inputs(*given)
        for name, change in zip(names, changes, strict=True):
            pulled[name] = pulled[name] + change
        for field, part in parts.items():
            gradient[place, field] += part
    return {n: adjoints[n] - scaled[n] + _moved(memory, n, x, pulled[n]) for n in x}


def _moved(memory: ModularMemory, name: str, x: States, moves: Floats) -> Floats:
    return memory.layers[name].lagrangian.moved_activation(x[name], moves)


def _first_places(memory: ModularMemory) -> list[int]:
    """Return for every synapse where the same one stands first."""
    first: dict[int, int] = {}
    return [first.setdefault(id(s), place) for place, (s, _) in enumerate(memory.synapses)]


def _targets(
    memory: ModularMemory, x: States, targets: Mapping[str, ArrayLike], batch: tuple[int, ...]
) -> States:
    unknown = [name for name in targets if name not in x]
    if unknown or not targets:
        raise ValueError(
            f"targets should name layers among {', '.join(x)}. Got {', '.join(targets) or 'none'}."
        )
    wanted, given = flattened({name: memory.layers[name] for name in targets}, targets)
    if given != batch:
        raise ValueError(f"targets should have the leading shape of states, {batch}. Got {given}.")
    return wanted


def _shares(name: str, free: Booleans) -> Floats:
    if not free.any():
        raise ValueError(f"clamped[{name!r}] should leave a neuron free to learn. Got all held.")
    return np.asarray(free / free.sum())


def _zeros(x: States) -> States:
    return {name: np.zeros_like(value) for name, value in x.items()}
