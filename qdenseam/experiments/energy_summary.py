"""The table of the energy study: a row per point and method, with intervals over instances."""

from collections.abc import Iterable
from math import ceil, log, log1p
from typing import Any

import numpy as np

from qdenseam.experiments.records import Record
from qdenseam.experiments.resampling import bootstrap
from qdenseam.experiments.statistics import rate


def energy_summary(
    records: Iterable[Record],
    *,
    num_resamples: int = 2000,
    rng: np.random.Generator | int | None = 0,
) -> list[dict[str, Any]]:
    """Return one row per task and method, intervals over instances (each has its own patterns).

    ``success`` is the mean P(target) and ``gain`` its mean difference from descent on the same
    energy, instance by instance; ``shots_to_solution`` the shots that contain the target with 99 %
    at the median instance, ``ground_state`` the share of instances whose ground state is the
    target. The other numbers are means over instances; ``energy_calls`` is NaN where it was not
    recorded. Intervals of means are bootstrapped with
    ``num_resamples`` resamples.
    """
    rng = np.random.default_rng(rng)
    groups: dict[str, list[Record]] = {}
    for record in records:
        if record.kind == "energy recall":
            groups.setdefault(record.key, []).append(record)
    rows = []
    settings: Any = {"num_resamples": num_resamples, "rng": rng, "covers": "pattern sets"}
    for batch in groups.values():
        values = [record.values for record in batch]
        right = [each for value in values for each in value["ground_state"]]
        means = {
            name: float(np.concatenate([value[name] for value in values]).mean())
            for name in ("spurious_minima", "spurious_without_field", "field")
        }
        success = {
            label: np.concatenate([value["success"][label] for value in values])
            for label in values[0]["success"]
        }
        descended = success["descent on the same energy"]
        common = {
            **{k: v for k, v in batch[0].params.items() if k != "methods"},
            "ground_state": rate(sum(right), len(right), covers="pattern sets"),
            **means,
        }
        for label, shares in success.items():
            gains = shares - descended
            rows.append(
                {
                    **common,
                    "method": label,
                    "success": bootstrap(shares, np.mean, **settings),
                    "gain": bootstrap(gains, np.mean, **settings),
                    "shots_to_solution": shots_to_solution(float(np.median(shares))),
                    "evaluations": float(np.mean([v["evaluations"][label] for v in values])),
                    "energy_calls": float(
                        np.mean([v.get("energy_calls", {}).get(label, np.nan) for v in values])
                    ),
                }
            )
    return rows


def shots_to_solution(probability: float, *, confidence: float = 0.99) -> float:
    """Return the fewest shots that contain a target of this probability with ``confidence``."""
    if probability <= 0:
        return float("inf")
    if probability >= confidence:
        return 1.0
    return float(ceil(log(1 - confidence) / log1p(-probability)))
