"""Circuits of one instance side by side: the counts of each, and the columns of a table."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from qiskit import QuantumCircuit

from qdenseam.experiments.estimates.set_rates import rate_over_sets
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods import RecallMethod
from qdenseam.methods.base import Spins
from qdenseam.studies import Row, mean_of
from qdenseam.studies.noise.instances import device_of, laid_out

NUMBERS = (
    *("success", "accepted", "detected", "inside", "stored"),
    *("two_qubit_gates", "ideal", "ideal_accept"),
)
"""What a record holds for each variant, in this order.

See :func:`qdenseam.studies.noise.flags.flag_trial`."""


def measured_numbers(
    circuit: QuantumCircuit,
    method: RecallMethod,
    memory: AmplitudeMemory,
    probe: Spins,
    target: int,
    params: dict[str, Any],
    rng: np.random.Generator,
    copied: bool = False,
) -> list[float]:
    """Return the :data:`NUMBERS` of one circuit on the device, laid out by predicted success."""
    from circuits.circuit_facts import two_qubit_gates
    from classical_ref.spins import spins_to_bits
    from qdenseam.execution.mitigation import detected_errors, parity_errors
    from qdenseam.execution.readings import Readings
    from qdenseam.execution.tallies import counts_of
    from qdenseam.retrieval.reading import Reader

    device, calibration = device_of(params)
    layout = laid_out(circuit, calibration)
    (shown,) = device.sample([layout.circuit], params["shots"], rng)
    kept, counts = Readings.of(shown, Reader.of(memory, probe, method, None).rule).accepted(rng)
    stored = counts_of(memory.patterns, kept, counts)
    law = method.law(memory, probe)
    return [
        int(stored[target]),
        int(counts.sum()),
        int(detected_errors(shown["flag_bits"]).sum()) if copied else 0,
        int(counts @ ~parity_errors(spins_to_bits(kept), memory.bits)),
        int(stored.sum()),
        two_qubit_gates(layout.circuit),
        round(float(law.joint[target]), 4),
        round(law.acceptance, 4),
    ]


def variant_columns(members: Sequence[tuple[int, list[float]]]) -> Row:
    """Return the columns of one variant from the shots and :data:`NUMBERS` of each instance."""
    shots = np.array([each for each, _ in members])
    found = dict(zip(NUMBERS, np.array([each for _, each in members]).T, strict=True))
    purity = found["success"] / np.maximum(found["accepted"], 1)
    return {
        "success": rate_over_sets(found["success"].astype(int), shots),
        "accept": float((found["accepted"] / shots).mean()),
        "purity": mean_of(purity, "instances"),
        "checked": float((found["success"] / np.maximum(found["inside"], 1)).mean()),
        "stored": float((found["success"] / np.maximum(found["stored"], 1)).mean()),
        "detected": float((found["detected"] / shots).mean()),
        "broken": float(1 - (found["inside"] / np.maximum(found["accepted"], 1)).mean()),
        "ideal": float(found["ideal"].mean()),
        "ideal_purity": float((found["ideal"] / found["ideal_accept"]).mean()),
        "two_qubit_gates": float(found["two_qubit_gates"].mean()),
    }
