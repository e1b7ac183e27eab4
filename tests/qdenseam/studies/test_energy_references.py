"""The classical rows of the energy study: the same instances, as many energy evaluations."""

from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from qdenseam.experiments import Task, collect
from qdenseam.studies.energy.landscape import num_spurious
from qdenseam.studies.energy.references import (
    ANNEALER,
    DENSE,
    DESCENTS,
    LAYERS,
    NEAREST,
    SHOTS,
    at_evaluations,
    budgets,
    energy_evaluations,
    reference_tasks,
    reference_trial,
)
from qdenseam.studies.energy.summary import energy_summary
from qdenseam.studies.energy.tasks import energy_tasks
from qdenseam.studies.energy.trial import (
    ENERGIES,
    METHODS,
    SEARCHES,
    energy_trial,
    instances,
)
from qdenseam.studies.stored import stored_records

POINT = {"sizes": (6,), "loads": (2,), "flips": (1,), "num_instances": 3, "num_batches": 1}


@pytest.mark.parametrize("methods", [METHODS, SEARCHES])
def test_instances_are_those_that_the_trial_met(methods: dict) -> None:
    (task,) = energy_tasks(energies=("order 3",), methods=tuple(methods), **POINT)
    values = energy_trial(task.params, task.rng(0))
    again = [
        float(f"{memory.field_strength():.3g}")
        for memory, _ in instances(dict(task.params), task.rng(0))
    ]
    assert again == values["field"]
    assert len(set(again)) > 1


@pytest.mark.parametrize("name", ["energy_study", "energy_searches"])
def test_stored_rows_are_about_instances_that_can_be_made_again(name: str) -> None:
    small = [r for r in stored_records(name) if r.params["num_neurons"] == 6]
    for record in (small[0], small[-1]):
        task = Task(kind=record.kind, params=record.params, seed=record.seed)
        again = list(islice(instances(dict(record.params), task.rng(record.batch)), 10))
        assert [float(f"{m.field_strength():.3g}") for m, _ in again] == record.values["field"][:10]
        minima = [num_spurious(m.diagonal(p), m.pattern_indices()) for m, p in again]
        assert minima == record.values["spurious_minima"][:10]


@pytest.mark.parametrize("energy", ENERGIES)
def test_the_scan_is_right_on_every_instance_and_so_is_the_best_dense_memory(energy: str) -> None:
    (task,) = energy_tasks(energies=(energy,), methods=("fixed angles p=2",), **POINT)
    (reference,) = reference_tasks([task])
    values = reference_trial(dict(reference.params), reference.rng(0))
    assert values["nearest"] == values["dense"] == [1, 1, 1]
    for name in ("descents", "annealer"):
        shares = np.array(values[name])
        assert shares.shape == (3, 6)
        assert (shares[:, 0] == 0).all()  # one look is at the probe
        assert ((shares >= 0) & (shares <= 1)).all()


def test_evaluations_are_layers_and_what_training_looks_at() -> None:
    assert energy_evaluations("adiabatic p=16", 0, np.nan) == 16
    assert energy_evaluations("QAOA p=2", 10, np.nan) == 10 * SHOTS * 3 + 2
    assert energy_evaluations("VQE p=1", 10, np.nan) == 10 * SHOTS
    assert energy_evaluations("bias field, 3 rounds", 0, 600) == 400 * 2 + 1
    assert energy_evaluations("recursive QAOA", 10, 1400) == 10 * SHOTS * 2 + 1400 + 8
    assert energy_evaluations("energy search", 0, 264) == 264
    assert energy_evaluations("start state", 0, 0) == 0


def test_layers_are_those_of_the_methods() -> None:
    every = METHODS | SEARCHES
    assert set(LAYERS) == {*every, "start state"} - {"energy search"}
    for label, layers in LAYERS.items():
        method = every.get(label)
        if hasattr(method, "entangler"):
            assert layers == (method.num_layers if method.entangler == "energy" else 0)
        elif method is not None:
            name = "num_steps" if hasattr(method, "num_steps") else "num_layers"
            assert layers == getattr(method, name)


def test_the_largest_budget_within_the_evaluations_counts() -> None:
    assert budgets(4) == [1, 2, 4, 8]
    assert budgets(16)[-1] == 4096
    curves, ground = [[0.0, 0.1, 0.2, 0.3]], [1]
    found = [at_evaluations(curves, e, ground, 4).tolist()[0] for e in (1, 3, 4, 15, 16, 1e6)]
    assert found == [0.0, 0.1, 0.2, 0.3, 1.0, 1.0]


def test_circuits_are_held_against_the_stronger_classical_row(tmp_path: Path) -> None:
    methods = ("adiabatic p=8", "QAOA p=1", "energy search")
    tasks = energy_tasks(energies=("log-sum-exp",), methods=methods, **POINT)
    records = collect([*tasks, *reference_tasks(tasks)], tmp_path / "results.jsonl")
    rows = energy_summary(records)
    by_method = {row["method"]: row for row in rows}
    assert {NEAREST, DENSE, DESCENTS, ANNEALER, *methods} < set(by_method)
    assert by_method[NEAREST]["success"].best == 1
    assert by_method[NEAREST]["success"].low < 1  # Wilson's, of three instances
    ramp, trained = by_method["adiabatic p=8"], by_method["QAOA p=1"]
    at_eight = {
        row["method"]: row["success"].best for row in rows if row["energy_evaluations"] == 8
        and row["method"] in (DESCENTS, ANNEALER)
    }  # fmt: skip
    assert ramp["classical"].best == max(at_eight.values()) == at_eight[ramp["against"]]
    assert ramp["gain"].best == pytest.approx(ramp["success"].best - ramp["classical"].best)
    assert trained["energy_evaluations"] > 2**6
    assert trained["classical"].best == trained["ground_state"].best  # all states looked at
    assert by_method["start state"]["gain"] is None
    alone = energy_summary([r for r in records if r.kind == "energy recall"])
    assert {row["method"] for row in alone} == {row["method"] for row in rows} - {
        NEAREST, DENSE, DESCENTS, ANNEALER
    }  # fmt: skip
    assert all(row["gain"] is None for row in alone)
