"""Patterns drawn as text: two characters a pixel, in the shape of the data."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from classical_ref.checks import Spins, check_spins
from classical_ref.data.levels import LevelCode
from qdenseam.cli.tables import room

SHADES = ("██", "▓▓", "▒▒", "░░", "··", "??")
"""What a pixel is drawn as, from black (bit 1) to white (bit 0), and unknown."""
TWO = LevelCode()
WIDEST = 160
"""Pictures stand side by side up to this width, in a pipe too."""


def picture(spins: npt.ArrayLike, shape: tuple[int, int], levels: LevelCode = TWO) -> list[str]:
    """Return the lines of one drawn pattern.

    Args:
        spins: Shape ``(D,)``, 0 where unknown; bits are refused.
        shape: Rows and columns of pixels, numbered row by row.
        levels: How their levels are written; colors are drawn as the mean of three.
    """
    found = levels.decode(check_spins(spins)).levels.reshape(*shape, -1)
    grey = found.mean(-1) / (levels.num_levels - 1)
    shade = np.rint(grey * (len(SHADES) - 2)).astype(int)
    shade[(found < 0).any(-1)] = -1
    return ["".join(SHADES[each] for each in row) for row in shade.tolist()]


def drawn(
    pictures: Mapping[str, Spins | None], shape: tuple[int, int], levels: LevelCode = TWO
) -> str:
    """Return titled pictures side by side, or one below the other in a narrow terminal.

    A picture that is ``None`` is drawn as a dash.
    """
    blocks = {
        title: ["-"] if spins is None else picture(spins, shape, levels)
        for title, spins in pictures.items()
    }
    widths = [max(2 * shape[1], len(title)) for title in blocks]
    if sum(widths) + 3 * (len(widths) - 1) > min(room(), WIDEST):
        lines = [line for title, block in blocks.items() for line in (title, *block, "")]
        return "\n".join(lines[:-1])
    height = max(len(block) for block in blocks.values())
    columns = [
        [line.ljust(width) for line in (title, *block, *[""] * (height - len(block)))]
        for width, (title, block) in zip(widths, blocks.items(), strict=True)
    ]
    return "\n".join("   ".join(line).rstrip() for line in zip(*columns, strict=True))
