"""Grover's search as textbooks build it, under device noise, for one unknown neuron."""

from functools import partial
from typing import Any

import numpy as np
from qiskit import QuantumCircuit, QuantumRegister
from qiskit.circuit.library import StatePreparation

from qdenseam.experiments.collecting.trial_registry import trial
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods import AmplitudeAmplification
from qdenseam.methods.base import Spins
from qdenseam.studies.noise.instances import CELLS, instance_of, instance_tasks
from qdenseam.studies.noise.variants import measured_numbers

textbook_tasks = partial(
    instance_tasks,
    "textbook",
    cells=CELLS,
    devices=("fake:torino",),
    corruptions=((1, 0),),
    num_instances=3,
    shots=2000,
)
"""Return one task per instance of one unknown neuron."""


@trial("textbook")
def textbook_trial(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Run :func:`textbook_grover` on one instance; returns what the trial of filters does."""
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
        variants[name] = measured_numbers(circuit, method, memory, probe, target, params, rng)
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
