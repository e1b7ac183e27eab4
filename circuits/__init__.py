"""Circuit builders on Qiskit: from bits, arrays and integers to circuits.

Nothing here knows a memory, a backend, shots or randomness. Neuron i is qubit i is column i.
Names are imported when first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from circuits.amplification import amplification as amplification
    from circuits.amplification import exact_rounds as exact_rounds
    from circuits.amplification import fixed_point_rounds as fixed_point_rounds
    from circuits.amplification import plain_iterations as plain_iterations
    from circuits.amplification import reflection as reflection
    from circuits.ansatz import qaoa as qaoa
    from circuits.ansatz import warm_start_angles as warm_start_angles
    from circuits.ball_oracles import counter_ball_oracle as counter_ball_oracle
    from circuits.ball_oracles import signal_ball_oracle as signal_ball_oracle
    from circuits.distance import categorical_filter as categorical_filter
    from circuits.distance import distance_filter as distance_filter
    from circuits.distance import product_filter as product_filter
    from circuits.distance import signal_filter as signal_filter
    from circuits.distance import symmetric_filter as symmetric_filter
    from circuits.hamiltonians import pauli_operator as pauli_operator
    from circuits.hamiltonians import phase_circuit as phase_circuit
    from circuits.hamiltonians import walsh_coefficients as walsh_coefficients
    from circuits.loading import Auto as Auto
    from circuits.loading import pattern_superposition as pattern_superposition
    from circuits.loading import prepare as prepare
    from circuits.oracles import match_oracle as match_oracle
    from circuits.registers import join as join
    from circuits.resources import Resources as Resources
    from circuits.resources import count as count
    from circuits.signal_processing import polynomial_angles as polynomial_angles
    from circuits.signal_processing import table_angles as table_angles
    from circuits.symmetric_signal_processing import symmetric_phases as symmetric_phases

_HOME = {
    "Auto": "circuits.loading",
    "Resources": "circuits.resources",
    "amplification": "circuits.amplification",
    "categorical_filter": "circuits.distance",
    "count": "circuits.resources",
    "counter_ball_oracle": "circuits.ball_oracles",
    "distance_filter": "circuits.distance",
    "exact_rounds": "circuits.amplification",
    "fixed_point_rounds": "circuits.amplification",
    "join": "circuits.registers",
    "match_oracle": "circuits.oracles",
    "pattern_superposition": "circuits.loading",
    "pauli_operator": "circuits.hamiltonians",
    "phase_circuit": "circuits.hamiltonians",
    "plain_iterations": "circuits.amplification",
    "polynomial_angles": "circuits.signal_processing",
    "prepare": "circuits.loading",
    "product_filter": "circuits.distance",
    "qaoa": "circuits.ansatz",
    "reflection": "circuits.amplification",
    "signal_ball_oracle": "circuits.ball_oracles",
    "signal_filter": "circuits.distance",
    "symmetric_filter": "circuits.distance",
    "symmetric_phases": "circuits.symmetric_signal_processing",
    "table_angles": "circuits.signal_processing",
    "walsh_coefficients": "circuits.hamiltonians",
    "warm_start_angles": "circuits.ansatz",
}

__all__ = list(_HOME)


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'circuits' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
