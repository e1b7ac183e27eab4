"""What all memories are: patterns on D neurons, and probes of them."""

import sys
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

import numpy as np

from classical_ref.checks import Floats, Spins, SpinsLike, is_integer, shown
from classical_ref.shown import Shown, html_patterns
from classical_ref.spins import check_probes

if TYPE_CHECKING:
    from classical_ref.data.datasets import Dataset


class PatternMemory(Shown, ABC):
    """Stores K patterns on D neurons and takes probes of as many."""

    __slots__ = ()

    @property
    @abstractmethod
    def patterns(self) -> Spins:
        """Stored spins, shape ``(K, D)``."""

    @property
    def num_patterns(self) -> int:
        """K."""
        return len(self.patterns)

    @property
    def num_neurons(self) -> int:
        """D."""
        return int(self.patterns.shape[1])

    def _facts(self) -> Mapping[str, object]:
        return {"num_patterns": self.num_patterns, "num_neurons": self.num_neurons}

    def _more_html(self) -> str:
        return html_patterns(self.patterns, getattr(self, "shape", None))

    def check_probe(self, probe: SpinsLike, *, bits: bool | None = None) -> Spins:
        """Return one probe as spins with 0 where unknown, shape ``(D,)``.

        ``bits`` says whether the probe is bits, where its type does not.

        Raises:
            ValueError: The probe has another shape or other values, is spins or bits in doubt (see
                :func:`classical_ref.check_probes`), or there are several.
        """
        spins = check_probes(probe, self.num_neurons, bits=bits)
        if spins.size != self.num_neurons:
            raise ValueError(
                f"probe should have shape ({self.num_neurons},). Got {spins.shape}; recall() takes "
                "many."
            )
        return spins.reshape(self.num_neurons)


def unpacked(
    patterns: "SpinsLike | Dataset", shape: tuple[int, int] | None
) -> tuple[SpinsLike, Floats | None, tuple[int, int] | None]:
    """Return patterns, weights and the shape to draw them in: those of a data set, as given else.

    A shape that is given comes before that of the data set.
    """
    datasets = sys.modules.get("classical_ref.data.datasets")  # whoever has one has imported it
    if datasets is None or not isinstance(patterns, datasets.Dataset):
        return cast("SpinsLike", patterns), None, shape
    return patterns.patterns, patterns.weights, patterns.neuron_grid if shape is None else shape


def check_shape(shape: tuple[int, int] | None, num_neurons: int) -> tuple[int, int] | None:
    """Return a shape as two integers, refusing one that does not hold so many neurons.

    Raises:
        ValueError: It is no (rows, columns) of them.
    """
    if shape is None:
        return None
    given: object = shape
    if isinstance(given, np.ndarray):
        given = given.tolist()
    if isinstance(given, tuple | list) and len(given) == 2 and all(map(is_integer, given)):
        rows, columns = map(int, given)
        if min(rows, columns) > 0 and rows * columns == num_neurons:
            return rows, columns
    raise ValueError(
        f"shape should be (rows, columns) of {num_neurons} neurons. Got {shown(shape)}."
    )
