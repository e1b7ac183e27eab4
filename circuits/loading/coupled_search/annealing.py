"""Simulated annealing of the places of qubits (compiled; imported on first use)."""
# mypy: disable-error-code="assignment"

import numpy as np

from circuits.bit_order import Words
from circuits.loading.coupled_search.kernels import spanning_length
from circuits.loading.merging_search.kernels import HELPER, U0, U1, Ints, mix
from classical_ref.compiling import njit

START = 4.0
"""Temperature at the start, in CX; it falls linearly to 0."""


@njit(cache=True, error_model="numpy")
def anneal(
    columns: Words,
    num_rows: int,
    above: Ints,
    neighbors: Words,
    steps: int,
    variant: int,
    by_site: bool,
) -> Ints:
    """Return the order of qubits for which the spanning tree of the patterns was shortest.

    Args:
        columns: The bits of all patterns at each qubit, bit i for pattern i.
        num_rows: Number of patterns, at most 64.
        above: The site whose qubit is added to that of each site, -1 for none.
        neighbors: Coupled sites of each site; those beyond ``above`` hold 0.
        steps: Exchanges of two entries tried.
        variant: Seed.
        by_site: Whether the order names the qubit at each site, else the site of each qubit.
    """
    num_qubits = len(above)
    layers = np.zeros(len(neighbors), np.uint64)
    distance = np.zeros(num_rows, np.int64)
    order, inverse = np.arange(num_qubits), np.arange(num_qubits)
    rows = np.zeros(num_rows, np.uint64)
    held(columns, order, above, rows)
    length = spanning_length(rows, num_rows, ~U0, neighbors, layers, distance, True)
    least, best = length, order.copy()
    for step in range(steps):
        random = mix(np.uint64(step + 1) + (np.uint64(variant + 1) << np.uint64(40)))
        a = np.int64(random & np.uint64(0xFFFF)) % num_qubits
        b = np.int64((random >> np.uint64(16)) & np.uint64(0xFFFF)) % num_qubits
        if a == b:
            continue
        exchange(order, inverse, a, b)
        held(columns, order if by_site else inverse, above, rows)
        changed = spanning_length(rows, num_rows, ~U0, neighbors, layers, distance, True)
        temperature = START * (1 - step / steps)
        chance = np.float64(random >> np.uint64(32)) / 2.0**32
        if changed <= length or chance < np.exp((length - changed) / temperature):
            length = changed
            if length < least:
                least, best = length, order.copy()
        else:
            exchange(order, inverse, a, b)
    return best


@HELPER
def exchange(order: Ints, inverse: Ints, a: int, b: int) -> None:
    """Exchange two entries of an order and mend its inverse."""
    order[a], order[b] = order[b], order[a]
    inverse[order[a]], inverse[order[b]] = a, b


@HELPER
def held(columns: Words, qubits: Ints, above: Ints, rows: Words) -> None:
    """Write what the sites hold in each pattern, bit s for site s."""
    for i in range(len(rows)):
        rows[i] = U0
    for s in range(len(above)):
        column = columns[qubits[s]]
        if above[s] >= 0:
            column ^= columns[qubits[above[s]]]
        for i in range(len(rows)):
            rows[i] |= ((column >> np.uint64(i)) & U1) << np.uint64(s)
