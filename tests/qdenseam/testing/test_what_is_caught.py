"""What breaks a promise is caught, and said with the promise, the place and the figures."""

from dataclasses import dataclass, field, replace
from typing import ClassVar

import numpy as np
import pytest
from qiskit import QuantumCircuit, QuantumRegister

from circuits.loading import ENCODERS, Encoder, Preparation, prepare
from classical_ref.recipes import RECIPES, NearestRecipe
from classical_ref.spins import spins_to_bits
from qdenseam import AmplitudeMemory
from qdenseam.execution.engines.simulators import StatevectorEngine
from qdenseam.methods import METHODS, QAOA, RecallMethod
from qdenseam.methods.adaptive import AdaptiveMethod, Round
from qdenseam.methods.base import law_of_joint
from qdenseam.testing import check_encoder, check_engine, check_memory, check_method


@dataclass(frozen=True, slots=True)
class Plain(RecallMethod):
    """Measures the memory; each test makes it lie."""

    name: ClassVar[str] = "plain-memory"
    memory_type: ClassVar[type] = AmplitudeMemory
    lie: str = ""

    def circuit(self, memory, probe):
        spins, made = memory.check_probe(probe), memory.preparation()
        circuit = made.circuit.copy()
        match self.lie:
            case "writes":
                circuit.x(np.flatnonzero(spins < 0))
            case "turns":
                circuit.rz(0.1 * float((memory.patterns @ spins).max()), 0)
            case "looks":
                circuit.z(int((spins < 0).any()))
            case "dirt":
                twin = QuantumCircuit(*circuit.qregs[:1], QuantumRegister(1, "ancilla"))
                twin.append(made.circuit.to_gate(), range(made.circuit.num_qubits))
                twin.x(twin.num_qubits - 1)
                return twin
            case "register":
                circuit.add_register(QuantumRegister(1, "scratch"))
        return circuit

    def law(self, memory, probe):
        if self.lie != "any width":
            memory.check_probe(probe)
        off = 1e-9 if self.lie == "law" else 0.0
        return law_of_joint(memory.weights - off * memory.weights)

    def resources(self, memory, probe):
        found = RecallMethod.resources(self, memory, probe)
        return replace(found, two_qubit_gates=found.two_qubit_gates + (self.lie == "costs"))


@pytest.fixture(autouse=True)
def _entered(monkeypatch):
    monkeypatch.setitem(METHODS, "plain-memory", Plain)


def test_what_keeps_its_promises_passes() -> None:
    check_method(Plain())
    check_method(QAOA(num_layers=1, num_restarts=1, max_evaluations=20), thorough=False)


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        ("law", r"the circuit obeys the law \(tried on no match: patterns 0011.*: 3.33e-10 away"),
        ("writes", r"the circuit obeys the law .* probe 0100\)\. P\(pattern and accepted\)"),
        ("turns", r"differ in X gates and angles alone .*Angles differ\. Its probe was"),
        ("looks", r"differ in X gates and angles alone .*Gates or qubits differ"),
        ("dirt", r"Ancillas should end in \|0>; P\(they do not\) is 1\."),
        ("register", r"registers should be memory \(4 qubits\).* they are .*'scratch': 1"),
        ("costs", r"resources are those of the circuit .* two_qubit_gates is \d+, expected \d+: 1"),
        ("any width", r"law\(\) of unsigned bits raised no ValueError"),
    ],
)
def test_a_method_that_lies(lie, said) -> None:
    with pytest.raises(AssertionError, match=rf"(?s)plain-memory\(lie=.*{said}"):
        check_method(Plain(lie))


def test_a_method_of_no_name(monkeypatch) -> None:
    monkeypatch.delitem(METHODS, "plain-memory")
    with pytest.raises(AssertionError, match=r"a method is registered by its name.*is None, not"):
        check_method(Plain())


def test_a_peeking_method_that_does_not_say_so(monkeypatch) -> None:
    label_writing = METHODS["label-writing"]
    monkeypatch.setattr(label_writing, "peeks", False)
    with pytest.raises(AssertionError, match=r"X gates that are undone.* peeks is False; X gates"):
        check_method(label_writing(), thorough=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    answers: np.ndarray
    num_rounds: int = 0


@dataclass(frozen=True, slots=True)
class Repeated(AdaptiveMethod):
    """Measures the memory once, and answers with what it read."""

    name: ClassVar[str] = "repeated"
    memory_type: ClassVar[type] = AmplitudeMemory
    lie: str = ""
    asked: int = field(default=0, compare=False)

    def start(self, memory, probe, shots, rng):
        return Rounds(answers=np.zeros((shots, memory.num_neurons), dtype=np.int8))

    def step(self, memory, probe, state, readouts, rng):
        if readouts:
            read = np.zeros_like(readouts[0]) if self.lie == "nothing" else readouts[0]
            return replace(state, answers=read[:1] if self.lie == "one" else read), []
        asked = Round(
            method=Plain("writes" if self.lie == "round" else ""),
            memory=memory,
            probe=probe,
            shots=len(state.answers) + self.asked,
        )
        if self.lie == "moody":
            object.__setattr__(self, "asked", self.asked + 1)
        return replace(state, num_rounds=1), [asked]

    def law(self, memory, probe):
        return law_of_joint(memory.weights)


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        ("", None),
        ("one", None),
        ("round", r"rounds obey their laws.*P\(pattern and accepted\), the law's joint,"),
        ("nothing", r"rounds obey their laws.*expected \d+\.\.\d+ for probability"),
        ("moody", r"a step is pure.*The same step asked for"),
    ],
)
def test_an_adaptive_method_that_lies(lie, said, monkeypatch) -> None:
    monkeypatch.setitem(METHODS, "repeated", Repeated)
    if said is None:
        check_method(Repeated(lie))
    else:
        with pytest.raises(AssertionError, match=rf"(?s)repeated.*{said}"):
            check_method(Repeated(lie))


@dataclass(frozen=True, slots=True)
class Borrowed(Encoder):
    name: ClassVar[str] = "borrowed"
    lie: str = ""

    def prepare(self, bits, amplitudes):
        if self.lie == "small" and len(bits) > 16:
            raise ValueError("too many")
        if self.lie == "phase" and amplitudes.imag.any():
            amplitudes = amplitudes.conj()
        found = prepare(bits, amplitudes)
        if self.lie == "reflection":
            return Preparation(circuit=found.circuit, reflection_qubits=())
        if self.lie == "costs":
            object.__setattr__(found.resources, "two_qubit_gates", -1)
        return found


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        ("", None),
        ("phase", r"prepares the patterns \(tried on 2 patterns.* complex amplitudes: .*away, in"),
        ("reflection", r"takes \[.*\] outside reflection_qubits with probability"),
        ("costs", r"CX is -1, expected \d"),
        ("small", r"a refusal names the limit, 'at most ...'\. It refused .* by 'too many'"),
    ],
)
def test_an_encoder_that_lies(lie, said, monkeypatch) -> None:
    monkeypatch.setitem(ENCODERS, "borrowed", Borrowed)
    if said is None:
        check_encoder(Borrowed(lie))
    else:
        with pytest.raises(AssertionError, match=rf"(?s)borrowed.*{said}"):
            check_encoder(Borrowed(lie))


@dataclass(frozen=True, slots=True)
class Scan(NearestRecipe.__bases__[0]):
    name: ClassVar[str] = "scan"
    lie: str = ""

    def memory(self, patterns):
        return NearestRecipe().memory(patterns)

    def recall(self, patterns, probes, *, clamped=None, bits=None, rng=None):
        found = NearestRecipe().recall(patterns, probes, bits=bits, rng=rng)
        match self.lie:
            case "unknown":
                return np.where(np.asarray(probes) == 0, 0, found)
            case "first":
                return np.broadcast_to(self.memory(patterns)[0], found.shape)
            case "bits":
                return spins_to_bits(found)
            case "moody":
                return found * np.random.default_rng().choice([-1, 1], found.shape)
        return found


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        ("", None),
        ("unknown", r"answered by spins \(tried on patterns 010, probe 0\?0\)\. The answer is"),
        ("first", r"clamped neurons keep|few stored patterns stay"),
        ("bits", r"answered by spins"),
        ("moody", r"the answer of an equal generator is"),
    ],
)
def test_a_classical_memory_that_lies(lie, said, monkeypatch) -> None:
    monkeypatch.setitem(RECIPES, "scan", Scan)
    if said is None:
        check_memory(Scan(lie))
    else:
        with pytest.raises(AssertionError, match=rf"(?s)scan.*{said}"):
            check_memory(Scan(lie))


class Mirrored(StatevectorEngine):
    """Hands back the bits of every register in reverse."""

    def sample(self, circuits, shots, rng=None, **options):
        found = StatevectorEngine.sample(self, circuits, shots, rng, **options)
        return [{name: bits[:, ::-1] for name, bits in each.items()} for each in found]


@pytest.mark.statistical
def test_engines(monkeypatch) -> None:
    for name in ("statevector", "aer-mps", "fake:manila"):
        check_engine(name)
    with pytest.raises(AssertionError, match=r"its name finds it again.*finds StatevectorEngine"):
        check_engine(Mirrored(name="statevector"))
    monkeypatch.setattr("qdenseam.execution.engines.simulators.StatevectorEngine", Mirrored)
    with pytest.raises(AssertionError, match=r"X on qubit 0 lit up columns \[2\]"):
        check_engine(Mirrored())
