"""The verb: recall one or many probes from a memory, by a method, on an engine."""

from collections.abc import Callable, Sequence
from functools import partial
from operator import index
from typing import Any, Literal, TypedDict

import numpy as np
import numpy.typing as npt
from qiskit import QuantumCircuit

from circuits.resources import count
from classical_ref.spins import bits_to_spins, check_probes
from qdenseam.errors import CapacityError
from qdenseam.execution import engine as find_engine
from qdenseam.execution import two_qubit_gates
from qdenseam.execution.base import Engine
from qdenseam.execution.devices.calibrated import shot_seconds
from qdenseam.execution.engines.memory_limits import fits
from qdenseam.execution.measuring import measured
from qdenseam.execution.mitigation import ReadoutErrors
from qdenseam.execution.readings import Readings
from qdenseam.execution.tallies import tally
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.memories.energy import EnergyMemory
from qdenseam.memories.stored_energies import stored_energies
from qdenseam.methods import as_method
from qdenseam.methods.adaptive import AdaptiveMethod, Round, run_together, sample_laws
from qdenseam.methods.base import RecallLaw, RecallMethod, RecallResources, Spins
from qdenseam.methods.outcomes import draw
from qdenseam.planning import choose
from qdenseam.progress import Progress
from qdenseam.retrieval.result import RecallResult, predicted_probability
from qdenseam.simulation.multinomial import MOST_DRAWS

Memory = AmplitudeMemory | EnergyMemory

_MAX_CHEAP = 12  # neurons up to which a law over all 2^D states takes no time


def recall(
    memory: Memory,
    probes: npt.ArrayLike | str | Sequence[str],
    *,
    method: RecallMethod | AdaptiveMethod | str = "auto",
    sampler: Any = "exact",
    shots: int = 1000,
    bits: bool | None = None,
    rng: np.random.Generator | int | None = None,
    expected_flips: int | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Any:
    """Recall from a memory and return what was measured.

    Args:
        memory: An :class:`AmplitudeMemory` or :class:`EnergyMemory`.
        probes: One probe, shape ``(D,)``, or many, ``(P, D)``: spins with 0 where unknown, or
            text of ``0``, ``1`` and ``?``. Many probes are one job. Bits, and lists that could be
            either, are refused unless ``bits`` says what they are.
        method: How to recall: a method, or its spelling such as ``"amplification"`` or
            ``"separation-filter(hamming-ball(1))"``. ``"auto"`` lets
            :func:`qdenseam.planning.choose` choose from the stored patterns and the known neurons
            of each probe, so that the most frequent answer fits the probe: on a calibrated device
            method and encoder are planned, off engines it may be an adaptive method.
        sampler: ``"exact"`` draws from the method's law, without a circuit, at any size that the
            law takes, in a time that follows the distinct outcomes and not the shots; any
            other name of :func:`qdenseam.execution.engine_names`, a ``BackendV2`` or a V2
            sampler runs the circuit.
        shots: Shots per probe, 1 to 2^63 - 1; for an adaptive method, its independent answers.
        bits: Whether the probes are bits, where their type does not say it; see
            :func:`classical_ref.check_probes`.
        rng: Seed or generator; the same one gives the same result.
        expected_flips: How many known neurons of a probe may be wrong, told to ``"auto"``, which
            then finds a nearest pattern. By default none where a probe has unknown neurons, and
            some where it has none.
        on_progress: Called as batches of circuits finish; after each round of an adaptive method,
            with the circuits asked for so far as the total.

    Returns:
        A :class:`RecallResult` for one probe, a list of them for many.

    Raises:
        ValueError: A probe, the shots or a name is malformed, or a probe is spins or bits in doubt.
        TypeError: The method needs the other kind of memory, or the shots are no integer.
        CapacityError: The circuit does not fit the engine, the law stops below this size, or the
            answers of an adaptive method do not fit in memory.
        BackendError: The engine fails, or returns anything but what was asked for.
    """
    rng = np.random.default_rng(rng)
    method = as_method(method)
    shots = index(shots)
    if not 1 <= shots <= MOST_DRAWS:
        raise ValueError(f"shots should be at least 1 and at most 2**63 - 1. Got {shots}.")
    spins = check_probes(probes, memory.num_neurons, bits=bits)
    rows = spins.reshape(-1, memory.num_neurons)
    engine = None if _is_exact(sampler) else find_engine(sampler)
    if engine is not None:
        check_width(memory, engine)
    recalls = prepared(method, memory, rows, engine, rng, expected_flips)
    results: dict[int, RecallResult] = {}
    for adaptive in dict.fromkeys(m for *_, m in recalls if isinstance(m, AdaptiveMethod)):
        places = [place for place, each in enumerate(recalls) if each[2] == adaptive]
        if engine is None and adaptive.law(memory, rows[places[0]]) is not None:
            found = [_drawn(memory, rows[place], adaptive, shots, rng) for place in places]
        else:
            found = _adaptive(memory, rows[places], adaptive, engine, shots, rng, on_progress)
        results |= zip(places, found, strict=True)
    fixed = {i: (m, p, each) for i, (m, p, each) in enumerate(recalls)
             if isinstance(each, RecallMethod)}  # fmt: skip
    if engine is None:
        results |= {place: _drawn(*each, shots, rng) for place, each in fixed.items()}
    elif fixed:
        found = _run([*fixed.values()], engine, shots, rng, on_progress)
        results |= zip(fixed, found, strict=True)
    return results[0] if spins.ndim == 1 else [results[place] for place in range(len(rows))]


def _is_exact(sampler: Any) -> bool:
    return isinstance(sampler, str) and sampler.strip().lower() == "exact"


def prepared(
    method: RecallMethod | AdaptiveMethod | Literal["auto"],
    memory: Memory,
    probes: Spins,
    engine: Engine | None,
    rng: np.random.Generator,
    expected_flips: int | None = None,
) -> list[tuple[Memory, Spins, RecallMethod | AdaptiveMethod]]:
    """Return (memory, probe, method) for every probe, chosen if that is asked for, and trained.

    A choice is made once for all probes that know the same neurons. It may change the memory's
    encoder, never its patterns; with an engine it is no adaptive method.

    Raises:
        TypeError: The method needs the other kind of memory.
        ValueError: Flips are expected of a method that was not chosen here, or fewer than 0.
    """
    if expected_flips is not None and not isinstance(method, str):
        raise ValueError(
            f"expected_flips should be given with method='auto' alone. Got {method.name!r}, whose "
            "own settings say how many bits may be wrong."
        )
    target = None if engine is None else engine.target
    chosen: dict[bytes, tuple[Memory, RecallMethod | AdaptiveMethod]] = {}
    recalls: list[tuple[Memory, Spins, RecallMethod | AdaptiveMethod]] = []
    for probe in probes:
        known = (probe != 0).tobytes()
        if not isinstance(method, str):
            chosen[known] = (memory, method)
        elif known not in chosen:
            chosen[known] = choose(
                memory, probe, target, expected_flips=expected_flips, may_adapt=engine is None
            )
        source, each = chosen[known]
        if not isinstance(source, each.memory_type):
            raise TypeError(
                f"{type(each).__name__} recalls from {each.memory_type.__name__}. "
                f"Got {type(source).__name__}."
            )
        assert np.array_equal(source.patterns, memory.patterns)  # results count in this order
        if isinstance(each, RecallMethod):
            each = each.trained(source, probe, rng=rng)
        recalls.append((source, probe, each))
    return recalls


def _drawn(
    memory: Memory,
    probe: Spins,
    method: RecallMethod | AdaptiveMethod,
    shots: int,
    rng: np.random.Generator,
) -> RecallResult:
    law = method.law(memory, probe)
    assert law is not None
    outcomes = draw(law, memory.patterns, shots, rng)
    if isinstance(method, AdaptiveMethod):
        spent = round(shots * method.expected_state_preparations(memory, probe))
    else:
        spent = shots * method.state_preparations(memory, probe)
    return _result((memory, probe, method), law, outcomes, shots, spent, engine="exact")


def _run(
    recalls: list[tuple[Memory, Spins, RecallMethod]],
    engine: Engine,
    shots: int,
    rng: np.random.Generator,
    on_progress: Callable[[Progress], None] | None,
) -> list[RecallResult]:
    ready, costs = compiled(recalls, engine, seed=int(rng.integers(2**31)))
    samples = engine.sample(ready, shots, rng, on_progress=on_progress)
    results = []
    for recalled, cost, bits in zip(recalls, costs, samples, strict=True):
        readings = readings_of(bits, *recalled)
        results.append(
            _result(
                recalled,
                _cheap_law(*recalled),
                readings.accepted(rng),
                shots,
                shots * cost["resources"].state_preparations,
                engine=engine.name,
                readings=readings,
                **cost,
            )
        )
    return results


class Cost(TypedDict):
    """What a shot of a recall takes on an engine, as fields of a :class:`RecallResult`."""

    resources: RecallResources
    routed_two_qubit_gates: int | None
    shot_seconds: float | None
    readout_errors: ReadoutErrors | None


def compiled(
    recalls: Sequence[tuple[Memory, Spins, RecallMethod]], engine: Engine, *, seed: int
) -> tuple[list[QuantumCircuit], list[Cost]]:
    """Return the circuit of each recall, compiled as one batch, and what a shot of it takes.

    Raises:
        CapacityError: A circuit does not fit the engine.
    """
    circuits = [method.circuit(memory, probe) for memory, probe, method in recalls]
    ready = engine.compile([measured(circuit) for circuit in circuits], seed=seed)
    return ready, [
        Cost(
            resources=_resources(circuit, method.state_preparations(memory, probe)),
            routed_two_qubit_gates=None if engine.target is None else two_qubit_gates(routed),
            shot_seconds=shot_seconds(engine, routed),
            readout_errors=ReadoutErrors.of_circuit(engine.target, routed),
        )
        for (memory, probe, method), circuit, routed in zip(recalls, circuits, ready, strict=True)
    ]


def readings_of(
    registers: dict[str, npt.NDArray[np.bool_]], memory: Memory, probe: Spins, method: RecallMethod
) -> Readings:
    """Return what was read from a method's circuit, with the method's classical rule, if any."""
    is_classical = method.acceptance_rule == "classical"
    rule = partial(method.acceptance_of, memory, probe) if is_classical else None
    return Readings.of(registers, rule)


def _adaptive(
    memory: Memory,
    probes: Spins,
    method: AdaptiveMethod,
    engine: Engine | None,
    shots: int,
    rng: np.random.Generator,
    on_progress: Callable[[Progress], None] | None,
) -> list[RecallResult]:
    """Run the rounds of an adaptive method; ``shots`` of the results are their answers."""
    _require_room(probes, shots)
    name = "exact" if engine is None else engine.name
    spent, done, num_rounds = [0] * len(probes), 0, 0

    def report(step: Progress) -> None:
        if on_progress is not None:
            message = f"{name}: round {num_rounds}"
            on_progress(Progress(done=done + step.done, total=done + step.total, message=message))

    def run(rounds: list[Round], rng: np.random.Generator) -> list[Spins]:
        nonlocal done, num_rounds
        num_rounds += 1
        if engine is None:
            readouts = sample_laws(rounds, rng)
            report(Progress(done=len(rounds), total=len(rounds), message=name))
        else:
            circuits = [each.method.circuit(each.memory, each.probe) for each in rounds]
            for each, circuit in zip(rounds, circuits, strict=True):
                spent[each.place] += each.shots * count(circuit).two_qubit_gates
            compiled = engine.compile(
                [measured(circuit) for circuit in circuits], seed=int(rng.integers(2**31))
            )
            found = engine.sample(
                compiled, [each.shots for each in rounds], rng, on_progress=report
            )
            readouts = [bits_to_spins(bits["memory_bits"]) for bits in found]
        done += len(rounds)
        return readouts

    results = []
    for probe, state, gates in zip(
        probes, run_together(method, memory, probes, shots, run, rng=rng), spent, strict=True
    ):
        results.append(
            _result(
                (memory, probe, method),
                method.law(memory, probe),
                tally(state.answers[state.answers.all(axis=1)]),
                shots,
                state.state_preparations,
                evaluations=getattr(state, "evaluations", 0),
                engine=name,
                two_qubit_gates=None if engine is None else gates,
            )
        )
    return results


def _require_room(probes: Spins, shots: int) -> None:
    """Refuse more answers than the memory holds: unlike outcomes of a law, each is kept.

    Raises:
        CapacityError: There are too many.
    """
    needed = 8 * probes.size * shots  # answers, their copies of a step, and readouts
    if not fits(needed):
        raise CapacityError(
            f"an adaptive method keeps every answer: {shots} for each of {len(probes)} probes take "
            f"about {needed / 2**30:.3g} GiB, more than is free here. Use fewer shots or probes."
        )


def check_width(memory: Memory, engine: Engine) -> None:
    """Refuse a memory with more neurons than an engine has qubits, before a circuit is built.

    Raises:
        CapacityError: There are too many.
    """
    if engine.max_qubits is not None and memory.num_neurons > engine.max_qubits:
        raise CapacityError(
            f"{memory.num_neurons} neurons need as many qubits; {engine.name!r} holds "
            f"{engine.max_qubits}. Use sampler='exact', 'aer-mps', or fewer neurons."
        )


def _resources(circuit: QuantumCircuit, state_preparations: int) -> RecallResources:
    counted = count(circuit)
    return RecallResources(
        num_qubits=counted.num_qubits,
        two_qubit_gates=counted.two_qubit_gates,
        two_qubit_depth=counted.two_qubit_depth,
        state_preparations=state_preparations,
    )


def _cheap_law(memory: Memory, probe: Spins, method: RecallMethod) -> RecallLaw | None:
    """Return the law where it costs little beside the shots of a circuit, else None."""
    is_cheap = method.preserves_memory_span or memory.num_neurons <= _MAX_CHEAP
    return method.law(memory, probe) if is_cheap else None


def _result(
    recalled: tuple[Memory, Spins, RecallMethod | AdaptiveMethod],
    law: RecallLaw | None,
    outcomes: tuple[Spins, npt.NDArray[np.int64]],
    shots: int,
    state_preparations: int,
    **run: Any,
) -> RecallResult:
    """Return a result of distinct accepted outcomes, most frequent first, and their counts."""
    (memory, probe, method), (states, counts) = recalled, outcomes
    run.setdefault("evaluations", getattr(method, "evaluations", 0))
    if isinstance(memory, EnergyMemory):
        run["energies"] = stored_energies(memory, probe, states[0] if len(states) else None)
    return RecallResult(
        patterns=memory.patterns,
        probe=probe.copy(),
        states=states,
        state_counts=counts,
        shots=shots,
        method=method.to_dict(),
        state_preparations=state_preparations,
        predicted_probability=predicted_probability(law, memory.patterns, states),
        **run,
    )
