"""Attention and the Energy Transformer, as associative memories."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, final

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import (
    Checked,
    Floats,
    Within,
    check_array,
    check_at_least,
    check_fields,
    checked,
    lock,
)
from classical_ref.log_sums import softmax
from classical_ref.modular.hypersynapses import Attention
from classical_ref.modular.lagrangians import LayerNorm
from classical_ref.shown import Shown


@checked
def attend(
    queries: ArrayLike,
    keys: ArrayLike,
    values: ArrayLike | None = None,
    *,
    beta: Annotated[float, Within("(0, inf)")] = 1.0,
) -> Floats:
    r"""Return :math:`\operatorname{softmax}(\beta\, q k^T) v`, of shape ``(..., num_features)``.

    With values equal to keys it is one step of :class:`~classical_ref.AttentionMemory`, and for
    keys of equal length one step of :class:`~classical_ref.GaussianMemory`.

    Args:
        queries: ``(..., num_features)``.
        keys: ``(num_patterns, num_features)``.
        values: ``(num_patterns, num_outputs)``; the keys unless given.
        beta: Inverse temperature; transformers use ``1 / sqrt(num_features)``.

    Raises:
        ValueError: Shapes do not fit, or ``beta`` is not positive.

    References:
        Ramsauer et al., "Hopfield networks is all you need" (2021).
    """
    k = check_array("keys", keys, "num_patterns", "num_features")
    v = k if values is None else check_array("values", values, len(k), "num_outputs")
    q = check_array("queries", queries, "...", k.shape[1])
    return np.asarray(softmax(beta * q @ k.T) @ v)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Descent(Shown):
    """Tokens on their way down the energy."""

    tokens: Floats
    """Final tokens, ``(..., num_tokens, num_features)``."""
    energies: Floats
    """Energies before the first and after every step, ``(num_steps + 1, ...)``."""


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class EnergyTransformer(Checked, Shown):
    r"""A transformer block whose layers descend one energy.

    With normalized tokens :math:`g = \operatorname{norm}(x)`, queries :math:`Q = W g` and keys
    :math:`K = V g`,

    .. math:: E = -\tfrac1\beta \sum_{h, c} \log \sum_{b \ne c} e^{\beta K_{hb} \cdot Q_{hc}}
              - \tfrac12 \sum_{\mu, c} \max(0, \xi^\mu \cdot g_c)^2, \qquad
              \dot x = -\frac{\partial E}{\partial g}.

    The first term is attention between tokens, the second a dense memory of order 2 for each. The
    energy falls along the dynamics since the normalization is the gradient of a convex function.

    References:
        Hoover et al., "Energy transformer" (2023).
    """

    query_weights: Floats
    """W, of shape ``(num_heads, head_size, num_features)``."""
    key_weights: Floats
    """V, of the same shape."""
    patterns: Floats
    """Stored patterns, ``(num_patterns, num_features)``."""
    beta: Annotated[float, Within("(0, inf)")] = 1.0
    """Inverse temperature of the attention, positive."""
    norm: LayerNorm = field(default_factory=LayerNorm)
    """The normalization of tokens."""
    _attention: Attention = field(init=False)

    def __post_init__(self) -> None:
        check_fields(self)
        attention = Attention(self.query_weights, self.key_weights, self.beta, only_others=True)
        queries, keys = attention.query_weights, attention.key_weights
        check_array("key_weights", keys, *queries.shape)
        patterns = check_array("patterns", self.patterns, "num_patterns", queries.shape[2])
        lock(self, query_weights=queries, key_weights=keys, patterns=patterns)
        object.__setattr__(self, "_attention", attention)

    def _facts(self) -> Mapping[str, object]:
        heads, size, features = self.query_weights.shape
        return {
            "num_heads": heads,
            "head_size": size,
            "num_features": features,
            "num_patterns": len(self.patterns),
            "beta": self.beta,
        }

    def energy(self, tokens: ArrayLike) -> Floats:
        """Return the energies ``(...)`` of tokens ``(..., num_tokens, num_features)``.

        Raises:
            ValueError: The shape is wrong, or there is only one token.
        """
        return self._energy(self.norm.activation(self._checked(tokens)))

    def gradient(self, tokens: ArrayLike) -> Floats:
        """Return the gradient by the normalized tokens, of the shape of ``tokens``."""
        return self._gradient(self.norm.activation(self._checked(tokens)))

    def moved_gradient(self, g: Floats, moves: Floats) -> tuple[Floats, dict[str, Floats]]:
        """Return how fast the gradient changes along moves of normalized tokens.

        With it come the gradients by each field with weights of the sum of moves times the
        gradient. Both have shape ``(num_states, num_tokens, num_features)``.
        """
        (queries, keys), parts = self._attention.moved_inputs((g, g), (moves, moves))
        products = g @ self.patterns.T
        moved = np.where(products > 0, moves @ self.patterns.T, 0)
        patterns = np.einsum("Ztm,Ztf->mf", np.maximum(products, 0), moves, optimize=True)
        patterns += np.einsum("Ztm,Ztf->mf", moved, g, optimize=True)
        change = -queries - keys - moved @ self.patterns
        slopes = {name: -part for name, part in parts.items()}
        return change, {**slopes, "patterns": -patterns}

    def descend(
        self,
        tokens: ArrayLike,
        *,
        step: Annotated[float, Within("(0, inf)")] = 0.1,
        num_steps: Annotated[int, Within("[1, 1000000]")] = 12,
    ) -> Descent:
        """Return where ``x -= step * gradient``, repeated, takes the tokens.

        The energy falls as long as ``step`` is small; its trajectory shows whether it was.

        Raises:
            ValueError: The shape is wrong, ``step`` is not positive, ``num_steps`` is below one,
                or the tokens left the range of float64.
        """
        x = self._checked(tokens).copy()
        energies = [self._energy(self.norm.activation(x))]
        for _ in range(num_steps):
            x -= step * self._gradient(self.norm.activation(x))
            energies.append(self._energy(self.norm.activation(x)))
        if not np.isfinite(x).all():
            raise ValueError(f"step should keep the tokens finite. Got {step}; use a smaller one.")
        return Descent(tokens=x, energies=np.stack(energies))

    def _energy(self, g: Floats) -> Floats:
        flat = g.reshape(-1, *g.shape[-2:])
        within = np.maximum(flat @ self.patterns.T, 0) ** 2
        energies = self._attention.energy((flat, flat)) - within.sum(axis=(-2, -1)) / 2
        return np.asarray(energies.reshape(g.shape[:-2]))

    def _gradient(self, g: Floats) -> Floats:
        flat = g.reshape(-1, *g.shape[-2:])
        to_queries, to_keys = self._attention.inputs((flat, flat))
        memory = np.maximum(flat @ self.patterns.T, 0) @ self.patterns
        return np.asarray(-to_queries - to_keys - memory).reshape(g.shape)

    def _checked(self, tokens: ArrayLike) -> Floats:
        array = check_array("tokens", tokens, "...", "num_tokens", self.patterns.shape[1])
        check_at_least(2, num_tokens=array.shape[-2])
        return array
