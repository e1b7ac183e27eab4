"""What the energy study asks: sizes, loads and flips, other fields, and the longer searches."""

from collections.abc import Iterable, Sequence

from qdenseam.experiments.collecting.records import Task
from qdenseam.studies.energy.references import reference_tasks
from qdenseam.studies.energy.trial import ENERGIES, METHODS, SEARCHES

SIZES = (6, 8, 10, 12, 14, 16)
"""Numbers of neurons."""
FIELDS = (0.3, 0.6, 1.0, 1.5, 2.5)
"""Field strengths beside the calibrated one."""
SLOW = ("VQE p=1",)
"""Methods whose training takes most of the time, left out beyond 14 neurons."""


def energy_tasks(
    *,
    sizes: Iterable[int] = SIZES,
    loads: Iterable[int] = (2, 4, 6),
    flips: Iterable[int] = (1, 2),
    energies: Sequence[str] = tuple(ENERGIES),
    methods: Sequence[str] | None = None,
    probe_field: float | None = None,
    num_instances: int = 10,
    num_batches: int = 5,
    seed: int = 0,
) -> list[Task]:
    """Return every energy at every size, load and corruption, 50 instances a point.

    Args:
        sizes: Numbers of neurons D.
        loads: Numbers of patterns K.
        flips: Flipped neurons of a probe.
        energies: Out of :data:`ENERGIES`.
        methods: Out of :data:`METHODS` and :data:`SEARCHES`; by default all of the former, beyond
            14 neurons without those of :data:`SLOW`.
        probe_field: h, or ``None`` for the calibrated one.
        num_instances: Instances of a batch.
        num_batches: Batches of a point.
        seed: Of all instances.

    Raises:
        ValueError: An energy or a method is unknown.
    """
    chosen = [*((e, [*ENERGIES]) for e in energies)]
    chosen += [(m, [*METHODS, *SEARCHES]) for m in methods or ()]
    for name, known in chosen:
        if name not in known:
            raise ValueError(f"expected one of {', '.join(known)}. Got {name!r}.")
    sizes, loads, flips = list(sizes), list(loads), list(flips)
    return [
        Task(
            kind="energy recall",
            params={
                "energy": energy,
                "num_neurons": num_neurons,
                "num_patterns": num_patterns,
                "num_flips": num_flips,
                "probe_field": probe_field,
                "methods": list(_methods_at(num_neurons) if methods is None else methods),
                "num_instances": num_instances,
            },
            seed=seed,
            num_batches=num_batches,
        )
        for num_neurons in sizes
        for num_patterns in loads
        for num_flips in flips
        for energy in energies
    ]


def field_tasks(energies: Sequence[str] = tuple(ENERGIES)) -> list[Task]:
    """Return energies at five given field strengths: ten neurons, K = 4, one flip."""
    return [
        task
        for strength in FIELDS
        for task in energy_tasks(
            sizes=(10,),
            loads=(4,),
            flips=(1,),
            energies=energies,
            methods=("QAOA p=2", "adiabatic p=8", "adiabatic p=16"),
            probe_field=strength,
        )
    ]


def search_tasks(energies: Sequence[str] = tuple(ENERGIES)) -> list[Task]:
    """Return the methods of :data:`SEARCHES`: up to ten neurons, K = 4, one flip or two."""
    return energy_tasks(
        sizes=(6, 8, 10),
        loads=(4,),
        energies=energies,
        methods=tuple(SEARCHES),
        num_instances=50,
        num_batches=1,
    )


def study_tasks(
    sizes: Iterable[int] = SIZES,
    loads: Iterable[int] = (2, 4, 6),
    flips: Iterable[int] = (1, 2),
    energies: Sequence[str] = tuple(ENERGIES),
    methods: Sequence[str] | None = None,
    num_instances: int = 10,
    num_batches: int = 5,
    *,
    searches: bool = True,
) -> list[Task]:
    """Return the study: sizes, loads and corruption at the calibrated field.

    With ``searches`` other fields and the methods of :data:`SEARCHES` too.
    """
    tasks = energy_tasks(
        sizes=sizes,
        loads=loads,
        flips=flips,
        energies=energies,
        methods=methods,
        num_instances=num_instances,
        num_batches=num_batches,
    )
    if searches:
        tasks += field_tasks(energies) + search_tasks(energies)
    return tasks + reference_tasks(tasks)


def notebook_tasks() -> list[Task]:
    """Return what notebook 08 shows: a part of the study.

    Ten neurons with K = 4 and one or two flips, and at one flip also K = 2 and 6; other sizes at
    K = 4 and one flip. The fields are for three energies, the other points for five; two more at
    three sizes; the searches. The projection energy is left out: sums of its patterns lie exactly
    as deep as patterns, so that rounding decides which field is calibrated and which state is
    lowest, and its rows do not repeat on another machine.
    """
    two = ("storkey", "rectified order 3")
    five = ("hebb", "order 3", "order 4", "exponential", "log-sum-exp")
    three = ("hebb", "order 3", "log-sum-exp")
    tasks = energy_tasks(sizes=(10,), loads=(4,), energies=five)
    tasks += energy_tasks(sizes=(10,), loads=(2, 6), flips=(1,), energies=five)
    tasks += energy_tasks(sizes=(6, 8, 12, 14, 16), loads=(4,), flips=(1,), energies=five)
    tasks += energy_tasks(sizes=(8, 10, 12), loads=(4,), flips=(1,), energies=two)
    searched = tuple(energy for energy in ENERGIES if energy != "projection")
    return tasks + field_tasks(three) + search_tasks(searched)


def _methods_at(num_neurons: int) -> list[str]:
    return [label for label in METHODS if label not in SLOW or num_neurons <= 14]
