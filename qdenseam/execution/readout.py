"""From a sampler's result to boolean arrays, and the check that it is what was asked for.

The only file that touches a ``BitArray``.
"""

from collections.abc import Iterable, Mapping, Sequence

from qiskit import QuantumCircuit
from qiskit.primitives import BitArray, SamplerPubResult

from classical_ref.checks import Booleans
from qdenseam.errors import BackendError

Samples = list[dict[str, Booleans]]
"""For each circuit a mapping from register to booleans ``(shots, register size)``."""


def register_sizes(circuits: Iterable[QuantumCircuit]) -> list[dict[str, int]]:
    """Return the size of each classical register, by name, for each circuit."""
    return [{register.name: register.size for register in each.cregs} for each in circuits]


def check_samples(
    samples: Sequence[Mapping[str, Booleans]],
    registers: Sequence[Mapping[str, int]],
    shots: Sequence[int],
    source: str,
) -> None:
    """Refuse what an engine, a service or a file returned where it is not what was asked for.

    Args:
        samples: What came: arrays ``(shots, register size)`` by register, for each circuit.
        registers: Size of each classical register, by name, for each circuit.
        shots: Shots asked for, for each circuit.
        source: Who answered, for the message.

    Raises:
        BackendError: Circuits, registers, bits or shots are missing or too many.
    """
    if len(samples) != len(registers):
        raise BackendError(
            f"{source} should return the shots of {len(registers)} circuits. Got {len(samples)}."
        )
    for index, (found, sizes, wanted) in enumerate(zip(samples, registers, shots, strict=True)):
        expected = {name: (wanted, size) for name, size in sizes.items()}
        shapes = {name: bits.shape for name, bits in found.items()}
        if shapes != expected:
            raise BackendError(
                f"{source} should return {_shown(expected)} for circuit {index}. "
                f"Got {_shown(shapes)}; ask again, or use another engine."
            )


def _shown(shapes: Mapping[str, tuple[int, ...]]) -> str:
    words = [
        f"{shape[0]} shots of {name}[{shape[1]}]" if len(shape) == 2 else f"{name} of shape {shape}"
        for name, shape in sorted(shapes.items())
    ]
    return ", ".join(words) or "no register"


def named_bits(result: SamplerPubResult) -> dict[str, Booleans]:
    """Return each classical register's shots as an array ``(shots, size)``, column i = bit i.

    Args:
        result: A V2 sampler's result, one set of parameter values.

    Raises:
        TypeError: If the result holds anything but bits.
    """
    for name, value in result.data.items():
        if not isinstance(value, BitArray):
            raise TypeError(
                f"A register's shots should be bits. Got {type(value).__name__} for {name!r}."
            )
    # BitArray counts from the last bit unless told otherwise.
    return {name: value.to_bool_array(order="little") for name, value in result.data.items()}
