r"""Random contexts on the unit interval, with known coefficients: data for attention over measures.

A component has the density :math:`1 + a \sum_j \sqrt{\lambda_j} Z_j e_j(z)`, cut off at zero and
normalized, with :math:`e_j(z) = \sqrt2 \cos \pi j z`, uniform :math:`Z_j` in [-1, 1] and
:math:`\lambda_j = e^{-j^\alpha}`: the faster the decay, the fewer numbers describe a component.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import Floats, Integers, Rng, check_integer, check_positive
from classical_ref.continuous.recall_and_predict import Contexts

_NUM_CELLS = 2000  # of the interval; cosines are integrated to rounding


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Components:
    """Random measures on the unit interval."""

    densities: Floats
    """Densities in equal cells, mean 1, ``(num_components, num_cells)``."""
    coefficients: Floats
    """Exact means of the cosines, ``(num_components, num_modes)``."""

    def sample(self, num_tokens: int, *, rng: Rng = None) -> Floats:
        """Return independent contents of each component, ``(num_components, num_tokens)``.

        Raises:
            ValueError: ``num_tokens`` is below one.
        """
        rng = np.random.default_rng(rng)
        check_integer(1, num_tokens=num_tokens)
        num_components, num_cells = self.densities.shape
        edges = np.linspace(0, 1, num_cells + 1)
        heights = np.zeros((num_components, num_cells + 1))
        np.cumsum(self.densities / num_cells, axis=1, out=heights[:, 1:])
        drawn = rng.random((num_components, num_tokens))
        return np.array(
            [np.interp(u, h / h[-1], edges) for u, h in zip(drawn, heights, strict=True)]
        )


def cosines(contents: ArrayLike, num_modes: int) -> Floats:
    r"""Return :math:`\sqrt2 \cos \pi j z` for j = 1..num_modes, ``(...)`` to ``(..., num_modes)``.

    Raises:
        ValueError: ``num_modes`` is below one.
    """
    check_integer(1, num_modes=num_modes)
    angles = np.pi * np.asarray(contents, dtype=float)[..., np.newaxis]
    return np.asarray(np.sqrt(2) * np.cos(angles * np.arange(1, num_modes + 1)))


def random_components(
    num_components: int,
    *,
    decay: float = 1.0,
    num_modes: int = 16,
    amplitude: float = 0.7,
    rng: Rng = None,
) -> Components:
    """Return random components.

    Args:
        num_components: How many.
        decay: alpha, positive.
        num_modes: Cosines in a density.
        amplitude: a, positive.
        rng: Source of randomness.

    Raises:
        ValueError: A count is below one, or ``decay`` or ``amplitude`` is not positive.
    """
    rng = np.random.default_rng(rng)
    check_integer(1, num_components=num_components)
    check_positive(decay=decay, amplitude=amplitude)
    centers = (np.arange(_NUM_CELLS) + 0.5) / _NUM_CELLS
    modes = cosines(centers, num_modes)
    scale = amplitude * np.exp(-(np.arange(1, num_modes + 1) ** decay) / 2)
    weights = scale * rng.uniform(-1, 1, size=(num_components, num_modes))
    densities = np.maximum(1 + weights @ modes.T, 0)
    densities /= densities.mean(axis=1, keepdims=True)
    return Components(densities=densities, coefficients=densities @ modes / _NUM_CELLS)


def random_contexts(
    num_contexts: int,
    num_parts: int,
    *,
    num_tokens: int = 2000,
    num_features: int = 8,
    rng: Rng = None,
) -> tuple[Contexts, Floats, Integers]:
    r"""Return contexts, targets ``(n,)`` and the components asked for ``(n,)``.

    Tags are random orthonormal vectors, drawn afresh for each context, so that nothing can be
    learned but to compare them. The target is :math:`\sum_j b_j^2`, standardized, over all exact
    coefficients of the component asked for; the model sees the first features of sampled tokens.

    Args:
        num_contexts: n, at least 2.
        num_parts: I, components of each context; also the size of tags.
        num_tokens: Tokens of each component.
        num_features: Cosines whose means over tokens are given.
        rng: Source of randomness.

    Raises:
        ValueError: A count is below one, or ``num_contexts`` below two.
    """
    rng = np.random.default_rng(rng)
    check_integer(2, num_contexts=num_contexts)
    check_integer(1, num_parts=num_parts)
    components = random_components(num_contexts * num_parts, rng=rng)
    contents = components.sample(num_tokens, rng=rng)
    means = np.array([cosines(tokens, num_features).mean(axis=0) for tokens in contents])
    tags, _ = np.linalg.qr(rng.normal(size=(num_contexts, num_parts, num_parts)))
    asked = rng.integers(num_parts, size=num_contexts)
    squares = (components.coefficients**2).sum(axis=1).reshape(num_contexts, num_parts)
    chosen = squares[np.arange(num_contexts), asked]
    contexts = Contexts(
        tags=tags,
        means=means.reshape(num_contexts, num_parts, num_features),
        queries=tags[np.arange(num_contexts), asked],
    )
    return contexts, (chosen - chosen.mean()) / chosen.std(), asked
