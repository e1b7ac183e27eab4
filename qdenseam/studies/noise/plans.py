"""Does the planner order plans as noise does? Plans of different methods, predicted and simulated.

One task is one memory and one device model. Of the plans for one unknown (then one flipped) neuron
the best of each kind is kept: a method with its degree or controls and its number of rounds. Each
is run on the same probes, of the kind that the planner expects.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from qdenseam.experiments.collecting.records import Record
from qdenseam.experiments.collecting.trial_registry import trial
from qdenseam.plots.noise import prediction_figure
from qdenseam.studies import Drawing, FigureSpec, Records, Row, SpecialStudy, cells_of, register
from qdenseam.studies.noise.instances import CELL, instance_of, instance_tasks
from qdenseam.studies.noise.summary import until_accepted

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CELLS = ((4, 4), (6, 4))
"""(D, K)."""
DEVICES = ("fake:fez", "fake:torino")
NUM_KINDS = 8
"""Plans per task, the baseline beside them."""
NUM_PROBES = 8
"""Probes that each plan is run on, at most."""
NUM_LAYOUTS = 4
"""Routings tried per circuit."""
MARGIN = 0.2
"""Plans are kept that may reach this share of the best predicted success."""


plan_tasks = partial(
    instance_tasks, "plan", cells=CELLS, devices=DEVICES, num_instances=2, shots=500
)
"""Return one task per memory, device and kind of probe; ``shots`` are per probe."""


@trial("plan")
def plan_trial(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Plan for one memory, and run the best plan of each kind.

    Returns:
        ``plans``, best predicted first, the baseline last: rows of :meth:`Plan.row` with
        ``simulated``, the share of shots that gave the target and were accepted, mean over the
        probes.
    """
    from qdenseam.execution.engines.fake_devices import fake_device_engine
    from qdenseam.memories.amplitude import AmplitudeMemory
    from qdenseam.planning import best_of_each_kind, plan
    from qdenseam.planning.candidates import expected_probes
    from qdenseam.retrieval.verb import recall

    patterns, probe, _ = instance_of(params)
    memory, known = AmplitudeMemory(patterns), probe != 0
    num_flips = params["num_flips"]
    device = fake_device_engine(params["device"].removeprefix("fake:"))
    plans = plan(memory, known, device.target, expected_flips=num_flips, margin=MARGIN)
    expected = expected_probes(memory, known, num_flips)
    asked = np.sort(rng.permutation(len(expected.probes))[:NUM_PROBES])
    *kinds, baseline = (each for each in best_of_each_kind(plans) if not each.peeks)
    rows = []
    for each in [*kinds[:NUM_KINDS], baseline]:
        results = recall(
            each.memory,
            np.array([expected.probes[i] for i in asked]),
            method=each.method,
            sampler=replace(device, num_layouts=NUM_LAYOUTS),
            shots=params["shots"],
            rng=rng,
        )
        hits = [r.counts[expected.targets[i]] for r, i in zip(results, asked, strict=True)]
        rows.append(each.row() | {"simulated": float(np.mean(hits)) / params["shots"]})
    return {"plans": rows, "backend": params["device"]}


def plan_summary(records: Sequence[Record]) -> list[Row]:
    """Return a row per device, size and kind of probe, means over memories.

    ``rank_correlation`` is Spearman's between predicted and simulated success over the plans of a
    memory, baseline included; ``chosen`` the simulated success of the plan predicted best, ``best``
    of the plan that did best in simulation, ``lost`` the difference; ``baseline`` what measuring
    and accepting reaches within as many state preparations as the chosen plan takes (by its
    simulated success and predicted acceptance). ``filter_rank_correlation`` and ``filter_lost`` are
    the same among filters alone, which differ in degree, controls and rounds.
    """
    from scipy.stats import spearmanr

    rows = []
    for key, members in sorted(cells_of(records, *CELL).items()):
        predicted = [[each["success"] for each in r.values["plans"]] for r in members]
        simulated = [[each["simulated"] for each in r.values["plans"]] for r in members]
        ranks = [spearmanr(p, s).statistic for p, s in zip(predicted, simulated, strict=True)]
        filters = [_filters(r) for r in members]
        chosen = float(np.mean([each[0] for each in simulated]))
        best = float(np.mean([max(each) for each in simulated]))
        rows.append(
            {
                **dict(zip(CELL, key, strict=True)),
                "memories": len(members),
                "plans": float(np.mean([len(each) for each in simulated])),
                "rank_correlation": float(np.mean(ranks)),
                "chosen": chosen,
                "best": best,
                "lost": best - chosen,
                "baseline": float(np.mean([_baseline(r) for r in members])),
                "filter_rank_correlation": float(
                    np.mean([spearmanr(*f).statistic for f in filters])
                ),
                "filter_lost": float(np.mean([max(f[1]) - f[1][0] for f in filters])),
            }
        )
    return rows


def _baseline(record: Record) -> float:
    chosen, *_, baseline = record.values["plans"]
    return until_accepted(
        baseline["simulated"], baseline["acceptance"], chosen["state_preparations"]
    )


def _filters(record: Record) -> tuple[list[float], list[float]]:
    """Return predicted and simulated success of all filters, best predicted first."""
    kept = [
        p for p in record.values["plans"] if p["method"] in ("separation-filter", "probabilistic")
    ]
    return [each["success"] for each in kept], [each["simulated"] for each in kept]


def _scatter(records: Records) -> "Figure":
    return prediction_figure(
        {
            device: [(p["success"], p["simulated"]) for r in members for p in r.values["plans"]]
            for (device,), members in cells_of(records, "device").items()
        }
    )


STUDY = register(
    SpecialStudy(
        name="plans",
        title="plans of different methods on device models, predicted and simulated",
        tasks=plan_tasks,
        table=plan_summary,
        figures=(
            Drawing(caption="Predicted and simulated success, a point a plan.", draw=_scatter),
            FigureSpec(x="num_neurons", y="rank_correlation", by="num_flips", line=("device",)),
        ),
        note="lost: what the best plan in simulation has more than the one predicted best; filter "
        "columns are the same among filters alone.",
        quick={"cells": [(4, 4)], "devices": ["fake:manila"], "num_instances": 1, "shots": 100},
    )
)
