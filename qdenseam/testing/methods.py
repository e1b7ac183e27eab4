"""The promises of a recall method: its circuit obeys its law, and nothing peeks at the answer."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from qiskit import QuantumCircuit

from circuits.bit_order import all_bits
from circuits.blocks import flat
from classical_ref.discrete.dense import DenseMemory
from classical_ref.separation import Polynomial
from classical_ref.spins import bits_to_spins, text_to_spins
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.memories.energy import EnergyMemory
from qdenseam.methods.adaptive import AdaptiveMethod
from qdenseam.methods.base import RecallMethod
from qdenseam.retrieval.reading import Memory
from qdenseam.retrieval.verb import recall
from qdenseam.testing.built import in_gates
from qdenseam.testing.claims import Claim, check_spelling, claim, subject_of
from qdenseam.testing.laws import check_law
from qdenseam.testing.places import HARDEST, PLACES, TOLD_APART, Place, random_places
from qdenseam.testing.rounds import check_rounds


def check_method(
    method: RecallMethod | AdaptiveMethod,
    *,
    thorough: bool = True,
    rng: np.random.Generator | int = 0,
) -> None:
    """Check all that is promised of a recall method, on memories of at most six neurons.

    Its circuit measures what its law says, to 1e-10: in edge cases (one pattern, all 2^D, all
    neurons unknown, nothing that matches, several that do) and on random memories. Circuits of two
    probes that know the same neurons differ in X gates and, for energies, angles alone, and X gates
    are undone unless the method says that it ``peeks``. Its resources are those of the built
    circuit. It refuses other memories, other widths, and bits for spins. It is registered, and goes
    to text and back. A method that needs training is trained first.

    Of an adaptive method every round is such a circuit, a step is pure, and the answers follow its
    law, where it has one; with a correct one that fails once in 10^9.

    Args:
        method: The method; give it the settings in which you use it.
        thorough: Whether all edge cases are tried, not the three hardest alone.
        rng: Source of the random memories and probes.

    Raises:
        AssertionError: A promise is not kept; the message says which, where, and by how much.
    """
    rng = np.random.default_rng(rng)
    check_spelling("method", method)
    _refuses_what_it_cannot_take(method, rng)
    places = [*PLACES[: None if thorough else HARDEST], *random_places(rng)]
    if isinstance(method, AdaptiveMethod):
        check_rounds(method, places, rng)
        return
    for place in places:
        _obeys_its_law(method, place, rng)
    for place in TOLD_APART:
        _does_not_peek(method, place, rng)
    _undoes_its_x_gates(method, TOLD_APART[0], rng)
    _costs_what_is_built(method, TOLD_APART[0], rng)


_TOLD_APART = all_bits(5)[[0, 1, 7, 21, 31]]  # each neuron changes, alone or beside any other


@contextmanager
def _trained(
    method: RecallMethod, promise: str, place: Place, rng: np.random.Generator
) -> Iterator[tuple[Claim, RecallMethod, Memory]]:
    """Yield a claim about a method that is ready, and the memory it is tried with."""
    with claim(subject_of(method), promise, str(place)) as each:
        memory = place.memory(method)
        yield each, method.trained(memory, text_to_spins(place.probe), rng=rng), memory


def _obeys_its_law(method: RecallMethod, place: Place, rng: np.random.Generator) -> None:
    probe = text_to_spins(place.probe)
    with _trained(method, "the circuit obeys the law", place, rng) as (each, ready, memory):
        if (getattr(method, "num_matches", None) or 1) > memory.num_patterns:
            too_many = "num_matches should be at most"
            each.refused("the law", lambda: ready.law(memory, probe), ValueError, too_many)
        else:
            check_law(each, ready, memory, probe)


def _does_not_peek(method: RecallMethod, place: Place, rng: np.random.Generator) -> None:
    promise = "circuits of probes that know the same neurons differ in X gates and angles alone"
    with _trained(method, promise, place, rng) as (each, ready, memory):
        for known in ([1, 1, 1, 1, 1], [1, 1, 0, 1, 1], [1, 0, 1, 1, 0]):
            probes = np.array([memory.patterns[0], *rng.choice([-1, 1], (3, 5))]) * known
            circuits = [flat(ready.circuit(memory, probe.astype(np.int8))) for probe in probes]
            (first, first_angles), *others = map(_gates_and_angles, circuits)
            for probe, (gates, angles) in zip(probes[1:], others, strict=True):
                where = f"Its probe was {probes[0]}, then {probe}."
                each.holds(first == gates, f"Gates or qubits differ. {where}")
                if method.memory_type is AmplitudeMemory:  # angles come from the memory alone
                    each.holds(first_angles == angles, f"Angles differ. {where}")
            if method.memory_type is AmplitudeMemory:
                same = _compiled_pairs(circuits[0]) == _compiled_pairs(circuits[-1])
                each.holds(same, f"CX gates differ once compiled. {where}")


def _gates_and_angles(circuit: QuantumCircuit) -> tuple[list[object], list[object]]:
    """Return (names and qubits, angles) of all gates but X."""
    place = {qubit: index for index, qubit in enumerate(circuit.qubits)}
    kept = [each for each in circuit.data if each.name != "x"]
    return (
        [(each.name, [place[qubit] for qubit in each.qubits]) for each in kept],
        [np.array(angle).tolist() for each in kept for angle in each.params],
    )


def _compiled_pairs(circuit: QuantumCircuit) -> list[tuple[int, ...]]:
    """The CX gates that a compiler leaves, in order."""
    compiled = in_gates(circuit, "cx", "rz", "sx", "x", level=1)
    return [
        tuple(compiled.find_bit(q).index for q in each.qubits)
        for each in compiled.data
        if each.operation.num_qubits == 2
    ]


def _undoes_its_x_gates(method: RecallMethod, place: Place, rng: np.random.Generator) -> None:
    """An oracle stands between X gates; X gates that stay write an answer known beforehand."""
    promise = "a probe enters by X gates that are undone, unless the method peeks"
    with _trained(method, promise, place, rng) as (each, ready, memory):
        for known in ([1, 1, 1, 1, 1], [1, 0, 1, 1, 0]):
            probes = bits_to_spins(_TOLD_APART) * np.array(known, dtype=np.int8)
            counts = [flat(ready.circuit(memory, p)).count_ops().get("x", 0) for p in probes]
            stay = {count % 2 for count in counts} == {0, 1}
            each.holds(
                stay == method.peeks,
                f"peeks is {method.peeks}; X gates by probe are {counts}.",
            )


def _costs_what_is_built(method: RecallMethod, place: Place, rng: np.random.Generator) -> None:
    with _trained(method, "resources are those of the circuit", place, rng) as (
        each,
        ready,
        memory,
    ):
        told = ready.resources(memory, place.probe)
        circuit = ready.circuit(memory, place.probe)
        built = in_gates(circuit, "cx", "u")
        depth = built.depth(lambda gate: gate.operation.num_qubits == 2)
        each.agree("two_qubit_gates", told.two_qubit_gates, built.count_ops().get("cx", 0))
        each.agree("two_qubit_depth", told.two_qubit_depth, depth)
        each.agree("num_qubits", told.num_qubits, built.num_qubits)
        each.holds(told.state_preparations >= 1, f"Preparations are {told.state_preparations}.")


def _refuses_what_it_cannot_take(
    method: RecallMethod | AdaptiveMethod, rng: np.random.Generator
) -> None:
    place = TOLD_APART[0]
    memory = place.memory(method)
    wrong: Memory = AmplitudeMemory(memory.patterns)
    if isinstance(memory, AmplitudeMemory):
        wrong = EnergyMemory(DenseMemory(memory.patterns, Polynomial(3)))
    as_bits = np.array([0, 1, 1, 0, 1], dtype=np.uint8)
    with claim(subject_of(method), "what it cannot take is refused at the door") as each:
        each.refused(
            type(wrong).__name__,
            lambda: recall(wrong, place.probe, method=method),
            TypeError,
            "recalls from",
        )
        entries = [[1, 1, 1, 1, 2]]
        each.refused(
            f"the probe {entries}",
            lambda: recall(memory, entries, method=method),
            ValueError,
            "probe should",
        )
        each.refused(
            "a probe of another width",
            lambda: recall(memory, "0101", method=method),
            ValueError,
            "probe should",
        )
        if isinstance(method, RecallMethod):
            ready = method.trained(memory, text_to_spins(place.probe), rng=rng)
            for build in (ready.law, ready.circuit, ready.resources):
                each.refused(
                    f"{build.__name__}() of unsigned bits",
                    lambda build=build: build(memory, as_bits),  # type: ignore[misc]
                    ValueError,
                    "whether spins or bits are meant",
                )
