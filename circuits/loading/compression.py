"""Cheap CX that clear every qubit depending affinely on others.

Qubits whose values sum to a constant over all patterns form a relation; a relation of w qubits
clears one of them with w - 1 CX. The lightest relation is used first; qubits that are all equal are
cleared in layers, half of them at a time.
"""

from circuits.gf2 import Basis, num_independent


def compress(columns: list[int], everything: int) -> list[tuple[int, int]]:
    """Return CX (control, target) after which only affinely independent columns vary.

    Args:
        columns: One integer per qubit with a bit per pattern.
        everything: The integer with a one for every pattern.

    Returns:
        The CX in order. Each cleared column is left constant, 0 or ``everything``.
    """
    least = everything & -everything
    live = {
        qubit: column ^ everything if column & least else column
        for qubit, column in enumerate(columns)
        if column not in (0, everything)
    }
    moves = _merge_equal(live)
    rank = num_independent(live.values())
    while len(live) > rank:
        relation = _light_relation(live) or _any_relation(live)
        target = relation[0]
        moves += [(source, target) for source in relation[1:]]
        del live[target]
    return moves


def _merge_equal(live: dict[int, int]) -> list[tuple[int, int]]:
    """Return CX that leave one qubit of each set of equal ones; delete the rest from ``live``."""
    equal: dict[int, list[int]] = {}
    for qubit, column in live.items():
        equal.setdefault(column, []).append(qubit)
    moves: list[tuple[int, int]] = []
    for qubits in equal.values():
        while len(qubits) > 1:
            half = (len(qubits) + 1) // 2
            for control, target in zip(qubits, qubits[half:], strict=False):
                moves.append((control, target))
                del live[target]
            del qubits[half:]
    return moves


def _light_relation(live: dict[int, int]) -> tuple[int, ...] | None:
    """Return a relation of 3, 4 or 5 qubits, all different, the lightest there is."""
    single = {column: qubit for qubit, column in live.items()}
    qubits = list(live)
    pairs: dict[int, tuple[int, int]] = {}
    four: tuple[int, ...] | None = None
    for x, first in enumerate(qubits):
        for second in qubits[:x]:
            value = live[first] ^ live[second]
            if value in single:
                return (single[value], first, second)
            if value in pairs:
                four = four or (first, second, *pairs[value])
            else:
                pairs[value] = (first, second)
    if four is not None:
        return four
    for value, (first, second) in pairs.items():
        for x, third in enumerate(qubits):
            if third in (first, second):
                continue
            partial = value ^ live[third]
            for fourth in qubits[:x]:
                fifth = single.get(partial ^ live[fourth])
                if fifth is not None and len({first, second, third, fourth, fifth}) == 5:
                    return (first, second, third, fourth, fifth)
        if len(qubits) > 24:  # three nested loops over many qubits would take too long
            return None
    return None


def _any_relation(live: dict[int, int]) -> tuple[int, ...]:
    """Return the lightest relation met in a few orders of elimination."""
    qubits = list(live)
    best: tuple[int, ...] | None = None
    for shift in range(min(len(qubits), 16)):
        basis = Basis()
        for qubit in qubits[shift:] + qubits[:shift]:
            is_new, used = basis.add(live[qubit], 1 << qubit)
            if not is_new:
                relation = tuple(q for q in qubits if used >> q & 1)
                if best is None or len(relation) < len(best):
                    best = relation
    assert best is not None  # there are more columns than their rank
    return best
