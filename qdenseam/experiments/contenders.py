"""Who stands in a comparison: classical memories, quantum methods, honest baselines.

Every contender answers the same probes of the same pattern sets. Its answer to a probe is one
state: the end of a classical dynamics, or the most frequent accepted outcome of its shots.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Spins = npt.NDArray[np.int8]

CLASSICAL = "classical"
"""Engine name of contenders that run no circuit."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Challenge:
    """One pattern set and its probes."""

    patterns: Spins
    """Stored patterns, shape ``(K, D)``."""
    probes: Spins
    """Corrupted patterns, 0 where unknown, shape ``(P, D)``."""
    targets: npt.NDArray[np.int64]
    """Which pattern each probe was made from, shape ``(P,)``."""
    num_flips: int
    """Flipped bits per probe: the noise level, which a method may know."""
    num_controls: int = 2
    """Control qubits of the probabilistic memory."""
    count_gates: bool = True
    """Whether draws from a law also build the circuit to count its gates."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answers:
    """What a contender answered, and what it cost over all probes and shots."""

    states: Spins
    """One answer per probe, shape ``(P, D)``; zeros where nothing was accepted."""
    shots: int = 0
    accepted: int = 0
    correct: int = 0
    """Accepted shots that show the target."""
    spurious: int = 0
    """Accepted shots that show no stored pattern."""
    state_preparations: int = 0
    two_qubit_gates: int = 0
    """Summed over ``counted_shots``: as compiled on a device, else all-to-all CX."""
    counted_shots: int = 0
    """Shots whose circuits were counted; draws from a law build a circuit only where asked to."""
    evaluations: int = 0
    """Objective evaluations of training, each a batch of shots on a device."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A named way to answer a challenge."""

    name: str
    label: str
    kind: Literal["classical", "quantum", "baseline"]
    answer: Callable[[Challenge, str, int, np.random.Generator], Answers]
    """Maps (challenge, engine name, shots per probe, generator) to the answers."""


def _dense(separation: Callable[[], Any]) -> Callable[..., Answers]:
    def answer(
        challenge: Challenge,
        engine: str,  # noqa: ARG001
        shots: int,  # noqa: ARG001
        rng: np.random.Generator,
    ) -> Answers:
        from classical_ref.dense import DenseMemory

        memory = DenseMemory(challenge.patterns, separation=separation())
        return Answers(states=memory.recall(challenge.probes, rng=rng).states)

    return answer


def _polynomial(order: int) -> Any:
    from classical_ref.separation import Polynomial

    return Polynomial(order)


def _exponential() -> Any:
    from classical_ref.separation import Exponential

    return Exponential()


def _nearest(
    challenge: Challenge,
    engine: str,  # noqa: ARG001
    shots: int,  # noqa: ARG001
    rng: np.random.Generator,  # noqa: ARG001
) -> Answers:
    from classical_ref.metrics import nearest_pattern

    return Answers(
        states=challenge.patterns[nearest_pattern(challenge.patterns, challenge.probes).rows]
    )


def _quantum(
    method: Callable[[Challenge], Any], memory: str = "amplitude"
) -> Callable[..., Answers]:
    def answer(challenge: Challenge, engine: str, shots: int, rng: np.random.Generator) -> Answers:
        from qdenseam.memories.amplitude import AmplitudeMemory
        from qdenseam.memories.energy import EnergyMemory
        from qdenseam.retrieval import recall

        stored: AmplitudeMemory | EnergyMemory
        if memory == "amplitude":
            stored = AmplitudeMemory(challenge.patterns)
        else:
            from classical_ref.dense import DenseMemory
            from classical_ref.separation import LogSumExp

            stored = EnergyMemory(DenseMemory(challenge.patterns, separation=LogSumExp()))
        chosen = method(challenge)
        results = recall(
            stored, challenge.probes, method=chosen, sampler=engine, shots=shots, rng=rng
        )
        targets = challenge.targets
        if engine != "exact":
            gates = [_gates(result) for result in results]
        elif challenge.count_gates:  # probes differ in X gates and angles only: one stands for all
            ready = chosen.trained(stored, challenge.probes[0], rng=rng)
            gates = [ready.resources(stored, challenge.probes[0]).two_qubit_gates] * len(results)
        else:
            gates = []
        return Answers(
            states=np.array(
                [np.zeros_like(r.probe) if r.pattern is None else r.pattern for r in results]
            ),
            shots=shots * len(results),
            accepted=sum(r.accepted for r in results),
            correct=sum(int(r.counts[t]) for r, t in zip(results, targets, strict=True)),
            spurious=sum(r.spurious for r in results),
            state_preparations=sum(r.state_preparations for r in results),
            two_qubit_gates=shots * sum(gates),
            counted_shots=shots * len(gates),
            evaluations=sum(r.evaluations for r in results),
        )

    return answer


def _gates(result: Any) -> int:
    if result.routed_two_qubit_gates is not None:
        return int(result.routed_two_qubit_gates)
    return int(result.resources.two_qubit_gates)


def _sample_and_accept(challenge: Challenge) -> Any:
    from qdenseam.methods import HammingBall, SampleAndAccept

    return SampleAndAccept(HammingBall(challenge.num_flips))


def _probabilistic(challenge: Challenge) -> Any:
    from qdenseam.methods import ProbabilisticRecall

    return ProbabilisticRecall(num_controls=challenge.num_controls)


def _amplification(challenge: Challenge) -> Any:  # noqa: ARG001
    from qdenseam.methods import AmplitudeAmplification

    return AmplitudeAmplification(num_matches=1)


def _ball_filter(challenge: Challenge) -> Any:
    from qdenseam.methods import Amplified, HammingBall, SeparationFilter

    one_match = Amplified(1 / len(challenge.patterns))
    return SeparationFilter(HammingBall(challenge.num_flips), amplified=one_match)


def _qaoa(challenge: Challenge) -> Any:  # noqa: ARG001
    from qdenseam.methods import QAOA

    return QAOA(num_layers=2, warm_start=0.25)


CONTENDERS: dict[str, Contender] = {
    c.name: c
    for c in (
        Contender(
            name="dense-2",
            label="dense memory, order 2",
            kind="classical",
            answer=_dense(lambda: _polynomial(2)),
        ),
        Contender(
            name="dense-3",
            label="dense memory, order 3",
            kind="classical",
            answer=_dense(lambda: _polynomial(3)),
        ),
        Contender(
            name="dense-exp",
            label="dense memory, exponential",
            kind="classical",
            answer=_dense(_exponential),
        ),
        Contender(
            name="amplification",
            label="amplitude amplification",
            kind="quantum",
            answer=_quantum(_amplification),
        ),
        Contender(
            name="probabilistic",
            label="probabilistic memory",
            kind="quantum",
            answer=_quantum(_probabilistic),
        ),
        Contender(
            name="ball-filter",
            label="amplified ball filter",
            kind="quantum",
            answer=_quantum(_ball_filter),
        ),
        Contender(
            name="qaoa",
            label="warm-started QAOA",
            kind="quantum",
            answer=_quantum(_qaoa, "energy"),
        ),
        Contender(
            name="sample-and-accept",
            label="measure, accept classically",
            kind="baseline",
            answer=_quantum(_sample_and_accept),
        ),
        Contender(
            name="nearest",
            label="nearest-neighbor scan",
            kind="baseline",
            answer=_nearest,
        ),
    )
}
"""Every contender by name, in the order of tables and legends."""
