"""Merging for many patterns: a tree of flags cuts the set into blocks that are merged apart.

A block is given by the values of a few bits; their conjunction stands in a clean ancilla, 3 CX per
level. Patterns of one block agree on those bits, so merging never touches them and the flag can
be taken away again exactly. One CX moves a flag to the sibling block.
"""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from circuits.bit_order import Bits
from circuits.loading.elimination import Elimination
from circuits.loading.merging import merge, replay, to_words
from circuits.loading.preparation import Encoder, Preparation


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagTree(Encoder):
    """Blocks merged under flags, then a beam search over what is left."""

    name: ClassVar[str] = "flag-tree"
    block: int = 10
    """Largest block that is not split further."""
    keep: int = 2
    """Patterns left of each block."""
    width: int = 4
    weight: float = 0.8
    drift: float = 0.05
    noise: float = 0.0
    pairs: int = 40
    refine: int = 4

    def prepare(self, bits: Bits, amplitudes: npt.NDArray[np.complex128]) -> Preparation:
        """Return the preparation; see :class:`Encoder`."""
        plan = plan_tree(bits, self)
        elimination = Elimination(bits, amplitudes)
        play(elimination, plan)
        used = np.flatnonzero((bits != bits[0]).any(axis=0))
        return Preparation(
            circuit=elimination.preparation_circuit(),
            reflection_qubits=tuple(int(i) for i in used),
        )


def plan_tree(bits, config):
    from circuits.loading import flag_search, merge_search

    K, D = bits.shape
    words = to_words(bits)
    rows = np.concatenate([words, np.zeros((K, 1), np.uint64)], axis=1)
    W = words.shape[1]
    state = {"rows": rows, "n": K, "cost": 0}
    ops = []
    mask = np.zeros(W + 1, np.uint64)
    for b in range(D):
        mask[b // 64] |= np.uint64(1) << np.uint64(b % 64)
    extra = np.zeros((merge_search.MAX_EXTRA, 2), np.int64)
    used = merge_search._improve(rows, K, D, mask, 1, 0.0, np.zeros(K + 1, np.int64), np.zeros(K + 1, np.int64), extra, merge_search.MAX_EXTRA)
    ops.append(("extra", extra[:used].copy()))
    state["cost"] += used
    fixed = np.zeros(D, np.bool_)

    def inside(literals):
        r, n = state["rows"], state["n"]
        ok = np.ones(n, bool)
        for b, v in literals:
            ok &= ((r[:n, b // 64] >> np.uint64(b % 64)) & np.uint64(1)) == v
        return np.flatnonzero(ok)

    def visit(literals):
        members = inside(literals)
        if len(members) <= config.keep:
            return
        if len(members) > config.block:
            d = flag_search.split_bit(state["rows"], members, D, fixed, config.noise)
            fixed[d] = True
            depth = len(literals)
            if depth >= 1:
                ops.append(("flag", depth, literals[-1] if depth == 1 else None, d, 1))
                state["cost"] += 3
            visit(literals + [(d, 1)])
            if depth >= 1:
                ops.append(("move", depth, literals[-1] if depth == 1 else None))
                state["cost"] += 1
            visit(literals + [(d, 0)])
            if depth >= 1:
                ops.append(("flag", depth, literals[-1] if depth == 1 else None, d, 0))
                state["cost"] += 3
            fixed[d] = False
            return
        r = state["rows"]
        r[:, W] = 0
        r[members, W] = 1
        n, spent, *steps = flag_search.merge_block(r, state["n"], D, config.keep, config.weight, config.drift, config.noise)
        ops.append(("block", len(literals), literals[-1] if len(literals) == 1 else None, steps))
        state["n"], state["cost"] = n, state["cost"] + spent

    visit([])
    rest = state["rows"][: state["n"], :W].copy()
    if len(rest) > 1:
        cost, *steps = merge_search.beam(rest, D, config.width, config.pairs, 1.0, 1, 0.0, 0, config.refine, 8, 0.0)
        ops.append(("beam", steps))
        state["cost"] = state["cost"] + cost if cost >= 0 else 10**9
    return state["cost"], ops, len(rest)


def play(elimination, plan):
    _, ops, _ = plan
    flags = {}

    def literal(depth, lit):
        return lit if depth == 1 else (flags[depth], 1)

    for op in ops:
        if op[0] == "extra":
            for c, t in op[1].tolist():
                elimination.cx(c, t)
        elif op[0] == "flag":
            _, depth, lit, d, v = op
            q, qv = literal(depth, lit)
            if depth + 1 not in flags:
                flags[depth + 1] = elimination.borrow([*flags.values()])
            elimination.conjunction(q, d, (int(qv), v), flags[depth + 1])
            if v == 0:
                del flags[depth + 1]
        elif op[0] == "move":
            _, depth, lit = op
            q, qv = literal(depth, lit)
            if not qv:
                elimination.x(q)
            elimination.cx(q, flags[depth + 1])
            if not qv:
                elimination.x(q)
        elif op[0] == "block":
            _, depth, lit, steps = op
            q, qv = literal(depth, lit)
            for t, fan, restored, k, chosen, flips in zip(*steps, strict=True):
                t, k = int(t), int(k)
                for word, mask in enumerate(fan.tolist()):
                    for bit in range(64):
                        if mask >> bit & 1:
                            elimination.cx(t, 64 * word + bit)
                if not qv:
                    elimination.x(q)
                merge(elimination, t, [q] + [int(c) for c in chosen[1:k]], int(flips), [*flags.values()])
                if not qv:
                    elimination.x(q)
                for word, mask in enumerate(restored.tolist()):
                    for bit in range(64):
                        if mask >> bit & 1:
                            elimination.cx(t, 64 * word + bit)
        else:
            replay(elimination, op[1])
