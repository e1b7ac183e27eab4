"""The memory as a superposition of its patterns."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from circuits.loading import Auto, prepare
from circuits.loading.preparation import MIN_AMPLITUDE, Encoder, Preparation
from classical_ref.checks import Bits, Floats, Spins, lock
from classical_ref.patterns import Growing
from classical_ref.spins import check_patterns, spins_to_bits
from qdenseam.memories.kept import Kept
from qdenseam.memories.probe import PatternMemory
from qdenseam.spelling import from_plain, resolved, to_plain


@dataclass(frozen=True, slots=True, eq=False)
class AmplitudeMemory(Growing, PatternMemory):
    r"""The state |M⟩ = Σ_μ √π_μ |x^μ⟩ of K stored patterns on D qubits.

    Neuron i is qubit i; spin +1 is bit 0, spin -1 is bit 1. Construction stores and checks; the
    circuit is built once, on demand, by :meth:`preparation`.

    Args:
        patterns: Distinct spins ±1, shape ``(K, D)``, or text; bits through ``bits_to_spins``.
        weights: Priors π_μ >= 0 in any unit, shape ``(K,)``; uniform by default. They are
            normalized to sum 1.
        encoder: How the patterns are loaded, or its spelling such as ``"auto(goal=depth)"``.

    Raises:
        ValueError: Patterns are empty, not ±1, spins or bits in doubt, or repeat; weights have
            another shape, are negative, not finite, all zero, or so small that no circuit can load
            them; or a text spells no encoder.

    Examples:
        >>> memory = AmplitudeMemory(["0011", "0110"], [3, 1])
        >>> memory.weights.tolist()
        [0.75, 0.25]
        >>> memory.preparation().circuit.num_qubits
        4
    """

    patterns: Spins
    weights: Floats = None  # type: ignore[assignment]  # uniform, set below
    encoder: Encoder | str = field(default_factory=lambda: Auto(goal="gates"))
    _kept: Kept = field(init=False, repr=False, default_factory=Kept)

    def __post_init__(self) -> None:
        patterns = check_patterns(self.patterns)
        object.__setattr__(self, "patterns", patterns)
        object.__setattr__(self, "encoder", resolved("encoder", self.encoder))
        lock(self, weights=_check_weights(self.weights, len(patterns)))

    @property
    def bits(self) -> Bits:
        """The patterns as bits, shape ``(K, D)``."""
        return spins_to_bits(self.patterns)

    def preparation(self) -> Preparation:
        """Return the circuit that loads the memory; built at the first call, copied at each."""
        return self._kept.once("preparation", self._prepared).copy()

    def _prepared(self) -> Preparation:
        present = self.weights > 0
        return prepare(self.bits[present], np.sqrt(self.weights[present]), encoder=self.encoder)

    def to_dict(self) -> dict[str, Any]:
        """Return plain data that :meth:`from_dict` reads."""
        return {
            "memory": "amplitude",
            "patterns": self.patterns.tolist(),
            "weights": self.weights.tolist(),
            "encoder": to_plain(self.encoder),
        }

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "AmplitudeMemory":
        """Return the memory that :meth:`to_dict` described."""
        encoder: Any = from_plain("encoder", data["encoder"])
        return cls(
            np.array(data["patterns"], dtype=np.int8),
            np.array(data["weights"]),
            encoder,
        )


def _check_weights(weights: npt.ArrayLike | None, num_patterns: int) -> Floats:
    array = np.full(num_patterns, 1.0) if weights is None else np.array(weights, dtype=float)
    if array.shape != (num_patterns,):
        raise ValueError(f"weights should have shape ({num_patterns},). Got {array.shape}.")
    largest = array.max()
    if not np.isfinite(array).all() or (array < 0).any() or not largest > 0:
        raise ValueError("weights should be finite, non-negative and not all zero.")
    array = array / largest  # so that no sum overflows
    array /= array.sum()
    if (tiny := array[(array > 0) & (array <= MIN_AMPLITUDE**2)]).size:
        raise ValueError(
            f"weights should be 0 or above {MIN_AMPLITUDE**2:g} of their sum, which a circuit can "
            f"load. Got {tiny.min():g}; use 0 to leave a pattern out."
        )
    return array
