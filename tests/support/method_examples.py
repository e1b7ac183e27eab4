"""Instances of every recall method, for the tests that run over all of them.

A registered method is tested by its defaults; list further variants here.
"""

from qdenseam.methods import (
    METHODS,
    QAOA,
    AmplitudeAmplification,
    CosinePower,
    HammingBall,
    ProbabilisticRecall,
    RecallMethod,
    SampleAndAccept,
)

TRAINED_QAOA = QAOA(num_layers=2, gammas=(0.11, 0.23), betas=(0.6, 0.3))

VARIANTS: list[RecallMethod] = [
    AmplitudeAmplification(schedule="plain"),
    AmplitudeAmplification(num_matches=2),
    ProbabilisticRecall(num_controls=1),
    ProbabilisticRecall(num_controls=3),
    SampleAndAccept(HammingBall(1)),
    SampleAndAccept(CosinePower(2)),
    TRAINED_QAOA,
    QAOA(num_layers=1, warm_start=None, gammas=(0.2,), betas=(0.4,)),
]


def examples() -> list[RecallMethod]:
    """Every registered method with defaults (QAOA with angles), then the variants."""
    defaults = [m() for name, m in sorted(METHODS.items()) if name != "qaoa"]
    return defaults + VARIANTS


def example_id(method: RecallMethod) -> str:
    fields = {k: v for k, v in method.to_dict().items() if k not in ("name", "gammas", "betas")}
    changed = [f"{k}={v}" for k, v in fields.items() if v != type(method)().to_dict().get(k)]
    return "-".join([method.name, *changed])
