"""The main job: classical and quantum recall on the same data, compared and reported."""

import shlex
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from qdenseam.experiments import Progress, Record, Task, collect
from qdenseam.experiments.contenders import CLASSICAL, CONTENDERS

AMPLITUDE_CONTENDERS = ("amplification", "probabilistic", "ball-filter", "sample-and-accept")
"""Drawn from their laws in the sweeps."""
CIRCUIT_CONTENDERS = (*AMPLITUDE_CONTENDERS, "qaoa")
"""Simulated gate by gate."""
DEVICE_CONTENDERS = ("amplification", "probabilistic", "sample-and-accept", "qaoa")
"""Simulated with a device's noise: those whose circuits are short enough to survive it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonSettings:
    """Every size of the main job."""

    data: str = "digits"
    """``"digits"``, ``"glyphs"``, ``"random"`` or a ``.npy`` file of ±1 patterns."""
    num_neurons: int = 16
    """D of the sweeps, where quantum methods are drawn from their exact laws."""
    num_patterns: int = 8
    """K of the corruption sweep."""
    loads: tuple[int, ...] = (2, 4, 8, 16, 32)
    """K of the load sweep."""
    flips: tuple[int, ...] = (0, 1, 2, 3, 4)
    """Flipped bits of the corruption sweep; the third (or last) is used in the load sweep."""
    erasures: tuple[int, ...] = (0, 2, 4, 6, 8)
    """Unknown bits of the corruption sweep; the third (or last) is used in the load sweep."""
    num_sets: int = 20
    """Pattern sets per cell of the sweeps."""
    num_probes: int = 10
    """Probes per pattern set."""
    shots: int = 1000
    """Shots per probe."""
    num_controls: int = 4
    """Controls b of the probabilistic memory in the sweeps."""
    circuit_neurons: int = 9
    """D where circuits are simulated gate by gate."""
    circuit_patterns: int = 4
    """K there."""
    circuit_flips: int = 1
    """Flipped bits of the circuit cells."""
    circuit_erasures: int = 2
    """Unknown bits of the circuit cells."""
    circuit_controls: int = 2
    """Controls b of the probabilistic memory there."""
    circuit_sets: int = 6
    """Pattern sets per circuit cell; one probe in each for the device."""
    simulator: str = "aer"
    """Engine of the ideal circuits."""
    device: str = "fake:fez"
    """Device model of the noisy circuits; empty leaves them out."""
    device_shots: int = 200
    """Shots per probe on the device model."""
    seed: int = 7
    """Seed of patterns, probes and shots."""

    def __post_init__(self) -> None:
        from qdenseam.errors import CapacityError

        for name in (
            "num_sets",
            "num_probes",
            "shots",
            "num_controls",
            "circuit_sets",
            "circuit_controls",
            "device_shots",
        ):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} should be at least 1. Got {getattr(self, name)}.")
        if not (self.loads and self.flips and self.erasures):
            raise ValueError("loads, flips and erasures should each have at least one value.")
        for most, size, label in (
            (max(*self.flips, *self.erasures), self.num_neurons, "num_neurons"),
            (
                max(self.circuit_flips, self.circuit_erasures),
                self.circuit_neurons,
                "circuit_neurons",
            ),
        ):
            if most > size:
                raise ValueError(f"corruption of {most} bits exceeds {label} = {size}.")
        if self.circuit_neurons > 20:
            raise CapacityError(
                f"circuit_neurons should be at most 20 for gate-by-gate simulation. Got "
                f"{self.circuit_neurons}; use num_neurons for larger memories (exact laws)."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What :func:`compare` returns."""

    settings: ComparisonSettings
    records: list[Record] = field(repr=False)
    table: Any = field(repr=False)
    """One row per contender, engine and corruption, a pandas ``DataFrame``."""
    report: Path
    """The HTML page."""


def compare(
    settings: ComparisonSettings | None = None,
    *,
    out: str | Path = "qdenseam-report",
    num_workers: int = 0,
    on_progress: Callable[[Progress], None] | None = None,
) -> Comparison:
    """Run the comparison, resuming what ``out`` already holds, and write the report.

    Args:
        settings: All sizes; the defaults take about two minutes on two cores.
        out: Folder for ``results.jsonl``, ``report.html`` and the figures.
        num_workers: Worker processes; 0 runs in this one.
        on_progress: Called as cells finish.

    Returns:
        The records, their table and the path of the report.

    Raises:
        ValueError: A setting does not fit the data.
        OSError: ``out`` cannot be written; nothing was run.
        ResultsFileError: ``out`` holds a damaged results file.
    """
    from qdenseam.experiments.summary import comparison_table
    from qdenseam.report.comparison import write_report

    settings = settings or ComparisonSettings()
    folder = Path(out)
    tasks = comparison_tasks(settings)
    check_feasible(settings)
    records = collect(
        tasks,
        folder / "results.jsonl",
        num_workers=num_workers,
        on_progress=on_progress,
        modules=("qdenseam.experiments.trials",),
    )
    table = comparison_table(records)
    report = write_report(records, table, asdict(settings), folder, command=rerun_command(settings))
    return Comparison(settings=settings, records=records, table=table, report=report)


def rerun_command(settings: ComparisonSettings) -> str:
    """Return the command line that makes the report again."""
    words = ["qdenseam", "compare"]
    for each in fields(settings):
        value = getattr(settings, each.name)
        if value != each.default:
            shown = ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
            words += [f"--{each.name.replace('_', '-')}", shown]
    return shlex.join(words)


def check_feasible(settings: ComparisonSettings) -> None:
    """Raise a clear error for data or engines that cannot serve, before anything runs."""
    from qdenseam.execution import engine
    from qdenseam.experiments.trials import load_dataset

    for num_neurons, most in (
        (settings.num_neurons, max(settings.num_patterns, *settings.loads)),
        (settings.circuit_neurons, settings.circuit_patterns),
    ):
        available = load_dataset(settings.data, num_neurons).num_patterns
        if most > available:
            raise ValueError(
                f"{settings.data} has {available} distinct patterns of {num_neurons} neurons. "
                f"Got {most} patterns; store fewer or use more neurons."
            )
    for name in filter(None, (settings.simulator, settings.device)):
        engine(name)


def comparison_tasks(settings: ComparisonSettings) -> list[Task]:
    """Return the tasks: two sweeps from exact laws, circuit cells, and a gallery."""
    common = {
        "data": settings.data,
        "num_neurons": settings.num_neurons,
        "num_sets": settings.num_sets,
        "num_probes": settings.num_probes,
        "shots": settings.shots,
        "num_controls": settings.num_controls,
        "data_seed": settings.seed,
    }
    corruptions = [(f, 0) for f in settings.flips] + [(0, e) for e in settings.erasures if e]
    sweeps = [(settings.num_patterns, f, e) for f, e in corruptions]
    middle = [(_middle(settings.flips), 0), (0, _middle(settings.erasures))]
    sweeps += [(k, f, e) for k in settings.loads for f, e in middle]
    cells = [
        {**common, "num_patterns": k, "num_flips": f, "num_erasures": e}
        for k, f, e in dict.fromkeys(sweeps)
    ]
    classical = [name for name, c in CONTENDERS.items() if c.kind == "classical"] + ["nearest"]
    tasks = [
        _task(settings, cell, name, CLASSICAL if name in classical else "exact")
        for cell in cells
        for name in (*classical, *AMPLITUDE_CONTENDERS)
    ]
    circuit = {
        **common,
        "num_neurons": settings.circuit_neurons,
        "num_patterns": settings.circuit_patterns,
        "num_sets": settings.circuit_sets,
        "num_controls": settings.circuit_controls,
    }
    device = {**circuit, "num_probes": 1, "shots": settings.device_shots}
    for f, e in ((settings.circuit_flips, 0), (0, settings.circuit_erasures)):
        corruption = {"num_flips": f, "num_erasures": e}
        tasks += [_task(settings, {**circuit, **corruption}, n, CLASSICAL) for n in classical]
        for name in CIRCUIT_CONTENDERS:
            tasks.append(_task(settings, {**circuit, **corruption}, name, settings.simulator))
            if settings.device and name in DEVICE_CONTENDERS:
                tasks.append(_task(settings, {**device, **corruption}, name, settings.device))
    return [*tasks, *_gallery(settings, common)]


def _task(settings: ComparisonSettings, cell: dict[str, Any], name: str, engine: str) -> Task:
    params = {**cell, "contender": name, "engine": engine}
    return Task(kind="compare", params=params, seed=settings.seed)


def _gallery(settings: ComparisonSettings, common: dict[str, Any]) -> list[Task]:
    """Six probes of the corruption sweep's middle, for flips and for erasures."""
    contenders = ["dense-2", "dense-3", "dense-exp", *AMPLITUDE_CONTENDERS, "nearest"]
    return [
        Task(
            kind="gallery",
            params={
                **common,
                "num_patterns": settings.num_patterns,
                "num_flips": f,
                "num_erasures": e,
                "num_sets": 1,
                "num_probes": 30,
                "num_shown": 6,
                "engine": "exact",
                "contenders": contenders,
            },
            seed=settings.seed,
        )
        for f, e in ((_middle(settings.flips), 0), (0, _middle(settings.erasures)))
    ]


def _middle(values: Sequence[int]) -> int:
    return values[min(2, len(values) - 1)]
