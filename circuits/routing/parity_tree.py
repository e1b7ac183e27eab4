r"""Signals of a hub over a tree of coupled qubits, by parities instead of swaps.

A hub h meets many qubits x_k through RZZ(θ_k), that is RZ(θ_k) on a wire that shows the parity
h ⊕ x_k. The wires stand on a tree of couplings. An inner qubit holds the difference to the inner
qubit above it, so that one CX from above makes it show h ⊕ x_k, and a second one takes h away. An
inner qubit then walks over its leaves, which hold the differences of consecutive ones: each CX from
a leaf makes it show the next parity, and the next signal walks back. So a signal costs two CX for
each inner qubit and *one* for each leaf, where RZZ costs two between coupled qubits, and three with
the swap that moves the hub on. The differences cost about one CX per qubit, once, at the end; at
the start they are free where the state is prepared in them.

References:
    Amy, Azimzadeh and Mosca, "On the controlled-NOT complexity of controlled-NOT-phase circuits"
    (2018), for phases on parities and walks through them in the order of a Gray code; Nash,
    Gheorghiu and Mosca, "Quantum circuit optimizations for NISQ architectures" (2020), for parities
    on couplings; Meijer-van de Griend, "Qubit routing for (almost) free" (2026, arXiv 2604.19717),
    for bounds on what couplings cost a phase polynomial: a factor of at most 4.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from qiskit import QuantumCircuit


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ParityTree:
    """Which qubit of a circuit is what: hubs, and the qubits that they meet."""

    num_qubits: int
    """Qubits of the circuit, those beside the tree included."""
    hubs: tuple[int, ...]
    """Where hubs end. The first is the port, next to the tree, where each has its signals; the
    others are reached over earlier ones."""
    toward_port: Mapping[int, int]
    """The next of ``hubs`` on the way from each of them to the port."""
    inner: Mapping[int, tuple[int, ...]]
    """Inner qubits below the port and below each inner qubit."""
    leaves: Mapping[int, tuple[int, ...]]
    """Leaves of each inner qubit, in the order of its walk."""

    @property
    def port(self) -> int:
        """Where a hub stands during its signals."""
        return self.hubs[0]

    @property
    def members(self) -> tuple[int, ...]:
        """All qubits that hubs meet, those above first."""
        found = list(self.inner.get(self.port, ()))
        for qubit in found:
            found += self.inner.get(qubit, ())
        return (*found, *(leaf for qubit in found for leaf in self.leaves.get(qubit, ())))

    def way(self, hub: int) -> tuple[int, ...]:
        """Return the qubits from the port to a hub's place, both included."""
        found = [hub]
        while found[-1] != self.port:
            found.append(self.toward_port[found[-1]])
        return tuple(reversed(found))

    def added(self, *, fractional: bool = False) -> dict[int, int]:
        """Return for each qubit that starts with a difference the qubit whose member it adds."""
        found: dict[int, int] = {}
        for above, below in self.inner.items():
            if above != self.port:
                found |= dict.fromkeys(below, above)
        for above, leaves in self.leaves.items():
            for last, leaf in pairwise((above, *leaves)):
                found[leaf] = above if fractional else last
        return found

    @property
    def singles(self) -> tuple[int, ...]:
        """Inner qubits next to the port with nothing below them: they are met by RZZ."""
        roots = self.inner.get(self.port, ())
        return tuple(q for q in roots if not self.inner.get(q) and not self.leaves.get(q))

    def cost(self, num_signals: int, *, fractional: bool = False) -> int:
        """Return the two-qubit gates of ``num_signals`` signals and of the end.

        Every hub has equally many signals. RZZ counts two, one if ``fractional``; those of a single
        at the end of a signal and at the beginning of the next are one block of two CX, which a
        compiler is taken to find.
        """
        num_singles, num_hubs = len(self.singles), len(self.hubs)
        num_leaves = sum(map(len, self.leaves.values()))
        num_inner = len(self.members) - num_leaves - num_singles
        num_below = num_inner - (len(self.inner.get(self.port, ())) - num_singles)
        moves = sum(2 * len(self.way(hub)) - 2 for hub in self.hubs)
        signals = num_signals * (2 * num_inner + num_leaves)
        if fractional:
            return signals + num_signals * num_singles + moves + num_below + num_leaves
        each = num_signals // num_hubs
        merged = num_hubs * (min(num_singles, 1) * (each - 1) if num_singles != 1 else each // 2)
        signals += 2 * (num_signals * num_singles - merged)
        walks = sum(2 * len(leaves) - 1 for leaves in self.leaves.values() if leaves)
        return signals + moves + num_below + walks


class ParityNetwork:
    """Writes signals on a tree into a circuit, and knows what every wire holds meanwhile.

    Args:
        tree: The tree.
        member_at: The number of the member at each qubit below the port, and of any other qubit
            that is flipped.
        fractional: Whether RZZ is one gate: then leaves hold the difference to the qubit above
            them, and show their parity by RZZ.

    Attributes:
        circuit: What was written so far.
        holds: The set of numbers whose sum each qubit holds, as bits of an integer.
    """

    def __init__(
        self, tree: ParityTree, member_at: Mapping[int, int], *, fractional: bool = False
    ) -> None:
        self._tree, self._fractional = tree, fractional
        self.circuit = QuantumCircuit(tree.num_qubits)
        self.holds = {qubit: 1 << member for qubit, member in member_at.items()}
        self.holds |= {
            qubit: 1 << member_at[qubit] ^ 1 << member_at[other]
            for qubit, other in tree.added(fractional=fractional).items()
        }
        self.holds |= dict.fromkeys(tree.hubs, 0)
        self._hub_bit = 1 << (1 + max(member_at.values()))
        self._walk = {above: tuple(leaves) for above, leaves in tree.leaves.items()}
        half = len(tree.singles) // 2
        self._first, self._last = tree.singles[:half], tree.singles[half:]
        self._roots = [q for q in tree.inner[tree.port] if q not in tree.singles]

    def signal(self, angles: Mapping[int, float]) -> None:
        """Append RZZ(angle) between the port and each member of ``angles``."""
        port = self._tree.port
        self.holds[port] = self._hub_bit
        shown = {self._hub_bit ^ (1 << member): angle for member, angle in angles.items()}
        for qubit in self._first:
            self._meet(port, qubit, shown)
        for qubit in self._roots:
            self._cx(port, qubit)
            self._enter(qubit, shown)
        for qubit in self._roots:
            self._cx(port, qubit)
        for qubit in self._last:
            self._meet(port, qubit, shown)
        self._first, self._last = self._last[::-1], self._first[::-1]
        self.holds[port] = 0

    def retire(self, hub: int) -> None:
        """Move what stands at the port to the place of a hub, over places still in |0⟩."""
        for a, b in pairwise(self._tree.way(hub)):
            self._cx(a, b)
            self._cx(b, a)

    def flip(self, members: int) -> None:
        """Append X to every wire that holds an odd number of the members, bits of an integer."""
        for qubit, held in self.holds.items():
            if (held & members).bit_count() % 2:
                self.circuit.x(qubit)

    def finish(self) -> dict[int, int]:
        """Append the CX after which every wire holds one member; return the wire of each."""
        waiting = list(self._tree.inner[self._tree.port])
        for qubit in waiting:
            below = self._tree.inner.get(qubit, ())
            for each in below:
                self._cx(qubit, each)
            waiting += below
            leaves = self._walk.get(qubit, ())
            for leaf in leaves:
                if not self._fractional and leaf != leaves[-1]:
                    self._cx(leaf, qubit)
                self._cx(qubit, leaf)
        return {held.bit_length() - 1: qubit for qubit, held in self.holds.items() if held}

    def _enter(self, qubit: int, shown: Mapping[int, float]) -> None:
        below = self._tree.inner.get(qubit, ())
        self._show(qubit, shown)
        for each in below:
            self._cx(qubit, each)
            self._enter(each, shown)
        for leaf in self._walk.get(qubit, ()):
            if self._fractional:
                angle = shown.get(self.holds[qubit] ^ self.holds[leaf])
                if angle is not None:
                    self.circuit.rzz(angle, qubit, leaf)
            else:
                self._cx(leaf, qubit)
                self._show(qubit, shown)
        self._walk[qubit] = self._walk.get(qubit, ())[::-1]
        for each in below:
            self._cx(qubit, each)

    def _meet(self, port: int, qubit: int, shown: Mapping[int, float]) -> None:
        angle = shown.get(self.holds[port] ^ self.holds[qubit])
        if angle is not None:
            self.circuit.rzz(angle, port, qubit)

    def _show(self, qubit: int, shown: Mapping[int, float]) -> None:
        angle = shown.get(self.holds[qubit])
        if angle is not None:
            self.circuit.rz(angle, qubit)

    def _cx(self, control: int, target: int) -> None:
        self.circuit.cx(control, target)
        self.holds[target] ^= self.holds[control]
