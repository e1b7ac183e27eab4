"""A study's cells as tasks: every contender in every cell, on the same sets and probes."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from classical_ref.recipes import Recipe
from qdenseam.errors import QDenseAMError
from qdenseam.experiments.answering import classical_answers, sampled_answers
from qdenseam.experiments.challenge import CLASSICAL
from qdenseam.experiments.records import Task
from qdenseam.experiments.study import Cell, Entrant, Study
from qdenseam.experiments.trial_registry import trial
from qdenseam.experiments.trials import (
    COUNTED_SETS,
    by_name,
    challenge,
    counts_of_set,
    load_dataset,
)
from qdenseam.memories.recipes import MemoryRecipe
from qdenseam.methods.adaptive import AdaptiveMethod
from qdenseam.methods.base import RecallMethod
from qdenseam.spelling import parse, spell

SETS_PER_TASK = 5
"""Pattern sets that are answered between two rows of the results file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One contender on one engine in one cell: a row of the study's table."""

    entrant: Entrant
    label: str
    recall: str
    """Spelling of how it recalls, the cell's values put in."""
    memory: str
    kind: Literal["classical", "quantum", "baseline"]
    peeks: bool
    engine: str
    block: str
    cell: Cell
    params: dict[str, Any] = field(repr=False)
    """What its tasks have in common."""
    seed: int
    files: dict[str, str | bool]

    @property
    def place(self) -> tuple[tuple[str, str], ...]:
        """The cell, so that equal ones of different blocks are equal."""
        return tuple(sorted((axis, str(value)) for axis, value in self.cell.items()))

    def tasks(self, num_sets: int) -> list[Task]:
        """Return the tasks of the first pattern sets."""
        starts = range(0, num_sets, SETS_PER_TASK)
        return [
            Task(
                kind="study",
                params=self.params | {"sets": [start, min(start + SETS_PER_TASK, num_sets)]},
                seed=self.seed,
                files=self.files,
            )
            for start in starts
        ]


def study_rows(study: Study) -> list[Row]:
    """Return the rows of a study's table, all spellings understood and all sizes checked.

    Raises:
        ValueError: A spelling is wrong, an engine is not for studies, or the data cannot serve a
            cell; the message says which.
        OSError: A file of data cannot be read.
    """
    rows = []
    for number, entrant in enumerate(study.contenders, start=1):
        try:
            rows += list(_rows_of(study, entrant))
        except (ValueError, TypeError, QDenseAMError) as error:
            raise ValueError(f"contender {number} ({entrant.recall}): {error}") from error
    return rows


def _rows_of(study: Study, entrant: Entrant) -> Iterator[Row]:
    for block in study.axes:
        for cell in block.cells():
            if not entrant.is_asked(block.name, cell):
                continue
            method: Any = parse(("method", "classical memory"), entrant.recall, cell)
            memory: Any = parse("memory", entrant.memory, cell)
            is_classical = isinstance(method, Recipe)
            if not is_classical:
                _check_memory(method, memory)
            for engine in (CLASSICAL,) if is_classical else entrant.engine:
                if not is_classical:
                    _check_engine(engine)
                params, sizes = _params(study, entrant, cell)
                recall = method if isinstance(method, str) else spell(method)
                yield Row(
                    entrant=entrant,
                    label=entrant.label or entrant.recall,
                    recall=recall,
                    memory="" if is_classical else spell(memory),
                    kind=_kind(method),
                    peeks=bool(getattr(method, "peeks", False)),
                    engine=engine,
                    block=block.name,
                    cell={**cell, **sizes},
                    params=params
                    | {
                        "recall": recall,
                        "memory": "" if is_classical else spell(memory),
                        "engine": engine,
                        "shots": 0 if is_classical else entrant.shots or study.sampling.shots,
                    },
                    seed=study.seed,
                    files=_files(study),
                )


def _params(study: Study, entrant: Entrant, cell: Cell) -> tuple[dict[str, Any], dict[str, int]]:
    """Return the data and sizes of a cell as parameters, and its data axes."""
    source = study.data.source
    asked: Any = cell.get("num_neurons", study.data.num_neurons)
    data = load_dataset(source, asked, bits=study.data.bits or None)
    sizes: dict[str, Any] = {
        "num_neurons": data.num_neurons,
        "num_patterns": cell.get("num_patterns", min(8, data.num_patterns)),
        "flips": cell.get("flips", 0),
        "erasures": cell.get("erasures", 0),
    }
    if sizes["num_patterns"] > data.num_patterns:
        raise ValueError(
            f"num_patterns should be at most {data.num_patterns}: {source} has so many distinct "
            f"patterns of {data.num_neurons} neurons. Got {sizes['num_patterns']}."
        )
    if sizes["flips"] + sizes["erasures"] > data.num_neurons:
        raise ValueError(
            f"flips and erasures should be at most {data.num_neurons} together. "
            f"Got {sizes['flips']} and {sizes['erasures']}."
        )
    params = {
        "data": "file" if _files(study) else source,
        "data_sha256": data.content_hash(),
        "num_neurons": sizes["num_neurons"],
        "num_patterns": sizes["num_patterns"],
        "num_flips": sizes["flips"],
        "num_erasures": sizes["erasures"],
        "num_probes": study.sampling.probes,
        "num_asked": entrant.probes or study.sampling.probes,
        "data_seed": study.seed,
    }
    return params, sizes


def _files(study: Study) -> dict[str, str | bool]:
    """Where the data lie, if in a file: what it holds decides identity, not its place."""
    if not study.data.source.endswith(".npy"):
        return {}
    return {"data": study.data.source} | ({"bits": True} if study.data.bits else {})


def _check_memory(method: Any, memory: MemoryRecipe) -> None:
    needed = getattr(method, "memory_type", None)
    made = {"amplitude": "AmplitudeMemory", "energy": "EnergyMemory"}.get(memory.name, memory.name)
    if needed is not None and needed.__name__ != made:
        other = "energy(log-sum-exp)" if memory.name == "amplitude" else "amplitude"
        raise ValueError(
            f"memory should be that of the method, such as {other!r}. Got {spell(memory)!r}."
        )


def _check_engine(name: str) -> None:
    from qdenseam.execution import engine
    from qdenseam.execution.factories import check_study_engine

    if name != "exact":
        check_study_engine(name)
        engine(name)


def _kind(method: Any) -> Literal["classical", "quantum", "baseline"]:
    if isinstance(method, Recipe):
        return "baseline" if method.name == "nearest" else "classical"
    is_baseline = getattr(method, "acceptance_rule", "") == "classical" or method_peeks(method)
    return "baseline" if is_baseline else "quantum"


def method_peeks(method: RecallMethod | AdaptiveMethod | str) -> bool:
    """Return whether a method finds the answer classically before its circuit is built."""
    return bool(getattr(method, "peeks", False))


@trial("study")
def study_trial(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Ask one contender in one cell about some pattern sets.

    Returns:
        Lists with one entry per pattern set, as the main job's.
    """
    method: Any = parse(("method", "classical memory"), params["recall"])
    per_set = []
    for index in range(*params["sets"]):
        given = challenge({"num_controls": 1, **params}, index)
        asked = slice(params["num_asked"])
        given = replace(
            given,
            probes=given.probes[asked],
            targets=given.targets[asked],
            count_gates=index < COUNTED_SETS,
        )
        if isinstance(method, Recipe):
            answers = classical_answers(given, method, rng)
        else:
            recipe: Any = parse("memory", params["memory"])
            memory = recipe.memory(given.patterns)
            answers = sampled_answers(given, memory, method, params["engine"], params["shots"], rng)
        per_set.append(counts_of_set(given, answers))
    return {**by_name(per_set), "backend": params["engine"]}
