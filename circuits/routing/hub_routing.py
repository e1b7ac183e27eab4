"""Circuits with hubs, placed on a device so that no swap is left to find.

The qubits that a hub meets stand on a tree of couplings and hold differences
(:mod:`circuits.routing.parity_tree`). Where their preparation yields few terms, it is built anew on
those sites, in the differences; otherwise Qiskit routes its inverse from there.

References:
    Meijer-van de Griend, "Qubit routing for (almost) free" (2026, arXiv 2604.19717), for phase
    polynomials synthesized from allowed CNOTs instead of routed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from qiskit import QuantumCircuit, generate_preset_pass_manager
from qiskit.circuit.exceptions import CircuitError
from qiskit.transpiler import CouplingMap

from circuits.bit_order import Bits, Words
from circuits.circuit_facts import active_qubits, two_qubit_gates
from circuits.loading.coupled import MAX_PATTERNS, MAX_QUBITS, prepare_on_sites
from circuits.loading.coupled_search.placement import neighbor_words, place_qubits
from circuits.resources import count
from circuits.routing.hub_circuits import Flip, HubCircuit, Signal, read_hubs
from circuits.routing.hub_sites import HubSites, Need, hub_sites
from circuits.routing.parity_tree import ParityNetwork
from circuits.sparse_simulator import SparseState, simulate

NUM_VARIANTS = 2
"""Preparations tried on each tree."""
NUM_SEEDS = 4
"""Routings tried of a preparation that is not built anew."""
_MAX_TERMS = 256


def route_hubs(
    circuit: QuantumCircuit,
    couplings: CouplingMap,
    *,
    fractional: bool = False,
    num_routings: int = 8,
) -> list[QuantumCircuit]:
    """Return a circuit with hubs on a device's qubits, best first; nothing for other circuits.

    Two-qubit gates join coupled qubits alone, and measurements go to the same classical bits. The
    circuit starts in |0…0⟩ and ends with its measurements, as the given one is taken to; before
    these, the state is the same up to a global phase, on other qubits.

    Args:
        circuit: The circuit, see :func:`~circuits.routing.hub_circuits.read_hubs`.
        couplings: Coupled qubits.
        fractional: Whether RZZ is one gate there.
        num_routings: How many are returned at most, by their number of two-qubit gates.
    """
    parts = read_hubs(circuit)
    if parts is None:
        return []
    terms = _terms(parts)
    beside = _beside(parts, terms)
    found: list[tuple[int, QuantumCircuit]] = []
    graph = {site: frozenset(couplings.neighbors(site)) for site in couplings.physical_qubits}
    need = Need(
        members=len(parts.members),
        hubs=len(parts.hubs),
        beside=len(beside),
        signals=parts.num_signals,
        fractional=fractional,
    )
    for sites in hub_sites(graph, need):
        frame = _Frame(
            parts=parts, sites=sites, beside=beside, couplings=couplings, fractional=fractional
        )
        ways = [] if terms is None else list(frame.built_anew(terms))
        fewest = min([two_qubit_gates(preparation) for preparation, _ in ways], default=None)
        if not found and (fewest is None or 2 * count(parts.preparation).two_qubit_gates < fewest):
            ways += frame.routed_back()
        for preparation, network in ways:
            whole = frame.whole(circuit, preparation, network)
            if whole is not None:
                found.append((sites.cost + two_qubit_gates(preparation), whole))
    return [whole for _, whole in sorted(found, key=lambda each: each[0])[:num_routings]]


def _terms(parts: HubCircuit) -> SparseState | None:
    """Return the prepared state if it has few terms."""
    try:
        state = simulate(parts.preparation, max_terms=_MAX_TERMS)
    except ValueError:  # many terms, or gates that are not simulated
        return None
    return state if len(state.bits) <= MAX_PATTERNS else None


def _beside(parts: HubCircuit, terms: SparseState | None) -> tuple[int, ...]:
    """Return the qubits that no hub meets and that need a site: not those that stay |0⟩ unread."""
    used = {qubit for qubit, _ in parts.readings}
    if terms is None:
        used |= set(active_qubits(parts.preparation))
    else:
        used |= set(np.flatnonzero(terms.bits.any(axis=0)).tolist())
    return tuple(sorted(used - {*parts.hubs, *parts.members}))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Frame:
    """A circuit with hubs and the sites that it goes to."""

    parts: HubCircuit
    sites: HubSites
    beside: tuple[int, ...]
    couplings: CouplingMap
    fractional: bool

    def built_anew(self, terms: SparseState) -> Iterator[tuple[QuantumCircuit, ParityNetwork]]:
        """Yield preparations of what the wires hold, each with the network that goes on."""
        tree, members = self.sites.tree, self.parts.members
        wires = (*tree.members, *self.sites.beside, *tree.hubs)
        if len(wires) > MAX_QUBITS:
            return
        neighbors = neighbor_words(sorted(self.couplings.get_edges()), wires)
        for variant in range(NUM_VARIANTS):
            order = self._annealed(terms.bits[:, members], neighbors, variant)
            network = self._network([members[which] for which in order])
            held = [[network.holds[w] >> q & 1 for q in range(terms.bits.shape[1])] for w in wires]
            bits = terms.bits @ np.array(held, dtype=np.uint8).T % 2
            preparation = QuantumCircuit(tree.num_qubits)
            if len(bits) == 1:
                for column in np.flatnonzero(bits[0]).tolist():
                    preparation.x(wires[column])
            else:
                found = prepare_on_sites(bits, terms.amplitudes, neighbors, variant=variant)
                if found is None:
                    continue
                preparation.compose(found.circuit, wires, inplace=True)
            yield preparation, network

    def routed_back(self) -> list[tuple[QuantumCircuit, ParityNetwork]]:
        """Return the preparation routed by Qiskit, backwards from where its qubits shall stand.

        Everything starts in |0⟩, so that it does not matter where the way back ends.
        """
        given, undo = self.parts.preparation, self._network(self.parts.members)
        place = undo.finish() | dict(zip(self.parts.hubs, self.sites.tree.hubs, strict=True))
        idle = iter(sorted(set(range(undo.circuit.num_qubits)) - set(place.values())))
        every = [place[q] if q in place else next(idle) for q in range(given.num_qubits)]
        try:
            undo.circuit.compose(given.inverse(), every, inplace=True)
        except CircuitError:  # a preparation that is no unitary
            return []
        tried = [
            generate_preset_pass_manager(
                optimization_level=3,
                basis_gates=["cx", "u"],
                coupling_map=self.couplings,
                initial_layout=list(range(undo.circuit.num_qubits)),
                seed_transpiler=seed,
                qubits_initially_zero=False,
            ).run(undo.circuit)
            for seed in range(NUM_SEEDS)
        ]
        best = min(tried, key=two_qubit_gates)
        preparation = QuantumCircuit(undo.circuit.num_qubits)
        preparation.compose(best.inverse(), range(undo.circuit.num_qubits), inplace=True)
        return [(preparation, self._network(self.parts.members))]

    def whole(
        self, circuit: QuantumCircuit, preparation: QuantumCircuit, network: ParityNetwork
    ) -> QuantumCircuit | None:
        """Return all parts one after the other, ``None`` if a hub is needed again once gone."""
        places = self.sites.tree.hubs[::-1]
        hubs = dict(zip(self.parts.hubs, places, strict=True))
        gone = 0
        for event in self.parts.events:
            if isinstance(event, Flip):
                network.flip(sum(1 << qubit for qubit in event.qubits))
                continue
            turn = self.parts.hubs.index(event.hub)
            if turn < gone:
                return None
            for done in places[gone:turn]:
                network.retire(done)
            gone = turn
            if isinstance(event, Signal):
                network.signal(event.angles)
            else:
                network.circuit.append(event.gate, [self.sites.tree.port])
        place = network.finish() | hubs
        whole = QuantumCircuit(
            network.circuit.qubits, circuit.clbits, *circuit.cregs, name=circuit.name
        )
        whole.metadata = circuit.metadata
        whole.compose(preparation, inplace=True)
        whole.compose(network.circuit, inplace=True)
        for qubit, bit in self.parts.readings:
            whole.measure(place[qubit], bit)
        return whole

    def _network(self, members: Sequence[int]) -> ParityNetwork:
        """Return the network with these members on the sites of the tree."""
        sites = (*self.sites.tree.members, *self.sites.beside)
        return ParityNetwork(
            self.sites.tree,
            dict(zip(sites, (*members, *self.beside), strict=True)),
            fractional=self.fractional,
        )

    def _annealed(self, bits: Bits, neighbors: Words, variant: int) -> list[int]:
        """Return the column for each site of the tree, by the patterns that the wires hold."""
        tree = self.sites.tree
        added = tree.added(fractional=self.fractional)
        place = {site: i for i, site in enumerate(tree.members)}
        above = [place[added[site]] if site in added else -1 for site in tree.members]
        return place_qubits(bits, neighbors, variant=variant, above=np.array(above))
