"""Recalls compiled and priced, ready to be submitted."""

from collections.abc import Sequence
from typing import Annotated, TypeAlias, Unpack

import numpy.typing as npt

from classical_ref.checks import Said, Within, checked
from qdenseam.execution.jobs import Draft, stream_state
from qdenseam.methods import as_method
from qdenseam.methods.adaptive import AdaptiveMethod
from qdenseam.methods.base import RecallMethod
from qdenseam.retrieval.preparing import Settings, compiled, requested
from qdenseam.retrieval.reading import Memory, Reader

EngineName: TypeAlias = Annotated[
    str,
    Said(
        "a name, which a later process can find again, such as MODULE:FACTORY of a function that "
        "returns the backend"
    ),
]
"""How a submission names its engine."""


@checked
def draft(
    memory: Memory,
    probes: npt.ArrayLike | Sequence[str],
    *,
    backend: EngineName,
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
    chosen = as_method(settings.get("method", "auto"))
    if isinstance(chosen, AdaptiveMethod):
        raise TypeError(
            f"A submitted method should know its circuits beforehand. {chosen.name!r} asks for "
            "circuits that depend on earlier answers; use recall()."
        )
    asked = requested(memory, probes, backend, **settings)
    Within("[1, 9007199254740992]", "Submit several times.").check("shots", asked.shots)
    engine, rng = asked.engine, asked.rng
    # an engine's choice is not adaptive
    recalls = [(m, p, each) for m, p, each in asked.recalls if isinstance(each, RecallMethod)]
    if engine is None or not recalls:
        raise ValueError("There should be at least one probe. Got none.")
    seed = int(rng.integers(2**31))
    circuits, costs = compiled(recalls, engine, seed=seed)
    return Draft.of(
        engine,
        circuits,
        shots=asked.shots,
        rng=rng,
        payload={
            "is_single": asked.is_single,
            "patterns": memory.patterns,
            "weights": getattr(memory, "weights", None),
            "compilation_seed": seed,
            "reading": stream_state(rng.spawn(1)[0]),
            "recalls": [
                Reader.of(*each, each[2].law(*each[:2]), cost).to_dict()
                for each, cost in zip(recalls, costs, strict=True)
            ],
        },
    )
