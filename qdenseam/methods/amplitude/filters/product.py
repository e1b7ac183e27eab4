"""The posterior of independent bit flips as one controlled rotation per bit."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, ClassVar, TypeAlias

import numpy as np
from qiskit import QuantumCircuit

from circuits.distance.filters import product_filter
from classical_ref.checks import Within, check_fields
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods.amplitude.filters.flag_filter import FlagFilter
from qdenseam.methods.base import Floats, Spins, register
from qdenseam.methods.schedules import Amplified, as_amplified

_Factor: TypeAlias = Annotated[float, Within("[0, 1]")]


@register
@dataclass(frozen=True, slots=True)
class ProductFilter(FlagFilter):
    r"""Damp each mismatched bit by its own factor √y_i: n gates, and exact for unequal bits.

    The law: P(μ and accepted) = π_μ Π_i y_i over the known bits i on which pattern and probe
    differ. For bits that flip independently with probabilities f_i and y_i = f_i/(1 - f_i) the
    law given acceptance is the exact posterior over the stored patterns; with one f it is the
    softmax of an exponential dense memory at inverse temperature ½ ln((1 - f)/f) per unit of
    overlap. Soft bits are nothing but another y_i.

    Attributes:
        damping: y in [0, 1] for every neuron, or one y_i per neuron, shape ``(D,)``.
        reuse_flag: One flag qubit measured and reset after each bit instead of n qubits.
        amplified: Rounds for a claimed acceptance; not together with ``reuse_flag``.
    """

    name: ClassVar[str] = "product-filter"

    damping: _Factor | tuple[_Factor, ...] = 0.25
    reuse_flag: bool = False
    amplified: Amplified | None = None

    if TYPE_CHECKING:  # what is taken, where the fields hold what it stands for

        def __init__(
            self,
            damping: float | tuple[float, ...] = ...,
            reuse_flag: bool = ...,
            amplified: Amplified | float | str | None = ...,
        ) -> None: ...

    def __post_init__(self) -> None:
        object.__setattr__(self, "amplified", as_amplified(self.amplified))
        check_fields(self)
        damping = np.array(self.damping, dtype=float)
        object.__setattr__(
            self, "damping", tuple(damping.tolist()) if damping.ndim else float(damping)
        )
        if self.reuse_flag and self.amplified is not None:
            raise ValueError(
                "amplified and reuse_flag exclude each other: a measured flag cannot be reflected "
                "about. Give one of them."
            )

    def filter_circuit(self, spins: Spins) -> QuantumCircuit:
        """Return one controlled rotation per known bit."""
        known = np.flatnonzero(spins)
        return product_filter(
            spins < 0,
            known,
            self._per_neuron(len(spins))[known],
            reuse_flag=self.reuse_flag,
        )

    def factors(self, memory: AmplitudeMemory, spins: Spins) -> Floats:
        """Return Π_i y_i over the mismatched known bits, shape ``(K,)``."""
        wrong = memory.patterns * spins == -1
        return np.asarray(np.where(wrong, self._per_neuron(len(spins)), 1.0).prod(axis=1))

    def _per_neuron(self, num_neurons: int) -> Floats:
        values = np.array(self.damping, dtype=float)
        if values.ndim and len(values) != num_neurons:
            raise ValueError(
                f"damping should have shape ({num_neurons},). Got {values.shape}; give one y for "
                "all neurons or one for each."
            )
        return np.broadcast_to(values, (num_neurons,))
