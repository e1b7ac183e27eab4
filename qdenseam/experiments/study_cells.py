"""A study's cells as rows: every contender in every cell, on the same sets and probes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from classical_ref.data.datasets import Dataset
from classical_ref.recipes import Recipe
from qdenseam.errors import QDenseAMError
from qdenseam.execution.mitigation import Mitigation
from qdenseam.experiments.challenge import CLASSICAL
from qdenseam.experiments.collecting.records import Task
from qdenseam.experiments.study import Study
from qdenseam.experiments.study_parts import Axes, Cell, DataSource, Entrant, Sampling
from qdenseam.memories.recipes import MemoryRecipe
from qdenseam.methods.adaptive import AdaptiveMethod
from qdenseam.spelling import parse, spell

SETS_PER_TASK = 5
"""Pattern sets that are answered between two rows of the results file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyRow:
    """One contender on one engine in one cell: a row of the study's table."""

    entrant: Entrant
    recall: str
    """Spelling of how it recalls, the cell's values put in."""
    memory: str
    mitigation: str
    kind: Literal["classical", "quantum", "baseline"]
    peeks: bool
    corrects: bool
    """Whether it is asked where known bits may be wrong too."""
    engine: str
    block: str
    cell: Cell
    sampling: Sampling
    params: dict[str, Any] = field(repr=False)
    """What its tasks have in common."""
    seed: int
    files: Mapping[str, str | dict[str, Any]]
    num_shown: int
    """Probes that a gallery shows of it."""

    @property
    def label(self) -> str:
        """What tables and figures call the contender."""
        return self.entrant.name

    @property
    def place(self) -> tuple[tuple[str, str], ...]:
        """The cell, so that equal ones of different blocks are equal."""
        return tuple(sorted((axis, str(value)) for axis, value in self.cell.items()))

    @property
    def told_flips(self) -> bool:
        """Whether it uses the number of flipped bits: then its floor is a scan that does."""
        spelled = "$flips" in f"{self.entrant.recall} {self.entrant.memory}"
        return spelled if self.entrant.told is None else self.entrant.told

    def tasks(self, num_sets: int) -> list[Task]:
        """Return the tasks of the first pattern sets."""
        starts = range(0, num_sets, SETS_PER_TASK)
        spans = ([start, min(start + SETS_PER_TASK, num_sets)] for start in starts)
        return [self._task("study", sets=span) for span in spans]

    def gallery_tasks(self) -> list[Task]:
        """Return the task whose answers a gallery shows, if one does."""
        return [self._task("gallery", num_probes=self.num_shown)] if self.num_shown else []

    def _task(self, kind: str, **more: Any) -> Task:
        return Task(kind=kind, params=self.params | more, seed=self.seed, files=self.files)


def study_rows(study: Study) -> list[StudyRow]:
    """Return the rows of a study's table, all spellings understood and all sizes checked.

    Raises:
        ValueError: A spelling is wrong, an engine is not for studies, the data cannot serve a
            cell, or a contender is asked nowhere; the message says which.
        OSError: A file of data cannot be read.
    """
    cells = cells_of(study)
    rows = []
    for number, entrant in enumerate(study.contenders, start=1):
        try:
            own = rows_of(study, entrant, cells)
            if not own:
                raise ValueError(
                    "a contender should be asked in some cell. Got none; what takes known bits as "
                    "certain is asked where bits are unknown and none is flipped: add erasures."
                )
        except (ValueError, TypeError, QDenseAMError) as error:
            raise ValueError(f"contender {number} ({entrant.recall}): {error}") from error
        rows += own
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyCell:
    """A cell of a study, and what the tasks of all contenders have in common there."""

    block: Axes
    values: Cell
    """The block's axes and all data axes."""
    params: Mapping[str, Any]
    bits_per_feature: int = 1
    """Neurons that write one level of a picture; spellings call it ``$bits_per_feature``."""


def cells_of(study: Study) -> list[StudyCell]:
    """Return the cells of a study in their order, all sizes and engines of blocks checked.

    Raises:
        ValueError: The data cannot serve a cell, or an engine is not for studies.
        OSError: A file of data cannot be read.
    """
    read = cache(study.data.load)
    found = []
    for block in study.axes:
        for engine in block.engine:
            _check_engine(engine)
        for cell in block.cells():
            data: Dataset = read(cell.get("num_neurons", study.data.num_neurons))
            sizes = _sizes(study.data.source, data, cell)
            params = {
                "data": "file" if study.data.is_file else study.data.source,
                "data_sha256": data.content_hash(),
                **sizes,
                "data_seed": study.seed,
            }
            values = {**cell, **sizes}
            bits = data.bits_per_feature
            found.append(
                StudyCell(block=block, values=values, params=params, bits_per_feature=bits)
            )
    return found


def _sizes(source: str, data: Dataset, cell: Cell) -> dict[str, Any]:
    """Return the data axes of a cell."""
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
    return sizes


def rows_of(study: Study, entrant: Entrant, cells: Iterable[StudyCell]) -> list[StudyRow]:
    """Return the rows of one contender, none where it is asked nowhere; see :func:`study_rows`."""
    return [
        row
        for cell in cells
        if entrant.takes(cell.block.name, cell.values)
        for row in _rows_in(study, entrant, cell)
    ]


def _rows_in(study: Study, entrant: Entrant, asked: StudyCell) -> Iterator[StudyRow]:
    block, cell = asked.block, asked.values
    sampling = study.sampling_of(block)
    names = {"bits_per_feature": asked.bits_per_feature, **cell}
    method: Any = parse(("method", "classical memory"), entrant.recall, names)
    memory: Any = parse("memory", entrant.memory, cell)
    mitigation: Any = parse("mitigation", entrant.mitigation, cell)
    is_classical = isinstance(method, Recipe)
    corrects = bool(getattr(method, "corrects", True))
    if not corrects and (cell["flips"] or not cell["erasures"]):
        return
    if not is_classical:
        _check_memory(method, memory)
    recall = method if isinstance(method, str) else spell(method)
    for engine in () if is_classical else entrant.engine:
        _check_engine(engine)
    for engine in (CLASSICAL,) if is_classical else entrant.engine or block.engine or ("exact",):
        _check_mitigation(mitigation, method, engine)
        who = {"label": entrant.name, "engine": engine}
        yield StudyRow(
            entrant=entrant,
            recall=recall,
            memory="" if is_classical else spell(memory),
            mitigation=spell(mitigation),
            kind=_kind(method),
            peeks=bool(getattr(method, "peeks", False)),
            corrects=corrects,
            engine=engine,
            block=block.name,
            cell=cell,
            sampling=sampling,
            params={
                **asked.params,
                "num_probes": entrant.probes or sampling.probes,
                "recall": recall,
                "memory": "" if is_classical else spell(memory),
                "engine": engine,
                "shots": 0 if is_classical else entrant.shots or sampling.shots,
                **({"mitigation": spell(mitigation)} if mitigation is not None else {}),
            },
            seed=study.seed,
            files=_files(study.data),
            num_shown=max(
                (
                    figure.probes
                    for figure in study.figures
                    if figure.kind == "gallery" and figure.takes(block.name, cell | who)
                ),
                default=0,
            ),
        )


def _files(data: DataSource) -> dict[str, str | dict[str, Any]]:
    """Where the data lie, if in a file: what it holds decides identity, not its place."""
    return {"data": data.source, "reading": data.reading} if data.is_file else {}


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


def _check_mitigation(mitigation: Mitigation | None, method: Any, engine: str) -> None:
    """Refuse mitigation where there is nothing to infer from."""
    if mitigation is None:
        return
    if engine == CLASSICAL:
        raise ValueError("mitigation should be 'none' for what is not measured.")
    if mitigation.readout == "off":
        return
    from qdenseam.execution import engine as find

    if isinstance(method, AdaptiveMethod) or engine == "exact" or find(engine).target is None:
        raise ValueError(
            "readout should be inverted where one circuit is read on a device. Got "
            f"{spell(mitigation)!r} of {spell(method)!r} on {engine!r}; use fake:fez, or decoding."
        )


def _kind(method: Any) -> Literal["classical", "quantum", "baseline"]:
    if isinstance(method, Recipe):
        return "baseline" if method.name == "nearest" else "classical"
    is_baseline = getattr(method, "is_baseline", False) or getattr(method, "peeks", False)
    return "baseline" if is_baseline else "quantum"
