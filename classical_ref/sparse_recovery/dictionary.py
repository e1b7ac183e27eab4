"""The memory of all sparse combinations of the atoms of a dictionary."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Self, final

import numpy as np
from numpy.typing import ArrayLike

from classical_ref.checks import Floats, Rng, Within, check_array, check_fields, checked, lock
from classical_ref.patterns import Count
from classical_ref.shown import Shown
from classical_ref.sparse_recovery.basis_pursuit import basis_pursuit
from classical_ref.sparse_recovery.constraints import Recovered


@final
@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DictionaryMemory(Shown):
    r"""All :math:`x = \bar x + z A` with few non-zero coefficients z; recall takes the error away.

    A probe y is explained by atoms and single entries at once, and the entries are the error:

    .. math:: \min_{z, e} \sum_k |z_k| + w \sum_i |e_i| \quad\text{with}\quad
              y = \bar x + z A + e

    Sparse combinations of many atoms are a union of subspaces, which fits pictures better than the
    one subspace of a :class:`SubspaceMemory`.

    References:
        Mairal et al., "Online dictionary learning for sparse coding" (2009), for the atoms; Wright
        et al., "Robust face recognition via sparse representation" (2009), for the program;
        Mazumdar and Rawat, "Associative memory using dictionary learning and expander decoding"
        (2017), for memories of dictionaries, with another decoder.
    """

    atoms: Floats
    """A, of shape ``(num_atoms, n)``, read-only."""
    center: Floats
    r""":math:`\bar x`, ``(n,)``, read-only."""
    error_weight: Annotated[float, Within("(0, inf)")] = field(default=1.5, kw_only=True)
    """w, the cost of an error of one beside a coefficient of one: more where errors are rarer."""

    def __post_init__(self) -> None:
        check_fields(self)
        atoms = check_array("atoms", self.atoms, "num_atoms", "n")
        lock(self, atoms=atoms, center=check_array("center", self.center, atoms.shape[1]))

    @classmethod
    @checked
    def learned(
        cls,
        samples: ArrayLike,
        *,
        num_atoms: Count,
        sparsity: Annotated[float, Within("(0, inf)")] = 1.0,
        error_weight: Annotated[float, Within("(0, inf)")] = 1.5,
        rng: Rng = None,
    ) -> Self:
        """Return the memory of atoms of length one that scikit-learn finds for samples.

        Args:
            samples: Real vectors ``(num_samples, n)``; their mean is the center.
            num_atoms: How many atoms; more than n are allowed, and useful.
            sparsity: The penalty of the coefficients while atoms are learned, ``alpha`` there.
            error_weight: See :attr:`error_weight`.
            rng: Source of randomness.

        Raises:
            ValueError: Samples are no finite rows, or a number is out of its range.
        """
        from sklearn.decomposition import MiniBatchDictionaryLearning

        rows = check_array("samples", samples, "num_samples", "n")
        center = rows.mean(axis=0)
        seed = int(np.random.default_rng(rng).integers(2**31))
        learner = MiniBatchDictionaryLearning(
            num_atoms, alpha=sparsity, max_iter=20, batch_size=64, random_state=seed
        )
        atoms = learner.fit(rows - center).components_
        return cls(atoms, center, error_weight=error_weight)

    def _facts(self) -> Mapping[str, object]:
        num_atoms, n = self.atoms.shape
        return {"num_atoms": num_atoms, "num_neurons": n, "error_weight": self.error_weight}

    def recall(self, probes: ArrayLike) -> Recovered:
        """Return the probes ``(..., n)`` without their errors.

        A probe counts as stored if fewer than n atoms and errors explain it: random probes take n.

        Raises:
            ValueError: The shape is wrong, an entry is not finite, or the atoms are too large or
                small for the linear program.
        """
        num_atoms, n = self.atoms.shape
        given = check_array("probe", probes, "...", n)
        columns = np.hstack([self.atoms.T, np.eye(n) / self.error_weight])
        rows = given.reshape(-1, n)
        found = [basis_pursuit(columns, row - self.center) for row in rows]
        parts = np.array(found).reshape(len(rows), num_atoms + n)
        used = (np.abs(parts) > 1e-7 * np.abs(parts).max(axis=1, keepdims=True, initial=0)).sum(1)
        errors = parts[:, num_atoms:] / self.error_weight
        return Recovered(
            states=(rows - errors).reshape(given.shape),
            is_stored=(used < n).reshape(given.shape[:-1]),
        )
