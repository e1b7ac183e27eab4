r"""Random contexts on the unit interval, with known coefficients: data for attention over measures.

A component has the density :math:`1 + a \sum_j \sqrt{\lambda_j} Z_j e_j(z)`, cut off at zero and
normalized, with :math:`e_j(z) = \sqrt2 \cos \pi j z`, uniform :math:`Z_j` in [-1, 1] and
:math:`\lambda_j = e^{-j^\alpha}`: the faster the decay, the fewer numbers describe a component.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import Floats, Integers, Rng, Within, check_array, check_entries, checked
from classical_ref.continuous.recall_and_predict import Contexts

_NUM_CELLS = 2000  # of the interval; cosines are integrated to rounding
_MOST = 2**28  # floats of one array

Count = Annotated[int, Within("[1, 1000000]")]
"""How many components, tokens, modes or features."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Components:
    """Random measures on the unit interval."""

    densities: Floats
    """Densities in equal cells, mean 1, ``(num_components, num_cells)``."""
    coefficients: Floats
    """Exact means of the cosines, ``(num_components, num_modes)``."""

    @checked
    def sample(self, num_tokens: Count, *, rng: Rng = None) -> Floats:
        """Return independent contents of each component, ``(num_components, num_tokens)``.

        Raises:
            ValueError: ``num_tokens`` is not from one to a million, or there would be more than
                2**28 contents.
        """
        rng = np.random.default_rng(rng)
        num_components, num_cells = self.densities.shape
        check_entries(_MOST, num_components=num_components, num_tokens=num_tokens)
        edges = np.linspace(0, 1, num_cells + 1)
        heights = np.zeros((num_components, num_cells + 1))
        np.cumsum(self.densities / num_cells, axis=1, out=heights[:, 1:])
        drawn = rng.random((num_components, num_tokens))
        return np.array(
            [np.interp(u, h / h[-1], edges) for u, h in zip(drawn, heights, strict=True)]
        )


@checked
def cosines(contents: ArrayLike, num_modes: Count) -> Floats:
    r"""Return :math:`\sqrt2 \cos \pi j z` for j = 1..num_modes, ``(...)`` to ``(..., num_modes)``.

    Raises:
        ValueError: ``num_modes`` is not from one to a million, or there would be more than 2**28
            cosines.
    """
    given = check_array("contents", contents, "...")
    check_entries(_MOST, num_contents=given.size, num_modes=num_modes)
    angles = np.pi * given[..., np.newaxis]
    return np.asarray(np.sqrt(2) * np.cos(angles * np.arange(1, num_modes + 1)))


@checked
def random_components(
    num_components: Count,
    *,
    decay: Annotated[float, Within("(0, 10]")] = 1.0,
    num_modes: Count = 16,
    amplitude: Annotated[float, Within("(0, 1000]")] = 0.7,
    rng: Rng = None,
) -> Components:
    """Return random components.

    Args:
        num_components: How many.
        decay: alpha, positive, at most 10.
        num_modes: Cosines in a density.
        amplitude: a, positive, at most 1000.
        rng: Source of randomness.

    Raises:
        ValueError: An argument is out of range, or arrays would have more than 2**28 entries.
    """
    rng = np.random.default_rng(rng)
    check_entries(_MOST, num_components=num_components, num_cells=_NUM_CELLS)
    centers = (np.arange(_NUM_CELLS) + 0.5) / _NUM_CELLS
    modes = cosines(centers, num_modes)
    scale = amplitude * np.exp(-(np.arange(1, num_modes + 1) ** decay) / 2)
    weights = scale * rng.uniform(-1, 1, size=(num_components, num_modes))
    densities = np.maximum(1 + weights @ modes.T, 0)
    densities /= densities.mean(axis=1, keepdims=True)
    return Components(densities=densities, coefficients=densities @ modes / _NUM_CELLS)


@checked
def random_contexts(
    num_contexts: Annotated[int, Within("[2, 1000000]")],
    num_parts: Count,
    *,
    num_tokens: Count = 2000,
    num_features: Count = 8,
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
        ValueError: A count is below one or above a million, ``num_contexts`` below two, or arrays
            would have more than 2**28 entries.
    """
    rng = np.random.default_rng(rng)
    num_components = num_contexts * num_parts
    check_entries(_MOST, num_components=num_components, num_cells=_NUM_CELLS)
    check_entries(_MOST, num_components=num_components, num_parts=num_parts)
    check_entries(_MOST, num_tokens=num_tokens, num_features=num_features)
    components = random_components(num_components, rng=rng)
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
