"""The engine: one face for every simulator, device and sampler that can run circuits."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, ClassVar, TypeAlias

import numpy as np
from qiskit import QuantumCircuit
from qiskit.primitives import BaseSamplerV2
from qiskit.transpiler import Target

from circuits.circuit_facts import has_mid_circuit_operations
from classical_ref.checks import Rng, Within, check_fields, check_integer
from qdenseam.effort import foretell, max_state_qubits, require_room, require_state
from qdenseam.errors import BackendError, CapacityError
from qdenseam.execution.foreign_code import explained
from qdenseam.execution.job_service import JobService
from qdenseam.execution.readout import Samples, check_samples, named_bits, register_sizes
from qdenseam.progress import Progress

NumLayouts: TypeAlias = Annotated[int, Within("[1, 10^4]", "Fewer find as good ones.")]
"""How many layouts a compilation tries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine(ABC):
    """Something that compiles and samples circuits: a simulator, a device model or a sampler.

    ``engine.sample(engine.compile(circuits, seed=1), shots=1000, rng=2)`` is the whole use. Engines
    are small values without open resources; samplers are made fresh for every batch because an
    integer seed given to a Qiskit or Aer sampler repeats the same shots at every ``run()``.

    Attributes:
        name: The name that ``engine(name)`` understands, or a description of a user's object.
    """

    circuits_per_run: ClassVar[int | None] = 32
    """Most circuits handed to one sampler; None hands over all of them at once."""

    name: str

    def __post_init__(self) -> None:
        check_fields(self)

    @property
    def target(self) -> Target | None:
        """The device that circuits are compiled for, or None where any gate and pair is free."""
        return None

    @property
    def supports_mid_circuit(self) -> bool:
        """Whether mid-circuit measurement, reset and classical control work here."""
        return True

    @property
    def state_power(self) -> int | None:
        """The power p where 2^(p·n) amplitudes have to fit in memory, 2 for a density matrix."""
        return None

    @property
    def max_qubits(self) -> int | None:
        """The widest circuit that fits now, or None where no limit is known beforehand."""
        return None if self.state_power is None else max_state_qubits(self.state_power)

    amplitude_ns: ClassVar[float] = 2.5
    """Nanoseconds per gate and entry of the state, on one core."""

    def expected_seconds(self, circuit: QuantumCircuit, shots: int) -> float:
        """Return what a compiled circuit is expected to take; 0 where that is not known."""
        if self.state_power is None:
            return 0.0
        entries = 2.0 ** (self.state_power * circuit.num_qubits)
        times = shots if has_mid_circuit_operations(circuit) else 1
        return 1e-9 * self.amplitude_ns * len(circuit.data) * entries * times

    @property
    def repetition_seconds(self) -> float | None:
        """Seconds from the end of one shot to the start of the next, as the ``backend`` tells."""
        configuration = getattr(getattr(self, "backend", None), "configuration", None)
        told = configuration() if callable(configuration) else None
        seconds = getattr(told, "default_rep_delay", None)
        return float(seconds) if isinstance(seconds, int | float) else None

    @property
    def is_free(self) -> bool:
        """Whether a run surely costs nothing, so that one that was cut off may be repeated."""
        return False

    def calibration_time(self) -> str | None:
        """Return when the device was last calibrated, in ISO 8601; None if that is not known."""
        return None

    def job_service(self) -> JobService | None:
        """Return where circuits run elsewhere; None where they run in the calling process.

        A service must not depend on what this process did before.
        """
        return None

    @abstractmethod
    def compile(self, circuits: Sequence[QuantumCircuit], *, seed: int) -> list[QuantumCircuit]:
        """Compile circuits into what :meth:`sample` runs; same input and seed, same output.

        Raises:
            CapacityError: If a circuit does not fit this engine.
        """

    @abstractmethod
    def make_sampler(self, seed: int) -> BaseSamplerV2:
        """Return a fresh sampler for one batch of compiled circuits."""

    def check_capacity(self, circuit: QuantumCircuit) -> None:
        """Raise a CapacityError if the circuit is wider than fits here."""
        if self.state_power is not None:
            require_state(self.name, circuit.num_qubits, self.state_power)
        limit = self.max_qubits
        if limit is not None and circuit.num_qubits > limit:
            raise CapacityError(
                f"A circuit for {self.name!r} should have at most {limit} qubits. Got "
                f"{circuit.num_qubits}; use a larger device, 'exact', 'aer-mps' or fewer qubits."
            )

    def sample(
        self,
        circuits: Sequence[QuantumCircuit],
        shots: int | Sequence[int],
        rng: Rng = None,
        *,
        on_progress: Callable[[Progress], None] | None = None,
    ) -> Samples:
        """Run compiled circuits and return every shot, one dictionary per circuit.

        Args:
            circuits: What :meth:`compile` returned, measuring into named classical registers.
            shots: Shots, at least 1: one number for all circuits, or one for each.
            rng: Source of the samplers' seeds; a user's own sampler keeps its own randomness.
            on_progress: Called with a :class:`Progress` after every batch.

        Returns:
            For each circuit a mapping from the name of a classical register to a boolean array of
            shape ``(shots, register size)`` whose column ``i`` is classical bit ``i``.

        Raises:
            ValueError: If shots or a circuit cannot be run as they are.
            CapacityError: If a circuit does not fit, or the shots do not fit in memory.
            BackendError: If the engine fails, or returns anything but what was asked for.
        """
        rng = np.random.default_rng(rng)
        circuits = list(circuits)
        wanted = shots_of_each(circuits, shots)
        for circuit in circuits:
            self.check_runnable(circuit)
        _require_room(circuits, wanted)
        if on_progress is not None:
            expected = sum(map(self.expected_seconds, circuits, wanted))
            foretell(f"{self.name} for {len(circuits)} circuits", expected, on_progress)
        samples: Samples = []
        size = self.circuits_per_run or max(1, len(circuits))
        for start in range(0, len(circuits), size):
            batch, each = circuits[start : start + size], wanted[start : start + size]
            seed = int(rng.integers(1, 2**31))
            number = each[0] if len(set(each)) == 1 else f"{min(each)} to {max(each)}"
            with explained(f"{self.name!r} could not run {len(batch)} circuits of {number} shots"):
                found = _read(self.make_sampler(seed), batch, each)
            check_samples(found, register_sizes(batch), each, repr(self.name))
            samples += found
            if on_progress is not None:
                said = f"{self.name}: sampled"
                on_progress(Progress(done=len(samples), total=len(circuits), message=said))
        return samples

    def check_runnable(self, circuit: QuantumCircuit) -> None:
        """Refuse a compiled circuit that :meth:`sample` cannot run.

        Raises:
            ValueError: It measures nothing or has free parameters.
            BackendError: It needs mid-circuit operations that this engine does not have.
            CapacityError: It does not fit.
        """
        if not circuit.cregs:
            raise ValueError(
                "A circuit should measure into at least one named classical register. Got "
                f"{circuit.name!r} without any; add one and measure into it."
            )
        if circuit.parameters:
            names = ", ".join(sorted(parameter.name for parameter in circuit.parameters))
            raise ValueError(
                f"A circuit should have no free parameters. Got {names} in {circuit.name!r}; "
                "assign them first."
            )
        if not self.supports_mid_circuit and has_mid_circuit_operations(circuit):
            raise BackendError(
                f"{self.name!r} runs only circuits that measure at the end. {circuit.name!r} "
                "measures, resets or branches before its end; use 'aer'."
            )
        self.check_capacity(circuit)


def shots_of_each(circuits: Sequence[QuantumCircuit], shots: int | Sequence[int]) -> list[int]:
    """Return the shots of each circuit, given one number for all or one for each.

    Raises:
        TypeError: A number is no integer.
        ValueError: A number is below 1, or there are more or fewer numbers than circuits.
    """
    given = list(shots) if isinstance(shots, Sequence | np.ndarray) else [shots]
    for number in given:
        check_integer(1, shots=number)
    each = given if isinstance(shots, Sequence | np.ndarray) else given * len(circuits)
    if len(each) != len(circuits):
        raise ValueError(f"shots should be {len(circuits)} numbers. Got {len(each)}.")
    return [int(number) for number in each]


def _require_room(circuits: list[QuantumCircuit], shots: list[int]) -> None:
    """Refuse more shots than the memory holds: an engine returns each of them.

    Raises:
        CapacityError: There are too many.
    """
    bits = sum(each * circuit.num_clbits for circuit, each in zip(circuits, shots, strict=True))
    require_room(
        f"{sum(shots)} shots of {len(circuits)} circuits",
        2 * bits,  # booleans, beside the sampler's own form
        "Use fewer shots, or sampler='exact', which holds counts.",
    )


def _read(sampler: BaseSamplerV2, batch: list[QuantumCircuit], each: list[int]) -> Samples:
    if len(set(each)) == 1:  # what every sampler understands
        return [named_bits(result) for result in sampler.run(batch, shots=each[0]).result()]
    pubs = [(circuit, None, shots) for circuit, shots in zip(batch, each, strict=True)]
    return [named_bits(result) for result in sampler.run(pubs).result()]
