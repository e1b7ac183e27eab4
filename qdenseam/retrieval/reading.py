"""From shots to a result, now or next week: all that reading one probe's shots takes."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Annotated, Any, Self, TypeAlias, TypedDict

import numpy as np
from qiskit import QuantumCircuit

from classical_ref.checks import Booleans, Floats, Said
from classical_ref.discrete.dense import DenseMemory
from classical_ref.shown import Shown
from classical_ref.spins import hamming_distance
from qdenseam.execution.readings import Acceptance, Readings
from qdenseam.execution.readout_errors import ReadoutErrors
from qdenseam.execution.tallies import Counts
from qdenseam.formats import Recall
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.memories.energy import EnergyMemory
from qdenseam.memories.recipes import AmplitudeRecipe, EnergyRecipe, MemoryRecipe
from qdenseam.memories.stored_energies import StoredEnergies, stored_energies
from qdenseam.methods.adaptive import AdaptiveMethod
from qdenseam.methods.base import RecallLaw, RecallMethod, RecallResources, Spins
from qdenseam.retrieval.result import RecallResult, predicted_probability
from qdenseam.spelling import parse, spell

Memory: TypeAlias = Annotated[
    AmplitudeMemory | EnergyMemory,
    Said(
        "an AmplitudeMemory or an EnergyMemory; of patterns or of a classical memory "
        "EnergyMemory(...) makes one"
    ),
]


class Cost(TypedDict, total=False):
    """What a shot of a recall takes on an engine, as fields of a :class:`RecallResult`."""

    resources: RecallResources
    routed_two_qubit_gates: int | None
    shot_seconds: float | None
    readout_errors: ReadoutErrors | None
    physical_qubits: tuple[int, ...] | None
    compiled_by: Callable[[], QuantumCircuit] | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Reader(Shown):
    """What turns the shots of one probe into a result; as plain data it outlives the process."""

    patterns: Spins
    memory: Memory | None
    """What is recalled from; ``None`` where it could not be kept."""
    shape: tuple[int, int] | None = None
    """Rows and columns that a state is drawn in."""
    present: Booleans | None = None
    """Which patterns have a weight above 0; ``None`` for all."""
    probe: Spins
    method: dict[str, Any]
    law: RecallLaw | None
    """The law of a shot; ``None`` where none is at hand."""
    rule: Acceptance | None = None
    """The classical rule of acceptance; ``None`` where there is none."""
    cost: Cost
    """What a shot takes; empty where no circuit was built."""
    evaluations: int = 0
    """Objective evaluations that training took."""
    trajectory: tuple[float, ...] = ()
    """The objective at those of the best start."""
    energies: Callable[[Spins | None], StoredEnergies] | None = None
    """In a recall by energy, those of stored patterns, probe and a given answer."""

    @classmethod
    def of(
        cls,
        memory: Memory,
        probe: Spins,
        method: RecallMethod | AdaptiveMethod,
        law: RecallLaw | None,
        cost: Cost | None = None,
    ) -> Self:
        """Return the reader of a recall that is about to run."""
        rule = None
        if isinstance(method, RecallMethod) and method.acceptance_rule == "classical":
            rule = partial(method.acceptance_of, memory, probe)
        return cls(
            patterns=memory.patterns,
            memory=memory,
            shape=memory.shape,
            present=memory.weights > 0 if isinstance(memory, AmplitudeMemory) else None,
            probe=probe.copy(),
            method=method.to_dict(),
            law=law,
            rule=rule,
            cost=cost or {},
            evaluations=getattr(method, "evaluations", 0),
            trajectory=getattr(method, "trajectory", ()),
            energies=partial(stored_energies, memory, probe)
            if isinstance(memory, EnergyMemory)
            else None,
        )

    def read(
        self, registers: dict[str, Booleans], engine: str, rng: np.random.Generator
    ) -> RecallResult:
        """Return the result of the shots of a circuit.

        Args:
            registers: The shots of its classical registers, ``(shots, size)`` each.
            engine: Name of what ran it.
            rng: Draws which states a classical rule keeps.
        """
        readings, shots = Readings.of(registers, self.rule), len(registers["memory_bits"])
        return self.result(
            readings.accepted(rng),
            shots,
            engine=engine,
            state_preparations=shots * self.cost["resources"].state_preparations,
            readings=readings,
        )

    def result(
        self,
        outcomes: tuple[Spins, Counts],
        shots: int,
        *,
        engine: str,
        state_preparations: int,
        evaluations: int | None = None,
        two_qubit_gates: int | None = None,
        readings: Readings | None = None,
    ) -> RecallResult:
        """Return the result of distinct accepted outcomes, most frequent first, and counts."""
        states, counts = outcomes
        return RecallResult(
            patterns=self.patterns,
            memory=self.memory,
            shape=self.shape,
            present=self.present,
            probe=self.probe,
            states=states,
            state_counts=counts,
            shots=shots,
            method=self.method,
            engine=engine,
            state_preparations=state_preparations,
            evaluations=self.evaluations if evaluations is None else evaluations,
            two_qubit_gates=two_qubit_gates,
            readings=readings,
            predicted_probability=predicted_probability(self.law, self.patterns, states),
            energies=self.energies and self.energies(states[0] if len(states) else None),
            trajectory=self.trajectory,
            **self.cost,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return plain data and arrays, for a recall on an engine whose law is at hand.

        Raises:
            ValueError: The method's classical rule is no function of the distance to the probe.
        """
        assert self.law is not None
        resources, errors = self.cost["resources"], self.cost["readout_errors"]
        kept = {name: value for name, value in self.cost.items() if name != "compiled_by"}
        return {
            **kept,
            "probe": self.probe,
            "memory": _made_by(self.memory),
            "shape": self.shape,
            "present": self.present,
            "method": self.method,
            "acceptance": self._acceptance_table(),
            "law": {name: getattr(self.law, name) for name in ("joint", "spurious", "rejected")},
            "state_preparations": resources.state_preparations,
            "evaluations": self.evaluations,
            "trajectory": self.trajectory,
            "resources": asdict(resources),
            "readout_errors": errors and errors.to_dict(),
            "energies": self.energies and self.energies(None).to_dict(),
        }

    @classmethod
    def from_dict(
        cls,
        facts: Recall,
        patterns: Spins,
        memory: Memory | None = None,
        compiled_by: Callable[[], QuantumCircuit] | None = None,
    ) -> Self:
        """Return the reader that :meth:`to_dict` described; its law has no distribution.

        Args:
            facts: The plain data, as :class:`~qdenseam.formats.Recall` has it.
            patterns: The memory's patterns, shape ``(K, D)``.
            memory: What :func:`kept_memory` returned, where the result needs it.
            compiled_by: Returns the circuit that is run.
        """
        probe, table = facts["probe"], facts["acceptance"]
        errors, energies = facts.get("readout_errors"), facts.get("energies")
        return cls(
            patterns=patterns,
            memory=memory,
            shape=facts.get("shape"),
            present=facts.get("present"),
            probe=probe,
            method=facts["method"],
            law=RecallLaw(**facts["law"]),
            rule=None if table is None else partial(_acceptance, table, probe),
            cost=Cost(
                resources=RecallResources(**facts["resources"]),
                routed_two_qubit_gates=facts["routed_two_qubit_gates"],
                shot_seconds=facts.get("shot_seconds"),
                readout_errors=ReadoutErrors(**errors) if errors else None,
                physical_qubits=facts.get("physical_qubits"),
                compiled_by=compiled_by,
            ),
            evaluations=facts["evaluations"],
            trajectory=facts.get("trajectory", ()),
            energies=energies and partial(_with_answer, StoredEnergies(**energies), patterns),
        )

    def _acceptance_table(self) -> Floats | None:
        """Return the classical rule by distance on known positions; None without a rule."""
        if self.rule is None:
            return None
        known = np.flatnonzero(self.probe)
        states = np.tile(np.where(self.probe == 0, 1, self.probe), (len(known) + 1, 1))
        for distance in range(len(known) + 1):
            states[distance, known[:distance]] *= -1
        table = self.rule(states.astype(np.int8))
        expected = self.rule(self.patterns)
        if not np.allclose(_acceptance(table, self.probe, self.patterns), expected):
            raise ValueError(
                f"A submitted method should accept by distance. {self.method['name']!r} does not, "
                "so that its rule cannot be kept as numbers; use recall()."
            )
        return table


def kept_memory(facts: Recall, patterns: Spins, weights: Floats | None) -> Memory | None:
    """Return the memory of a reader's plain data, ``None`` where it was not kept.

    Args:
        facts: What :meth:`Reader.to_dict` returned.
        patterns: The memory's patterns, shape ``(K, D)``.
        weights: Their weights, ``(K,)``, in a memory by amplitudes.
    """
    made_by, shape = facts.get("memory"), facts.get("shape")
    if made_by is None:
        return None
    recipe = parse("memory", made_by)
    if not isinstance(recipe, MemoryRecipe):
        raise ValueError(f"memory should be one by amplitudes or by energies. Got {made_by!r}.")
    memory = recipe.memory(patterns)
    if isinstance(memory, AmplitudeMemory):
        return AmplitudeMemory(patterns, weights, memory.encoder, shape=shape)
    return replace(memory, shape=shape)


def _made_by(memory: Memory | None) -> str | None:
    """Return what makes a memory of its patterns, as text; None where nothing does."""
    if isinstance(memory, AmplitudeMemory) and not isinstance(memory.encoder, str):
        return spell(AmplitudeRecipe(encoder=memory.encoder))
    if isinstance(memory, EnergyMemory) and isinstance(model := memory.model, DenseMemory):
        is_plain = bool((model.weights == 1).all())
        return spell(EnergyRecipe(model.separation, memory.probe_field)) if is_plain else None
    return None


def _acceptance(table: Floats, probe: Spins, states: Spins) -> Floats:
    return np.asarray(table[hamming_distance(states, probe)])


def _with_answer(kept: StoredEnergies, patterns: Spins, answer: Spins | None) -> StoredEnergies:
    """Return the energies of a fetched recall; that of its answer if it is a stored pattern."""
    if answer is None or not (same := np.flatnonzero((patterns == answer).all(axis=1))).size:
        return kept
    return replace(kept, answer=float(kept.stored[same[0]]))
