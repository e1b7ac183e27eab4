"""Noisy trajectories whose errors are drawn before anything is simulated.

Shots that meet no error share one noise-free simulation; each of the others is simulated by itself,
without noise but for the few errors it met. The law is that of Aer's own trajectories, which
evaluate every channel in every shot as soon as one of them is no mixture of gates and resets.
"""

from typing import Literal

import numpy as np
from qiskit import QuantumCircuit
from qiskit.circuit import CircuitInstruction
from qiskit.primitives import SamplerPubResult

from classical_ref.checks import Booleans
from qdenseam.execution.devices.error_mixtures import DrawnNoise
from qdenseam.execution.readout import named_bits

TRUNCATION = 1e-16
"""Weight (squared Schmidt coefficients) that a matrix product may lose where it is cut; Aer's own
default, about the rounding of a state vector."""

FEWEST_QUBITS_FOR_PRODUCTS = 12
"""Below, handing a circuit over takes longer than a state vector."""

LARGEST_BOND = 128
"""Most Schmidt coefficients of a matrix product that is still tried, however wide the circuit."""

Form = Literal["statevector", "matrix_product_state"]

_LOOKS = 8  # at the bonds of a noise-free evolution
_AT_ONCE = 100  # circuits in one call of Aer


def can_be_drawn(circuit: QuantumCircuit) -> bool:
    """Return whether errors of a circuit can be drawn: none may hang on a measurement's outcome."""
    return not circuit.parameters and not any(
        instruction.is_control_flow() for instruction in circuit.data
    )


def form_of(circuit: QuantumCircuit) -> Form:
    """Return which form of the state is cheaper, from the noise-free evolution.

    An operation on a state vector takes time like 2^n, on a matrix product like χ³, χ being the
    number of Schmidt coefficients where it is cut. So it is the matrix product where χ is at most
    ``2^(n/3)``, and at most 128, at eight evenly spaced moments of the noise-free evolution; errors
    about double χ, which the higher cost of an entry of the state vector makes up for.
    """
    if circuit.num_qubits < FEWEST_QUBITS_FOR_PRODUCTS:
        return "statevector"
    most = min(LARGEST_BOND, int(2 ** (circuit.num_qubits / 3)))
    return "matrix_product_state" if _largest_bond(circuit, most + 1) <= most else "statevector"


def _largest_bond(circuit: QuantumCircuit, limit: int) -> int:
    """Return the most Schmidt coefficients seen, as if there were never more than ``limit``."""
    from qiskit_aer import AerSimulator
    from qiskit_aer.library import SaveMatrixProductState

    watched = circuit.copy()
    ends = np.linspace(0, len(circuit.data), _LOOKS + 1).astype(int)[1:]
    for number, end in reversed(list(enumerate(ends))):
        look = SaveMatrixProductState(circuit.num_qubits, label=f"look{number}")
        watched.data.insert(int(end), CircuitInstruction(look, circuit.qubits))
    simulator = AerSimulator(
        method="matrix_product_state", matrix_product_state_max_bond_dimension=limit
    )
    seen = simulator.run(watched, shots=1, seed_simulator=1).result().data(0)
    return max(len(values) for look in range(_LOOKS) for values in seen[f"look{look}"][1])


def sample(
    circuit: QuantumCircuit, shots: int, noise: DrawnNoise, form: Form, rng: np.random.Generator
) -> dict[str, Booleans]:
    """Return the shots of a circuit, register by register, in random order.

    Args:
        circuit: On as many qubits as the noise has.
        shots: At least 1.
        noise: What is drawn from.
        form: How states are held; matrix products are cut at :data:`TRUNCATION`.
        rng: Source of the errors and of the simulator's seeds.
    """
    clean, struck = noise.draw(circuit, shots, rng)
    results: list[SamplerPubResult] = _run([(circuit, clean)], noise, form, rng) if clean else []
    waiting: list[tuple[QuantumCircuit, int]] = []
    for each in struck:
        waiting.append((each, 1))
        if len(waiting) == _AT_ONCE:
            results += _run(waiting, noise, form, rng)
            waiting = []
    results += _run(waiting, noise, form, rng)
    found = [named_bits(result) for result in results]
    rows = [np.concatenate([bits[register.name] for bits in found]) for register in circuit.cregs]
    order = rng.permutation(len(rows[0]))
    return {register.name: bits[order] for register, bits in zip(circuit.cregs, rows, strict=True)}


def _run(
    circuits: list[tuple[QuantumCircuit, int]],
    noise: DrawnNoise,
    form: Form,
    rng: np.random.Generator,
) -> list[SamplerPubResult]:
    from qiskit_aer.primitives import SamplerV2

    options = {
        "method": form,
        "noise_model": noise.readout,
        "matrix_product_state_truncation_threshold": TRUNCATION,
    }
    sampler = SamplerV2(seed=int(rng.integers(1, 2**31)), options={"backend_options": options})
    return list(sampler.run([(each, None, shots) for each, shots in circuits]).result())
