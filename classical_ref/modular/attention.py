"""Attention and the Energy Transformer, as associative memories."""

from dataclasses import dataclass, field
from typing import final

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import Floats
from classical_ref.log_sums import log_sum_exp, softmax
from classical_ref.modular.lagrangians import LayerNorm


def attend(
    queries: ArrayLike, keys: ArrayLike, values: ArrayLike | None = None, *, beta: float = 1.0
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
    q, k = np.asarray(queries, dtype=np.float64), np.asarray(keys, dtype=np.float64)
    v = k if values is None else np.asarray(values, dtype=np.float64)
    if k.ndim != 2 or k.size == 0 or v.ndim != 2 or len(v) != len(k):
        raise ValueError(
            "keys and values should have shapes (num_patterns, num_features) and "
            f"(num_patterns, num_outputs). Got {k.shape} and {v.shape}."
        )
    if q.ndim == 0 or q.shape[-1] != k.shape[1]:
        raise ValueError(f"queries should have shape (..., {k.shape[1]}). Got {q.shape}.")
    _check_beta(beta)
    return np.asarray(softmax(beta * q @ k.T) @ v)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Descent:
    """Tokens on their way down the energy."""

    tokens: Floats
    """Final tokens, ``(..., num_tokens, num_features)``."""
    energies: Floats
    """Energies before the first and after every step, ``(num_steps + 1, ...)``."""


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class EnergyTransformer:
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
    beta: float = 1.0
    """Inverse temperature of the attention, positive."""
    norm: LayerNorm = field(default_factory=LayerNorm)
    """The normalization of tokens."""

    def __post_init__(self) -> None:
        for name in ("query_weights", "key_weights", "patterns"):
            array = np.array(getattr(self, name), dtype=np.float64)
            if array.size == 0 or not np.isfinite(array).all():
                raise ValueError(f"{name} should be finite and not empty. Got shape {array.shape}.")
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        shapes = (self.query_weights.shape, self.key_weights.shape, self.patterns.shape)
        if (
            self.query_weights.ndim != 3
            or shapes[0] != shapes[1]
            or self.patterns.ndim != 2
            or shapes[2][1] != shapes[0][2]
        ):
            raise ValueError(
                "query_weights, key_weights and patterns should have shapes (num_heads, head_size, "
                "num_features), the same, and (num_patterns, num_features). "
                f"Got {shapes[0]}, {shapes[1]} and {shapes[2]}."
            )
        _check_beta(self.beta)

    def __repr__(self) -> str:
        heads, size, features = self.query_weights.shape
        return (
            f"EnergyTransformer(num_heads={heads}, head_size={size}, num_features={features}, "
            f"num_patterns={len(self.patterns)}, beta={self.beta})"
        )

    def energy(self, tokens: ArrayLike) -> Floats:
        """Return the energies ``(...)`` of tokens ``(..., num_tokens, num_features)``.

        Raises:
            ValueError: The shape is wrong, or there is only one token.
        """
        return self._energy(self.norm.activation(self._checked(tokens)))

    def gradient(self, tokens: ArrayLike) -> Floats:
        """Return the gradient by the normalized tokens, of the shape of ``tokens``."""
        return self._gradient(self.norm.activation(self._checked(tokens)))

    def descend(self, tokens: ArrayLike, *, step: float = 0.1, num_steps: int = 12) -> Descent:
        """Return where ``x -= step * gradient``, repeated, takes the tokens.

        The energy falls as long as ``step`` is small; its trajectory shows whether it was.

        Raises:
            ValueError: The shape is wrong, ``step`` is not positive, ``num_steps`` is below one,
                or the tokens left the range of float64.
        """
        x = self._checked(tokens).copy()
        if not step > 0:
            raise ValueError(f"step should be positive. Got {step}.")
        if num_steps < 1:
            raise ValueError(f"num_steps should be at least 1. Got {num_steps}.")
        energies = [self._energy(self.norm.activation(x))]
        for _ in range(num_steps):
            x -= step * self._gradient(self.norm.activation(x))
            energies.append(self._energy(self.norm.activation(x)))
        if not np.isfinite(x).all():
            raise ValueError(f"step should keep the tokens finite. Got {step}; use a smaller one.")
        return Descent(tokens=x, energies=np.stack(energies))

    def _energy(self, g: Floats) -> Floats:
        _, _, scores = self._scores(g)
        between = -log_sum_exp(scores).sum(axis=(-2, -1)) / self.beta
        within = np.maximum(g @ self.patterns.T, 0) ** 2
        return np.asarray(between - within.sum(axis=(-2, -1)) / 2)

    def _gradient(self, g: Floats) -> Floats:
        queries, keys, scores = self._scores(g)
        shares = softmax(scores)
        to_queries = np.einsum("...hcb,...hby,hyd->...cd", shares, keys, self.query_weights)
        to_keys = np.einsum("...hcb,...hcy,hyd->...bd", shares, queries, self.key_weights)
        memory = np.maximum(g @ self.patterns.T, 0) @ self.patterns
        return np.asarray(-to_queries - to_keys - memory)

    def _scores(self, g: Floats) -> tuple[Floats, Floats, Floats]:
        """Return queries and keys by head and token, and scores, ``(..., heads, c, b)``."""
        queries = np.einsum("hyd,...cd->...hcy", self.query_weights, g)
        keys = np.einsum("hyd,...bd->...hby", self.key_weights, g)
        scores = self.beta * queries @ keys.swapaxes(-1, -2)
        alone = np.eye(g.shape[-2], dtype=bool)  # a token does not attend to itself
        return queries, keys, np.where(alone, -np.inf, scores)

    def _checked(self, tokens: ArrayLike) -> Floats:
        array = np.asarray(tokens, dtype=np.float64)
        features = self.patterns.shape[1]
        if array.ndim < 2 or array.shape[-1] != features or array.shape[-2] < 2:
            raise ValueError(
                f"tokens should have shape (..., num_tokens, {features}) with at least 2 tokens. "
                f"Got {array.shape}."
            )
        if not np.isfinite(array).all():
            raise ValueError("tokens should be finite. Got nan or infinity.")
        return array


def _check_beta(beta: float) -> None:
    if not (np.isfinite(beta) and beta > 0):
        raise ValueError(f"beta should be positive and finite. Got {beta}.")
