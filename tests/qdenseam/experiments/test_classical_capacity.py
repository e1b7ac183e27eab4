"""Classical memories in the capacity study: deterministic answers counted over random memories."""

import numpy as np

from qdenseam.experiments import collect
from qdenseam.experiments.capacity_study import (
    CLASSICAL,
    capacity_summary,
    capacity_tasks,
    classical_tasks,
    classical_trial,
)


def _params(label: str, **changes) -> dict:
    (task,) = (t for t in classical_tasks([(12, 1)], largest=64) if t.params["label"] == label)
    return task.params | changes


def test_a_lone_pattern_is_always_recalled() -> None:
    for label in CLASSICAL:
        values = classical_trial(
            _params(label, loads=[1], num_memories=3), np.random.default_rng(0)
        )
        assert values["mean"] == [1.0]
        assert values["crossing"] is None
        assert values["pooled"] is None


def test_a_full_memory_stays_where_it_is() -> None:
    # with all 2^D states stored every state has the same energy, and a tie keeps the spin
    params = _params("dense, exponential", num_neurons=6, num_flips=0, loads=[64], num_memories=1)
    assert classical_trial(params, np.random.default_rng(0))["mean"] == [1.0]


def test_sharper_memories_hold_more(rng: np.random.Generator) -> None:
    means = {
        label: classical_trial(_params(label, loads=[1, 8, 24]), rng)["mean"] for label in CLASSICAL
    }
    assert means["Hebb"][1] < means["dense, order 3"][1] + 0.1
    assert means["Hebb"][2] < means["dense, exponential"][2]
    for mean in means.values():
        assert mean[0] == 1
        assert (np.diff(mean) <= 0.1).all()


def test_classical_rows_stand_beside_the_filters(tmp_path) -> None:
    tasks = [
        *(
            t
            for t in capacity_tasks([(8, 1)], num_probes=30, num_batches=2)
            if "posterior" in str(t)
        ),
        *classical_tasks([(8, 1)], num_memories=2, num_probes=5, num_batches=2),
    ]
    records = collect(
        tasks, tmp_path / "results.jsonl", modules=["qdenseam.experiments.capacity_study"]
    )
    rows = capacity_summary(records)
    assert [r["kind"] for r in rows] == ["filter", "classical", "classical", "classical"]
    assert [r["label"] for r in rows[1:]] == list(CLASSICAL)
    assert all(r["pooled"] is None for r in rows[1:])
    assert all("pattern set" in r["mean"].covers for r in rows)
    assert all(1 < r["mean"].best < 256 for r in rows)


def test_no_load_exceeds_the_number_of_states() -> None:
    assert max(classical_tasks([(8, 1)])[0].params["loads"]) == 256
    assert max(classical_tasks([(24, 3)])[0].params["loads"]) == 2**12
