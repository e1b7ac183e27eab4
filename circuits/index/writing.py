"""Writing patterns from an index that stands on some of their qubits, up to phases.

Every neuron is a Boolean function of the index. Neurons that are XORs of what stands already cost
CX; a product of two qubits is a relative-phase Toffoli (3 CX, Maslov 2016); anything else is a flip
multiplexed over the fewest qubits that decide it. Phases are left free: a measurement in the
computational basis follows.

Columns are integers with a bit for each pattern. A *mark* is a column of the index, *wanted* what a
neuron should hold in the end, *standing* what a qubit holds now, and *places* are the qubits that
the index stands on.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import reduce
from itertools import combinations, islice
from operator import xor

import numpy as np
from qiskit import QuantumCircuit

from circuits.bit_order import Bits
from circuits.gf2 import affine_sums, pack
from circuits.loading.preparation import empty_circuit
from circuits.synthesis.multi_controlled import append_relative_phase_toffoli
from circuits.synthesis.multiplexer import (
    cz_control,
    decompose_up_to_diagonal,
    fewest_controls,
    u_angles,
)

MAX_FACTORS = 12
"""Qubits among which products are looked for."""
MAX_PLACES = 16
"""Choices of the index's qubits looked at."""
SMALL = 12
"""Neurons up to which the search is thorough; beyond, the first choice that fits is taken."""

PRODUCT = 3
"""CX of a product; a sum of no more is taken without looking for one."""
SMALL_TABLE = 7
"""CX of a flip by three controls, the least that decide what neither sum nor product does."""
LOOKED_AT = 4
"""Neurons compared for the next step where no sum is left and the search is not thorough."""

_FLIP = np.array([[0, 1], [1, 0]], dtype=np.complex128)


def written(labels: Bits, patterns: Bits) -> tuple[tuple[int, ...], QuantumCircuit] | None:
    """Return the qubits that hold the index, and a circuit |label⟩ → |pattern⟩ up to phases.

    Args:
        labels: Distinct index bits, shape ``(K, k)``.
        patterns: Distinct bits, shape ``(K, D)``, k <= D.

    Returns:
        k of the D qubits, in the order of the index bits, and a circuit with register ``memory``;
        ``None`` where no index bit after the other can turn into a neuron.
    """
    everything = (1 << len(labels)) - 1
    wanted, marks = pack(patterns.T), pack(labels.T)
    varying = [q for q, column in enumerate(wanted) if column not in (0, everything)]
    best: tuple[int, tuple[int, ...], _Board] | None = None
    most = MAX_PLACES if len(wanted) <= SMALL else 1
    for places in islice(_places(marks, wanted, varying, everything), most):
        board = _Board(everything=everything, standing=dict(zip(places, marks, strict=True)))
        board.write(wanted, places, give_up_at=None if best is None else best[0])
        if best is None or board.cost < best[0]:
            best = (board.cost, places, board)
    if best is None:
        return None
    _, places, board = best
    circuit = empty_circuit(patterns.shape[1], 0)
    for step in board.steps:
        step.append_to(circuit)
    for qubit, column in enumerate(wanted):
        if board.standing.get(qubit, 0) != column:
            circuit.x(qubit)
    return places, circuit


def _places(
    marks: list[int], wanted: list[int], varying: list[int], everything: int
) -> Iterator[tuple[int, ...]]:
    """Yield neurons that index bits can turn into, one by one and the last first, reversibly."""

    def descend(columns: dict[int, int], place: int) -> Iterator[tuple[int, ...]]:
        if place == len(marks):
            yield ()
            return
        mark = marks[place]
        alike = sorted(
            (q for q in varying if q in columns),
            key=lambda q: wanted[q] ^ mark not in (0, everything),
        )
        for neuron in alike:
            fewer = {q: column for q, column in columns.items() if q != neuron}
            fewer[-1 - place] = mark
            if _distinct(list(fewer.values()), everything):
                for rest in descend(fewer, place + 1):
                    yield (neuron, *rest)

    yield from descend(dict(enumerate(wanted)), 0)


def _distinct(columns: list[int], everything: int) -> bool:
    cells = [everything]
    for column in columns:
        cells = [part for cell in cells for part in (cell & column, cell & ~column) if part]
        if len(cells) == everything.bit_count():
            return True
    return len(cells) == everything.bit_count()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """Flips of a target by a product of two qubits or by a table, then by single qubits."""

    target: int
    sources: tuple[int, ...] = ()
    factors: tuple[int, int] | None = None
    controls: tuple[int, ...] = ()
    table: tuple[bool, ...] = ()

    @property
    def cost(self) -> int:
        product = PRODUCT if self.factors else 0
        return len(self.sources) + product + (2 ** len(self.controls) - 1)

    def append_to(self, circuit: QuantumCircuit) -> None:
        if self.factors is not None:
            append_relative_phase_toffoli(circuit, *self.factors, self.target)
        if self.table:
            flips = np.array(self.table)[:, None, None]
            gates = np.where(flips, _FLIP, np.eye(2)).astype(np.complex128)
            steps, _ = decompose_up_to_diagonal(gates)
            for place, gate in enumerate(steps):
                if place:
                    circuit.cz(self.controls[cz_control(place)], self.target)
                theta, phi, lam, _ = u_angles(gate)
                if max(abs(theta), abs(phi), abs(lam)) > 1e-12:
                    circuit.u(theta, phi, lam, self.target)
        for source in self.sources:
            circuit.cx(source, self.target)


@dataclass(slots=True, kw_only=True)
class _Board:
    """What stands on each qubit, one bit per pattern, and the steps so far."""

    everything: int
    standing: dict[int, int]
    steps: list[_Step] = field(default_factory=list)
    cost: int = 0

    def write(self, wanted: list[int], places: tuple[int, ...], give_up_at: int | None) -> None:
        """Write the fresh neurons, the cheapest first, then turn the index into neurons."""
        pending = [
            q
            for q, column in enumerate(wanted)
            if q not in places and column not in (0, self.everything)
        ]
        while pending:
            looked_at = pending if len(wanted) <= SMALL else self._nearest(pending, wanted)
            step = min((self._step(q, wanted[q]) for q in looked_at), key=lambda each: each.cost)
            self._take(step, wanted[step.target])
            pending.remove(step.target)
            if give_up_at is not None and self.cost >= give_up_at:
                return
        for place in reversed(places):
            self._take(self._step(place, wanted[place]), wanted[place])

    def _nearest(self, pending: list[int], wanted: list[int]) -> list[int]:
        """Return a neuron that is a sum of what stands, or else a few of those left."""
        others = list(self.standing.items())
        found = (q for q in pending if self._sum(wanted[q], others) is not None)
        first = next(found, None)
        return pending[:LOOKED_AT] if first is None else [first]

    def _take(self, step: _Step, wanted: int) -> None:
        change = reduce(xor, (self.standing[s] for s in step.sources), 0)
        if step.factors is not None:
            change ^= self.standing[step.factors[0]] & self.standing[step.factors[1]]
        standing = self.standing.get(step.target, 0)
        self.standing[step.target] = wanted if step.table else standing ^ change
        self.steps.append(step)
        self.cost += step.cost

    def _step(self, target: int, wanted: int) -> _Step:
        """Return the cheapest step that makes ``target`` the wanted column or its complement."""
        change = wanted ^ self.standing.get(target, 0)
        others = [(q, value) for q, value in self.standing.items() if q != target]
        sources = self._sum(change, others)
        if sources is not None and len(sources) <= PRODUCT:
            return _Step(target=target, sources=sources)
        best = None if sources is None else _Step(target=target, sources=sources)
        for (first, a), (second, b) in combinations(others[:MAX_FACTORS], 2):
            sources = self._sum(change ^ (a & b), others)
            if sources is not None and (best is None or PRODUCT + len(sources) < best.cost):
                best = _Step(target=target, sources=sources, factors=(first, second))
        if best is not None and best.cost <= SMALL_TABLE:
            return best
        table = self._table(target, change, others)
        return table if best is None or table.cost < best.cost else best

    def _sum(self, vector: int, others: list[tuple[int, int]]) -> tuple[int, ...] | None:
        """Return few qubits whose values add up to a vector or its complement."""
        trivial = (0, self.everything)
        if vector in trivial:
            return ()
        for weight in (1, 2, 3) if len(others) <= SMALL else (1,):
            for chosen in combinations(others, weight):
                if reduce(xor, (value for _, value in chosen), vector) in trivial:
                    return tuple(qubit for qubit, _ in chosen)
        (found,) = affine_sums([vector], others, self.everything)
        return None if found is None else tuple(found)

    def _table(self, target: int, change: int, others: list[tuple[int, int]]) -> _Step:
        """Return a flip multiplexed over few qubits that decide it."""
        found = fewest_controls(change, others, self.everything)
        assert found is not None  # all others together tell the patterns apart
        return _Step(target=target, controls=tuple(found[0]), table=tuple(found[1]))
