"""The work that is timed on a GPU and on the CPU, each with an exact law to be held against."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from qiskit import transpile

from circuits.bit_order import bits_to_integer, integer_to_bits
from classical_ref.patterns import random_patterns
from classical_ref.spins import spins_to_bits
from qdenseam.bench.exact import branch
from qdenseam.bench.exact.distance_energies import distance_energies
from qdenseam.bench.exact.neuron_classes import ClassQAOA
from qdenseam.bench.recall_cases import recall_case
from qdenseam.bench.timing import fastest
from qdenseam.simulation import diagonal

Precision = Literal["double", "single"]
Numbers = tuple[float, float | None, float]
"""Seconds on the device, seconds on the CPU if it ran there too, and the error."""

_NUM_PATTERNS = 16
_ENERGY_PATTERNS = 3
_LAYERS: dict[str, Any] = {"gammas": (0.11, 0.23), "betas": (0.6, 0.3)}
_NUM_CHECKED = 2000
_STATES_PER_PATTERN = 2**6  # the branch engine gets 2^(D - 6) patterns
_NUM_ROUNDS = 8
_BLOCKS = 2**29  # bytes of the copied blocks beside states and diagonals


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """Something to run on a module's device and on the CPU."""

    name: str
    run: Callable[[Any, int, Precision, bool], Numbers]
    """Array module, D, precision and whether the CPU runs too -> the numbers."""
    amplitude_bytes: float | None = None
    """What the arrays take per basis state in double precision; single takes half."""

    def bytes_needed(self, size: int, precision: Precision) -> int | None:
        """Return the memory that the arrays take on the device, if it can be counted."""
        if self.amplitude_bytes is None:
            return None
        return int(self.amplitude_bytes * 2**size / (2 if precision == "single" else 1)) + _BLOCKS


def _aer(_: Any, size: int, precision: Precision, on_cpu: bool) -> Numbers:
    """Amplification, whose law is known at every D."""
    from qiskit_aer import AerSimulator

    case = recall_case("amplification", size, _NUM_PATTERNS, rng=0)
    circuit = case.circuit()
    circuit.save_amplitudes(case.indices().tolist(), "asked")

    def runner(device: str) -> Callable[[], Any]:
        simulator = AerSimulator(
            method="statevector",
            device=device,
            precision=precision,
            n_qubits=circuit.num_qubits,
        )
        compiled = transpile(circuit, simulator, optimization_level=1, seed_transpiler=1)

        def run() -> Any:
            result = simulator.run(compiled).result()
            if not result.success:
                raise RuntimeError(result.results[0].status if result.results else result.status)
            return np.asarray(result.data(0)["asked"])

        return run

    seconds, amplitudes = fastest(runner("GPU"))
    cpu_seconds = fastest(runner("CPU"))[0] if on_cpu else None
    return seconds, cpu_seconds, float(np.abs(np.abs(amplitudes) ** 2 - case.law().joint).max())


class _Recall:
    """QAOA with two layers on the cubic energy of three patterns, each D deep, from all states."""

    def __init__(self, size: int, precision: Precision) -> None:
        self.bits = spins_to_bits(random_patterns(_ENERGY_PATTERNS, size, rng=0))
        overlaps = size - 2.0 * np.arange(size + 1)
        self.tables = np.tile(-(overlaps**3) / size**2, (_ENERGY_PATTERNS, 1))
        self.dtype = np.float64 if precision == "double" else np.float32
        self.start = np.full(size, np.pi / 2)
        self.law = ClassQAOA(self.bits, self.tables, **_LAYERS)

    def energies(self, xp: Any) -> Any:
        return distance_energies(self.bits, self.tables, dtype=self.dtype, array_module=xp)

    def timed(
        self, xp: Any, on_device: Callable[..., Any], on_cpu: Callable[..., Any] | None
    ) -> tuple[float, float | None, Any]:
        """Return seconds on the device, those on the CPU, and the device's result."""
        energies = self.energies(xp)

        def run() -> Any:
            result = on_device(energies, self.start, **_LAYERS, array_module=xp)
            _wait(xp)
            return result

        seconds, result = fastest(run)
        if on_cpu is None:
            return seconds, None, result
        here = self.energies(np)
        precision = "double" if self.dtype == np.float64 else "single"
        cpu_seconds, _ = fastest(
            lambda: on_cpu(here, self.start, **_LAYERS, precision=precision), 2
        )
        return seconds, cpu_seconds, result


def _state(xp: Any, size: int, precision: Precision, on_cpu: bool) -> Numbers:
    case = _Recall(size, precision)
    seconds, cpu_seconds, state = case.timed(
        xp, diagonal.qaoa_state, diagonal.qaoa_state if on_cpu else None
    )
    others = np.random.default_rng(0).integers(2**size, size=_NUM_CHECKED)
    states = np.concatenate([bits_to_integer(case.bits), others])
    found = np.abs(_host(xp, state[xp.asarray(states)])) ** 2
    expected = case.law.probabilities(integer_to_bits(states, size))
    return seconds, cpu_seconds, float(np.abs(found - expected).max())


def _expectation(xp: Any, size: int, precision: Precision, on_cpu: bool) -> Numbers:
    case = _Recall(size, precision)
    seconds, cpu_seconds, value = case.timed(
        xp, diagonal.qaoa_expectation, diagonal.qaoa_expectation if on_cpu else None
    )
    return seconds, cpu_seconds, abs(value - case.law.expectation_and_gradient()[0]) / size


def _gradient(xp: Any, size: int, precision: Precision, on_cpu: bool) -> Numbers:
    case = _Recall(size, precision)
    seconds, cpu_seconds, (_, *slopes) = case.timed(
        xp,
        diagonal.qaoa_expectation_and_gradient,
        diagonal.qaoa_expectation_and_gradient if on_cpu else None,
    )
    expected = np.concatenate(case.law.expectation_and_gradient()[1:])
    difference = np.abs(np.concatenate(slopes) - expected).max()
    return seconds, cpu_seconds, float(difference / np.abs(expected).max())


def _branch(xp: Any, size: int, precision: Precision, on_cpu: bool) -> Numbers:
    """Amplification of four among 2^(D - 6) patterns, in the span of these."""
    num_patterns = 2**size // _STATES_PER_PATTERN
    dtype = np.complex128 if precision == "double" else np.complex64
    host: Any = branch.prepared(np.full(num_patterns, 1 / num_patterns), num_flags=0).astype(dtype)
    marked = np.arange(num_patterns)[:, None] < 4
    rounds = _NUM_ROUNDS * ((np.pi, np.pi),)
    there, marked_there = xp.asarray(host), xp.asarray(marked)

    def run() -> Any:
        state = branch.amplify(there, marked_there, rounds, array_module=xp)
        _wait(xp)
        return state

    seconds, state = fastest(run)
    angle = np.arcsin(np.sqrt(4 / num_patterns))
    expected = np.sin((2 * _NUM_ROUNDS + 1) * angle) ** 2 / 4
    error = float(np.abs(np.abs(_host(xp, state[:4])) ** 2 - expected).max())
    cpu_seconds = fastest(lambda: branch.amplify(host, marked, rounds))[0] if on_cpu else None
    return seconds, cpu_seconds, error


def _wait(xp: Any) -> None:
    if hasattr(xp, "cuda"):
        xp.cuda.Device().synchronize()


def _host(xp: Any, array: Any) -> npt.NDArray[Any]:
    return np.asarray(xp.asnumpy(array) if hasattr(xp, "asnumpy") else array)


WORKLOADS: dict[str, tuple[Workload, ...]] = {
    "aer-gpu": (Workload(name=f"amplification, {_NUM_PATTERNS} patterns", run=_aer),),
    "cupy-diagonal": (  # a state takes 16 bytes, its energies 8
        Workload(name="qaoa, 2 layers: state", run=_state, amplitude_bytes=24),
        Workload(name="qaoa, 2 layers: expectation", run=_expectation, amplitude_bytes=24),
        Workload(name="qaoa, 2 layers: gradient", run=_gradient, amplitude_bytes=40),
    ),
    "cupy-branch": (  # the state, its start, marks, and what a round makes on the way
        Workload(
            name="amplification, 2^(D-6) patterns",
            run=_branch,
            amplitude_bytes=6 * 16 / _STATES_PER_PATTERN,
        ),
    ),
}
"""What every engine runs."""
