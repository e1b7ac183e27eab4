"""The energy study: its records, its summary and its small exact pieces."""

import json
from pathlib import Path

import pytest

from qdenseam.experiments import collect
from qdenseam.studies.energy.references import reference_tasks
from qdenseam.studies.energy.summary import energy_summary, shots_to_solution
from qdenseam.studies.energy.tasks import (
    FIELDS,
    SIZES,
    SLOW,
    energy_tasks,
    notebook_tasks,
    study_tasks,
)
from qdenseam.studies.energy.trial import ENERGIES, METHODS, energy_trial
from qdenseam.studies.stored import stored_records

QUICK = {
    "sizes": (6,),
    "loads": (2,),
    "flips": (1,),
    "methods": ["QAOA p=1", "bias field, 3 rounds", "recursive QAOA", "energy search"],
    "num_instances": 3,
    "num_batches": 2,
}


@pytest.mark.parametrize("energy", ENERGIES)
def test_every_energy_gives_rates_that_json_holds(energy: str) -> None:
    (task,) = energy_tasks(energies=(energy,), **QUICK)
    values = energy_trial(task.params, task.rng(0))
    json.dumps(values, default=float)
    assert set(values["success"]) >= {
        "descent on the same energy",
        "annealing on the same energy",
        "start state",
        "QAOA p=1",
    }
    for rates in values["success"].values():
        assert len(rates) == 3
        assert 0 <= min(rates) <= max(rates) <= 1
    assert values["evaluations"]["QAOA p=1"] > 1
    assert values["evaluations"]["start state"] == 0
    assert values["energy_calls"]["bias field, 3 rounds"] == 600
    assert values["energy_calls"]["annealing on the same energy"] == 50 * 6
    assert values["energy_calls"]["descent on the same energy"] % (6 / 3) == 0
    assert values["energy_calls"]["energy search"] > 1


def test_collected_records_become_rows_with_intervals(tmp_path: Path) -> None:
    tasks = energy_tasks(energies=("hebb", "log-sum-exp"), **QUICK)
    rows = energy_summary(collect(tasks, tmp_path / "results.jsonl"))
    assert {row["energy"] for row in rows} == {"hebb", "log-sum-exp"}
    for row in rows:
        assert row["success"].low <= row["success"].best <= row["success"].high
        assert 0 <= row["ground_state"].best <= 1
        assert row["shots_to_solution"] >= 1
        assert row["spurious_minima"] >= 0
        assert row["spurious_without_field"] >= 0
    assert energy_summary([]) == []


def test_the_preset_is_every_combination() -> None:
    tasks = study_tasks()
    points = len(SIZES) * 3 * 2 + len(FIELDS) + 3 * 2
    assert len(set(tasks)) == len(tasks)
    references = [task for task in tasks if task.kind == "energy references"]
    tasks = [task for task in tasks if task.kind == "energy recall"]
    assert len(tasks) == len(ENERGIES) * points
    assert len(references) == sum(task.num_batches for task in tasks)
    assert all(task.num_batches * task.params["num_instances"] >= 50 for task in tasks)
    assert tasks[0].params["methods"] == list(METHODS)
    (large,) = {tuple(t.params["methods"]) for t in tasks if t.params["num_neurons"] == 16}
    assert set(METHODS) - set(large) == set(SLOW)
    shown = {task.key for task in notebook_tasks()}
    assert shown < {task.key for task in tasks}


def test_the_notebook_shows_each_point_once() -> None:
    tasks = notebook_tasks()
    assert len(set(tasks)) == len(tasks)
    assert all(task.num_batches * task.params["num_instances"] >= 50 for task in tasks)
    records = stored_records("energy_study", "energy_searches", "energy_references")
    shipped = [record.key for record in records]
    tasks += reference_tasks(tasks)
    assert sorted(shipped) == sorted(task.key for task in tasks for _ in range(task.num_batches))


def test_shots_to_solution() -> None:
    assert shots_to_solution(0.0) == float("inf")
    assert shots_to_solution(1.0) == 1
    assert shots_to_solution(1e-18) == pytest.approx(4.6e18, rel=0.01)
    shots = int(shots_to_solution(0.1))
    assert 1 - 0.9**shots >= 0.99 > 1 - 0.9 ** (shots - 1)


def test_unknown_names_list_the_known_ones() -> None:
    with pytest.raises(ValueError, match=r"expected one of hebb, .*Got 'cubic'"):
        energy_tasks(energies=("cubic",))
    with pytest.raises(ValueError, match=r"expected one of QAOA p=1, .*Got 'magic'"):
        energy_tasks(methods=("magic",))
