"""What the energies of the stored patterns say of a probe, without enumerating 2^D states."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from classical_ref.checks import Floats, lock
from classical_ref.shown import Shown
from qdenseam.memories.energy import EnergyMemory

_EQUAL = 1e-9  # energies per neuron that are told apart
SMALL_GAP = 0.1
"""Gap per neuron below which the lowest pattern is said to be hardly lower than the next."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class StoredEnergies(Shown):
    """Energies with the probe's field, K + 2 of them; said after a run, no circuit knows them."""

    stored: Floats
    """E of each stored pattern, shape ``(K,)``."""
    num_neurons: int
    """D, the depth of one pattern before the field."""
    probe: float | None = None
    """E of the probe itself; ``None`` where a neuron is unknown."""
    answer: float | None = None
    """E of the most frequent outcome; ``None`` without one."""

    def __post_init__(self) -> None:
        lock(self, stored=np.asarray(self.stored, dtype=float))

    @property
    def lowest(self) -> tuple[int, ...]:
        """Indices of the stored patterns of lowest energy, several where they tie."""
        near = self.stored - self.stored.min() <= _EQUAL * self.num_neurons
        return tuple(np.flatnonzero(near).tolist())

    @property
    def gap(self) -> float:
        """How far the next stored pattern lies above the lowest; 0 in a tie, infinite if K = 1."""
        if len(self.lowest) > 1:
            return 0.0
        return float(np.delete(self.stored, self.lowest).min(initial=np.inf) - self.stored.min())

    def sentences(self) -> list[str]:
        """Return what is to be said: which pattern lies lowest, ties, small gaps, the answer."""
        least, equal = float(self.stored.min()), _EQUAL * self.num_neurons
        if len(self.lowest) > 1:
            tied = ", ".join(map(str, self.lowest))
            said = [f"Stored patterns {tied} tie for the lowest energy, {least:.4g}."]
        else:
            text = f"Of the stored patterns {self.lowest[0]} lies lowest, at energy {least:.4g}"
            if np.isfinite(self.gap):
                hardly = "only " if self.gap < SMALL_GAP * self.num_neurons else ""
                text += f", {hardly}{self.gap:.3g} below the next"
            said = [f"{text}."]
        if self.probe is not None and self.probe < least - equal:
            said.append(
                f"The probe itself lies lower, at {self.probe:.4g}: a weaker probe_field pulls "
                "it down less."
            )
        elif self.probe is not None and self.probe <= least + equal and self.probe != self.answer:
            said.append("The probe itself lies as low.")
        if self.answer is not None and abs(self.answer - least) > equal:
            side = "above" if self.answer > least else "below"
            said.append(f"The answer lies {abs(self.answer - least):.3g} {side} it.")
        return said

    def to_dict(self) -> dict[str, Any]:
        """Return plain data of what does not depend on the shots."""
        return {"stored": self.stored, "num_neurons": self.num_neurons, "probe": self.probe}


def stored_energies(
    memory: EnergyMemory, probe: npt.ArrayLike, answer: npt.ArrayLike | None = None
) -> StoredEnergies:
    """Return the energies of the stored patterns, the probe and an answer at this probe.

    Args:
        memory: An energy memory.
        probe: Spins with 0 where unknown, shape ``(D,)``.
        answer: The most frequent outcome, shape ``(D,)``, or ``None``.

    Raises:
        ValueError: The probe or the answer is malformed.
    """
    spins = memory.check_probe(probe)
    is_state = bool(spins.all())
    return StoredEnergies(
        stored=memory.energies(memory.patterns, spins),
        num_neurons=memory.num_neurons,
        probe=float(memory.energies(spins, spins)) if is_state else None,
        answer=None if answer is None else float(memory.energies(answer, spins)),
    )
