"""Contexts as probability measures on tokens, and attention as an integral operator on them.

A token is a tag and a content; a context of I documents is a mixture of I components.

References:
    Kawata and Suzuki, "Transformers as measure-theoretic associative memory" (2026).
"""

from dataclasses import dataclass, field
from typing import Self, final

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import Floats
from classical_ref.log_sums import softmax


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class TokenMeasure:
    """A probability measure on tokens, given by atoms."""

    tags: Floats
    """Tags v, ``(num_atoms, tag_size)``, read-only."""
    contents: Floats
    """Contents z, ``(num_atoms, content_size)``, read-only."""
    masses: Floats = field(default_factory=lambda: np.ones(0))
    """Mass of each atom, positive, normalized to sum 1, ``(num_atoms,)``; uniform by default."""

    def __post_init__(self) -> None:
        tags, contents = np.array(self.tags, dtype=float), np.array(self.contents, dtype=float)
        if tags.ndim != 2 or contents.ndim != 2 or len(tags) != len(contents) or not tags.size:
            raise ValueError(
                "tags and contents should have shapes (num_atoms, tag_size) and (num_atoms, "
                f"content_size). Got {tags.shape} and {contents.shape}."
            )
        masses = np.array(self.masses, dtype=float) if np.size(self.masses) else np.ones(len(tags))
        if masses.shape != (len(tags),) or not (np.isfinite(masses) & (masses > 0)).all():
            raise ValueError(
                f"masses should be positive, of shape ({len(tags)},). Got shape {masses.shape}; "
                "leave out atoms without mass."
            )
        for name, array in (
            ("tags", tags),
            ("contents", contents),
            ("masses", masses / masses.sum()),
        ):
            if not np.isfinite(array).all():
                raise ValueError(f"{name} should be finite. Got nan or infinity.")
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    def __repr__(self) -> str:
        atoms, size = self.tags.shape
        return f"TokenMeasure(num_atoms={atoms}, tag_size={size})"

    @classmethod
    def mixture(cls, tags: ArrayLike, contents: ArrayLike) -> Self:
        r"""Return :math:`\frac1I \sum_i \delta_{v_i} \otimes \mu_i` with uniform samples.

        Args:
            tags: One per component, ``(I, tag_size)``.
            contents: Samples of each component, ``(I, num_tokens, content_size)``.

        Raises:
            ValueError: The shapes do not fit.
        """
        each, samples = np.asarray(tags, dtype=float), np.asarray(contents, dtype=float)
        if each.ndim != 2 or samples.ndim != 3 or len(each) != len(samples):
            raise ValueError(
                "tags and contents should have shapes (I, tag_size) and (I, num_tokens, "
                f"content_size). Got {each.shape} and {samples.shape}."
            )
        return cls(
            tags=np.repeat(each, samples.shape[1], axis=0),
            contents=samples.reshape(-1, samples.shape[2]),
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
        q, f = np.asarray(queries, dtype=float), np.asarray(values, dtype=float)
        if q.ndim == 0 or q.shape[-1] != self.tags.shape[1]:
            raise ValueError(
                f"queries should have shape (..., {self.tags.shape[1]}). Got {q.shape}."
            )
        if f.ndim != 2 or len(f) != len(self.masses):
            raise ValueError(
                f"values should have shape ({len(self.masses)}, num_outputs). Got {f.shape}."
            )
        scores = q @ _matrix(match, self.tags.shape[1]).T @ self.tags.T
        return np.asarray(softmax(scores + np.log(self.masses)) @ f)


def _matrix(match: ArrayLike, size: int) -> Floats:
    array = np.asarray(match, dtype=float)
    if array.ndim == 0:
        array = array * np.eye(size)
    if array.shape != (size, size) or not np.isfinite(array).all():
        raise ValueError(
            f"match should be a finite number or of shape ({size}, {size}). Got {array.shape}."
        )
    return array
