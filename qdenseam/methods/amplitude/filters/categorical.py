"""Separation filters on categorical features: groups of bits that match only as a whole."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
from qiskit import QuantumCircuit

from circuits.distance.filters import categorical_filter
from classical_ref.checks import Within, check_fields
from qdenseam.filters.tables import Filter, FilterLike, Posterior, as_filter
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods.amplitude.filters.flag_filter import FlagFilter
from qdenseam.methods.base import Floats, Spins, register
from qdenseam.methods.schedules import Amplified, as_amplified


@register
@dataclass(frozen=True, slots=True)
class CategoricalFilter(FlagFilter):
    r"""Multiply amplitudes with F(d), d the number of mismatched features.

    Neurons are taken in groups of ``bits_per_feature`` in their order (the last may be shorter);
    each group is the binary label of one categorical feature and counts one mismatch, however
    many of its bits are wrong. Unknown bits of a feature are not compared, features without a
    known bit take no part.

    The law: P(μ and accepted) = π_μ F(d_μ)².

    Attributes:
        filter: F, tabulated on the number of features with a known bit.
        bits_per_feature: At least 1; 1 is :class:`SeparationFilter`.
        amplified: Rounds for a claimed acceptance.

    References:
        Khan et al., "EP-PQM: efficient parametric probabilistic quantum memory with fewer qubits
        and gates" (2022), which is F = cos.
    """

    name: ClassVar[str] = "categorical-filter"

    filter: Filter = field(default_factory=Posterior)
    bits_per_feature: Annotated[int, Within("[1, 64]")] = 2
    amplified: Amplified | None = None

    if TYPE_CHECKING:  # what is taken, where the fields hold what it stands for

        def __init__(
            self,
            filter: FilterLike = ...,  # noqa: A002
            bits_per_feature: int = ...,
            amplified: Amplified | float | str | None = ...,
        ) -> None: ...

    def __post_init__(self) -> None:
        object.__setattr__(self, "filter", as_filter(self.filter))
        object.__setattr__(self, "amplified", as_amplified(self.amplified))
        check_fields(self)

    def filter_circuit(self, spins: Spins) -> QuantumCircuit:
        """Return the signals on features and the rotations of the flag between them."""
        features = self._features(spins)
        angles, signal_angle = self.filter.signal(len(features))
        bits = spins < 0
        return categorical_filter(bits, features, angles, signal_angle=signal_angle)

    def factors(self, memory: AmplitudeMemory, spins: Spins) -> Floats:
        """Return F(d_μ)², shape ``(K,)``."""
        features = self._features(spins)
        wrong = memory.patterns != spins
        distance = np.zeros(memory.num_patterns, dtype=np.int64)
        for feature in features:
            distance += wrong[:, feature].any(axis=1)
        return np.asarray(self.filter.table(len(features))[distance] ** 2)

    def _features(self, spins: Spins) -> list[list[int]]:
        """Return the known neurons of each feature that has any."""
        starts = range(0, len(spins), self.bits_per_feature)
        known = [
            [i for i in range(s, min(s + self.bits_per_feature, len(spins))) if spins[i]]
            for s in starts
        ]
        return [feature for feature in known if feature]
