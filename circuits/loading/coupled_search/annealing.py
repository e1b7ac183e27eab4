"""Simulated annealing of the places of qubits (compiled; imported on first use)."""
# mypy: disable-error-code="assignment"

import numpy as np
import numpy.typing as npt
from numba import njit

from circuits.loading.coupled_search.kernels import spanning_length
from circuits.loading.merging_search.kernels import HELPER, U0, U1, Ints, Words, mix

START = 4.0
"""Temperature at the start, in CX; it falls linearly to 0."""


@njit(cache=True, error_model="numpy")
def anneal(bits: npt.NDArray[np.uint8], neighbors: Words, steps: int, variant: int) -> Ints:
    """Return the site of each qubit for which the spanning tree of the patterns was shortest."""
    num_rows, num_qubits = bits.shape
    layers = np.zeros(len(neighbors), np.uint64)
    distance = np.zeros(num_rows, np.int64)
    sites = np.arange(num_qubits)
    rows = np.zeros(num_rows, np.uint64)
    for i in range(num_rows):
        for q in range(num_qubits):
            rows[i] |= np.uint64(bits[i, q]) << np.uint64(q)
    length = spanning_length(rows, num_rows, ~U0, neighbors, layers, distance, True)
    least, best = length, sites.copy()
    for step in range(steps):
        random = mix(np.uint64(step + 1) + (np.uint64(variant + 1) << np.uint64(40)))
        a = np.int64(random & np.uint64(0xFFFF)) % num_qubits
        b = np.int64((random >> np.uint64(16)) & np.uint64(0xFFFF)) % num_qubits
        if a == b:
            continue
        exchange(rows, sites[a], sites[b])
        changed = spanning_length(rows, num_rows, ~U0, neighbors, layers, distance, True)
        temperature = START * (1 - step / steps)
        chance = np.float64(random >> np.uint64(32)) / 2.0**32
        if changed <= length or chance < np.exp((length - changed) / temperature):
            length = changed
            sites[a], sites[b] = sites[b], sites[a]
            if length < least:
                least, best = length, sites.copy()
        else:
            exchange(rows, sites[a], sites[b])
    return best


@HELPER
def exchange(rows: Words, a: int, b: int) -> None:
    """Exchange two bits of every row."""
    for i in range(len(rows)):
        differ = ((rows[i] >> np.uint64(a)) ^ (rows[i] >> np.uint64(b))) & U1
        rows[i] ^= (differ << np.uint64(a)) | (differ << np.uint64(b))
