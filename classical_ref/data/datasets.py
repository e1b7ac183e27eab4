"""Real patterns that need no download: digits and font glyphs.

Ink is spin -1 (bit 1), background is spin +1 (bit 0); pixels are numbered row by row.
"""

import hashlib
from dataclasses import dataclass, replace
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, ClassVar

import numpy as np

from classical_ref.checks import (
    Floats,
    Integers,
    Rng,
    SpinsLike,
    Within,
    check_array,
    check_fields,
    check_positive,
    check_spins,
    check_within,
    checked,
    lock,
    shown,
)
from classical_ref.data.levels import LevelCode, Pictures
from classical_ref.data.pictures import Threshold, area_sums, binarize, pooled_shape
from classical_ref.patterns import PatternRows
from classical_ref.shown import html_patterns
from classical_ref.spins import Spins, check_patterns, products

_SELECTION_ROUNDS = 200
Size = Annotated[int, Within("[1, 1000000000]")]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Dataset(PatternRows):
    """Distinct patterns with their labels and the shape in which to draw them."""

    _shown: ClassVar[tuple[str, ...]] = ("name", "shape", "note")
    name: str
    """What the patterns are."""
    patterns: Spins
    """Shape ``(num_patterns, num_neurons)``, entries -1 and +1, read-only."""
    labels: Integers | None = None
    """One integer per pattern (class or code point), or None."""
    shape: tuple[Size, Size]
    """Rows and columns of a pattern drawn as a picture."""
    levels: LevelCode = LevelCode()  # noqa: RUF009
    """How the pixels' levels are written: word after word, pixels row by row, of colors red, green
    and blue one after the other. Two levels are one spin a pixel."""
    weights: Floats | None = None
    """How often each pattern stood in the data, as priors of a memory; None for once each."""
    note: str = ""
    """What was done to make the patterns."""

    def __post_init__(self) -> None:
        check_fields(self)
        patterns = check_patterns(self.patterns)
        values, over = divmod(patterns.shape[1], self.levels.bits)
        pixels = self.shape[0] * self.shape[1]
        if over or values not in (pixels, 3 * pixels):
            raise ValueError(
                f"shape should have {values} pixels. Got {self.shape[0]} rows of {self.shape[1]}"
                + (
                    "."
                    if self.levels.bits == 1
                    else f", and {patterns.shape[1]} neurons in words "
                    f"of {self.levels.bits} bits, {self.levels}."
                )
            )
        object.__setattr__(self, "patterns", patterns)
        if self.labels is not None:
            labels = check_array("labels", self.labels, len(patterns))
            if (labels != np.rint(labels)).any() or np.abs(labels).max() > 2**53:
                raise ValueError(f"labels should be integers. Got {shown(self.labels)}.")
            lock(self, labels=labels.astype(np.int64))
        if self.weights is not None:
            weights = check_array("weights", self.weights, len(patterns))
            check_positive(weights=float(weights.min()))
            lock(self, weights=weights)

    @property
    def bits_per_feature(self) -> int:
        """Neurons that write one level of a pixel or of a color: a group of a categorical filter.

        Groups follow one another, ``patterns.reshape(num_patterns, -1, bits_per_feature)``.
        """
        return self.levels.bits

    def _more_html(self) -> str:
        return html_patterns(self.patterns, self.neuron_grid)

    @property
    def neuron_grid(self) -> tuple[int, int]:
        """Rows and columns of the neurons themselves, the words of a row of pixels side by side."""
        return self.shape[0], self.num_neurons // self.shape[0]

    def pictures(self, states: SpinsLike, *, bits: bool | None = None) -> Pictures:
        """Return what states ``(..., num_neurons)`` show, see :meth:`LevelCode.decode`.

        Levels have shape ``(..., rows, columns)``, of colors ``(..., rows, columns, 3)``;
        ``levels / (data.levels.num_levels - 1)`` is what a drawing takes.

        Raises:
            ValueError: The states have another number of neurons, or spins or bits in doubt.
        """
        spins = check_spins(states, bits=bits, name="states")
        if spins.shape[-1:] != (self.num_neurons,):
            raise ValueError(
                f"states should have {self.num_neurons} neurons. Got shape {spins.shape}."
            )
        found = self.levels.decode(spins)
        shape = (*found.levels.shape[:-1], *self.shape)
        if self.num_neurons > self.shape[0] * self.shape[1] * self.levels.bits:
            shape = (*shape, 3)
        return Pictures(found.levels.reshape(shape), found.is_word.reshape(shape))

    def content_hash(self) -> str:
        """Return the SHA-256 of the patterns, their shape, code and weights, 64 hexadecimal digits.

        Equal patterns in equal order have equal hashes, wherever they come from; name, labels
        and note do not count.
        """
        head = "x".join(map(str, (self.num_patterns, *self.shape)))
        if self.levels.bits > 1:
            head += f" {self.levels}"
        tail = b"" if self.weights is None else self.weights.tobytes()
        inked = np.packbits(self.patterns < 0).tobytes()
        return hashlib.sha256(head.encode() + inked + tail).hexdigest()

    @checked
    def select(
        self,
        num_patterns: int,
        *,
        min_distance: Annotated[int, Within("[0, 1000000000]")] = 1,
        rng: Rng = None,
    ) -> "Dataset":
        """Return a random subset whose patterns differ pairwise in ``min_distance`` pixels or more.

        The patterns are visited in random order and kept when far enough from those kept before,
        with up to 200 fresh orders.

        Raises:
            ValueError: There are too few patterns, or no order gave enough that are far apart.
        """
        rng = np.random.default_rng(rng)
        check_within(f"[1, {self.num_patterns}]", num_patterns=num_patterns)
        most = 0
        for _ in range(_SELECTION_ROUNDS):
            kept: list[int] = []
            for row in rng.permutation(self.num_patterns).tolist():
                similarities = products(self.patterns[kept], self.patterns[row])
                if np.all(self.num_neurons - similarities >= 2 * min_distance):
                    kept.append(row)
                if len(kept) == num_patterns:
                    return replace(
                        self,
                        patterns=self.patterns[kept],
                        labels=None if self.labels is None else self.labels[kept],
                        weights=None if self.weights is None else self.weights[kept],
                    )
            most = max(most, len(kept))
        raise ValueError(
            f"min_distance should leave {num_patterns} of {self.num_patterns} patterns. At "
            f"min_distance={min_distance} at most {most} were found; lower one of the two."
        )


@checked
@cache
def digits(num_neurons: Size = 64, *, threshold: Threshold = "mean") -> Dataset:
    """Return scikit-learn's 8 x 8 handwritten digits, shrunk and binarized, without repetitions.

    The images are area-averaged to the most square ``rows x columns = num_neurons`` with
    ``rows >= columns`` (9 is 3 x 3, 12 is 4 x 3, 20 is 5 x 4); a pixel darker than the threshold
    of its own image is ink, see :func:`binarize`. Of equal images the first is kept. Labels are the
    digits.

    Of 1,797 images the mean of the image keeps 47, 174, 172 and 1,762 distinct patterns at 9, 12,
    16 and 64 pixels; the median keeps 26, 122, 181 and 1,730, since it forces half of the pixels
    to be ink whatever the digit. The mean is therefore the default.

    Raises:
        ValueError: ``num_neurons`` is no product of two sides from 2 to 8, or ``threshold`` is
            unknown.
    """
    shape = pooled_shape(num_neurons, (8, 8))
    images, labels = _digit_images()
    levels = area_sums(-images, shape)  # ink has the high numbers there
    spins = binarize(levels, threshold=threshold).reshape(-1, num_neurons)
    first = np.sort(np.unique(spins, axis=0, return_index=True)[1])
    return Dataset(
        name=f"digits {shape[0]}x{shape[1]}",
        patterns=spins[first],
        labels=labels[first],
        shape=shape,
    )


@checked
@cache
def glyphs(
    size: Annotated[int, Within("[2, 1024]")] = 16,
    *,
    num_patterns: Annotated[int, Within("[1, 1000000]")] | None = None,
    max_overlap: Annotated[float, Within("[-1, 1]")] = 0.6,
    font: str = "DejaVu Sans:bold",
) -> Dataset:
    """Return font glyphs as square pictures, a stand-in for sprites.

    Each glyph is cropped to its ink and stretched to ``size x size``. Kept are those with 30 to
    70 % ink and an overlap of at most ``max_overlap`` with every glyph kept before, in the order
    of their code points, which are the labels. Stretching matters: glyphs that are only centered
    share so much background that most overlaps exceed 0.8.

    Args:
        size: Rows and columns.
        num_patterns: Stop after this many; None keeps all.
        max_overlap: Largest overlap between two kept glyphs.
        font: A matplotlib (fontconfig) font pattern; the default ships with matplotlib.

    Raises:
        ValueError: The font has fewer suitable glyphs, is not installed, or ``size`` is not from 2
            to 1024.
    """
    from matplotlib.font_manager import FontProperties, findfont
    from matplotlib.ft2font import FT2Font

    face = FT2Font(findfont(FontProperties(font), fallback_to_default=False))
    face.set_size(2 * size, 72)
    kept = np.empty((0, size * size), dtype=np.int8)
    codes: list[int] = []
    for code in sorted(face.get_charmap()):
        if len(codes) == num_patterns:
            break
        face.clear()
        face.set_text(chr(code))
        if min(face.get_width_height()) == 0:
            continue
        face.draw_glyphs_to_bitmap()
        image = np.asarray(face.get_image(), dtype=np.int64)
        rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
        if rows.size == 0:
            continue
        cropped = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        ink = 2 * area_sums(cropped, (size, size)).ravel() > 255 * cropped.size
        if not 0.3 <= ink.mean() <= 0.7:
            continue
        pattern = np.where(ink, -1, 1).astype(np.int8)
        if np.all(products(kept, pattern) <= max_overlap * size * size):
            kept = np.vstack([kept, pattern])
            codes.append(code)
    if not codes or (num_patterns is not None and len(codes) < num_patterns):
        raise ValueError(
            f"num_patterns should be from 1 to {len(codes)} for size={size}, "
            f"max_overlap={max_overlap} and {font}. Got {num_patterns}."
        )
    return Dataset(
        name=f"glyphs {size}x{size}",
        patterns=kept,
        labels=np.array(codes, dtype=np.int64),
        shape=(size, size),
    )


def _digit_images() -> tuple[Integers, Integers]:
    """Return the images, ``(1797, 8, 8)``, and the labels of ``sklearn.datasets.load_digits``.

    They are read from the file that scikit-learn ships: importing it takes longer than Qiskit.
    """
    spec = find_spec("sklearn")
    places = [] if spec is None else spec.submodule_search_locations or []
    for place in places:
        file = Path(place, "datasets", "data", "digits.csv.gz")
        if file.exists():
            rows = np.loadtxt(file, delimiter=",", dtype=np.int64)
            return rows[:, :-1].reshape(-1, 8, 8), rows[:, -1]
    from sklearn.datasets import load_digits

    source = load_digits()
    return np.asarray(source.images, dtype=np.int64), np.asarray(source.target, dtype=np.int64)
