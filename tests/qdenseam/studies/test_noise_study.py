"""The noise study: instances, one whole trial on a small device, and its table."""

import numpy as np
import pytest

from classical_ref.patterns import is_ambiguous
from qdenseam.experiments import collect
from qdenseam.experiments.collecting.records import Record
from qdenseam.studies.noise.affine import affine_summary, affine_tasks, random_code
from qdenseam.studies.noise.instances import device_of, instance, instance_of, is_redrawn
from qdenseam.studies.noise.planned import noise_tasks
from qdenseam.studies.noise.references import REFERENCES, reference_tasks, study_tasks
from qdenseam.studies.noise.summary import noise_summary, prediction_quality
from qdenseam.studies.special import as_table
from qdenseam.studies.stored import stored_records


def test_instances_are_clear_and_the_same_for_every_device() -> None:
    for number in range(5):
        patterns, probe, target = instance(4, 4, 1, 0, number)
        assert not is_ambiguous(patterns, probe, target)
        again = instance(4, 4, 1, 0, number)
        np.testing.assert_array_equal(again[1], probe)


@pytest.mark.parametrize("engine", ["statevector", "aer"])
def test_a_device_without_calibration_is_refused(engine) -> None:
    with pytest.raises(ValueError, match=rf"device should have a calibration.* Got '{engine}'"):
        device_of({"device": engine})


def test_every_ambiguous_probe_has_a_task_of_its_own() -> None:
    tasks = noise_tasks()
    clear = [task for task in tasks if "any_probe" not in task.params]
    first = [task for task in tasks if "any_probe" in task.params]
    assert len(clear) == 2 * 2 * 5 * 20
    assert 0 < len(first) < len(clear)
    assert all(is_ambiguous(*instance_of(task.params)) for task in first)
    assert len(first) == sum(is_redrawn(task.params) for task in clear)
    # the others are first draws themselves
    kept = next(task.params for task in clear if not is_redrawn(task.params))
    for one, other in zip(instance_of(kept), instance_of({**kept, "any_probe": True}), strict=True):
        np.testing.assert_array_equal(one, other)
    assert len(study_tasks()) == 2 * len(tasks)


def test_a_trial_and_its_table(tmp_path) -> None:
    tasks = noise_tasks([(4, 4)], ["fake:manila"], num_instances=1, shots=500)
    assert [task.params.get("any_probe") for task in tasks] == [None, None, True]
    records = collect([*tasks, *reference_tasks(tasks)], tmp_path / "noise.jsonl")
    flipped, unknown = as_table(noise_summary(records)).to_dict("records")
    assert (unknown["num_erasures"], flipped["num_flips"]) == (1, 1)
    assert (unknown["probes"], unknown["ambiguous"], flipped["ambiguous"]) == (1, 0, 1)
    assert unknown["success_low"] < unknown["success"] < unknown["success_high"]
    assert unknown["success"] == unknown["unambiguous"]
    assert flipped["scan"] <= 0.5 < unknown["scan"] == 1
    assert unknown["success"] > unknown["baseline_ideal"] == pytest.approx(1 - 0.75**3)
    assert abs(unknown["baseline"] - unknown["baseline_ideal"]) < 0.15
    assert unknown["predicted"] < unknown["readout"] < 1
    assert unknown["success"] <= unknown["accept"] <= 1
    assert unknown["success"] - 0.1 < unknown["label_writing"] < 1
    assert unknown["label_writing_gates"] <= unknown["two_qubit_gates"]
    assert unknown["label_writing_seconds"] > 0
    assert set(prediction_quality(records)) == {"correlation", "bias", "spread"}
    with pytest.raises(ValueError, match="should have its first draw too"):
        noise_summary([r for r in records if "any_probe" not in r.params])


def test_without_references_their_columns_are_empty() -> None:
    values = {"success": 450, "accepted": 480.0, "state_preparations": 3, "success_idling": None}
    shares = ("decoded", "decoded_accepted", "mitigated", "mitigated_decoded", "ideal", "predicted")
    names = (*shares, "two_qubit", "one_qubit", "readout", "idling", "two_qubit_gates")
    (task,) = noise_tasks([(6, 4)], ["fake:fez"], num_instances=1, shots=500)[:1]
    record = Record(
        key=task.key, kind=task.kind, params=task.params, seed=0, batch=0, seconds=1, versions={},
        values={**dict.fromkeys(names, 0.5), **values},
    )  # fmt: skip
    (row,) = noise_summary([record])
    assert np.isnan(row["label_writing"])
    assert np.isnan(row["baseline"])
    assert np.isnan(row["success_idling"])
    assert row["success"].best == 0.9


@pytest.mark.parametrize("name", REFERENCES)
def test_stored_references_are_of_stored_instances(name: str) -> None:
    planned, beside = map(stored_records, ("noise_study", "noise_references"))
    assert {r.key for r in planned} == {task.key for task in noise_tasks()}
    assert {r.key for r in beside} == {task.key for task in reference_tasks(noise_tasks())}
    ideal = {r.values[name]["ideal"] for r in beside if "any_probe" not in r.params}
    assert ideal == {1.0} if name == "label-writing" else max(ideal) <= 0.25


def test_a_code_is_linear_and_its_words_far_apart() -> None:
    words = random_code(12, 3, rng=1)
    assert words.shape == (8, 12)
    assert not words[0].any()
    rows = {tuple(word) for word in words}
    assert all(tuple(a ^ b) in rows for a in words for b in words)
    assert words[1:].sum(axis=1).min() >= 5
    with pytest.raises(ValueError, match=r"dimension should be in 1\.\.12"):
        random_code(12, 13)


@pytest.mark.slow
def test_an_affine_memory_is_recalled_under_noise(tmp_path) -> None:
    tasks = affine_tasks(((8, 3),), ("fake:fez",), num_batches=1, shots=100)
    (row,) = as_table(affine_summary(collect(tasks, tmp_path / "affine.jsonl"))).to_dict("records")
    assert row["success"] > 2 * row["chance"]
    assert (row["success_low"], row["success_high"]) == (0, 1)  # of a single code
    assert row["decoded"] >= row["success"]
