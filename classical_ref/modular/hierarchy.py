"""A memory of pictures in three layers: an image, the parts it is made of, and whole pictures."""

from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike
from sklearn.cluster import KMeans

from classical_ref.checks import Floats, Integers, Rng, Within, check_array, checked
from classical_ref.modular.convolution import Convolution
from classical_ref.modular.hypersynapses import Coupling
from classical_ref.modular.lagrangians import Identity, Softmax
from classical_ref.modular.layers import NeuronLayer
from classical_ref.modular.memory import ModularMemory

Count = Annotated[int, Within("[1, 1000000]")]
Positive = Annotated[float, Within("(0, inf)")]


@checked
def hierarchical_memory(
    pictures: ArrayLike,
    *,
    window: Count = 4,
    num_parts: Count = 64,
    num_wholes: Count = 100,
    part_beta: Positive = 3.0,
    whole_beta: Positive = 30.0,
    coupling: Positive = 3.0,
    rng: Rng = None,
) -> ModularMemory:
    r"""Return a memory that sees pictures as combinations of parts, the same ones everywhere.

    The layer ``"image"``, ``(rows, columns, 1)``, is joined by one :class:`Convolution` to
    ``"parts"``, ``(places, places, num_parts)``, a softmax at each place, which a bias
    :math:`-|w|^2/2` makes one of distances; these to ``"whole"``, ``(num_wholes,)``. Parts are the
    k-means of all windows, which do not overlap, wholes those of the pictures, each a frequency
    of parts at each place.

    Args:
        pictures: ``(num_pictures, rows, columns)``.
        window: Length of a window along both axes, which it divides.
        num_parts: Number of filters.
        num_wholes: Number of neurons on top.
        part_beta: Inverse temperature of the parts.
        whole_beta: Inverse temperature of the wholes.
        coupling: Strength of the synapse between parts and wholes.
        rng: Source of the starts of k-means.

    Raises:
        ValueError: The pictures have another shape, windows do not cover them, or there are fewer
            pictures than wholes, or windows than parts.
    """
    given = check_array("pictures", pictures, "num_pictures", "rows", "columns")
    count, rows, columns = given.shape
    if rows % window or columns % window:
        raise ValueError(f"window should divide {rows} and {columns}. Got {window}.")
    places = rows // window, columns // window
    blocks = given.reshape(count, places[0], window, places[1], window).swapaxes(2, 3)
    generator = np.random.default_rng(rng)
    parts, seen = _centers("num_parts", blocks.reshape(-1, window**2), num_parts, generator)
    _, kinds = _centers("num_wholes", given.reshape(count, -1), num_wholes, generator)
    is_part = np.eye(num_parts)[seen].reshape(count, *places, num_parts)
    of_kind = [is_part[kinds == kind] for kind in range(num_wholes)]
    frequencies = [(each if len(each) else is_part).mean(axis=0) for each in of_kind]
    bias = np.broadcast_to(-(parts**2).sum(axis=1) / 2, (*places, num_parts))
    return ModularMemory(
        {
            "image": NeuronLayer((rows, columns, 1), Identity()),
            "parts": NeuronLayer((*places, num_parts), Softmax(part_beta)),
            "whole": NeuronLayer(num_wholes, Softmax(whole_beta)),
        },
        [
            (Convolution(parts.T.reshape(window, window, 1, -1), window), ("image", "parts")),
            (Coupling(bias), ("parts",)),
            (Coupling(coupling * np.array(frequencies)), ("whole", "parts")),
            (Coupling(np.zeros(num_wholes)), ("whole",)),
        ],
    )


def _centers(
    name: str, rows: Floats, count: int, rng: np.random.Generator
) -> tuple[Floats, Integers]:
    """Return centers, and for each row which is nearest."""
    if count > len(rows):
        raise ValueError(f"{name} should be at most the {len(rows)} that are given. Got {count}.")
    seed = int(rng.integers(2**31))
    found = KMeans(count, n_init=1, random_state=seed).fit(rows)
    return np.asarray(found.cluster_centers_), np.asarray(found.labels_, dtype=np.int64)
