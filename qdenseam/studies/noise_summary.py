"""The table of the noise study: success over all probes, and what stands beside it."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from qdenseam.experiments.records import Params, Record
from qdenseam.experiments.set_rates import rate_over_sets
from qdenseam.experiments.study import FigureSpec
from qdenseam.studies.noise import instance_of, is_redrawn
from qdenseam.studies.noise_references import REFERENCES, study_tasks
from qdenseam.studies.registry import register
from qdenseam.studies.special import SpecialStudy

_SHARES = ("accepted", "decoded", "decoded_accepted", "success_idling")
_MEANS = (
    *("mitigated", "mitigated_decoded", "ideal", "predicted", "two_qubit", "one_qubit"),
    *("readout", "idling", "two_qubit_gates"),
)


def noise_summary(records: Iterable[Record]) -> list[dict[str, Any]]:
    """Return a row per device and cell.

    ``success`` is over all probes, ``ambiguous`` the share of them that another pattern is as near
    to, and ``unambiguous`` the success where none is (on as many instances of that kind), each
    with ``low`` and ``high``: 95 % over instances, which have a memory each. ``scan`` is what an
    exact scan recalls of all probes, which knows how many neurons are flipped, as the planner does:
    it takes any pattern at that distance.

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
        ValueError: The first draw of an instance whose probe was drawn again is missing.
    """
    cells: dict[tuple[Any, ...], list[Record]] = {}
    beside: dict[tuple[Any, ...], Record] = {}
    for record in records:
        p = record.params
        if record.kind == "noise references":
            beside[_instance_key(p)] = record
        elif record.kind == "noise":
            key = (p["num_erasures"], p["num_flips"], p["num_neurons"], p["num_patterns"])
            cells.setdefault((p["device"], *key), []).append(record)
    return [_row(key, members, beside) for key, members in sorted(cells.items())]


def prediction_quality(records: Iterable[Record]) -> dict[str, float]:
    """Return how predicted success compares with the simulated one, over planned instances.

    ``correlation`` (Pearson), ``bias`` (mean of simulated minus predicted) and ``spread`` (its
    standard deviation).
    """
    pairs = np.array(
        [
            (r.values["predicted"], r.values["success"] / r.params["shots"])
            for r in records
            if r.kind == "noise"
        ]
    )
    difference = pairs[:, 1] - pairs[:, 0]
    return {
        "correlation": float(np.corrcoef(pairs.T)[0, 1]),
        "bias": float(difference.mean()),
        "spread": float(difference.std()),
    }


def _instance_key(params: Params) -> tuple[Any, ...]:
    return tuple(sorted((name, value) for name, value in params.items() if name != "shots"))


def _row(
    key: tuple[Any, ...], members: list[Record], beside: dict[tuple[Any, ...], Record]
) -> dict[str, Any]:
    clear = [r for r in members if not r.params.get("any_probe", False)]
    first = [r for r in members if r.params.get("any_probe", False) or not is_redrawn(r.params)]
    if len(first) < len(clear):
        raise ValueError(
            f"every probe that was drawn again should have its first draw too. Got {len(first)} "
            f"first draws of {len(clear)} instances; collect them with noise_tasks()."
        )
    device, erasures, flips, neurons, patterns = key
    found = _success(first)
    references = [beside.get(_instance_key(r.params)) for r in first]
    return {
        "device": device,
        "unknown": erasures,
        "flipped": flips,
        "D": neurons,
        "K": patterns,
        "probes": len(first),
        "ambiguous": float(np.mean([r.params.get("any_probe", False) for r in first])),
        **found,
        **{f"unambiguous_{k}" if k != "success" else "unambiguous": v
           for k, v in _success(clear).items()},
        "scan": float(np.mean([_scanned(r.params) for r in first])),
        **{name.replace("accepted", "accept") if name == "accepted" else name: _mean(
            [None if r.values[name] is None else r.values[name] / r.params["shots"] for r in first]
        ) for name in _SHARES},
        **{name: _mean([r.values[name] for r in first]) for name in _MEANS},
        **_references(first, references),
    }  # fmt: skip


def _success(members: Sequence[Record]) -> dict[str, float]:
    estimate = rate_over_sets(
        [r.values["success"] for r in members], [r.params["shots"] for r in members]
    )
    return {"success": estimate.best, "low": estimate.low, "high": estimate.high}


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
    pairs = list(zip(sampled, uses, strict=True))
    return {
        "beside": sum(each is not None for each in references),
        "success_beside": _mean(
            [share if each else None for share, each in zip(shares, references, strict=True)]
        ),
        "label_writing": _mean([each and each["success"] for each in written]),
        "label_writing_gates": _mean([each and each["two_qubit_gates"] for each in written]),
        "label_writing_seconds": _mean([each and each["shot_seconds"] for each in written]),
        "baseline": _mean(
            [each and until_accepted(each["success"], each["accepted"], use) for each, use in pairs]
        ),
        "baseline_ideal": _mean(
            [
                each and until_accepted(each["ideal"], each["ideal_accept"], use)
                for each, use in pairs
            ]
        ),
        "baseline_gates": _mean([each and each["two_qubit_gates"] for each in sampled]),
    }


def until_accepted(success: float, accepted: float, preparations: int) -> float:
    """Return P(the first accepted outcome, within so many preparations, is right)."""
    return success * (1 - (1 - accepted) ** preparations) / accepted if accepted > 0 else 0.0


def _mean(values: Sequence[float | None]) -> float:
    """Return the mean of what is there, NaN of nothing."""
    there = [each for each in values if each is not None]
    return float(np.mean(there)) if there else float("nan")


STUDY = register(
    SpecialStudy(
        name="noise",
        title="success per shot on noisy device models, planned, mitigated and decoded",
        tasks=study_tasks,
        table=noise_summary,
        figures=(FigureSpec(x="D", y="success", by="unknown", line=("device", "K")),),
        quick={"cells": [(4, 4)], "devices": ["fake:manila"], "num_instances": 1, "shots": 500},
    )
)
