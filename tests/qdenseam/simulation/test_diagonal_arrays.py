"""Array formulas equal the kernels, stay on their device and in their memory."""

import tracemalloc
from functools import partial

import numpy as np
import pytest
from device_arrays import DeviceArray, device, to_host

from qdenseam.simulation import block_mixer
from qdenseam.simulation.diagonal import (
    qaoa_expectation,
    qaoa_expectation_and_gradient,
    qaoa_state,
)
from qdenseam.simulation.diagonal_arrays import mix
from qdenseam.training.objectives import conditional_value_at_risk


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a few qubits make several blocks, tiles and groups."""
    monkeypatch.setattr(block_mixer, "_CPU_BLOCK_QUBITS", 4)
    monkeypatch.setattr(block_mixer, "_DEVICE_BLOCK_QUBITS", 4)
    monkeypatch.setattr(block_mixer, "_GROUP_QUBITS", 2)


def random_circuit(num_qubits: int, num_layers: int, rng: np.random.Generator):
    diagonal = 3 * rng.normal(size=2**num_qubits)
    angles = rng.uniform(0, np.pi, num_qubits)
    return diagonal, angles, {"gammas": rng.normal(size=num_layers), "betas": [0.3, -0.8, 1.1]}


def assert_same(ours, expected, tolerance: float) -> None:
    for mine, other in zip(ours, expected, strict=True):
        np.testing.assert_allclose(
            mine, other, rtol=0, atol=tolerance * (1 + np.max(np.abs(other)))
        )


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("module", [np, device], ids=["numpy", "device"])
@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(np.float64, 1e-12), (np.float32, 1e-5)], ids=["double", "single"]
)
@pytest.mark.parametrize("num_qubits", [1, 4, 5, 7, 9])
def test_values_and_gradients_are_those_of_the_kernels(
    module, dtype, tolerance, num_qubits, rng
) -> None:
    diagonal, angles, layers = random_circuit(num_qubits, 3, rng)
    energies = module.asarray(diagonal, dtype=dtype)
    state = qaoa_state(energies, angles, **layers, array_module=module)
    assert type(state) is type(energies)
    assert state.dtype == np.result_type(dtype, np.complex64)
    assert_same(
        [to_host(state) if module is device else state],
        [qaoa_state(diagonal, angles, **layers)],
        tolerance,
    )
    values = rng.normal(size=2**num_qubits)
    observables = [
        (None, None),
        (module.asarray(values, dtype=dtype), values),
        (
            conditional_value_at_risk(energies, 0.4, array_module=module),
            conditional_value_at_risk(diagonal, 0.4),
        ),
    ]
    for there, here in observables:
        value = qaoa_expectation(energies, angles, **layers, observable=there, array_module=module)
        assert_same(
            [value], [qaoa_expectation(diagonal, angles, **layers, observable=here)], tolerance
        )
        assert_same(
            qaoa_expectation_and_gradient(
                energies, angles, **layers, observable=there, array_module=module
            ),
            qaoa_expectation_and_gradient(diagonal, angles, **layers, observable=here),
            tolerance,
        )


@pytest.mark.usefixtures("small_blocks")
def test_the_gradient_is_the_derivative(rng) -> None:
    diagonal, angles, layers = random_circuit(6, 3, rng)
    value, *slopes = qaoa_expectation_and_gradient(diagonal, angles, **layers, array_module=np)
    point, step = np.concatenate([layers["gammas"], layers["betas"]]), 1e-5

    def at(moved: np.ndarray) -> float:
        return qaoa_expectation(
            diagonal, angles, gammas=moved[:3], betas=moved[3:], array_module=np
        )

    assert value == pytest.approx(at(point), abs=1e-12)
    differences = [(at(point + s) - at(point - s)) / (2 * step) for s in step * np.eye(6)]
    np.testing.assert_allclose(np.concatenate(slopes), differences, atol=1e-6)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_memory_beside_states_and_diagonal_is_an_eighth_of_a_state(dtype, rng, monkeypatch) -> None:
    monkeypatch.setattr(block_mixer, "_CPU_BLOCK_QUBITS", 13)  # of 19: as 22 of 28 on a GPU
    diagonal = rng.normal(size=2**19).astype(dtype)
    angles, layers = rng.uniform(0, np.pi, 19), {"gammas": [0.3, 0.1], "betas": [0.4, 0.2]}
    state_bytes = 4 * diagonal.nbytes // 2

    def peak(run) -> float:
        run(diagonal[: 2**9], angles[:9], **layers)  # imports and caches
        tracemalloc.start()
        try:
            run(diagonal, angles, **layers)
            return tracemalloc.get_traced_memory()[1] / state_bytes
        finally:
            tracemalloc.stop()

    assert peak(partial(qaoa_state, array_module=np)) < 1 + 1 / 8
    assert peak(partial(qaoa_expectation, array_module=np)) < 1 + 1 / 8
    assert peak(partial(qaoa_expectation_and_gradient, array_module=np)) < 2 + 1 / 8


def test_mixing_is_in_place_and_undone_by_the_opposite_angle(rng) -> None:
    state = rng.normal(size=32) + 1j * rng.normal(size=32)
    before, angles = state.copy(), rng.uniform(0, np.pi, 5)
    mix(state, angles, 0.7)
    assert np.abs(state - before).max() > 0.1
    assert np.linalg.norm(state) == pytest.approx(np.linalg.norm(before))
    mix(state, angles, -0.7)
    np.testing.assert_allclose(state, before, atol=1e-13)


def test_the_stand_in_refuses_hidden_transfers(rng) -> None:
    array = device.asarray(rng.normal(size=4))
    assert isinstance(array * 2 + array, DeviceArray)
    with pytest.raises(TypeError, match="implicit conversion"):
        np.asarray(array)
    with pytest.raises(TypeError, match="host array among device arrays"):
        array * np.ones(4)
    with pytest.raises(TypeError, match="implicit transfer of a device scalar"):
        float(array.sum())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"diagonal": np.zeros(3)}, "one start angle a qubit"),
        ({"diagonal": np.zeros(4, dtype=int)}, "diagonal should be float32 or float64. Got int64."),
        ({"precision": "single"}, "precision should be that of the diagonal with an array module"),
        ({"betas": [0.1]}, "2 gammas need as many betas. Got 1."),
        ({"observable": np.zeros(3)}, r"observable should have shape \(4,\). Got \(3,\)."),
    ],
)
def test_bad_input_is_refused(change, message) -> None:
    good = {"diagonal": np.zeros(4), "start_angles": [0, 1], "gammas": [1, 2], "betas": [1, 2]}
    with pytest.raises(ValueError, match=message):
        qaoa_expectation(**{**good, **change}, array_module=np)
