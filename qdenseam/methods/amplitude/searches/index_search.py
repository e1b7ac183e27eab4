"""Amplification on an index made of known neurons: the fewest gates for completion on a device."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from qiskit import QuantumCircuit

from circuits.index.known_index import KnownIndex, known_indices
from circuits.index.search import index_search
from classical_ref.checks import Booleans, Within
from classical_ref.spins import hamming_distance
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods.amplitude.searches.marking import (
    Claim,
    MarkedSearch,
    claim_of_each,
    law_of_marking,
)
from qdenseam.methods.base import Floats, RecallLaw, Spins, law_of_joint, register
from qdenseam.methods.bounds import ClaimedWeight, Radius, Variant
from qdenseam.methods.schedules import Schedule


@register
@dataclass(frozen=True, slots=True)
class IndexSearch(MarkedSearch):
    r"""Grover iterations on the index of a memory, patterns written once at the end.

    With |M⟩ = W V|0…0⟩, V on an index of about log2 K parities of known neurons, W† and W cancel
    between the rounds: oracle and reflection touch the index alone. What remains is
    W Π_j(-V S₀(χ_j) V† O(φ_j)) V: the same state as with :class:`AmplitudeAmplification`, up to
    phases of patterns, for every probe that just one pattern fits.

    At most 64 patterns. One pattern is marked: exact rounds where all have the same prior, else
    fixed-point ones for the least. The oracle compares the index only, so a probe that
    fits no pattern may mark one falsely: an outcome is accepted if it agrees with the known neurons
    (up to ``radius`` of them). Of several patterns that fit, at most one is marked. The index of a
    probe is found by parities, so X gates could also set it directly: this is amplification made as
    cheap on a device as it gets, not a speedup.

    Flipped bits: with ``positions`` the index is made of those known neurons only and the others
    are checked by ``radius``. If no flip falls on them, the target is found (the information sets
    of decoding by Prange, 1962, and Bernstein, 2010).

    That K patterns on an index of log2 K bits take O(√K) rounds, whatever D, is Wichert's (2025),
    whose permutation of basis states is W.

    The law: that of amplification with the pattern of the probe's index marked, then the check.

    Attributes:
        schedule: A :class:`Schedule` or its name, for the claim or else the least prior; by default
            exact for a claim.
        positions: Known neurons that the index may use; ``None`` for all of them.
        radius: How many known neurons of an accepted outcome may differ from the probe.
        variant: Which of the indices found, the cheapest being 0; beyond the last it is the last.
        claimed_weight: Claimed prior of the pattern that is marked, in [1e-12, 1].

    References:
        Wichert, "Quantum algorithm for binary vector encoding and retrieval utilizing the
        permutation trick" (2025, arXiv 2510.07354).
    """

    name: ClassVar[str] = "index-search"
    acceptance_rule: ClassVar[Literal["all", "flags", "classical"]] = "classical"
    corrects: ClassVar[bool] = False

    schedule: Schedule | str | None = None
    positions: tuple[Annotated[int, Within("[0, 10^6]")], ...] | None = None
    radius: Radius = 0
    variant: Variant = 0
    claimed_weight: ClaimedWeight = None

    def claim(self, memory: AmplitudeMemory, known: Booleans) -> Claim:  # noqa: ARG002
        """Return the weight claimed, else the priors."""
        weight = self.claimed_weight
        return claim_of_each(memory) if weight is None else Claim(least=weight, most=weight)

    def indices(self, memory: AmplitudeMemory, probe: Spins) -> list[KnownIndex]:
        """Return the indices for the neurons that a probe knows, fewest gates to write first.

        Raises:
            ValueError: A position is no neuron.
        """
        present = memory.weights > 0
        known = self._trusted(memory, probe)
        return known_indices(memory.bits[present], memory.weights[present], known)

    def index(self, memory: AmplitudeMemory, probe: Spins) -> KnownIndex:
        """Return the index in use."""
        found = self.indices(memory, probe)
        return found[min(self.variant, len(found) - 1)]

    def circuit(self, memory: AmplitudeMemory, probe: Spins | str) -> QuantumCircuit:
        """Return the circuit with register ``memory`` and clean ``ancilla`` qubits."""
        spins = memory.check_probe(probe)
        found = self.index(memory, spins)
        label = found.label_of(self._asked(memory, spins))
        return index_search(found, label, self.rounds(memory, spins != 0))

    def law(self, memory: AmplitudeMemory, probe: Spins | str) -> RecallLaw:
        """Return the law; no circuit."""
        spins = memory.check_probe(probe)
        found = self.index(memory, spins)
        marked = np.zeros(memory.num_patterns, dtype=bool)
        label = found.label_of(self._asked(memory, spins))
        marked[memory.weights > 0] = (found.labels == label).all(axis=1)
        whole = law_of_marking(memory, marked, self.rounds(memory, spins != 0))
        return law_of_joint(whole.joint * self.acceptance_of(memory, spins, memory.patterns))

    def acceptance_of(
        self,
        memory: AmplitudeMemory,  # noqa: ARG002
        probe: Spins,
        states: Spins,
    ) -> Floats:
        """Return 1 for states within ``radius`` of the known neurons, shape ``(shots,)``."""
        return np.asarray(hamming_distance(states, probe) <= self.radius, dtype=float)

    def _trusted(self, memory: AmplitudeMemory, spins: Spins) -> Booleans:
        known: Booleans = spins != 0
        if self.positions is None:
            return known
        outside = [i for i in self.positions if not 0 <= i < memory.num_neurons]
        if outside:
            raise ValueError(
                f"positions should be neurons in 0..{memory.num_neurons - 1}. Got {outside}."
            )
        trusted = np.zeros(memory.num_neurons, dtype=bool)
        trusted[list(self.positions)] = True
        return known & trusted

    def _asked(self, memory: AmplitudeMemory, spins: Spins) -> Booleans:
        return self._trusted(memory, spins) & (spins < 0)
