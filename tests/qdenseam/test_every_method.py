"""The same laws for every registered recall method: circuit = law, shots fit, no peeking."""

import numpy as np
import pytest
from cases import case
from distribution_checks import assert_counts_follow
from method_examples import VARIANTS, example_id, examples
from qiskit import QuantumCircuit, transpile
from qiskit.quantum_info import Statevector

from circuits.bit_order import all_bits, integer_to_bits
from classical_ref.spins import bits_to_spins
from qdenseam import AmplitudeMemory, EnergyMemory, recall
from qdenseam.methods import (
    QAOA,
    Amplified,
    CosinePower,
    DolphChebyshev,
    HammingBall,
    IndexSearch,
    LabelWriting,
    ProbabilisticRecall,
    RecallLaw,
    RecallMethod,
    SampleAndAccept,
    SeparationFilter,
    SetIntersection,
    VenturaMartinez,
)

METHODS = pytest.mark.parametrize("method", examples(), ids=example_id)

# (patterns as text, probe as text, weights)
CASES = {
    "single pattern": (["010"], "0?0", None),
    "all zeros and all ones": (["0000", "1111"], "00?0", None),
    "every state stored": (["00", "01", "10", "11"], "1?", None),
    "no match": (["0011", "1100", "1010"], "0100", None),
    "outside the affine hull": (["0000", "0011"], "1???", None),
    "all unknown": (["0011", "1100", "1010"], "????", None),
    "ambiguous": (["0011", "0101", "1111"], "0??1", None),
    "weighted": (["00110", "11001", "10101", "01011"], "0?110", [0.1, 0.2, 0.3, 0.4]),
    "all known": (["00110", "11001", "10101", "01011", "11111"], "00111", None),
}
HARD_CASES = ("no match", "ambiguous", "weighted")
"""What a variant is tried on besides random memories; the defaults of each class meet all cases."""


def spins(text: str) -> np.ndarray:
    return np.array([{"0": 1, "1": -1, "?": 0}[c] for c in text], dtype=np.int8)


def memory_for(method: RecallMethod, patterns: list[str], weights: list[float] | None = None):
    rows = np.array([spins(p) for p in patterns])
    if method.memory_type is EnergyMemory:
        return EnergyMemory(rows)
    return AmplitudeMemory(rows, weights)


def usable(method: RecallMethod, memory) -> bool:
    """Whether the method's claimed number of matches fits the memory."""
    return (getattr(method, "num_matches", None) or 1) <= memory.num_patterns


def law_of_circuit(method: RecallMethod, memory, probe: np.ndarray) -> tuple[np.ndarray, float]:
    """P(memory = x, accepted) for all x, from the statevector; asserts that ancillas are clean."""
    circuit = method.circuit(memory, probe)
    sizes = {r.name: len(r) for r in circuit.qregs}
    assert set(sizes) <= {"memory", "flag", "ancilla"}
    probabilities = Statevector(circuit).probabilities()
    num_read = sizes["memory"] + sizes.get("flag", 0)
    by_ancilla = probabilities.reshape(-1, 2**num_read)
    assert by_ancilla[1:].sum() < 1e-12, "ancillas are not given back clean"
    accepted = by_ancilla[0].reshape(-1, 2 ** sizes["memory"])[0]  # all flags 0
    states = bits_to_spins(all_bits(sizes["memory"]))
    return accepted * method.acceptance_of(memory, probe, states)


def assert_law(law: RecallLaw, memory, accepted: np.ndarray) -> None:
    patterns = (1 - memory.patterns) // 2 @ (1 << np.arange(memory.num_neurons))
    np.testing.assert_allclose(law.joint, accepted[patterns], atol=1e-10)
    assert law.acceptance == pytest.approx(accepted.sum(), abs=1e-10)
    assert law.spurious == pytest.approx(accepted.sum() - accepted[patterns].sum(), abs=1e-10)
    if law.spurious > 1e-12:
        np.testing.assert_allclose(law.distribution, accepted, atol=1e-10)


@METHODS
def test_the_circuit_obeys_the_law(method: RecallMethod) -> None:
    for name in HARD_CASES if method in VARIANTS else CASES:
        patterns, probe, weights = CASES[name]
        memory = memory_for(method, patterns, weights)
        with case(name):
            if usable(method, memory):
                accepted = law_of_circuit(method, memory, spins(probe))
                assert_law(method.law(memory, probe), memory, accepted)
            else:
                with pytest.raises(ValueError, match="num_matches should be at most"):
                    method.law(memory, probe)


@METHODS
def test_the_circuit_obeys_the_law_on_random_memories(
    method: RecallMethod, rng: np.random.Generator
) -> None:
    for num_neurons in (3, 5, 6):
        num_patterns = int(rng.integers(2, 2**num_neurons // 2 + 1))
        indices = rng.choice(2**num_neurons, num_patterns, replace=False)
        rows = ["".join(map(str, row)) for row in integer_to_bits(indices, num_neurons)]
        weights = rng.dirichlet(np.ones(num_patterns)).tolist()
        memory = memory_for(method, rows, weights)
        probe = memory.patterns[0] * (rng.random(num_neurons) < 0.7)
        with case(rows, weights, probe):
            assert_law(method.law(memory, probe), memory, law_of_circuit(method, memory, probe))


def test_readings_are_accepted_by_their_distance_at_the_known_neurons() -> None:
    """The laws above take ``acceptance_of`` for granted; here it is written out."""
    patterns, probe, _ = CASES["weighted"]
    memory, states = AmplitudeMemory(np.array([spins(p) for p in patterns])), all_bits(5)
    asked = [(i, int(bit)) for i, bit in enumerate(probe) if bit != "?"]
    for state in states:
        wrong = sum(int(state[i]) != bit for i, bit in asked)
        for method, expected in (
            (IndexSearch(), wrong == 0),
            (IndexSearch(positions=(0, 2), radius=1), wrong <= 1),
            (SampleAndAccept(HammingBall(1)), wrong <= 1),
            (SampleAndAccept(CosinePower(2)), np.cos(np.pi * wrong / (2 * len(asked))) ** 4),
        ):
            accepted = method.acceptance_of(memory, spins(probe), bits_to_spins(state[np.newaxis]))
            assert accepted == pytest.approx(float(expected), abs=1e-12), (state, method)


KINDS_OF_READINGS = {
    "no flag": QAOA(num_layers=1, warm_start=None, gammas=(0.2,), betas=(0.4,)),
    "no flag, every state": VenturaMartinez(num_rounds=3),
    "a flag": SeparationFilter(DolphChebyshev(3, 0.8)),
    "three flags": ProbabilisticRecall(num_controls=3, scale=7.5),
    "a flag, amplified": SeparationFilter(CosinePower(1), amplified=Amplified(0.3), num_flags=3),
    "accepted by lot": SampleAndAccept(CosinePower(2)),
    "ancillas": SetIntersection(radius=2, schedule="plain"),
    "an index": IndexSearch(schedule="plain", positions=(0, 1), radius=1, variant=1),
    "an answer written": LabelWriting(variant=1),
}
"""One method of each kind of registers and acceptance: shots are drawn alike for all of a kind."""


@pytest.mark.statistical
@pytest.mark.parametrize("kind", KINDS_OF_READINGS)
def test_shots_follow_the_law(kind: str, rng: np.random.Generator) -> None:
    method = KINDS_OF_READINGS[kind]
    patterns, probe, _ = CASES["weighted"]
    memory = memory_for(method, patterns, [0.1, 0.2, 0.3, 0.4])
    law = method.law(memory, probe)
    for sampler in ("exact", "statevector"):
        result = recall(memory, probe, method=method, sampler=sampler, shots=4000, rng=rng)
        counts = [*result.counts, result.spurious, result.shots - result.accepted]
        with case(sampler):
            assert_counts_follow(counts, [*law.joint, law.spurious, law.rejected])
            assert result.acceptance == result.accepted / 4000


def skeleton(circuit: QuantumCircuit) -> list[tuple[str, tuple[int, ...]]]:
    return [
        (i.operation.name, tuple(circuit.find_bit(q).index for q in i.qubits))
        for i in circuit.data
        if i.operation.name != "x"
    ]


def angles(circuit: QuantumCircuit) -> list[object]:
    return [
        np.array(parameter).tolist()
        for i in circuit.data
        if i.operation.name != "x"
        for parameter in i.operation.params
    ]


def two_qubit_gates(circuit: QuantumCircuit) -> list[tuple[int, ...]]:
    """The CX gates that a compiler leaves, in order."""
    compiled = transpile(circuit, basis_gates=["cx", "rz", "sx", "x"], optimization_level=1)
    return [
        tuple(compiled.find_bit(q).index for q in i.qubits)
        for i in compiled.data
        if i.operation.num_qubits == 2
    ]


# five dimensions, and an affine hull of three: half of the probes that know much lie outside it
FLAT = ["00000", "00011", "11000", "11011", "10101"]


@METHODS
def test_circuits_of_two_probes_differ_only_in_x_gates_and_angles(
    method: RecallMethod, rng: np.random.Generator
) -> None:
    for patterns in (CASES["all known"][0], FLAT):
        memory = memory_for(method, patterns)
        for known in ([1, 1, 1, 1, 1], [1, 1, 0, 1, 1], [1, 0, 1, 1, 0]):
            signs = [memory.patterns[0], *rng.choice([-1, 1], (3, 5))]
            probes = (np.array(signs) * known).astype(np.int8)
            first, *others = (method.circuit(memory, probe) for probe in probes)
            with case(patterns, probes):
                assert all(skeleton(first) == skeleton(other) for other in others)
                if method.memory_type is AmplitudeMemory:  # angles come from the memory alone
                    assert all(angles(first) == angles(other) for other in others)
                    assert two_qubit_gates(first) == two_qubit_gates(others[-1])


@METHODS
def test_a_probe_enters_by_x_gates_that_are_undone_unless_the_method_peeks(
    method: RecallMethod,
) -> None:
    """An oracle stands between X gates; X gates that stay write an answer known beforehand."""
    memory = memory_for(method, CASES["all known"][0])
    for known in ([1, 1, 1, 1, 1], [1, 0, 1, 1, 0]):
        counts = [
            method.circuit(memory, signs * np.array(known, dtype=np.int8)).count_ops().get("x", 0)
            for signs in bits_to_spins(all_bits(5)[::3])
        ]
        assert ({count % 2 for count in counts} == {0, 1}) == method.peeks


def test_resources_equal_the_built_circuit() -> None:
    patterns, probe, _ = CASES["all known"]
    for method in examples():
        memory = memory_for(method, patterns)
        resources = method.resources(memory, probe)
        circuit = transpile(
            method.circuit(memory, probe), basis_gates=["cx", "u"], optimization_level=0
        )
        with case(example_id(method)):
            assert resources.two_qubit_gates == circuit.count_ops().get("cx", 0)
            assert resources.two_qubit_depth == circuit.depth(lambda i: i.operation.num_qubits == 2)
            assert resources.num_qubits == circuit.num_qubits
            assert resources.state_preparations >= 1


def test_bad_input_is_refused() -> None:
    patterns, _, _ = CASES["weighted"]
    for method in examples():
        memory = memory_for(method, patterns)
        other = AmplitudeMemory if method.memory_type is EnergyMemory else EnergyMemory
        with case(example_id(method)):
            with pytest.raises(ValueError, match="probe should"):
                method.law(memory, "0101")
            with pytest.raises(ValueError, match="probe should"):
                recall(memory, [[1, 1, 1, 1, 2]], method=method)
            for build in (method.law, method.circuit, method.resources):
                with pytest.raises(ValueError, match="whether spins or bits are meant"):
                    build(memory, np.array([0, 1, 1, 0, 1], dtype=np.uint8))
            with pytest.raises(TypeError, match="recalls from"):
                recall(other(memory.patterns), "00110", method=method)
