"""The main job as tasks: its sizes, and the cells they make."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from qdenseam.experiments.contenders import CLASSICAL, CONTENDERS
from qdenseam.experiments.records import Task

AMPLITUDE_CONTENDERS = ("amplification", "probabilistic", "ball-filter", "sample-and-accept")
"""Drawn from their laws in the sweeps."""
CIRCUIT_CONTENDERS = (*AMPLITUDE_CONTENDERS, "qaoa")
"""Simulated gate by gate."""
DEVICE_CONTENDERS = ("amplification", "probabilistic", "sample-and-accept", "qaoa")
"""Simulated with a device's noise: those whose circuits are short enough to survive it."""

MAX_CIRCUIT_NEURONS = 20
"""Beyond this a gate-by-gate simulation takes more than minutes and a gibibyte or two."""
MAX_FILE_CIRCUIT_NEURONS = 12
"""Up to this the patterns of a file are also simulated gate by gate."""

_LEAST = {
    "num_neurons": 1,
    "num_patterns": 1,
    "loads": 1,
    "flips": 0,
    "erasures": 0,
    "num_sets": 1,
    "num_probes": 1,
    "shots": 1,
    "num_controls": 1,
    "circuit_neurons": 0,
    "circuit_patterns": 1,
    "circuit_flips": 0,
    "circuit_erasures": 0,
    "circuit_controls": 1,
    "circuit_sets": 1,
    "device_shots": 1,
    "seed": 0,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonSettings:
    """Every size of the main job."""

    data: str = "digits"
    """``"digits"``, ``"glyphs"``, ``"random"`` or a ``.npy`` file of ±1 patterns."""
    num_neurons: int = 16
    """D of the sweeps, whose quantum methods are drawn from exact laws; a file has its own."""
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
    """D where circuits are simulated gate by gate; 0 leaves these cells out."""
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

        if not (self.loads and self.flips and self.erasures):
            raise ValueError("loads, flips and erasures should each have at least one value.")
        for name, least in _LEAST.items():
            given = getattr(self, name)
            for value in given if isinstance(given, tuple) else (given,):
                if value < least:
                    raise ValueError(f"{name} should be at least {least}. Got {value}.")
        if self.circuit_neurons > MAX_CIRCUIT_NEURONS:
            raise CapacityError(
                f"circuit_neurons should be at most {MAX_CIRCUIT_NEURONS} for gate-by-gate "
                f"simulation. Got {self.circuit_neurons}; use num_neurons for larger memories "
                "(exact laws)."
            )
        cells = [(max(*self.flips, *self.erasures), "num_neurons")]
        if self.circuit_neurons:
            cells.append((max(self.circuit_flips, self.circuit_erasures), "circuit_neurons"))
        for most, name in cells:
            if most > getattr(self, name):
                raise ValueError(
                    f"corruption of {most} bits exceeds {name} = {getattr(self, name)}."
                )

    def fitted(self) -> "ComparisonSettings":
        """Return the settings with D taken from the data where it is a file.

        Circuits are simulated at the file's D, or left out if that exceeds 12.

        Raises:
            ValueError: The file is malformed, or a corruption exceeds its D.
            OSError: The file cannot be read.
        """
        if not self.data.endswith(".npy"):
            return self
        from classical_ref.datasets import load_patterns

        num_neurons = load_patterns(self.data).num_neurons
        return replace(
            self,
            num_neurons=num_neurons,
            circuit_neurons=num_neurons if num_neurons <= MAX_FILE_CIRCUIT_NEURONS else 0,
        )


def check_feasible(settings: ComparisonSettings) -> None:
    """Raise a clear error for data or engines that cannot serve, before anything runs."""
    from qdenseam.execution import engine
    from qdenseam.execution.factories import check_study_engine
    from qdenseam.experiments.trials import load_dataset

    cells = [(settings.num_neurons, max(settings.num_patterns, *settings.loads))]
    if settings.circuit_neurons:
        cells.append((settings.circuit_neurons, settings.circuit_patterns))
    for num_neurons, most in cells:
        available = load_dataset(settings.data, num_neurons).num_patterns
        if most > available:
            raise ValueError(
                f"{settings.data} has {available} distinct patterns of {num_neurons} neurons. "
                f"Got {most} patterns; store fewer or use more neurons."
            )
    for name in filter(None, (settings.simulator, settings.device)):
        check_study_engine(name)
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
        "part": "sweep",
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
    tasks += _circuit_tasks(settings, common, classical) if settings.circuit_neurons else []
    return [*tasks, *_gallery(settings, common)]


def _circuit_tasks(
    settings: ComparisonSettings, common: dict[str, Any], classical: Sequence[str]
) -> list[Task]:
    """The cells that are simulated gate by gate, ideal and with a device's noise."""
    tasks = []
    circuit = {
        **common,
        "num_neurons": settings.circuit_neurons,
        "num_patterns": settings.circuit_patterns,
        "num_sets": settings.circuit_sets,
        "num_controls": settings.circuit_controls,
        "part": "circuit",
    }
    device = {**circuit, "num_probes": 1, "shots": settings.device_shots}
    for f, e in ((settings.circuit_flips, 0), (0, settings.circuit_erasures)):
        corruption = {"num_flips": f, "num_erasures": e}
        tasks += [_task(settings, {**circuit, **corruption}, n, CLASSICAL) for n in classical]
        for name in CIRCUIT_CONTENDERS:
            tasks.append(_task(settings, {**circuit, **corruption}, name, settings.simulator))
            if settings.device and name in DEVICE_CONTENDERS:
                tasks.append(_task(settings, {**device, **corruption}, name, settings.device))
    return tasks


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
