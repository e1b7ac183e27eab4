"""Readout mitigation, error detection and decoding of measured bits: arrays in, arrays out.

What was measured, what is inferred from it by readout mitigation, what is left once detected errors
are dropped, and what nearest-pattern decoding makes of it are different numbers.
:func:`processed` returns them side by side; :data:`EVERYTHING_OFF` asks for the first alone.
Dropping shots raises the share of right ones among the rest, never their number.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, Self, get_args

import numpy as np
import numpy.typing as npt
from qiskit import QuantumCircuit, QuantumRegister
from qiskit.transpiler import Target

from circuits.bit_order import check_bits
from circuits.gf2 import affine_hull
from circuits.registers import join
from classical_ref.spins import bits_to_spins, hamming_distance
from qdenseam.execution.devices.error_budget import measured_into
from qdenseam.execution.devices.noise import PHYSICAL_QUBITS
from qdenseam.execution.readings import Readings
from qdenseam.execution.tallies import places_of

Bits = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Readout = Literal["off", "tensored", "subspace"]

MAX_TENSORED_QUBITS = 14
MAX_OUTCOMES = 4096
"""Distinct outcomes in the linear system of :func:`subspace_inverse`."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReadoutErrors:
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
        names = [register.name for register in circuit.cregs]
        physical = (circuit.metadata or {}).get(PHYSICAL_QUBITS, range(circuit.num_qubits))
        entries = [
            target["measure"].get((physical[qubit],))
            for name in ("memory_bits", "flag_bits")
            if name in names
            for qubit in measured_into(circuit, name)
        ]
        rates = np.array([getattr(entry, "error", None) for entry in entries], dtype=float)
        if not (rates < 0.5).all():  # a missing error is not a number
            return None
        return cls(zero_read_as_one=rates, one_read_as_zero=rates)

    @classmethod
    def from_calibration(cls, zeros: npt.ArrayLike, ones: npt.ArrayLike) -> Self:
        """Return the errors seen in shots of two circuits that prepare all 0 and all 1.

        Args:
            zeros: Bits read after preparing all 0, shape ``(shots, n)``.
            ones: Bits read after preparing all 1, shape ``(shots, n)``.

        Raises:
            ValueError: The shots are no bits.
        """
        return cls(
            zero_read_as_one=check_bits(zeros, name="zeros").mean(axis=0),
            one_read_as_zero=1 - check_bits(ones, name="ones").mean(axis=0),
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
) -> tuple[Bits, Floats]:
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


def post_selected(bits: npt.ArrayLike, flags: npt.ArrayLike) -> Bits:
    """Return the rows of ``bits`` whose flags are all 0."""
    rows = check_bits(bits, ndim=None).astype(bool)
    raised = check_bits(flags, ndim=None, name="flags").astype(bool)
    if len(rows) != len(raised):
        raise ValueError(f"flags should have {len(rows)} rows. Got {len(raised)}.")
    return rows[~raised.any(axis=1)]


def with_flag_copies(circuit: QuantumCircuit) -> QuantumCircuit:
    """Return the circuit with every flag copied onto one more flag by a CX at its end.

    The law stays: without errors both are equal. Of the ``flag`` register the first half are the
    flags, the second half their copies; :func:`detected_errors` compares them.

    Raises:
        ValueError: The circuit has no flags, or measures them on the way.
    """
    num_flags = sum(len(r) for r in circuit.qregs if r.name == "flag")
    if num_flags == 0 or circuit.clbits:
        raise ValueError("a circuit should have flags that are not measured yet. Got none.")
    copies = QuantumCircuit(QuantumRegister(2 * num_flags, "flag"))
    copies.cx(range(num_flags), range(num_flags, 2 * num_flags))
    return join([circuit, copies])


def detected_errors(flags: npt.ArrayLike) -> Bits:
    """Return which shots show an error: a flag and its copy disagree, shape ``(shots,)``.

    Args:
        flags: The flags, then their copies, shape ``(shots, 2 * num_flags)``.

    Raises:
        ValueError: The number of columns is odd.
    """
    raised = check_bits(flags, ndim=None, name="flags").astype(bool)
    if raised.ndim != 2 or raised.shape[1] % 2:
        raise ValueError(f"flags should have shape (shots, 2 * num_flags). Got {raised.shape}.")
    half = raised.shape[1] // 2
    return np.asarray((raised[:, :half] != raised[:, half:]).any(axis=1))


def parity_errors(bits: npt.ArrayLike, patterns: npt.ArrayLike) -> Bits:
    """Return which shots lie outside the affine hull of the patterns, shape ``(shots,)``.

    Every stored pattern obeys the D - r parity checks of the hull of affine dimension r, so an
    outcome that breaks one was not stored; of random outcomes a share 1 - 2^(r - D) does. Random
    patterns span r = min(K - 1, D) as a rule: where the hull is everything nothing is detected.

    Args:
        bits: Shape ``(shots, D)``.
        patterns: Stored bits, shape ``(K, D)``.
    """
    return np.asarray(~affine_hull(patterns).contains(bits))


def nearest_pattern(bits: npt.ArrayLike, patterns: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return for each row the nearest of ``patterns`` (bits, ``(K, n)``), the first if tied."""
    rows, stored = bits_to_spins(bits), bits_to_spins(patterns)
    return np.asarray(hamming_distance(stored, rows).argmin(axis=1), dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mitigation:
    """What to infer beside the raw result."""

    kind: ClassVar[str] = "mitigation"
    name: ClassVar[str] = "mitigation"

    readout: Readout = "off"
    decoding: bool = False
    parity_checks: bool = False

    def __post_init__(self) -> None:
        if self.readout not in get_args(Readout):
            raise ValueError(
                f"readout should be one of {', '.join(get_args(Readout))}. Got {self.readout!r}."
            )


EVERYTHING_OFF = Mitigation()
"""Raw frequencies only."""
MITIGATIONS = {Mitigation.name: Mitigation}
"""What is spelled as a mitigation."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Processed:
    """Shares of the accepted outcomes per pattern, each shape ``(K,)``; ``None`` if not asked for.

    Mitigated shares are quasi-probabilities: with few shots they may leave [0, 1], by
    :attr:`excess`.
    """

    raw: Floats
    """Exactly this pattern was measured."""
    mitigated: Floats | None
    """The same had every qubit been read rightly, flags included; zeros if nothing is accepted."""
    decoded: Floats | None
    """The pattern is the nearest to what was measured."""
    mitigated_decoded: Floats | None
    """The nearest-pattern share of the mitigated outcomes."""
    mitigated_acceptance: float | None
    """Share of all shots that would have been accepted had every qubit been read rightly."""
    excess: float | None
    """How far a mitigated share or acceptance lies outside [0, 1] at the most; 0 if none does."""
    detected: float | None
    """Share of the outcomes that break a parity check of the patterns: :func:`parity_errors`."""
    checked: Floats | None
    """The raw outcomes among the undetected ones, no mitigation; zeros if all are detected."""


def processed(
    bits: npt.ArrayLike,
    patterns: npt.ArrayLike,
    mitigation: Mitigation = EVERYTHING_OFF,
    errors: ReadoutErrors | None = None,
    *,
    counts: npt.ArrayLike | None = None,
    readings: Readings | None = None,
) -> Processed:
    """Return raw, mitigated, decoded and checked shares of the patterns, side by side.

    Readout is inverted before anything is accepted: the errors act on all that was read, and which
    of it is accepted depends on what is read. The inverse gives quasi-probabilities of the true
    readings; flags and the classical rule then accept among these.

    Args:
        bits: Accepted outcomes, shape ``(M, n)``.
        patterns: Stored bits, shape ``(K, n)``.
        mitigation: What to infer.
        errors: Readout errors of the n neurons' qubits, then of the flags; needed for readout
            mitigation.
        counts: How often each outcome came, shape ``(M,)``; once each by default.
        readings: All that was read, for readout mitigation; by default the accepted outcomes, where
            no flag and no rule rejects any.

    Raises:
        ValueError: Readout mitigation without errors, no outcomes, or shapes that do not fit.
    """
    rows = check_bits(bits, ndim=None).astype(bool)
    stored = check_bits(patterns, name="patterns").astype(bool)
    if rows.ndim != 2 or rows.shape[1:] != stored.shape[1:]:
        raise ValueError(f"bits should have shape (shots, {stored.shape[1]}). Got {rows.shape}.")
    if len(rows) == 0:
        raise ValueError("bits should have at least one row. Got none; use more shots.")
    weights = np.ones(len(rows)) if counts is None else np.asarray(counts, dtype=float)
    frequencies = weights / weights.sum()
    raw = _shares(rows, frequencies, stored)
    detected = checked = mitigated = mitigated_decoded = acceptance = excess = None
    if mitigation.parity_checks:
        detected = float(frequencies @ parity_errors(rows, stored))
        checked = raw / (1 - detected) if detected < 1 else np.zeros_like(raw)
    if mitigation.readout != "off":
        read = Readings(bits=rows, counts=weights) if readings is None else readings
        outcomes, quasi = _inverted(read, mitigation.readout, errors)
        accepted = quasi * read.kept(outcomes)
        acceptance = float(accepted.sum())
        share = accepted / acceptance if acceptance > 0 else np.zeros_like(accepted)
        states = outcomes[:, : read.num_neurons]
        mitigated = _shares(states, share, stored)
        every = np.append(mitigated, acceptance)
        excess = float(max(0.0, -every.min(), every.max() - 1))
        if mitigation.decoding:
            mitigated_decoded = _decoded(states, share, stored)
    return Processed(
        raw=raw,
        mitigated=mitigated,
        decoded=_decoded(rows, frequencies, stored) if mitigation.decoding else None,
        mitigated_decoded=mitigated_decoded,
        mitigated_acceptance=acceptance,
        excess=excess,
        detected=detected,
        checked=checked,
    )


def _inverted(
    read: Readings, readout: Literal["tensored", "subspace"], errors: ReadoutErrors | None
) -> tuple[Bits, Floats]:
    """Return readings and their quasi-probabilities."""
    if errors is None:
        raise ValueError(
            "errors should be given for readout mitigation. Got None; take them from the target "
            "or from calibration circuits."
        )
    width = read.bits.shape[1]
    if len(errors.zero_read_as_one) != width:
        raise ValueError(
            f"errors should be of {read.num_neurons} neurons' qubits, then of {read.num_flags} "
            f"flags', shape ({width},). Got {errors.zero_read_as_one.shape}."
        )
    if readout == "subspace":
        return subspace_inverse(read.bits, errors, read.counts)
    quasi = tensored_inverse(read.bits, errors, read.counts)
    return (np.arange(len(quasi))[:, None] >> np.arange(width) & 1).astype(bool), quasi


def _shares(outcomes: Bits, weights: Floats, stored: Bits) -> Floats:
    places = places_of(bits_to_spins(stored), bits_to_spins(outcomes))
    return np.bincount(places[places >= 0], weights[places >= 0], len(stored)).astype(float)


def _decoded(outcomes: Bits, weights: Floats, stored: Bits) -> Floats:
    return np.bincount(nearest_pattern(outcomes, stored), weights, len(stored)).astype(float)


def _checked(
    bits: npt.ArrayLike, errors: ReadoutErrors, counts: npt.ArrayLike | None
) -> tuple[npt.NDArray[np.int64], Floats]:
    """Return the rows and the share of each."""
    rows = check_bits(bits, ndim=None).astype(np.int64)
    width = len(errors.zero_read_as_one)
    if rows.ndim != 2 or rows.shape[1] != width or len(rows) == 0:
        raise ValueError(f"bits should have shape (shots, {width}). Got {rows.shape}.")
    weights = np.ones(len(rows)) if counts is None else np.asarray(counts, dtype=float)
    if weights.shape != (len(rows),) or not weights.sum() > 0:
        raise ValueError(f"counts should have shape ({len(rows)},) and not be all 0.")
    return rows, weights / weights.sum()
