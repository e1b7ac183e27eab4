"""Every size of the main job, and what is said of it where it is an option."""

from dataclasses import dataclass, fields
from typing import Annotated

from qdenseam.errors import CapacityError

MAX_CIRCUIT_NEURONS = 20
"""Beyond this a gate-by-gate simulation takes more than minutes and a gibibyte or two."""
Data = Annotated[
    str,
    '"digits", "glyphs", "random", a file .npy .npz .csv .txt .png .jpg, or a folder of pictures.',
]
Kind = Annotated[
    str | None,
    "What a file holds, where that is in doubt: spins, bits, grey or color. int8 is spins.",
]
Threshold = Annotated[
    str, "A pixel darker than this is bit 1: otsu, mean, median, or a grey level."
]
Shape = Annotated[
    str | None,
    "Rows x columns, such as 4x3: of the pictures in a table, or to which all are pooled.",
]
Levels = Annotated[
    str | None,
    "Keep so many grey levels, or colors with --kind color, a pixel: 4 in thermometer code, or "
    "gray(4), one-hot(4). Methods may then say $bits_per_feature.",
]
MergeDuplicates = Annotated[bool, "Store equal patterns of a file once, weighed by their number."]
_MAY_BE_ZERO = {"flips", "erasures", "circuit_neurons", "circuit_flips", "circuit_erasures", "seed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonSettings:
    """Every size of the main job.

    A size that is None is fitted to the data; one that is named is kept, or refused where the data
    cannot serve it.
    """

    data: Data = "digits"
    kind: Kind = None
    threshold: Threshold = "otsu"
    shape: Shape = None
    levels: Levels = None
    merge_duplicates: MergeDuplicates = False
    num_neurons: Annotated[
        int | None,
        "D of the sweeps, whose quantum methods are drawn from exact laws: 16, or a file's own.",
    ] = None
    num_patterns: Annotated[
        int | None, "K of the corruption sweep: 8, or all where the data hold fewer."
    ] = None
    loads: Annotated[
        tuple[int, ...] | None,
        "K of the load sweep: 2, 4, 8, 16 and 32, as far as the data hold them.",
    ] = None
    flips: Annotated[
        tuple[int, ...] | None,
        "Flipped bits of the corruption sweep: 0 to 4, at most D/2; the third (or last) is "
        "used in the load sweep.",
    ] = None
    erasures: Annotated[
        tuple[int, ...] | None,
        "Unknown bits of the corruption sweep: 0, 2, 4, 6 and 8, at most D/2; the third (or last) "
        "is used in the load sweep.",
    ] = None
    num_sets: Annotated[int, "Pattern sets per cell of the sweeps."] = 20
    num_probes: Annotated[int, "Probes per pattern set."] = 10
    shots: Annotated[int, "Shots per probe."] = 1000
    num_controls: Annotated[int, "Controls b of the probabilistic memory in the sweeps."] = 4
    circuit_neurons: Annotated[
        int | None,
        "D where circuits are simulated gate by gate: 9, or a file's own up to 12; 0 leaves "
        "these cells out.",
    ] = None
    circuit_patterns: Annotated[int | None, "K there: 4, or all where the data hold fewer."] = None
    circuit_flips: Annotated[int | None, "Flipped bits of circuit cells: 1, at most D/2."] = None
    circuit_erasures: Annotated[int | None, "Unknown bits there: 2, at most D/2."] = None
    circuit_controls: Annotated[int, "Controls b of the probabilistic memory there."] = 2
    circuit_sets: Annotated[
        int, "Pattern sets per circuit cell; one probe in each for the device."
    ] = 20
    circuit_probes: Annotated[int, "Probes per pattern set of a circuit cell."] = 3
    simulator: Annotated[str, "Engine of the ideal circuits."] = "aer"
    device: Annotated[str, "Device model of the noisy circuits; empty leaves them out."] = (
        "fake:fez"
    )
    device_shots: Annotated[int, "Shots per probe on the device model."] = 100
    method: Annotated[
        tuple[str, ...],
        "A method or a classical memory of your own choice, asked in all cells that it can be "
        "asked in, such as 'minimum-search' or 'dense(polynomial(4))'. May be given several times.",
    ] = ()
    engine: Annotated[
        tuple[str, ...], "One more engine of the circuit cells. May be given several times."
    ] = ()
    seed: Annotated[int, "Seed of patterns, probes and shots."] = 7

    def __post_init__(self) -> None:
        from classical_ref.checks import check_fields  # numpy, which no help needs

        check_fields(self)
        if () in (self.loads, self.flips, self.erasures):
            raise ValueError("loads, flips and erasures should each have at least one value.")
        for each in fields(self):
            given = getattr(self, each.name)
            least = 0 if each.name in _MAY_BE_ZERO else 1
            for value in given if isinstance(given, tuple) else (given,):
                if isinstance(value, int) and not isinstance(value, bool) and value < least:
                    raise ValueError(f"{each.name} should be at least {least}. Got {value}.")
        if (self.circuit_neurons or 0) > MAX_CIRCUIT_NEURONS:
            raise CapacityError(
                f"circuit_neurons should be at most {MAX_CIRCUIT_NEURONS} for gate-by-gate "
                f"simulation. Got {self.circuit_neurons}; use num_neurons for larger memories "
                "(exact laws)."
            )
