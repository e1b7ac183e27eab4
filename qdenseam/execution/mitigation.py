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
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.transpiler import Target

from circuits.gf2 import affine_hull
from circuits.registers import join
from qdenseam.execution.error_budget import reported_error

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

    @classmethod
    def from_target(cls, target: Target, qubits: tuple[int, ...]) -> Self:
        """Return the errors that a device reports, the same for both values."""
        rates = np.array([reported_error(target, "measure", (q,)) for q in qubits])
        return cls(zero_read_as_one=rates, one_read_as_zero=rates)

    @classmethod
    def from_calibration(cls, zeros: npt.ArrayLike, ones: npt.ArrayLike) -> Self:
        """Return the errors seen in shots of the two :func:`calibration_circuits`.

        Args:
            zeros: Bits read after preparing all 0, shape ``(shots, n)``.
            ones: Bits read after preparing all 1, shape ``(shots, n)``.
        """
        return cls(
            zero_read_as_one=np.asarray(zeros, dtype=float).mean(axis=0),
            one_read_as_zero=1 - np.asarray(ones, dtype=float).mean(axis=0),
        )


def calibration_circuits(num_qubits: int) -> tuple[QuantumCircuit, QuantumCircuit]:
    """Return circuits that prepare and measure |0…0⟩ and |1…1⟩, into ``memory_bits``."""
    circuits = []
    for value in (0, 1):
        circuit = QuantumCircuit(
            QuantumRegister(num_qubits, "memory"), ClassicalRegister(num_qubits, "memory_bits")
        )
        if value:
            circuit.x(range(num_qubits))
        circuit.measure(range(num_qubits), range(num_qubits))
        circuits.append(circuit)
    return circuits[0], circuits[1]


def tensored_inverse(bits: npt.ArrayLike, errors: ReadoutErrors) -> Floats:
    """Return the quasi-probabilities of all outcomes, shape ``(2**n,)``, index Σ_i b_i 2^i.

    The inverse of every qubit's readout matrix is applied to the observed frequencies. Entries may
    be negative; they sum to 1.

    Raises:
        ValueError: There are more than 14 qubits, or the widths differ.
    """
    rows = _checked(bits, errors)
    num_qubits = rows.shape[1]
    if num_qubits > MAX_TENSORED_QUBITS:
        raise ValueError(
            f"tensored_inverse takes at most {MAX_TENSORED_QUBITS} qubits. Got {num_qubits}; "
            "use subspace_inverse."
        )
    index = rows @ (1 << np.arange(num_qubits))
    quasi = np.bincount(index, minlength=2**num_qubits) / len(rows)
    for qubit, matrix in enumerate(np.linalg.inv(errors.matrices)):
        parts = quasi.reshape(-1, 2, 2**qubit)
        quasi = np.einsum("rt,atb->arb", matrix, parts).reshape(-1)
    return np.asarray(quasi)


def subspace_inverse(bits: npt.ArrayLike, errors: ReadoutErrors) -> tuple[Bits, Floats]:
    """Return the observed outcomes, ``(M, n)``, and their quasi-probabilities, ``(M,)``.

    The readout matrix is restricted to the outcomes that were observed, its columns are normalized
    and the linear system is solved; any number of qubits.

    Raises:
        ValueError: The widths differ, or there are more than 4096 distinct outcomes.

    References:
        Nation, Kang, Sundaresan and Gambetta, "Scalable mitigation of measurement errors on
        quantum computers" (2021), section II.
    """
    rows = _checked(bits, errors)
    outcomes, counts = np.unique(rows, axis=0, return_counts=True)
    if len(outcomes) > MAX_OUTCOMES:
        raise ValueError(
            f"subspace_inverse takes at most {MAX_OUTCOMES} distinct outcomes. "
            f"Got {len(outcomes)}; use fewer shots."
        )
    system = np.ones((len(outcomes), len(outcomes)))
    for qubit, matrix in enumerate(errors.matrices):
        values = outcomes[:, qubit].astype(np.int64)
        system *= matrix[values[:, None], values[None, :]]
    quasi = np.linalg.solve(system / system.sum(axis=0), counts / len(rows))
    return outcomes.astype(bool), np.asarray(quasi)


def post_selected(bits: npt.ArrayLike, flags: npt.ArrayLike) -> Bits:
    """Return the rows of ``bits`` whose flags are all 0."""
    rows, raised = np.asarray(bits, dtype=bool), np.asarray(flags, dtype=bool)
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
    raised = np.asarray(flags, dtype=bool)
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
    hull = affine_hull(np.asarray(patterns, dtype=np.uint8))
    return np.asarray(~hull.contains(np.asarray(bits, dtype=np.uint8)))


def nearest_pattern(bits: npt.ArrayLike, patterns: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return for each row the nearest of ``patterns`` (bits, ``(K, n)``), the first if tied."""
    rows, stored = np.asarray(bits, dtype=bool), np.asarray(patterns, dtype=bool)
    distance = (rows[:, None, :] != stored[None]).sum(axis=-1)
    return np.asarray(distance.argmin(axis=1), dtype=np.int64)


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
    """Shares of all shots per pattern, each shape ``(K,)``; ``None`` where not asked for."""

    raw: Floats
    """Exactly this pattern was measured."""
    mitigated: Floats | None
    """The same after readout mitigation; quasi-probabilities."""
    decoded: Floats | None
    """The pattern is the nearest to what was measured."""
    mitigated_decoded: Floats | None
    """The nearest-pattern share of the mitigated outcomes."""
    detected: float | None
    """Share of the shots that break a parity check of all patterns, see :func:`parity_errors`."""
    checked: Floats | None
    """The raw outcomes among the undetected shots, no mitigation; zeros if all are detected."""


def processed(
    bits: npt.ArrayLike,
    patterns: npt.ArrayLike,
    mitigation: Mitigation = EVERYTHING_OFF,
    errors: ReadoutErrors | None = None,
) -> Processed:
    """Return raw, mitigated, decoded and checked shares of the patterns, side by side.

    Args:
        bits: All shots, shape ``(shots, n)``.
        patterns: Stored bits, shape ``(K, n)``.
        mitigation: What to infer.
        errors: Readout errors of the n qubits, needed for readout mitigation.

    Raises:
        ValueError: Readout mitigation without errors, no shots, or shapes that do not fit.
    """
    rows, stored = np.asarray(bits, dtype=bool), np.asarray(patterns, dtype=bool)
    if rows.ndim != 2 or rows.shape[1:] != stored.shape[1:]:
        raise ValueError(f"bits should have shape (shots, {stored.shape[1]}). Got {rows.shape}.")
    if len(rows) == 0:
        raise ValueError("bits should have at least one row. Got none; use more shots.")
    frequencies = np.full(len(rows), 1 / len(rows))
    raw = _shares(rows, frequencies, stored)
    detected = checked = mitigated = mitigated_decoded = None
    if mitigation.parity_checks:
        detected = float(parity_errors(rows, stored).mean())
        checked = raw / (1 - detected) if detected < 1 else np.zeros_like(raw)
    if mitigation.readout != "off":
        outcomes, quasi = _inverted(rows, mitigation.readout, errors)
        mitigated = _shares(outcomes, quasi, stored)
        if mitigation.decoding:
            mitigated_decoded = _decoded(outcomes, quasi, stored)
    return Processed(
        raw=raw,
        mitigated=mitigated,
        decoded=_decoded(rows, frequencies, stored) if mitigation.decoding else None,
        mitigated_decoded=mitigated_decoded,
        detected=detected,
        checked=checked,
    )


def _inverted(
    rows: Bits, readout: Literal["tensored", "subspace"], errors: ReadoutErrors | None
) -> tuple[Bits, Floats]:
    """Return outcomes and their quasi-probabilities."""
    if errors is None:
        raise ValueError(
            "errors should be given for readout mitigation. Got None; take them from the target "
            "or from calibration circuits."
        )
    if readout == "subspace":
        return subspace_inverse(rows, errors)
    quasi = tensored_inverse(rows, errors)
    return (np.arange(len(quasi))[:, None] >> np.arange(rows.shape[1]) & 1).astype(bool), quasi


def _shares(outcomes: Bits, weights: Floats, stored: Bits) -> Floats:
    return np.asarray(weights @ (outcomes[:, None] == stored[None]).all(axis=-1))


def _decoded(outcomes: Bits, weights: Floats, stored: Bits) -> Floats:
    nearest = nearest_pattern(outcomes, stored)
    shares = np.zeros(len(stored))
    np.add.at(shares, nearest, weights)
    return shares


def _checked(bits: npt.ArrayLike, errors: ReadoutErrors) -> npt.NDArray[np.int64]:
    rows = np.asarray(bits, dtype=np.int64)
    width = len(errors.zero_read_as_one)
    if rows.ndim != 2 or rows.shape[1] != width or len(rows) == 0:
        raise ValueError(f"bits should have shape (shots, {width}). Got {rows.shape}.")
    return rows
