"""The main job: classical and quantum recall on the same data, a study fitted to the data."""

import shlex
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, fields, replace
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, TypeVar

from classical_ref.checks import checked
from classical_ref.data.own import bits_per_pixel, has_own_size
from classical_ref.files import check_folder
from classical_ref.shown import Shown
from qdenseam.experiments.study import Study
from qdenseam.experiments.study_cells import cells_of, rows_of
from qdenseam.experiments.study_parts import READING, Axes, DataSource, Entrant, Sampling, Selection
from qdenseam.experiments.study_shown import figure_names, page_files
from qdenseam.progress import Progress
from qdenseam.spelling import parse
from qdenseam.studies.base import Findings
from qdenseam.studies.comparison_settings import ComparisonSettings
from qdenseam.studies.contenders import ContenderStudy

MAX_FILE_CIRCUIT_NEURONS = 12
"""Up to this the patterns of a file are also simulated gate by gate."""

_Selected = TypeVar("_Selected", bound=Selection)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Comparison(Shown):
    """What :func:`compare` returns."""

    study: Study
    """What was asked, all sizes fitted to the data."""
    found: Findings = field(repr=False)
    """The table, one row per contender, engine and cell, what to take home, and the records."""
    report: Path
    """The HTML page."""


@checked
def compare(
    settings: ComparisonSettings | None = None,
    *,
    out: str | Path = "qdenseam-report",
    num_workers: int = 0,
    executor: Executor | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    modules: Sequence[str] = (),
) -> Comparison:
    """Run the comparison, resuming what ``out`` already holds, and write the report.

    Args:
        settings: All sizes; those not named are fitted to the data. The defaults take about a
            minute on two cores.
        out: Folder for ``results.jsonl``, ``study.toml``, ``report.html``, the table and figures.
        num_workers: Worker processes; 0 runs in this one.
        executor: Runs the work instead, such as Dask's.
        on_progress: Called as cells finish.
        modules: Modules that register methods of your own, imported by workers.

    Returns:
        The study, its results and the path of the report.

    Raises:
        ValueError: A size that was named does not fit the data, or a method has no such spelling.
        OSError: ``out`` cannot be written; nothing was run.
        ResultsFileError: ``out`` holds a damaged results file.
    """
    asked = settings or ComparisonSettings()
    study = ContenderStudy(comparison_study(asked))
    study.checked()  # what cannot be run leaves no folder
    folder = check_folder(out, page_files(figure_names(study.figures)), name="out")
    results = folder / "results.jsonl"
    study.keep(folder / "study.toml")  # before, so that what was run by then can be reported
    study.run(
        results,
        num_workers=num_workers,
        executor=executor,
        on_progress=on_progress,
        modules=modules,
    )
    found = study.read(results)
    report = study.write_report(found, folder, command=rerun_command(asked, modules))
    return Comparison(study=study.study, found=found, report=report)


def comparison_study(asked: ComparisonSettings) -> Study:
    """Return the study of ``compare.toml`` at the sizes asked for, the others fitted to the data.

    Raises:
        ValueError: The data are malformed, cannot serve a size that was named, or a method has no
            such spelling.
        OSError: A file cannot be read.
    """
    with as_file(files("qdenseam.studies") / "compare.toml") as path:
        base = Study.from_toml(path)
    blocks = _fitted_blocks(asked, {block.name: block for block in base.axes})
    middle = {name: blocks[f"load-{name}"].values[name] for name in ("flips", "erasures")}
    given = {entrant.recall for entrant in base.contenders}
    own = [
        Entrant(recall=text, memory=_memory_for(text, blocks))
        for text in dict.fromkeys(asked.method)
        if text not in given
    ]
    bare = Study(
        title=base.title,
        seed=asked.seed,
        data=_source(asked),
        axes=tuple(blocks.values()),
        sampling=Sampling(pattern_sets=asked.num_sets, probes=asked.num_probes, shots=asked.shots),
        contenders=(*_among(base.contenders, blocks), *own),
    )
    cells = cells_of(bare)
    # what takes known bits as certain may find no cell, which is an error only where it was named
    contenders = [c for c in bare.contenders if c in own or rows_of(bare, c, cells)]
    labels = {entrant.name for entrant in contenders}
    return replace(
        bare,
        contenders=tuple(contenders),
        figures=_among(base.figures, blocks, middle),
        tables=_among(base.tables, blocks, middle),
        capacities=_among(base.capacities, blocks, middle),
        costs=tuple(
            each for each in _among(base.costs, blocks, middle) if {each.of, each.against} <= labels
        ),
    )


def _fitted_blocks(asked: ComparisonSettings, given: Mapping[str, Axes]) -> dict[str, Axes]:
    """Return the blocks by name, those of circuits and of the device where they are wanted."""
    read = _source(asked).load
    data = read(asked.num_neurons)
    held, half = data.num_patterns, data.num_neurons // 2
    flips, erasures = (
        getattr(asked, name) or tuple(n for n in given[name].values[name] if int(n) <= half)
        for name in ("flips", "erasures")
    )
    loads = given["load-flips"].values["num_patterns"]
    loads = asked.loads or tuple(n for n in loads if int(n) <= held) or (held,)
    stored = (asked.num_patterns or min(8, held),)
    sizes: dict[str, dict[str, Any]] = {
        "flips": {"num_patterns": stored, "flips": flips},
        "erasures": {"num_patterns": stored, "erasures": erasures},
        "load-flips": {"num_patterns": loads, "flips": (_middle_of(flips),)},
        "load-erasures": {"num_patterns": loads, "erasures": (_middle_of(erasures),)},
    }
    for values in sizes.values():
        values["controls"] = (asked.num_controls,)
    changes: dict[str, dict[str, Any]] = {name: {} for name in sizes}
    num_neurons = _circuit_neurons(asked, data.num_neurons)
    for where, probes, shots, engines in (
        ("circuit", asked.circuit_probes, asked.shots, (asked.simulator, *asked.engine)),
        ("device", 1, asked.device_shots, (asked.device,)),
    ):
        if not (num_neurons and engines[0]):
            continue
        most = read(num_neurons).num_patterns
        common = {
            "num_neurons": (num_neurons,),
            "num_patterns": (asked.circuit_patterns or min(4, most),),
            "controls": (asked.circuit_controls,),
        }
        for axis, wanted, default in (
            ("flips", asked.circuit_flips, 1),
            ("erasures", asked.circuit_erasures, 2),
        ):
            number = min(default, num_neurons // 2) if wanted is None else wanted
            sizes[f"{where}-{axis}"] = {**common, axis: (number,)}
            changes[f"{where}-{axis}"] = {
                "engine": engines,
                "sampling": {"pattern_sets": asked.circuit_sets, "probes": probes, "shots": shots},
            }
    return {
        name: replace(given[name], values=values, **changes[name]) for name, values in sizes.items()
    }


def _source(asked: ComparisonSettings) -> DataSource:
    reading = {name: getattr(asked, name) for name in READING}
    return DataSource(source=asked.data, num_neurons=asked.num_neurons, **reading)


def _circuit_neurons(asked: ComparisonSettings, num_neurons: int) -> int:
    """D of the circuit cells beside a D of the sweeps; data by name and pictures have any."""
    if not has_own_size(asked.data, asked.shape):
        bits = bits_per_pixel(asked.levels, asked.kind)
        pixels = next((n for n in (9, 6, 4) if n * bits <= MAX_FILE_CIRCUIT_NEURONS), 0)
        return pixels * bits if asked.circuit_neurons is None else asked.circuit_neurons
    if asked.circuit_neurons is None:
        return num_neurons if num_neurons <= MAX_FILE_CIRCUIT_NEURONS else 0
    if asked.circuit_neurons not in (0, num_neurons):
        raise ValueError(
            f"circuit_neurons should be 0 or {num_neurons}, the neurons of a pattern in "
            f"{asked.data}. Got {asked.circuit_neurons}."
        )
    return asked.circuit_neurons


def _middle_of(values: Sequence[Any]) -> Any:
    """Return the third of several levels of corruption, or the last: that of the load sweep."""
    return values[min(2, len(values) - 1)]


def _memory_for(text: str, blocks: Mapping[str, Axes]) -> str:
    """Return the spelling of the memory that a method recalls from; its own is checked too."""
    names: dict[str, int | float | str] = {
        "num_neurons": 1,
        "num_patterns": 1,
        "flips": 0,
        "erasures": 0,
        "bits_per_feature": 1,
    }
    for block in blocks.values():
        names |= {axis: values[0] for axis, values in block.values.items()}
    method = parse(("method", "classical memory"), text, names)
    is_energy = getattr(getattr(method, "memory_type", None), "__name__", "") == "EnergyMemory"
    return "energy(log-sum-exp)" if is_energy else "amplitude"


def _among(
    specs: Sequence[_Selected],
    blocks: Mapping[str, Axes],
    middle: Mapping[str, tuple[Any, ...]] | None = None,
) -> tuple[_Selected, ...]:
    """Return what is of some block that there is, at the middle of the corruption that is swept."""
    kept = []
    for spec in specs:
        axes = tuple(name for name in spec.axes if name in blocks)
        where = {axis: (middle or {}).get(axis, values) for axis, values in spec.where.items()}
        if axes or not spec.axes:
            kept.append(replace(spec, axes=axes, where=where))
    return tuple(kept)


def rerun_command(settings: ComparisonSettings, modules: Sequence[str] = ()) -> str:
    """Return the command line that makes the report again."""
    words = ["qdenseam", "compare"]
    for each in fields(settings):
        value, option = getattr(settings, each.name), f"--{each.name.replace('_', '-')}"
        if value == each.default:
            continue
        if each.default == ():  # given several times
            words += [word for one in value for word in (option, one)]
        elif value is True:
            words.append(option)
        else:
            words += [option, ",".join(map(str, value)) if isinstance(value, tuple) else str(value)]
    return shlex.join([*words, *(word for each in modules for word in ("--import", each))])
