"""Recall methods: each is a circuit and its law, one file per method."""

from typing import Any, Literal

from qdenseam.filters.optimal import OptimalFilter
from qdenseam.filters.polynomial import (
    CosinePower,
    DolphChebyshev,
    PolynomialFilter,
)
from qdenseam.filters.tables import (
    CappedPosterior,
    Filter,
    HammingBall,
    OverlapPower,
    Posterior,
    Shell,
    Table,
)
from qdenseam.methods.adaptive import (
    ADAPTIVE_METHODS,
    AdaptiveMethod,
    run_rounds,
    run_together,
    sample_laws,
)
from qdenseam.methods.amplitude.adaptive_amplification import AdaptiveAmplification
from qdenseam.methods.amplitude.amplification import AmplitudeAmplification
from qdenseam.methods.amplitude.baselines import SampleAndAccept
from qdenseam.methods.amplitude.categorical_filter import CategoricalFilter
from qdenseam.methods.amplitude.distributed_query import DistributedQuery
from qdenseam.methods.amplitude.index_search import IndexSearch
from qdenseam.methods.amplitude.label_writing import LabelWriting
from qdenseam.methods.amplitude.minimum_search import MinimumSearch
from qdenseam.methods.amplitude.probabilistic import ProbabilisticRecall
from qdenseam.methods.amplitude.product_filter import ProductFilter
from qdenseam.methods.amplitude.quantum_neuron import QuantumNeuron
from qdenseam.methods.amplitude.separation_filter import SeparationFilter
from qdenseam.methods.amplitude.set_intersection import SetIntersection
from qdenseam.methods.amplitude.syndrome_decoding import SyndromeDecoding
from qdenseam.methods.amplitude.ventura_martinez import VenturaMartinez
from qdenseam.methods.base import METHODS, RecallLaw, RecallMethod, RecallResources, register
from qdenseam.methods.energy.adiabatic import AdiabaticRecall
from qdenseam.methods.energy.bias_field import BiasFieldRecall
from qdenseam.methods.energy.counterdiabatic import CounterdiabaticRecall
from qdenseam.methods.energy.energy_search import EnergySearch
from qdenseam.methods.energy.fixed_angles import FixedAngleQAOA
from qdenseam.methods.energy.imaginary_time import ImaginaryTime
from qdenseam.methods.energy.qaoa import QAOA
from qdenseam.methods.energy.recursive_qaoa import RecursiveQAOA
from qdenseam.methods.energy.threshold_search import ThresholdSearch
from qdenseam.methods.energy.vqe import VQE
from qdenseam.methods.schedules import (
    AMPLIFIED,
    SCHEDULES,
    Amplified,
    Exact,
    FixedPoint,
    Iterations,
    Plain,
    Schedule,
)
from qdenseam.spelling import from_plain, resolved

__all__ = [
    "ADAPTIVE_METHODS",
    "AMPLIFIED",
    "FILTERS",
    "METHODS",
    "QAOA",
    "SCHEDULES",
    "VQE",
    "AdaptiveAmplification",
    "AdaptiveMethod",
    "AdiabaticRecall",
    "Amplified",
    "AmplitudeAmplification",
    "BiasFieldRecall",
    "CappedPosterior",
    "CategoricalFilter",
    "CosinePower",
    "CounterdiabaticRecall",
    "DistributedQuery",
    "DolphChebyshev",
    "EnergySearch",
    "Exact",
    "Filter",
    "FixedAngleQAOA",
    "FixedPoint",
    "HammingBall",
    "ImaginaryTime",
    "IndexSearch",
    "Iterations",
    "LabelWriting",
    "MinimumSearch",
    "OptimalFilter",
    "OverlapPower",
    "Plain",
    "PolynomialFilter",
    "Posterior",
    "ProbabilisticRecall",
    "ProductFilter",
    "QuantumNeuron",
    "RecallLaw",
    "RecallMethod",
    "RecallResources",
    "RecursiveQAOA",
    "SampleAndAccept",
    "Schedule",
    "SeparationFilter",
    "SetIntersection",
    "Shell",
    "SyndromeDecoding",
    "Table",
    "ThresholdSearch",
    "VenturaMartinez",
    "as_method",
    "method_from_dict",
    "method_names",
    "register",
    "run_rounds",
    "run_together",
    "sample_laws",
]


FILTERS: dict[str, type[Filter]] = {
    f.name: f
    for f in (
        HammingBall,
        Shell,
        OverlapPower,
        Posterior,
        CappedPosterior,
        Table,
        CosinePower,
        DolphChebyshev,
        OptimalFilter,
    )
}
"""Every filter by name."""


def method_names() -> list[str]:
    """Return the names of all registered methods, adaptive ones included."""
    return sorted({**METHODS, **ADAPTIVE_METHODS})


def as_method(method: object) -> RecallMethod | AdaptiveMethod | Literal["auto"]:
    """Return the method itself, or the one that a text spells; ``"auto"`` stays as it is.

    Raises:
        ValueError: The text spells no method.
        TypeError: It is another object, such as a class.
    """
    found = resolved("method", method)
    if isinstance(found, RecallMethod | AdaptiveMethod):
        return found
    assert found == "auto"
    return "auto"


def method_from_dict(data: dict[str, Any]) -> RecallMethod | AdaptiveMethod:
    """Return the method that ``to_dict`` described, adaptive or not.

    Raises:
        ValueError: No method, filter or schedule has that name.
    """
    made = from_plain("method", data)
    assert isinstance(made, RecallMethod | AdaptiveMethod)
    return made
