"""The study of predicted and simulated plans."""

import pytest

from qdenseam.experiments import collect
from qdenseam.experiments.collecting.records import Record
from qdenseam.studies.noise.plans import plan_summary, plan_tasks


def test_the_table_compares_ranks_and_what_is_lost() -> None:
    task = plan_tasks(cells=[(4, 4)], devices=["fake:fez"], num_instances=1)[0]
    plans = [
        {
            "method": "separation-filter",
            "success": 0.7,
            "simulated": 0.6,
            "state_preparations": 3,
        },
        {"method": "probabilistic", "success": 0.5, "simulated": 0.8},
        {"method": "sample-and-accept", "success": 0.2, "simulated": 0.3, "acceptance": 0.4},
    ]
    record = Record(
        key=task.key,
        kind="plan",
        params=task.params,
        seed=0,
        batch=0,
        values={"plans": plans},
        seconds=1.0,
        versions={},
    )
    (row,) = plan_summary([record])
    assert row["rank_correlation"] == pytest.approx(0.5)
    assert (row["chosen"], row["best"]) == (0.6, 0.8)
    assert row["baseline"] == pytest.approx(
        0.3 / 0.4 * (1 - 0.6**3)
    )  # as many preparations as the chosen plan
    assert row["lost"] == pytest.approx(0.2)
    assert (row["memories"], row["plans"]) == (1, 3)
    assert row["filter_rank_correlation"] == pytest.approx(-1)
    assert row["filter_lost"] == pytest.approx(0.2)


@pytest.mark.slow
def test_a_whole_trial(tmp_path) -> None:
    tasks = plan_tasks(cells=[(4, 4)], devices=["fake:manila"], num_instances=1, shots=100)[:1]
    (row,) = plan_summary(collect(tasks, tmp_path / "plans.jsonl"))
    assert row["rank_correlation"] > 0.5
    assert row["chosen"] > row["baseline"]
