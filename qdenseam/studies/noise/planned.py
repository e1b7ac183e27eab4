"""Success per shot under device noise: planned recall, mitigation, and what the calibration allows.

The planner sees the memory, which neurons are known, and the calibration. Success over *all* probes
is known as well as over unambiguous ones: ambiguous first draws have tasks of their own.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from qdenseam.experiments.collecting.records import Task
from qdenseam.experiments.collecting.trial_registry import trial
from qdenseam.studies.noise.instances import (
    CELLS,
    DEVICES,
    NUM_SEEDS,
    device_of,
    instance_of,
    instance_tasks,
    is_redrawn,
    laid_out,
)

NUM_IDLING = 5
"""Instances per cell that are also simulated with waits as delays."""


def noise_tasks(
    cells: Sequence[tuple[int, int]] = CELLS,
    devices: Sequence[str] = DEVICES,
    *,
    num_instances: int = 20,
    shots: int = 4000,
) -> list[Task]:
    """Return one task per instance: those of one unknown neuron, then of one flipped one.

    Where the first draw of a probe is ambiguous it has a task of its own, with ``any_probe``.
    """
    tasks = instance_tasks(
        "noise", cells=cells, devices=devices, num_instances=num_instances, shots=shots
    )
    return tasks + [
        replace(task, params={**task.params, "any_probe": True})
        for task in tasks
        if is_redrawn(task.params)
    ]


@trial("noise")
def noise_trial(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Plan, run and mitigate one instance.

    Returns:
        Counts over ``shots``: ``success`` (target measured and accepted), ``accepted``, ``decoded``
        (the target is the nearest pattern to what was measured, accepted or not),
        ``decoded_accepted`` (the same and accepted). ``success_idling`` and ``decoded_idling`` with
        waits simulated as delays for the first instances (else ``None``). Shares of all shots, had
        neurons and flags been read rightly: ``mitigated``, ``mitigated_decoded``. Predictions:
        ``predicted`` and its factors ``ideal``, ``two_qubit``, ``one_qubit``, ``readout``;
        ``idling`` comes on top. Costs: ``two_qubit_gates``, ``state_preparations``.
    """
    from circuits.circuit_facts import two_qubit_gates
    from classical_ref.spins import bits_to_spins
    from qdenseam.execution.devices.error_budget import error_budget, with_delays
    from qdenseam.execution.mitigation import Mitigation, nearest_pattern, processed
    from qdenseam.execution.readings import Readings
    from qdenseam.execution.readout_errors import ReadoutErrors
    from qdenseam.memories.amplitude import AmplitudeMemory
    from qdenseam.planning import plan

    patterns, probe, target = instance_of(params)
    device, calibration = device_of(params)
    chosen = plan(
        AmplitudeMemory(patterns), probe != 0, calibration,
        expected_flips=params["num_flips"], num_seeds=NUM_SEEDS,
    )[0]  # fmt: skip
    memory, method = chosen.memory, chosen.method
    layout = laid_out(method.circuit(memory, probe), calibration)
    waiting = with_delays(layout.circuit, calibration, layout.qubits)
    runs = [layout.circuit] + [waiting] * (params["instance"] < NUM_IDLING)
    samples = device.sample(runs, params["shots"], rng)
    shown = [_unflagged(each) for each in samples]
    inferred = processed(
        shown[0],
        memory.bits,
        Mitigation(readout="subspace", decoding=True),
        ReadoutErrors.of_circuit(calibration, layout.circuit),
        readings=Readings.of(samples[0]),
    )
    assert inferred.mitigated is not None
    assert inferred.mitigated_decoded is not None
    assert inferred.mitigated_acceptance is not None
    kept = inferred.mitigated_acceptance
    hits = [int((each == memory.bits[target]).all(axis=1).sum()) for each in shown]
    near = [int((nearest_pattern(each, memory.bits) == target).sum()) for each in shown]
    accepted = method.acceptance_of(memory, probe, bits_to_spins(shown[0]))
    nearest = nearest_pattern(shown[0], memory.bits) == target
    ideal = float(method.law(memory, probe).joint[target])
    budget = error_budget(waiting, calibration, layout.qubits)
    clean = layout.budget.success
    return {
        "success": hits[0],
        "success_idling": hits[1] if len(hits) > 1 else None,
        "accepted": float(accepted.sum()),
        "decoded": near[0],
        "decoded_accepted": float(accepted @ nearest),
        "decoded_idling": near[1] if len(near) > 1 else None,
        "mitigated": kept * float(inferred.mitigated[target]),
        "mitigated_decoded": kept * float(inferred.mitigated_decoded[target]),
        "ideal": ideal,
        "predicted": clean * ideal + (1 - clean) * 2.0**-memory.num_neurons,
        "two_qubit": budget.two_qubit_gates,
        "one_qubit": budget.one_qubit_gates,
        "readout": budget.readout,
        "idling": budget.idling,
        "two_qubit_gates": two_qubit_gates(layout.circuit),
        "state_preparations": method.state_preparations(memory, probe),
        "method": method.to_dict(),
        "backend": params["device"],
    }


def _unflagged(shown: dict[str, npt.NDArray[np.bool_]]) -> npt.NDArray[np.bool_]:
    from qdenseam.execution.mitigation import post_selected

    bits = shown["memory_bits"]
    return post_selected(bits, shown["flag_bits"]) if "flag_bits" in shown else bits
