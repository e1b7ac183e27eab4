"""Trugenberger's probabilistic quantum memory."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
from qiskit import QuantumCircuit

from circuits.distance.filters import distance_filter
from classical_ref.checks import Within, check_fields
from classical_ref.spins import hamming_distance
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods.amplitude.filters.flag_filter import FlagFilter
from qdenseam.methods.base import Floats, Spins, register
from qdenseam.methods.schedules import Amplified, as_amplified


@register
@dataclass(frozen=True, slots=True)
class ProbabilisticRecall(FlagFilter):
    r"""Filter the memory by cos^b(πd/(2n)) with b control qubits; accepted when all flags are 0.

    The law: P(μ and accepted) = π_μ cos^{2b}(πd_μ/(2n)), d_μ the Hamming distance on the n known
    bits. Patterns with the right distance are favored ever more sharply as b grows, and accepted
    ever more rarely. Without amplification this has the law and the acceptance of "measure the
    memory, accept with probability cos^{2b}" (:class:`SampleAndAccept`).

    Attributes:
        num_controls: b >= 1.
        scale: Another n in the angle: the parametric memory. By default the number of known bits.
        reuse_control: One control qubit measured and reset b times instead of b qubits.
        amplified: Rounds for a claimed acceptance; not together with ``reuse_control``.

    References:
        Trugenberger, "Probabilistic quantum memories" (2001), equations 10-18; amplified: his
        "Quantum pattern recognition" (2002); Sousa et al., "Parametric probabilistic quantum
        memory" (2020) for the scale.
    """

    name: ClassVar[str] = "probabilistic"

    num_controls: Annotated[int, Within("[1, 500]", "A hamming-ball filter is sharper.")] = 2
    scale: Annotated[float, Within("(0, inf)")] | None = None
    reuse_control: bool = False
    amplified: Amplified | None = None

    if TYPE_CHECKING:  # what is taken, where the fields hold what it stands for

        def __init__(
            self,
            num_controls: int = ...,
            scale: float | None = ...,
            reuse_control: bool = ...,
            amplified: Amplified | float | str | None = ...,
        ) -> None: ...

    def __post_init__(self) -> None:
        object.__setattr__(self, "amplified", as_amplified(self.amplified))
        check_fields(self)
        if self.reuse_control and self.amplified is not None:
            raise ValueError(
                "amplified and reuse_control exclude each other: a measured control cannot be "
                "reflected about. Give one of them."
            )

    def filter_circuit(self, spins: Spins) -> QuantumCircuit:
        """Return the b controls on the distance."""
        return distance_filter(
            spins < 0,
            np.flatnonzero(spins),
            num_controls=self.num_controls,
            scale=self.scale,
            reuse_control=self.reuse_control,
        )

    def factors(self, memory: AmplitudeMemory, spins: Spins) -> Floats:
        """Return cos^{2b}(πd_μ/(2n)), shape ``(K,)``; 1 where nothing is known."""
        size = self.scale or max(1, int(np.count_nonzero(spins)))
        angles = np.pi * hamming_distance(memory.patterns, spins) / (2 * size)
        return np.asarray(np.cos(angles) ** (2 * self.num_controls))
