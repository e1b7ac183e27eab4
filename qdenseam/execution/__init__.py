"""Run circuits: names, backends and samplers become engines that compile and sample."""

from circuits.circuit_facts import (
    has_mid_circuit_operations,
    two_qubit_depth,
    two_qubit_gates,
)
from qdenseam.execution.base import Engine
from qdenseam.execution.engines.fake_devices import fake_device_names
from qdenseam.execution.engines.pennylane_nodes import to_qnode
from qdenseam.execution.registry import engine, engine_names
from qdenseam.progress import Progress

__all__ = [
    "Engine",
    "Progress",
    "engine",
    "engine_names",
    "fake_device_names",
    "has_mid_circuit_operations",
    "to_qnode",
    "two_qubit_depth",
    "two_qubit_gates",
]
