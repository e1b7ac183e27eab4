"""A study with a trial of its own, and its figure."""

from qdenseam.experiments import Task, rate, trial
from qdenseam.experiments.study import FigureSpec
from qdenseam.studies.special import SpecialStudy


@trial("coins")
def toss(params, rng):
    return {"heads": int(rng.binomial(params["shots"], params["bias"]))}


COINS = SpecialStudy(
    name="coins",
    title="heads against bias",
    tasks=lambda shots=1000: [
        Task(kind="coins", params={"bias": bias, "shots": shots}) for bias in (0.1, 0.5, 0.9)
    ],
    table=lambda records: [
        {"bias": r.params["bias"], "heads": rate(r.values["heads"], r.params["shots"])}
        for r in records
    ],
    figures=(FigureSpec(x="bias", y="heads", line=()),),
    quick={"shots": 10},
)
