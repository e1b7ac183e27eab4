"""Parts of a device: the qubits that work, the qubits that a circuit uses."""

from collections.abc import Collection
from functools import lru_cache

from qiskit.providers import BackendV2, Options
from qiskit.transpiler import Target

FAILED = 1.0
"""Error that a device reports for an operation whose calibration failed."""


class DevicePart(BackendV2):
    """Some qubits of a device, described by a target; it compiles and runs nothing.

    Args:
        target: The gates and errors of the part.
        qubits: The device's qubit behind each qubit of the part.
    """

    def __init__(self, target: Target, qubits: tuple[int, ...]) -> None:
        super().__init__(name="part of a device")
        self._part = target
        self.qubits = qubits

    @property
    def target(self) -> Target:
        """The gates and errors of the part."""
        return self._part

    @property
    def max_circuits(self) -> None:
        """None."""
        return None

    @classmethod
    def _default_options(cls) -> Options:
        return Options()

    def run(self, run_input: object, **options: object) -> None:
        """Refuse: a part is a description."""
        raise NotImplementedError("a part of a device describes it and runs nothing")


def part_of_target(
    target: Target, qubits: tuple[int, ...], *, without: Collection[frozenset[int]] = ()
) -> Target:
    """Return the device made of some qubits of another; qubit ``i`` is the old ``qubits[i]``.

    Args:
        target: The whole device.
        qubits: The qubits to keep, in their new order.
        without: Sets of old qubits on which no operation is kept.
    """
    new = {old: index for index, old in enumerate(qubits)}
    properties = target.qubit_properties
    part = Target(
        num_qubits=len(qubits),
        dt=target.dt,
        granularity=target.granularity,
        min_length=target.min_length,
        pulse_alignment=target.pulse_alignment,
        acquire_alignment=target.acquire_alignment,
        qubit_properties=None if properties is None else [properties[old] for old in qubits],
    )
    for name, places in target.items():
        operation = target.operation_from_name(name)
        if None in places:  # allowed anywhere, as classical control is
            part.add_instruction(operation, name=name)
            continue
        kept = {
            tuple(new[qubit] for qubit in place): entry
            for place, entry in places.items()
            if all(qubit in new for qubit in place) and frozenset(place) not in without
        }
        if kept:
            part.add_instruction(operation, kept, name=name)
    return part


def failed_places(target: Target) -> frozenset[frozenset[int]]:
    """Return the sets of qubits on which some operation is reported as failed."""
    return frozenset(
        frozenset(place)
        for name in target.operation_names
        for place, entry in target[name].items()
        if entry is not None and entry.error is not None and entry.error >= FAILED
    )


def working_graph(target: Target) -> dict[int, set[int]]:
    """Return the neighbors of each qubit in the largest set that working couplings connect.

    In the order of the qubits. Of several largest sets it is the one with the lowest qubit.
    """
    failed = failed_places(target)
    neighbors: dict[int, set[int]] = {
        qubit: set() for qubit in range(target.num_qubits) if frozenset({qubit}) not in failed
    }
    for place in target.qargs or ():
        if len(place) == 2 and frozenset(place) not in failed and neighbors.keys() >= set(place):
            first, second = place
            neighbors[first].add(second)
            neighbors[second].add(first)
    largest: set[int] = set()
    unseen = set(neighbors)
    while unseen:
        component = {min(unseen)}
        frontier = set(component)
        while frontier:
            frontier = set().union(*(neighbors[qubit] for qubit in frontier)) - component
            component |= frontier
        unseen -= component
        largest = max(largest, component, key=len)
    return {qubit: neighbors[qubit] for qubit in sorted(largest)}


def working_qubits(target: Target) -> tuple[int, ...]:
    """Return the qubits of :func:`working_graph`, sorted."""
    return tuple(working_graph(target))


def calibration_key(target: Target) -> int:
    """Return a hash of what a device reports: its operations with errors, durations and times.

    What is kept about a device is kept under it, since a target can be changed in place.
    """
    entries = (
        (name, place, None if entry is None else (entry.error, entry.duration))
        for name, places in target.items()
        for place, entry in places.items()
    )
    times = (
        (getattr(each, "t1", None), getattr(each, "t2", None))
        for each in target.qubit_properties or ()
    )
    return hash((target.dt, tuple(entries), tuple(times)))


def working_part(device: BackendV2) -> DevicePart:
    """Return what a circuit should be compiled for: the working qubits and couplings of a device.

    Routing takes no notice of how bad a coupling is, and snapshots hold couplings whose calibration
    failed: a circuit sent through one comes out as noise. The last 32 are kept and shared.
    """
    return _working_part(device, calibration_key(device.target))


@lru_cache(maxsize=32)
def _working_part(device: BackendV2, calibration: int) -> DevicePart:  # noqa: ARG001
    target = device.target
    qubits = working_qubits(target)
    return DevicePart(part_of_target(target, qubits, without=failed_places(target)), qubits)
