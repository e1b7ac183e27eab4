"""Recalls compiled and priced, ready to be submitted: nothing is written or sent yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, inf
from typing import Any, Unpack

import numpy as np
import numpy.typing as npt
from qiskit import QuantumCircuit

from qdenseam.errors import CapacityError
from qdenseam.execution import jobs
from qdenseam.execution.base import Engine
from qdenseam.execution.jobs import CostEstimate
from qdenseam.methods import as_method
from qdenseam.methods.adaptive import AdaptiveMethod
from qdenseam.methods.base import RecallMethod
from qdenseam.retrieval.preparing import Settings, compiled, requested
from qdenseam.retrieval.reading import Memory, Reader


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
    probes: npt.ArrayLike | Sequence[str],
    *,
    backend: str,
    **settings: Unpack[Settings],
) -> Draft:
    """Compile and price a submission without writing or sending anything.

    Args:
        memory: An ``AmplitudeMemory`` or ``EnergyMemory``.
        probes: One probe, shape ``(D,)``, or many, ``(P, D)``.
        backend: Name of an engine.
        **settings: As for ``recall``; adaptive methods cannot wait and are refused.

    Raises:
        ValueError: A probe, the shots or a name is malformed.
        TypeError: The method is adaptive or needs the other kind of memory, or the backend is no
            name.
        CapacityError: A circuit does not fit the device.
        BackendError: The engine is missing, has no account or cannot be reached.
    """
    if not isinstance(backend, str):
        raise TypeError(
            "A backend should be a name, which a later process can find again. Got "
            f"{type(backend).__name__}; a function that returns it can be named MODULE:FACTORY."
        )
    chosen = as_method(settings.get("method", "auto"))
    if isinstance(chosen, AdaptiveMethod):
        raise TypeError(
            f"A submitted method should know its circuits beforehand. {chosen.name!r} asks for "
            "circuits that depend on earlier answers; use recall()."
        )
    asked = requested(memory, probes, backend, **settings)
    engine, rng, shots = asked.engine, asked.rng, asked.shots
    # an engine's choice is not adaptive
    recalls = [(m, p, each) for m, p, each in asked.recalls if isinstance(each, RecallMethod)]
    if engine is None or not recalls:
        raise ValueError("There should be at least one probe. Got none.")
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
            "is_single": asked.is_single,
            "patterns": memory.patterns,
            "weights": getattr(memory, "weights", None),
            "compilation_seed": seed,
            "reading": jobs.stream_state(rng.spawn(1)[0]),
            "recalls": [
                Reader.of(*each, each[2].law(*each[:2]), cost).to_dict()
                for each, cost in zip(recalls, costs, strict=True)
            ],
        },
    )
