r"""Levels of grey and of colors as code words of spins, and words back to levels.

Levels count from black, 0, to white, L - 1; as everywhere ink is spin -1 (bit 1), so that darker
pixels have more ink in thermometer code, and two levels are the pictures of two spins.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from classical_ref.checks import (
    Booleans,
    Floats,
    Integers,
    Spins,
    SpinsLike,
    Within,
    check_fields,
    check_spins,
    shown,
)
from classical_ref.shown import brief

Code = Literal["thermometer", "gray", "one-hot"]
"""How a level is written in bits, see :class:`LevelCode`."""
_TEXT = re.compile(r"(?:([a-z-]+)\()?\s*(\d+)\s*(\))?")
_CHUNK = 2**20  # words that are decoded at once


class Pictures(NamedTuple):
    """Levels that were read, ``(..., rows, columns)``, of colors ``(..., rows, columns, 3)``."""

    levels: Integers
    """From 0, black, to L - 1, white; -1 where no bit of the word is known."""
    is_word: Booleans
    """Whether the known bits are those of a code word; elsewhere the nearest word was taken."""

    def __repr__(self) -> str:
        return f"Pictures(levels={brief(self.levels)}, outcome={self.outcome!r})"

    @property
    def outcome(self) -> str:
        """Say how many words are none of the code; nothing where all are."""
        wrong = int(np.count_nonzero(~self.is_word))
        if not wrong:
            return ""
        are = "is no code word" if wrong == 1 else "are no code words"
        return f"{wrong} of {self.is_word.size} levels {are}; the nearest was taken."


@dataclass(frozen=True, slots=True)
class LevelCode:
    r"""How each of L levels is written in bits.

    With a = L - 1 - level, how dark it is:

    - ``thermometer``: a ones, then zeros, L - 1 bits. Hamming distances are those of the levels,
      :math:`d = |l - l'|`, and summed over pixels the L1 distance of two pictures.
    - ``gray``: a as a reflected binary number, :math:`\lceil \log_2 L \rceil` bits. Neighbors
      differ in one bit, other levels in one bit or more.
    - ``one-hot``: bit ``level`` alone, L bits. Any two levels differ in two bits.

    Its text is such as ``gray(8)``; a number alone is thermometer code.

    Source: Gray (1953), US patent 2632058.

    Examples:
        >>> LevelCode(4).encode([0, 3]).tolist()
        [[-1, -1, -1], [1, 1, 1]]
        >>> LevelCode.of("gray(8)").bits
        3
    """

    num_levels: Annotated[int, Within("[2, 256]")] = 2
    """L, from 2 to 256."""
    code: Code = "thermometer"

    def __post_init__(self) -> None:
        check_fields(self)

    def __str__(self) -> str:
        return f"{self.code}({self.num_levels})"

    @classmethod
    def of(cls, levels: "int | str | LevelCode") -> "LevelCode":
        """Return a code itself, or that of a number of levels or of a text.

        Raises:
            ValueError: The text is of another form, the code unknown, or L out of range.
        """
        if isinstance(levels, LevelCode):
            return levels
        if not isinstance(levels, str):
            return cls(levels)
        found = _TEXT.fullmatch(levels.strip())
        if found is None or (found[1] is None) != (found[3] is None):
            names = ", ".join(f"{code}(4)" for code in get_args(Code))
            raise ValueError(f"levels should be a number or a code, {names}. Got {levels!r}.")
        return cls(int(found[2]), found[1] or "thermometer")  # type: ignore[arg-type]

    @property
    def bits(self) -> int:
        """Bits of a word."""
        most = self.num_levels - 1
        return {"thermometer": most, "gray": most.bit_length(), "one-hot": most + 1}[self.code]

    @property
    def words(self) -> Spins:
        """The words of levels 0, 1, ..., shape ``(L, bits)``."""
        dark = np.arange(self.num_levels)[::-1, np.newaxis]
        place = np.arange(self.bits)
        if self.code == "thermometer":
            ones = dark > place
        elif self.code == "gray":
            ones = (dark ^ dark >> 1) >> place & 1 > 0
        else:
            ones = dark[::-1] == place
        return np.where(ones, -1, 1).astype(np.int8)

    def encode(self, levels: ArrayLike) -> Spins:
        """Return the words of levels ``(...)``, shape ``(..., bits)``.

        Raises:
            ValueError: These are no integers from 0 to L - 1.
        """
        array = np.asarray(levels)
        if array.dtype.kind not in "iu" or ((array < 0) | (array >= self.num_levels)).any():
            raise ValueError(
                f"levels should be integers from 0 to {self.num_levels - 1}. Got {shown(levels)}."
            )
        return np.asarray(self.words[array])

    def decode(self, states: SpinsLike, *, bits: bool | None = None) -> Pictures:
        """Return the levels of words one after the other, ``(..., n)`` of ``(..., n * bits)``.

        A word that is none of the code is read as the code word at the least Hamming distance on
        its known bits, of several as near as the darkest. ``bits`` says whether the states are
        bits, where their type does not.

        Raises:
            ValueError: The states are no whole words, or spins or bits in doubt.
        """
        spins = check_spins(states, bits=bits, name="states")
        if spins.ndim == 0:
            raise ValueError(f"states should be words of {self.bits} bits, {self}. Got one number.")
        if spins.shape[-1] % self.bits:
            raise ValueError(
                f"states should be words of {self.bits} bits, {self}. "
                f"Got {spins.shape[-1]} neurons."
            )
        rows = spins.reshape(-1, self.bits)
        levels, is_word = np.empty(len(rows), np.int64), np.empty(len(rows), bool)
        words = self.words.T.astype(np.float32)  # sums of at most 256 ones are exact
        for start in range(0, len(rows), step := max(1, _CHUNK // self.num_levels)):
            block = rows[start : start + step]
            agreement, known = block @ words, np.count_nonzero(block, axis=1)
            nearest = agreement.argmax(axis=1)
            best = agreement[np.arange(len(block)), nearest]
            levels[start : start + step] = np.where(known == 0, -1, nearest)
            is_word[start : start + step] = best == known
        shape = (*spins.shape[:-1], -1)
        return Pictures(levels.reshape(shape), is_word.reshape(shape))


def quantized(
    sums: NDArray[np.int64] | Floats, area: int, white: float, num_levels: int
) -> Integers:
    """Return levels of grey levels in bins of equal width, floor(L grey / (white + 1)).

    Args:
        sums: Sums over areas, as of :func:`~classical_ref.data.pictures.area_sums`.
        area: What a grey level is multiplied with there.
        white: The largest grey level; of fractions it is 1, which falls into the last bin.
        num_levels: L.
    """
    if sums.dtype.kind == "f":
        top = white if white == 1 else white + 1
        return np.minimum(np.floor(sums * num_levels / (area * top)), num_levels - 1).astype(int)
    return np.asarray(sums * num_levels // (area * int(white + 1)))


def white_level(grey: NDArray[np.int64] | Floats, given: np.dtype[np.generic]) -> float:
    """Return what is white: 255, of more than that (or uint16) 65535, of fractions 1.

    Args:
        grey: Grey levels of all pictures.
        given: Their type as they came.

    Raises:
        ValueError: They are of no such range.
    """
    low, high = float(grey.min()), float(grey.max())
    is_whole = given.kind in "biu" or bool((grey == np.rint(grey)).all() and high > 1)
    white = 1.0 if not is_whole else 255.0 if high <= 255 and given != np.uint16 else 65535.0
    if low < 0 or high > white:
        raise ValueError(
            "grey levels that are kept should be from 0 to 255 or 65535, or fractions from 0 to 1. "
            f"Got {low:g} to {high:g}; divide by the level of white."
        )
    return white
