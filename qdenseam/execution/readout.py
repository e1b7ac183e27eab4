"""From a sampler's result to boolean arrays: the only file that touches a ``BitArray``."""

import numpy as np
from numpy.typing import NDArray
from qiskit import QuantumCircuit
from qiskit.primitives import BitArray, SamplerPubResult


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


def named_bits(result: SamplerPubResult) -> dict[str, NDArray[np.bool_]]:
    """Return what :func:`register_bits` does, for a result whose circuit is not at hand.

    Raises:
        TypeError: If the result holds anything but bits.
    """
    for name, value in result.data.items():
        if not isinstance(value, BitArray):
            raise TypeError(
                f"A register's shots should be bits. Got {type(value).__name__} for {name!r}."
            )
    return {name: value.to_bool_array(order="little") for name, value in result.data.items()}
