"""Memories built from neuron layers and hypersynapses that share one energy."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, final

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import Booleans, Checked, Floats, Said, Within, check_fields, shown
from classical_ref.continuous.memory import Convergence
from classical_ref.modular.hypersynapses import Hypersynapse, Shape
from classical_ref.modular.layers import (
    ModularResult,
    NeuronLayer,
    States,
    flattened,
    rates_of,
)
from classical_ref.shown import Shown

_SMALLEST_STEP = 1e-9  # of the shortest time constant
_UNWARNED = np.errstate(over="ignore", invalid="ignore")  # what overflows is refused
_ROUNDING = 64 * float(np.finfo(np.float64).eps)


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ModularMemory(Checked, Shown):
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
    synapses: Annotated[
        Sequence[tuple[Hypersynapse, tuple[str, ...]]],
        Said("pairs of a hypersynapse and the names of its layers"),
    ]
    """Hypersynapses, each with the names of the layers it joins, in its own order."""

    def __post_init__(self) -> None:
        check_fields(self)
        if not self.layers:
            raise ValueError("layers should hold at least one layer. Got none.")
        for name, layer in self.layers.items():
            if not isinstance(layer, NeuronLayer):
                raise TypeError(f"layers[{name!r}] should be a NeuronLayer. Got {shown(layer)}.")
        for synapse, names in map(_pair, self.synapses):
            missing = [name for name in names if name not in self.layers]
            if missing:
                raise ValueError(
                    f"synapses should join layers among {', '.join(self.layers)}. "
                    f"Got {missing[0]!r}."
                )
            synapse.check_shapes(tuple(self.layers[name].axes for name in names))
        object.__setattr__(self, "layers", dict(self.layers))
        object.__setattr__(self, "synapses", tuple(map(_pair, self.synapses)))

    def start(self, given: Mapping[str, ArrayLike]) -> States:
        """Return inner states of every layer: those given, ``(..., *layer_shape)``, or 0.

        Raises:
            ValueError: A layer is unknown, or a shape does not fit.
        """
        some = {name: layer for name, layer in self.layers.items() if name in given}
        flat, batch = flattened(some if len(some) == len(given) > 0 else self.layers, given)
        rest = {name: np.zeros((*batch, *layer.axes)) for name, layer in self.layers.items()}
        return {**rest, **self._shaped(flat, batch)}

    def activations(self, states: Mapping[str, ArrayLike]) -> States:
        """Return the activations of every layer, ``(..., *layer_shape)``."""
        flat, batch = flattened(self.layers, states)
        return self._shaped(_in_range("activations", self._activations(flat)), batch)

    def energy(self, states: Mapping[str, ArrayLike]) -> Floats:
        """Return the total energies ``(...)`` of inner states ``(..., *layer_shape)``.

        Raises:
            ValueError: A layer is missing, a shape does not fit, or the energy overflows.
        """
        flat, batch = flattened(self.layers, states)
        return self._energy_in_range(flat).reshape(batch)

    def inputs(self, states: Mapping[str, ArrayLike]) -> States:
        """Return what every layer receives, ``I``, of the shapes of ``states``."""
        flat, batch = flattened(self.layers, states)
        received = self._inputs(self._activations(flat))
        return self._shaped(_in_range("inputs", received), batch)

    def recall(
        self,
        states: Mapping[str, ArrayLike],
        *,
        clamped: Mapping[str, ArrayLike] | None = None,
        max_steps: Annotated[int, Within("[1, 1000000]")] = 10_000,
        tolerance: Annotated[float, Within("(0, inf)")] = 1e-7,
    ) -> ModularResult:
        """Return where the dynamics takes inner states; no step raises the energy.

        Steps are ``x += h (I - x) / tau`` with a step length of its own for every state: halved
        until the energy does not rise beyond its rounding error, and grown after success, up to
        the shortest time constant.

        Args:
            states: Initial inner states of every layer, ``(..., *layer_shape)``.
            clamped: Booleans per layer, of the layer's shape; True is never changed. A part of a
                layer can be held only where its activations are elementwise.
            max_steps: Steps after which a state is given up.
            tolerance: The largest ``|I - x| / tau`` of a converged state.

        Raises:
            ValueError: A layer is missing or unknown, a shape does not fit, a part of a coupled
                layer is clamped, or the energy overflows: at the start, or since it has no lower
                bound where the dynamics goes.
        """
        x, batch = flattened(self.layers, states)
        rates = rates_of(self.layers, clamped or {})
        num_states = int(np.prod(batch))
        energies = self._energy_in_range(x)
        history = [energies.copy()]
        longest = min(layer.time_constant for layer in self.layers.values())
        length = np.full(num_states, longest / 2)
        steps = np.zeros(num_states, dtype=np.int64)
        outcome = np.full(num_states, Convergence.STEP_LIMIT, dtype=np.int8)
        overflowed = np.zeros(num_states, dtype=bool)
        active = np.arange(num_states)
        for _ in range(max_steps):
            here = {name: value[active] for name, value in x.items()}
            motion = self._motion(here, rates)
            largest = np.max([_largest(value) for value in motion.values()], axis=0)
            outcome[active[largest <= tolerance]] = Convergence.CONVERGED
            going = ~(largest <= tolerance) & (length[active] > longest * _SMALLEST_STEP)
            if not going.any():
                break
            active = active[going]
            trial = {
                name: _moved(here[name][going], motion[name][going], length[active]) for name in x
            }
            energy, error = self._energy(trial)
            overflowed[active] = ~_are_finite(energy, error)
            accepted = ~overflowed[active] & (energy <= energies[active] + error)
            for name, value in trial.items():
                x[name][active[accepted]] = value[accepted]
            energies[active[accepted]] = energy[accepted]
            steps[active[accepted]] += 1
            length[active] *= np.where(accepted, 1.5, 0.5)
            np.minimum(length, longest, out=length)
            history.append(energies.copy())
        lost = np.flatnonzero(overflowed & (length <= longest * _SMALLEST_STEP))
        if lost.size:
            first = lost[0]
            raise ValueError(
                "the energy should have a lower bound where the dynamics goes. Got an overflow of "
                f"state {first} after {steps[first]} steps; weaker weights help, or bounded "
                "activations such as those of Tanh."
            )
        return ModularResult(
            states=self._shaped(x, batch),
            activations=self._shaped(self._activations(x), batch),
            energies=energies.reshape(batch),
            steps=steps.reshape(batch),
            outcome=outcome.reshape(batch),
            energy_trajectory=np.stack(history).reshape(-1, *batch),
        )

    @_UNWARNED
    def _activations(self, x: States) -> States:
        return {name: self.layers[name].lagrangian.activation(value) for name, value in x.items()}

    @_UNWARNED
    def _energy(self, x: States) -> tuple[Floats, Floats]:
        """Return the energies ``(num_states,)`` and bounds on their rounding errors."""
        g = self._activations(x)
        terms = [layer.energy(x[name]) for name, layer in self.layers.items()]
        terms += [s.energy(tuple(g[name] for name in names)) for s, names in self.synapses]
        stacked = np.stack(terms)
        return stacked.sum(axis=0), _ROUNDING * np.abs(stacked).sum(axis=0)

    def _energy_in_range(self, x: States) -> Floats:
        energies, errors = self._energy(x)
        if not _are_finite(energies, errors).all():
            raise ValueError(
                "states should be small enough for float64. Got an overflow of the energy."
            )
        return energies

    @_UNWARNED
    def _inputs(self, g: States) -> States:
        """Return what every layer receives at activations ``(num_states, *layer_shape)``."""
        received = {name: np.zeros_like(value) for name, value in g.items()}
        for synapse, names in self.synapses:
            parts = synapse.inputs(tuple(g[name] for name in names))
            for name, part in zip(names, parts, strict=True):
                received[name] = received[name] + part
        return received

    @_UNWARNED
    def _motion(self, x: States, rates: States) -> States:
        """Return the rates times ``I - x``."""
        received = self._inputs(self._activations(x))
        return {name: rates[name] * (received[name] - x[name]) for name in x}

    def _shaped(self, flat: States, batch: Shape) -> States:
        return {name: value.reshape(*batch, *value.shape[1:]) for name, value in flat.items()}


def _pair(given: object) -> tuple[Hypersynapse, tuple[str, ...]]:
    match given:
        case (Hypersynapse() as synapse, tuple() | list() as names) if names:
            return synapse, tuple(map(str, names))
    raise TypeError(
        "synapses should be pairs of a hypersynapse and the names of the layers it joins, such as "
        f"(Coupling(weights), ('hidden', 'visible')). Got {shown(given)}."
    )


def _largest(values: Floats) -> Floats:
    return np.asarray(np.abs(values).reshape(len(values), -1).max(axis=1))


@_UNWARNED
def _moved(x: Floats, motion: Floats, lengths: Floats) -> Floats:
    return x + lengths.reshape(-1, *([1] * (x.ndim - 1))) * motion


def _are_finite(energies: Floats, errors: Floats) -> Booleans:
    return np.isfinite(energies) & np.isfinite(errors)


def _in_range(what: str, found: States) -> States:
    """Return the arrays if all of them are finite."""
    for name, values in found.items():
        if not np.isfinite(values).all():
            raise ValueError(
                f"states should be small enough for float64. Got an overflow of the {what} of "
                f"layer {name!r}."
            )
    return found
