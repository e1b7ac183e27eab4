"""Patterns drawn as text: two characters a neuron, in the shape of the data."""

from collections.abc import Mapping

import numpy.typing as npt

from classical_ref.checks import Spins, check_spins

INK = {-1: "██", 0: "??", 1: "··"}
"""What a spin is drawn as: bit 1, unknown, bit 0."""

WIDEST = 76
"""Pictures stand side by side as long as they fit into this many columns."""


def picture(spins: npt.ArrayLike, shape: tuple[int, int]) -> list[str]:
    """Return the lines of one drawn pattern.

    Args:
        spins: Shape ``(D,)``, 0 where unknown; bits are refused.
        shape: Rows and columns, ``rows * columns == D``; neurons are numbered row by row.
    """
    return [
        "".join(INK[spin] for spin in row) for row in check_spins(spins).reshape(shape).tolist()
    ]


def drawn(pictures: Mapping[str, Spins | None], shape: tuple[int, int]) -> str:
    """Return titled pictures side by side, or one below the other where they are wide.

    A picture that is ``None`` is drawn as a dash.
    """
    blocks = {
        title: ["-"] if spins is None else picture(spins, shape)
        for title, spins in pictures.items()
    }
    widths = [max(2 * shape[1], len(title)) for title in blocks]
    if sum(widths) + 3 * len(widths) > WIDEST:
        lines = [line for title, block in blocks.items() for line in (title, *block, "")]
        return "\n".join(lines[:-1])
    height = max(len(block) for block in blocks.values())
    columns = [
        [line.ljust(width) for line in (title, *block, *[""] * (height - len(block)))]
        for width, (title, block) in zip(widths, blocks.items(), strict=True)
    ]
    return "\n".join("   ".join(line).rstrip() for line in zip(*columns, strict=True))
