"""Flags as error detection under device noise: one, a copy of it, several; and parity checks.

One task is one instance with one flipped neuron on a device model, recalled by filters of as many
signals on different numbers of flags. Probes as near to another pattern are drawn again, so all
numbers are of unambiguous probes. Beside them stands Grover's search as textbooks build it, for one
unknown neuron. The filters and their baseline keep a pattern within the flip half the time; what
accepts it always is measured in :mod:`qdenseam.studies.noise.references`.
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from qiskit import QuantumCircuit, QuantumRegister
from qiskit.circuit.library import StatePreparation

from qdenseam.experiments.records import Record, Task
from qdenseam.experiments.set_rates import rate_over_sets
from qdenseam.experiments.study import FigureSpec
from qdenseam.experiments.trial_registry import trial
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods import (
    AmplitudeAmplification,
    OptimalFilter,
    ProbabilisticRecall,
    RecallMethod,
    SampleAndAccept,
    SeparationFilter,
)
from qdenseam.methods.base import Spins
from qdenseam.studies.cells import cells_of, mean_of
from qdenseam.studies.noise.instances import (
    CELL,
    DEVICES,
    device_of,
    instance_of,
    instance_tasks,
    laid_out,
)
from qdenseam.studies.noise.instances import CELLS as ALL_CELLS
from qdenseam.studies.registry import register
from qdenseam.studies.special import Row, SpecialStudy

CELLS = ((4, 4), (6, 4), (8, 4))
"""(D, K) of the filters."""
TEXTBOOK_DEVICES = ("fake:torino",)
NUMBERS = (
    *("success", "accepted", "detected", "inside", "stored"),
    *("two_qubit_gates", "ideal", "ideal_accept"),
)
"""What a record holds for each variant, in this order; see :func:`flag_trial`."""
COPIED = "one flag and its copy, 2 signals"


def flag_tasks(
    cells: Sequence[tuple[int, int]] = CELLS,
    devices: Sequence[str] = DEVICES,
    *,
    num_instances: int = 20,
    shots: int = 2000,
) -> list[Task]:
    """Return one task per instance of one flipped neuron."""
    return instance_tasks(
        "flags", cells, devices, corruptions=((0, 1),), num_instances=num_instances, shots=shots
    )


def textbook_tasks(
    cells: Sequence[tuple[int, int]] = ALL_CELLS,
    devices: Sequence[str] = TEXTBOOK_DEVICES,
    *,
    num_instances: int = 3,
    shots: int = 2000,
) -> list[Task]:
    """Return one task per instance of one unknown neuron."""
    return instance_tasks(
        "textbook", cells, devices, corruptions=((1, 0),), num_instances=num_instances, shots=shots
    )


def study_tasks(
    cells: Sequence[tuple[int, int]] | None = None,
    devices: Sequence[str] | None = None,
    num_instances: int | None = None,
    shots: int = 2000,
) -> list[Task]:
    """Return the study: Grover's search as textbooks build it, then the filters."""
    textbook = textbook_tasks(
        ALL_CELLS if cells is None else cells,
        TEXTBOOK_DEVICES if devices is None else devices,
        num_instances=num_instances or 3,
        shots=shots,
    )
    return textbook + flag_tasks(
        CELLS if cells is None else cells,
        DEVICES if devices is None else devices,
        num_instances=num_instances or 20,
        shots=shots,
    )


def contenders(num_flips: int) -> dict[str, RecallMethod]:
    """Return the filters by name: each keeps a pattern within the flips with probability 1/2.

    The two last ones are Trugenberger's two controls, and no filter at all: the memory is measured
    and the outcome accepted with the probability of the filter of 4 signals.
    """
    return {
        "one flag, 2 signals": SeparationFilter(OptimalFilter(2, num_flips)),
        COPIED: SeparationFilter(OptimalFilter(2, num_flips)),
        "two flags, 1 signal each": SeparationFilter(
            OptimalFilter(1, num_flips, 0.5**0.5), num_flags=2
        ),
        "one flag, 4 signals": SeparationFilter(OptimalFilter(4, num_flips)),
        "two flags, 2 signals each": SeparationFilter(
            OptimalFilter(2, num_flips, 0.5**0.5), num_flags=2
        ),
        "two controls": ProbabilisticRecall(2),
        "measure and accept": SampleAndAccept(OptimalFilter(4, num_flips)),
    }


@trial("flags")
def flag_trial(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Run every contender on one instance.

    Returns:
        ``variants``: for each name the :data:`NUMBERS`. Counts over ``shots``: ``success`` (target
        measured and accepted), ``accepted``, ``detected`` (the flag and its copy disagree),
        ``inside`` (accepted, and no parity check of the patterns is broken), ``stored`` (accepted,
        and a stored pattern). ``ideal`` and ``ideal_accept`` are P(target and accepted) and
        P(accepted) without noise.
    """
    from qdenseam.execution.mitigation import with_flag_copies

    patterns, probe, target = instance_of(params)
    memory = AmplitudeMemory(patterns)
    variants = {}
    for name, method in contenders(params["num_flips"]).items():
        circuit = method.circuit(memory, probe)
        copied = name == COPIED
        if copied:
            circuit = with_flag_copies(circuit)
        variants[name] = _run(circuit, method, memory, probe, target, params, rng, copied)
    return {"variants": variants, "backend": params["device"]}


@trial("textbook")
def textbook_trial(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Run :func:`textbook_grover` on one instance; returns what :func:`flag_trial` does."""
    from circuits.bit_order import bits_to_integer
    from circuits.loading import Merging, prepare

    patterns, probe, target = instance_of(params)
    memory, method = AmplitudeMemory(patterns), AmplitudeAmplification(schedule="plain")
    amplitudes = np.zeros(2**memory.num_neurons)
    amplitudes[bits_to_integer(memory.bits)] = np.sqrt(memory.weights)
    preparations = {
        "Grover, generic preparation": StatePreparation(amplitudes).definition,
        "Grover, sparse preparation": prepare(memory.bits, encoder=Merging(max_ancillas=0)).circuit,
    }
    variants = {}
    for name, preparation in preparations.items():
        circuit = textbook_grover(preparation, probe, len(method.rounds(memory, probe != 0)))
        variants[name] = _run(circuit, method, memory, probe, target, params, rng)
    return {"variants": variants, "backend": params["device"]}


def textbook_grover(preparation: QuantumCircuit, probe: Spins, num_rounds: int) -> QuantumCircuit:
    """Return Grover's search over a stored superposition without any compression.

    The oracle acts on every known neuron and the reflections about the memory on all D, by
    multi-controlled gates as Qiskit makes them. Without noise it is
    :class:`AmplitudeAmplification` by plain rounds.

    Args:
        preparation: Loads the memory into D qubits, without ancillas.
        probe: Spins, 0 where unknown, shape ``(D,)``.
        num_rounds: Of oracle and reflection.

    References:
        Grover, "A fast quantum mechanical algorithm for database search" (1996); Biham et al.,
        "Grover's quantum search algorithm for an arbitrary initial amplitude distribution" (1999).
    """
    known, everything = np.flatnonzero(probe).tolist(), list(range(len(probe)))
    circuit = QuantumCircuit(QuantumRegister(len(probe), "memory"))
    circuit.compose(preparation, inplace=True)
    for _ in range(num_rounds):
        _flip_phase(circuit, known, [i for i in known if probe[i] == 1])
        circuit.compose(preparation.inverse(), inplace=True)
        _flip_phase(circuit, everything, everything)
        circuit.compose(preparation, inplace=True)
    return circuit


def _flip_phase(circuit: QuantumCircuit, qubits: list[int], zeros: list[int]) -> None:
    """Append -1 on the state of these qubits that is 0 at ``zeros`` and 1 elsewhere."""
    if zeros:
        circuit.x(zeros)
    circuit.h(qubits[-1])
    circuit.mcx(qubits[:-1], qubits[-1])
    circuit.h(qubits[-1])
    if zeros:
        circuit.x(zeros)


def _run(
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
    from classical_ref.spins import spins_to_bits
    from qdenseam.execution import two_qubit_gates
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


def flag_summary(records: Iterable[Record]) -> list[Row]:
    """Return a row per device, cell and variant.

    ``success`` is P(target and accepted), 95 % over instances, which have a memory each; ``purity``
    P(target | accepted), mean over instances; ``checked`` the same among outcomes that
    break no parity check of the patterns, ``stored`` among outcomes that are stored patterns, which
    needs their list. ``detected`` is the share of all shots whose flag and copy disagree,
    ``broken`` the share of accepted outcomes that a parity check rejects. ``ideal`` and
    ``ideal_purity`` hold without noise.
    """
    rows = []
    for key, batch in cells_of(records, *CELL).items():
        variants: dict[str, list[tuple[int, list[float]]]] = {}
        for record in batch:
            for name, numbers in record.values["variants"].items():
                variants.setdefault(name, []).append((record.params["shots"], numbers))
        for name, members in variants.items():
            rows.append(
                {
                    **dict(zip(CELL, key, strict=True)),
                    "variant": name,
                    "instances": len(members),
                    **_columns(members),
                }
            )
    return sorted(rows, key=lambda row: [row[name] for name in CELL])


def _columns(members: Sequence[tuple[int, list[float]]]) -> Row:
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


_FIGURE: dict[str, Any] = {
    **{"x": "num_neurons", "by": "device", "line": ("variant",), "where": {"num_flips": (1,)}},
}
STUDY = register(
    SpecialStudy(
        name="flags",
        title="error detection by flags and parity checks on noisy device models",
        tasks=study_tasks,
        table=flag_summary,
        figures=(
            FigureSpec(**_FIGURE, y="success"),
            FigureSpec(**_FIGURE, y="purity"),
        ),
        note="success: P(target and accepted); purity: P(target | accepted); checked, stored: the "
        "same among outcomes that break no parity check, that are patterns.",
        quick={"cells": [(4, 4)], "devices": ["fake:nairobi"], "num_instances": 1, "shots": 500},
    )
)
