"""Success per shot under device noise: planned recall, mitigation, and what the calibration allows.

One task is one instance: a random memory, one probe, a device model. The planner sees the memory,
which neurons are known, and the calibration. Probes that are as near to another pattern are drawn
again; the first draws are instances too, so that success over *all* probes is known as well.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from qdenseam.experiments.records import Params, Task
from qdenseam.experiments.trial_registry import trial

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.transpiler import Target

    from qdenseam.execution import Engine
    from qdenseam.execution.compiling.layout import Layout

CELLS = ((4, 4), (6, 4), (8, 4), (6, 8), (8, 8))
"""(D, K)."""
NUM_SEEDS = 5
"""Routings tried per circuit."""
NUM_IDLING = 5
"""Instances per cell that are also simulated with waits as delays."""
DEVICES = ("fake:fez", "fake:torino")

Spins = npt.NDArray[np.int8]


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
    tasks = instance_tasks("noise", cells, devices, num_instances=num_instances, shots=shots)
    return tasks + [
        replace(task, params={**task.params, "any_probe": True})
        for task in tasks
        if is_redrawn(task.params)
    ]


def instance_tasks(
    kind: str,
    cells: Sequence[tuple[int, int]],
    devices: Sequence[str],
    *,
    corruptions: Sequence[tuple[int, int]] = ((1, 0), (0, 1)),
    num_instances: int,
    shots: int,
) -> list[Task]:
    """Return one task of a kind per corruption, instance of :func:`instance`, cell and device.

    ``corruptions`` are numbers of (unknown, flipped) neurons.
    """
    return [
        Task(
            kind=kind,
            params={
                "device": device,
                "num_neurons": num_neurons,
                "num_patterns": num_patterns,
                "num_erasures": num_erasures,
                "num_flips": num_flips,
                "instance": number,
                "shots": shots,
            },
        )
        for num_erasures, num_flips in corruptions
        for number in range(num_instances)
        for num_neurons, num_patterns in cells
        for device in devices
    ]


def instance(
    num_neurons: int,
    num_patterns: int,
    num_erasures: int,
    num_flips: int,
    number: int,
    *,
    any_probe: bool = False,
) -> tuple[Spins, Spins, int]:
    """Return (patterns, probe, target), the same for every device.

    An ambiguous probe is drawn again with its memory, unless ``any_probe`` takes the first draw.
    """
    from classical_ref.patterns import corrupt, is_ambiguous, random_patterns

    rng = np.random.default_rng([2026, num_neurons, num_patterns, num_erasures, num_flips, number])
    while True:
        patterns = random_patterns(num_patterns, num_neurons, rng=rng)
        target = int(rng.integers(num_patterns))
        probe = corrupt(patterns[target], num_erasures=num_erasures, num_flips=num_flips, rng=rng)
        if any_probe or not is_ambiguous(patterns, probe, target):
            return patterns, probe, target


def instance_of(params: Params) -> tuple[Spins, Spins, int]:
    """Return the :func:`instance` of a task."""
    return instance(
        params["num_neurons"],
        params["num_patterns"],
        params["num_erasures"],
        params["num_flips"],
        params["instance"],
        any_probe=params.get("any_probe", False),
    )


def device_of(params: Params) -> tuple["Engine", "Target"]:
    """Return the device model of a task, and its calibration.

    Raises:
        ValueError: As :func:`qdenseam.execution.factories.check_study_engine`.
    """
    from qdenseam.execution import engine
    from qdenseam.execution.factories import check_study_engine

    check_study_engine(params["device"])
    device = engine(params["device"])
    assert device.target is not None
    return device, device.target


def laid_out(
    circuit: "QuantumCircuit", calibration: "Target", *, num_seeds: int = NUM_SEEDS
) -> "Layout":
    """Return a circuit with its measurements where the calibration predicts most success."""
    from qdenseam.execution.compiling.layout import best_layout
    from qdenseam.execution.measuring import measured

    return best_layout(measured(circuit), calibration, num_seeds=num_seeds)


def is_redrawn(params: Params) -> bool:
    """Return whether the first draw of a task's instance is ambiguous."""
    from classical_ref.patterns import is_ambiguous

    return bool(is_ambiguous(*instance_of({**params, "any_probe": True})))


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
    from classical_ref.spins import bits_to_spins
    from qdenseam.execution import two_qubit_gates
    from qdenseam.execution.devices.error_budget import error_budget, with_delays
    from qdenseam.execution.mitigation import Mitigation, ReadoutErrors, nearest_pattern, processed
    from qdenseam.execution.readings import Readings
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
