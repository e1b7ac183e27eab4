"""What the settings that several methods share may be; no method asks for more than it can end."""

from typing import Annotated, TypeAlias

from classical_ref.checks import Within
from qdenseam.filters.tables import Radius as Radius

Variant: TypeAlias = Annotated[int, Within("[0, 10^6]", "Start from 0 and count up.")]
"""Which of several alike."""
NumMatches: TypeAlias = Annotated[int, Within("[1, 10^9]", "K is less.")] | None
"""A claimed number of matches."""
Weight: TypeAlias = Annotated[float, Within("[1e-12, 1]")]
"""A claimed marked weight; less than 1e-12 would take over a million rounds."""
ClaimedWeight: TypeAlias = Weight | None
"""A claim, or none."""
Growth: TypeAlias = Annotated[float, Within("(1, 4/3]")]
"""By how much a bound on random iterations grows; up to 4/3 the mean stays of order √K."""
MaxRounds: TypeAlias = (
    Annotated[int, Within("[1, 10^5]", "Leave it out for what the memory needs.")] | None
)
"""The most rounds of a search."""
WarmStart: TypeAlias = Annotated[float, Within("(0, 0.5]")] | None
"""ε of a start that leans to the probe, or None for one that does not."""
Share: TypeAlias = Annotated[float, Within("(0, 1]")]
"""A share that is not empty."""
Time: TypeAlias = Annotated[float, Within("(0, inf)")]
"""A duration, or another number above 0."""
NumLayers: TypeAlias = Annotated[int, Within("[1, 10^4]", "Fewer layers do.")]
"""Layers of a circuit."""
NumSteps: TypeAlias = Annotated[int, Within("[1, 10^5]", "Take longer steps.")]
"""Steps of a circuit or of an evolution."""
NumRestarts: TypeAlias = Annotated[int, Within("[1, 10^4]", "Recall several times instead.")]
"""Starts of a training."""
MaxEvaluations: TypeAlias = Annotated[int, Within("[1, 10^6]", "Use more restarts instead.")]
"""Evaluations of a training's start."""
Angles: TypeAlias = tuple[float, ...] | None
"""Trained angles, or None before."""
Counted: TypeAlias = Annotated[int, Within("[0, inf)")]
"""What a training counted: a record, not a request."""
