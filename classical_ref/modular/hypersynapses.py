"""Hypersynapses: energies of the activations of one or several neuron layers."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from string import ascii_letters
from typing import Annotated, ClassVar, final

import numpy as np

from classical_ref.checks import Checked, Floats, Within, check_array, check_fields, lock
from classical_ref.log_sums import log_sum_exp, softmax

Size = Annotated[int, Within("[1, 100000000]")]
"""Neurons along one axis of a layer."""
Shape = tuple[Size, ...]
Moved = tuple[tuple[Floats, ...], Mapping[str, Floats]]
"""Changes of the inputs of each layer, and gradients by each field with weights."""


class Hypersynapse(Checked, ABC):
    """An energy of the activations of the layers it joins.

    Activations have shape ``(num_states, *layer_shape)``. One of your own has
    :meth:`check_shapes`, :meth:`energy` and :meth:`inputs`, and :meth:`moved_inputs` if layers are
    to learn through it.
    """

    learnable: ClassVar[tuple[str, ...]] = ()
    """Fields with weights that can be learned."""

    @abstractmethod
    def check_shapes(self, shapes: tuple[Shape, ...]) -> None:
        """Raise ValueError unless the synapse can join layers of these shapes."""

    @abstractmethod
    def energy(self, activations: tuple[Floats, ...]) -> Floats:
        """Return the energies ``(num_states,)``."""

    @abstractmethod
    def inputs(self, activations: tuple[Floats, ...]) -> tuple[Floats, ...]:
        """Return minus the gradient of the energy for every layer it joins."""

    def moved_inputs(
        self,
        activations: tuple[Floats, ...],  # noqa: ARG002
        moves: tuple[Floats, ...],  # noqa: ARG002
    ) -> Moved:
        r"""Return how fast the inputs change along moves of the activations.

        With it come the gradients by each of the :attr:`learnable` fields of
        :math:`\sum_l \langle m_l, I_l(g) \rangle`, summed over states. Since the Hessian of the
        energy is symmetric, the two are all that the chain rule needs, see
        :mod:`classical_ref.modular.unrolled`.

        Raises:
            TypeError: The synapse does not say it.
        """
        raise TypeError(f"{type(self).__name__} should have moved_inputs() for layers to learn.")


@final
@dataclass(frozen=True, slots=True, eq=False)
class Coupling(Hypersynapse):
    r"""A product of all its layers, :math:`E = -\sum W_{ij\ldots} g^1_i g^2_j \cdots`.

    The axes of ``weights`` are those of the joined layers, one after the other: for layers with one
    axis a vector is a bias, a matrix a dense synapse, a tensor one of higher order.
    """

    learnable: ClassVar[tuple[str, ...]] = ("weights",)
    weights: Floats
    """Shape ``(*layer_1_shape, *layer_2_shape, ...)``, read-only."""

    def __post_init__(self) -> None:
        check_fields(self)
        axes = [f"num_neurons_{axis + 1}" for axis in range(max(np.ndim(self.weights), 1))]
        lock(self, weights=check_array("weights", self.weights, *axes))

    def check_shapes(self, shapes: tuple[Shape, ...]) -> None:
        """Raise ValueError unless the layers' axes are those of the weights."""
        if sum(shapes, ()) != self.weights.shape:
            raise ValueError(
                f"joined layers should have the axes {self.weights.shape}, one layer after the "
                f"other. Got {shapes}."
            )

    def energy(self, activations: tuple[Floats, ...]) -> Floats:
        """Return minus the weighted product of all layers."""
        return -self._contracted(activations, None)

    def inputs(self, activations: tuple[Floats, ...]) -> tuple[Floats, ...]:
        """Return, for each layer, the weighted product of the others."""
        return tuple(self._contracted(activations, layer) for layer in range(len(activations)))

    def moved_inputs(self, activations: tuple[Floats, ...], moves: tuple[Floats, ...]) -> Moved:
        """Return the change of the inputs, and the gradient by the weights."""
        count = len(activations)
        mixed = [
            (*activations[:k], moves[k], *activations[k + 1 :]) for k in range(count)
        ]  # the product moves by one layer at a time
        changes = tuple(
            sum(
                (self._contracted(mixed[k], layer) for k in range(count) if k != layer),
                start=np.zeros_like(activations[layer]),
            )
            for layer in range(count)
        )
        terms = ",".join("Z" + axes for axes in self._axes(activations))
        letters = "".join(self._axes(activations))
        gradient = sum(np.einsum(f"{terms}->{letters}", *each, optimize=True) for each in mixed)
        return changes, {"weights": np.asarray(gradient)}

    def _axes(self, activations: tuple[Floats, ...]) -> list[str]:
        """Return the letters of each layer's axes."""
        letters = iter(ascii_letters.replace("Z", ""))
        return ["".join(next(letters) for _ in g.shape[1:]) for g in activations]

    def _contracted(self, activations: tuple[Floats, ...], left_out: int | None) -> Floats:
        axes = self._axes(activations)
        joined = [
            (axis, g)
            for k, (axis, g) in enumerate(zip(axes, activations, strict=True))
            if k != left_out
        ]
        result = "Z" if left_out is None else "Z" + axes[left_out]
        if not joined:
            return np.broadcast_to(self.weights, activations[0].shape)
        terms = ",".join(["".join(axes), *("Z" + axis for axis, _ in joined)])
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

    learnable: ClassVar[tuple[str, ...]] = ("query_weights", "key_weights")
    query_weights: Floats
    """W, of shape ``(num_heads, head_size, num_query_features)``."""
    key_weights: Floats
    """V, of shape ``(num_heads, head_size, num_key_features)``."""
    beta: Annotated[float, Within("(0, inf)")] = 1.0
    """Inverse temperature, positive."""
    only_others: bool = False
    """Whether query i leaves out key i, in a sum over at least two tokens."""

    def __post_init__(self) -> None:
        check_fields(self)
        names = ("num_heads", "head_size", "num_query_features")
        queries = check_array("query_weights", self.query_weights, *names)
        keys = check_array("key_weights", self.key_weights, *queries.shape[:2], "num_key_features")
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
        return self._from_heads(shares @ keys, shares.swapaxes(2, 3) @ queries)

    def moved_inputs(self, activations: tuple[Floats, ...], moves: tuple[Floats, ...]) -> Moved:
        """Return the change of what queries and keys get, and the gradients by both weights."""
        queries, keys, scores = self._scores(activations)
        moved_queries, moved_keys = self._to_heads(moves)
        shares = softmax(scores)
        moved_scores = queries @ moved_keys.swapaxes(2, 3) + moved_queries @ keys.swapaxes(2, 3)
        mean = (shares * moved_scores).sum(axis=-1, keepdims=True)
        moved_shares = self.beta * shares * (moved_scores - mean)
        got = moved_shares @ keys + shares @ moved_keys
        given = moved_shares.swapaxes(2, 3) @ queries + shares.swapaxes(2, 3) @ moved_queries
        gradients = [
            np.einsum("Zhty,Ztd->hyd", change, g, optimize=True)
            + np.einsum("Zhty,Ztd->hyd", value, move, optimize=True)
            for change, g, value, move in zip(
                (got, given),
                activations,
                (shares @ keys, shares.swapaxes(2, 3) @ queries),
                moves,
                strict=True,
            )
        ]
        return self._from_heads(got, given), dict(zip(self.learnable, gradients, strict=True))

    def _to_heads(self, layers: tuple[Floats, ...]) -> tuple[Floats, Floats]:
        queries = np.einsum("hyd,Ztd->Zhty", self.query_weights, layers[0], optimize=True)
        keys = np.einsum("hyd,Ztd->Zhty", self.key_weights, layers[1], optimize=True)
        return np.asarray(queries), np.asarray(keys)

    def _from_heads(self, to_queries: Floats, to_keys: Floats) -> tuple[Floats, Floats]:
        queries = np.einsum("Zhty,hyd->Ztd", to_queries, self.query_weights, optimize=True)
        keys = np.einsum("Zhty,hyd->Ztd", to_keys, self.key_weights, optimize=True)
        return np.asarray(queries), np.asarray(keys)

    def _scores(self, activations: tuple[Floats, ...]) -> tuple[Floats, Floats, Floats]:
        queries, keys = self._to_heads(activations)
        scores = self.beta * queries @ keys.swapaxes(2, 3)
        if self.only_others:
            scores = np.where(np.eye(*scores.shape[2:], dtype=np.bool_), -np.inf, scores)
        return queries, keys, np.asarray(scores)
