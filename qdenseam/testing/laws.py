"""A circuit against its law: what is measured and accepted, for all 2^D states."""

import numpy as np
from qiskit import QuantumCircuit
from qiskit.quantum_info import Statevector

from circuits.bit_order import all_bits
from classical_ref.checks import Floats
from classical_ref.spins import bits_to_spins
from qdenseam.methods.base import RecallMethod, Spins
from qdenseam.retrieval.reading import Memory
from qdenseam.testing.claims import Claim

_DIRT = 1e-12  # probability of ancillas that are not back in |0>


def check_law(claim: Claim, method: RecallMethod, memory: Memory, probe: Spins) -> None:
    """Check that a circuit measures what its law says.

    Raises:
        AssertionError: It does not, to 1e-10, or has other registers than it may.
    """
    law, accepted = method.law(memory, probe), _accepted(claim, method, memory, probe)
    places = (1 - memory.patterns) // 2 @ (1 << np.arange(memory.num_neurons))
    stored = accepted[places]
    claim.agree("P(pattern and accepted), the law's joint,", law.joint, stored)
    claim.agree("P(accepted), the law's acceptance,", law.acceptance, accepted.sum())
    claim.agree("the law's spurious", law.spurious, accepted.sum() - stored.sum())
    if law.spurious > _DIRT and law.distribution is not None:
        claim.agree("the law's distribution", law.distribution, accepted)


def _accepted(claim: Claim, method: RecallMethod, memory: Memory, probe: Spins) -> Floats:
    """P(memory = x, and accepted) for all x, from the state vector of the circuit."""
    circuit = method.circuit(memory, probe)
    sizes = register_sizes(claim, circuit, memory)
    probabilities = Statevector(circuit).probabilities()
    by_ancilla = probabilities.reshape(-1, 2 ** (sizes["memory"] + sizes.get("flag", 0)))
    dirt = float(by_ancilla[1:].sum())
    claim.holds(dirt < _DIRT, f"Ancillas should end in |0>; P(they do not) is {dirt:.3g}.")
    accepted = by_ancilla[0].reshape(-1, 2 ** sizes["memory"])[0]  # all flags 0
    states = bits_to_spins(all_bits(sizes["memory"]))
    return np.asarray(accepted * method.acceptance_of(memory, probe, states))


def register_sizes(claim: Claim, circuit: QuantumCircuit, memory: Memory) -> dict[str, int]:
    """Return the sizes of a circuit's registers, which should be those of a recall in order."""
    sizes = {register.name: len(register) for register in circuit.qregs}
    order = [name for name in ("memory", "flag", "ancilla") if name in sizes]
    claim.holds(
        [*sizes] == order and sizes.get("memory") == memory.num_neurons,
        f"Its registers should be memory ({memory.num_neurons} qubits) and, where used, flag and "
        f"ancilla, in this order; they are {sizes}.",
    )
    return sizes
