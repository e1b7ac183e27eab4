"""From a sampler's result to boolean arrays: the only file that touches a ``BitArray``."""

import numpy as np
from numpy.typing import NDArray
from qiskit import QuantumCircuit
from qiskit.primitives import SamplerPubResult


def register_bits(
    result: SamplerPubResult, circuit: QuantumCircuit
) -> dict[str, NDArray[np.bool_]]:
    """Return each classical register's shots as an array ``(shots, size)``, column i = bit i.

    Args:
        result: A V2 sampler's result for ``circuit``, one set of parameter values.
        circuit: The circuit that was run; its classical registers name the entries.
    """
    # BitArray counts from the last bit unless told otherwise.
    return {
        register.name: result.data[register.name].to_bool_array(order="little")
        for register in circuit.cregs
    }
