r"""Merging on a coupling map: every CX joins coupled qubits, so nothing is left to route.

The memory is placed on a compact patch of the map, near what it will be joined with. Two patterns
are merged as in :mod:`circuits.loading.merging`, but the CX that gather their difference run along
a tree on the map: h differing bits and p sites between them cost h - 1 + 2p CX, where routing each
CX apart would take swaps. Controls are qubits coupled to the target or sums along a short path.
Choosing pairs, targets, controls and places by these exact costs is what makes the circuits small.

References:
    Kissinger and Meijer-van de Griend (2020), "CNOT circuit extraction for topologically-
    constrained quantum memories"; Nash, Gheorghiu and Mosca (2020), "Quantum circuit optimizations
    for NISQ architectures", for CX along Steiner trees.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from circuits.bit_order import Bits, Words, to_words
from circuits.loading.coupled_search.placement import Pairs, neighbor_words, patch, place_qubits
from circuits.loading.merging import carry_out
from circuits.loading.merging_search.steps import Plan, RunSteps, Step
from circuits.loading.preparation import Preparation
from classical_ref.checks import Complexes, Floats, Integers

MAX_QUBITS = 64
MAX_PATTERNS = 32


def prepare_coupled(
    bits: Bits,
    amplitudes: Complexes,
    coupling_map: Pairs,
    *,
    width: int = 8,
    variant: int = 0,
) -> Preparation | None:
    """Return a preparation whose two-qubit gates all join coupled qubits, with its layout.

    Args:
        bits: Distinct patterns, shape ``(K, D)``.
        amplitudes: Unit norm, shape ``(K,)``.
        coupling_map: Coupled pairs of physical qubits.
        width: States kept per number of remaining patterns.
        variant: Which patch, places and ties are taken; another number gives another circuit.

    Returns:
        The preparation, or ``None`` for more than 64 neurons or 32 patterns, for a map without so
        many connected qubits, or if some pair could not be told apart by coupled qubits.
    """
    num_neurons = bits.shape[1]
    if num_neurons > MAX_QUBITS or not 2 <= len(bits) <= MAX_PATTERNS:
        return None
    sites = patch(coupling_map, num_neurons, variant)
    if sites is None:
        return None
    varying = np.flatnonzero((bits != bits[0]).any(axis=0))
    inner = np.ascontiguousarray(bits[:, varying])
    # constant qubits, which no gate touches, stand at the rim
    core, rim = sites[: len(varying)], iter(sites[len(varying) :])
    neighbors = neighbor_words(coupling_map, core)
    places = place_qubits(inner, neighbors, variant=variant)
    placed = np.zeros_like(inner)
    placed[:, places] = inner
    qubit_at = {site: int(qubit) for site, qubit in zip(places, varying, strict=True)}
    plan = _plan(placed, neighbors, width, variant, qubit_at)
    if plan is None:
        return None
    found = carry_out(plan, bits, amplitudes)
    stands_at = {qubit: core[site] for site, qubit in qubit_at.items()}
    layout = tuple(
        stands_at[qubit] if qubit in stands_at else next(rim) for qubit in range(num_neurons)
    )
    return replace(found, layout=layout)


def prepare_on_sites(
    bits: Bits,
    amplitudes: Complexes,
    neighbors: Words,
    *,
    width: int = 8,
    variant: int = 0,
) -> Preparation | None:
    """Return a preparation of qubits that already have their sites, qubit i the site i.

    Args:
        bits: Distinct patterns, shape ``(K, D)``; where all are equal, CX may pass.
        amplitudes: Unit norm, shape ``(K,)``.
        neighbors: Coupled sites of each site, which together are connected
            (:func:`circuits.loading.coupled_search.placement.neighbor_words`).
        width: States kept per number of remaining patterns.
        variant: How ties are broken; another number gives another circuit.

    Returns:
        The preparation, or ``None`` for more than 64 sites or 32 patterns, or if some pair could
        not be told apart by coupled qubits.
    """
    if bits.shape[1] > MAX_QUBITS or not 2 <= len(bits) <= MAX_PATTERNS:
        return None
    plan = _plan(bits, neighbors, width, variant, {site: site for site in range(bits.shape[1])})
    return None if plan is None else carry_out(plan, bits, amplitudes)


def _plan(
    bits: Bits, neighbors: Words, width: int, variant: int, qubit_at: dict[int, int]
) -> Plan | None:
    """Return what to do for the qubits at their sites, ``None`` if the search got stuck."""
    last = _search(to_words(bits)[:, 0], neighbors, width, 0.6 + 0.2 * (variant % 2), variant)
    if last is None:
        return None
    steps = tuple(_renamed(step, qubit_at) for step in last.steps())
    return Plan(two_qubit_gates=last.cost, actions=(RunSteps(steps=steps),))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _State:
    rows: Words
    cost: int
    score: float
    step: Step
    before: "_State | None"

    def steps(self) -> list[Step]:
        """Return all steps that led here."""
        earlier = [] if self.before is None else self.before.steps()
        return [*earlier, self.step]


def _search(
    rows: Words, neighbors: Words, width: int, weight: float, variant: int
) -> _State | None:
    """Return the cheapest way to one row found by a beam search, ``None`` if it got stuck."""
    from circuits.loading.coupled_search import moves

    num_rows, num_sites = len(rows), len(neighbors)
    beams: dict[int, dict[bytes, _State]] = {n: {} for n in range(num_rows + 1)}
    nothing = Step(target=None, fan=(), controls=(), flips=0, extra=())
    start = _State(rows=rows, cost=0, score=0.0, step=nothing, before=None)
    _keep(beams, start, width)
    _keep(beams, _shortened(start, neighbors, weight), width)
    network = np.zeros((4 * num_sites + 6, 2), dtype=np.int64)
    out = np.zeros(num_rows, dtype=np.uint64)
    for n in range(num_rows, 1, -1):
        states = list(beams[n].values())
        if not states:
            continue
        data, score = _proposed(states, neighbors, weight, variant)
        reached = []
        for candidate in data[np.argsort(score, kind="stable")[: 8 * width]]:
            state = states[candidate[moves.STATE]]
            length, m, flips, remaining = moves.carry_out_candidate(
                state.rows, candidate, neighbors, network, out
            )
            count = candidate[moves.COUNT]
            step = Step(
                target=int(candidate[moves.TARGET]),
                fan=tuple((int(c), int(t)) for c, t in network[:length]),
                controls=tuple(
                    int(path) & 255 for path in candidate[moves.PATHS : moves.PATHS + count]
                ),
                flips=int(flips),
                extra=(),
            )
            cost = state.cost + int(candidate[moves.SPENT])
            reached.append(
                _State(
                    rows=out[:m].copy(),
                    cost=cost,
                    score=cost + weight * remaining,
                    step=step,
                    before=state,
                )
            )
        for state in sorted(reached, key=lambda state: state.score)[: 2 * width]:
            _keep(beams, _shortened(state, neighbors, weight), width)
    return min(beams[1].values(), key=lambda state: state.cost, default=None)


def _proposed(
    states: Sequence[_State], neighbors: Words, weight: float, variant: int
) -> tuple[Integers, Floats]:
    """Return the merges that may follow: among close pairs, or if there are none, among all."""
    from circuits.loading.coupled_search.moves import CANDIDATE_WIDTH, propose

    rows = np.stack([state.rows for state in states])
    costs = np.array([state.cost for state in states], dtype=np.int64)
    num_pairs = rows.shape[1] * (rows.shape[1] - 1) // 2
    for pairs in (min(30, num_pairs), num_pairs):
        room = len(states) * pairs * len(neighbors)
        data = np.zeros((room, CANDIDATE_WIDTH), dtype=np.int64)
        score = np.zeros(room)
        num = propose(rows, costs, neighbors, pairs, weight, variant, data, score)
        if num:
            break
    return data[:num], score[:num]


def _shortened(state: _State, neighbors: Words, weight: float) -> _State:
    """Return the state after single CX that shorten the spanning tree of its rows."""
    from circuits.loading.coupled_search.moves import shorten

    rows = state.rows.copy()
    extra = np.zeros((16 * len(neighbors), 2), dtype=np.int64)
    used, remaining = shorten(rows, neighbors, weight, extra)
    moves = tuple((int(c), int(t)) for c, t in extra[:used])
    cost = state.cost + int(used)
    return replace(
        state,
        rows=rows,
        cost=cost,
        score=cost + weight * remaining,
        step=replace(state.step, extra=moves),
    )


def _keep(beams: dict[int, dict[bytes, _State]], state: _State, width: int) -> None:
    """Put a state among the best of its number of rows; of equal rows the cheaper one stays."""
    beam = beams[len(state.rows)]
    key = np.sort(state.rows).tobytes()
    if key in beam and beam[key].score <= state.score:
        return
    beam[key] = state
    if len(beam) > width:
        del beam[max(beam, key=lambda k: beam[k].score)]


def _renamed(step: Step, qubit_at: dict[int, int]) -> Step:
    """Return a step on the qubits that stand at its sites."""
    return Step(
        target=None if step.target is None else qubit_at[step.target],
        fan=tuple((qubit_at[c], qubit_at[t]) for c, t in step.fan),
        controls=tuple(qubit_at[c] for c in step.controls),
        flips=step.flips,
        extra=tuple((qubit_at[c], qubit_at[t]) for c, t in step.extra),
    )
