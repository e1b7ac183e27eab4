"""The main job as tasks: its sizes, and the cells they make."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from qdenseam.experiments.challenge import CLASSICAL
from qdenseam.experiments.contenders import CONTENDERS
from qdenseam.experiments.records import Task
from qdenseam.experiments.summary import middle_of

if TYPE_CHECKING:
    from classical_ref.data.datasets import Dataset

CLASSICAL_CONTENDERS = (
    *(name for name, contender in CONTENDERS.items() if contender.kind == "classical"),
    "nearest",
    "informed-scan",
)
"""What runs no circuit: in every cell."""
LAW_CONTENDERS = ("amplification", "ball-filter", "probabilistic", "sample-and-accept")
"""Drawn from their laws in the sweeps."""
CIRCUIT_CONTENDERS = (*LAW_CONTENDERS, "index-search", "label-writing", "ramp", "qaoa")
"""Simulated gate by gate."""
DEVICE_CONTENDERS = tuple(n for n in CIRCUIT_CONTENDERS if n not in ("ball-filter", "ramp"))
"""Simulated with a device's noise: those whose circuits are short enough to survive it."""
GALLERY_CONTENDERS = ("dense-3", "dense-3-centered", "dense-exp", *LAW_CONTENDERS, "nearest")
"""Whose answers are drawn."""

MAX_CIRCUIT_NEURONS = 20
"""Beyond this a gate-by-gate simulation takes more than minutes and a gibibyte or two."""
MAX_FILE_CIRCUIT_NEURONS = 12
"""Up to this the patterns of a file are also simulated gate by gate."""

_LOADS = (2, 4, 8, 16, 32)
_FLIPS = (0, 1, 2, 3, 4)
_ERASURES = (0, 2, 4, 6, 8)

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
    """Every size of the main job.

    A size that is None is fitted to the data; one that is named is kept, or refused where the data
    cannot serve it.
    """

    data: str = "digits"
    """``"digits"``, ``"glyphs"``, ``"random"`` or a ``.npy`` file of ±1 patterns."""
    bits: bool = False
    """The ``.npy`` files hold bits 0 and 1, no spins; int8 is always spins."""
    num_neurons: int | None = None
    """D of the sweeps, whose quantum methods are drawn from exact laws: 16, or a file's own."""
    num_patterns: int | None = None
    """K of the corruption sweep: 8, or all where the data hold fewer."""
    loads: tuple[int, ...] | None = None
    """K of the load sweep: 2, 4, 8, 16 and 32, as far as the data hold them."""
    flips: tuple[int, ...] | None = None
    """Flipped bits of the corruption sweep: 0 to 4, at most D/2; the third (or last) is used in
    the load sweep."""
    erasures: tuple[int, ...] | None = None
    """Unknown bits of the corruption sweep: 0, 2, 4, 6 and 8, at most D/2; the third (or last) is
    used in the load sweep."""
    num_sets: int = 20
    """Pattern sets per cell of the sweeps."""
    num_probes: int = 10
    """Probes per pattern set."""
    shots: int = 1000
    """Shots per probe."""
    num_controls: int = 4
    """Controls b of the probabilistic memory in the sweeps."""
    circuit_neurons: int | None = None
    """D where circuits are simulated gate by gate: 9, or a file's own up to 12; 0 leaves these
    cells out."""
    circuit_patterns: int | None = None
    """K there: 4, or all where the data hold fewer."""
    circuit_flips: int | None = None
    """Flipped bits of the circuit cells: 1, at most D/2."""
    circuit_erasures: int | None = None
    """Unknown bits of the circuit cells: 2, at most D/2."""
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

        if () in (self.loads, self.flips, self.erasures):
            raise ValueError("loads, flips and erasures should each have at least one value.")
        for name, least in _LEAST.items():
            given = getattr(self, name)
            for value in given if isinstance(given, tuple) else (given,):
                if value is not None and value < least:
                    raise ValueError(f"{name} should be at least {least}. Got {value}.")
        if (self.circuit_neurons or 0) > MAX_CIRCUIT_NEURONS:
            raise CapacityError(
                f"circuit_neurons should be at most {MAX_CIRCUIT_NEURONS} for gate-by-gate "
                f"simulation. Got {self.circuit_neurons}; use num_neurons for larger memories "
                "(exact laws)."
            )

    def fitted(self) -> "FittedSettings":
        """Return the settings with every size a number that the data can serve.

        Raises:
            ValueError: The data are malformed, or cannot serve a size that was named.
            OSError: A file cannot be read.
        """
        from qdenseam.experiments.trials import load_dataset

        read = partial(load_dataset, self.data, bits=self.bits or None)
        data = read(self.num_neurons)
        circuit_neurons = self._circuit_neurons(data.num_neurons)
        circuit_data = read(circuit_neurons) if circuit_neurons else data
        held, half = data.num_patterns, data.num_neurons // 2
        defaults: dict[str, Any] = {
            "num_patterns": min(8, held),
            "loads": tuple(k for k in _LOADS if k <= held) or (held,),
            "flips": tuple(f for f in _FLIPS if f <= half),
            "erasures": tuple(e for e in _ERASURES if e <= half),
            "circuit_patterns": min(4, circuit_data.num_patterns),
            "circuit_flips": min(1, circuit_neurons // 2),
            "circuit_erasures": min(2, circuit_neurons // 2),
        }
        named = {name: value for name, value in asdict(self).items() if value is not None}
        sizes = {"num_neurons": data.num_neurons, "circuit_neurons": circuit_neurons}
        fitted = FittedSettings(**{**defaults, **named, **sizes})
        for name in ("num_patterns", "loads"):
            _check_held(fitted, name, data)
        if circuit_neurons:
            _check_held(fitted, "circuit_patterns", circuit_data)
        return fitted

    def _circuit_neurons(self, num_neurons: int) -> int:
        """D of the circuit cells beside a D of the sweeps; only data by name have another."""
        if not self.data.endswith(".npy"):
            return 9 if self.circuit_neurons is None else self.circuit_neurons
        if self.circuit_neurons is None:
            return num_neurons if num_neurons <= MAX_FILE_CIRCUIT_NEURONS else 0
        if self.circuit_neurons not in (0, num_neurons):
            raise ValueError(
                f"circuit_neurons should be 0 or {num_neurons}, the neurons of a pattern in "
                f"{self.data}. Got {self.circuit_neurons}."
            )
        return self.circuit_neurons


@dataclass(frozen=True, slots=True, kw_only=True)
class FittedSettings(ComparisonSettings):
    """Settings whose every size is a number."""

    num_neurons: int
    num_patterns: int
    loads: tuple[int, ...]
    flips: tuple[int, ...]
    erasures: tuple[int, ...]
    circuit_neurons: int
    circuit_patterns: int
    circuit_flips: int
    circuit_erasures: int

    def __post_init__(self) -> None:
        ComparisonSettings.__post_init__(self)
        cells = [(max(*self.flips, *self.erasures), "num_neurons")]
        if self.circuit_neurons:
            cells.append((max(self.circuit_flips, self.circuit_erasures), "circuit_neurons"))
        for most, name in cells:
            if most > getattr(self, name):
                raise ValueError(
                    f"corruption of {most} bits exceeds {name} = {getattr(self, name)}."
                )

    def fitted(self) -> "FittedSettings":
        """Return these settings."""
        return self


def _check_held(settings: "FittedSettings", name: str, data: "Dataset") -> None:
    given = getattr(settings, name)
    most = max(given) if isinstance(given, tuple) else given
    if most > data.num_patterns:
        raise ValueError(
            f"{name} should be at most {data.num_patterns}: {settings.data} has so many distinct "
            f"patterns of {data.num_neurons} neurons. Got {most}; store fewer."
        )


def check_feasible(settings: ComparisonSettings) -> None:
    """Raise a clear error for engines that cannot serve, before anything runs."""
    from qdenseam.execution import engine
    from qdenseam.execution.factories import check_study_engine

    for name in filter(None, (settings.simulator, settings.device)):
        check_study_engine(name)
        engine(name)


def comparison_tasks(asked: ComparisonSettings) -> list[Task]:
    """Return the tasks: two sweeps from exact laws, circuit cells, and a gallery.

    What the data hold is part of each, where a file lies is not: other patterns under the same path
    are other tasks, the same patterns elsewhere are the same.
    """
    settings = asked.fitted()
    common = {
        **_data(settings, settings.num_neurons),
        "num_sets": settings.num_sets,
        "num_probes": settings.num_probes,
        "shots": settings.shots,
        "num_controls": settings.num_controls,
        "data_seed": settings.seed,
        "part": "sweep",
    }
    corruptions = [(f, 0) for f in settings.flips] + [(0, e) for e in settings.erasures if e]
    sweeps = [(settings.num_patterns, f, e) for f, e in corruptions]
    middle = [(middle_of(settings.flips), 0), (0, middle_of(settings.erasures))]
    sweeps += [(k, f, e) for k in settings.loads for f, e in middle]
    cells = [
        {**common, "num_patterns": k, "num_flips": f, "num_erasures": e}
        for k, f, e in dict.fromkeys(sweeps)
    ]
    tasks = [
        task
        for cell in cells
        for engine, names in ((CLASSICAL, CLASSICAL_CONTENDERS), ("exact", LAW_CONTENDERS))
        for task in _tasks(settings, cell, names, engine)
    ]
    tasks += _circuit_tasks(settings, common) if settings.circuit_neurons else []
    return [*tasks, *_gallery(settings, common)]


def _circuit_tasks(settings: FittedSettings, common: dict[str, Any]) -> list[Task]:
    """The cells that are simulated gate by gate, ideal and with a device's noise."""
    tasks = []
    circuit = {
        **common,
        **_data(settings, settings.circuit_neurons),
        "num_patterns": settings.circuit_patterns,
        "num_sets": settings.circuit_sets,
        "num_controls": settings.circuit_controls,
        "part": "circuit",
    }
    device = {**circuit, "num_probes": 1, "shots": settings.device_shots}
    for f, e in ((settings.circuit_flips, 0), (0, settings.circuit_erasures)):
        corruption = {"num_flips": f, "num_erasures": e}
        cell = {**circuit, **corruption}
        tasks += _tasks(settings, cell, CLASSICAL_CONTENDERS, CLASSICAL)
        tasks += _tasks(settings, cell, CIRCUIT_CONTENDERS, settings.simulator)
        if settings.device:
            on_device = {**device, **corruption}
            tasks += _tasks(settings, on_device, DEVICE_CONTENDERS, settings.device)
    return tasks


def _data(settings: FittedSettings, num_neurons: int) -> dict[str, Any]:
    """What the patterns are: a name, or that they come from a file, and their hash."""
    from qdenseam.experiments.trials import load_dataset

    sha256 = load_dataset(settings.data, num_neurons, bits=settings.bits or None).content_hash()
    name = "file" if _files(settings) else settings.data
    return {"data": name, "data_sha256": sha256, "num_neurons": num_neurons}


def _files(settings: FittedSettings) -> dict[str, str | bool]:
    said = {"bits": True} if settings.bits else {}
    return {"data": settings.data, **said} if settings.data.endswith(".npy") else {}


def _tasks(
    settings: FittedSettings, cell: dict[str, Any], names: Sequence[str], engine: str
) -> list[Task]:
    """One task for each contender that is asked in the cell."""
    return [
        Task(
            kind="comparison",
            params={**cell, "contender": name, "engine": engine},
            seed=settings.seed,
            files=_files(settings),
        )
        for name in names
        if CONTENDERS[name].takes(cell["num_flips"], cell["num_erasures"])
    ]


def _gallery(settings: FittedSettings, common: dict[str, Any]) -> list[Task]:
    """Six probes of the corruption sweep's middle, for flips and for erasures."""
    return [
        Task(
            kind="gallery",
            params={
                **common,
                "num_patterns": settings.num_patterns,
                "num_flips": f,
                "num_erasures": e,
                "num_sets": 1,
                "num_probes": 6,
                "engine": "exact",
                "contenders": [n for n in GALLERY_CONTENDERS if CONTENDERS[n].takes(f, e)],
            },
            seed=settings.seed,
            files=_files(settings),
        )
        for f, e in ((middle_of(settings.flips), 0), (0, middle_of(settings.erasures)))
    ]
