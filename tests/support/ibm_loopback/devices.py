"""Devices of the loopback service: the runtime's snapshots of real ones, under their names."""

import json
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from qiskit.transpiler import Target
from qiskit_ibm_runtime import fake_provider
from qiskit_ibm_runtime.fake_provider.fake_backend import FakeBackendV2


@dataclass(kw_only=True)
class LoopbackDevice:
    """What the service says about one device; tests change the fields while it runs."""

    name: str
    model: type[FakeBackendV2]
    configuration: dict[str, Any]
    properties: dict[str, Any]
    operational: bool = True
    status: str = "active"
    queue_length: int = 0
    extra: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def target(self) -> Target:
        """What circuits may hold."""
        return self.model().target

    def listed(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "qubits": self.configuration["n_qubits"],
            "status": {"name": "online" if self.operational else "offline"},
            "queue_length": self.queue_length,
            "processor_type": {"family": "Heron", "revision": "2"},
            **self.extra,
        }

    def answer(self, part: str) -> dict[str, Any] | None:
        if part == "configuration":
            return self.configuration
        if part == "properties":
            return self.properties
        if part == "status":
            return {
                "backend_version": self.configuration["backend_version"],
                "state": self.operational,
                "status": self.status,
                "length_queue": self.queue_length,
            }
        return None


def snapshot(short: str) -> LoopbackDevice:
    """Return the device ``ibm_SHORT`` as the runtime's model ``FakeShort`` describes it."""
    [model] = {
        getattr(fake_provider, name)
        for name in (f"Fake{short.title()}{end}" for end in ("V2", "", "Backend"))
        if hasattr(fake_provider, name)
    }
    folder = Path(model.dirname)
    name = f"ibm_{short}"
    configuration, properties = (
        json.loads((folder / file).read_text()) | {"backend_name": name}
        for file in (model.conf_filename, model.props_filename)
    )
    return LoopbackDevice(
        name=name, model=model, configuration=configuration, properties=properties
    )
