"""From what is asked for to compiled circuits: the door of recall and of submission."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypedDict

import numpy as np
import numpy.typing as npt
from qiskit import QuantumCircuit

from circuits.circuit_facts import two_qubit_gates
from circuits.resources import count
from classical_ref.checks import Rng, check_integer
from classical_ref.spins import check_probes
from qdenseam.effort import foretell
from qdenseam.errors import CapacityError
from qdenseam.execution import engine as find_engine
from qdenseam.execution.base import Engine
from qdenseam.execution.devices.calibrated import shot_seconds
from qdenseam.execution.readings import measured
from qdenseam.execution.readout_errors import ReadoutErrors, read_qubits
from qdenseam.execution.registry import Source
from qdenseam.methods import as_method
from qdenseam.methods.adaptive import AdaptiveMethod
from qdenseam.methods.base import RecallMethod, RecallResources, Spins
from qdenseam.progress import OnProgress, Progress, silent
from qdenseam.retrieval.reading import Cost, Memory
from qdenseam.simulation.multinomial import MOST_DRAWS

OneProbe: TypeAlias = str | Sequence[int] | np.ndarray[tuple[int], np.dtype[np.generic]]
"""To a type checker, one probe; an array of unknown shape counts as one."""
ManyProbes: TypeAlias = (
    list[str]
    | tuple[str, ...]
    | Sequence[Sequence[int]]
    | Sequence[npt.NDArray[np.generic]]
    | np.ndarray[tuple[int, int], np.dtype[np.generic]]
)
"""To a type checker, many probes: a list, or an array that is known to have two axes."""


class Settings(TypedDict, total=False):
    """What :func:`qdenseam.recall` and :func:`qdenseam.submit` have in common."""

    method: RecallMethod | AdaptiveMethod | str
    shots: int
    bits: bool | None
    rng: Rng
    expected_flips: int | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Request:
    """What was asked for, checked, with a method for each probe."""

    engine: Engine | None
    """What runs the circuits; ``None`` draws from laws."""
    rng: np.random.Generator
    """Source of all that follows."""
    recalls: list[tuple[Memory, Spins, RecallMethod | AdaptiveMethod]]
    """(Memory, probe, method) for every probe."""
    shots: int
    is_single: bool
    """Whether one probe was given, and not an array of them."""


def requested(
    memory: Memory,
    probes: npt.ArrayLike | Sequence[str],
    sampler: Source | None,
    *,
    method: RecallMethod | AdaptiveMethod | str = "auto",
    shots: int = 1000,
    bits: bool | None = None,
    rng: Rng = None,
    expected_flips: int | None = None,
    tell: OnProgress = silent,
) -> Request:
    """Check what was asked for, find the engine (none for ``None``), and choose methods.

    ``tell`` is told as probes are trained.

    Raises:
        ValueError: A probe, the shots or a name is malformed, or flips are expected of a method.
        TypeError: The memory is none, the method needs the other kind, or the shots are no integer.
        CapacityError: The engine has fewer qubits than the memory neurons.
    """
    rng, chosen = np.random.default_rng(rng), as_method(method)
    check_integer(1, shots=shots)
    if shots > MOST_DRAWS:
        raise ValueError(f"shots should be at most 2**63 - 1. Got {shots}.")
    spins = check_probes(probes, memory.num_neurons, bits=bits)
    engine = None if sampler is None else find_engine(sampler)
    most = None if engine is None else engine.max_qubits
    if engine is not None and most is not None and memory.num_neurons > most:
        raise CapacityError(
            f"{memory.num_neurons} neurons need as many qubits; {engine.name!r} holds {most}. Use "
            "sampler='exact', 'aer-mps', or fewer neurons."
        )
    rows = spins.reshape(-1, memory.num_neurons)
    recalls = _prepared(chosen, memory, rows, engine, rng, expected_flips, tell)
    is_single = spins.ndim == 1
    return Request(engine=engine, rng=rng, recalls=recalls, shots=int(shots), is_single=is_single)


def _prepared(
    method: RecallMethod | AdaptiveMethod | Literal["auto"],
    memory: Memory,
    probes: Spins,
    engine: Engine | None,
    rng: np.random.Generator,
    expected_flips: int | None,
    tell: OnProgress,
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
            from qdenseam.planning import choose  # imports what lays circuits out on devices

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
            if not recalls:
                seconds = len(probes) * each.training_seconds(source)
                foretell(f"training of {each.name!r}", seconds, tell)
            each = each.trained(source, probe, rng=rng)
        recalls.append((source, probe, each))
        if getattr(each, "evaluations", 0) and len(probes) > 1:
            tell(Progress(done=len(recalls), total=len(probes), message="trained"))
    return recalls


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
            physical_qubits=None if engine.target is None else read_qubits(routed),
        )
        for (memory, probe, method), circuit, routed in zip(recalls, circuits, ready, strict=True)
    ]


def _resources(circuit: QuantumCircuit, state_preparations: int) -> RecallResources:
    counted = count(circuit)
    return RecallResources(
        num_qubits=counted.num_qubits,
        two_qubit_gates=counted.two_qubit_gates,
        two_qubit_depth=counted.two_qubit_depth,
        state_preparations=state_preparations,
    )
