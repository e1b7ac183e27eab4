r"""An Energy Transformer that learns to fill in tokens, with gradients by hand.

Tokens v become features, :math:`x = v U + p`, and :math:`x = m + p` where v is missing. Then some
steps :math:`x \leftarrow x + a F(g)`, where :math:`F = -\partial E / \partial g` at normalized
tokens g, lead to :math:`\hat v = g R + r`. The derivative of F is minus a Hessian and so its own
transpose, which makes the way back one product with it a step.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import (
    Booleans,
    Checked,
    Floats,
    Rng,
    Within,
    check_array,
    check_entries,
    check_fields,
    check_mask,
    checked,
    lock,
)
from classical_ref.learning.optimizers import Adam, OptimizerState
from classical_ref.modular.attention import Descent, EnergyTransformer
from classical_ref.shown import Shown

Count = Annotated[int, Within("[1, 1000000]")]
Positive = Annotated[float, Within("(0, inf)")]
Gradients = dict[str, Floats]

_BLOCK = ("query_weights", "key_weights", "patterns")
_OWN = ("embedding", "positions", "mask_token", "readout", "offset")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MaskedTokens(Checked, Shown):
    """A model that fills in missing tokens by descending the energy of a transformer block.

    References:
        Hoover et al., "Energy transformer" (2023).
    """

    block: EnergyTransformer
    """The energy."""
    embedding: Floats
    """U, ``(num_values, num_features)``."""
    positions: Floats
    """p, ``(num_tokens, num_features)``."""
    mask_token: Floats
    """m, ``(num_features,)``."""
    readout: Floats
    """R, ``(num_features, num_values)``."""
    offset: Floats
    """r, ``(num_values,)``."""
    num_steps: Count = 6
    """Steps down the energy."""
    step: Positive = 0.3
    """Their length a."""

    def __post_init__(self) -> None:
        check_fields(self)
        features = self.block.patterns.shape[1]
        embedding = check_array("embedding", self.embedding, "num_values", features)
        lock(
            self,
            embedding=embedding,
            positions=check_array("positions", self.positions, "num_tokens", features),
            mask_token=check_array("mask_token", self.mask_token, features),
            readout=check_array("readout", self.readout, features, len(embedding)),
            offset=check_array("offset", self.offset, len(embedding)),
        )

    @classmethod
    def random(
        cls,
        num_tokens: Count,
        num_values: Count,
        *,
        num_features: Count = 32,
        num_heads: Count = 2,
        head_size: Count = 8,
        num_patterns: Count = 64,
        rng: Rng = None,
    ) -> "MaskedTokens":
        """Return a model that has learned nothing.

        Raises:
            ValueError: A number is not from 1 to a million, or all weights are more than 2**28.
        """
        rows = 2 * num_heads * head_size + num_patterns + 2 * num_values + num_tokens
        check_entries(2**28, rows=rows, num_features=num_features)
        draw = np.random.default_rng(rng).normal
        heads = (num_heads, head_size, num_features)
        block = EnergyTransformer(
            draw(size=heads) / np.sqrt(num_features),
            draw(size=heads) / np.sqrt(num_features),
            draw(size=(num_patterns, num_features)) / np.sqrt(num_features),
            beta=1 / np.sqrt(head_size),
        )
        return cls(
            block,
            draw(size=(num_values, num_features)) / np.sqrt(num_values),
            draw(size=(num_tokens, num_features)),
            draw(size=num_features),
            draw(size=(num_features, num_values)) / num_features,
            np.zeros(num_values),
        )

    def weights(self) -> Gradients:
        """Return all weights by their names, those of the block by its own."""
        found = {name: getattr(self.block, name) for name in _BLOCK}
        return found | {name: getattr(self, name) for name in _OWN}

    def with_weights(self, weights: Gradients) -> "MaskedTokens":
        """Return the model with other weights."""
        queries, keys, patterns = (weights[name] for name in _BLOCK)
        block = EnergyTransformer(queries, keys, patterns, self.block.beta, self.block.norm)
        embedding, positions, mask, readout, offset = (weights[name] for name in _OWN)
        return MaskedTokens(
            block, embedding, positions, mask, readout, offset, self.num_steps, self.step
        )

    def descend(self, tokens: ArrayLike, missing: ArrayLike) -> Descent:
        """Return where the steps take tokens ``(..., num_tokens, num_values)``, and the energies.

        Args:
            tokens: Values; those of missing tokens are not looked at.
            missing: Booleans ``(..., num_tokens)``, or ``(num_tokens,)`` for all.
        """
        values, gone = self._given(tokens, missing)
        return self.block.descend(
            self._start(values, gone), step=self.step, num_steps=self.num_steps
        )

    def fill(self, tokens: ArrayLike, missing: ArrayLike) -> Floats:
        """Return the tokens with the missing ones filled in, ``(..., num_tokens, num_values)``."""
        values, gone = self._given(tokens, missing)
        read = self.block.norm.activation(self.descend(values, gone).tokens) @ self.readout
        return np.where(gone[..., np.newaxis], read + self.offset, values)

    def loss_and_gradient(self, tokens: ArrayLike, missing: ArrayLike) -> tuple[float, Gradients]:
        """Return the mean squared error of missing values, and its gradient by every weight.

        Args:
            tokens: Values of all tokens, ``(..., num_tokens, num_values)``.
            missing: Which of them are not shown to the model.
        """
        values = self._checked(tokens)
        gone = check_mask("missing", missing, values.shape[:-1])
        if not gone.any():
            raise ValueError("missing should hold a missing token to learn from. Got none.")
        values, gone = values.reshape(-1, *values.shape[-2:]), gone.reshape(-1, gone.shape[-1])
        norm, rate = self.block.norm, self.step
        path = [self._start(values, gone)]
        for _ in range(self.num_steps):
            path.append(path[-1] - rate * self.block.gradient(path[-1]))
        end = norm.activation(path[-1])
        off = (end @ self.readout + self.offset - values) * gone[..., np.newaxis]
        count = gone.sum() * values.shape[-1]
        pull = 2 * off / count
        gradient = {name: np.zeros(each.shape) for name, each in self.weights().items()}
        gradient["readout"] = np.einsum("ztf,ztv->fv", end, pull)
        gradient["offset"] = pull.sum(axis=(0, 1))
        adjoint = norm.moved_activation(path[-1], pull @ self.readout.T)
        for x in reversed(path[:-1]):
            g = norm.activation(x)
            moved, parts = self.block.moved_gradient(g, adjoint)
            for name, part in parts.items():
                gradient[name] -= rate * part
            adjoint = adjoint - rate * norm.moved_activation(x, moved)
        known = adjoint * ~gone[..., np.newaxis]
        gradient["embedding"] = np.einsum("ztv,ztf->vf", values, known)
        gradient["positions"] = adjoint.sum(axis=0)
        gradient["mask_token"] = (adjoint - known).sum(axis=(0, 1))
        return float((off**2).sum() / count), gradient

    def _start(self, values: Floats, gone: Booleans) -> Floats:
        known = values @ self.embedding
        return np.where(gone[..., np.newaxis], self.mask_token, known) + self.positions

    def _given(self, tokens: ArrayLike, missing: ArrayLike) -> tuple[Floats, Booleans]:
        """Return values, 0 where they are missing, and which tokens are."""
        values = np.asarray(tokens)
        gone = check_mask("missing", missing, values.shape[:-1])
        if values.shape[-1:] == self.offset.shape:
            values = np.where(gone[..., np.newaxis], 0.0, values)
        return self._checked(values), gone

    def _checked(self, tokens: ArrayLike) -> Floats:
        return check_array("tokens", tokens, "...", *self.positions.shape[:1], *self.offset.shape)


@checked
def learn_tokens(
    model: MaskedTokens,
    tokens: ArrayLike,
    *,
    num_missing: Count,
    num_steps: Count = 300,
    batch_size: Count = 64,
    learning_rate: Positive = 3e-3,
    rng: Rng = None,
) -> tuple[MaskedTokens, Floats]:
    """Return the model after steps of Adam, and the loss of each step.

    Args:
        model: The model at the start.
        tokens: ``(num_samples, num_tokens, num_values)``.
        num_missing: How many tokens of each sample are missing, others at each step.
        num_steps: Steps of Adam.
        batch_size: Samples of a step.
        learning_rate: Its size.
        rng: Source of samples and missing tokens.

    Raises:
        ValueError: The tokens have another shape, a number is out of range, or more tokens should
            be missing than there are.
    """
    samples = check_array(
        "tokens", tokens, "num_samples", len(model.positions), len(model.embedding)
    )
    if num_missing > len(model.positions):
        raise ValueError(
            f"num_missing should be at most {len(model.positions)}, all tokens. Got {num_missing}."
        )
    generator, losses = np.random.default_rng(rng), []
    adam, weights = Adam(learning_rate), model.weights()
    states: dict[str, OptimizerState | None] = dict.fromkeys(weights)
    for _ in range(num_steps):
        batch = samples[generator.integers(len(samples), size=batch_size)]
        ranks = generator.random(batch.shape[:2]).argsort(axis=1).argsort(axis=1)
        loss, gradient = model.with_weights(weights).loss_and_gradient(batch, ranks < num_missing)
        losses.append(loss)
        for name, slope in gradient.items():
            weights[name], states[name] = adam.step(weights[name], slope, states[name])
    return model.with_weights(weights), np.array(losses)
