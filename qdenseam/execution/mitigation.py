"""Readout mitigation, error detection and decoding of measured bits: arrays in, arrays out.

What was measured, what is inferred from it by readout mitigation, what is left once detected errors
are dropped, and what nearest-pattern decoding makes of it are different numbers.
:func:`processed` returns them side by side; by default the first alone. Dropping shots raises the
share of right ones among the rest, never their number.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt
from qiskit import QuantumCircuit, QuantumRegister

from circuits.bit_order import check_bits
from circuits.gf2 import affine_hull
from circuits.registers import join
from classical_ref.checks import Booleans, Checked, Floats, Integers
from classical_ref.shown import Shown
from classical_ref.spins import bits_to_spins, hamming_distance
from qdenseam.execution.readings import Readings
from qdenseam.execution.readout_errors import ReadoutErrors, subspace_inverse, tensored_inverse
from qdenseam.execution.tallies import places_of
from qdenseam.spelling import resolved

Readout = Literal["off", "tensored", "subspace"]


def post_selected(bits: npt.ArrayLike, flags: npt.ArrayLike) -> Booleans:
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


def detected_errors(flags: npt.ArrayLike) -> Booleans:
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


def parity_errors(bits: npt.ArrayLike, patterns: npt.ArrayLike) -> Booleans:
    """Return which shots lie outside the affine hull of the patterns, shape ``(shots,)``.

    Every stored pattern obeys the D - r parity checks of the hull of affine dimension r, so an
    outcome that breaks one was not stored; of random outcomes a share 1 - 2^(r - D) does. Random
    patterns span r = min(K - 1, D) as a rule: where the hull is everything nothing is detected.

    Args:
        bits: Shape ``(shots, D)``.
        patterns: Stored bits, shape ``(K, D)``.
    """
    return np.asarray(~affine_hull(patterns).contains(bits))


def nearest_pattern(bits: npt.ArrayLike, patterns: npt.ArrayLike) -> Integers:
    """Return for each row the nearest of ``patterns`` (bits, ``(K, n)``), the first if tied."""
    rows, stored = bits_to_spins(bits), bits_to_spins(patterns)
    return np.asarray(hamming_distance(stored, rows).argmin(axis=1), dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mitigation(Checked):
    """What to infer beside the raw result, such as ``mitigation(readout=subspace)``."""

    kind: ClassVar[str] = "mitigation"
    name: ClassVar[str] = "mitigation"

    readout: Readout = "off"
    """How readout errors are inverted: over all readings, or only among those that came."""
    decoding: bool = False
    """Whether an outcome counts for the pattern nearest to it."""
    parity_checks: bool = False
    """Whether outcomes that break a parity check of the patterns are dropped."""


MITIGATIONS = {Mitigation.name: Mitigation}
"""What is spelled as a mitigation."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Processed(Shown):
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
    outcomes: Booleans
    """Distinct accepted outcomes, as measured or inferred, without detected ones, ``(M, n)``."""
    shares: Floats
    """Their shares of the accepted outcomes, shape ``(M,)``."""


def processed(
    bits: npt.ArrayLike,
    patterns: npt.ArrayLike,
    mitigation: Mitigation | str | None = None,
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
        mitigation: What to infer, or its spelling; by default nothing.
        errors: Readout errors of the n neurons' qubits, then of the flags; needed for readout
            mitigation.
        counts: How often each outcome came, shape ``(M,)``; once each by default.
        readings: All that was read, for readout mitigation; by default the accepted outcomes, where
            no flag and no rule rejects any.

    Raises:
        ValueError: Readout mitigation without errors, no outcomes, or shapes that do not fit.
    """
    wished = resolved("mitigation", mitigation) if mitigation else None
    mitigation = wished if isinstance(wished, Mitigation) else Mitigation()
    rows = check_bits(bits, ndim=None).astype(bool)
    stored = check_bits(patterns, name="patterns").astype(bool)
    if rows.ndim != 2 or rows.shape[1:] != stored.shape[1:]:
        raise ValueError(f"bits should have shape (shots, {stored.shape[1]}). Got {rows.shape}.")
    if len(rows) == 0:
        raise ValueError("bits should have at least one row. Got none; use more shots.")
    weights = np.ones(len(rows)) if counts is None else np.asarray(counts, dtype=float)
    frequencies = weights / weights.sum()
    raw = _shares(rows, frequencies, stored)
    outcomes, shares = rows, frequencies
    detected = checked = mitigated = mitigated_decoded = acceptance = excess = None
    if mitigation.parity_checks:
        detected = float(frequencies @ parity_errors(rows, stored))
        checked = raw / (1 - detected) if detected < 1 else np.zeros_like(raw)
    if mitigation.readout != "off":
        read = Readings(bits=rows, counts=weights) if readings is None else readings
        every_reading, quasi = _inverted(read, mitigation.readout, errors)
        accepted = quasi * read.kept(every_reading)
        acceptance = float(accepted.sum())
        share = accepted / acceptance if acceptance > 0 else np.zeros_like(accepted)
        states = every_reading[:, : read.num_neurons]
        mitigated = _shares(states, share, stored)
        outcomes, shares = states[accepted != 0], share[accepted != 0]
        every = np.append(mitigated, acceptance)
        excess = float(max(0.0, -every.min(), every.max() - 1))
        if mitigation.decoding:
            mitigated_decoded = _decoded(states, share, stored)
    is_whole = ~parity_errors(outcomes, stored) if mitigation.parity_checks else slice(None)
    return Processed(
        raw=raw,
        mitigated=mitigated,
        decoded=_decoded(rows, frequencies, stored) if mitigation.decoding else None,
        mitigated_decoded=mitigated_decoded,
        mitigated_acceptance=acceptance,
        excess=excess,
        detected=detected,
        checked=checked,
        outcomes=outcomes[is_whole],
        shares=shares[is_whole],
    )


def _inverted(
    read: Readings, readout: Literal["tensored", "subspace"], errors: ReadoutErrors | None
) -> tuple[Booleans, Floats]:
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


def _shares(outcomes: Booleans, weights: Floats, stored: Booleans) -> Floats:
    places = places_of(bits_to_spins(stored), bits_to_spins(outcomes))
    return np.bincount(places[places >= 0], weights[places >= 0], len(stored)).astype(float)


def _decoded(outcomes: Booleans, weights: Floats, stored: Booleans) -> Floats:
    return np.bincount(nearest_pattern(outcomes, stored), weights, len(stored)).astype(float)
