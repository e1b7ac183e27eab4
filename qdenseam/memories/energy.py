r"""The memory as an energy over all 2^D spin states, tilted by a probe field."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import numpy.typing as npt

from circuits.bit_order import bits_to_integer, integer_to_bits
from circuits.energy.hamiltonians import pauli_operator, walsh_coefficients
from circuits.energy.phases import CountingPhase, Phase, StringPhase, cheapest
from classical_ref.checks import (
    Floats,
    Integers,
    Spins,
    SpinsLike,
    check_spins,
    is_number,
    shown,
)
from classical_ref.discrete.dense import DenseMemory
from classical_ref.separation import Exponential, LogSumExp, Polynomial, Separation
from classical_ref.spins import bits_to_spins, check_patterns, spins_to_bits
from classical_ref.tabulated import SeparationLike
from qdenseam.errors import CapacityError
from qdenseam.memories.kept import Kept
from qdenseam.memories.probe import PatternMemory, check_shape, unpacked
from qdenseam.memories.probe_field import calibrated_field
from qdenseam.spelling import resolved

if TYPE_CHECKING:
    from qiskit.quantum_info import SparsePauliOp

    from classical_ref.data.datasets import Dataset

MAX_NEURONS = 24
"""A diagonal holds 2^D float64; 24 neurons are 128 MiB a copy."""

_MAX_COUNTED = 2**30  # patterns times states that are worth checking for a sum over patterns
_CHUNK = 2**16  # states handed to a model at once


class ClassicalModel(Protocol):
    """Any memory of ``classical_ref``: what an energy memory needs of it."""

    @property
    def patterns(self) -> Spins:
        """Stored spins, shape ``(K, D)``."""

    def energy(self, states: npt.ArrayLike) -> Floats:
        """Energies of spin states, shape ``(..., D)`` to ``(...,)``."""


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class EnergyMemory(PatternMemory):
    r"""E(σ) = s·E_model(σ) + c - h Σ_i q_i σ_i for a classical model and a probe q.

    The scale s and the constant c put the mean energy over all 2^D states at 0 and the mean
    energy of the stored patterns at -D: one pattern is D deep. Where the patterns lie no deeper
    than the average state (a flat energy, such as order 3 with a pattern and its negative), s is
    1. The field h is in those units:
    it lowers the probe itself by h times its number of known positions; unknown positions
    (q_i = 0) get no field.

    The default field is the one for which most slightly corrupted patterns are their own ground
    state, see :func:`qdenseam.memories.probe_field.calibrated_field`. It depends on the memory
    only.

    Args:
        model: Patterns of spins ±1, shape ``(K, D)``, or text (bits through ``bits_to_spins``),
            made a dense memory with ``separation``, or a :class:`classical_ref.Dataset`, with its
            weights and shape; or any object with ``.patterns`` and ``.energy(states)``.
        separation: F of the dense memory, or its spelling such as ``"polynomial(4)"``, or whatever
            else :class:`classical_ref.DenseMemory` takes, such as a function; order 3 by default.
        probe_field: h > 0, the same for all known positions, or ``None`` for the default.
        shape: Rows and columns that patterns are drawn in.

    Raises:
        ValueError: Patterns are malformed, or spins or bits in doubt, those of a model too; a model
            comes with another separation than its own, or h is not positive or too large for
            float64.
        TypeError: h is no number.
        CapacityError: D exceeds what a diagonal can hold.

    References:
        Krotov and Hopfield, "Dense associative memory for pattern recognition" (2016), equation 1;
        Seddiqi and Humble, "Adiabatic quantum optimization for associative memory recall" (2014),
        section 3, for the probe as a field.

    Examples:
        >>> memory = EnergyMemory(["0011", "0110"], separation="polynomial(4)")
        >>> memory.diagonal()[memory.pattern_indices()].tolist()
        [-4.0, -4.0]
    """

    model: ClassicalModel
    separation: Separation | str | None = None
    probe_field: float | None = None
    shape: tuple[int, int] | None = field(default=None, kw_only=True)
    _kept: Kept = field(init=False, repr=False, default_factory=Kept)

    if TYPE_CHECKING:  # patterns are taken where the field holds a model of them

        def __init__(
            self,
            model: ClassicalModel | SpinsLike | Dataset,
            separation: SeparationLike | str | None = None,
            probe_field: float | None = None,
            *,
            shape: tuple[int, int] | None = None,
        ) -> None: ...

    def __post_init__(self) -> None:
        if not hasattr(self.model, "energy"):
            source: Any = self.model
            given, weights, shape = unpacked(source, self.shape)
            object.__setattr__(self, "shape", shape)
            patterns = check_patterns(given, distinct=False)
            if len(np.unique(patterns, axis=0)) < len(patterns):
                raise ValueError(
                    "patterns should be distinct. Got equal rows; keep one and make it deeper by "
                    "DenseMemory(patterns, separation, weights=...)."
                )
            separation: Any = Polynomial(3) if self.separation is None else self.separation
            if isinstance(separation, str):
                separation = resolved("separation", separation)
            model = DenseMemory(patterns, separation=separation, weights=weights)
            object.__setattr__(self, "model", model)
            object.__setattr__(self, "separation", model.separation)
        elif self.separation is not None and (
            not isinstance(self.separation, Separation)
            or self.separation != getattr(self.model, "separation", None)
        ):
            raise ValueError("a model has its own energy: give either a model or a separation.")
        check_spins(self.model.patterns, name="model.patterns", may_be_unknown=False)
        object.__setattr__(self, "shape", check_shape(self.shape, self.num_neurons))
        if self.num_neurons > MAX_NEURONS:
            raise CapacityError(
                f"{self.num_neurons} neurons need 2**{self.num_neurons} energies of 8 bytes; "
                f"at most {MAX_NEURONS} are held. Pool the patterns to fewer neurons, or use an "
                "AmplitudeMemory."
            )
        strength: Any = self.probe_field
        if strength is None:
            return
        if not is_number(self.probe_field):
            raise TypeError(
                "probe_field should be one number; unknown positions get none. "
                f"Got {shown(strength)}."
            )
        if not 0 < strength <= sys.float_info.max / self.num_neurons:
            raise ValueError(
                f"probe_field should be positive and finite, summed over all neurons too. "
                f"Got {shown(strength)}."
            )
        object.__setattr__(self, "probe_field", float(strength))

    @property
    def patterns(self) -> Spins:
        """Stored spins, shape ``(K, D)``."""
        return self.model.patterns

    def _facts(self) -> Mapping[str, object]:
        told = "calibrated" if self.probe_field is None else self.probe_field
        return {
            "num_patterns": self.num_patterns,
            "num_neurons": self.num_neurons,
            "model": self.model,
            "probe_field": told,
        }

    def diagonal(self, probe: SpinsLike | None = None) -> Floats:
        """Return all energies, shape ``(2**D,)`` at index Σ_i b_i 2^i; no field without a probe."""
        memory = self._memory_diagonal()
        if probe is None:
            return memory.copy()
        spins = self.check_probe(probe)
        field_energy = np.zeros(1)
        for spin in (self.field_strength() * spins).tolist():  # bit 0 is spin +1
            field_energy = np.concatenate([field_energy - spin, field_energy + spin])
        return memory + field_energy

    def energies(
        self, states: SpinsLike, probe: SpinsLike | None = None, *, bits: bool | None = None
    ) -> Floats:
        """Return the energies of some spin states, shape ``(..., D)`` to ``(...,)``.

        ``bits`` says whether the states are bits, where their type does not.

        Raises:
            ValueError: The states have another shape or other values than ±1, are spins or bits in
                doubt, or the probe is malformed.
        """
        spins = check_spins(states, bits=bits, name="states", may_be_unknown=False)
        if spins.shape[-1:] != (self.num_neurons,):
            raise ValueError(
                f"states should have shape (..., {self.num_neurons}). Got shape {spins.shape}."
            )
        found = self._memory_diagonal()[bits_to_integer(spins < 0)]
        if probe is not None:
            found = found - self.field_strength() * (spins @ self.check_probe(probe).astype(float))
        return np.asarray(found)

    def steepest_flip(self) -> float:
        """Return the most that one flip of a neuron changes a stored pattern's energy.

        The field counts as turning against the pattern; K·D energies are compared. It says how
        finely a circuit has to resolve the energy, and depends on the memory only.
        """
        turned = (1 - 2 * np.eye(self.num_neurons)).astype(np.int8)
        flipped = turned * self.patterns[:, None]
        rises = self.energies(flipped) - self.energies(self.patterns)[:, None]
        return float(np.abs(rises).max()) + 2 * self.field_strength()

    def field_strength(self) -> float:
        """Return h: as given, or calibrated on the memory (once, then kept)."""
        if self.probe_field is not None:
            return self.probe_field
        return self._kept.once(
            "field", lambda: calibrated_field(self._memory_diagonal(), self.pattern_indices())
        )

    def terms(self, probe: SpinsLike | None = None) -> tuple[Integers, Floats]:
        """Return (masks, weights) of the Pauli-Z strings, the constant left out.

        Which strings appear depends on the memory and on which positions are known, not on the
        probe's values. Strings below 1e-12 of the largest are exact zeros up to rounding and are
        dropped.
        """
        weights = self._kept.once("coefficients", self._coefficients).copy()
        present = weights != 0
        if probe is not None:
            spins = self.check_probe(probe)
            single = np.int64(1) << np.arange(self.num_neurons, dtype=np.int64)
            weights[single] -= self.field_strength() * spins
            present[single] |= spins != 0
        present[0] = False
        masks = np.flatnonzero(present).astype(np.int64)
        return masks, weights[masks]

    def _coefficients(self) -> Floats:
        coefficients = walsh_coefficients(self._memory_diagonal())
        small = np.abs(coefficients) <= 1e-12 * np.abs(coefficients).max(initial=0)
        return np.where(small, 0.0, coefficients)

    def phase(self, probe: SpinsLike | None = None) -> Phase:
        """Return exp(-iγE) as a circuit, the cheaper of Pauli-Z strings and counting.

        Counting is offered where the energy is a sum over patterns (checked on the diagonal).
        The choice depends on the memory and on which positions are known only.
        """
        masks, weights = self.terms(probe)
        strings = StringPhase(masks=masks, weights=weights, num_qubits=self.num_neurons)
        found = self._kept.once("tables", self._distance_tables)
        if found is None:
            return strings
        tables, constant = found
        spins = self.check_probe(np.zeros(self.num_neurons) if probe is None else probe)
        known = np.flatnonzero(spins)
        counting = CountingPhase(
            pattern_bits=((1 - self.patterns) // 2).astype(np.uint8),
            tables=tables,
            fields=-(self.field_strength() if known.size else 0.0) * spins.astype(float),
            constant=constant,
            field_neurons=tuple(known.tolist()),
        )
        counts = self._kept.once(
            ("counts", counting.field_neurons), lambda: cheapest([strings, counting]) is counting
        )
        return counting if counts else strings

    def _distance_tables(self) -> tuple[Floats, float] | None:
        """Return (F_μ(d), c) with Σ_μ F_μ(d_μ(x)) + c = E(x), or None if there are none."""
        digits = self.num_neurons.bit_length()
        transforms = 2 * digits * (digits - 1) * self.num_patterns  # CX of them alone
        if (
            not isinstance(self.model, DenseMemory)
            or transforms >= 2**self.num_neurons  # all strings cost less
            or self.num_patterns << self.num_neurons > _MAX_COUNTED
        ):
            return None
        energies, indices = self._memory_diagonal(), self.pattern_indices()
        similarities = self.num_neurons - 2 * np.arange(self.num_neurons + 1)
        if isinstance(self.model.separation, Exponential):  # up to a factor that cannot overflow
            column = -np.exp(self.model.separation.beta * (similarities - self.num_neurons))
        else:
            column = self.model.separation.energy(similarities[:, None], np.ones(1))
        tables = np.outer(self.model.weights / self.model.weights.max(), column)
        tables /= np.abs(tables).max()
        states = np.arange(energies.size)
        summed = np.zeros(energies.size)
        for index, table in zip(indices.tolist(), tables, strict=True):
            summed += table[np.bitwise_count(states ^ index)]
        spread = summed - summed.mean()
        if not np.isfinite(spread).all() or not spread.any():
            return None
        scale = float(energies @ spread / (spread @ spread))
        if np.abs(scale * spread - energies).max() > 1e-9 * np.abs(energies).max():
            return None
        return scale * tables, -scale * float(summed.mean())

    def hamiltonian(self, probe: SpinsLike | None = None) -> "SparsePauliOp":
        """Return the ``SparsePauliOp`` with the same diagonal; qubit i is neuron i."""
        return pauli_operator(self.diagonal(probe))

    def pattern_indices(self) -> Integers:
        """Return the index of each stored pattern in a diagonal, shape ``(K,)``."""
        return bits_to_integer(spins_to_bits(self.patterns))

    def _memory_diagonal(self) -> Floats:
        return self._kept.once("diagonal", self._scaled_energies)

    def _scaled_energies(self) -> Floats:
        energies = _all_energies(self.model, self.num_neurons)
        with np.errstate(all="ignore"):  # what is not finite is refused below
            centered = energies - energies.mean()
            depth = -float(centered[self.pattern_indices()].mean())
            scale = self.num_neurons / depth if depth > 1e-9 * np.abs(energies).max() else 1.0
            diagonal = centered * scale
        if not np.isfinite(diagonal).all():
            raise ValueError(
                "energies should be finite, in units of a pattern's depth too. Got NaN or "
                "infinity; scale the model's energy."
            )
        return diagonal


def _all_energies(model: ClassicalModel, num_neurons: int) -> Floats:
    """Return the model's energies; those of an exponential memory divided by the largest size."""
    if isinstance(model, DenseMemory) and isinstance(model.separation, Exponential):
        beta = model.separation.beta
        logs = DenseMemory(model.patterns, LogSumExp(beta), weights=model.weights)
        exponents = _all_energies(logs, num_neurons)
        return np.asarray(-np.exp(-beta * (exponents - exponents.min())))
    energies = np.empty(2**num_neurons)
    for start in range(0, energies.size, _CHUNK):
        index = np.arange(start, min(start + _CHUNK, energies.size))
        energies[index] = model.energy(bits_to_spins(integer_to_bits(index, num_neurons)))
    return energies
