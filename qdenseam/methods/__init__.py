"""Recall methods: each is a circuit and its law, one file per method."""

from typing import Any, Literal

from qdenseam.filters.optimal import OptimalFilter as OptimalFilter
from qdenseam.filters.polynomial import CosinePower as CosinePower
from qdenseam.filters.polynomial import DolphChebyshev as DolphChebyshev
from qdenseam.filters.polynomial import PolynomialFilter as PolynomialFilter
from qdenseam.filters.tables import CappedPosterior as CappedPosterior
from qdenseam.filters.tables import Compact as Compact
from qdenseam.filters.tables import Filter as Filter
from qdenseam.filters.tables import HammingBall as HammingBall
from qdenseam.filters.tables import OverlapPower as OverlapPower
from qdenseam.filters.tables import Posterior as Posterior
from qdenseam.filters.tables import Shell as Shell
from qdenseam.filters.tables import Table as Table
from qdenseam.methods.adaptive import AdaptiveMethod as AdaptiveMethod
from qdenseam.methods.adaptive import run_rounds as run_rounds
from qdenseam.methods.adaptive import run_together as run_together
from qdenseam.methods.adaptive import sample_laws as sample_laws
from qdenseam.methods.amplitude.baselines.label_writing import LabelWriting as LabelWriting
from qdenseam.methods.amplitude.baselines.sample_and_accept import (
    SampleAndAccept as SampleAndAccept,
)
from qdenseam.methods.amplitude.filters.categorical import CategoricalFilter as CategoricalFilter
from qdenseam.methods.amplitude.filters.probabilistic import (
    ProbabilisticRecall as ProbabilisticRecall,
)
from qdenseam.methods.amplitude.filters.product import ProductFilter as ProductFilter
from qdenseam.methods.amplitude.filters.separation import SeparationFilter as SeparationFilter
from qdenseam.methods.amplitude.historic.distributed_query import (
    DistributedQuery as DistributedQuery,
)
from qdenseam.methods.amplitude.historic.quantum_neuron import QuantumNeuron as QuantumNeuron
from qdenseam.methods.amplitude.historic.ventura_martinez import VenturaMartinez as VenturaMartinez
from qdenseam.methods.amplitude.searches.adaptive_amplification import (
    AdaptiveAmplification as AdaptiveAmplification,
)
from qdenseam.methods.amplitude.searches.amplification import (
    AmplitudeAmplification as AmplitudeAmplification,
)
from qdenseam.methods.amplitude.searches.index_search import IndexSearch as IndexSearch
from qdenseam.methods.amplitude.searches.minimum_search import MinimumSearch as MinimumSearch
from qdenseam.methods.amplitude.searches.set_intersection import SetIntersection as SetIntersection
from qdenseam.methods.amplitude.searches.syndrome_decoding import (
    SyndromeDecoding as SyndromeDecoding,
)
from qdenseam.methods.base import METHODS as METHODS
from qdenseam.methods.base import RecallLaw as RecallLaw
from qdenseam.methods.base import RecallMethod as RecallMethod
from qdenseam.methods.base import RecallResources as RecallResources
from qdenseam.methods.base import register as register
from qdenseam.methods.energy.adiabatic import AdiabaticRecall as AdiabaticRecall
from qdenseam.methods.energy.bias_field import BiasFieldRecall as BiasFieldRecall
from qdenseam.methods.energy.counterdiabatic import CounterdiabaticRecall as CounterdiabaticRecall
from qdenseam.methods.energy.energy_search import EnergySearch as EnergySearch
from qdenseam.methods.energy.fixed_angles import FixedAngleQAOA as FixedAngleQAOA
from qdenseam.methods.energy.imaginary_time import ImaginaryTime as ImaginaryTime
from qdenseam.methods.energy.qaoa import QAOA as QAOA
from qdenseam.methods.energy.recursive_qaoa import RecursiveQAOA as RecursiveQAOA
from qdenseam.methods.energy.threshold_search import ThresholdSearch as ThresholdSearch
from qdenseam.methods.energy.vqe import VQE as VQE
from qdenseam.methods.schedules import AMPLIFIED as AMPLIFIED
from qdenseam.methods.schedules import SCHEDULES as SCHEDULES
from qdenseam.methods.schedules import Amplified as Amplified
from qdenseam.methods.schedules import Exact as Exact
from qdenseam.methods.schedules import FixedPoint as FixedPoint
from qdenseam.methods.schedules import Iterations as Iterations
from qdenseam.methods.schedules import Plain as Plain
from qdenseam.methods.schedules import Schedule as Schedule
from qdenseam.spelling import from_plain, resolved

FILTERS: dict[str, type[Filter]] = {
    f.name: f
    for f in (
        HammingBall,
        Shell,
        OverlapPower,
        Posterior,
        CappedPosterior,
        Compact,
        Table,
        CosinePower,
        DolphChebyshev,
        OptimalFilter,
    )
}
"""Every filter by name."""


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
