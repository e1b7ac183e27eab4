"""A recall as numbers, so that shots can be read after the code that asked for them has changed."""

from dataclasses import asdict, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from classical_ref.spins import hamming_distance
from qdenseam.execution.mitigation import ReadoutErrors
from qdenseam.execution.readings import Readings
from qdenseam.memories.energy import EnergyMemory
from qdenseam.memories.stored_energies import StoredEnergies, stored_energies
from qdenseam.methods.base import Floats, RecallLaw, RecallMethod, RecallResources, Spins
from qdenseam.retrieval.result import RecallResult, predicted_probability
from qdenseam.retrieval.verb import Cost, Memory


def recall_facts(memory: Memory, probe: Spins, method: RecallMethod, cost: Cost) -> dict[str, Any]:
    """Return all that reading the shots of one probe takes, as plain data and arrays.

    Raises:
        ValueError: The method's classical rule is no function of the distance to the probe.
    """
    law, errors = method.law(memory, probe), cost["readout_errors"]
    return {
        **cost,
        "probe": probe,
        "method": method.to_dict(),
        "acceptance": _acceptance_table(memory, probe, method),
        "law": {"joint": law.joint, "spurious": law.spurious, "rejected": law.rejected},
        "state_preparations": cost["resources"].state_preparations,
        "evaluations": getattr(method, "evaluations", 0),
        "resources": asdict(cost["resources"]),
        "readout_errors": None if errors is None else errors.to_dict(),
        "energies": stored_energies(memory, probe).to_dict()
        if isinstance(memory, EnergyMemory)
        else None,
    }


def result_from_facts(
    facts: dict[str, Any],
    patterns: Spins,
    bits: dict[str, npt.NDArray[np.bool_]],
    engine: str,
    rng: np.random.Generator,
) -> RecallResult:
    """Return the result of one probe.

    Args:
        facts: What :func:`recall_facts` returned, arrays as lists.
        patterns: The memory's patterns, shape ``(K, D)``.
        bits: The shots of its circuit's registers, ``(shots, size)`` each.
        engine: Name of what ran it.
        rng: Draws which states a classical rule keeps.
    """
    probe = np.array(facts["probe"], dtype=np.int8)
    table = facts["acceptance"]
    rule = None if table is None else partial(_acceptance, np.array(table), probe)
    readings = Readings.of(bits, rule)
    states, counts = readings.accepted(rng)
    shots, errors = len(bits["memory_bits"]), facts.get("readout_errors")
    return RecallResult(
        patterns=patterns,
        probe=probe,
        states=states,
        state_counts=counts,
        shots=shots,
        method=facts["method"],
        engine=engine,
        readings=readings,
        state_preparations=shots * facts["state_preparations"],
        evaluations=facts["evaluations"],
        resources=RecallResources(**facts["resources"]),
        routed_two_qubit_gates=facts["routed_two_qubit_gates"],
        # submissions of version 0.1.0 may lack what follows
        shot_seconds=facts.get("shot_seconds"),
        readout_errors=ReadoutErrors(**errors) if errors else None,
        predicted_probability=predicted_probability(law_from_facts(facts), patterns, states),
        energies=_energies(facts.get("energies"), patterns, states),
    )


def _energies(
    facts: dict[str, Any] | None, patterns: Spins, states: Spins
) -> StoredEnergies | None:
    """Return the energies of a fetched recall; that of its answer if it is a stored pattern."""
    if facts is None:
        return None
    kept = StoredEnergies(**facts)
    same = np.flatnonzero((patterns == states[:1]).all(axis=1)) if len(states) else states
    return replace(kept, answer=float(kept.stored[same[0]])) if len(same) else kept


def law_from_facts(facts: dict[str, Any]) -> RecallLaw:
    """Return the law of one probe's recall as it was when submitted, without a distribution."""
    law = facts["law"]
    return RecallLaw(
        joint=np.array(law["joint"]), spurious=law["spurious"], rejected=law["rejected"]
    )


def _acceptance_table(memory: Memory, probe: Spins, method: RecallMethod) -> Floats | None:
    """Return the classical rule by distance on known positions; None if it keeps every state."""
    if method.acceptance_rule != "classical":
        return None
    known = np.flatnonzero(probe)
    states = np.tile(np.where(probe == 0, 1, probe).astype(np.int8), (len(known) + 1, 1))
    for distance in range(len(known) + 1):
        states[distance, known[:distance]] *= -1
    table = method.acceptance_of(memory, probe, states)
    expected = method.acceptance_of(memory, probe, memory.patterns)
    if not np.allclose(table[hamming_distance(memory.patterns, probe)], expected):
        raise ValueError(
            f"A submitted method should accept by distance. {method.name!r} does not, so that its "
            "rule cannot be kept as numbers; use recall()."
        )
    return table


def _acceptance(table: Floats, probe: Spins, states: Spins) -> Floats:
    return np.asarray(table[hamming_distance(states, probe)])
