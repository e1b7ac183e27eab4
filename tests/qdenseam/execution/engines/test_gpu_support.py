"""What is said where a GPU, or the software for it, is missing."""

from types import SimpleNamespace

import numpy as np
import pytest
import qiskit_aer
from device_arrays import device

from qdenseam.errors import BackendError
from qdenseam.execution import engine
from qdenseam.execution.engines import gpu_support


def aer(devices, answer):
    """An Aer with these devices, whose run on a GPU ends so."""

    def run(circuit):
        return SimpleNamespace(result=answer)

    return lambda **options: SimpleNamespace(available_devices=lambda: devices, run=run)


def no_device():
    raise RuntimeError("No CUDA device available!")


@pytest.mark.parametrize(
    ("devices", "answer", "message"),
    [
        (("CPU",), None, r"built for CUDA .*qiskit-aer-gpu.*Got a build for CPU only"),
        (("CPU", "GPU"), no_device, r"cannot use it: No CUDA device available!"),
        (
            ("CPU", "GPU"),
            lambda: SimpleNamespace(success=False, status="ERROR: driver"),
            r"cannot use it: ERROR: driver",
        ),
    ],
)
def test_what_aer_lacks_is_said(monkeypatch, devices, answer, message):
    monkeypatch.setattr(qiskit_aer, "AerSimulator", aer(devices, answer))
    with pytest.raises(BackendError, match=rf"'aer-gpu' .*{message}; mend that or use 'aer'"):
        engine("aer-gpu")


def test_a_working_gpu_is_an_engine(monkeypatch):
    works = aer(("CPU", "GPU"), lambda: SimpleNamespace(success=True))
    monkeypatch.setattr(qiskit_aer, "AerSimulator", works)
    assert engine("aer-gpu").device == "GPU"


def test_a_build_without_its_libraries(monkeypatch):
    monkeypatch.delattr(qiskit_aer, "AerSimulator")
    assert "needs CUDA's libraries for qiskit-aer-gpu" in gpu_support.missing_for_aer()


def test_what_cupy_lacks_is_said(monkeypatch):
    def absent(name):
        raise ImportError(name)

    def driverless():
        raise RuntimeError("cudaErrorNoDevice:\n no device")

    def cupy(count):
        runtime = SimpleNamespace(getDeviceCount=count)
        return lambda name: SimpleNamespace(cuda=SimpleNamespace(runtime=runtime))

    monkeypatch.setattr(gpu_support, "import_module", absent)
    assert gpu_support.missing_for_cupy().startswith("needs CuPy: pip install cupy")
    monkeypatch.setattr(gpu_support, "import_module", cupy(driverless))
    assert "finds no CUDA device: cudaErrorNoDevice: no device" in gpu_support.missing_for_cupy()
    monkeypatch.setattr(gpu_support, "import_module", cupy(lambda: 0))
    assert gpu_support.missing_for_cupy() == "has CuPy, which finds no CUDA device"
    monkeypatch.setattr(gpu_support, "import_module", cupy(lambda: 1))
    assert gpu_support.missing_for_cupy() is None


def test_free_memory_counts_what_the_pool_keeps():
    assert gpu_support.free_memory(device) == 2**33 + 2**20
    assert gpu_support.free_memory(np) is None


def test_kept_memory_is_handed_back():
    asked = []
    pool = SimpleNamespace(free_all_blocks=lambda: asked.append("all"))
    gpu_support.release_memory(SimpleNamespace(cuda=None, get_default_memory_pool=lambda: pool))
    gpu_support.release_memory(np)
    assert asked == ["all"]
