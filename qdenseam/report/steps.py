"""One recall step by step: what would be measured after each part of a circuit, or sweep."""

from dataclasses import dataclass, fields
from typing import final

import numpy as np
import numpy.typing as npt
from qiskit import QuantumCircuit, transpile

from circuits.bit_order import all_bits, bits_to_integer
from circuits.blocks import flat, part_of
from classical_ref.checks import Complexes, Floats, Spins
from classical_ref.recipes import Recipe
from classical_ref.spins import bits_to_spins, spins_to_bits
from qdenseam.errors import CapacityError
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.memories.energy import EnergyMemory
from qdenseam.methods.base import RecallMethod

MAX_AMPLITUDES = 2**25
"""Most amplitudes that are kept, over all steps: half a gibibyte."""


@final
@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecallSteps:
    """What a measurement after each of T steps would give; ``joint + spurious + rejected`` is 1."""

    names: tuple[str, ...]
    joint: Floats
    """P(outcome is pattern μ, and accepted), shape ``(T, K)``."""
    spurious: Floats
    """P(outcome is no stored pattern, and accepted), shape ``(T,)``."""
    rejected: Floats
    """P(not accepted), shape ``(T,)``."""
    ones: Floats
    """P(bit i is 1 given acceptance), shape ``(T, D)``; 1/2 where nothing is known."""
    overlaps: Floats
    """Mean overlap with each pattern given acceptance, shape ``(T, K)``."""
    energies: Floats | None = None
    """Mean energy, shape ``(T,)``, for memories that have one."""
    amplitudes: Complexes | None = None
    """Amplitude of each pattern with all flags 0, shape ``(T, K)``, for circuits."""


def classical_steps(
    recipe: Recipe,
    patterns: Spins,
    probe: Spins,
    *,
    clamped: npt.ArrayLike | None,
    rng: np.random.Generator | int,
) -> RecallSteps:
    """Return the probe and the states after filling in unknown spins and after every sweep.

    A memory without dynamics has its answer as the only step.
    """
    memory = recipe.memory(patterns)
    options = {each.name: getattr(recipe, each.name) for each in fields(recipe)}  # type: ignore[arg-type]
    for name in recipe.built_from:
        options.pop(name, None)
    if isinstance(memory, np.ndarray):
        states = recipe.recall(patterns, probe, clamped=clamped, rng=rng)[np.newaxis]
        names, energies = ["answer"], None
    else:
        found = memory.recall(probe, clamped=clamped, rng=rng, trajectory=True, **options)
        states = np.asarray(found.trajectory)
        names = ["unknown filled in" if (probe == 0).any() else "start"]
        names += [f"sweep {number}" for number in range(1, len(states))]
        energies = memory.energy(np.concatenate([probe[np.newaxis], states]))
    states = np.concatenate([probe[np.newaxis], states])
    joint = (states[:, np.newaxis] == patterns).all(axis=-1).astype(float)
    return RecallSteps(
        names=("probe", *names),
        joint=joint,
        spurious=1 - joint.sum(axis=1),
        rejected=np.zeros(len(states)),
        ones=(1 - states) / 2,
        overlaps=states @ patterns.T.astype(float) / patterns.shape[1],
        energies=energies,
    )


def circuit_steps(
    method: RecallMethod, memory: AmplitudeMemory | EnergyMemory, probe: Spins
) -> RecallSteps:
    """Return what a measurement after each part of a method's circuit would give.

    Parts are the circuit's blocks (:mod:`circuits.blocks`), each with the gates before it, else
    the whole circuit; a classical rule of acceptance is a last step.

    Raises:
        CapacityError: The states of all steps would hold more than :data:`MAX_AMPLITUDES`.
    """
    circuit = method.circuit(memory, probe)
    names, ends = _parts(circuit)
    if len(ends) * 2**circuit.num_qubits > MAX_AMPLITUDES:
        raise CapacityError(
            f"a view should hold at most {MAX_AMPLITUDES} amplitudes. Got {len(ends)} steps of a "
            f"circuit of {circuit.num_qubits} qubits; show a memory of fewer neurons."
        )
    num_neurons = memory.num_neurons
    sizes = {register.name: len(register) for register in circuit.qregs}
    states = _states(circuit, ends)
    states = states.reshape(len(ends), -1, 2 ** sizes.get("flag", 0), 2**num_neurons)
    accepted = (np.abs(states[:, :, 0]) ** 2).sum(axis=1)
    bits = all_bits(num_neurons)
    stored = bits_to_integer(spins_to_bits(memory.patterns))
    amplitudes = states[:, 0, 0][:, stored]
    if method.acceptance_rule == "classical":
        kept = np.asarray(method.acceptance_of(memory, probe, bits_to_spins(bits)))
        accepted = np.concatenate([accepted, accepted[-1:] * kept])
        amplitudes = np.concatenate([amplitudes, amplitudes[-1:]])
        names.append("accepted by the rule")
    joint, acceptance = accepted[:, stored], accepted.sum(axis=1)
    given = accepted / np.where(acceptance > 0, acceptance, 1)[:, np.newaxis]
    ones = np.where(acceptance[:, np.newaxis] > 0, given @ bits, 0.5)
    energy = memory.diagonal(probe) if isinstance(memory, EnergyMemory) else None
    return RecallSteps(
        names=tuple(names),
        joint=joint,
        spurious=np.clip(acceptance - joint.sum(axis=1), 0, None),
        rejected=np.clip(1 - acceptance, 0, None),
        ones=ones,
        overlaps=(1 - 2 * ones) @ memory.patterns.T / num_neurons,
        energies=None if energy is None else given @ energy,
        amplitudes=amplitudes,
    )


def _parts(circuit: QuantumCircuit) -> tuple[list[str], list[int]]:
    """The name of each part, with a number where it comes again, and the instructions up to it."""
    blocks = [i for i, each in enumerate(circuit.data) if part_of(each) is not None]
    if not blocks:
        return ["circuit"], [len(circuit.data)]
    plain = [circuit.data[i].name for i in blocks]
    names = [
        f"{name} {plain[: i + 1].count(name)}" if plain.count(name) > 1 else name
        for i, name in enumerate(plain)
    ]
    return names, [*(i + 1 for i in blocks[:-1]), len(circuit.data)]


def _states(circuit: QuantumCircuit, ends: list[int]) -> Complexes:
    """The states after so many instructions, ``(T, 2**n)``, global phases included."""
    from qiskit_aer import AerSimulator

    simulator = AerSimulator(method="statevector")
    whole, turned, phases = circuit.copy_empty_like(), float(circuit.global_phase), []
    whole.global_phase = 0
    for number, (start, end) in enumerate(zip([0, *ends], ends, strict=False)):
        piece = circuit.copy_empty_like()
        piece.global_phase = 0
        for instruction in circuit.data[start:end]:
            piece.append(instruction)
        piece = flat(piece)
        if not {each.operation.name for each in piece.data} <= set(simulator.operation_names):
            # what gates are made of may have a phase, which belongs to this step
            piece = transpile(piece, simulator, optimization_level=0)
        turned += float(piece.global_phase)
        piece.global_phase = 0
        phases.append(turned)
        whole.compose(piece, inplace=True)
        whole.save_statevector(label=str(number))
    data = simulator.run(whole, shots=1).result().data()
    states = np.array([np.asarray(data[str(number)]) for number in range(len(ends))])
    return np.asarray(states * np.exp(1j * np.array(phases))[:, np.newaxis])
