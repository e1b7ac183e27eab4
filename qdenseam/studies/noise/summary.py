"""The noise study: success over all probes, and what stands beside it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from qdenseam.experiments.collecting.records import Params, Record
from qdenseam.experiments.estimates.set_rates import rate_over_sets
from qdenseam.experiments.estimates.statistics import Estimate
from qdenseam.plots.noise import plot_error_budget, plot_success, prediction_figure
from qdenseam.plots.style import new_figure
from qdenseam.studies import (
    Drawing,
    FigureSpec,
    Records,
    Row,
    SpecialStudy,
    cells_of,
    of_kind,
    register,
)
from qdenseam.studies.noise.instances import CELL, instance_of, is_redrawn
from qdenseam.studies.noise.references import REFERENCES, study_tasks
from qdenseam.studies.special import as_table

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SHARES = ("accepted", "decoded", "decoded_accepted", "success_idling")
_MEANS = (
    *("mitigated", "mitigated_decoded", "ideal", "predicted", "two_qubit", "one_qubit"),
    *("readout", "idling", "two_qubit_gates"),
)


def noise_summary(records: Sequence[Record]) -> list[Row]:
    """Return a row per device and cell.

    ``success`` is over all probes, ``ambiguous`` the share of them that another pattern is as near
    to, and ``unambiguous`` the success where none is (on as many instances of that kind): 95 % over
    instances, which have a memory each. ``scan`` is what an exact scan recalls of all probes, which
    knows how many neurons are flipped, as the planner does: it takes any pattern at that distance.

    Of all probes are also ``accept``, the acceptance; ``decoded`` and ``mitigated_decoded``, shares
    of all shots, accepted or not; ``decoded_accepted``, those accepted too; ``ideal``, the success
    without noise; ``predicted``, the ideal success times the survival of gates and readout;
    the factors of the budget, and ``two_qubit_gates``.

    ``label_writing`` peeks: the answer of the scan, written by the circuit that index search ends
    with, under the same noise, with its ``label_writing_gates`` and the ``label_writing_seconds``
    that a shot occupies the device. ``baseline`` prepares the memory,
    measures, checks classically and stops at the first accepted outcome, within as many
    preparations as the plan takes: under the same noise and, as ``baseline_ideal``, without;
    ``baseline_gates`` are those of one preparation. These are means over the ``beside`` instances
    that have references, the plan's success on those is ``success_beside``; NaN where none has.

    Raises:
        ValueError: An instance was drawn again, and its first draw is missing.
    """
    listed = list(records)
    beside = {_instance_key(r.params): r for r in of_kind(listed, "noise references")}
    cells = cells_of(of_kind(listed, "noise"), *CELL)
    return [_row(key, members, beside) for key, members in sorted(cells.items())]


def prediction_quality(records: Sequence[Record]) -> dict[str, float]:
    """Return how predicted success compares with the simulated one, over planned instances.

    ``correlation`` (Pearson), ``bias`` (mean of simulated minus predicted) and ``spread`` (its
    standard deviation).
    """
    pairs = np.array(_predictions(records))
    difference = pairs[:, 1] - pairs[:, 0]
    return {
        "correlation": float(np.corrcoef(pairs.T)[0, 1]),
        "bias": float(difference.mean()),
        "spread": float(difference.std()),
    }


def _predictions(records: Sequence[Record]) -> list[tuple[float, float]]:
    return [
        (r.values["predicted"], r.values["success"] / r.params["shots"])
        for r in of_kind(records, "noise")
    ]


def _instance_key(params: Params) -> tuple[Any, ...]:
    return tuple(sorted((name, value) for name, value in params.items() if name != "shots"))


def _row(key: tuple[Any, ...], members: list[Record], beside: dict[tuple[Any, ...], Record]) -> Row:
    clear = [r for r in members if not r.params.get("any_probe", False)]
    first = [r for r in members if r.params.get("any_probe", False) or not is_redrawn(r.params)]
    if len(first) < len(clear):
        raise ValueError(
            f"every probe that was drawn again should have its first draw too. Got {len(first)} "
            f"first draws of {len(clear)} instances; collect them with noise_tasks()."
        )
    references = [beside.get(_instance_key(r.params)) for r in first]
    shares: Row = {
        name: _mean(
            [None if r.values[name] is None else r.values[name] / r.params["shots"] for r in first]
        )
        for name in _SHARES
    }
    shares["accept"] = shares.pop("accepted")
    return {
        **dict(zip(CELL, key, strict=True)),
        "probes": len(first),
        "ambiguous": float(np.mean([r.params.get("any_probe", False) for r in first])),
        "success": _success(first),
        "unambiguous": _success(clear),
        "scan": float(np.mean([_scanned(r.params) for r in first])),
        **shares,
        **{name: _mean([r.values[name] for r in first]) for name in _MEANS},
        **_references(first, references),
    }


def _success(members: Sequence[Record]) -> Estimate:
    return rate_over_sets(
        [r.values["success"] for r in members], [r.params["shots"] for r in members]
    )


def _scanned(params: Params) -> float:
    """Return the probability that a scan finds the target, told how many neurons are flipped."""
    from classical_ref.spins import hamming_distance

    patterns, probe, _ = instance_of(params)
    distances = np.asarray(hamming_distance(patterns, probe))
    return float(1 / (distances == params["num_flips"]).sum())


def _references(members: list[Record], references: list[Record | None]) -> dict[str, float]:
    written, sampled = (
        [None if r is None else r.values[name] for r in references] for name in REFERENCES
    )
    uses = [r.values["state_preparations"] for r in members]
    shares = [r.values["success"] / r.params["shots"] for r in members]

    def until(success: str, accepted: str) -> float:
        pairs = zip(sampled, uses, strict=True)
        return _mean(
            [each and until_accepted(each[success], each[accepted], use) for each, use in pairs]
        )

    return {
        "beside": sum(each is not None for each in references),
        "success_beside": _mean(
            [share if each else None for share, each in zip(shares, references, strict=True)]
        ),
        "label_writing": _mean([each and each["success"] for each in written]),
        "label_writing_gates": _mean([each and each["two_qubit_gates"] for each in written]),
        "label_writing_seconds": _mean([each and each["shot_seconds"] for each in written]),
        "baseline": until("success", "accepted"),
        "baseline_ideal": until("ideal", "ideal_accept"),
        "baseline_gates": _mean([each and each["two_qubit_gates"] for each in sampled]),
    }


def until_accepted(success: float, accepted: float, preparations: int) -> float:
    """Return P(the first accepted outcome, within so many preparations, is right)."""
    return success * (1 - (1 - accepted) ** preparations) / accepted if accepted > 0 else 0.0


def _mean(values: Sequence[float | None]) -> float:
    """Return the mean of what is there, NaN of nothing."""
    there = [each for each in values if each is not None]
    return float(np.mean(there)) if there else float("nan")


def _bars(records: Records) -> "Figure":
    rows = as_table(noise_summary(records)).to_dict("records")
    panels = list(dict.fromkeys((r["device"], r["num_erasures"], r["num_flips"]) for r in rows))
    figure, axes = new_figure(len(panels), 2, size=(11, 3.4 * len(panels)))
    for (left, right), (device, erasures, flips) in zip(axes, panels, strict=True):
        asked = {"device": device, "num_erasures": erasures, "num_flips": flips}
        shown = [row for row in rows if asked.items() <= row.items()]
        plot_success(shown, ax=left)
        plot_error_budget(shown, ax=right)
        left.set_title(f"{device}, {erasures} unknown, {flips} flipped", fontsize=10)
    axes[0, 1].legend(fontsize=8)
    named = axes[0, 0].get_legend_handles_labels()
    figure.legend(*named, loc="outside lower center", ncols=4, fontsize=8)
    return figure


def _scatter(records: Records) -> "Figure":
    devices = cells_of(of_kind(records, "noise"), "device")
    return prediction_figure({name: _predictions(rows) for (name,), rows in devices.items()})


STUDY = register(
    SpecialStudy(
        name="noise",
        title="success per shot on noisy device models, planned, mitigated and decoded",
        tasks=study_tasks,
        table=noise_summary,
        figures=(
            Drawing(
                caption="P(target) over all probes by D/K, and expected errors of a shot by kind. "
                "Hatched: what needs no search, under the same noise; the dotted line is a scan "
                "that is told the flips.",
                draw=_bars,
            ),
            Drawing(caption="Predicted and simulated success, a point an instance.", draw=_scatter),
            FigureSpec(
                x="num_neurons",
                y="success",
                by="num_flips",
                line=("device",),
                where={"num_patterns": (4,)},
            ),
        ),
        quick={"cells": [(4, 4)], "devices": ["fake:manila"], "num_instances": 1, "shots": 500},
        columns=(
            *(*CELL, "success", "success_low", "success_high", "scan", "label_writing", "baseline"),
            *("unambiguous", "unambiguous_low", "unambiguous_high", "predicted", "mitigated"),
            *("decoded", "two_qubit_gates", "probes"),
        ),
        note="success: of all probes; unambiguous: of those that no other pattern is as near to; "
        "label writing reads the answer.",
    )
)
