"""Patterns into amplitudes: encoders with exact gate counts behind one function.

Each encoder stands in a file of its own and yields a :class:`Preparation`; :class:`Auto` picks
the cheapest by counting.
"""

import numpy.typing as npt
from qiskit import QuantumCircuit

from circuits.loading.affine import Affine as Affine
from circuits.loading.auto import Auto as Auto
from circuits.loading.dense import Dense as Dense
from circuits.loading.flag_tree import FlagTree as FlagTree
from circuits.loading.incremental import Incremental as Incremental
from circuits.loading.index_first import IndexFirst as IndexFirst
from circuits.loading.index_register import IndexRegister as IndexRegister
from circuits.loading.merging import Merging as Merging
from circuits.loading.preparation import Encoder as Encoder
from circuits.loading.preparation import Preparation as Preparation
from circuits.loading.preparation import check_superposition
from circuits.loading.schmidt import Schmidt as Schmidt
from classical_ref.checks import checked

ENCODERS: dict[str, type[Encoder]] = {
    encoder.name: encoder
    for encoder in (
        Auto,
        Incremental,
        Dense,
        Schmidt,
        Affine,
        Merging,
        FlagTree,
        IndexFirst,
        IndexRegister,
    )
}
"""Every encoder by its registry name."""


@checked
def pattern_superposition(
    bits: npt.ArrayLike,
    amplitudes: npt.ArrayLike | None = None,
    *,
    encoder: Encoder | str | None = None,
) -> QuantumCircuit:
    r"""Return a circuit A with A|0…0⟩ = Σ_μ a_μ |x^μ⟩ ⊗ |0…0⟩.

    Args:
        bits: Distinct patterns of 0 and 1, shape ``(K, D)``; column i is qubit i.
        amplitudes: Real or complex, non-zero, shape ``(K,)``; normalized here. ``None`` means
            uniform.
        encoder: An encoder, a name in :data:`ENCODERS`, or ``None`` for ``Auto()``.

    Returns:
        A circuit with register ``memory`` (D qubits) and, where used, clean ``ancilla`` qubits
        that end in |0⟩.

    Raises:
        ValueError: Patterns are not bits or repeat, amplitudes do not fit, or there is no encoder
            of that name.

    Example:
        >>> pattern_superposition([[0, 0, 1], [1, 0, 1]]).count_ops()["x"]
        1
    """
    return prepare(bits, amplitudes, encoder=encoder).circuit


@checked
def prepare(
    bits: npt.ArrayLike,
    amplitudes: npt.ArrayLike | None = None,
    *,
    encoder: Encoder | str | None = None,
) -> Preparation:
    """Return the circuit of :func:`pattern_superposition` with its costs and active qubits.

    Raises:
        ValueError: As that function.
    """
    rows, vector = check_superposition(bits, amplitudes)
    if isinstance(encoder, str):
        if encoder not in ENCODERS:
            raise ValueError(f"encoder should be one of {sorted(ENCODERS)}. Got {encoder!r}.")
        encoder = ENCODERS[encoder]()
    return (encoder or Auto()).prepare(rows, vector)
