"""A user's script: it is run, and read by strict type checkers as from outside the repository."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from classical_ref import Dataset, DenseMemory, DynamicsResult, Polynomial, digits, erase
from qdenseam import (
    AmplitudeMemory,
    EnergyMemory,
    RecallResult,
    Study,
    Submission,
    fetch,
    load_results,
    recall,
    run_study,
    submit,
)
from qdenseam.methods import AmplitudeAmplification, RecallLaw, SeparationFilter
from qdenseam.plots.laws import plot_laws
from qdenseam.plots.style import new_figure

data: Dataset = digits(16).select(3, rng=7)
probe: NDArray[np.int8] = erase(data.patterns[0], 4, rng=7)
classical: DynamicsResult = DenseMemory(data.patterns, separation=Polynomial(4)).recall(probe)

memory = AmplitudeMemory(data.patterns, encoder="auto(goal=depth)")
method = AmplitudeAmplification(num_matches=1)
law: RecallLaw = method.law(memory, probe)
one: RecallResult = recall(memory, probe, method=method, sampler="aer", shots=200, rng=7)
many: list[RecallResult] = recall(memory, [probe, data.patterns[1]], method="set-intersection(1)")

spelled = SeparationFilter("hamming-ball(1)", amplified="amplified(1/3, schedule=plain)")
near: RecallResult = recall(memory, probe, method=spelled, rng=7)

energy = EnergyMemory(data.patterns, separation="polynomial(4)")
annealed: RecallResult = recall(energy, probe, method="adiabatic", rng=7)

submission: Submission[RecallResult] = submit(memory, probe, backend="aer", rng=7)
fetched: RecallResult = fetch(submission)
again: RecallResult | list[RecallResult] = fetch(submission.id)

figure, axes = new_figure(1, 1, size=(4, 3))
plot_laws({"law": law.joint}, {"law": one.counts}, ax=axes[0, 0], shots=one.shots)

study = Study.from_dict(
    {
        "title": "Load",
        "data": {"source": "digits", "num_neurons": 9},
        "axes": [{"num_patterns": [2, 4], "flips": [1]}],
        "sampling": {"pattern_sets": 2, "probes": 2, "shots": 50},
        "contender": [{"recall": "nearest"}],
    }
)
rates = run_study(study, Path("load") / "results.jsonl")["failure_rate"].to_list()
rows = len(load_results(Path("load") / "results.jsonl"))
