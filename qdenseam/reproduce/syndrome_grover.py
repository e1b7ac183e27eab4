"""Syndrome decoding on qubits: Grover search for the error, and the code as a stabilizer state.

The Hamming code of seven bits stores 16 words. Searching all 128 states for the one that obeys the
checks next to the probe takes eight rounds; held in the memory, 16 words take three; measuring the
syndrome takes none. Classical flips or a table of syndromes are cheaper than each of them.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from circuits.bit_order import Bits, all_bits
from circuits.loading.affine import Affine
from classical_ref.sparse_recovery import ParityMemory
from classical_ref.spins import bits_to_spins
from qdenseam.experiments import Task, rate, trial
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods import Iterations, SetIntersection, SyndromeDecoding
from qdenseam.reproduce.published import Found, against
from qdenseam.studies import FigureSpec, Records, Row, SpecialStudy, grid, register

MOST_ROUNDS = 13


def hamming_checks(num_bits: int) -> Bits:
    """Return checks whose column i is the number i + 1: distance 3, ``(num_checks, num_bits)``."""
    numbers = np.arange(1, num_bits + 1)
    return (numbers >> np.arange(num_bits.bit_length())[:, np.newaxis] & 1).astype(np.uint8)


def code_memory(num_bits: int) -> AmplitudeMemory:
    """Return the words that obey :func:`hamming_checks`, loaded as a stabilizer state."""
    words = bits_to_spins(all_bits(num_bits))
    stored = words[ParityMemory(hamming_checks(num_bits)).energy(words) == 0]
    return AmplitudeMemory(stored, encoder=Affine())


def tasks(most_rounds: int = MOST_ROUNDS, shots: int = 2000) -> list[Task]:
    """Return the search, and two codes as stabilizer states."""
    return [
        *grid("syndrome-search", most_rounds=most_rounds, shots=shots),
        *grid("stabilizer-memory", num_bits=[7, 9], shots=shots),
    ]


@trial("syndrome-search")
def search(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Return the success of every number of rounds: by law, by circuit, and in shots."""
    from qiskit.quantum_info import Statevector

    from qdenseam.retrieval.verb import recall

    memory = code_memory(7)
    target = int(rng.integers(memory.num_patterns))
    probe = memory.patterns[target] * np.where(np.arange(7) == rng.integers(7), -1, 1)
    laws, circuits, errors, counts = [], [], [], []
    for rounds in range(params["most_rounds"] + 1):
        method = SyndromeDecoding(schedule=Iterations(rounds, may_over_rotate=True))
        law = method.law(memory, probe)
        state = Statevector(method.circuit(memory, probe)).probabilities().reshape(-1, 128)[0]
        assert law.distribution is not None
        laws.append(float(law.joint[target]))
        circuits.append(float(state[_index(memory.patterns[target])]))
        errors.append(float(np.abs(state - law.distribution).max()))
        shots = params["shots"]
        result = recall(memory, probe, method=method, sampler="statevector", shots=shots, rng=rng)
        counts.append(int(result.counts[target]))
    plain = SyndromeDecoding(schedule="plain")
    anything = SyndromeDecoding(radius=7, num_matches=16, schedule="plain")
    coset = anything.law(memory, probe)
    held = SetIntersection(radius=1)
    return {
        "laws": laws,
        "circuits": circuits,
        "errors": errors,
        "counts": counts,
        "best_rounds": len(plain.rounds(memory, probe != 0)),
        "coset": float(coset.joint.sum()),
        "coset_right": float(coset.joint[target] / coset.joint.sum()),
        "search_cx": plain.resources(memory, probe).two_qubit_gates,
        "held_cx": held.resources(memory, probe).two_qubit_gates,
        "held_rounds": len(held.rounds(memory, probe != 0)),
    }


@trial("stabilizer-memory")
def stabilizer(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Return how one code does as a stabilizer state, over every single error."""
    from qdenseam.retrieval.verb import recall

    num_bits, shots = params["num_bits"], params["shots"]
    checks, memory = hamming_checks(num_bits), code_memory(num_bits)
    word = memory.patterns[memory.num_patterns // 3]
    probes = np.where(np.eye(num_bits, dtype=bool), -word, word)
    place = memory.num_patterns // 3
    recalled = [SetIntersection(radius=1).law(memory, each).joint[place] for each in probes]
    fidelities = [_corrected(memory, checks, wrong) for wrong in range(num_bits)]
    probe = probes[int(rng.integers(num_bits))]
    run = recall(
        memory, probe, method=SetIntersection(), sampler="statevector", shots=shots, rng=rng
    )
    return {
        "num_words": memory.num_patterns,
        "preparation_cx": memory.preparation().resources.two_qubit_gates,
        "syndrome_cx": int(checks.sum()),
        "recalled": [float(x) for x in recalled],
        "share": int(run.counts[place]) / shots,
        "certainties": [certainty for certainty, _ in fidelities],
        "fidelities": [fidelity for _, fidelity in fidelities],
    }


def _corrected(memory: AmplitudeMemory, checks: Bits, wrong: int) -> tuple[float, float]:
    """Return P(the syndrome of one error) and the fidelity after undoing that error."""
    from qiskit import QuantumCircuit
    from qiskit.quantum_info import Statevector

    from circuits.grover.syndromes import syndrome_circuit

    num_bits, num_checks = checks.shape[1], len(checks)
    stored = memory.preparation().circuit
    circuit = QuantumCircuit(num_bits + num_checks)
    circuit.compose(stored, range(num_bits), inplace=True)
    circuit.x(wrong)
    circuit.compose(syndrome_circuit(checks), range(num_bits + num_checks), inplace=True)
    branches = Statevector(circuit).data.reshape(2**num_checks, 2**num_bits)
    chances = (np.abs(branches) ** 2).sum(axis=1)
    syndrome = int(chances.argmax())
    found = syndrome - 1  # column i is the number i + 1
    undone = branches[syndrome][np.arange(2**num_bits) ^ (1 << found)]
    fidelity = np.abs(np.vdot(Statevector(stored).data, undone)) ** 2
    return float(chances[syndrome]), float(fidelity)


def _index(spins: NDArray[np.int8]) -> int:
    return int((spins < 0) @ (1 << np.arange(len(spins))))


def table(records: Records) -> list[Row]:
    """Return the success of every number of rounds: measured, by circuit, and Grover's formula."""
    searched, shots = records[0].values, records[0].params["shots"]
    counts, circuits = searched["counts"], searched["circuits"]
    rows: list[Row] = [
        {"label": "shots", "kind": "quantum", "rounds": rounds, "success": rate(count, shots)}
        for rounds, count in enumerate(counts)
    ]
    rows += [
        {"label": "circuit, exact", "kind": "classical", "rounds": rounds, "success": success}
        for rounds, success in enumerate(circuits)
    ]
    return rows + [
        {"label": "sin²((2r + 1)θ)", "kind": "theory", "rounds": rounds, "success": float(success)}
        for rounds, success in enumerate(_formula(len(counts)))
    ]


def _formula(num_rounds: int) -> NDArray[np.float64]:
    return np.asarray(np.sin((2 * np.arange(num_rounds) + 1) * np.arcsin(128**-0.5)) ** 2)


def found(records: Records) -> Found:
    """Return how the circuits agree with their laws and with Grover's formula."""
    searched, *codes = (record.values for record in records)
    circuits = np.array(searched["circuits"])
    numbers: dict[str, float] = {
        "rounds that come closest to success": searched["best_rounds"],
        "success after eight rounds, circuit": circuits[8],
        "largest |circuit - sin²((2r + 1)θ)|, r to 13": np.abs(
            circuits - _formula(len(circuits))
        ).max(),
        "largest |circuit - law| over all states": max(searched["errors"]),
        "any word, two rounds: some word": searched["coset"],
        "any word: the right one among them": searched["coset_right"],
        "rounds when the words are held": searched["held_rounds"],
    }
    for code in codes:
        of = f"{code['num_words']} words"
        numbers |= {
            f"lowest P(syndrome) of single errors, {of}": min(code["certainties"]),
            f"lowest fidelity after correction, {of}": min(code["fidelities"]),
            f"lowest recall of single errors, {of}": min(code["recalled"]),
            f"share of shots that recall the word, {of}": code["share"],
        }
    measuring = codes[0]["preparation_cx"] + codes[0]["syndrome_cx"]
    for what, spent in (
        ("the words held", searched["held_cx"]),
        ("one syndrome measurement", measuring),
    ):
        numbers[f"CX of {what} / CX of the search"] = spent / searched["search_cx"]
    return numbers


STUDY = register(
    SpecialStudy(
        name="syndrome-grover",
        title="syndrome decoding by Grover search, beside the code as a stabilizer state",
        source=(
            "Grover, A fast quantum mechanical algorithm for database search (1996), for the law; "
            "Mazumdar and Rawat, Associative memory via a sparse recovery model (2015), for the "
            "memory"
        ),
        tasks=tasks,
        table=table,
        figures=(FigureSpec(x="rounds", y="success", line=("label",)),),
        quick={"shots": 500},
        note="The error among 128 states, for the Hamming code of seven bits.",
        checks=against("syndrome-grover", found),
    )
)
