r"""The strength of a probe field, calibrated on the memory alone.

For a probe at distance f from its pattern ξ, let m_d be the lowest energy at distance d from the
probe. Then ξ is the ground state of E(σ) - h q·σ exactly for h between

    max_{d>f} (E(ξ) - m_d) / 2(d - f)   and   min_{d<f} (m_d - E(ξ)) / 2(f - d),

provided that m_f = E(ξ): a weaker field leaves a deeper far minimum in charge, a stronger one makes
the probe its own ground state.
"""

import numpy as np

from classical_ref.checks import Floats, Integers

_WORK = 2**26  # energies read at most; larger memories are calibrated on fewer probes


def calibrated_field(energies: Floats, pattern_indices: Integers) -> float:
    """Return the field for which most slightly corrupted patterns are their own ground state.

    The probes are every pattern with each single neuron flipped and with each two cyclic neighbors
    flipped (evenly chosen ones, where there are too many to enumerate). The field is the middle of
    the widest range that is right for the most of them.

    Args:
        energies: The diagonal without a field, shape ``(2**D,)``.
        pattern_indices: Index Σ_i b_i 2^i of each stored pattern, shape ``(K,)``.

    Returns:
        h > 0. Where no probe can be right at any field, the mean slope from the patterns to the
        average state, mean(E - E(ξ)) / D, or 1 if that is not positive.
    """
    ranges = field_ranges(energies, *_corrupted(pattern_indices, energies.size))
    low, high = np.clip(ranges[:, 0], 0, None), ranges[:, 1]
    possible = low < high
    if not possible.any():
        slope = float(energies.mean() - energies[pattern_indices].mean())
        num_neurons = max(1, energies.size.bit_length() - 1)
        return slope / num_neurons if slope > 0 else 1.0
    low, high = low[possible], high[possible]
    edges = np.unique(np.concatenate([low, high]))
    middles, widths = (edges[:-1] + edges[1:]) / 2, np.diff(edges)
    starts, ends = np.sort(low), np.sort(high)
    right = np.searchsorted(starts, middles) - np.searchsorted(ends, middles)
    best = right == right.max()
    return float(middles[best][widths[best].argmax()])


def field_ranges(energies: Floats, targets: Integers, probes: Integers) -> Floats:
    """Return the open range of fields for which each target is the probe's ground state.

    Args:
        energies: The diagonal without a field, shape ``(2**D,)``.
        targets: Indices of the wanted states, shape ``(P,)``.
        probes: Indices of the probes, all neurons known, shape ``(P,)``.

    Returns:
        (low, high) per probe, shape ``(P, 2)``; low >= high means that no field is right. A state
        as low and as near as the target is a tie and does not count against it.
    """
    states = np.arange(energies.size)
    distances = np.bitwise_count(states)
    order = np.argsort(distances, kind="stable")
    shells = np.searchsorted(distances[order], np.arange(int(distances[-1]) + 1))
    ranges = np.empty((len(targets), 2))
    for row, (target, probe) in enumerate(zip(targets.tolist(), probes.tolist(), strict=True)):
        lowest = np.minimum.reduceat(energies[order ^ probe], shells)
        distance = (target ^ probe).bit_count()
        rises = lowest - energies[target]
        steps = 2.0 * (np.arange(len(shells)) - distance)
        tolerance = 1e-9 * max(1.0, abs(float(energies[target])))
        if rises[distance] < -tolerance:
            ranges[row] = np.inf, -np.inf
            continue
        far, near = slice(distance + 1, None), slice(0, distance)
        ranges[row, 0] = (-rises[far] / steps[far]).max(initial=-np.inf)
        ranges[row, 1] = (-rises[near] / steps[near]).min(initial=np.inf)
    return ranges


def _corrupted(pattern_indices: Integers, num_states: int) -> tuple[Integers, Integers]:
    """Return (targets, probes): one flip, and two flips of cyclic neighbors."""
    num_neurons = num_states.bit_length() - 1
    single = np.int64(1) << np.arange(num_neurons, dtype=np.int64)
    flips = np.unique(np.concatenate([single, single ^ np.roll(single, 1)]))
    flips = flips[flips > 0]
    targets = np.repeat(pattern_indices, len(flips))
    probes = targets ^ np.tile(flips, len(pattern_indices))
    limit = max(1, _WORK // num_states)
    chosen = np.unique(np.linspace(0, len(targets) - 1, min(limit, len(targets))).astype(int))
    return targets[chosen], probes[chosen]
