"""What is missing for a GPU: found by trying, and said in one line.

Our engines need CuPy, ``pip install cupy-cuda12x`` or ``cupy-cuda13x`` as the driver allows. The
engine ``aer-gpu`` needs ``pip uninstall qiskit-aer`` and ``pip install qiskit-aer-gpu``, which
brings the libraries of CUDA 12 (over 1.3 GB). ``qdenseam bench gpu`` then measures both.
"""

from importlib import import_module
from types import ModuleType


def missing_for_aer() -> str | None:
    """Return what Aer lacks to simulate on a GPU here, or None."""
    try:
        from qiskit_aer import AerSimulator
    except ImportError as error:  # a CUDA build without CUDA's libraries
        return f"needs CUDA's libraries for qiskit-aer-gpu: {error}"
    devices = AerSimulator().available_devices()
    if "GPU" not in devices:
        return (
            "needs a qiskit-aer built for CUDA (the package qiskit-aer-gpu replaces qiskit-aer). "
            f"Got a build for {', '.join(devices)} only"
        )
    from qiskit import QuantumCircuit

    tiny = QuantumCircuit(1)
    tiny.save_statevector()
    try:
        result = AerSimulator(method="statevector", device="GPU").run(tiny).result()
        reason = "" if result.success else str(result.status)
    except RuntimeError as error:
        reason = str(error)
    return f"has a qiskit-aer built for CUDA that cannot use it: {reason}" if reason else None


def missing_for_cupy() -> str | None:
    """Return what CuPy lacks to run here, or None."""
    try:
        cupy = import_module("cupy")
        num_devices = int(cupy.cuda.runtime.getDeviceCount())
    except ImportError:
        return "needs CuPy: pip install cupy-cuda12x (or cupy-cuda13x, as the driver allows)"
    except Exception as error:  # no driver
        return f"has CuPy, which finds no CUDA device: {' '.join(str(error).split())[:120]}"
    return None if num_devices else "has CuPy, which finds no CUDA device"


def free_memory(array_module: ModuleType) -> int | None:
    """Return how many bytes a module's device can still hand out, or None for host memory."""
    if not hasattr(array_module, "cuda"):
        return None
    free, _ = array_module.cuda.runtime.memGetInfo()
    return int(free) + int(array_module.get_default_memory_pool().free_bytes())


def release_memory(array_module: ModuleType) -> None:
    """Hand back what CuPy keeps for itself after its arrays are gone, so that others find it."""
    if hasattr(array_module, "cuda"):
        array_module.get_default_memory_pool().free_all_blocks()
