"""Pattern sets for comparing encoders, reproducible from a seed, and published counts on some.

Published counts come from peers that cannot be installed from PyPI; they hold for exactly these
generators and seeds 7 and 2024.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

import numpy as np
import numpy.typing as npt

from circuits.bit_order import Bits

PatternKind = Literal["random", "correlated"]
AmplitudeKind = Literal["uniform", "real", "complex"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """One superposition to prepare."""

    patterns: PatternKind
    """``"correlated"``: ceil(K / 8) random prototypes, each bit flipped with probability 0.1."""
    num_neurons: int
    num_patterns: int
    seed: int
    amplitudes: AmplitudeKind = "uniform"

    def bits(self) -> Bits:
        """Return the patterns, shape ``(K, D)``.

        Raises:
            ValueError: More patterns are asked for than there are.
        """
        if self.num_patterns > 2.0**self.num_neurons:
            raise ValueError(
                f"num_patterns should be at most 2**{self.num_neurons}. Got {self.num_patterns}."
            )
        kind = {"random": 0, "correlated": 1}[self.patterns]
        rng = np.random.default_rng([self.seed, self.num_neurons, self.num_patterns, kind])
        count = max(1, self.num_patterns // 8) if kind else 0
        prototypes = [rng.integers(0, 2, self.num_neurons) for _ in range(count)]
        rows: dict[bytes, npt.NDArray[np.int64]] = {}
        tries = 0
        while len(rows) < self.num_patterns:
            if kind:
                rate = 0.1 if tries < 20_000 else 0.3
                flips = rng.random(self.num_neurons) < rate
                row = prototypes[len(rows) % count] ^ flips
                tries += 1
            else:
                row = rng.integers(0, 2, self.num_neurons)
            rows.setdefault(row.tobytes(), row)
        # the published instances read a row from the last bit to the first
        return np.array(list(rows.values()), dtype=np.uint8)[:, ::-1].copy()

    def target(self) -> npt.NDArray[np.complex128]:
        """Return the amplitudes, unit norm, shape ``(K,)``."""
        rng = np.random.default_rng([self.seed, self.num_patterns])
        values = np.ones(self.num_patterns, dtype=np.complex128)
        if self.amplitudes != "uniform":
            values = rng.normal(size=self.num_patterns).astype(np.complex128)
        if self.amplitudes == "complex":
            values += 1j * rng.normal(size=self.num_patterns)
        return values / np.linalg.norm(values)


def published(instance: Instance) -> dict[str, dict[str, int]]:
    """Return the published counts for an instance by encoder and measure; for most there are none.

    Measures are ``"gates"``, ``"depth"`` and ``"routed"``, gates on heavy-hex. A count for uniform
    amplitudes of a peer that takes real amplitudes stands for ``"real"``, too.
    """
    kind = "complex" if instance.amplitudes == "complex" else "uniform"
    key = (instance.patterns, instance.num_neurons, instance.num_patterns, instance.seed, kind)
    found: dict[str, dict[str, int]] = {}
    for encoder, measure, value in _published_table().get(key, ()):
        found.setdefault(encoder, {})[measure] = value
    return found


@cache
def _published_table() -> dict[tuple[str, int, int, int, str], tuple[tuple[str, str, int], ...]]:
    table: dict[tuple[str, int, int, int, str], tuple[tuple[str, str, int], ...]] = {}
    text = (files("qdenseam.bench.encoders") / "published.csv").read_text()
    for row in csv.DictReader(text.splitlines()):
        sizes = (int(row["num_neurons"]), int(row["num_patterns"]), int(row["seed"]))
        key = (row["patterns"], *sizes, row["amplitudes"])
        entry = (row["encoder"], row["measure"], int(row["value"]))
        table[key] = (*table.get(key, ()), entry)
    return table
