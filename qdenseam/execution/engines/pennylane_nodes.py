"""Recall circuits for PennyLane's users: any method's circuit as a QNode."""

from collections.abc import Callable
from copy import copy
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Protocol

from qiskit import QuantumCircuit
from qiskit.circuit import ParameterVector

from circuits.blocks import flat
from classical_ref.checks import Spins, SpinsLike, checked, shown
from qdenseam.execution.engines.deferral import deferred, measured_qubits, without_measurements
from qdenseam.execution.engines.pennylane_engine import make_device
from qdenseam.execution.engines.pennylane_gates import queue_circuit
from qdenseam.execution.engines.wide_gates import into_wide_gates
from qdenseam.spelling import parse

if TYPE_CHECKING:
    from pennylane import QNode
    from pennylane.devices import Device

Measurement = Callable[[dict[str, list[int]]], object]
"""From the wires of each register to a PennyLane measurement."""

_ANGLES = ("gammas", "betas")


class TakesProbes(Protocol):
    """What a memory is here."""

    def check_probe(self, probe: SpinsLike, *, bits: bool | None = None) -> Spins:
        """Return a probe as spins."""
        ...


class BuildsCircuits(Protocol):
    """What a recall method is here."""

    @property
    def circuit(self) -> Callable[..., QuantumCircuit]:
        """The circuit of a memory and a probe."""
        ...


@checked
def to_qnode(
    memory: TakesProbes,
    probe: SpinsLike,
    method: BuildsCircuits | str,
    device: "Device | str" = "lightning.qubit",
    *,
    measurement: Measurement | None = None,
    bits: bool | None = None,
    **options: object,
) -> "QNode":
    r"""Return a recall circuit as a PennyLane ``QNode``.

    Qubit i is wire i: the neurons first, then flags and ancillas. A flag that the method measures
    and resets on the way gets a wire for each of its readings. Called without arguments, the node
    runs the method as it is. A method with angles, such as QAOA, gives a node that also takes
    them, ``node(gammas, betas)``, each of shape ``(num_layers,)``, and is differentiable by them.

    Args:
        memory: An amplitude or an energy memory.
        probe: Spins with 0 where unknown, or text of ``0``, ``1`` and ``?``.
        method: A recall method, trained where it has angles, or its spelling.
        device: PennyLane's name of a device, or a device with enough wires.
        measurement: Called inside the circuit with the wires of each register, such as
            ``{"memory": [0, 1, 2], "flag": [3]}``; what it returns the node returns. By default
            the probabilities described below.
        bits: Whether the probe is bits, where its type does not say it; see
            :func:`classical_ref.check_probes`.
        **options: Passed on to ``qml.QNode``, such as ``diff_method="adjoint"``.

    Returns:
        A QNode. By default it returns the probabilities of flags and memory, shape
        ``(2**(f + D),)``: index :math:`\sum_i b_i 2^i` with the memory's bits lowest, so that the
        first ``2**D`` entries are the joint probabilities of "memory is x, all flags accept". A
        rule of acceptance that is no part of the circuit (``acceptance_rule == "classical"``) is
        left to the caller.

    Raises:
        ValueError: The method has no angles yet, a text spells none, the device is unknown, or the
            probe is spins or bits in doubt.
        TypeError: The method is adaptive or "auto": it has no circuit of its own.
        BackendError: The device or a gate cannot be run.
    """
    made: Any = parse("method", method) if isinstance(method, str) else method
    if not callable(getattr(made, "circuit", None)):
        raise TypeError(
            f"A method should have one circuit, known beforehand. Got {made}; use recall() with "
            "the sampler 'pennylane:lightning.qubit'."
        )
    if not callable(getattr(memory, "check_probe", None)):
        raise TypeError(f"memory should be an amplitude or an energy memory. Got {shown(memory)}.")
    import pennylane as qml

    spins = memory.check_probe(probe, bits=bits)
    angles = {
        field.name: getattr(made, field.name)
        for field in fields(made)
        if field.name in _ANGLES and getattr(made, field.name)
    }
    free = {name: ParameterVector(name, len(values)) for name, values in angles.items()}
    if free:
        made.circuit(memory, spins)  # the method's own errors first
        made = copy(made)  # replace() would refuse angles that are no numbers yet
        for name, vector in free.items():
            object.__setattr__(made, name, tuple(vector))
    [compiled] = into_wide_gates([flat(made.circuit(memory, spins))], seed=0)
    circuit = deferred(compiled)
    read = measured_qubits(circuit)
    wires = {
        register.name: [circuit.find_bit(qubit).index for qubit in register]
        for register in circuit.qregs
    } | {  # flags read on the way
        register.name.removesuffix("_bits"): [read[bit] for bit in register]
        for register in circuit.cregs
    }
    circuit = without_measurements(circuit)
    made = make_device(device, circuit.num_qubits) if isinstance(device, str) else device

    def node(*given: Any) -> Any:
        if given and len(given) != len(free):
            names = ", ".join(free) or "nothing"
            raise ValueError(f"The node should be called with {names}. Got {len(given)} arguments.")
        chosen = given or tuple(angles.values())
        values = {
            parameter: part[i]
            for vector, part in zip(free.values(), chosen, strict=True)
            for i, parameter in enumerate(vector)
        }
        queue_circuit(circuit, values)
        return (measurement or _probabilities)(wires)

    return qml.QNode(node, made, **options)


def _probabilities(wires: dict[str, list[int]]) -> Any:
    """Measure flags and memory, the most significant bit first."""
    import pennylane as qml

    return qml.probs(wires=[*wires.get("flag", [])[::-1], *wires["memory"][::-1]])
