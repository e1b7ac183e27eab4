from .base import Engine as Engine
from .engines.fake_devices import fake_device_names as fake_device_names
from .engines.pennylane_nodes import to_qnode as to_qnode
from .registry import engine as engine
from .registry import engine_names as engine_names
