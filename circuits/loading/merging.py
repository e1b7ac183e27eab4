r"""Pair merging: patterns are merged two by two until one is left, read backwards.

Two patterns at Hamming distance h are made to differ in one bit by h - 1 CX and merged by a
rotation multiplexed over the k bits that tell them from all others, 2^k - 1 CX for k <= 3. A beam
search with a look-ahead (the spanning tree of what remains) picks pairs, targets and controls.
Two freedoms cost nothing and are used to the full: every cell of the multiplexer may flip the
target, and every cell that holds a mergeable pair merges it, too.

References:
    Gleinig and Hoefler (2021), "An efficient algorithm for sparse quantum state preparation", for
    the merging of pairs; Bergholm et al. (2005) for the multiplexers.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from circuits.bit_order import Bits
from circuits.loading.elimination import Elimination
from circuits.loading.preparation import Encoder, Preparation


@dataclass(frozen=True, slots=True, kw_only=True)
class Merging(Encoder):
    """Beam search over merges; the default search takes well under a second up to K = 64."""

    name: ClassVar[str] = "merging"
    width: int = 16
    """States kept per number of remaining patterns."""
    pairs: int = 40
    """Closest pairs tried in each state."""
    look_ahead: float = 0.8
    """CX that a unit of the remaining spanning tree counts."""

    def prepare(self, bits: Bits, amplitudes: npt.NDArray[np.complex128]) -> Preparation:
        """Return the preparation; see :class:`Encoder`."""
        elimination = Elimination(bits, amplitudes)
        if len(bits) > 1:
            from circuits.loading import merge_search

            cost, *steps = merge_search.beam(
                to_words(bits), bits.shape[1], self.width, self.pairs, self.look_ahead,
                1, 0.0, 0, 3, 8, 0.0,
            )
            replay(elimination, steps)
        reflection = np.flatnonzero((bits != bits[0]).any(axis=0))
        return Preparation(
            circuit=elimination.preparation_circuit(),
            reflection_qubits=tuple(int(i) for i in reflection),
        )


def to_words(bits: Bits) -> npt.NDArray[np.uint64]:
    """Return ``(K, D)`` bits as words, shape ``(K, ceil(D / 64))``; bit i is in word i // 64."""
    num_words = -(-bits.shape[1] // 64)
    padded = np.zeros((len(bits), 64 * num_words), dtype=np.uint8)
    padded[:, : bits.shape[1]] = bits
    packed = np.packbits(padded, axis=1, bitorder="little")
    return packed.view("<u8").astype(np.uint64)


def replay(elimination: Elimination, steps: list[npt.NDArray[np.generic]]) -> None:
    """Apply the steps that :func:`circuits.loading.merge_search.beam` returned."""
    for extra, used, target, fan, k, chosen, flips in zip(*steps, strict=True):
        target = int(target)
        for word, mask in enumerate(fan.tolist()):
            for bit in range(64):
                if mask >> bit & 1:
                    elimination.cx(target, 64 * word + bit)
        if target >= 0:
            merge(elimination, target, [int(c) for c in chosen[:k]], int(flips), [])
        for source, sink in extra[:used].tolist():
            elimination.cx(source, sink)


def merge(
    elimination: Elimination, target: int, controls: list[int], flips: int, busy: list[int]
) -> None:
    """Multiplex with any number of controls.

    Beyond three, ``flips`` holds one value per control, those of the pair to merge; conjunctions
    in clean qubits replace two controls by one each, 6 CX.
    """
    if len(controls) <= 3:
        elimination.multiplex(target, controls, flips)
        return
    literals = [(c, flips >> i & 1) for i, c in enumerate(controls)]
    undo = []
    while len(literals) > 3:
        (first, a), (second, b), *rest = literals
        clean = elimination.borrow([*controls, *busy, target])
        elimination.conjunction(first, second, (a, b), clean)
        undo.append((first, second, (a, b), clean))
        literals = [*rest, (clean, 1)]
        controls = [*controls, clean]
    elimination.multiplex(target, [c for c, _ in literals])
    for step in reversed(undo):
        elimination.conjunction(*step)
