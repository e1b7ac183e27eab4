"""Recalls compiled and priced, ready to be submitted: nothing is written or sent yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, inf
from typing import Any

import numpy as np
import numpy.typing as npt
from qiskit import QuantumCircuit

from classical_ref.spins import check_probes
from qdenseam.errors import CapacityError
from qdenseam.execution import engine as find_engine
from qdenseam.execution import jobs
from qdenseam.execution.base import Engine
from qdenseam.execution.jobs import CostEstimate
from qdenseam.methods import as_method
from qdenseam.methods.adaptive import AdaptiveMethod
from qdenseam.methods.base import RecallMethod
from qdenseam.retrieval.facts import recall_facts
from qdenseam.retrieval.verb import Memory, check_width, compiled, prepared


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Draft:
    """A submission that is compiled and priced; nothing of it is written or sent."""

    engine: Engine
    """What it is compiled for."""
    circuits: list[QuantumCircuit]
    """The compiled circuits, one per probe."""
    parts: list[tuple[int, int, int]]
    """(First circuit, circuits, shots) of each job."""
    shots: int
    """Shots per probe."""
    cost: CostEstimate
    """What it will take."""
    rng: np.random.Generator
    """Source of the shots of a local run."""
    payload: dict[str, Any]
    """What is needed to read the shots."""

    def require_at_most(self, max_seconds: float) -> None:
        """Refuse a draft whose estimate exceeds a cap on the seconds of quantum processor.

        Services stop jobs at whole seconds, so that a fraction of a second in the cap is lost.

        Raises:
            ValueError: The cap is not positive and finite.
            CapacityError: The estimate exceeds it, the device tells no durations to make one, or
                the cap leaves less than a second for each job.
        """
        if not 0 < max_seconds < inf:
            raise ValueError(f"max_seconds should be positive and finite. Got {max_seconds}.")
        seconds = self.cost.seconds
        if seconds is None and self.engine.target is not None:
            raise CapacityError(
                f"A capped submission should have an estimate. {self.engine.name!r} reports no "
                "durations to make one from; submit without max_seconds, or to another backend."
            )
        if seconds is not None and seconds > floor(max_seconds):
            raise CapacityError(
                f"A submission should take at most {max_seconds:g} s of quantum processor, in "
                f"whole seconds. Got an estimate of {seconds:.1f} s ({jobs.SECONDS_FORMULA}); use "
                "fewer shots or probes, or raise max_seconds."
            )
        if max_seconds < len(self.parts):
            raise CapacityError(
                f"A cap should leave a whole second for each of {len(self.parts)} jobs. Got "
                f"max_seconds {max_seconds:g}; use fewer shots or probes, or raise max_seconds."
            )


def draft(
    memory: Memory,
    probes: npt.ArrayLike | str | Sequence[str],
    *,
    method: RecallMethod | str = "auto",
    backend: str,
    shots: int = 1000,
    bits: bool | None = None,
    rng: np.random.Generator | int | None = None,
    expected_flips: int | None = None,
) -> Draft:
    """Compile and price a submission without writing or sending anything.

    Args:
        memory: An ``AmplitudeMemory`` or ``EnergyMemory``.
        probes: One probe, shape ``(D,)``, or many, ``(P, D)``.
        method: How to recall, as for ``recall``; adaptive methods cannot wait and are refused.
        backend: Name of an engine.
        shots: Shots per probe.
        bits: Whether the probes are bits, as for ``recall``.
        rng: Seed or generator.
        expected_flips: How many known bits of a probe may be wrong, as for ``recall``.

    Raises:
        ValueError: A probe, the shots or a name is malformed.
        TypeError: The method is adaptive or needs the other kind of memory, or the backend is no
            name.
        CapacityError: A circuit does not fit the device.
        BackendError: The engine is missing, has no account or cannot be reached.
    """
    rng = np.random.default_rng(rng)
    if not isinstance(backend, str):
        raise TypeError(
            "A backend should be a name, which a later process can find again. Got "
            f"{type(backend).__name__}; a function that returns it can be named MODULE:FACTORY."
        )
    chosen = as_method(method)
    if isinstance(chosen, AdaptiveMethod):
        raise TypeError(
            f"A submitted method should know its circuits beforehand. {chosen.name!r} asks for "
            "circuits that depend on earlier answers; use recall()."
        )
    if shots < 1:
        raise ValueError(f"shots should be at least 1. Got {shots}.")
    spins = check_probes(probes, memory.num_neurons, bits=bits)
    rows = spins.reshape(-1, memory.num_neurons)
    if len(rows) == 0:
        raise ValueError("There should be at least one probe. Got none.")
    engine = find_engine(backend)
    check_width(memory, engine)
    recalls = [
        (source, row, each)
        for source, row, each in prepared(chosen, memory, rows, engine, rng, expected_flips)
        if isinstance(each, RecallMethod)  # always: an engine's choice is not adaptive
    ]
    seed = int(rng.integers(2**31))
    circuits, costs = compiled(recalls, engine, seed=seed)
    for circuit in circuits:
        engine.check_runnable(circuit)
    parts = jobs.split(len(circuits), shots, engine.job_service())
    return Draft(
        engine=engine,
        circuits=circuits,
        parts=parts,
        shots=shots,
        cost=jobs.estimate_cost(engine, circuits, shots=shots, num_jobs=len(parts)),
        rng=rng,
        payload={
            "is_single": spins.ndim == 1,
            "patterns": memory.patterns,
            "weights": getattr(memory, "weights", None),
            "compilation_seed": seed,
            "reading": jobs.stream_state(rng.spawn(1)[0]),
            "recalls": [
                recall_facts(*recall, cost) for recall, cost in zip(recalls, costs, strict=True)
            ],
        },
    )
