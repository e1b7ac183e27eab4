"""Instances of every recall method, for the tests that run over all of them.

A registered method is tested by its defaults; list further variants here.
"""

from qdenseam.methods import (
    METHODS,
    QAOA,
    VQE,
    AdaptiveMethod,
    AdiabaticRecall,
    Amplified,
    AmplitudeAmplification,
    CappedPosterior,
    CategoricalFilter,
    Compact,
    CosinePower,
    CounterdiabaticRecall,
    DistributedQuery,
    DolphChebyshev,
    FixedPoint,
    HammingBall,
    ImaginaryTime,
    IndexSearch,
    LabelWriting,
    OptimalFilter,
    OverlapPower,
    Posterior,
    ProbabilisticRecall,
    ProductFilter,
    RecallMethod,
    SampleAndAccept,
    SeparationFilter,
    SetIntersection,
    Shell,
    SyndromeDecoding,
    ThresholdSearch,
    VenturaMartinez,
)
from qdenseam.spelling import spell

TRAINED_QAOA = QAOA(num_layers=2, gammas=(0.11, 0.23), betas=(0.6, 0.3))

VARIANTS: list[RecallMethod] = [
    AmplitudeAmplification(schedule="plain"),
    AmplitudeAmplification(num_matches=2),
    AmplitudeAmplification(schedule=FixedPoint(max_failure=0.05)),
    ProbabilisticRecall(num_controls=1),
    ProbabilisticRecall(num_controls=3, scale=7.5),
    ProbabilisticRecall(num_controls=2, amplified=Amplified(0.3)),
    SeparationFilter([1.0, 0.6, 0.3, 0.0, 0.2, 0.9, 0.1]),
    SeparationFilter(OverlapPower(3)),
    SeparationFilter(Posterior(0.2), amplified=Amplified(0.2)),
    SeparationFilter(CappedPosterior(0.2, 1)),
    SeparationFilter(Compact(3.0, 1.5)),
    SeparationFilter(Shell(2)),
    SeparationFilter(DolphChebyshev(3, 0.8)),
    SeparationFilter(OptimalFilter(3, 1), amplified=Amplified(0.1, FixedPoint())),
    SeparationFilter(CosinePower(2)),
    SeparationFilter([1.0, 0.6, 0.3, 0.0, 0.2, 0.9, 0.1], synthesis="symmetric"),
    SeparationFilter(DolphChebyshev(3, 0.8), synthesis="symmetric"),
    SeparationFilter(HammingBall(1), amplified=Amplified(0.2), synthesis="symmetric"),
    SeparationFilter(OptimalFilter(1, 1, 0.7), num_flags=2),
    SeparationFilter(CosinePower(1), amplified=Amplified(0.3), num_flags=3),
    SeparationFilter([1.0, 0.9, 0.3, 0.1, 0.2, 0.9, 0.1], synthesis="symmetric", num_flags=2),
    ProductFilter(0.1, amplified=Amplified(0.4, "plain")),
    CategoricalFilter(HammingBall(0), 3, amplified=Amplified(0.2)),
    SetIntersection(radius=2, schedule="plain"),
    IndexSearch(schedule="plain", positions=(0, 1), radius=1, variant=1),
    LabelWriting(variant=1),
    VenturaMartinez(num_rounds=3),
    DistributedQuery(spread=0.1, num_rounds=2),
    SetIntersection(radius=1, oracle="signal"),
    SyndromeDecoding(radius=2, schedule="exact"),
    SampleAndAccept(HammingBall(1)),
    SampleAndAccept(CosinePower(2)),
    TRAINED_QAOA,
    QAOA(num_layers=1, warm_start=None, gammas=(0.2,), betas=(0.4,)),
    VQE(angles=()),
    VQE(num_layers=2, entangler="energy", gammas=(0.2, 0.3), angles=()),
    ImaginaryTime(entangler="energy", gammas=(0.2,), angles=()),
    AdiabaticRecall(num_steps=3, total_time=2.0, warm_start=None),
    CounterdiabaticRecall(num_steps=2, total_time=1.5),
    CounterdiabaticRecall(num_steps=1, total_time=None),
    ThresholdSearch(threshold=-0.5, num_iterations=1, resolution=2.0),
    ThresholdSearch(threshold=-0.5, num_iterations=2, warm_start=None, resolution=3.0),
]

SPREAD: list[RecallMethod] = [
    AmplitudeAmplification(),
    ProbabilisticRecall(num_controls=3, scale=7.5),
    SeparationFilter(OptimalFilter(1, 1, 0.7), num_flags=2),
    SeparationFilter(HammingBall(1), amplified=Amplified(0.2), synthesis="symmetric"),
    ProductFilter(0.1, amplified=Amplified(0.4, "plain")),
    CategoricalFilter(HammingBall(0), 3, amplified=Amplified(0.2)),
    SetIntersection(radius=2, schedule="plain"),
    SyndromeDecoding(radius=2, schedule="exact"),
    IndexSearch(schedule="plain", positions=(0, 1), radius=1, variant=1),
    LabelWriting(variant=1),
    DistributedQuery(spread=0.1, num_rounds=2),
    SampleAndAccept(CosinePower(2)),
    TRAINED_QAOA,
    VQE(num_layers=2, entangler="energy", gammas=(0.2, 0.3), angles=()),
    CounterdiabaticRecall(num_steps=2, total_time=1.5),
    ThresholdSearch(threshold=-0.5, num_iterations=2, warm_start=None, resolution=3.0),
]
"""Between them every kind of gate, register and acceptance: what an engine is tried on."""

TRAINED_FIRST = ("qaoa", "vqe", "imaginary-time")
"""Methods whose defaults have no angles yet."""


def examples() -> list[RecallMethod]:
    """Every method of one circuit with defaults that need no training, then the variants."""
    methods = [m for _, m in sorted(METHODS.items()) if issubclass(m, RecallMethod)]
    return [m() for m in methods if m.name not in TRAINED_FIRST] + VARIANTS


def adaptive_examples() -> list[AdaptiveMethod]:
    return [m() for _, m in sorted(METHODS.items()) if issubclass(m, AdaptiveMethod)]


def example_id(method: RecallMethod) -> str:
    return spell(method, digits=3)
