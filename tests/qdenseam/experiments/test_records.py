import dataclasses
import hashlib
import json
import platform
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qdenseam.errors import ResultsFileError
from qdenseam.experiments import SCHEMA, Record, Task, read_records, versions
from qdenseam.experiments.records import plain_json
from qdenseam.versions import mixed_versions, versions_in

json_data = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
json_objects = st.dictionaries(st.text(), json_data, max_size=5)


def record_of(task, batch=0, values=None, **changes):
    fields = {
        "key": task.key,
        "kind": task.kind,
        "params": task.params,
        "seed": task.seed,
        "batch": batch,
        "values": {"hits": 3} if values is None else values,
        "seconds": 0.25,
        "versions": versions(),
        "backend": "exact",
    }
    return Record(**{**fields, **changes})


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


class TestRecord:
    @given(json_objects, json_objects, st.integers(0, 2**70), st.integers(0, 10**6))
    def test_round_trip(self, params, values, seed, batch):
        task = Task(kind="recall", params=params, seed=seed)
        record = record_of(task, batch, values)
        line = record.to_json_line()
        assert line.endswith("\n")
        assert line.count("\n") == 1
        assert Record.from_json_line(line) == record
        assert Record.from_json_line(line.encode()).to_json_line() == line

    def test_numpy_values_become_plain(self):
        values = {
            "flag": np.bool_(True),
            "count": np.int32(3),
            "rate": np.float32(0.25),
            "counts": np.arange(4).reshape(2, 2),
            "scalar": np.array(1.5),
            "name": np.str_("x"),
        }
        record = record_of(TASK, values=values)
        assert record.values == {
            "flag": True,
            "count": 3,
            "rate": 0.25,
            "counts": [[0, 1], [2, 3]],
            "scalar": 1.5,
            "name": "x",
        }
        assert type(record.values["flag"]) is bool
        assert type(record.values["name"]) is str

    def test_a_row_names_its_schema_first(self):
        assert record_of(TASK).to_json_line().startswith(f'{{"schema": {SCHEMA}, ')

    @pytest.mark.parametrize(
        ("change", "error", "message"),
        [
            (
                {"values": {"rate": np.nan}},
                ValueError,
                r"values\['rate'\] should be finite. Got nan",
            ),
            ({"values": 3}, TypeError, "values should be a dict. Got int"),
            ({"batch": -1}, ValueError, "batch should be at least 0"),
            ({"seconds": np.inf}, ValueError, "seconds should be finite"),
            ({"backend": 5}, ValueError, "backend should be a name"),
            ({"key": "0" * 64}, ValueError, f"key should be {TASK.key}.*Got 0000"),
        ],
    )
    def test_refusals(self, change, error, message):
        with pytest.raises(error, match=message):
            record_of(TASK, **change)

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (lambda row: row.update(schema=SCHEMA + 1), "schema should be 1. Got 2; read the file"),
            (lambda row: row.pop("schema"), "schema should be 1. Got None"),
            (lambda row: row.pop("seconds"), r"missing or unknown fields: \['seconds'\]"),
            (lambda row: row.update(color="red"), r"missing or unknown fields: \['color'\]"),
            (lambda row: row.update(seed=8), "key should be"),
            (lambda row: row.update(batch="x"), "batch should be an integer. Got 'x'"),
        ],
    )
    def test_rows_that_are_refused(self, change, message):
        row = json.loads(record_of(TASK).to_json_line())
        change(row)
        with pytest.raises(ResultsFileError, match=message):
            Record.from_json_line(json.dumps(row))

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            ("{", "not JSON"),
            (b"\xff\xfe{", "not JSON"),
            ("[1]", "should be a JSON object. Got list"),
            ('{"schema": 1, "seconds": NaN}', "NaN is not allowed"),
        ],
    )
    def test_lines_that_are_no_rows(self, line, message):
        with pytest.raises(ResultsFileError, match=message):
            Record.from_json_line(line)


class TestFile:
    @pytest.fixture
    def records(self):
        return [record_of(TASK, batch) for batch in range(3)]

    @pytest.fixture
    def data(self, records):
        return "".join(record.to_json_line() for record in records).encode()

    def test_every_cut_drops_at_most_the_last_row(self, tmp_path, records, data):
        path = tmp_path / "results.jsonl"
        start_of_last_row = data.rindex(b"\n", 0, -1) + 1
        for length in (0, 1, *range(start_of_last_row - 1, len(data) + 1)):
            path.write_bytes(data[:length])
            assert read_records(path) == records[: data[:length].count(b"\n")]

    def test_zeros_after_a_crash_of_the_machine_are_a_cut(self, tmp_path, records, data):
        path = tmp_path / "results.jsonl"
        path.write_bytes(data + bytes(100))
        assert read_records(path) == records
        path.write_bytes(data[:-50] + bytes(50))
        assert read_records(path) == records[:-1]

    def test_any_other_bad_line_is_named(self, tmp_path, data):
        path = tmp_path / "results.jsonl"
        first, second, third = data.splitlines(keepends=True)
        for bad in (second[:40] + third, b"\n", second[5:], first.replace(b"8", b"9")):
            path.write_bytes(first + bad + third)
            with pytest.raises(
                ResultsFileError, match=r"results.jsonl, line 2: .*Repair or delete"
            ):
                read_records(path)

    def test_unknown_schema_is_refused(self, tmp_path, data):
        path = tmp_path / "results.jsonl"
        path.write_bytes(data + data.replace(b'"schema": 1', b'"schema": 99'))
        with pytest.raises(ResultsFileError, match=r"line 4: schema should be 1. Got 99"):
            read_records(path)

    def test_another_file_without_final_newline_is_not_taken_for_a_cut_row(self, tmp_path):
        path = tmp_path / "thesis.txt"
        path.write_text("my thesis")
        with pytest.raises(ResultsFileError, match=r"thesis.txt should be a results file.*another"):
            read_records(path)

    def test_missing_file(self, tmp_path):
        with pytest.raises(FileNotFoundError):
            read_records(tmp_path / "nothing.jsonl")

    def test_pandas_opens_it(self, tmp_path, data):
        pandas = pytest.importorskip("pandas")
        path = tmp_path / "results.jsonl"
        path.write_bytes(data)
        table = pandas.read_json(path, lines=True)
        assert table["batch"].tolist() == [0, 1, 2]


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
