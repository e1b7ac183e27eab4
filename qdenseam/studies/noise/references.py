"""What stands beside planned recall under the same noise: the answer written, and no search at all.

"Label-writing" peeks: a classical scan has the answer, and the circuit that index search ends with
writes it. "Measure and accept" prepares the memory, measures it and checks classically.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from qdenseam.experiments.collecting.records import Task
from qdenseam.experiments.collecting.trial_registry import trial
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods import HammingBall, IndexSearch, LabelWriting, RecallMethod, SampleAndAccept
from qdenseam.studies.noise.instances import CELLS, DEVICES, device_of, instance_of, laid_out
from qdenseam.studies.noise.planned import noise_tasks

NUM_INDICES = 4
"""Indices tried for writing."""
SHOTS = 1000
"""Shots of a reference; its numbers are means over instances."""
REFERENCES = ("label-writing", "measure and accept")


@trial("noise references")
def reference_trial(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Run both references on the instance of a noise task, each as the calibration favors it.

    Encoders and indices, layouts and routings are chosen by predicted success, as for the plan.

    Returns:
        By name ``success`` (target measured and accepted) and ``accepted``, shares of ``shots``;
        ``ideal`` and ``ideal_accept``, the same without noise; ``predicted``;
        ``two_qubit_gates`` of one circuit, and ``shot_seconds`` that it occupies the device.
    """
    from circuits.circuit_facts import two_qubit_gates
    from classical_ref.spins import bits_to_spins
    from qdenseam.execution.devices.calibrated import shot_seconds
    from qdenseam.planning.candidates import encoded

    patterns, probe, target = instance_of(params)
    device, calibration = device_of(params)
    memories = encoded(AmplitudeMemory(patterns), calibration)
    search = IndexSearch(radius=params["num_flips"])
    num_indices = min(NUM_INDICES, len(search.indices(memories[0], probe)))
    found: dict[str, Any] = {"backend": params["device"]}
    accept = SampleAndAccept(HammingBall(params["num_flips"]))
    contenders: dict[str, list[tuple[AmplitudeMemory, RecallMethod]]] = {
        "label-writing": [(memories[0], LabelWriting(variant)) for variant in range(num_indices)],
        "measure and accept": [(each, accept) for each in memories],
    }
    for name, candidates in contenders.items():
        layouts = [
            laid_out(method.circuit(memory, probe), calibration) for memory, method in candidates
        ]
        best = int(np.argmax([each.budget.success for each in layouts]))
        memory, method = candidates[best]
        circuit = layouts[best].circuit
        (shown,) = device.sample([circuit], params["shots"], rng)
        states = bits_to_spins(shown["memory_bits"])
        accepted = method.acceptance_of(memory, probe, states)
        right = (states == patterns[target]).all(axis=1)
        law = method.law(memory, probe)
        found[name] = {
            "success": float(accepted @ right) / params["shots"],
            "accepted": float(accepted.mean()),
            "ideal": float(law.joint[target]),
            "ideal_accept": float(law.acceptance),
            "predicted": layouts[best].budget.success * float(law.joint[target]),
            "two_qubit_gates": two_qubit_gates(circuit),
            "shot_seconds": shot_seconds(device, circuit),
        }
    return found


def reference_tasks(tasks: Iterable[Task]) -> list[Task]:
    """Return the references on the instances of noise tasks."""
    return [Task(kind="noise references", params={**task.params, "shots": SHOTS}) for task in tasks]


def study_tasks(
    cells: Sequence[tuple[int, int]] = CELLS,
    devices: Sequence[str] = DEVICES,
    *,
    num_instances: int = 20,
    shots: int = 4000,
) -> list[Task]:
    """Return the study: planned recall, then its references."""
    tasks = noise_tasks(cells, devices, num_instances=num_instances, shots=shots)
    return tasks + reference_tasks(tasks)
