"""Success per shot under device noise: planned recall, mitigation, and what the calibration allows.

One task is one instance: a random memory, one unambiguous probe, a device model. The planner sees
the memory, which neurons are known, and the calibration.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from qdenseam.experiments.collect import trial
from qdenseam.experiments.records import Record, Task
from qdenseam.experiments.statistics import rate

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
    """Return one task per instance: those of one unknown neuron, then of one flipped one."""
    return instance_tasks("noise", cells, devices, num_instances=num_instances, shots=shots)


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
    num_neurons: int, num_patterns: int, num_erasures: int, num_flips: int, number: int
) -> tuple[Spins, Spins, int]:
    """Return (patterns, probe, target): the same for every device, never ambiguous."""
    from classical_ref.patterns import corrupt, is_ambiguous, random_patterns

    rng = np.random.default_rng([2026, num_neurons, num_patterns, num_erasures, num_flips, number])
    while True:
        patterns = random_patterns(num_patterns, num_neurons, rng=rng)
        target = int(rng.integers(num_patterns))
        probe = corrupt(patterns[target], num_erasures=num_erasures, num_flips=num_flips, rng=rng)
        if not is_ambiguous(patterns, probe, target):
            return patterns, probe, target


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
    from qdenseam.execution import engine, two_qubit_gates
    from qdenseam.execution.error_budget import error_budget, with_delays
    from qdenseam.execution.factories import check_study_engine
    from qdenseam.execution.layout import best_layout
    from qdenseam.execution.measuring import measured
    from qdenseam.execution.mitigation import Mitigation, ReadoutErrors, nearest_pattern, processed
    from qdenseam.execution.readings import Readings
    from qdenseam.memories.amplitude import AmplitudeMemory
    from qdenseam.planning import plan

    patterns, probe, target = instance(
        params["num_neurons"], params["num_patterns"], params["num_erasures"],
        params["num_flips"], params["instance"],
    )  # fmt: skip
    check_study_engine(params["device"])
    device, shots = engine(params["device"]), params["shots"]
    calibration = device.target
    assert calibration is not None
    chosen = plan(
        AmplitudeMemory(patterns), probe != 0, calibration,
        num_flips=params["num_flips"], num_seeds=NUM_SEEDS,
    )[0]  # fmt: skip
    memory, method = chosen.memory, chosen.method
    layout = best_layout(measured(method.circuit(memory, probe)), calibration, num_seeds=NUM_SEEDS)
    waiting = with_delays(layout.circuit, calibration, layout.qubits)
    runs = [layout.circuit] + [waiting] * (params["instance"] < NUM_IDLING)
    samples = device.sample(runs, shots, rng)
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


def noise_summary(records: Iterable[Record]) -> list[dict[str, Any]]:
    """Return a row per device and cell; ``low`` and ``high`` are 95 % over shots (Wilson).

    ``set_error`` is the standard error of ``success`` over instances, which is larger. ``accept``
    is the acceptance; ``decoded`` and ``mitigated_decoded`` are shares of all shots, accepted or
    not, ``decoded_accepted`` of those that were accepted too; ``baseline`` the probability that
    measuring and accepting, *without* noise, succeeds within as many preparations as the method
    uses; ``allowed`` the ideal success times the survival of gates and readout, ``readout`` the
    most that no gate error at all would leave; the factors of the budget are means over instances.
    """
    cells: dict[tuple[Any, ...], list[Record]] = {}
    for record in records:
        p = record.params
        key = (p["device"], p["num_erasures"], p["num_flips"], p["num_neurons"], p["num_patterns"])
        cells.setdefault(key, []).append(record)
    rows = []
    for (device, erasures, flips, neurons, patterns), members in sorted(cells.items()):
        shots = np.array([r.params["shots"] for r in members])

        def mean(name: str, members: list[Record] = members) -> float:
            found = [r.values[name] for r in members if r.values[name] is not None]
            return float(np.mean(found)) if found else float("nan")

        counts = np.array([r.values["success"] for r in members])
        estimate = rate(int(counts.sum()), int(shots.sum()), covers="shots")
        uses = np.array([r.values["state_preparations"] for r in members])
        per_shot = float(shots[0])
        rows.append(
            {
                "device": device,
                "unknown": erasures,
                "flipped": flips,
                "D": neurons,
                "K": patterns,
                "instances": len(members),
                "success": estimate.best,
                "low": estimate.low,
                "high": estimate.high,
                "set_error": float(np.std(counts / shots) / np.sqrt(max(1, len(members) - 1))),
                "accept": mean("accepted") / per_shot,
                "mitigated": mean("mitigated"),
                "decoded": mean("decoded") / per_shot,
                "decoded_accepted": mean("decoded_accepted") / per_shot,
                "mitigated_decoded": mean("mitigated_decoded"),
                "success_idling": mean("success_idling") / per_shot,
                "baseline": float(np.mean(1 - (1 - 1 / patterns) ** uses)),
                "ideal": mean("ideal"),
                "allowed": mean("predicted"),
                "two_qubit": mean("two_qubit"),
                "one_qubit": mean("one_qubit"),
                "readout": mean("readout"),
                "idling": mean("idling"),
                "two_qubit_gates": mean("two_qubit_gates"),
            }
        )
    return rows


def prediction_quality(records: Iterable[Record]) -> dict[str, float]:
    """Return how predicted success compares with the simulated one, over instances.

    ``correlation`` (Pearson), ``bias`` (mean of simulated minus predicted) and ``spread`` (its
    standard deviation).
    """
    pairs = np.array(
        [(r.values["predicted"], r.values["success"] / r.params["shots"]) for r in records]
    )
    difference = pairs[:, 1] - pairs[:, 0]
    return {
        "correlation": float(np.corrcoef(pairs.T)[0, 1]),
        "bias": float(difference.mean()),
        "spread": float(difference.std()),
    }
