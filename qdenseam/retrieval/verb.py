"""The verb: recall one or many probes from a memory, by a method, on an engine."""

from collections.abc import Sequence
from typing import Unpack, overload

import numpy as np
import numpy.typing as npt

from circuits.loading.auto import Auto
from circuits.resources import count
from classical_ref.checks import Rng, checked
from classical_ref.spins import bits_to_spins
from qdenseam.effort import foretell, require_room, search_seconds
from qdenseam.execution.base import Engine
from qdenseam.execution.readings import measured
from qdenseam.execution.registry import Source
from qdenseam.execution.tallies import tally
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods.adaptive import AdaptiveMethod, Round, run_together, sample_laws
from qdenseam.methods.base import RecallLaw, RecallMethod, Spins
from qdenseam.methods.outcomes import draw
from qdenseam.progress import OnProgress, Progress, followed
from qdenseam.retrieval.circuits_kept import PackedCircuit
from qdenseam.retrieval.preparing import ManyProbes, OneProbe, Settings, compiled, requested
from qdenseam.retrieval.reading import Cost, Memory, Reader
from qdenseam.retrieval.result import RecallResult

_MAX_CHEAP = 12  # neurons up to which a law over all 2^D states takes no time


class _Options(Settings, total=False):
    sampler: Source
    on_progress: OnProgress | None


@overload
def recall(memory: Memory, probes: OneProbe, **options: Unpack[_Options]) -> RecallResult: ...
@overload
def recall(
    memory: Memory, probes: ManyProbes, **options: Unpack[_Options]
) -> list[RecallResult]: ...
@checked
def recall(
    memory: Memory,
    probes: npt.ArrayLike | Sequence[str],
    *,
    method: RecallMethod | AdaptiveMethod | str = "auto",
    sampler: Source = "exact",
    shots: int = 1000,
    bits: bool | None = None,
    rng: Rng = None,
    expected_flips: int | None = None,
    on_progress: OnProgress | None = None,
) -> RecallResult | list[RecallResult]:
    """Recall from a memory and return what was measured.

    Args:
        memory: An :class:`AmplitudeMemory` or :class:`EnergyMemory`.
        probes: One probe, shape ``(D,)``, or many, ``(P, D)``: spins with 0 where unknown, or
            text of ``0``, ``1`` and ``?``. Many probes are one job. Bits, and lists that could be
            either, are refused unless ``bits`` says what they are. To a type checker an array of
            unknown shape is one probe; many are a list, or an array annotated as of two axes.
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
        on_progress: Called as probes are trained or drawn and batches of circuits finish; after
            each round of an adaptive method, with the circuits asked for so far as the total. By
            default a terminal or a notebook shows a bar after two seconds;
            :func:`qdenseam.progress.silent` draws none.

    Returns:
        A :class:`RecallResult` for one probe, a list of them for many.

    Raises:
        ValueError: A probe, the shots or a name is malformed, or a probe is spins or bits in doubt.
        TypeError: The memory is none, the method needs the other kind, or the shots are no integer.
        CapacityError: The circuit does not fit the engine, the law stops below this size, or the
            answers of an adaptive method do not fit in memory.
        BackendError: The engine fails, or returns anything but what was asked for.

    Examples:
        >>> from qdenseam import AmplitudeMemory
        >>> memory = AmplitudeMemory(["0011", "0110"])
        >>> result = recall(memory, "?0?1", method="amplification", shots=100, rng=7)
        >>> result.pattern.tolist(), result.counts.tolist()
        ([1, 1, -1, -1], [100, 0])
    """
    with followed("recall", on_progress) as tell:
        return _recalled(
            memory,
            probes,
            sampler,
            tell,
            method=method,
            shots=shots,
            bits=bits,
            rng=rng,
            expected_flips=expected_flips,
        )


def _recalled(
    memory: Memory,
    probes: npt.ArrayLike | Sequence[str],
    sampler: Source,
    tell: OnProgress,
    **settings: Unpack[Settings],
) -> RecallResult | list[RecallResult]:
    is_exact = isinstance(sampler, str) and sampler.strip().lower() == "exact"
    asked = requested(memory, probes, None if is_exact else sampler, tell=tell, **settings)
    engine, rng, shots, recalls = asked.engine, asked.rng, asked.shots, asked.recalls
    results: dict[int, RecallResult] = {}

    def draw_all(drawn: dict[int, tuple[Memory, Spins, RecallMethod | AdaptiveMethod]]) -> None:
        for done, (place, each) in enumerate(drawn.items(), start=1):
            results[place] = _drawn(*each, shots, rng)
            if len(drawn) > 1:
                tell(Progress(done=done, total=len(drawn), message="exact: drawn from the law"))

    for adaptive in dict.fromkeys(m for *_, m in recalls if isinstance(m, AdaptiveMethod)):
        places = [place for place, each in enumerate(recalls) if each[2] == adaptive]
        probed = [recalls[place][1] for place in places]
        if engine is None and adaptive.law(memory, probed[0]) is not None:
            draw_all({place: recalls[place] for place in places})
        else:
            found = _adaptive(memory, probed, adaptive, engine, shots, rng, tell)
            results |= zip(places, found, strict=True)
    fixed = {i: (m, p, each) for i, (m, p, each) in enumerate(recalls)
             if isinstance(each, RecallMethod)}  # fmt: skip
    if engine is None:
        draw_all({**fixed})
    elif fixed:
        found = _run([*fixed.values()], engine, shots, rng, tell)
        results |= zip(fixed, found, strict=True)
    return results[0] if asked.is_single else [results[place] for place in range(len(recalls))]


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
    reader = Reader.of(memory, probe, method, law)
    return reader.result(outcomes, shots, engine="exact", state_preparations=spent)


def _run(
    recalls: list[tuple[Memory, Spins, RecallMethod]],
    engine: Engine,
    shots: int,
    rng: np.random.Generator,
    on_progress: OnProgress,
) -> list[RecallResult]:
    for memory in {id(memory): memory for memory, *_ in recalls}.values():
        if isinstance(memory, AmplitudeMemory) and isinstance(memory.encoder, Auto):
            seconds = memory.encoder.effort * search_seconds(*memory.patterns.shape)
            foretell("the search for a cheap preparation", seconds, on_progress)
    ready, costs = compiled(recalls, engine, seed=int(rng.integers(2**31)))
    samples = engine.sample(ready, shots, rng, on_progress=on_progress)
    return [
        Reader.of(
            *recalled,
            _cheap_law(*recalled),
            Cost(**cost, compiled_by=PackedCircuit.of(circuit)),
        ).read(bits, engine.name, rng)
        for recalled, circuit, cost, bits in zip(recalls, ready, costs, samples, strict=True)
    ]


def _adaptive(
    memory: Memory,
    probes: Sequence[Spins],
    method: AdaptiveMethod,
    engine: Engine | None,
    shots: int,
    rng: np.random.Generator,
    on_progress: OnProgress,
) -> list[RecallResult]:
    """Run the rounds of an adaptive method; ``shots`` of the results are their answers."""
    require_room(
        f"an adaptive method keeps every answer: {shots} for each of {len(probes)} probes",
        8
        * sum(probe.size for probe in probes)
        * shots,  # with their copies of a step, and readouts
        "Use fewer shots or probes.",
    )
    name = "exact" if engine is None else engine.name
    spent, done, num_rounds = [0] * len(probes), 0, 0

    def report(step: Progress) -> None:
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

    states = run_together(method, memory, probes, shots, run, rng=rng)
    return [
        Reader.of(memory, probe, method, method.law(memory, probe)).result(
            tally(state.answers[state.answers.all(axis=1)]),
            len(state.answers),
            engine=name,
            state_preparations=state.state_preparations,
            evaluations=getattr(state, "evaluations", 0),
            two_qubit_gates=None if engine is None else gates,
        )
        for probe, state, gates in zip(probes, states, spent, strict=True)
    ]


def _cheap_law(memory: Memory, probe: Spins, method: RecallMethod) -> RecallLaw | None:
    """Return the law where it costs little beside the shots of a circuit, else None."""
    is_cheap = method.preserves_memory_span or memory.num_neurons <= _MAX_CHEAP
    return method.law(memory, probe) if is_cheap else None
