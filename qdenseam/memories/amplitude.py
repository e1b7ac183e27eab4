"""The memory as a superposition of its patterns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from circuits.loading import Auto, prepare
from circuits.loading.preparation import MIN_AMPLITUDE, Encoder, Preparation
from classical_ref.checks import Bits, Floats, Spins, SpinsLike, check_array, lock
from classical_ref.patterns import Growing
from classical_ref.shown import value_range
from classical_ref.spins import check_patterns, spins_to_bits
from qdenseam.memories.kept import Kept
from qdenseam.memories.probe import PatternMemory, check_shape, unpacked
from qdenseam.spelling import from_plain, resolved, spell, to_plain

if TYPE_CHECKING:
    from classical_ref.data.datasets import Dataset


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class AmplitudeMemory(Growing, PatternMemory):
    r"""The state |M⟩ = Σ_μ √π_μ |x^μ⟩ of K stored patterns on D qubits.

    Neuron i is qubit i; spin +1 is bit 0, spin -1 is bit 1. Construction stores and checks; the
    circuit is built once, on demand, by :meth:`preparation`.

    Args:
        patterns: Distinct spins ±1, shape ``(K, D)``, or text; bits through ``bits_to_spins``.
            A :class:`classical_ref.Dataset` gives its weights and shape too.
        weights: Priors π_μ >= 0 in any unit, shape ``(K,)``; uniform by default. They are
            normalized to sum 1.
        encoder: How the patterns are loaded, or its spelling such as ``"auto(goal=depth)"``.
        shape: Rows and columns that patterns are drawn in.

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
    shape: tuple[int, int] | None = field(default=None, kw_only=True)
    _kept: Kept = field(init=False, repr=False, default_factory=Kept)

    if TYPE_CHECKING:  # more is taken than the fields hold

        def __init__(
            self,
            patterns: SpinsLike | Dataset,
            weights: npt.ArrayLike | None = None,
            encoder: Encoder | str = ...,
            *,
            shape: tuple[int, int] | None = None,
        ) -> None: ...

    def __post_init__(self) -> None:
        given, weights, shape = unpacked(self.patterns, self.shape)
        patterns = check_patterns(given)
        object.__setattr__(self, "patterns", patterns)
        object.__setattr__(self, "shape", check_shape(shape, patterns.shape[1]))
        object.__setattr__(self, "encoder", resolved("encoder", self.encoder))
        own: Floats | None = self.weights
        lock(self, weights=_check_weights(weights if own is None else own, len(patterns)))

    @property
    def bits(self) -> Bits:
        """The patterns as bits, shape ``(K, D)``."""
        return spins_to_bits(self.patterns)

    def _facts(self) -> Mapping[str, object]:
        weights, encoder = self.weights, self.encoder
        return {
            "num_patterns": self.num_patterns,
            "num_neurons": self.num_neurons,
            "weights": "equal" if np.ptp(weights) == 0 else value_range(weights),
            "encoder": encoder if isinstance(encoder, str) else spell(encoder),
        }

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
        } | ({} if self.shape is None else {"shape": list(self.shape)})

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "AmplitudeMemory":
        """Return the memory that :meth:`to_dict` described."""
        encoder: Any = from_plain("encoder", data["encoder"])
        return cls(
            np.array(data["patterns"], dtype=np.int8),
            np.array(data["weights"]),
            encoder,
            shape=tuple(data["shape"]) if "shape" in data else None,
        )


def _check_weights(weights: npt.ArrayLike | None, num_patterns: int) -> Floats:
    given = np.ones(num_patterns) if weights is None else weights
    array = check_array("weights", given, num_patterns)
    largest = array.max()
    if (array < 0).any() or not largest > 0:
        raise ValueError("weights should be finite, non-negative and not all zero.")
    # what is normalized stays as it is to the last digit, also when it is saved and loaded
    if largest > 1 or abs(array.sum() - 1) > num_patterns * np.finfo(float).eps:
        array = array / largest  # so that no sum overflows
        array /= array.sum()
    if (tiny := array[(array > 0) & (array <= MIN_AMPLITUDE**2)]).size:
        raise ValueError(
            f"weights should be 0 or above {MIN_AMPLITUDE**2:g} of their sum, which a circuit can "
            f"load. Got {tiny.min():g}; use 0 to leave a pattern out."
        )
    return array
