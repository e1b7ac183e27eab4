"""Memories built from neuron layers and hypersynapses that share one energy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from classical_ref.checks import Floats, Integers, check_array, check_integer, check_positive
from classical_ref.continuous.memory import ENDS, Convergence
from classical_ref.modular.hypersynapses import Hypersynapse, Shape
from classical_ref.modular.lagrangians import Lagrangian
from classical_ref.shown import Shown, said_outcomes, value_range

States = dict[str, Floats]

_SMALLEST_STEP = 1e-9
_ROUNDING = 64 * float(np.finfo(np.float64).eps)


@final
@dataclass(frozen=True, slots=True)
class NeuronLayer:
    """A layer of neurons: how many, and how they turn inner states into activations."""

    shape: int | Shape
    """Number of neurons, or ``(num_tokens, num_features)``."""
    lagrangian: Lagrangian
    """Convex function whose gradient is the activation, over the last axis."""
    time_constant: float = 1.0
    """How slowly the layer moves, positive."""

    def __post_init__(self) -> None:
        shape = (self.shape,) if isinstance(self.shape, int) else tuple(self.shape)
        if len(shape) not in (1, 2) or min(shape) < 1:
            raise ValueError(f"shape should hold one or two positive sizes. Got {self.shape}.")
        check_positive(time_constant=self.time_constant)
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


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ModularMemory(Shown):
    r"""Neuron layers joined by hypersynapses, with one energy for all.

    .. math:: E = \sum_l [\langle x_l, g_l \rangle - L_l(x_l)] + \sum_s E_s(g), \qquad
              \tau_l \dot x_l = -\frac{\partial E}{\partial g_l} = I_l - x_l

    Since :math:`\partial E / \partial g_l = x_l - I_l`, the energy falls along the dynamics:
    :math:`\dot E = -\sum_l \tau_l \dot x_l^T (\partial^2 L_l) \dot x_l \le 0` for convex L.

    Examples:
        >>> from classical_ref import Coupling, Identity, Softmax
        >>> memory = ModularMemory(
        ...     {"visible": NeuronLayer(2, Identity()), "hidden": NeuronLayer(2, Softmax(9.0))},
        ...     [(Coupling([[1.0, 1.0], [-1.0, 1.0]]), ("hidden", "visible"))],
        ... )
        >>> memory.recall({"visible": [0.8, 0.7], "hidden": [0.0, 0.0]}).states["visible"].round(3)
        array([1., 1.])

    References:
        Hoover et al., "A universal abstraction for hierarchical Hopfield networks" (2022).
    """

    layers: Mapping[str, NeuronLayer]
    """Neuron layers by name."""
    synapses: Sequence[tuple[Hypersynapse, tuple[str, ...]]]
    """Hypersynapses, each with the names of the layers it joins, in its own order."""

    def __post_init__(self) -> None:
        if not self.layers:
            raise ValueError("layers should hold at least one layer. Got none.")
        for synapse, names in self.synapses:
            missing = [name for name in names if name not in self.layers]
            if missing:
                raise ValueError(
                    f"synapses should join layers among {', '.join(self.layers)}. "
                    f"Got {missing[0]!r}."
                )
            synapse.check_shapes(tuple(self.layers[name].axes for name in names))
        object.__setattr__(self, "layers", dict(self.layers))
        object.__setattr__(self, "synapses", tuple(self.synapses))

    def activations(self, states: Mapping[str, ArrayLike]) -> States:
        """Return the activations of every layer, ``(..., *layer_shape)``."""
        flat, batch = self._flat(states)
        return self._shaped(self._activations(flat), batch)

    def energy(self, states: Mapping[str, ArrayLike]) -> Floats:
        """Return the total energies ``(...)`` of inner states ``(..., *layer_shape)``.

        Raises:
            ValueError: A layer is missing, or a shape does not fit.
        """
        flat, batch = self._flat(states)
        return self._energy(flat)[0].reshape(batch)

    def inputs(self, states: Mapping[str, ArrayLike]) -> States:
        """Return what every layer receives, ``I``, of the shapes of ``states``."""
        flat, batch = self._flat(states)
        return self._shaped(self._inputs(flat), batch)

    def recall(
        self,
        states: Mapping[str, ArrayLike],
        *,
        clamped: Mapping[str, ArrayLike] | None = None,
        max_steps: int = 10_000,
        tolerance: float = 1e-7,
    ) -> ModularResult:
        """Return where the dynamics takes inner states; no step raises the energy.

        Steps are ``x += h (I - x) / tau`` with a step length of its own for every state: halved
        until the energy does not rise beyond its rounding error, and grown after success.

        Args:
            states: Initial inner states of every layer, ``(..., *layer_shape)``.
            clamped: Booleans per layer, of the layer's shape; True is never changed. A part of a
                layer can be held only where its activations are elementwise.
            max_steps: Steps after which a state is given up.
            tolerance: The largest ``|I - x| / tau`` of a converged state.

        Raises:
            ValueError: A layer is missing or unknown, a shape does not fit, or a part of a coupled
                layer is clamped.
        """
        check_integer(1, max_steps=max_steps)
        check_positive(tolerance=tolerance)
        x, batch = self._flat(states)
        rates = self._rates(clamped or {})
        num_states = int(np.prod(batch))
        energies, _ = self._energy(x)
        history = [energies.copy()]
        length = np.full(num_states, 0.5)
        steps = np.zeros(num_states, dtype=np.int64)
        outcome = np.full(num_states, Convergence.STEP_LIMIT, dtype=np.int8)
        active = np.arange(num_states)
        for _ in range(max_steps):
            here = {name: value[active] for name, value in x.items()}
            received = self._inputs(here)
            motion = {name: rates[name] * (received[name] - here[name]) for name in here}
            largest = np.max([_largest(value) for value in motion.values()], axis=0)
            outcome[active[largest <= tolerance]] = Convergence.CONVERGED
            going = (largest > tolerance) & (length[active] > _SMALLEST_STEP)
            if not going.any():
                break
            active = active[going]
            trial = {
                name: here[name][going]
                + _column(length[active], motion[name]) * motion[name][going]
                for name in here
            }
            energy, error = self._energy(trial)
            accepted = energy <= energies[active] + error
            for name, value in trial.items():
                x[name][active[accepted]] = value[accepted]
            energies[active[accepted]] = energy[accepted]
            steps[active[accepted]] += 1
            length[active] *= np.where(accepted, 1.5, 0.5)
            np.minimum(length, 1.0, out=length)
            history.append(energies.copy())
        return ModularResult(
            states=self._shaped(x, batch),
            activations=self._shaped(self._activations(x), batch),
            energies=energies.reshape(batch),
            steps=steps.reshape(batch),
            outcome=outcome.reshape(batch),
            energy_trajectory=np.stack(history).reshape(-1, *batch),
        )

    def _activations(self, x: States) -> States:
        return {name: self.layers[name].lagrangian.activation(value) for name, value in x.items()}

    def _energy(self, x: States) -> tuple[Floats, Floats]:
        """Return the energies ``(num_states,)`` and bounds on their rounding errors."""
        g = self._activations(x)
        terms = [layer.energy(x[name]) for name, layer in self.layers.items()]
        terms += [s.energy(tuple(g[name] for name in names)) for s, names in self.synapses]
        stacked = np.stack(terms)
        return stacked.sum(axis=0), _ROUNDING * np.abs(stacked).sum(axis=0)

    def _inputs(self, x: States) -> States:
        g = self._activations(x)
        received = {name: np.zeros_like(value) for name, value in x.items()}
        for synapse, names in self.synapses:
            parts = synapse.inputs(tuple(g[name] for name in names))
            for name, part in zip(names, parts, strict=True):
                received[name] = received[name] + part
        return received

    def _rates(self, clamped: Mapping[str, ArrayLike]) -> States:
        """Return ``1 / tau`` per neuron, 0 where it is held."""
        rates = {
            name: np.full(layer.axes, 1 / layer.time_constant)
            for name, layer in self.layers.items()
        }
        for name, values in clamped.items():
            if name not in self.layers:
                raise ValueError(
                    f"clamped should name layers among {', '.join(self.layers)}. Got {name!r}."
                )
            layer = self.layers[name]
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

    def _flat(self, states: Mapping[str, ArrayLike]) -> tuple[States, Shape]:
        """Return checked copies ``(num_states, *layer_shape)`` and the leading shape."""
        if set(states) != set(self.layers):
            raise ValueError(
                f"states should name the layers {', '.join(self.layers)}. Got {', '.join(states)}."
            )
        flat, batches = {}, set()
        for name, layer in self.layers.items():
            array = check_array(f"states[{name!r}]", states[name], "...", *layer.axes)
            flat[name] = array.reshape(-1, *layer.axes).copy()
            batches.add(array.shape[: array.ndim - len(layer.axes)])
        if len(batches) > 1:
            raise ValueError(f"all layers should have the same leading shape. Got {batches}.")
        return flat, batches.pop()

    def _shaped(self, flat: States, batch: Shape) -> States:
        return {name: value.reshape(*batch, *value.shape[1:]) for name, value in flat.items()}


def _largest(values: Floats) -> Floats:
    return np.asarray(np.abs(values).reshape(len(values), -1).max(axis=1))


def _column(values: Floats, like: Floats) -> Floats:
    return values.reshape(-1, *([1] * (like.ndim - 1)))
