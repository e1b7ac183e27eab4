"""The logical gate XOR as four patterns on three spins: more patterns than neurons.

As in the paper false is -1 and true is +1: a row (x, y, z) has z = -1 where x and y are alike, so
that x * y * z = -1. (Read as bits, where 0 is +1, the same rows are the negated gate.)

References:
    Krotov and Hopfield, "Dense associative memory for pattern recognition" (2016), arXiv
    1606.01164, section 3.
"""

from typing import Annotated, Final

import numpy as np

from classical_ref.checks import Within, checked

XOR_PATTERNS: Final = np.array([[-1, -1, -1], [-1, 1, 1], [1, -1, 1], [1, 1, -1]], dtype=np.int8)
"""The truth table, ``(4, 3)``, read-only."""
XOR_PATTERNS.setflags(write=False)


@checked
def xor_energy_gap(order: Annotated[int, Within("[1, 1000]")], *, rectified: bool = True) -> int:
    r"""Return the energy of every wrong row less that of every right one, exactly.

    A right row has the overlaps 3, -1, -1, -1 with the stored ones and a wrong row their
    negatives, so the gap is :math:`F(3) + 3 F(-1) - F(-3) - 3 F(1)`:

    - rectified powers: :math:`3^n - 3`, nothing at order 1 and positive from order 2 on;
    - plain odd powers: :math:`2 (3^n - 3)`, nothing at order 1;
    - plain even powers: 0. They give a state and its opposite the same energy, and the opposite of
      every right row is a wrong one.

    Args:
        order: Power n of the separation function, from 1 to 1000.
        rectified: Whether negative overlaps count as zero.

    Raises:
        TypeError: ``order`` is no integer.
        ValueError: ``order`` is below 1 or above 1000.
    """

    def separated(x: int) -> int:
        return int((max(x, 0) if rectified else x) ** int(order))

    return separated(3) + 3 * separated(-1) - separated(-3) - 3 * separated(1)
