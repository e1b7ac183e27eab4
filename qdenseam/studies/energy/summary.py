"""The table of the energy study: a row per point and method, with intervals over instances."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, inf, log, log1p
from typing import Any

import numpy as np

from classical_ref.checks import Rng
from qdenseam.experiments.collecting.records import Record, Task
from qdenseam.experiments.estimates.statistics import Estimate, rate
from qdenseam.methods.base import Floats
from qdenseam.studies.energy.references import (
    ANNEALER,
    DENSE,
    DESCENT,
    DESCENTS,
    EQUAL,
    LAYERS,
    NEAREST,
    at_evaluations,
    budgets,
    energy_evaluations,
)
from qdenseam.studies.energy.trial import METHODS, SEARCHES

FAMILIES: dict[str, str] = {
    **dict.fromkeys(("QAOA p=1", "QAOA p=2", "QAOA p=3"), "QAOA, trained on the probe"),
    **dict.fromkeys(
        ("fixed angles p=2", "fixed angles p=4", "fixed angles p=8"), "QAOA, fixed angles"
    ),
    **dict.fromkeys(("adiabatic p=8", "adiabatic p=16"), "adiabatic ramp"),
    "bias field, 3 rounds": "bias fields",
}
"""Families of circuits that differ in their number of layers only, by method."""
_CONFIDENCE = 0.99
_REFERENCES = {DESCENTS: "descents", ANNEALER: "annealer", NEAREST: "nearest", DENSE: "dense"}


def energy_summary(
    records: Sequence[Record],
    *,
    num_resamples: int = 2000,
    rng: Rng = 0,
) -> list[dict[str, Any]]:
    """Return one row per point and method, intervals over instances (each has its own patterns).

    ``kind`` is ``"circuit"`` or ``"classical"``. ``success`` is the mean P(target) of one answer,
    ``energy_evaluations`` what is behind it, see
    :func:`qdenseam.studies.energy.references.energy_evaluations` (classical rows: states looked
    at, means). Circuits are held against the strongest of sampled descents and the annealer from
    the probe at as many energy evaluations (from 2^D on looking at all states) and, from 4 D on,
    one descent from the probe, which stops where the lowest state would be another: ``against``
    names it, ``classical`` is its success and ``gain`` the mean difference from it, instance by
    instance. ``evaluations_to_solution`` are those that contain the target with 99 % at the median
    instance, ``ground_state`` is the share of instances whose ground state is the target; the other
    numbers are means.

    Sampled descents and the annealer have a row for each budget. Where the references of a point
    are not among the records, its rows have ``None`` for what compares, and references no rows.
    """
    rng = np.random.default_rng(rng)
    points: dict[str, list[Record]] = {}
    references: dict[tuple[str, int], Record] = {}
    for record in records:
        if record.kind == "energy recall":
            points.setdefault(record.key, []).append(record)
        elif record.kind == "energy references":
            given = record.params
            task = Task(kind="energy recall", params=given["of"], seed=given["of_seed"])
            references[task.key, given["of_batch"]] = record
    rows = []
    for key, batch in points.items():
        beside = [references.get((key, record.batch)) for record in batch]
        point = _Point.of(batch, [each for each in beside if each is not None], num_resamples, rng)
        rows += point.rows()
    return rows


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Point:
    """All instances of one point, and resamples of them that every row shares."""

    common: dict[str, Any]
    success: Mapping[str, Floats]
    evaluations: Mapping[str, float]
    calls: Mapping[str, float]
    ground_state: Floats
    references: Mapping[str, Floats]
    resamples: Floats

    @classmethod
    def of(
        cls,
        batch: list[Record],
        references: list[Record],
        num_resamples: int,
        rng: np.random.Generator,
    ) -> "_Point":
        """Return a point; references that are not of all its batches are left out.

        Raises:
            ValueError: References are of other instances than the row beside them.
        """
        complete = len(references) == len(batch)
        for record, beside in zip(batch, references if complete else batch, strict=True):
            if any(record.values[n] != beside.values[n] for n in ("field", "ground_state")):
                raise ValueError("references should be of the same instances. Got other fields.")
        values = [{"energy_calls": {}, **record.values} for record in batch]
        ground = np.concatenate([np.array(v["ground_state"], dtype=float) for v in values])
        labels = list(values[0]["success"])
        means = {
            name: float(np.concatenate([v[name] for v in values]).mean())
            for name in ("spurious_minima", "spurious_without_field", "field")
        }
        weights = rng.multinomial(len(ground), [1 / len(ground)] * len(ground), num_resamples)
        return cls(
            common={
                **{k: v for k, v in batch[0].params.items() if k != "methods"},
                "ground_state": rate(int(ground.sum()), len(ground), covers="pattern sets"),
                **means,
            },
            success={
                label: np.concatenate([v["success"][label] for v in values]) for label in labels
            },
            evaluations={
                label: float(np.mean([v["evaluations"][label] for v in values])) for label in labels
            },
            calls={
                label: float(np.mean([v["energy_calls"].get(label, np.nan) for v in values]))
                for label in labels
            },
            ground_state=ground,
            references={
                label: np.concatenate([np.array(r.values[name], dtype=float) for r in references])
                for label, name in _REFERENCES.items()
                if complete
            },
            resamples=weights / len(ground),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return the rows of methods as recorded, then of references."""
        rows = [self._recorded(label) for label in self.success]
        if self.references:
            rows += [self._row(each, self.references[each], 0.0, 0.0) for each in (NEAREST, DENSE)]
        allowed = budgets(self.common["num_neurons"])
        for label in EQUAL if self.references else ():
            curves = self.references[label]
            enough = np.flatnonzero(np.median(curves, axis=0) >= _CONFIDENCE)
            solved = float(allowed[enough[0]]) if enough.size else inf
            if label == ANNEALER:
                solved = np.nan  # its runs share the order of a sweep
            rows += [
                self._row(label, shares, float(budget), solved)
                for shares, budget in zip(curves.T, allowed, strict=True)
            ]
        return rows

    def _recorded(self, label: str) -> dict[str, Any]:
        shares = self.success[label]
        trainings, calls = self.evaluations[label], self.calls[label]
        behind = energy_evaluations(label, trainings, calls)
        shots = shots_to_solution(float(np.median(shares)))
        again = LAYERS.get(label, behind)  # training is done once
        row = self._row(label, shares, behind, behind + (shots - 1) * again)
        row |= {"evaluations": trainings, "energy_calls": calls, "shots_to_solution": shots}
        if self.references and row["kind"] == "circuit":
            rivals = {
                each: at_evaluations(
                    self.references[each], behind, self.ground_state, self.common["num_neurons"]
                )
                for each in EQUAL
            }
            if behind >= 4 * self.common["num_neurons"]:
                rivals[DESCENT] = self.success[DESCENT]
            against = max(rivals, key=lambda each: float(rivals[each].mean()))
            row |= {
                "against": against,
                "classical": self._share(rivals[against]),
                "gain": self._mean(shares - rivals[against]),
            }
        return row

    def _row(self, label: str, shares: Floats, behind: float, solved: float) -> dict[str, Any]:
        return {
            **self.common,
            "part": "searches" if self.success.keys() & SEARCHES.keys() else "methods",
            "field_is": "calibrated" if self.common["probe_field"] is None else "given",
            "method": label,
            "family": FAMILIES.get(label, label),
            "kind": "circuit" if label in METHODS | SEARCHES else "classical",
            "success": self._share(shares),
            "energy_evaluations": behind,
            "evaluations_to_solution": solved,
            "against": None,
            "classical": None,
            "gain": None,
            "evaluations": 0.0,
            "energy_calls": behind,
            "shots_to_solution": shots_to_solution(float(np.median(shares))),
        }

    def _share(self, values: Floats) -> Estimate:
        """Return the mean of shares; at all 0 or all 1 with Wilson's interval."""
        if (values == values[0]).all() and values[0] in (0, 1):
            return rate(int(values.sum()), len(values), covers="pattern sets")
        return self._mean(values)

    def _mean(self, values: Floats) -> Estimate:
        first = float(values[0])
        if (values == first).all():  # without rounding errors
            best = low = high = first
        else:
            best = float(values.mean())
            low, high = np.quantile(self.resamples @ values, (0.025, 0.975)).tolist()
        return Estimate(
            low=min(low, best),
            best=best,
            high=max(high, best),
            method="percentile bootstrap",
            level=0.95,
            covers="pattern sets",
        )


def shots_to_solution(probability: float, *, confidence: float = _CONFIDENCE) -> float:
    """Return the fewest shots that contain a target of this probability with ``confidence``."""
    if probability <= 0:
        return inf
    if probability >= confidence:
        return 1.0
    return float(ceil(log(1 - confidence) / log1p(-probability)))
