"""Memories of everything that obeys some linear constraints, recalled by sparse recovery.

Constraints are learned from samples; a probe with few wrong entries violates some of them, and the
sparsest error that explains the violations is taken away. With m constraints on n neurons the
stored set is a whole subspace, or 2^(n - m) words over GF(2). It cannot be chosen freely: arbitrary
random patterns obey no common constraint, and such a memory cannot store them.

References:
    Mazumdar and Rawat, "Associative memory via a sparse recovery model" (2015).
"""

from classical_ref.sparse_recovery.basis_pursuit import basis_pursuit as basis_pursuit
from classical_ref.sparse_recovery.constraints import Recovered as Recovered
from classical_ref.sparse_recovery.constraints import SubspaceMemory as SubspaceMemory
from classical_ref.sparse_recovery.constraints import learn_constraints as learn_constraints
from classical_ref.sparse_recovery.dictionary import DictionaryMemory as DictionaryMemory
from classical_ref.sparse_recovery.graphs import left_regular_graph as left_regular_graph
from classical_ref.sparse_recovery.graphs import num_four_cycles as num_four_cycles
from classical_ref.sparse_recovery.local_decoder import gap_decode as gap_decode
from classical_ref.sparse_recovery.parity import ParityMemory as ParityMemory
from classical_ref.sparse_recovery.parity_learning import learn_checks as learn_checks
