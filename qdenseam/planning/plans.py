"""Plans compared by predicted success: memory, method and layout for a device's calibration."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

import numpy as np
import numpy.typing as npt
from qiskit import QuantumCircuit
from qiskit.transpiler import Target

from circuits.circuit_facts import two_qubit_gates
from circuits.resources import count
from classical_ref.checks import check_integer, checked
from classical_ref.shown import Shown
from qdenseam.execution.compiling.compilation import predicted_layout
from qdenseam.execution.compiling.layout import Layout, typical_survival
from qdenseam.execution.devices.parts import working_qubits
from qdenseam.execution.readings import measured
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods import AdaptiveMethod, RecallMethod, SampleAndAccept, as_method
from qdenseam.methods.base import Spins
from qdenseam.planning.candidates import (
    Expected,
    answers_written,
    baselines,
    candidates,
    encoded,
    expected_probes,
)
from qdenseam.progress import followed
from qdenseam.spelling import spell

ACCEPTANCE_PER_FALSE_ACCEPT = 5
"""A filter whose acceptance is not this many times what noise makes it accept is left out."""
_FIRST_SEEDS = 2  # routings of a first look
_success = attrgetter("success")
_NUM_REFINED = 3  # plans that are worth all routings
_LEAST_ROUTED = 0.7  # gates of a routed filter over those as written; .72 was the least seen


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Plan(Shown):
    """A way to recall on a device, and what is predicted of it."""

    memory: AmplitudeMemory
    """The memory with the encoder chosen."""
    method: RecallMethod
    layout: Layout
    """A circuit of this plan on the device; other probes differ in X gates."""
    ideal: float
    """P(target and accepted) without noise, mean over the stored patterns and their flips."""
    success: float
    """The same with noise."""
    false_accepts: float
    """P(accepted and not the target), with noise."""
    state_preparations: int
    """Preparations and inverses of the memory state in one shot."""
    answers: bool
    """Whether without noise a nearest pattern comes first for *every* expected probe, and each of
    several nearest ones comes out at all; the success is a mean."""

    @property
    def acceptance(self) -> float:
        """P(accepted), with noise."""
        return self.success + self.false_accepts

    @property
    def two_qubit_gates(self) -> int:
        """Two-qubit gates on the device."""
        return two_qubit_gates(self.layout.circuit)

    @property
    def is_baseline(self) -> bool:
        """Whether this is measuring the memory and accepting classically: what must be beaten."""
        return isinstance(self.method, SampleAndAccept)

    @property
    def peeks(self) -> bool:
        """Whether its method reads the answer off the probe: to be shown, never to be chosen."""
        return self.method.peeks

    def row(self) -> dict[str, Any]:
        """Return the plan in words and numbers, a row of a table."""
        settings = spell(self.method, digits=3).removeprefix(self.method.name)[1:-1]
        own_index = self.method.name in ("index-search", "label-writing")
        encoder = self.memory.encoder
        return {
            "method": self.method.name,
            "settings": "peeks: a classical scan answers" if self.peeks else settings,
            "encoder": "index" if own_index else getattr(encoder, "goal", spell(encoder)),
            "success": self.success,
            "ideal": self.ideal,
            "false_accepts": self.false_accepts,
            "acceptance": self.acceptance,
            "two_qubit_gates": self.two_qubit_gates,
            "state_preparations": self.state_preparations,
            "qubits": len(self.layout.qubits),
            "answers": self.answers,
        }

    def _facts(self) -> Mapping[str, object]:
        return {**self.row(), "settings": spell(self.method, digits=3)}

    def __str__(self) -> str:
        return (
            f"{spell(self.method, digits=3)}: success {self.success:.3f} (ideal "
            f"{self.ideal:.3f}), false accepts {self.false_accepts:.3f}, {self.two_qubit_gates} "
            f"two-qubit gates{'' if self.answers else '; not for every probe'}"
        )


@checked
@followed("plan")
def plan(
    memory: AmplitudeMemory,
    known: npt.ArrayLike,
    target: Target,
    *,
    expected_flips: int | None = None,
    every_probe: bool = False,
    methods: Sequence[RecallMethod | AdaptiveMethod | str] = (),
    margin: float = 1.0,
    num_seeds: int = 8,
    seed: int = 0,
) -> list[Plan]:
    r"""Return plans for probes with given known neurons, the one predicted best first.

    The last plan is the baseline: measuring the memory and accepting classically. Before it, after
    the ranking, stands what peeks (:class:`qdenseam.methods.LabelWriting`), up to 64 patterns.
    Compared are encoders, index search, amplification, and filters by their degree or number of
    controls, plain and amplified, see :mod:`qdenseam.planning.candidates`. There are no plans where
    no layout was found, as for memories of more neurons than
    :data:`~qdenseam.execution.compiling.compilation.WIDEST`.

    With F the probability of no error (gates, readout) and a uniform outcome after an error,
    P(target and accepted) = F · ideal + (1 - F) · 2^{-D-f} for f flags; false accepts likewise.
    Only what could win is laid out: candidates whose ideal success times the survival of gates
    nine in ten of the device do not exceed is above ``margin`` times the best success so far. A
    filter is left out if noise on such gates makes it accept more than a fifth of what it accepts
    without.

    The ranking is by a mean over expected probes. Some plans fail on a few of them: an index search
    whose index holds a flipped neuron, or for a cue of two patterns, of which it gives one. With
    ``every_probe`` they are left out; that is what ``method="auto"`` takes.

    Args:
        memory: The memory.
        known: Which neurons probes know, ``bool``, shape ``(D,)``.
        target: The device's calibration.
        expected_flips: How many known neurons are expected to be wrong; by default 0 where there
            are unknown ones, and 1 where there are none.
        every_probe: Whether a plan has to answer every expected probe, see :attr:`Plan.answers`.
        methods: Methods for amplitudes of one's own choice, or their spellings, compared with the
            others; they are not left out for what is predicted of them.
        margin: In [0, 1]; smaller ones also return plans that are certain to be worse.
        num_seeds: Routings tried for the best plans; the others are tried with two.
        seed: Seed of the routings.

    Raises:
        ValueError: ``known`` has another shape, more flips are expected than neurons known, the
            margin is outside [0, 1], or there are more neurons than working qubits.
        TypeError: A method of one's own choice recalls by energy, or in rounds.
    """
    mask = np.asarray(known)
    if mask.shape != (memory.num_neurons,) or mask.dtype != np.bool_:
        raise ValueError(
            f"known should be bool of shape ({memory.num_neurons},). Got {mask.dtype} of shape "
            f"{mask.shape}."
        )
    num_flips = int(mask.all()) if expected_flips is None else expected_flips
    check_integer(0, expected_flips=num_flips)
    if num_flips > mask.sum():
        raise ValueError(
            f"expected_flips should be in 0..{mask.sum()}, the known. Got {num_flips}."
        )
    if not 0 <= margin <= 1:
        raise ValueError(f"margin should be in [0, 1]. Got {margin}.")
    most = len(working_qubits(target))
    if memory.num_neurons > most:
        raise ValueError(
            f"memory should have at most {most} neurons, the device's working qubits. Got "
            f"{memory.num_neurons}."
        )
    own: list[RecallMethod] = []
    for asked in methods:
        chosen = as_method(asked)
        if not isinstance(chosen, RecallMethod) or chosen.memory_type is not AmplitudeMemory:
            raise TypeError(f"methods should be circuits on amplitudes. Got {spell(chosen)}.")
        own.append(chosen)
    expected = expected_probes(memory, mask, num_flips)
    memories = encoded(memory, target)
    survival = typical_survival(target)
    few = min(_FIRST_SEEDS, num_seeds)

    def planned(memory: AmplitudeMemory, method: RecallMethod, tries: int) -> Plan | None:
        return _planned(memory, method, expected, target, tries, seed)

    plain = [planned(each, method, few) for each, method in baselines(memories, num_flips)]
    found = [each for each in plain if each is not None]
    if not found:
        return []
    baseline = max(found, key=_success)
    plans: list[Plan] = []

    def is_hopeless(ideal: float, gates: int) -> bool:
        best = max(map(_success, [baseline, *plans]))
        return bool(plans) and ideal * survival**gates < margin * best

    for each, method in candidates(memories, expected, num_flips, is_hopeless):
        if not _is_left_out(each, method, expected, survival, is_hopeless, every_probe=every_probe):
            plans += filter(None, [planned(each, method, few)])
    for method in own:
        plans += filter(None, [planned(each, method, few) for each in memories])
    plans.sort(key=_success, reverse=True)
    refined = [
        planned(each.memory, each.method, num_seeds) or each
        for each in [*plans[:_NUM_REFINED], baseline]
    ]
    plans[:_NUM_REFINED] = refined[:-1]
    peeking = [planned(each, method, num_seeds) for each, method in answers_written(memories[0])]
    return [
        *sorted(plans, key=_success, reverse=True),
        *(each for each in peeking if each is not None),
        refined[-1],
    ]


@checked
def best_of_each_kind(plans: Sequence[Plan]) -> list[Plan]:
    """Return the best plan of each method, degree, controls and number of rounds.

    Args:
        plans: What :func:`plan` returned; what peeks and the baseline stay last.
    """
    kept: dict[tuple[object, ...], Plan] = {}
    for each in plans[:-1]:
        degree = getattr(getattr(each.method, "filter", None), "degree", None)
        signals = getattr(each.method, "num_controls", degree)
        kept.setdefault((each.method.name, signals, each.state_preparations), each)
    return [*kept.values(), *plans[-1:]]


def _is_left_out(
    memory: AmplitudeMemory,
    method: RecallMethod,
    expected: Expected,
    survival: float,
    is_hopeless: Callable[[float, int], bool],
    *,
    every_probe: bool,
) -> bool:
    """Return whether a candidate cannot win, fails a probe, or drowns in noise as a filter."""
    outcome = expected.outcome(memory, method)
    if (every_probe and not outcome.answers) or is_hopeless(outcome.ideal, 0):
        return True
    circuit = method.circuit(memory, expected.probes[0])
    gates = count(circuit).two_qubit_gates
    if method.acceptance_rule == "flags":  # routing on parity trees also saves gates
        gates = int(_LEAST_ROUTED * gates)
    by_noise = (1 - survival**gates) * 2.0 ** -_num_flags(circuit)
    drowns = method.acceptance_rule == "flags" and (
        outcome.accepted <= ACCEPTANCE_PER_FALSE_ACCEPT * by_noise
    )
    return drowns or is_hopeless(outcome.ideal, gates)


def _planned(
    memory: AmplitudeMemory,
    method: RecallMethod,
    expected: Expected,
    target: Target,
    num_seeds: int,
    seed: int,
) -> Plan | None:
    """Return the plan of a candidate, None if it fits nowhere."""
    circuit = method.circuit(memory, expected.probes[0])
    layout = predicted_layout(measured(circuit), target, num_seeds=num_seeds, seed=seed)
    if layout is None:
        return None
    outcome = expected.outcome(memory, method)
    ideal, accepted = outcome.ideal, outcome.accepted
    good = layout.budget.success
    unflagged = 2.0 ** -_num_flags(circuit)
    state = unflagged * 2.0**-memory.num_neurons
    chance = unflagged * _accepted_at_random(method, memory, expected.probes[0])
    return Plan(
        memory=memory,
        method=method,
        layout=layout,
        ideal=ideal,
        success=good * ideal + (1 - good) * state,
        state_preparations=method.state_preparations(memory, expected.probes[0]),
        answers=outcome.answers,
        false_accepts=good * (accepted - ideal) + (1 - good) * (chance - state),
    )


def _num_flags(circuit: QuantumCircuit) -> int:
    return sum(register.size for register in circuit.qregs if register.name == "flag")


def _accepted_at_random(method: RecallMethod, memory: AmplitudeMemory, probe: Spins) -> float:
    """Return how often the classical rule keeps a uniformly random outcome."""
    states = np.random.default_rng(0).choice([-1, 1], (4096, memory.num_neurons)).astype(np.int8)
    return float(method.acceptance_of(memory, probe, states).mean())
