"""Simulators of the same energy circuit, side by side: one run, one machine, one table."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt
from qiskit import QuantumCircuit

from classical_ref.patterns import random_patterns
from classical_ref.spins import spins_to_bits
from qdenseam.bench.exact.distance_energies import distance_energies
from qdenseam.bench.row import Row
from qdenseam.bench.timing import fastest
from qdenseam.simulation.diagonal import qaoa_expectation_and_gradient, qaoa_state

Floats = npt.NDArray[np.float64]

ENGINES = ("qdenseam", "qdenseam-single", "qdenseam-gradient", "aer", "lightning", "qokit")
"""What :func:`bench_energy` can time; ``"qokit"`` needs JPMorgan's QOKit, which pins an older
Qiskit and has to be installed without its dependencies."""


NOT_INSTALLED = "not installed"


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyRow(Row):
    """One engine on one circuit."""

    engine: str
    num_neurons: int
    num_layers: int
    seconds: float | None
    """The fastest of the repeats, from angles to amplitudes (or expectation and gradient)."""
    ratio: float | None
    """``seconds`` over those of our engine in double precision on the same circuit."""
    error: float | None
    """Largest difference of a probability from our engine in double precision; 0 for gradients."""
    note: str = ""
    """Which backend of the engine ran, or "not installed", and then there are no numbers."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Problem:
    """QAOA on Hebb couplings of random patterns, plain start."""

    couplings: Floats  # (D, D), upper triangle
    energies: Floats
    gammas: Floats
    betas: Floats

    @property
    def num_neurons(self) -> int:
        return len(self.couplings)


def bench_energy(
    *,
    sizes: Sequence[int] = (12, 16, 20),
    num_layers: int = 4,
    num_repeats: int = 3,
    engines: Sequence[str] | None = None,
    rng: np.random.Generator | int | None = None,
) -> Iterator[EnergyRow]:
    """Time QAOA with all-to-all pair couplings on every engine.

    The circuit is the Hebb energy of three random patterns. Engines get what suits them: ours and
    QOKit the diagonal, Aer and lightning native ZZ rotations, built and compiled beforehand. All
    use the threads that they choose by themselves.

    Args:
        sizes: Numbers of neurons D.
        num_layers: p.
        num_repeats: Repeats of which the fastest counts, after one that warms up.
        engines: Names out of :data:`ENGINES`; by default all.
        rng: Draws patterns and angles.

    Yields:
        One row per size and engine, without numbers for an engine that is not installed.

    Raises:
        ValueError: A size, a number or a name is out of range.
    """
    rng = np.random.default_rng(rng)
    if not sizes or min(*sizes, num_layers, num_repeats) < 1:
        raise ValueError("sizes, num_layers and num_repeats should be at least 1.")
    names = list(ENGINES if engines is None else engines)
    unknown = [name for name in names if name not in ENGINES]
    if unknown:
        raise ValueError(f"engines should be among {', '.join(ENGINES)}. Got {unknown[0]!r}.")
    notes = {name: _qokit_backend() if name == "qokit" else "" for name in names}
    for size in sizes:
        problem = _problem(size, num_layers, rng)
        base, reference = fastest(_ours(problem), num_repeats)
        for name in names:
            seconds = error = None
            if notes[name] != NOT_INSTALLED:
                seconds, state = base, reference
                if name != "qdenseam":
                    seconds, state = fastest(_RUNNERS[name](problem), num_repeats)
                error = 0.0
                if state is not None:
                    error = float(np.abs(np.abs(state) ** 2 - np.abs(reference) ** 2).max())
            yield EnergyRow(
                engine=name,
                num_neurons=size,
                num_layers=num_layers,
                seconds=seconds,
                ratio=None if seconds is None else seconds / base,
                error=error,
                note=notes[name],
            )


def _problem(num_neurons: int, num_layers: int, rng: np.random.Generator) -> _Problem:
    num_patterns = min(3, 2**num_neurons)
    patterns = random_patterns(num_patterns, num_neurons, rng=rng)
    overlaps = num_neurons - 2.0 * np.arange(num_neurons + 1)
    table = (num_neurons - overlaps**2) / (2 * num_neurons)  # Σ_{i<j} of one pattern's terms
    return _Problem(
        couplings=np.triu(-(patterns.T.astype(float) @ patterns) / num_neurons, 1),
        energies=distance_energies(spins_to_bits(patterns), np.tile(table, (num_patterns, 1))),
        gammas=rng.uniform(0, 1, num_layers),
        betas=rng.uniform(0, 1, num_layers),
    )


def _ours(problem: _Problem, precision: Any = "double") -> Callable[[], Any]:
    start = np.full(problem.num_neurons, np.pi / 2)
    energies = problem.energies.astype(np.float64 if precision == "double" else np.float32)
    return lambda: qaoa_state(
        energies, start, gammas=problem.gammas, betas=problem.betas, precision=precision
    )


def _gradient(problem: _Problem) -> Callable[[], None]:
    start = np.full(problem.num_neurons, np.pi / 2)

    def run() -> None:
        qaoa_expectation_and_gradient(
            problem.energies, start, gammas=problem.gammas, betas=problem.betas
        )

    return run


def _aer(problem: _Problem) -> Callable[[], Any]:
    from qiskit import transpile
    from qiskit_aer import AerSimulator

    circuit = QuantumCircuit(problem.num_neurons)
    circuit.h(circuit.qubits)
    for gamma, beta in zip(problem.gammas.tolist(), problem.betas.tolist(), strict=True):
        for i, j in _pairs(problem):
            circuit.rzz(2 * gamma * float(problem.couplings[i, j]), i, j)
        circuit.rx(-2 * beta, circuit.qubits)
    circuit.save_statevector()
    simulator = AerSimulator(method="statevector")
    compiled = transpile(circuit, simulator, optimization_level=1, seed_transpiler=0)

    def run() -> Any:
        result = simulator.run(compiled).result()
        return np.asarray(result.data(0)["statevector"])

    return run


def _lightning(problem: _Problem) -> Callable[[], Any]:
    import pennylane as qml

    wires = range(problem.num_neurons)

    @qml.qnode(qml.device("lightning.qubit", wires=problem.num_neurons))
    def node() -> Any:
        for wire in wires:
            qml.Hadamard(wire)
        for gamma, beta in zip(problem.gammas.tolist(), problem.betas.tolist(), strict=True):
            for i, j in _pairs(problem):
                qml.IsingZZ(2 * gamma * float(problem.couplings[i, j]), [i, j])
            for wire in wires:
                qml.RX(-2 * beta, wire)
        return qml.state()

    def run() -> Any:
        state = np.asarray(node()).reshape([2] * problem.num_neurons)
        return state.transpose().reshape(-1)  # PennyLane's first wire is the top bit

    return run


def _qokit_backend() -> str:
    try:
        names = import_module("qokit.fur").get_available_simulator_names("x")
    except ImportError:  # of QOKit itself or of what its package imports
        return NOT_INSTALLED
    return "compiled" if "c" in names else "in Python"  # its wheels lack the compiled library


def _qokit(problem: _Problem) -> Callable[[], Any]:
    qokit = import_module("qokit.fur")
    name = "c" if _qokit_backend() == "compiled" else "python"
    simulator = qokit.choose_simulator(name=name)(problem.num_neurons, costs=problem.energies)

    def run() -> Any:
        # its phase is exp(-iγE/2) and its mixer exp(-iβX)
        result = simulator.simulate_qaoa(2 * problem.gammas, -problem.betas)
        return np.asarray(simulator.get_statevector(result))

    return run


def _pairs(problem: _Problem) -> list[tuple[int, int]]:
    return [(j, i) for i in range(problem.num_neurons) for j in range(i)]


_RUNNERS: dict[str, Callable[[_Problem], Callable[[], Any]]] = {
    "qdenseam": _ours,
    "qdenseam-single": lambda problem: _ours(problem, "single"),
    "qdenseam-gradient": _gradient,
    "aer": _aer,
    "lightning": _lightning,
    "qokit": _qokit,
}
