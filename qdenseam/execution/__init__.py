"""Run circuits: names, backends and samplers become engines that compile and sample."""

from qdenseam.execution.base import Engine
from qdenseam.execution.engines.fake_devices import fake_device_names
from qdenseam.execution.engines.pennylane_nodes import to_qnode
from qdenseam.execution.registry import engine, engine_names

__all__ = ["Engine", "engine", "engine_names", "fake_device_names", "to_qnode"]
