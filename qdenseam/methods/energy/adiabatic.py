"""Digitized adiabatic recall: a slow turn from the probe's product state to the energy."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from qdenseam.memories.energy import EnergyMemory
from qdenseam.methods.base import Floats, register
from qdenseam.methods.bounds import NumSteps, Time, WarmStart
from qdenseam.methods.energy.energy_law import LayeredMethod

MAX_STEPS = 10_000
"""Most steps that are taken unasked."""

_TOTAL_TIME = 20.0
_LARGEST_TURN = 4.0  # radians that a step may turn the steepest flip of a neuron
_MIXER_FLIP = 2.0  # what a flip costs in the mixer


@register
@dataclass(frozen=True, slots=True)
class AdiabaticRecall(LayeredMethod):
    r"""Turn H(s) = -(1 - s) Σ_i n_i·σ + s E from s = 0 to 1 in Trotter steps, without training.

    Step l = 1..p of p has s_l = (l - 1/2)/p and the angles γ_l = s_l T/p and β_l = (1 - s_l) T/p.
    The start ⊗_i RY(θ_i)|0⟩ is the ground state at s = 0; with ``warm_start`` it leans towards the
    probe, see :func:`circuits.energy.ansatz.warm_start_angles`. Every shot is accepted.

    By default T is 20 and p so large that no step turns the steepest flip of a neuron, by either
    part of H, by more than 4 rad: 20 steps for log-sum-exp, about 40 for energies of order 2 and 3,
    70 for the exponential energy of 12 neurons. Then the target is the most likely outcome wherever
    it is the only ground state by a gap of D/10: in all of 4,000 random and digit instances,
    D = 6..12, one or two flips or up to half of the neurons unknown, for every energy of the study.

    The law: P(x) = |⟨x|ψ⟩|² of the digitized circuit itself, Trotter errors included, from the
    diagonal in O(p D 2^D).

    Attributes:
        num_steps: p >= 1, or ``None`` for as many as the time T needs.
        total_time: T > 0, or ``None`` for 20, or for what a given p resolves if that is less; the
            energy per neuron of a pattern and of the mixer are both 1.
        warm_start: ε in (0, 1/2], or ``None``.

    References:
        Farhi et al., "Quantum computation by adiabatic evolution" (2000); Seddiqi and Humble,
        "Adiabatic quantum optimization for associative memory recall" (2014).
    """

    name: ClassVar[str] = "adiabatic"

    num_steps: NumSteps | None = None
    total_time: Time | None = None
    warm_start: WarmStart = 0.35

    def angles(self, memory: EnergyMemory) -> tuple[Floats, Floats]:
        """Return (gammas, betas) of the steps, each of shape ``(p,)``.

        They depend on the memory only, its field included.

        Raises:
            ValueError: A number of steps was not given and would exceed :data:`MAX_STEPS`.
        """
        longest = _LARGEST_TURN / max(memory.steepest_flip(), _MIXER_FLIP)
        num_steps, total_time = self.num_steps, self.total_time
        if total_time is None:
            total_time = _TOTAL_TIME if num_steps is None else min(_TOTAL_TIME, num_steps * longest)
        if num_steps is None:
            wanted = np.ceil(total_time / longest)
            if wanted > MAX_STEPS:
                raise ValueError(
                    f"num_steps should be given where more than {MAX_STEPS} are needed to follow "
                    f"the energy. Got {wanted:.3g}; a weaker probe field or a shorter total_time "
                    "needs fewer."
                )
            num_steps = int(wanted)
        progress = (np.arange(num_steps) + 0.5) / num_steps
        step = total_time / num_steps
        return progress * step, (1 - progress) * step
