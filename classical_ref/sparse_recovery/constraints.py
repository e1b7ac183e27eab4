"""The memory of a whole subspace, known by the linear constraints on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal, Self, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from classical_ref.checks import (
    Booleans,
    Floats,
    Within,
    check_array,
    check_fields,
    checked,
    lock,
)
from classical_ref.shown import Shown
from classical_ref.sparse_recovery.basis_pursuit import basis_pursuit
from classical_ref.sparse_recovery.local_decoder import gap_decode

Decoder = Literal["basis-pursuit", "votes"]
"""How the error is found: by linear programming, or by local votes on a sparse graph."""
Constraints = Annotated[int, Within("[1, 1000000000]")]
"""How many constraints hold."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Recovered(Shown):
    """What became of probes."""

    states: NDArray[np.int8] | Floats
    """Corrected probes, of their shape."""
    is_stored: Booleans
    """Whether the corrected probe obeys every constraint, ``(...)``."""


@checked
def learn_constraints(
    samples: ArrayLike,
    *,
    num_constraints: Constraints | None = None,
    tolerance: Annotated[float, Within("[0, 1)")] = 1e-9,
) -> Floats:
    """Return orthonormal rows H with ``H @ x = 0`` for every sample, ``(m, n)``.

    They come from the singular value decomposition. As many independent samples as the subspace
    has dimensions determine it; one less leaves one false constraint.

    Args:
        samples: Real vectors, shape ``(num_samples, n)``.
        num_constraints: m, where it is known; samples that leave more are then refused.
        tolerance: Singular values below this, relative to the largest, count as zero.

    Raises:
        ValueError: Samples are no finite rows, obey no constraint, or do not span a subspace of
            ``n - num_constraints`` dimensions.
    """
    rows = check_array("samples", samples, "num_samples", "n")
    if not rows.any():
        raise ValueError("samples should not be all zero. Got zeros only.")
    num_neurons = rows.shape[1]
    _, singular, right = np.linalg.svd(rows, full_matrices=True)
    rank = int(np.count_nonzero(singular > tolerance * singular[0]))
    if rank == num_neurons:
        raise ValueError(
            f"samples should obey a linear constraint. Got {len(rows)} samples that span all "
            f"{num_neurons} dimensions; arbitrary patterns cannot be stored this way."
        )
    if num_constraints is not None and rank != num_neurons - num_constraints:
        advice = "add samples" if rank < num_neurons - num_constraints else "check for noise"
        raise ValueError(
            f"samples should span {num_neurons - num_constraints} dimensions, so that "
            f"{num_constraints} constraints hold. Got rank {rank} from {len(rows)} samples; "
            f"{advice}."
        )
    return np.asarray(right[rank:])


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SubspaceMemory(Shown):
    """All real vectors that obey ``H @ x = 0``; recall takes the sparsest error away.

    References:
        Mazumdar and Rawat, "Associative memory via a sparse recovery model" (2015).
    """

    constraints: Floats
    """H, of shape ``(m, n)``, read-only."""
    decoder: Decoder = "basis-pursuit"
    """``"votes"`` needs a 0/1 matrix with equal column sums; see :func:`gap_decode`."""

    def __post_init__(self) -> None:
        check_fields(self)
        lock(self, constraints=check_array("constraints", self.constraints, "m", "n"))

    @classmethod
    def learned(cls, samples: ArrayLike, *, num_constraints: Constraints | None = None) -> Self:
        """Return the memory of the subspace that samples span; see :func:`learn_constraints`."""
        return cls(learn_constraints(samples, num_constraints=num_constraints))

    def _facts(self) -> Mapping[str, object]:
        m, n = self.constraints.shape
        return {"num_constraints": m, "num_neurons": n, "decoder": self.decoder}

    @checked
    def recall(
        self, probes: ArrayLike, *, tolerance: Annotated[float, Within("[0, inf]")] = 1e-6
    ) -> Recovered:
        """Return the probes ``(..., n)`` without their sparsest errors.

        Args:
            probes: Stored vectors, wrong in a few entries.
            tolerance: Largest rest of a constraint, relative to the largest entry of the probe,
                at which an answer counts as stored.

        Raises:
            ValueError: The shape is wrong, an entry is not finite, or a linear program has no
                solution.
        """
        num_neurons = self.constraints.shape[1]
        given = check_array("probe", probes, "...", num_neurons)
        decode = basis_pursuit if self.decoder == "basis-pursuit" else gap_decode
        rows = given.reshape(-1, num_neurons)
        errors = [decode(self.constraints, self.constraints @ row) for row in rows]
        states = rows - np.array(errors).reshape(rows.shape)
        rest = np.abs(states @ self.constraints.T).max(axis=1)
        is_stored = rest <= tolerance * np.abs(rows).max(axis=1, initial=1.0)
        return Recovered(
            states=states.reshape(given.shape), is_stored=is_stored.reshape(given.shape[:-1])
        )
