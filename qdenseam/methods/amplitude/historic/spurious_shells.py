"""Laws whose spurious outcomes depend on nothing but the distance to the probe, at any D."""

from collections.abc import Callable
from functools import partial
from math import comb, log

import numpy as np

from circuits.bit_order import all_bits, bits_to_integer
from classical_ref.spins import bits_to_spins, hamming_distance, spins_to_bits
from qdenseam.errors import CapacityError
from qdenseam.execution.tallies import Counts, places_of
from qdenseam.methods.base import Floats, RecallLaw, Spins
from qdenseam.simulation.multinomial import multinomial
from qdenseam.simulation.neuron_by_neuron import NeuronByNeuron, drawn

MAX_TABULATED = 16
"""Largest D for which a historic method's law lists all 2^D outcomes."""
MAX_NEURONS = 1000
"""Largest D of the historic methods: beyond it the amplitudes 2^(-D/2) leave float64."""
MAX_TURN = 2.0**20
"""Radians that a law follows a rotation; float64 tells the angle to 1e-9 up to here."""
MAX_CIRCUIT_ROUNDS = 2**16
"""Rounds that a historic method's circuit may have."""


def law_by_distance(
    patterns: Spins, probe: Spins, joint: Floats, log_square: Callable[[int], float]
) -> RecallLaw:
    """Return the law of a method that accepts every shot, stored or not.

    Up to :data:`MAX_TABULATED` neurons all outcomes are listed, beyond that they are drawn shell by
    shell.

    Args:
        patterns: Stored patterns, shape ``(K, D)``.
        probe: Spins with 0 where unknown, shape ``(D,)``.
        joint: P(pattern μ), shape ``(K,)``.
        log_square: From the distance d on the n known neurons, 0..n, to ln P(x) of each *single*
            state x there that is not stored; minus infinity where it never comes.
    """
    num_known = int(np.count_nonzero(probe))
    logs = np.array([log_square(d) for d in range(num_known + 1)])
    shells = np.zeros(num_known + 1)
    stored = np.bincount(hamming_distance(patterns, probe), minlength=num_known + 1).tolist()
    for d, log_probability in enumerate(logs.tolist()):
        number = (comb(num_known, d) << (len(probe) - num_known)) - stored[d]
        if number:
            shells[d] = np.exp(log(number) + log_probability)
    distribution = None
    if len(probe) <= MAX_TABULATED:
        states = bits_to_spins(all_bits(len(probe)))
        distribution = np.exp(logs[hamming_distance(states, probe)])
        distribution[bits_to_integer(spins_to_bits(patterns))] = joint
    return RecallLaw(
        joint=joint,
        spurious=float(shells.sum()),
        rejected=0.0,
        distribution=distribution,
        sampler=partial(_draw, patterns, probe, joint, shells),
    )


def _draw(
    patterns: Spins,
    probe: Spins,
    joint: Floats,
    shells: Floats,
    shots: int,
    rng: np.random.Generator,
) -> tuple[Spins, Counts]:
    """Return outcomes, not all distinct, and their counts."""
    places, drawn_counts = multinomial(shots, np.concatenate([joint, shells]), rng)
    counts = np.zeros(len(joint) + len(shells), dtype=np.int64)
    counts[places] = drawn_counts
    found = [(patterns, counts[: len(joint)])]
    missing = counts[len(joint) :]
    shell = _Shell(probe)
    while missing.any():  # a stored state is not spurious: its shell is drawn from again
        distance = np.arange(len(shells), dtype=np.float64)[:, None]
        start, states, came = drawn(shell, missing, distance, rng)
        again = places_of(patterns, states) >= 0
        found.append((states[~again], came[~again]))
        missing = np.zeros_like(missing)
        np.add.at(missing, start[again], came[again])
    return np.concatenate([each for each, _ in found]), np.concatenate([each for _, each in found])


class _Shell(NeuronByNeuron):
    """The uniform law over the states at a distance from the probe, which each row carries."""

    def __init__(self, probe: Spins) -> None:
        self.probe = probe
        self.num_neurons = len(probe)
        self.known_from = np.count_nonzero(probe) - np.cumsum(probe != 0) + (probe != 0)

    def chances(self, neuron: int, carried: Floats) -> tuple[Floats, Floats]:
        """Return the numbers of states with -1 and +1: of r known neurons left d mismatch."""
        left = carried[:, 0]
        if self.probe[neuron] == 0:
            return np.ones_like(left), np.ones_like(left)
        differing, agreeing = left, self.known_from[neuron] - left
        return (differing, agreeing) if self.probe[neuron] > 0 else (agreeing, differing)

    def carry(self, neuron: int, carried: Floats, spins: Spins) -> None:
        """Count down the mismatches left."""
        if self.probe[neuron]:
            carried[:, 0] -= spins != self.probe[neuron]


def check_size(method: str, num_neurons: int) -> None:
    """Refuse memories whose amplitudes leave float64.

    Raises:
        CapacityError: There are more than :data:`MAX_NEURONS` neurons.
    """
    if num_neurons > MAX_NEURONS:
        raise CapacityError(f"{method!r} takes at most {MAX_NEURONS} neurons. Got {num_neurons}.")


def check_turn(method: str, num_rounds: int, angle: float) -> None:
    """Refuse rotations that float64 cannot follow.

    Raises:
        CapacityError: ``num_rounds`` turns by ``angle`` exceed :data:`MAX_TURN`.
    """
    if num_rounds * angle > MAX_TURN:
        raise CapacityError(
            f"the law of {method!r} follows a turn of at most {MAX_TURN:g} radians in float64. Got "
            f"{num_rounds:.3g} rounds of {angle:.3g}; set fewer num_rounds."
        )


def check_circuit_rounds(method: str, num_rounds: int) -> None:
    """Refuse circuits that nobody could build.

    Raises:
        CapacityError: There are more than :data:`MAX_CIRCUIT_ROUNDS` rounds.
    """
    if num_rounds > MAX_CIRCUIT_ROUNDS:
        raise CapacityError(
            f"a circuit of {method!r} may have {MAX_CIRCUIT_ROUNDS} rounds. Got {num_rounds:.3g}; "
            "set fewer num_rounds, or use sampler='exact'."
        )
