import dataclasses
import hashlib
import platform
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdenseam.experiments import Task, versions
from qdenseam.experiments.collecting.records import plain_json
from qdenseam.versions import mixed_versions, versions_in

json_objects = st.dictionaries(st.text(), st.integers() | st.text(), max_size=5)

TASK = Task(kind="recall", params={"D": 8, "K": 3, "weights": [0.5, 0.25]}, seed=7)


class TestTask:
    @given(json_objects, st.randoms(use_true_random=False))
    def test_key_does_not_depend_on_the_order_of_parameters(self, params, random):
        items = list(params.items())
        random.shuffle(items)
        assert Task(kind="a", params=dict(items)).key == Task(kind="a", params=params).key

    def test_key_is_the_hash_of_a_text_that_can_be_read(self):
        assert TASK.identity_text == (
            '{"kind":"recall","params":{"D":8,"K":3,"weights":[0.5,0.25]},"seed":7}'
        )
        assert TASK.key == hashlib.sha256(TASK.identity_text.encode()).hexdigest()

    @pytest.mark.parametrize(
        "change", [{"kind": "other"}, {"seed": 8}, {"params": {"D": 9}}, {"params": {}}]
    )
    def test_all_that_decides_the_sample_is_in_the_key(self, change):
        assert dataclasses.replace(TASK, **change).key != TASK.key

    def test_number_of_batches_is_not_in_the_key(self):
        more = dataclasses.replace(TASK, num_batches=5)
        assert more.key == TASK.key
        assert more != TASK

    def test_where_files_lie_is_not_in_the_key(self, tmp_path):
        there = dataclasses.replace(TASK, files={"data": tmp_path / "mine.npy"})
        assert there == TASK
        assert there.files == {"data": str(tmp_path / "mine.npy")}

    def test_equal_tasks_are_one_in_a_set(self):
        again = Task(kind="recall", params={"weights": (0.5, 0.25), "K": 3, "D": 8}, seed=7)
        assert {TASK, again} == {TASK}
        assert TASK != "recall"

    def test_numpy_parameters_become_plain(self):
        task = Task(
            kind="recall",
            params={"D": np.int64(8), "K": np.uint8(3), "weights": np.array([0.5, 0.25])},
            seed=np.int32(7),
        )
        assert task == TASK
        assert type(task.params["D"]) is type(task.seed) is int

    def test_later_changes_of_the_given_parameters_do_not_reach_the_task(self):
        params = {"angles": [1.0]}
        task = Task(kind="a", params=params)
        params["angles"].append(2.0)
        assert task.params == {"angles": [1.0]}

    def test_streams_differ_by_batch_task_and_seed_and_by_nothing_else(self):
        def draw(task, batch):
            return task.rng(batch).integers(2**63)

        other, reseeded = Task(kind="other", params={}), dataclasses.replace(TASK, seed=8)
        draws = [draw(TASK, 0), draw(TASK, 1), draw(other, 0), draw(reseeded, 0)]
        assert len(set(draws)) == 4
        assert draw(dataclasses.replace(TASK, num_batches=9), 1) == draws[1]

    @pytest.mark.parametrize(
        ("change", "error", "message"),
        [
            ({"kind": ""}, ValueError, "kind should be a name.*Got ''"),
            ({"kind": 3}, ValueError, "kind should be a name.*Got 3"),
            ({"seed": -1}, ValueError, "seed should be at least 0. Got -1"),
            ({"seed": 0.5}, TypeError, "seed should be an integer. Got 0.5"),
            ({"num_batches": 0}, ValueError, "num_batches should be at least 1. Got 0"),
            ({"params": [1]}, TypeError, "params should be a dict. Got list"),
            ({"params": {1: 2}}, TypeError, "params should have strings as keys. Got 1"),
            ({"params": {"x": {1}}}, TypeError, r"params\['x'\] should be plain JSON.*Got set"),
            ({"params": {"x": 1j}}, TypeError, r"params\['x'\] should be plain JSON.*Got complex"),
            ({"params": {"x": [0.0, np.nan]}}, ValueError, r"\['x'\]\[1\] should be finite"),
            ({"params": {"x": np.array([np.inf])}}, ValueError, "should be finite. Got inf"),
        ],
    )
    def test_refusals(self, change, error, message):
        with pytest.raises(error, match=message):
            dataclasses.replace(TASK, **change)

    def test_negative_batch_is_refused(self):
        with pytest.raises(ValueError, match=r"batch should be at least 0. Got -1"):
            TASK.rng(-1)


def test_plain_json_is_a_fresh_copy():
    inner = [1, 2]
    copied = plain_json({"a": inner, "b": (1, np.int8(2))})
    assert copied == {"a": [1, 2], "b": [1, 2]}
    assert copied["a"] is not inner


def test_versions_name_what_decides_a_result():
    assert {"numpy", "qiskit"} <= versions().keys()
    assert versions()["numpy"] == np.__version__
    assert versions()["python"] == platform.python_version()


def test_every_package_that_rows_differ_in_has_all_its_versions():
    rows = [{"numpy": "2"}, {"numpy": "1"}, {"numpy": "2", "qiskit": "2.6"}]
    assert versions_in(rows) == {
        "numpy": "2 (2 rows), 1 (1 row)",
        "qiskit": "not stated (2 rows), 2.6 (1 row)",
    }
    assert versions_in([versions()] * 3) == versions()
    assert versions_in([]) == {}
    said = "Rows were made with different versions of numpy: 2 (2 rows), 1 (1 row)."
    assert mixed_versions(rows)[0] == said
    assert mixed_versions([versions()] * 3) == mixed_versions([]) == []


def test_the_room_imports_nothing_heavy():
    code = (
        "import sys, qdenseam.experiments as e; e.versions(); e.rate(0, 5);"
        "heavy = {'qiskit', 'qiskit_aer', 'scipy.stats', 'pandas', 'matplotlib'};"
        "sys.exit(', '.join(heavy & sys.modules.keys()) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
