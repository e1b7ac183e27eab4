"""The promises of an engine: bits in their places, seeds that repeat, recalls that obey the law."""

import numpy as np
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister

from classical_ref.patterns import erase, random_patterns
from qdenseam.execution import Engine, engine
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods import CosinePower, RecallMethod, SampleAndAccept, SeparationFilter
from qdenseam.retrieval.verb import recall
from qdenseam.testing.claims import claim


def check_engine(source: Engine | str, *, rng: np.random.Generator | int = 0) -> None:
    """Check all that is promised of an engine, with circuits of five qubits.

    Bit i of a register is column i, every circuit gets its own shots, compiling and sampling repeat
    with their seeds, and batches differ from each other. Its name finds it again. Where it is no
    device (``target`` is None), recalls follow their laws; a correct one fails that once in 10^9.

    Args:
        source: The engine, or its name.
        rng: Source of the shots.

    Raises:
        AssertionError: A promise is not kept; the message says which, where, and by how much.
    """
    rng = np.random.default_rng(rng)
    chosen = engine(source)
    with claim(chosen.name, "its name finds it again") as each:
        again = engine(chosen.name)
        each.holds(type(again) is type(chosen), f"The name finds {type(again).__name__}.")
    with claim(chosen.name, "bit i is column i, and each circuit has its shots") as each:
        compiled = chosen.compile([_lit(0), _lit(2)], seed=1)
        first, last = chosen.sample(compiled, [40, 60], rng)
        for found, shots, column in ((first, 40, 0), (last, 60, 2)):
            shapes = {name: bits.shape for name, bits in found.items()}
            right = {"memory_bits": (shots, 3), "flag_bits": (shots, 2)}
            each.holds(shapes == right, f"Shapes should be {right}; they are {shapes}.")
            ones = [int(place) for place in found["memory_bits"].mean(axis=0).argsort()[::-1]]
            each.holds(ones[0] == column, f"X on qubit {column} lit up column {ones[0]}.")
            each.holds(found["flag_bits"][:, 1].mean() > 0.5, "X on flag 1 did not light it up.")
    with claim(chosen.name, "the same seeds give the same circuits and shots") as each:
        one, other = (chosen.compile([_tossed()], seed=3) for _ in range(2))
        each.holds(one == other, "Compiling twice with a seed gave two circuits.")
        tosses = [
            [bits["memory_bits"].tobytes() for bits in chosen.sample(one * 2, 200, 5)]
            for _ in range(2)
        ]
        each.holds(tosses[0] == tosses[1], "Sampling twice with a seed gave other shots.")
        each.holds(tosses[0][0] != tosses[0][1], "Two circuits of a batch gave the same shots.")
    if chosen.target is None:
        for method in (SampleAndAccept(CosinePower(2)), SeparationFilter(CosinePower(1))):
            _obeys_the_law(chosen, method, rng)


def _lit(place: int) -> QuantumCircuit:
    """X on a qubit of the memory and on flag 1, all measured."""
    circuit = QuantumCircuit(
        QuantumRegister(3, "memory"),
        QuantumRegister(2, "flag"),
        ClassicalRegister(3, "memory_bits"),
        ClassicalRegister(2, "flag_bits"),
    )
    circuit.x([place, 4])
    circuit.measure(range(5), range(5))
    return circuit


def _tossed() -> QuantumCircuit:
    """Three fair coins."""
    circuit = QuantumCircuit(QuantumRegister(3, "memory"), ClassicalRegister(3, "memory_bits"))
    circuit.h(range(3))
    circuit.measure(range(3), range(3))
    return circuit


def _obeys_the_law(chosen: Engine, method: RecallMethod, rng: np.random.Generator) -> None:
    patterns = random_patterns(3, 4, rng=rng)
    memory, probe = (
        AmplitudeMemory(patterns, np.array([0.2, 0.3, 0.5])),
        erase(patterns[0], 1, rng=rng),
    )
    place = f"{method} of {patterns.tolist()}, probe {probe.tolist()}"
    with claim(chosen.name, "recalls follow the law", place) as each:
        law = method.law(memory, probe)
        result = recall(memory, probe, method=method, sampler=chosen, shots=4000, rng=rng)
        counts = [*result.counts, result.spurious, result.shots - result.accepted]
        each.follow(counts, [*law.joint, law.spurious, law.rejected])
