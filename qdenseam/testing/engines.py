"""The promises of an engine: bits in their places, seeds that repeat, shots that obey the law."""

import numpy as np
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit.library import StatePreparation
from qiskit.primitives import BaseSamplerV2

from classical_ref.checks import Floats
from classical_ref.patterns import erase, random_patterns
from qdenseam.errors import BackendError
from qdenseam.execution import Engine, engine
from qdenseam.execution.registry import Source
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods import CosinePower, RecallMethod, SampleAndAccept, SeparationFilter
from qdenseam.retrieval.verb import recall
from qdenseam.testing.claims import claim

_SHOTS = 4000


def check_engine(source: Source, *, rng: np.random.Generator | int = 0) -> None:
    """Check all that is promised of an engine, with circuits of five qubits.

    Bit i of a register is column i, every circuit gets its own shots, no circuits give no samples.
    Compiling and sampling repeat with their seeds, but for a sampler of one's own, and the circuits
    of a batch differ. Mid-circuit measurement works, or is refused by a ``BackendError``, as the
    engine says. A name finds its engine again. Where it is no device (``target`` is None), product
    states, composite gates and recalls follow their laws; a correct one fails that once in 10^9.

    Args:
        source: What :func:`qdenseam.execution.engine` takes: a name, an engine, a backend, a
            sampler.
        rng: Source of the shots.

    Raises:
        AssertionError: A promise is not kept; the message says which, where, and by how much.
    """
    rng = np.random.default_rng(rng)
    chosen = engine(source)
    if isinstance(source, str | Engine):
        with claim(chosen.name, "its name finds it again") as each:
            again = engine(chosen.name)
            each.holds(type(again) is type(chosen), f"The name finds {type(again).__name__}.")
    with claim(chosen.name, "bit i is column i, and each circuit has its shots") as each:
        none = chosen.sample(chosen.compile([], seed=1), 10, rng)
        each.holds(none == [], f"No circuits gave {none}.")
        first, last = chosen.sample(chosen.compile([_lit(0), _lit(2)], seed=1), [40, 60], rng)
        for found, shots, column in ((first, 40, 0), (last, 60, 2)):
            shapes = {name: (bits.shape, bits.dtype.name) for name, bits in found.items()}
            right = {"memory_bits": ((shots, 3), "bool"), "flag_bits": ((shots, 2), "bool")}
            each.holds(shapes == right, f"Shapes should be {right}; they are {shapes}.")
            # a majority, because a device has readout errors
            lit = np.flatnonzero(found["memory_bits"].mean(axis=0) > 0.5).tolist()
            each.holds(lit == [column], f"X on qubit {column} lit up columns {lit}.")
            lit = np.flatnonzero(found["flag_bits"].mean(axis=0) > 0.5).tolist()
            each.holds(lit == [1], f"X on flag 1 lit up columns {lit}.")
    if not isinstance(source, BaseSamplerV2):
        _repeats_with_its_seeds(chosen)
    _measures_on_the_way(chosen, rng)
    if chosen.target is None:
        for circuit, law in (_tilted(), _composed()):
            with claim(chosen.name, "shots follow the law", circuit.name) as each:
                [found] = chosen.sample(chosen.compile([circuit], seed=1), _SHOTS, rng)
                places = found["memory_bits"] @ (1 << np.arange(circuit.num_qubits))
                each.follow(np.bincount(places, minlength=len(law)), law)
        for method in (SampleAndAccept(CosinePower(2)), SeparationFilter(CosinePower(1))):
            _recalls_by_the_law(chosen, method, rng)


def _repeats_with_its_seeds(chosen: Engine) -> None:
    with claim(chosen.name, "the same seeds give the same circuits and shots") as each:
        tilted, _ = _tilted()
        one, other = (chosen.compile([tilted], seed=3) for _ in range(2))
        each.holds(one == other, "Compiling twice with a seed gave two circuits.")
        once, again, new = (
            [bits["memory_bits"].tobytes() for bits in chosen.sample(one * 2, 200, seed)]
            for seed in (5, 5, 6)
        )
        each.holds(once == again, "Sampling twice with a seed gave other shots.")
        each.holds(once[0] != once[1], "Two circuits of a batch gave the same shots.")
        each.holds(once[0] != new[0], "Two seeds gave the same shots.")


def _measures_on_the_way(chosen: Engine, rng: np.random.Generator) -> None:
    """Qubit 0 is measured and decides whether qubit 1 is flipped, then is reset."""
    early, late = ClassicalRegister(1, "early"), ClassicalRegister(1, "late")
    circuit = QuantumCircuit(QuantumRegister(2), early, late)
    circuit.h(0)
    circuit.measure(0, early[0])
    with circuit.if_test((early, 1)):
        circuit.x(1)
    circuit.reset(0)
    circuit.measure(1, late[0])
    with claim(chosen.name, "mid-circuit measurement works where promised") as each:
        if not chosen.supports_mid_circuit:
            refused = "measure at the end"
            each.refused("one", lambda: chosen.sample([circuit], 10, rng), BackendError, refused)
        elif chosen.target is None:
            [found] = chosen.sample(chosen.compile([circuit], seed=1), 200, rng)
            same = float((found["early"] == found["late"]).mean())
            each.holds(same == 1, f"What was measured decided in {same:.0%} of the shots.")
            each.holds(0 < found["early"].sum() < 200, "A fair coin always fell alike.")


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


def _tilted() -> tuple[QuantumCircuit, Floats]:
    """A product of rotations, measured, and its law; later qubits are more significant."""
    angles, law = np.array([0.4, 1.3, 2.2]), np.ones(1)
    circuit = QuantumCircuit(3, name="a product of rotations")
    for qubit, angle in enumerate(angles):
        circuit.ry(angle, qubit)
        on = np.sin(angle / 2) ** 2
        law = np.concatenate([law * (1 - on), law * on])
    return _measured(circuit), law


def _composed() -> tuple[QuantumCircuit, Floats]:
    """Gates that a compiler has to take apart, measured, and their law."""
    circuit = QuantumCircuit(6, name="gates of up to five qubits")
    circuit.append(StatePreparation([0.6, 0, 0, 0.8]), [0, 1])
    circuit.x([2, 3])
    circuit.mcx([0, 1, 2, 3], 4)
    circuit.mcp(0.3, [0, 1, 2], 5)
    law = np.zeros(64)
    law[0b001100], law[0b011111] = 0.36, 0.64
    return _measured(circuit), law


def _measured(circuit: QuantumCircuit) -> QuantumCircuit:
    circuit.add_register(ClassicalRegister(circuit.num_qubits, "memory_bits"))
    circuit.measure(circuit.qubits, circuit.clbits)
    return circuit


def _recalls_by_the_law(chosen: Engine, method: RecallMethod, rng: np.random.Generator) -> None:
    patterns = random_patterns(3, 4, rng=rng)
    memory = AmplitudeMemory(patterns, np.array([0.2, 0.3, 0.5]))
    probe = erase(patterns[0], 1, rng=rng)
    place = f"{method} of {patterns.tolist()}, probe {probe.tolist()}"
    with claim(chosen.name, "recalls follow the law", place) as each:
        law = method.law(memory, probe)
        result = recall(memory, probe, method=method, sampler=chosen, shots=_SHOTS, rng=rng)
        counts = [*result.counts, result.spurious, result.shots - result.accepted]
        each.follow(counts, [*law.joint, law.spurious, law.rejected])
