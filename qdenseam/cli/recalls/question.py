"""What is recalled, from which memory and by which method: options that commands share."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from typer import Option

from qdenseam.cli.study_folder import Modules, load_modules
from qdenseam.studies.comparison_settings import (
    Data,
    Kind,
    Levels,
    MergeDuplicates,
    Shape,
    Threshold,
)

if TYPE_CHECKING:
    from pathlib import Path

    from classical_ref.checks import Spins
    from classical_ref.data.datasets import Dataset
    from qdenseam import AmplitudeMemory, EnergyMemory

Encoder = Annotated[
    str,
    Option(
        metavar="SPELLING",
        help="How an amplitude memory is loaded, such as 'auto(goal=depth)' or schmidt.",
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """The options that say which patterns are stored."""

    data: Data = "digits"
    num_neurons: Annotated[
        int | None,
        Option(
            help="D; a file has its own. By default as many as a probe has, else 16.",
            show_default=False,
        ),
    ] = None
    num_patterns: Annotated[
        int | None,
        Option(
            help="K, how many patterns are stored. By default 8, or all where the data hold fewer.",
            show_default=False,
        ),
    ] = None
    kind: Kind = None
    threshold: Threshold = "otsu"
    shape: Shape = None
    levels: Levels = None
    merge_duplicates: MergeDuplicates = False
    seed: Annotated[int, Option(min=0, help="Seed of patterns, probes and shots.")] = 7
    import_module: Modules = None

    most_patterns: ClassVar[int] = 8
    """K where none is asked for."""
    few_neurons: ClassVar[int | None] = None
    """D where neither data nor probe have one, if not that of the data's own default."""

    @property
    def reading(self) -> dict[str, Any]:
        """How files are read."""
        from qdenseam.experiments.study_parts import READING

        return {name: getattr(self, name) for name in READING}

    def stored(self, rng: Any, probe: str | None = None) -> "Dataset":
        """Return the patterns, after what registers methods of one's own was imported.

        A typed probe gives their D where the data do not.
        """
        load_modules(self.import_module)
        from classical_ref.data.own import has_own_size, load_dataset

        num_neurons = self.num_neurons
        if num_neurons is None and self.levels is None and not has_own_size(self.data, self.shape):
            num_neurons = len(probe.strip()) if probe else self.few_neurons
        found = load_dataset(self.data, num_neurons, **self.reading)
        wanted = self.num_patterns
        if wanted is None:
            wanted = min(self.most_patterns, found.num_patterns)
        return found.select(wanted, rng=rng)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Stored):
    """The options that ``recall`` and ``submit`` have in common."""

    flips: Annotated[
        int | None,
        Option(
            help="Flipped bits of a probe. By default 1, or 0 where bits are erased.",
            show_default=False,
        ),
    ] = None
    erasures: Annotated[int, Option(help="Unknown bits of a probe.")] = 0
    method: Annotated[
        str,
        Option(
            metavar="SPELLING",
            help="A recall method with its settings, such as 'separation-filter(hamming-ball(1), "
            'amplified=1/8)\', or "auto" to have one chosen.',
        ),
    ] = "auto"
    expected_flips: Annotated[
        int | None,
        Option(
            help="Known bits that may be wrong, told to auto. By default those flipped here; of a "
            "given probe none where it has unknown bits, and some where it has none.",
            show_default=False,
        ),
    ] = None
    encoder: Encoder = "auto"
    separation: Annotated[
        str, Option(metavar="SPELLING", help="F of an energy memory, such as 'polynomial(3)'.")
    ] = "log-sum-exp"
    shots: Annotated[int, Option(help="Shots per probe.")] = 1000

    @property
    def num_flips(self) -> int:
        """Flipped bits of a probe: as asked for, else 1, or 0 where bits are erased."""
        return (0 if self.erasures else 1) if self.flips is None else self.flips

    def probes_of(self, file: "Path", stored: "Dataset") -> "Spins":
        """Return the probes of a file, shape ``(P, D)``; pictures are read as the stored ones."""
        import numpy as np

        from classical_ref.data.files import picture_paths, read_array
        from classical_ref.data.own import as_patterns
        from classical_ref.spins import check_probes

        if picture_paths(file):
            reading = {name: self.reading[name] for name in ("kind", "threshold", "levels")}
            return as_patterns(file, shape=stored.shape, **reading).patterns
        given: Any = read_array(file)
        rows = given if isinstance(given, list) else np.atleast_2d(given)
        return check_probes(rows, stored.num_neurons, bits=True if self.kind == "bits" else None)

    def asked_of(self, stored: "Dataset") -> str:
        """Return the spelling of the method for these data."""
        return self.method.replace("$bits_per_feature", str(stored.bits_per_feature))

    def probe(self, stored: "Dataset", index: int, rng: Any) -> "Spins":
        """Return a probe made from the stored pattern of an index."""
        from classical_ref.patterns import corrupt

        if not 0 <= index < len(stored.patterns):
            raise ValueError(f"index should be from 0 to {len(stored.patterns) - 1}. Got {index}.")
        wrong, unknown = self.num_flips, self.erasures
        return corrupt(stored.patterns[index], num_flips=wrong, num_erasures=unknown, rng=rng)

    def check_given(self, *indices: int) -> None:
        """Refuse what would make a probe of a stored pattern, where probes are given."""
        made = {"--index": any(indices), "--flips": self.flips, "--erasures": self.erasures}
        if unused := [option for option, value in made.items() if value]:
            raise ValueError(
                f"A given probe should stand alone. Got {unused[0]} too, which makes one of a "
                "stored pattern; known bits that may be wrong are --expected-flips."
            )

    def told_flips(self, method: object, *, is_given: bool) -> int | None:
        """Return what the method is told of wrong bits: auto knows those flipped here."""
        is_known = method == "auto" and self.expected_flips is None and not is_given
        return self.num_flips if is_known else self.expected_flips

    def memory(self, stored: "Dataset", method: Any) -> "AmplitudeMemory | EnergyMemory":
        """Return the memory that the method recalls from."""
        from classical_ref.discrete.dense import DenseMemory
        from qdenseam import EnergyMemory
        from qdenseam.spelling import parse

        separation: Any = parse("separation", self.separation)
        if not isinstance(method, str) and method.memory_type is EnergyMemory:
            model = DenseMemory(stored.patterns, separation=separation, weights=stored.weights)
            return EnergyMemory(model)
        return weighed_memory(stored, self.encoder)


def weighed_memory(stored: "Dataset", encoder: str) -> "AmplitudeMemory":
    """Return the superposition of patterns by their weights."""
    from qdenseam.memories.recipes import AmplitudeRecipe
    from qdenseam.spelling import parse

    read: Any = parse("encoder", encoder)
    return AmplitudeRecipe(read).memory(stored.patterns, stored.weights)
