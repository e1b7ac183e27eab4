"""Flags as error detection under device noise: one, a copy of it, several; and parity checks.

One task is one instance with one flipped neuron on a device model, recalled by filters of as many
signals on different numbers of flags. Probes as near to another pattern are drawn again, so all
numbers are of unambiguous probes. Beside them stands Grover's search as textbooks build it, for one
unknown neuron. The filters and their baseline keep a pattern within the flip half the time; what
accepts it always is measured in :mod:`qdenseam.studies.noise.references`.
"""

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np

from qdenseam.experiments.collecting.records import Record, Task
from qdenseam.experiments.collecting.trial_registry import trial
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.methods import (
    OptimalFilter,
    ProbabilisticRecall,
    RecallMethod,
    SampleAndAccept,
    SeparationFilter,
)
from qdenseam.studies import FigureSpec, Row, SpecialStudy, cells_of, register
from qdenseam.studies.noise.instances import (
    CELL,
    DEVICES,
    instance_of,
    instance_tasks,
)
from qdenseam.studies.noise.textbook import textbook_tasks
from qdenseam.studies.noise.variants import measured_numbers, variant_columns

CELLS = ((4, 4), (6, 4), (8, 4))
"""(D, K) of the filters."""
COPIED = "one flag and its copy, 2 signals"


flag_tasks = partial(
    instance_tasks,
    "flags",
    cells=CELLS,
    devices=DEVICES,
    corruptions=((0, 1),),
    num_instances=20,
    shots=2000,
)
"""Return one task per instance of one flipped neuron."""


def study_tasks(
    cells: Sequence[tuple[int, int]] = CELLS,
    devices: Sequence[str] = DEVICES,
    num_instances: int = 20,
    shots: int = 2000,
    *,
    textbook: bool = True,
) -> list[Task]:
    """Return the study: the filters, and with ``textbook`` Grover's search beside."""
    filters = flag_tasks(cells=cells, devices=devices, num_instances=num_instances, shots=shots)
    return textbook_tasks() + filters if textbook else filters


def contenders(num_flips: int) -> dict[str, RecallMethod]:
    """Return the filters by name: each keeps a pattern within the flips with probability 1/2.

    The two last ones are Trugenberger's two controls, and no filter at all: the memory is measured
    and the outcome accepted with the probability of the filter of 4 signals.
    """
    return {
        "one flag, 2 signals": SeparationFilter(OptimalFilter(2, num_flips)),
        COPIED: SeparationFilter(OptimalFilter(2, num_flips)),
        "two flags, 1 signal each": SeparationFilter(
            OptimalFilter(1, num_flips, 0.5**0.5), num_flags=2
        ),
        "one flag, 4 signals": SeparationFilter(OptimalFilter(4, num_flips)),
        "two flags, 2 signals each": SeparationFilter(
            OptimalFilter(2, num_flips, 0.5**0.5), num_flags=2
        ),
        "two controls": ProbabilisticRecall(2),
        "measure and accept": SampleAndAccept(OptimalFilter(4, num_flips)),
    }


@trial("flags")
def flag_trial(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Run every contender on one instance.

    Returns:
        ``variants``: for each name the :data:`NUMBERS`. Counts over ``shots``: ``success`` (target
        measured and accepted), ``accepted``, ``detected`` (the flag and its copy disagree),
        ``inside`` (accepted, and no parity check of the patterns is broken), ``stored`` (accepted,
        and a stored pattern). ``ideal`` and ``ideal_accept`` are P(target and accepted) and
        P(accepted) without noise.
    """
    from qdenseam.execution.mitigation import with_flag_copies

    patterns, probe, target = instance_of(params)
    memory = AmplitudeMemory(patterns)
    variants = {}
    for name, method in contenders(params["num_flips"]).items():
        circuit = method.circuit(memory, probe)
        copied = name == COPIED
        if copied:
            circuit = with_flag_copies(circuit)
        variants[name] = measured_numbers(
            circuit, method, memory, probe, target, params, rng, copied
        )
    return {"variants": variants, "backend": params["device"]}


def flag_summary(records: Sequence[Record]) -> list[Row]:
    """Return a row per device, cell and variant.

    ``success`` is P(target and accepted), 95 % over instances, which have a memory each; ``purity``
    P(target | accepted), mean over instances; ``checked`` the same among outcomes that
    break no parity check of the patterns, ``stored`` among outcomes that are stored patterns, which
    needs their list. ``detected`` is the share of all shots whose flag and copy disagree,
    ``broken`` the share of accepted outcomes that a parity check rejects. ``ideal`` and
    ``ideal_purity`` hold without noise.
    """
    rows = []
    for key, batch in cells_of(records, *CELL).items():
        variants: dict[str, list[tuple[int, list[float]]]] = {}
        for record in batch:
            for name, numbers in record.values["variants"].items():
                variants.setdefault(name, []).append((record.params["shots"], numbers))
        for name, members in variants.items():
            rows.append(
                {
                    **dict(zip(CELL, key, strict=True)),
                    "variant": name,
                    "instances": len(members),
                    **variant_columns(members),
                }
            )
    return sorted(rows, key=lambda row: [row[name] for name in CELL])


_FIGURE: dict[str, Any] = {
    **{"x": "num_neurons", "by": "device", "line": ("variant",), "where": {"num_flips": (1,)}},
}
STUDY = register(
    SpecialStudy(
        name="flags",
        title="error detection by flags and parity checks on noisy device models",
        tasks=study_tasks,
        table=flag_summary,
        figures=(
            FigureSpec(**_FIGURE, y="success"),
            FigureSpec(**_FIGURE, y="purity"),
        ),
        note="success: P(target and accepted); purity: P(target | accepted); checked, stored: the "
        "same among outcomes that break no parity check, that are patterns.",
        quick={
            **{"cells": [(4, 4)], "devices": ["fake:nairobi"], "num_instances": 1},
            **{"shots": 500, "textbook": False},
        },
    )
)
