"""What an encoder yields: a circuit that prepares a superposition of patterns, and its costs."""

from abc import ABC, abstractmethod
from copy import copy
from dataclasses import dataclass, field
from typing import Annotated, ClassVar

import numpy as np
import numpy.typing as npt
from qiskit import AncillaRegister, QuantumCircuit, QuantumRegister

from circuits.bit_order import Bits, check_bits
from circuits.resources import Resources, count
from classical_ref.checks import Complexes, Within, check_complexes, check_fields

Qubits = tuple[Annotated[int, Within("[0, 1000000000]")], ...]
"""Numbers of qubits."""

MIN_AMPLITUDE = 1e-12
"""Amplitudes of a unit vector should be larger: rounding is no longer small beside smaller ones."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Preparation:
    r"""An invertible circuit A with A|0…0⟩ = Σ_μ a_μ |x^μ⟩ ⊗ |0…0⟩ (up to a global phase)."""

    circuit: QuantumCircuit
    """Registers ``memory`` (D qubits; qubit i is neuron i) and, where used, ``ancilla``."""
    reflection_qubits: Qubits
    """Indices into ``circuit.qubits`` that A†|ψ⟩ can occupy for |ψ⟩ in the span of the patterns.

    All other qubits are back in |0⟩ there, so 2|A0⟩⟨A0| - 1 restricted to that span is
    A (2|0⟩⟨0| - 1) A† with the inner reflection on these qubits alone.
    """
    layout: Qubits | None = None
    """Physical qubit of each qubit of ``circuit``, where two-qubit gates join coupled ones alone:
    Qiskit's ``initial_layout``. ``None`` leaves the choice to a transpiler."""
    resources: Resources = field(init=False)
    """CX gates, CX depth and qubits of ``circuit``, all-to-all."""

    def __post_init__(self) -> None:
        check_fields(self)
        object.__setattr__(self, "resources", count(self.circuit))

    def copy(self) -> "Preparation":
        """Return the same preparation with a circuit of its own."""
        twin = copy(self)
        object.__setattr__(twin, "circuit", self.circuit.copy())
        return twin

    @property
    def num_ancillas(self) -> int:
        """Number of clean ancillas, all given back in |0⟩."""
        return sum(len(r) for r in self.circuit.qregs if r.name == "ancilla")


class Encoder(ABC):
    """How patterns become amplitudes; subclasses are frozen values with plain fields.

    Fields are checked by their annotations, those of subclasses in other packages too.
    """

    kind: ClassVar[str] = "encoder"
    name: ClassVar[str]

    def __post_init__(self) -> None:
        check_fields(self)

    @abstractmethod
    def prepare(self, bits: Bits, amplitudes: Complexes) -> Preparation:
        """Return the preparation of checked, normalized input.

        Args:
            bits: Distinct patterns, shape ``(K, D)``.
            amplitudes: Complex, non-zero, unit 2-norm, shape ``(K,)``.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class AncillaEncoder(Encoder):
    """An encoder that uses clean ancillas."""

    max_ancillas: Annotated[int, Within("[0, 1000000000]")] | None = None
    """Largest number of clean ancillas allowed, ``None`` for any."""

    @abstractmethod
    def unlimited(self, bits: Bits, amplitudes: Complexes) -> Preparation:
        """Return the preparation, whatever number of ancillas it takes."""

    def prepare(self, bits: Bits, amplitudes: Complexes) -> Preparation:
        """Return the preparation; see :class:`Encoder`.

        Raises:
            ValueError: More ancillas are needed than allowed; the message names the number.
        """
        found = self.unlimited(bits, amplitudes)
        if not self.allows(found):
            raise ValueError(
                f"max_ancillas should be at least {found.num_ancillas} for these patterns with "
                f"the {self.name} encoder. Got {self.max_ancillas}; allow more, or choose "
                "IndexFirst(), which uses none."
            )
        return found

    def allows(self, preparation: Preparation) -> bool:
        """Return whether a preparation has no more ancillas than allowed."""
        return self.max_ancillas is None or preparation.num_ancillas <= self.max_ancillas


def empty_circuit(num_neurons: int, num_ancillas: int) -> QuantumCircuit:
    """Return a circuit with registers ``memory`` and, if any are asked for, ``ancilla``."""
    circuit = QuantumCircuit(QuantumRegister(num_neurons, "memory"))
    if num_ancillas:
        circuit.add_register(AncillaRegister(num_ancillas, "ancilla"))
    return circuit


def check_superposition(
    bits: npt.ArrayLike, amplitudes: npt.ArrayLike | None
) -> tuple[Bits, Complexes]:
    """Return checked distinct patterns and normalized amplitudes (uniform for ``None``).

    Raises:
        ValueError: Patterns are not bits, repeat, or the amplitudes have another length, a zero
            or a non-finite entry.
    """
    rows = check_bits(bits)
    num_patterns = len(rows)
    if len(np.unique(rows, axis=0)) != num_patterns:
        raise ValueError(
            "patterns should be distinct. Got repeated rows; merge them and give their weight "
            "as an amplitude."
        )
    if amplitudes is None:
        return rows, np.full(num_patterns, num_patterns**-0.5, dtype=np.complex128)
    vector = check_complexes("amplitudes", amplitudes)
    if vector.shape != (num_patterns,):
        raise ValueError(f"amplitudes should have shape ({num_patterns},). Got {vector.shape}.")
    largest = np.abs(vector).max()
    if 0 < largest < np.inf:
        vector = vector / largest  # so that no square overflows or vanishes
        vector /= np.linalg.norm(vector)
    if not np.all(np.abs(vector) > MIN_AMPLITUDE) or not largest < np.inf:
        raise ValueError(
            f"amplitudes should be finite and above {MIN_AMPLITUDE:g} of their norm. Drop the "
            "patterns whose amplitude is zero."
        )
    return rows, vector
