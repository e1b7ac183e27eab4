"""QAOA with angles that were trained once for many memories: recall without training."""

from dataclasses import dataclass
from typing import ClassVar

from classical_ref.checks import check_fields
from qdenseam.methods.base import register
from qdenseam.methods.bounds import NumLayers, WarmStart
from qdenseam.methods.energy.energy_law import AnyEnergy, LayeredMethod
from qdenseam.training.fixed_angles import FIXED_ANGLES


@register
@dataclass(frozen=True, slots=True)
class FixedAngleQAOA(LayeredMethod):
    r"""The circuit of :class:`QAOA` with transferred angles, no evaluation spent on the probe.

    The law: P(x) = |⟨x|Π_l mixer(β_l) exp(-iγ_l E)|start⟩|², as for QAOA.

    Attributes:
        num_layers: p, one of 1, 2, 3, 4, 6, 8.
        warm_start: 0.25 or ``None``, the starts that angles exist for.

    References:
        Brandão et al., "For fixed control parameters the quantum approximate optimization
        algorithm's objective function value concentrates for typical instances" (2018); Egger,
        Mareček and Woerner, "Warm-starting quantum optimization" (2021), for the start.
    """

    name: ClassVar[str] = "fixed-angle-qaoa"

    num_layers: NumLayers = 8
    warm_start: WarmStart = 0.25

    def __post_init__(self) -> None:
        check_fields(self)
        if (self.num_layers, self.warm_start) not in FIXED_ANGLES:
            raise ValueError(
                "fixed angles exist for num_layers 1, 2, 3, 4, 6, 8 and warm_start 0.25 or None. "
                f"Got {self.num_layers}, {self.warm_start}; QAOA trains its own."
            )

    def angles(self, memory: AnyEnergy) -> tuple[tuple[float, ...], tuple[float, ...]]:  # noqa: ARG002
        """Return the fixed (gammas, betas), the same for every memory."""
        return FIXED_ANGLES[self.num_layers, self.warm_start]
