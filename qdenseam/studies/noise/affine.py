"""Affine memories of 16 neurons and more on noisy device models: a code's words as patterns."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from circuits.bit_order import Bits, all_bits
from classical_ref.checks import Rng
from qdenseam.experiments.collecting.records import Record, Task
from qdenseam.experiments.collecting.trial_registry import trial
from qdenseam.experiments.estimates.set_rates import rate_over_sets
from qdenseam.studies import FigureSpec, Row, SpecialStudy, cells_of, register
from qdenseam.studies.noise.instances import device_of, laid_out

CODES_TRIED = 200


def affine_tasks(
    sizes: tuple[tuple[int, int], ...] = ((16, 4), (20, 5), (18, 5)),
    devices: tuple[str, ...] = ("fake:fez", "fake:boston"),
    *,
    num_batches: int = 4,
    shots: int = 25,
) -> list[Task]:
    """Return a task per device and (D, log2 K); every batch draws its own code and probe."""
    return [
        Task(
            kind="affine-noise",
            params={"device": device, "num_neurons": n, "dimension": k, "shots": shots},
            num_batches=num_batches,
        )
        for n, k in sizes
        for device in devices
    ]


def random_code(num_neurons: int, dimension: int, *, rng: Rng = None) -> Bits:
    """Return the words of a systematic linear code, ``(2**dimension, num_neurons)``.

    Of 200 random ones it is one of largest minimum distance.

    Raises:
        ValueError: ``dimension`` is not in 1..``num_neurons``.
    """
    rng = np.random.default_rng(rng)
    if not 1 <= dimension <= num_neurons:
        raise ValueError(f"dimension should be in 1..{num_neurons}. Got {dimension}.")
    messages = all_bits(dimension).astype(np.int64)
    best: npt.NDArray[np.int64] | None = None
    largest = -1
    for _ in range(CODES_TRIED):
        checks = rng.integers(2, size=(dimension, num_neurons - dimension))
        words = np.concatenate([messages, messages @ checks % 2], axis=1)
        distance = int(words[1:].sum(axis=1).min())
        if distance > largest:
            best, largest = words, distance
    assert best is not None
    return best.astype(np.uint8)


@trial("affine-noise")
def affine_trial(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Recall a random word of a random code, a quarter of its neurons unknown.

    Returns:
        Counts over ``shots``: ``success`` (exactly the word) and ``decoded`` (the word is the
        nearest). ``predicted``, ``ideal``, ``chance`` = 1/K, ``min_distance``, and the gates.
    """
    from circuits.circuit_facts import two_qubit_gates
    from circuits.loading import Affine
    from classical_ref.patterns import erase, is_ambiguous
    from classical_ref.spins import bits_to_spins
    from qdenseam.execution.mitigation import nearest_pattern
    from qdenseam.memories.amplitude import AmplitudeMemory
    from qdenseam.methods import IndexSearch, Iterations

    words = random_code(params["num_neurons"], params["dimension"], rng=rng)
    memory = AmplitudeMemory(bits_to_spins(words), encoder=Affine())
    target = int(rng.integers(len(words)))
    probe = memory.patterns[target]
    while True:
        partial = erase(probe, params["num_neurons"] // 4, rng=rng)
        if not is_ambiguous(memory.patterns, partial, target):
            break
    device, calibration = device_of(params)
    layouts = {}
    for count in range(1, max(2, params["dimension"])):
        method = IndexSearch(schedule=Iterations(count))
        ideal = float(method.law(memory, partial).joint[target])
        layout = laid_out(method.circuit(memory, partial), calibration, num_seeds=8)
        layouts[layout.budget.success * ideal] = (layout, ideal, count)
    predicted = max(layouts)
    layout, ideal, num_rounds = layouts[predicted]
    bits = device.sample([layout.circuit], params["shots"], rng)[0]["memory_bits"]
    return {
        "success": int((bits == words[target]).all(axis=1).sum()),
        "decoded": int((nearest_pattern(bits, words) == target).sum()),
        "predicted": predicted,
        "ideal": ideal,
        "chance": 1 / len(words),
        "min_distance": int(words[1:].sum(axis=1).min()),
        "num_rounds": num_rounds,
        "two_qubit_gates": two_qubit_gates(layout.circuit),
        "num_qubits": layout.circuit.num_qubits,
        "backend": params["device"],
    }


def affine_summary(records: Sequence[Record]) -> list[Row]:
    """Return a row per device and size, with 95 % intervals over codes.

    Probes that fit two words are drawn again; solving the code's linear equations finds the word of
    all others, without a quantum computer. ``chance`` is what measuring the loaded words gives.
    """
    rows = []
    names = ("device", "num_neurons", "dimension")
    for (device, num_neurons, dimension), members in cells_of(records, *names).items():
        shots = [r.params["shots"] for r in members]
        row: Row = {
            **{"device": device, "num_neurons": num_neurons, "num_patterns": 2**dimension},
            "shots": sum(shots),
        }
        for name in ("success", "decoded"):
            row[name] = rate_over_sets([r.values[name] for r in members], shots, covers="codes")
        for name in ("predicted", "ideal", "chance", "two_qubit_gates"):
            row[name] = float(np.mean([r.values[name] for r in members]))
        rows.append(row)
    return rows


STUDY = register(
    SpecialStudy(
        name="affine",
        title="code words of 16 neurons recalled on noisy device models",
        tasks=affine_tasks,
        table=affine_summary,
        figures=(
            FigureSpec(x="num_neurons", y="success", line=("device",)),
            FigureSpec(x="num_neurons", y="decoded", line=("device",)),
        ),
        note="Shares of shots, over codes; chance: what measuring the loaded words gives.",
        quick={"sizes": [(8, 3)], "devices": ["fake:fez"], "num_batches": 1, "shots": 100},
    )
)
