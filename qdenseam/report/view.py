"""One recall as a page: energy, overlaps and amplitudes step by step, with a slider."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from classical_ref.checks import Floats, Rng, checked
from classical_ref.files import check_output, write_whole
from classical_ref.recipes import Recipe
from classical_ref.spins import spins_to_text
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.memories.energy import EnergyMemory
from qdenseam.methods.adaptive import AdaptiveMethod
from qdenseam.methods.base import RecallMethod
from qdenseam.report.charts import recall_charts
from qdenseam.report.page import render, shown_number
from qdenseam.report.steps import RecallSteps, circuit_steps, classical_steps
from qdenseam.retrieval.preparing import requested
from qdenseam.spelling import parse, spell

MOST_SHOWN = 8
"""Stored patterns that have a line of their own; the others are summed up."""


@checked
def recall_view(
    memory: AmplitudeMemory | EnergyMemory,
    probe: npt.ArrayLike | str,
    path: str | Path,
    *,
    method: RecallMethod | AdaptiveMethod | Recipe | str = "auto",
    shape: tuple[int, int] | None = None,
    clamped: npt.ArrayLike | None = None,
    rng: Rng = None,
    expected_flips: int | None = None,
) -> Path:
    """Write a page that shows one recall step by step, and return its path.

    Circuits are stepped through part by part, by their exact states: preparation, oracles,
    reflections, filters, or phases and mixers; classical memories sweep by sweep. The last step is
    the law of the method. The page needs no network; it holds about 1 MB, most of it Vega-Lite.

    Args:
        memory: What is recalled from; a classical memory takes its patterns.
        probe: Spins with 0 where unknown, or text of ``0``, ``1`` and ``?``.
        path: Where the page goes.
        method: A method, a classical memory, or the spelling of one.
        shape: Rows and columns that patterns are drawn in; by default one row.
        clamped: Which neurons a classical memory takes as certain, ``(D,)``.
        rng: Seed or generator of training, update orders and ties.
        expected_flips: How many known neurons may be wrong, told to ``"auto"``, which then chooses
            a method of one circuit.

    Raises:
        ValueError: The probe or the shape does not fit the memory, the method has no single
            circuit because it is adaptive, or the extra ``view`` is not installed.
        CapacityError: The circuit is too large for its states to be kept.
        OSError: The page cannot be written.
    """
    path, library = check_output(path), _library()
    rng = np.random.default_rng(rng)
    spins = memory.check_probe(probe)
    rows, columns = shape or (1, len(spins))
    if rows * columns != len(spins):
        raise ValueError(f"shape should hold {len(spins)} neurons. Got {shape}.")
    chosen: Any = method
    if isinstance(method, str):
        chosen = parse(("method", "classical memory"), method)
    if isinstance(chosen, Recipe):
        steps = classical_steps(chosen, memory.patterns, spins, clamped=clamped, rng=rng)
    else:
        if isinstance(chosen, AdaptiveMethod):
            raise ValueError(
                "a view should be of a method of one circuit, or of a classical memory. Got "
                f"{spell(chosen)!r}, which asks one circuit after the other; 'set-intersection' "
                "has one."
            )
        # with an engine none that is adaptive is chosen
        asked = requested(
            memory, spins, "statevector", method=chosen, rng=rng, expected_flips=expected_flips
        )
        source, _, chosen = asked.recalls[0]
        assert isinstance(chosen, RecallMethod)
        steps = circuit_steps(chosen, source, spins)
    chances = _chances(steps)
    page = render(
        "recall.html.j2",
        title=f"Recall by {chosen.name}, step by step",
        spelling=spell(chosen, digits=4),
        num_patterns=memory.num_patterns,
        probe=spins_to_text(spins),
        columns=[*chances, *([] if steps.energies is None else ["energy"])],
        steps=list(_table(steps, chances)),
        charts=list(recall_charts(steps, chances, spins, columns)),
        library=library,
    )
    write_whole(path, page)
    return path


def _library() -> str:
    try:
        from vl_convert import javascript_bundle
    except ImportError as error:
        raise ValueError(
            'a view needs Vega-Lite. Install it by pip install "qdenseam[view]".'
        ) from error
    return str(javascript_bundle())


def _chances(steps: RecallSteps) -> dict[str, Floats]:
    """Probability ``(T,)`` of each outcome; the less likely stored patterns are summed up."""
    likeliest = np.lexsort((-steps.overlaps.max(axis=0), -steps.joint.max(axis=0)))
    chances = {f"pattern {k}": steps.joint[:, k] for k in np.sort(likeliest[:MOST_SHOWN])}
    others = {
        "other stored patterns": steps.joint[:, likeliest[MOST_SHOWN:]].sum(axis=1),
        "no stored pattern": steps.spurious,
        "rejected": steps.rejected,
    }
    return chances | {name: values for name, values in others.items() if values.max() > 1e-12}


def _table(steps: RecallSteps, chances: dict[str, Floats]) -> Iterator[dict[str, Any]]:
    for step, name in enumerate(steps.names):
        numbers = [f"{values[step].round(4):g}" for values in chances.values()]
        if steps.energies is not None:
            numbers.append(shown_number(steps.energies[step], ".5g"))
        yield {"name": name, "numbers": numbers}
