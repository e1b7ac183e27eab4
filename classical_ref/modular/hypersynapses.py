"""Hypersynapses: energies of the activations of one or several neuron layers."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from string import ascii_lowercase
from typing import final

import numpy as np

from classical_ref.checks import Floats, check_array, check_positive, lock
from classical_ref.log_sums import log_sum_exp, softmax

Shape = tuple[int, ...]


class Hypersynapse(ABC):
    """An energy of the activations of the layers it joins.

    Activations have shape ``(num_states, *layer_shape)``.
    """

    @abstractmethod
    def check_shapes(self, shapes: tuple[Shape, ...]) -> None:
        """Raise ValueError unless the synapse can join layers of these shapes."""

    @abstractmethod
    def energy(self, activations: tuple[Floats, ...]) -> Floats:
        """Return the energies ``(num_states,)``."""

    @abstractmethod
    def inputs(self, activations: tuple[Floats, ...]) -> tuple[Floats, ...]:
        """Return minus the gradient of the energy for every layer it joins."""


@final
@dataclass(frozen=True, slots=True, eq=False)
class Coupling(Hypersynapse):
    r"""A product of all its layers, :math:`E = -\sum W_{ij\ldots} g^1_i g^2_j \cdots`.

    One axis of ``weights`` per joined layer: a vector is a bias, a matrix a dense synapse, a tensor
    one of higher order.
    """

    weights: Floats
    """Shape ``(num_neurons_1, num_neurons_2, ...)``, read-only."""

    def __post_init__(self) -> None:
        axes = [f"num_neurons_{axis + 1}" for axis in range(max(np.ndim(self.weights), 1))]
        lock(self, weights=check_array("weights", self.weights, *axes))

    def check_shapes(self, shapes: tuple[Shape, ...]) -> None:
        """Raise ValueError unless axis k of the weights is as long as layer k."""
        expected = tuple((size,) for size in self.weights.shape)
        if shapes != expected:
            raise ValueError(f"joined layers should have shapes {expected}. Got {shapes}.")

    def energy(self, activations: tuple[Floats, ...]) -> Floats:
        """Return minus the weighted product of all layers."""
        return -self._contracted(activations, None)

    def inputs(self, activations: tuple[Floats, ...]) -> tuple[Floats, ...]:
        """Return, for each layer, the weighted product of the others."""
        return tuple(self._contracted(activations, layer) for layer in range(len(activations)))

    def _contracted(self, activations: tuple[Floats, ...], left_out: int | None) -> Floats:
        axes = ascii_lowercase[: self.weights.ndim]
        joined = [
            (axis, g)
            for k, (axis, g) in enumerate(zip(axes, activations, strict=True))
            if k != left_out
        ]
        result = "Z" if left_out is None else "Z" + axes[left_out]
        if not joined:
            return np.broadcast_to(self.weights, activations[0].shape)
        terms = ",".join([axes, *("Z" + axis for axis, _ in joined)])
        operands = [self.weights, *(g for _, g in joined)]
        return np.asarray(np.einsum(f"{terms}->{result}", *operands, optimize=True))


@final
@dataclass(frozen=True, slots=True, eq=False)
class Attention(Hypersynapse):
    r"""Energy attention between a layer of queries and a layer of keys.

    .. math:: E = -\tfrac1\beta \sum_h \sum_q \log \sum_k e^{\beta (W_h g_q) \cdot (V_h g'_k)}

    Layers have shape ``(num_tokens, num_features)``. Joined to one layer twice, it is
    self-attention, in which a token may leave itself out.

    References:
        Hoover et al., "Energy transformer" (2023).
    """

    query_weights: Floats
    """W, of shape ``(num_heads, head_size, num_query_features)``."""
    key_weights: Floats
    """V, of shape ``(num_heads, head_size, num_key_features)``."""
    beta: float = 1.0
    """Inverse temperature, positive."""
    only_others: bool = False
    """Whether query i leaves out key i, in a sum over at least two tokens."""

    def __post_init__(self) -> None:
        names = ("num_heads", "head_size", "num_query_features")
        queries = check_array("query_weights", self.query_weights, *names)
        keys = check_array("key_weights", self.key_weights, *queries.shape[:2], "num_key_features")
        check_positive(beta=self.beta)
        lock(self, query_weights=queries, key_weights=keys)

    def check_shapes(self, shapes: tuple[Shape, ...]) -> None:
        """Raise ValueError unless there are two layers of tokens with the right features."""
        features = (self.query_weights.shape[2], self.key_weights.shape[2])
        if [len(shape) for shape in shapes] != [2, 2] or features != (shapes[0][1], shapes[1][1]):
            raise ValueError(
                f"joined layers should be two of shapes (num_tokens, {features[0]}) and "
                f"(num_tokens, {features[1]}). Got {shapes}."
            )

    def energy(self, activations: tuple[Floats, ...]) -> Floats:
        """Return minus the summed log-sum-exp of the scores."""
        _, _, scores = self._scores(activations)
        return np.asarray(-log_sum_exp(scores).sum(axis=(1, 2)) / self.beta)

    def inputs(self, activations: tuple[Floats, ...]) -> tuple[Floats, ...]:
        """Return what queries get from keys, and keys from queries."""
        queries, keys, scores = self._scores(activations)
        shares = softmax(scores)
        to_queries = np.einsum(
            "Zhqk,Zhky,hyd->Zqd", shares, keys, self.query_weights, optimize=True
        )
        to_keys = np.einsum("Zhqk,Zhqy,hyd->Zkd", shares, queries, self.key_weights, optimize=True)
        return to_queries, to_keys

    def _scores(self, activations: tuple[Floats, ...]) -> tuple[Floats, Floats, Floats]:
        queries = np.einsum("hyd,Zqd->Zhqy", self.query_weights, activations[0], optimize=True)
        keys = np.einsum("hyd,Zkd->Zhky", self.key_weights, activations[1], optimize=True)
        scores = self.beta * queries @ keys.swapaxes(2, 3)
        if self.only_others:
            scores = np.where(np.eye(*scores.shape[2:], dtype=np.bool_), -np.inf, scores)
        return queries, keys, np.asarray(scores)
