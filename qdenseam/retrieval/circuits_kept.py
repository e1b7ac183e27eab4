"""The circuit that was run, kept small beside its result: packed, or where it is stored."""

import io
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from qiskit import QuantumCircuit, qpy

from qdenseam.execution import jobs


@dataclass(frozen=True, slots=True)
class PackedCircuit:
    """A circuit as deflated QPY, which is a few percent of its size in memory."""

    data: bytes

    @classmethod
    def of(cls, circuit: QuantumCircuit) -> Self:
        """Return the circuit, packed."""
        file = io.BytesIO()
        qpy.dump(circuit, file)
        return cls(zlib.compress(file.getvalue(), 1))

    def __call__(self) -> QuantumCircuit:
        """Return the circuit."""
        (circuit,) = qpy.load(io.BytesIO(zlib.decompress(self.data)))
        assert isinstance(circuit, QuantumCircuit)
        return circuit


@dataclass(frozen=True, slots=True)
class StoredCircuit:
    """A circuit in the folder of a submission."""

    store: Path
    submission: str
    place: int
    """Its place among the probes."""

    def __call__(self) -> QuantumCircuit:
        """Return the circuit.

        Raises:
            ValueError: There is no such submission any more.
            ResultsFileError: Its circuits are damaged.
        """
        return jobs.open_folder(self.store, self.submission).every_circuit()[self.place]
