"""Noise of a device restricted to the qubits a circuit uses, and a sampler that simulates it."""

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Literal

import numpy as np
from qiskit import QuantumCircuit
from qiskit.circuit import Gate, Instruction
from qiskit.primitives import (
    BaseSamplerV2,
    BitArray,
    DataBin,
    PrimitiveJob,
    PrimitiveResult,
    SamplerPubLike,
    SamplerPubResult,
)
from qiskit.primitives.containers.sampler_pub import SamplerPub
from qiskit.providers import BackendV2, QubitProperties
from qiskit.transpiler import InstructionProperties, Target

from circuits.circuit_facts import has_mid_circuit_operations
from qdenseam.effort import fits, require_state, state_bytes
from qdenseam.execution.devices.error_mixtures import DrawnNoise
from qdenseam.execution.devices.parts import DevicePart, calibration_key, part_of_target
from qdenseam.execution.devices.trajectories import can_be_drawn, form_of, sample
from qdenseam.execution.engines.shot_sampler import finished

if TYPE_CHECKING:
    from qiskit_aer.noise import NoiseModel, QuantumError

PHYSICAL_QUBITS = "physical_qubits"
"""Metadata key of a compiled circuit: the device's qubit behind each of its own."""

NoisyMethod = Literal["density_matrix", "statevector", "drawn"]
"""One density matrix; one noisy state vector per shot, by Aer; trajectories whose errors are drawn
first, see :mod:`~qdenseam.execution.devices.trajectories`."""

FEWEST_QUBITS_DRAWN = 11
"""Below, handing over a circuit for each shot takes longer than Aer's own trajectories."""

# Nanoseconds per operation on one core, measured at 8 to 14 qubits with Heron's gate set.
_DENSITY_MATRIX_NS = 2.1  # per entry
_TRAJECTORY_NS = 6.1  # per amplitude and shot
_TRAJECTORY_OVERHEAD_NS = 500.0  # per shot
_HANDING_OVER_NS = 20_000.0  # per shot with an error of its own


def noise_of_qubits(device: BackendV2, qubits: tuple[int, ...]) -> "NoiseModel":
    """Return Aer's ``NoiseModel`` of some of a device's qubits, numbered in the order given.

    It holds the same gate, reset and readout errors and the same relaxation during delays as
    ``NoiseModel.from_backend(device)`` does on these qubits, at a cost that grows with the qubits
    used and not with the device. The last 256 are kept and shared: copy one before changing it.
    """
    return _noise_of_qubits(device, qubits, calibration_key(device.target))


@lru_cache(maxsize=256)
def _noise_of_qubits(device: BackendV2, qubits: tuple[int, ...], calibration: int) -> "NoiseModel":  # noqa: ARG001
    from qiskit_aer.noise import NoiseModel

    part, bare = (part_of_target(device.target, qubits) for _ in range(2))
    noisy = [
        (name, place, entry)
        for name, places in part.items()
        for place, entry in places.items()
        if place is not None and entry is not None and name != "measure"
    ]
    for name, place, _ in noisy:
        bare.update_instruction_properties(name, place, None)
    model = NoiseModel.from_backend(DevicePart(bare, qubits))
    for name, place, entry in noisy:
        relaxation = tuple(
            (part.qubit_properties[q].t1, part.qubit_properties[q].t2)
            for q in (place if part.qubit_properties else ())
        )
        is_gate = isinstance(part.operation_from_name(name), Gate)
        error = _gate_error(is_gate, len(place), entry.error, entry.duration, relaxation)
        if error is not None:
            model.add_quantum_error(error, name, place)
    return model


@lru_cache(maxsize=4096)
def _gate_error(
    is_gate: bool,
    num_qubits: int,
    error: float | None,
    duration: float | None,
    relaxation: tuple[tuple[float | None, float | None], ...],
) -> "QuantumError | None":
    """Return Aer's error of an operation: most of the work of a model, and the same in others.

    Frequencies do not matter, as Aer's model is one at temperature zero.
    """
    from qiskit_aer.noise.device import basic_device_gate_errors

    properties = [QubitProperties(t1=t1, t2=t2) for t1, t2 in relaxation]
    target = Target(num_qubits=num_qubits, qubit_properties=properties or None)
    made = Gate if is_gate else partial(Instruction, num_clbits=0)
    entry = InstructionProperties(duration=duration, error=error)
    operation = made("operation", num_qubits=num_qubits, params=[])
    target.add_instruction(operation, {tuple(range(num_qubits)): entry})
    found = basic_device_gate_errors(target=target)
    return found[0][2] if found else None


def drawn_noise(device: BackendV2, qubits: tuple[int, ...]) -> DrawnNoise:
    """Return the noise of :func:`noise_of_qubits`, ready to be drawn; the last 64 are kept."""
    return _drawn_noise(device, qubits, calibration_key(device.target))


@lru_cache(maxsize=64)
def _drawn_noise(device: BackendV2, qubits: tuple[int, ...], calibration: int) -> DrawnNoise:
    model = _noise_of_qubits(device, qubits, calibration)
    return DrawnNoise.of(model, part_of_target(device.target, qubits))


def cheapest_method(circuit: QuantumCircuit, shots: int, *, clean: float = 0.0) -> NoisyMethod:
    """Return the faster way to simulate a noisy circuit, from its width and its errors alone.

    Per operation a density matrix costs ``a · 4^n``. With mid-circuit measurements it has to be
    evolved for each shot too and loses; it also does where it does not fit in memory. The other way
    is trajectories: up to 10 qubits, and with classical control, Aer's own at ``shots · (b · 2^n +
    c)``, else drawn ones at ``(1 + (1 - clean) · shots) · (b · 2^n + d)``, or less where matrix
    products are cheaper.

    Args:
        circuit: Compiled for a device.
        shots: Shots of it.
        clean: Fraction of the shots that meet no error.
    """
    num_qubits = circuit.num_qubits
    cost = _TRAJECTORY_NS * 2.0**num_qubits
    trajectories: NoisyMethod = "statevector"
    if num_qubits >= FEWEST_QUBITS_DRAWN and can_be_drawn(circuit):
        trajectories = "drawn"
        cost = (1 + (1 - clean) * shots) * (cost + _HANDING_OVER_NS)
    else:
        cost = shots * (cost + _TRAJECTORY_OVERHEAD_NS)
    if has_mid_circuit_operations(circuit) or not fits(state_bytes(num_qubits, 2)):
        return trajectories
    return "density_matrix" if _DENSITY_MATRIX_NS * 4.0**num_qubits <= cost else trajectories


def require_simulable(name: str, circuit: QuantumCircuit) -> None:
    """Refuse a circuit whose state fits neither as a vector nor as a matrix product.

    Raises:
        CapacityError: The state vector is too large for the memory, and the noise-free state has
            too many Schmidt coefficients, or there is classical control.
    """
    if fits(state_bytes(circuit.num_qubits)):
        return
    if not can_be_drawn(circuit) or form_of(circuit) == "statevector":
        require_state(name, circuit.num_qubits)


class DeviceNoiseSampler(BaseSamplerV2):
    """A V2 sampler of a device's noise that simulates only the qubits a circuit uses.

    Circuits carry the device's qubit behind each of their own in ``metadata["physical_qubits"]``.

    Args:
        device: The backend whose target holds the errors.
        seed: Seed of this sampler; successive runs continue and do not repeat.
    """

    def __init__(self, device: BackendV2, *, seed: int) -> None:
        self._device = device
        self._rng = np.random.default_rng(seed)

    def run(
        self, pubs: Iterable[SamplerPubLike], *, shots: int | None = None
    ) -> PrimitiveJob[PrimitiveResult[SamplerPubResult]]:
        """Simulate the circuits at once and return a finished job."""
        from qiskit_aer.primitives import SamplerV2

        coerced = [SamplerPub.coerce(pub, 1024 if shots is None else shots) for pub in pubs]
        groups: defaultdict[tuple[tuple[int, ...], NoisyMethod], list[int]] = defaultdict(list)
        results: dict[int, SamplerPubResult] = {}
        for index, pub in enumerate(coerced):
            method = self._method(pub)
            if method == "drawn":
                results[index] = self._drawn(pub)
            else:
                groups[physical_qubits(pub.circuit), method].append(index)
        for (qubits, method), members in groups.items():
            noise = noise_of_qubits(self._device, qubits)
            sampler = SamplerV2(
                seed=int(self._rng.integers(1, 2**31)),
                options={"backend_options": {"method": method, "noise_model": noise}},
            )
            part = sampler.run([coerced[index] for index in members]).result()
            results.update(zip(members, part, strict=True))
        return finished([results[index] for index in range(len(coerced))])

    def _method(self, pub: SamplerPub) -> NoisyMethod:
        circuit = pub.circuit
        qubits = physical_qubits(circuit)
        clean = 0.0
        if circuit.num_qubits >= FEWEST_QUBITS_DRAWN and can_be_drawn(circuit):
            clean = drawn_noise(self._device, qubits).clean_fraction(circuit)
        return cheapest_method(circuit, pub.shots, clean=clean)

    def _drawn(self, pub: SamplerPub) -> SamplerPubResult:
        circuit = pub.circuit
        noise = drawn_noise(self._device, physical_qubits(circuit))
        found = sample(circuit, pub.shots, noise, form_of(circuit), self._rng)
        data = {
            name: BitArray.from_bool_array(bits, order="little") for name, bits in found.items()
        }
        return SamplerPubResult(DataBin(**data, shape=()), metadata={"shots": pub.shots})


def physical_qubits(circuit: QuantumCircuit) -> tuple[int, ...]:
    """Return the device's qubit behind each qubit of a compiled circuit.

    Raises:
        ValueError: If the circuit was not compiled for a device model.
    """
    qubits = tuple((circuit.metadata or {}).get(PHYSICAL_QUBITS, ()))
    if len(qubits) != circuit.num_qubits:
        raise ValueError(
            f"A circuit for a device model should name {circuit.num_qubits} physical qubits in its "
            f"metadata. Got {len(qubits)} in {circuit.name!r}; compile it with the engine first."
        )
    return qubits
