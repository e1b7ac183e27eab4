"""Recall methods: each is a circuit and its law, one file per method."""

from typing import Any

from qdenseam.methods.amplification import AmplitudeAmplification
from qdenseam.methods.base import METHODS, RecallLaw, RecallMethod, RecallResources, register
from qdenseam.methods.baselines import SampleAndAccept
from qdenseam.methods.filters import FILTERS, CosinePower, Filter, HammingBall
from qdenseam.methods.probabilistic import ProbabilisticRecall
from qdenseam.methods.qaoa import QAOA

__all__ = [
    "FILTERS",
    "METHODS",
    "QAOA",
    "AmplitudeAmplification",
    "CosinePower",
    "Filter",
    "HammingBall",
    "ProbabilisticRecall",
    "RecallLaw",
    "RecallMethod",
    "RecallResources",
    "SampleAndAccept",
    "method_from_dict",
    "register",
]


def method_from_dict(data: dict[str, Any]) -> RecallMethod:
    """Return the method that ``to_dict`` described.

    Raises:
        ValueError: No method or filter has that name.
    """
    fields = {key: _plain_to_field(value) for key, value in data.items() if key != "name"}
    if data.get("name") not in METHODS:
        raise ValueError(
            f"method should be one of {', '.join(sorted(METHODS))}. Got {data.get('name')!r}."
        )
    return METHODS[data["name"]](**fields)


def _plain_to_field(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, dict):
        if value.get("name") not in FILTERS:
            raise ValueError(
                f"filter should be one of {', '.join(sorted(FILTERS))}. Got {value.get('name')!r}."
            )
        return FILTERS[value["name"]](**{k: v for k, v in value.items() if k != "name"})
    return value
