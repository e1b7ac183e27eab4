"""The work that is timed on a GPU and on the CPU, each with an exact law to be held against."""

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from circuits.bit_order import bits_to_integer
from classical_ref.checks import Floats
from qdenseam.bench.measuring import timed
from qdenseam.bench.simulators import branch
from qdenseam.bench.simulators.builders import aer_run
from qdenseam.bench.simulators.cases import recall_case
from qdenseam.simulation import diagonal
from qdenseam.simulation.block_mixer import ModuleArray

Precision = Literal["double", "single"]
Numbers = tuple[float, float | None, float]
"""Seconds on the device, seconds on the CPU if it ran there too, and the error."""

_NUM_PATTERNS = 16
_LAYERS: dict[str, Any] = {"gammas": (0.4, 0.3), "betas": (0.5, 0.3)}
_NUM_CHECKED = 2000
_STATES_PER_PATTERN = 2**6  # the branch engine gets 2^(D - 6) patterns
_NUM_ROUNDS = 8
_BLOCKS = 2**29  # bytes of the copied blocks beside states and diagonals


@dataclass(frozen=True, slots=True, kw_only=True)
class Workload:
    """Something to run on a module's device and on the CPU."""

    name: str
    run: Callable[[ModuleType | None, int, Precision, bool], Numbers]
    """Array module, D, precision and whether the CPU runs too -> the numbers."""
    amplitude_bytes: float | None = None
    """What the arrays take per basis state in double precision; single takes half."""

    def bytes_needed(self, size: int, precision: Precision) -> int | None:
        """Return the memory that the arrays take on the device, if it can be counted."""
        if self.amplitude_bytes is None:
            return None
        return int(self.amplitude_bytes * 2**size / (2 if precision == "single" else 1)) + _BLOCKS


class ProductQAOA:
    """QAOA from all states alike on the energy Σ_i f_i z_i of unequal fields, exactly at any D.

    Every neuron turns by itself, so that states, expectations and derivatives are products and
    sums over neurons; the engines, which see 2^D unequal energies, know nothing of it. The layers
    leave most of the weight on one state.
    """

    def __init__(self, num_neurons: int) -> None:
        rng = np.random.default_rng(num_neurons)
        self.fields: Floats = rng.uniform(0.9, 1.1, num_neurons) * rng.choice([-1, 1], num_neurons)
        signs, slopes = np.array([1.0, -1.0]), np.outer(self.fields, [1.0, -1.0])
        num_layers = len(_LAYERS["gammas"])
        state = np.full((num_neurons, 2), 0.5**0.5, dtype=np.complex128)
        tangents = np.zeros((2 * num_layers, num_neurons, 2), dtype=np.complex128)
        for layer, (gamma, beta) in enumerate(zip(*_LAYERS.values(), strict=True)):
            phases = np.exp(-1j * gamma * slopes)
            state, tangents = phases * state, phases * tangents
            tangents[layer] -= 1j * slopes * state
            mixer = np.array([[np.cos(beta), 1j * np.sin(beta)], [1j * np.sin(beta), np.cos(beta)]])
            state, tangents = state @ mixer, tangents @ mixer
            tangents[num_layers + layer] += 1j * state[:, ::-1]
        self._chances: Floats = np.abs(state) ** 2
        self.expectation = float(self.fields @ (self._chances @ signs))
        self.gradient: Floats = 2 * ((state.conj() * tangents).real * slopes).sum(axis=(1, 2))
        """By the gammas, then by the betas."""

    @property
    def likeliest(self) -> int:
        """The index of the likeliest state."""
        return int(bits_to_integer(self._chances.argmax(axis=1)))

    def probabilities(self, states: npt.NDArray[np.int64]) -> Floats:
        """Return P(x) of states by their indices Σ_i b_i 2^i."""
        neurons = np.arange(len(self.fields))
        return self._chances[neurons, states[:, None] >> neurons & 1].prod(axis=1)

    def energies(self, dtype: npt.DTypeLike, xp: ModuleType) -> ModuleArray:
        """Return Σ_i f_i z_i of all states, summed in double precision, where ``xp`` lives."""
        low, high = _sums(self.fields[:-8]), _sums(self.fields[-8:])
        block, energies = xp.asarray(low), xp.empty(low.size * high.size, dtype=dtype)
        for row, shift in enumerate(high.tolist()):
            energies[row * low.size : (row + 1) * low.size] = block + shift
        return energies


def _sums(fields: Floats) -> Floats:
    sums = np.zeros(1)
    for field in fields:
        sums = np.concatenate([sums + field, sums - field])
    return sums


def _qaoa(
    verb: Callable[..., Any], error: Callable[[ProductQAOA, Any, Any], float]
) -> Callable[[Any, int, Precision, bool], Numbers]:
    """Return the workload of one verb of the diagonal engine."""

    def run(xp: Any, size: int, precision: Precision, on_cpu: bool) -> Numbers:
        law, start = ProductQAOA(size), np.full(size, np.pi / 2)
        dtype = np.float64 if precision == "double" else np.float32
        energies = law.energies(dtype, xp)

        def on_device() -> Any:
            result = verb(energies, start, **_LAYERS, array_module=xp)
            _wait(xp)
            return result

        [(seconds, result)] = timed(on_device, turns=2)
        wrong, cpu_seconds = error(law, result, xp), None
        if on_cpu:
            here = law.energies(dtype, np)
            [(cpu_seconds, _)] = timed(
                lambda: verb(here, start, **_LAYERS, precision=precision), turns=2
            )
        return seconds, cpu_seconds, wrong

    return run


def _state_error(law: ProductQAOA, state: Any, xp: Any) -> float:
    others = np.random.default_rng(0).integers(2 ** len(law.fields), size=_NUM_CHECKED)
    states = np.append(others, law.likeliest)
    found = np.abs(_host(xp, state[xp.asarray(states)])) ** 2
    return float(np.abs(found - law.probabilities(states)).max())


def _gradient_error(law: ProductQAOA, found: Any, _: Any) -> float:
    value, *slopes = found
    difference = np.abs(np.concatenate(slopes) - law.gradient).max()
    return float(
        max(
            abs(value - law.expectation) / len(law.fields),
            difference / np.abs(law.gradient).max(),
        )
    )


def _aer(_: Any, size: int, precision: Precision, on_cpu: bool) -> Numbers:
    """Amplification, whose law is known at every D."""
    case = recall_case("amplification", size, _NUM_PATTERNS, rng=0)
    circuit = case.circuit()
    asked = case.accepted_bits(circuit.num_qubits)
    runs = [
        aer_run(circuit, asked, device=device, precision=precision)
        for device in (("GPU", "CPU") if on_cpu else ("GPU",))
    ]
    (seconds, amplitudes), *others = timed(*runs, turns=2)
    error = float(np.abs(np.abs(amplitudes) ** 2 - case.law().joint).max())
    return seconds, others[0][0] if others else None, error


def _branch(xp: Any, size: int, precision: Precision, on_cpu: bool) -> Numbers:
    """Amplification of four among 2^(D - 6) patterns, in the span of these."""
    num_patterns = 2**size // _STATES_PER_PATTERN
    dtype = np.complex128 if precision == "double" else np.complex64
    host: Any = branch.prepared(np.full(num_patterns, 1 / num_patterns), num_flags=0).astype(dtype)
    marked = np.arange(num_patterns)[:, None] < 4
    rounds = _NUM_ROUNDS * ((np.pi, np.pi),)
    there, marked_there = xp.asarray(host), xp.asarray(marked)

    def on_device() -> Any:
        state = branch.amplify(there, marked_there, rounds, array_module=xp)
        _wait(xp)
        return state

    [(seconds, state)] = timed(on_device, turns=2)
    angle = np.arcsin(np.sqrt(4 / num_patterns))
    expected = np.sin((2 * _NUM_ROUNDS + 1) * angle) ** 2 / 4
    error = float(np.abs(np.abs(_host(xp, state[:4])) ** 2 - expected).max())
    if not on_cpu:
        return seconds, None, error
    [(cpu_seconds, _)] = timed(lambda: branch.amplify(host, marked, rounds), turns=2)
    return seconds, cpu_seconds, error


def _wait(xp: Any) -> None:
    if hasattr(xp, "cuda"):
        xp.cuda.Device().synchronize()


def _host(xp: Any, array: Any) -> npt.NDArray[Any]:
    return np.asarray(xp.asnumpy(array) if hasattr(xp, "asnumpy") else array)


WORKLOADS: dict[str, tuple[Workload, ...]] = {
    "aer-gpu": (Workload(name=f"amplification, {_NUM_PATTERNS} patterns", run=_aer),),
    "cupy-diagonal": (  # a state takes 16 bytes, its energies 8
        Workload(
            name="qaoa, 2 layers: state",
            run=_qaoa(diagonal.qaoa_state, _state_error),
            amplitude_bytes=24,
        ),
        Workload(
            name="qaoa, 2 layers: gradient",
            run=_qaoa(diagonal.qaoa_expectation_and_gradient, _gradient_error),
            amplitude_bytes=40,
        ),
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
