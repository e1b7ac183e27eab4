r"""Noise as mixtures: nothing most of the time, else one of a few errors.

A channel E is split exactly, :math:`E = c \cdot 1 + (1 - c) R` with the largest c that leaves R a
channel. So the errors of a shot can be drawn before it is simulated, and most gates meet none.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from qiskit import QuantumCircuit
from qiskit.circuit import CircuitInstruction, Instruction, Reset
from qiskit.circuit.library import XGate, YGate, ZGate
from qiskit.quantum_info import Choi, Kraus
from qiskit.transpiler import Target

from classical_ref.checks import Booleans, Floats
from qdenseam.execution.devices.error_budget import delay_seconds

if TYPE_CHECKING:
    from qiskit_aer.noise import NoiseModel

Error = tuple[tuple[Instruction, tuple[int, ...]], ...]
"""Operations and the places they act on, in order."""

_ROUNDING = 1e-13
_SMALLEST = 1e-10  # weight of an operator that is left out of a channel of weight 1
_PAULIS = {"x": XGate(), "y": YGate(), "z": ZGate()}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Mixture:
    """A channel after a gate: nothing with probability ``clean``, else one of the errors."""

    clean: float
    probabilities: Floats
    """Of each error, given that there is one."""
    errors: tuple[Error, ...]

    @classmethod
    def of(
        cls,
        probabilities: Iterable[float],
        circuits: Iterable[Iterable[Mapping[str, Any]]],
    ) -> Self:
        """Return the mixture of circuits, as ``NoiseModel.to_dict()`` lists their instructions."""
        clean, weights, errors = 0.0, [], []
        for probability, instructions in zip(probabilities, circuits, strict=True):
            parts = [part for instruction in instructions for part in _parts(instruction)]
            for choice in product(*parts):
                weight = probability * float(np.prod([share for share, _ in choice]))
                error = tuple(step for _, step in choice if step is not None)
                if not error:
                    clean += weight
                elif weight > 0:
                    weights.append(weight)
                    errors.append(error)
        given = np.array(weights) / sum(weights) if weights else np.zeros(0)
        given.setflags(write=False)
        return cls(clean=min(1.0, clean), probabilities=given, errors=tuple(errors))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DrawnNoise:
    """The noise of some qubits of a device, ready to be drawn."""

    mixtures: Mapping[tuple[str, tuple[int, ...]], Mixture]
    """By gate and qubits."""
    readout: "NoiseModel"
    """Aer's ``NoiseModel`` with the readout errors alone."""
    relaxation: tuple[tuple[float, float], ...]
    """T1 and T2 of each qubit in seconds."""
    dt: float
    """Seconds of one of the device's time steps, 0 if it has none."""
    _delays: dict[tuple[int, float], Mixture] = field(default_factory=dict)

    @classmethod
    def of(cls, model: "NoiseModel", target: Target) -> Self:
        """Return the noise of a model made by ``NoiseModel.from_backend`` for a target."""
        from qiskit_aer.noise import NoiseModel, ReadoutError

        readout, mixtures = NoiseModel(), {}
        for error in model.to_dict()["errors"]:
            for places in error["gate_qubits"]:
                if error["type"] == "roerror":
                    readout.add_readout_error(ReadoutError(error["probabilities"]), places)
                    continue
                mixture = Mixture.of(error["probabilities"], error["instructions"])
                mixtures.update({(name, tuple(places)): mixture for name in error["operations"]})
        times = [
            (getattr(each, "t1", None) or np.inf, getattr(each, "t2", None) or np.inf)
            for each in target.qubit_properties or [None] * target.num_qubits
        ]
        return cls(
            mixtures=MappingProxyType(mixtures),
            readout=readout,
            relaxation=tuple((t1, min(t2, 2 * t1)) for t1, t2 in times),
            dt=target.dt or 0.0,
        )

    def places(self, circuit: QuantumCircuit) -> list[tuple[int, tuple[int, ...], Mixture]]:
        """Return where an error may follow: index of the operation, its qubits, its mixture."""
        found = []
        for index, instruction in enumerate(circuit.data):
            qubits = tuple(circuit.find_bit(qubit).index for qubit in instruction.qubits)
            if instruction.name == "delay":
                mixture: Mixture | None = self._waiting(qubits[0], instruction.operation)
            else:
                mixture = self.mixtures.get((instruction.name, qubits))
            if mixture is not None and mixture.clean < 1:
                found.append((index, qubits, mixture))
        return found

    def clean_fraction(self, circuit: QuantumCircuit) -> float:
        """Return the probability that a shot meets no error, readout aside."""
        return float(np.prod([mixture.clean for *_, mixture in self.places(circuit)]))

    def draw(
        self, circuit: QuantumCircuit, shots: int, rng: np.random.Generator
    ) -> tuple[int, Iterator[QuantumCircuit]]:
        """Return how many shots meet no error, and the circuit of each of the others."""
        places = self.places(circuit)
        hit = rng.random((shots, len(places))) >= [mixture.clean for *_, mixture in places]
        struck = np.flatnonzero(hit.any(axis=1))
        return shots - len(struck), (self._struck(circuit, places, hit[s], rng) for s in struck)

    def _struck(
        self, circuit: QuantumCircuit, places: Any, hit: Booleans, rng: np.random.Generator
    ) -> QuantumCircuit:
        noisy = circuit.copy()
        for number in np.flatnonzero(hit)[::-1]:  # from the end, so that indices stay
            index, qubits, mixture = places[number]
            error = mixture.errors[rng.choice(len(mixture.errors), p=mixture.probabilities)]
            for operation, where in reversed(error):
                on = [circuit.qubits[qubits[each]] for each in where]
                noisy.data.insert(index + 1, CircuitInstruction(operation, on))
        return noisy

    def _waiting(self, qubit: int, delay: Any) -> Mixture:
        from qiskit_aer.noise import thermal_relaxation_error

        seconds = delay_seconds(delay, self.dt)
        if (qubit, seconds) not in self._delays:
            error = thermal_relaxation_error(*self.relaxation[qubit], seconds).to_dict()
            self._delays[qubit, seconds] = Mixture.of(error["probabilities"], error["instructions"])
        return self._delays[qubit, seconds]


def _parts(instruction: Mapping[str, Any]) -> Iterator[list[tuple[float, Any]]]:
    """Yield, for each step of an error, its alternatives; None is no operation."""
    name, qubits = instruction["name"], tuple(instruction["qubits"])
    if name == "pauli":
        letters = reversed(instruction["params"][0])  # the last letter is the first qubit's
        for letter, qubit in zip(letters, qubits, strict=True):
            if letter != "I":
                yield [(1.0, (_PAULIS[letter.lower()], (qubit,)))]
    elif name == "kraus":
        clean, rest = _without_identity(Kraus(instruction["params"]))
        step = None if rest is None else (rest.to_instruction(), qubits)
        yield [(clean, None), (1 - clean, step)] if step and clean else [(1.0, step)]
    elif name != "id":
        yield [(1.0, (Reset() if name == "reset" else _PAULIS[name], qubits))]


def _without_identity(channel: Kraus) -> tuple[float, Kraus | None]:
    r"""Return c and R of a channel :math:`c \cdot 1 + (1 - c) R`, with the largest c.

    With the Choi matrices J of the channel and :math:`|\Phi\rangle\langle\Phi|` of the identity,
    :math:`J - c |\Phi\rangle\langle\Phi| \ge 0` holds up to
    :math:`c = 1 / \langle\Phi|J^{-1}|\Phi\rangle`, and for no c > 0 where Φ is not in the range of
    J.
    """
    choi = np.asarray(Choi(channel).data)
    size = round(len(choi) ** 0.5)
    identity = np.eye(size).ravel()
    values, vectors = np.linalg.eigh(choi)
    overlaps = vectors.conj().T @ identity
    kept = values > _ROUNDING
    if np.linalg.norm(overlaps[~kept]) > _ROUNDING**0.5:
        return 0.0, channel
    clean = float(1 / np.sum(np.abs(overlaps[kept]) ** 2 / values[kept]))
    if clean > 1 - _ROUNDING:
        return 1.0, None
    rest = (choi - clean * np.outer(identity, identity)) / (1 - clean)
    values, vectors = np.linalg.eigh(rest)
    # a column of the Choi matrix stacks the columns of an operator
    operators = [
        np.sqrt(value) * vector.reshape(size, size, order="F")
        for value, vector in zip(values, vectors.T, strict=True)
        if value > _SMALLEST
    ]
    return clean, Kraus(operators)
