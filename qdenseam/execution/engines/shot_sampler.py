"""A V2 sampler out of one function: from a circuit to its shots, for simulators without one."""

from abc import abstractmethod
from collections.abc import Iterable

import numpy as np
from qiskit import QuantumCircuit
from qiskit.primitives import (
    BaseSamplerV2,
    BitArray,
    DataBin,
    PrimitiveJob,
    PrimitiveResult,
    SamplerPubLike,
    SamplerPubResult,
)
from qiskit.primitives.containers.sampler_pub import SamplerPub

from classical_ref.checks import Booleans
from qdenseam.errors import BackendError


def finished(results: list[SamplerPubResult]) -> PrimitiveJob[PrimitiveResult[SamplerPubResult]]:
    """Return a job whose results are here already; Ctrl-C has nothing to wait for in a thread."""
    job: PrimitiveJob[PrimitiveResult[SamplerPubResult]] = PrimitiveJob(PrimitiveResult, results)
    job._submit()  # noqa: SLF001
    return job


class ShotSampler(BaseSamplerV2):
    """Draws every circuit of every ``run`` from a seed of its own.

    Args:
        seed: Seed of the generator that the circuits' seeds are drawn from.
    """

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)

    @abstractmethod
    def shots_of(self, circuit: QuantumCircuit, shots: int, seed: int) -> Booleans:
        """Return the classical bits of each shot, shape ``(shots, num_clbits)``, column i = bit i.

        Args:
            circuit: A circuit without free parameters.
            shots: At least 1.
            seed: A positive 31-bit integer; the same one gives the same shots.
        """

    def run(
        self, pubs: Iterable[SamplerPubLike], *, shots: int | None = None
    ) -> PrimitiveJob[PrimitiveResult[SamplerPubResult]]:
        """Run the circuits in order, at once; 1024 shots unless told."""
        coerced = [SamplerPub.coerce(pub, 1024 if shots is None else shots) for pub in pubs]
        return finished([self._run_pub(pub) for pub in coerced])

    def _run_pub(self, pub: SamplerPub) -> SamplerPubResult:
        circuits = pub.parameter_values.bind_all(pub.circuit)
        bits = np.empty((*pub.shape, pub.shots, pub.circuit.num_clbits), dtype=np.bool_)
        for index in np.ndindex(pub.shape):
            seed = int(self._rng.integers(1, 2**31))
            shots = self.shots_of(circuits[index], pub.shots, seed)
            if shots.shape != bits[index].shape:  # one row would fill them all
                raise BackendError(
                    f"{pub.circuit.name!r} should give an array of shape {bits[index].shape}, "
                    f"shots by bits. Got {shots.shape}."
                )
            bits[index] = shots
        data = {
            register.name: BitArray.from_bool_array(
                bits[..., [pub.circuit.find_bit(bit).index for bit in register]], order="little"
            )
            for register in pub.circuit.cregs
        }
        return SamplerPubResult(DataBin(**data, shape=pub.shape), metadata={"shots": pub.shots})
