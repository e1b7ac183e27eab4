"""Contexts as probability measures on tokens, and attention as an integral operator on them.

A token is a tag and a content; a context of I documents is a mixture of I components.

References:
    Kawata and Suzuki, "Transformers as measure-theoretic associative memory" (2026).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self, final

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import Floats, check_array, is_number, lock, shown
from classical_ref.log_sums import softmax
from classical_ref.shown import Shown


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class TokenMeasure(Shown):
    """A probability measure on tokens, given by atoms."""

    tags: Floats
    """Tags v, ``(num_atoms, tag_size)``, read-only."""
    contents: Floats
    """Contents z, ``(num_atoms, content_size)``, read-only."""
    masses: Floats = field(default_factory=lambda: np.ones(0))
    """Mass of each atom, positive, normalized to sum 1, ``(num_atoms,)``; uniform by default."""

    def __post_init__(self) -> None:
        tags = check_array("tags", self.tags, "num_atoms", "tag_size")
        contents = check_array("contents", self.contents, len(tags), "content_size")
        given = self.masses if np.size(self.masses) else np.ones(len(tags))
        masses = check_array("masses", given, len(tags))
        if not (masses > 0).all():
            raise ValueError("masses should be positive. Got another; leave out atoms without.")
        lock(self, tags=tags, contents=contents, masses=masses / masses.sum())

    def _facts(self) -> Mapping[str, object]:
        atoms, size = self.tags.shape
        return {"num_atoms": atoms, "tag_size": size}

    @classmethod
    def mixture(
        cls,
        tags: ArrayLike,
        contents: Sequence[ArrayLike] | Floats,
        masses: ArrayLike | None = None,
    ) -> Self:
        r"""Return :math:`\sum_i m_i\, \delta_{v_i} \otimes \mu_i` with uniform samples.

        Args:
            tags: One per component, ``(I, tag_size)``.
            contents: Samples of each component, ``(num_tokens, content_size)``, of unequal numbers
                if need be.
            masses: m, positive, normalized to sum 1, ``(I,)``; None takes 1/I, as the publication.
                The numbers of tokens count all tokens alike: small components are then lost beside
                large ones.

        Raises:
            ValueError: The shapes do not fit, or a mass is not positive.
        """
        each = check_array("tags", tags, "I", "tag_size")
        given: object = contents  # whatever came
        if not isinstance(given, Sequence | np.ndarray) or len(given) != len(each):
            raise ValueError(
                f"contents should be samples for each of {len(each)} tags. Got {shown(contents)}."
            )
        samples: list[Floats] = []
        for place, tokens in enumerate(contents):
            size = samples[0].shape[1] if samples else "content_size"
            samples.append(check_array(f"contents[{place}]", tokens, "num_tokens", size))
        counts = [len(sample) for sample in samples]
        shares = np.ones(len(each)) if masses is None else check_array("masses", masses, len(each))
        return cls(
            tags=np.repeat(each, counts, axis=0),
            contents=np.concatenate(samples),
            masses=np.repeat(shares / counts, counts),
        )

    def attend(self, queries: ArrayLike, values: ArrayLike, *, match: ArrayLike = 1.0) -> Floats:
        r"""Return the attention operator on this measure, ``(..., num_outputs)``.

        .. math:: \frac{\int e^{\langle v, A q\rangle} f\, d\nu}
                  {\int e^{\langle v, A q\rangle} d\nu}

        It depends on the measure alone: the order of atoms, or an atom split into two of half its
        mass, changes nothing. With uniform masses and A a multiple of 1 it is :func:`attend`.

        Args:
            queries: Tags q to look for, ``(..., tag_size)``.
            values: f at each atom, ``(num_atoms, num_outputs)``; such as ``contents``.
            match: A, of shape ``(tag_size, tag_size)``, or a number that multiplies 1.

        Raises:
            ValueError: The shapes do not fit.
        """
        size = self.tags.shape[1]
        q = check_array("queries", queries, "...", size)
        f = check_array("values", values, len(self.masses), "num_outputs")
        given: ArrayLike = match
        if is_number(match):
            given = check_array("match", match) * np.eye(size)  # type: ignore[arg-type]
        matrix = check_array("match", given, size, size)
        scores = q @ matrix.T @ self.tags.T
        return np.asarray(softmax(scores + np.log(self.masses)) @ f)
