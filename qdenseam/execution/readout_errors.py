"""Readout errors of qubits, and two ways to invert them: arrays in, arrays out."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
from qiskit import QuantumCircuit
from qiskit.transpiler import Target

from circuits.bit_order import check_bits
from classical_ref.checks import Booleans, Floats, Integers
from classical_ref.shown import Shown
from qdenseam.execution.devices.error_budget import measured_into
from qdenseam.execution.devices.noise import PHYSICAL_QUBITS

MAX_TENSORED_QUBITS = 14
MAX_OUTCOMES = 4096
"""Distinct outcomes in the linear system of :func:`subspace_inverse`."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ReadoutErrors(Shown):
    """How often each qubit is read wrongly, independently of the others."""

    zero_read_as_one: Floats
    """P(1 read | 0), shape ``(n,)``."""
    one_read_as_zero: Floats
    """P(0 read | 1), shape ``(n,)``."""

    def __post_init__(self) -> None:
        for name in ("zero_read_as_one", "one_read_as_zero"):
            rates = np.array(getattr(self, name), dtype=float)
            if rates.ndim != 1 or not ((rates >= 0) & (rates < 0.5)).all():
                raise ValueError(f"{name} should be rates in [0, 0.5), shape (n,). Got {rates}.")
            rates.setflags(write=False)
            object.__setattr__(self, name, rates)
        if self.zero_read_as_one.shape != self.one_read_as_zero.shape:
            raise ValueError(
                f"one_read_as_zero should have shape {self.zero_read_as_one.shape}. "
                f"Got {self.one_read_as_zero.shape}."
            )

    @property
    def matrices(self) -> Floats:
        """P(read r | true t) at ``[i, r, t]``, shape ``(n, 2, 2)``."""
        up, down = self.zero_read_as_one, self.one_read_as_zero
        return np.stack([np.stack([1 - up, down], -1), np.stack([up, 1 - down], -1)], axis=1)

    def to_dict(self) -> dict[str, list[float]]:
        """Return plain data that the constructor takes."""
        return {
            "zero_read_as_one": self.zero_read_as_one.tolist(),
            "one_read_as_zero": self.one_read_as_zero.tolist(),
        }

    @classmethod
    def of_circuit(cls, target: Target | None, circuit: QuantumCircuit) -> Self | None:
        """Return what a device reports of the qubits that a compiled circuit reads.

        In the order of :class:`~qdenseam.execution.readings.Readings`: neurons, then flags.

        Args:
            target: The device, or None where there is none.
            circuit: Compiled for it, measuring into ``memory_bits`` and perhaps ``flag_bits``; its
                metadata may name its ``physical_qubits``, else they are the device's.

        Returns:
            The errors; ``None`` where a qubit has none reported, or one of 1/2 or more.
        """
        if target is None or "measure" not in target.operation_names:
            return None
        entries = [target["measure"].get((qubit,)) for qubit in read_qubits(circuit)]
        rates = np.array([getattr(entry, "error", None) for entry in entries], dtype=float)
        if not (rates < 0.5).all():  # a missing error is not a number
            return None
        return cls(zero_read_as_one=rates, one_read_as_zero=rates)


def read_qubits(circuit: QuantumCircuit) -> tuple[int, ...]:
    """Return the device's qubits that a compiled circuit reads: of neurons, then of flags.

    Args:
        circuit: See :meth:`ReadoutErrors.of_circuit`.
    """
    names = [register.name for register in circuit.cregs]
    physical = (circuit.metadata or {}).get(PHYSICAL_QUBITS, range(circuit.num_qubits))
    return tuple(
        int(physical[qubit])
        for name in ("memory_bits", "flag_bits")
        if name in names
        for qubit in measured_into(circuit, name)
    )


def tensored_inverse(
    bits: npt.ArrayLike, errors: ReadoutErrors, counts: npt.ArrayLike | None = None
) -> Floats:
    """Return the quasi-probabilities of all outcomes, shape ``(2**n,)``, index Σ_i b_i 2^i.

    The inverse of every qubit's readout matrix is applied to the observed frequencies. Entries may
    be negative; they sum to 1.

    Args:
        bits: What was read, shape ``(M, n)``.
        errors: Readout errors of the n qubits.
        counts: How often each row came, shape ``(M,)``; once each by default.

    Raises:
        ValueError: There are more than 14 qubits, or the widths differ.
    """
    rows, shares = _checked(bits, errors, counts)
    num_qubits = rows.shape[1]
    if num_qubits > MAX_TENSORED_QUBITS:
        raise ValueError(
            f"tensored_inverse takes at most {MAX_TENSORED_QUBITS} qubits. Got {num_qubits}; "
            "use subspace_inverse."
        )
    index = rows @ (1 << np.arange(num_qubits))
    quasi = np.bincount(index, weights=shares, minlength=2**num_qubits)
    for qubit, matrix in enumerate(np.linalg.inv(errors.matrices)):
        parts = quasi.reshape(-1, 2, 2**qubit)
        quasi = np.einsum("rt,atb->arb", matrix, parts).reshape(-1)
    return np.asarray(quasi)


def subspace_inverse(
    bits: npt.ArrayLike, errors: ReadoutErrors, counts: npt.ArrayLike | None = None
) -> tuple[Booleans, Floats]:
    """Return the observed outcomes, ``(M, n)``, and their quasi-probabilities, ``(M,)``.

    The readout matrix is restricted to the outcomes that were observed, its columns are normalized
    and the linear system is solved; any number of qubits. Arguments as of
    :func:`tensored_inverse`.

    Raises:
        ValueError: The widths differ, or there are more than 4096 distinct outcomes.

    References:
        Nation, Kang, Sundaresan and Gambetta, "Scalable mitigation of measurement errors on
        quantum computers" (2021), section II.
    """
    rows, shares = _checked(bits, errors, counts)
    outcomes, where = np.unique(rows, axis=0, return_inverse=True)
    if len(outcomes) > MAX_OUTCOMES:
        raise ValueError(
            f"subspace_inverse takes at most {MAX_OUTCOMES} distinct outcomes. "
            f"Got {len(outcomes)}; use fewer shots."
        )
    system = np.ones((len(outcomes), len(outcomes)))
    for qubit, matrix in enumerate(errors.matrices):
        values = outcomes[:, qubit].astype(np.int64)
        system *= matrix[values[:, None], values[None, :]]
    observed = np.bincount(where.reshape(-1), weights=shares)
    quasi = np.linalg.solve(system / system.sum(axis=0), observed)
    return outcomes.astype(bool), np.asarray(quasi)


def _checked(
    bits: npt.ArrayLike, errors: ReadoutErrors, counts: npt.ArrayLike | None
) -> tuple[Integers, Floats]:
    """Return the rows and the share of each."""
    rows = check_bits(bits, ndim=None).astype(np.int64)
    width = len(errors.zero_read_as_one)
    if rows.ndim != 2 or rows.shape[1] != width or len(rows) == 0:
        raise ValueError(f"bits should have shape (shots, {width}). Got {rows.shape}.")
    weights = np.ones(len(rows)) if counts is None else np.asarray(counts, dtype=float)
    if weights.shape != (len(rows),) or not weights.sum() > 0:
        raise ValueError(f"counts should have shape ({len(rows)},) and not be all 0.")
    return rows, weights / weights.sum()
