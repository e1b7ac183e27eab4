"""Any function of the Hamming distance applied to the amplitudes, with one flag or several."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

import numpy as np
import numpy.typing as npt
from qiskit import QuantumCircuit

from circuits.distance.filters import on_flags, signal_filter, symmetric_filter
from circuits.distance.symmetric_signal_processing import scaled_phases
from classical_ref.checks import Within, check_fields
from classical_ref.spins import hamming_distance
from qdenseam.filters.tables import Filter, FilterLike, Posterior, as_filter
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods.amplitude.filters.flag_filter import FlagFilter
from qdenseam.methods.base import Floats, Spins, register
from qdenseam.methods.schedules import Amplified, as_amplified

Synthesis = Literal["generalized", "symmetric"]


@register
@dataclass(frozen=True, slots=True)
class SeparationFilter(FlagFilter):
    r"""Multiply the amplitude of every stored pattern with F(d): a dense associative memory.

    Generalized quantum signal processing on the phase e^{iωd} of the Hamming distance d to the n
    known bits realizes *any* table F(0)..F(n) in [0, 1] with one flag qubit, n signals and no
    loss: the branch phases are free, so the target's acceptance is F(d)² itself. Polynomials of
    degree m < n in the signal need m. A signal is one RZZ per known bit; unknown bits take no
    part.

    With ``synthesis="symmetric"`` the rotations of the flag are about one axis only and the
    polynomial is real in cos(πd/2n): an arbitrary table takes 2n signals, a power of the cosine or
    Dolph's filter their own degree as before. A real polynomial has no free phases, so that F is
    scaled by s = min(1, 0.999/max|f|) where f overshoots the table between the distances, and
    acceptance by s².

    With f flags the filter acts f times, each time on a flag of its own, and all must accept: F^f
    in place of F, from f times the signals. An error that leaves every flag at random passes with
    2^-f: on models of noisy devices two filters of degree m/2 keep fewer wrong answers than one of
    degree m, at as many gates. CosinePower(1) on b flags is :class:`ProbabilisticRecall`.

    The law: P(μ and accepted) = π_μ F(d_μ)^{2f}, or π_μ (s F(d_μ))^{2f}. Without amplification
    this is the law and the acceptance of "measure the memory, accept with probability F(d)^{2f}"
    (:class:`SampleAndAccept`); the coherent gain is ``amplified``.

    Signal processing on one qubit for functions of a Hamming weight is known (Maslov et al., Daniel
    and Miyake), as it is for diagonal unitaries (Motlagh and Wiebe). To our knowledge this is its
    first use as a separation function over a superposed memory, post-selected or amplified.
    Neighbors: Guo, Mitarai and Fujii, "Nonlinear transformation of complex amplitudes via quantum
    singular value transformation" (2021), on amplitudes instead of distances; Trugenberger's
    memory, which is F = cos^b.

    Attributes:
        filter: F: a :class:`Filter` or its spelling, a table F(0), F(1), ... in [0, 1], or a
            function of d, which is tabulated here. By default the posterior, for which a pattern
            with a wrong bit is less likely and not impossible.
        amplified: Rounds for a claimed acceptance.
        synthesis: ``"generalized"`` or ``"symmetric"``.
        num_flags: f >= 1, how often the filter acts.

    References:
        Motlagh and Wiebe, "Generalized quantum signal processing" (2024); Wang, Dong and Lin, "On
        the energy landscape of symmetric quantum signal processing" (2022); Maslov, Kim, Bravyi,
        Yoder and Sheldon, "Quantum advantage for computations with limited space" (2020, arXiv
        2008.06478); Daniel and Miyake, "Quantum algorithms for classical Boolean functions via
        adaptive measurements" (2022, arXiv 2211.01252).

    Examples:
        >>> from qdenseam import AmplitudeMemory
        >>> memory = AmplitudeMemory(["0000", "0011", "1111"])
        >>> law = SeparationFilter("hamming-ball(2)").law(memory, "0001")
        >>> law.joint.round(3).tolist()  # of each pattern, and accepted
        [0.333, 0.333, 0.0]
    """

    name: ClassVar[str] = "separation-filter"

    filter: Filter | npt.ArrayLike | Callable[[int], float] = field(default_factory=Posterior)
    amplified: Amplified | None = None
    synthesis: Synthesis = "generalized"
    num_flags: Annotated[int, Within("[1, 64]")] = 1

    if TYPE_CHECKING:  # what is taken, where the fields hold what it stands for

        def __init__(
            self,
            filter: FilterLike = ...,  # noqa: A002
            amplified: Amplified | float | str | None = ...,
            synthesis: Synthesis = ...,
            num_flags: int = ...,
        ) -> None: ...

    def __post_init__(self) -> None:
        object.__setattr__(self, "filter", as_filter(self.filter))
        object.__setattr__(self, "amplified", as_amplified(self.amplified))
        check_fields(self)

    def filter_circuit(self, spins: Spins) -> QuantumCircuit:
        """Return, for each flag, the signals and the rotations of the flag between them."""
        known = np.flatnonzero(spins)
        bits = spins < 0
        if self.synthesis == "symmetric":
            phases, _ = scaled_phases(self._filter.cosine_series(len(known)))
            single = symmetric_filter(bits, known, phases)
        else:
            angles, signal_angle = self._filter.signal(len(known))
            single = signal_filter(bits, known, angles, signal_angle=signal_angle)
        return on_flags(single, self.num_flags)

    def factors(self, memory: AmplitudeMemory, spins: Spins) -> Floats:
        """Return F(d_μ)^{2f}, or (s F(d_μ))^{2f}, shape ``(K,)``."""
        num_known = int(np.count_nonzero(spins))
        table = self._filter.table(num_known)
        if self.synthesis == "symmetric":
            table = table * scaled_phases(self._filter.cosine_series(num_known))[1]
        distance = hamming_distance(memory.patterns, spins)
        return np.asarray(table[distance] ** (2 * self.num_flags))

    @property
    def _filter(self) -> Filter:
        assert isinstance(self.filter, Filter)  # made so at construction
        return self.filter
