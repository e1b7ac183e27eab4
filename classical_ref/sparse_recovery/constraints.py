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
Tolerance = Annotated[float, Within("[0, 1)")]
"""Largest singular value that counts as zero, relative to the largest of all."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Recovered(Shown):
    """What became of probes."""

    states: NDArray[np.int8] | Floats
    """Corrected probes, of their shape."""
    is_stored: Booleans
    """Whether the corrected probe belongs to the memory, ``(...)``: it obeys every constraint."""


@checked
def learn_constraints(
    samples: ArrayLike,
    *,
    num_constraints: Constraints | None = None,
    tolerance: Tolerance | None = None,
) -> Floats:
    r"""Return orthonormal rows H with ``H @ x = 0`` for every sample, ``(m, n)``.

    They come from the singular value decomposition :math:`s_1 \ge s_2 \ge \ldots` of N samples.
    As many independent exact samples as the subspace has dimensions determine it; one less leaves
    one false constraint. Noisy ones should be twice as many as there are dimensions: then their
    dimension is the r at most N/2 with the largest :math:`s_r / s_{r+1}` among those where the rest
    is as flat as white noise and the others stand out of it,

    .. math:: s_{r+1} \le 1.1 B_r, \quad s_r \ge \max(2, 10^{6/(N-r)(n-r)}) B_r, \quad
              B_r = \sigma_r (\sqrt{N - r} + \sqrt{n - r}), \quad
              \sigma_r^2 = \frac{\sum_{i > r} s_i^2}{(N - r)(n - r)},

    B being the edge of the singular values of noise of deviation :math:`\sigma`, and the power what
    few random samples reach by chance, (N - r)(n - r) being the codimension of rank r. The noise is
    also at most a tenth of the root mean square of all entries. Fewer noisy samples than neurons
    are taken for exact unless there is such an r.

    Args:
        samples: Real vectors, shape ``(num_samples, n)``.
        num_constraints: m, where it is known; samples that leave another number are refused.
        tolerance: Singular values below this, relative to the largest, count as zero. None takes
            the rule above, and 1e-9 where no r obeys it or samples are exact up to rounding.

    Raises:
        ValueError: Samples are no finite rows, obey no constraint, or do not span a subspace of
            ``n - num_constraints`` dimensions.

    References:
        Marchenko and Pastur (1967) for the edge; Kritchman and Nadler, "Determining the number of
        components in a factor model from limited noisy data" (2008), for such tests.
    """
    rows = check_array("samples", samples, "num_samples", "n")
    if not rows.any():
        raise ValueError("samples should not be all zero. Got zeros only.")
    num_neurons = rows.shape[1]
    _, singular, right = np.linalg.svd(rows, full_matrices=True)
    rank = None
    if tolerance is None and singular[-1] > max(rows.shape) * np.finfo(float).eps * singular[0]:
        rank = _rank_above_noise(singular, len(rows), num_neurons)
    if rank is None:
        least = 1e-9 if tolerance is None else tolerance
        rank = int(np.count_nonzero(singular > least * singular[0]))
    if rank == num_neurons:
        raise ValueError(
            f"samples should obey a linear constraint, at least up to white noise. Got {len(rows)} "
            f"samples that span all {num_neurons} dimensions; arbitrary patterns cannot be stored "
            "this way. Where samples obey one roughly, pass a tolerance."
        )
    if num_constraints is not None and rank != num_neurons - num_constraints:
        advice = "add samples" if rank < num_neurons - num_constraints else "check for noise"
        raise ValueError(
            f"samples should span {num_neurons - num_constraints} dimensions, so that "
            f"{num_constraints} constraints hold. Got rank {rank} from {len(rows)} samples; "
            f"{advice}."
        )
    return np.asarray(right[rank:])


def _rank_above_noise(singular: Floats, num_samples: int, num_neurons: int) -> int | None:
    """Return how many singular values stand out of white noise; None where no number does."""
    ranks = np.arange(1, min(num_samples // 2, len(singular) - 1) + 1)
    samples, neurons = num_samples - ranks, num_neurons - ranks
    rest = np.cumsum(singular[::-1] ** 2)[::-1][ranks]
    noise = np.sqrt(rest / samples / neurons)
    edge = noise * (np.sqrt(samples) + np.sqrt(neurons))
    above, below = singular[ranks - 1], singular[ranks]
    least = np.maximum(2, 1e6 ** (1 / (samples * neurons)))
    is_small = 10 * noise <= np.sqrt((singular**2).sum() / num_samples / num_neurons)
    stands_out = is_small & (below <= 1.1 * edge) & (above >= least * edge)
    return int(ranks[(stands_out * above / below).argmax()]) if stands_out.any() else None


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
    @checked
    def learned(
        cls,
        samples: ArrayLike,
        *,
        num_constraints: Constraints | None = None,
        tolerance: Tolerance | None = None,
    ) -> Self:
        """Return the memory of the subspace that samples span; see :func:`learn_constraints`."""
        return cls(learn_constraints(samples, num_constraints=num_constraints, tolerance=tolerance))

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
