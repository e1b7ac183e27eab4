import dataclasses
import json
import os

import pytest
import toy_trials  # noqa: F401, registers what is run
from hypothesis import given
from hypothesis import strategies as st

from qdenseam.errors import ResultsFileError
from qdenseam.experiments import Record, Task, collect, read_records, versions
from qdenseam.experiments.collecting.results_file import ResultsFile

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
TASK = Task(kind="recall", params={"D": 8, "K": 3, "weights": [0.5, 0.25]}, seed=7)
OTHER = Task(kind="recall", params={"D": 9}, seed=7)
ROW_OF_SCHEMA_1 = {
    "schema": 1,
    "key": TASK.key,
    "kind": TASK.kind,
    "params": TASK.params,
    "seed": TASK.seed,
    "batch": 0,
    "values": {"hits": 3},
    "seconds": 0.25,
    "versions": {"qdenseam": "0.1.0"},
    "backend": None,
}


def record_of(task, batch=0, values=None, **changes):
    record = Record(
        key=task.key,
        kind=task.kind,
        params=task.params,
        seed=task.seed,
        batch=batch,
        values={"hits": 3} if values is None else values,
        seconds=0.25,
        versions=versions(),
        backend="exact",
    )
    return dataclasses.replace(record, **changes)


def written(records):
    file = ResultsFile("results.jsonl")
    return b"".join(map(file.lines_of, records))


def reading(data):
    file = ResultsFile("results.jsonl")
    file.read(data)
    return list(file.records.values())


RECORDS = [*(record_of(TASK, batch) for batch in range(3)), record_of(OTHER)]
DATA = written(RECORDS)


class TestRoundTrip:
    @given(json_objects, json_objects, st.integers(0, 2**70), st.integers(0, 10**6))
    def test_any_plain_data(self, params, values, seed, batch):
        record = record_of(Task(kind="recall", params=params, seed=seed), batch, values)
        assert reading(written([record])) == [record]

    def test_what_a_task_is_stands_once(self):
        first, task, *rows = map(json.loads, DATA.splitlines())
        assert first == {"schema": 2, "versions": versions()}
        assert task == {"task": TASK.key, **TASK.identity}
        assert [set(row) for row in rows] == [
            *([{"key", "batch", "values", "seconds", "backend"}] * 3),
            {"task", "kind", "params", "seed"},
            {"key", "batch", "values", "seconds", "backend"},
        ]
        assert reading(DATA) == RECORDS

    def test_records_of_a_task_share_its_parameters(self):
        first, second, *_ = reading(DATA)
        assert first.params is second.params

    def test_versions_are_those_of_the_lines_above(self):
        other = record_of(TASK, 3, versions={"qdenseam": "9"})
        data = written([*RECORDS, other, record_of(OTHER, 1)])
        assert data.count(b'"schema"') == 3
        assert [r.versions["qdenseam"] for r in reading(data)] == [
            *([versions()["qdenseam"]] * 4),
            "9",
            versions()["qdenseam"],
        ]

    def test_files_can_be_joined(self):
        assert reading(DATA + written([record_of(TASK, 5)])) == [*RECORDS, record_of(TASK, 5)]

    def test_a_row_without_backend(self):
        assert reading(written([record_of(TASK, backend=None)]))[0].backend is None

    def test_the_last_of_equal_rows_counts(self):
        again = record_of(TASK, 1, {"hits": 5})
        assert reading(DATA + written([again]))[1] == again


class TestCuts:
    def test_every_cut_keeps_all_whole_rows(self, tmp_path):
        path = tmp_path / "results.jsonl"
        for length in range(len(DATA) + 1):
            path.write_bytes(DATA[:length])
            whole = [line for line in DATA[:length].split(b"\n")[:-1] if b'"batch"' in line]
            assert read_records(path) == RECORDS[: len(whole)]

    def test_zeros_after_a_crash_of_the_machine_are_a_cut(self):
        assert reading(DATA + bytes(100)) == RECORDS
        assert reading(DATA[:-50] + bytes(50)) == RECORDS[:-1]

    def test_another_file_without_final_newline_is_not_taken_for_a_cut_row(self):
        with pytest.raises(ResultsFileError, match=r"should be a results file.*another"):
            reading(b"my thesis")

    def test_missing_file(self, tmp_path):
        with pytest.raises(FileNotFoundError):
            read_records(tmp_path / "nothing.jsonl")


class TestDamage:
    LINES = DATA.splitlines(keepends=True)

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            (LINES[2][:40] + LINES[3], "not JSON"),
            (b"\n", "not JSON"),
            (b"\xff\xfe{\n", "not JSON"),
            (b"[1]\n", "should be a JSON object. Got list"),
            (LINES[2].replace(b"0.25", b"NaN"), "NaN is not allowed"),
            (LINES[2].replace(b"0.25", b"1e999"), "1e999 is not allowed"),
            (LINES[2].replace(b'"batch": 0', b'"batch": "x"'), "batch should be an integer"),
            (LINES[2].replace(b'"batch": 0', b'"batch": 0, "batch": 1'), "a field stands twice"),
            (LINES[2].replace(b'"batch": 0', b'"batch": -1'), "batch should be in .*Got -1"),
            (LINES[2].replace(b'{"hits": 3}', b"3"), "values should be an object. Got 3"),
            (LINES[2].replace(b'"exact"', b"5"), "backend should be text. Got 5"),
            (LINES[2].replace(b', "seconds": 0.25', b""), "it should have a field 'seconds'"),
            (
                LINES[2].replace(b'"batch"', b'"color": 1, "batch"'),
                "no fields but key, .*Got also 'color'",
            ),
            (LINES[2].replace(TASK.key.encode(), b"0" * 64), "no task above has the key '000"),
            (LINES[5].replace(b'"D": 9', b'"D": 5'), "key should be"),
            (LINES[0].replace(b": 2", b": true"), "schema should be an integer. Got True"),
            (LINES[0].replace(b": 2", b": 1.0"), "schema should be an integer. Got 1.0"),
            (LINES[0].replace(b": 2", b": 2.0"), "schema should be an integer. Got 2.0"),
            (
                LINES[2].replace(b": 3}", b": " + b"[" * 63 + b"]" * 63 + b"}"),
                "lists or objects more than 64 deep",
            ),
            (b"[" * 10**5 + b"]" * 10**5 + b"\n", "lists or objects more than 64 deep"),
            (b'{"schema": 2, "versions": 3}\n', "versions should be an object. Got 3"),
        ],
    )
    def test_the_line_is_named(self, line, message):
        with pytest.raises(ResultsFileError, match=rf"results.jsonl, line 3: .*{message}.*Repair"):
            reading(b"".join(self.LINES[:2]) + line + self.LINES[2])

    def test_a_newer_file_is_not_to_be_repaired(self):
        message = r"line 1: schema should be 1 or 2. Got 99: read it with .* that wrote it\.$"
        with pytest.raises(ResultsFileError, match=message):
            reading(self.LINES[0].replace(b": 2", b": 99"))

    def test_brackets_in_texts_and_side_by_side_are_not_deep(self):
        line = self.LINES[2].replace(b": 3}", b": [" + b"[]," * 99 + b'"' + b"[" * 99 + b'\\"[{"]}')
        [record] = reading(b"".join(self.LINES[:2]) + line)
        assert record.values["hits"][-1] == "[" * 99 + '"[{'

    def test_a_row_has_a_limit(self, monkeypatch):
        monkeypatch.setattr("qdenseam.files.MAX_ROW_BYTES", len(self.LINES[0]) - 1)
        reading(self.LINES[0])
        with pytest.raises(ResultsFileError, match=r"line 1: the line has .* bytes, more than"):
            reading(self.LINES[0].replace(b"\n", b" \n"))

    def test_a_row_that_would_not_be_read_is_not_written(self, monkeypatch):
        monkeypatch.setattr("qdenseam.experiments.collecting.results_file.MAX_ROW_BYTES", 1000)
        written([record_of(TASK, values={"hits": "x" * 500})])
        with pytest.raises(ResultsFileError, match=r"at most 1000 bytes as JSON"):
            written([record_of(TASK, values={"hits": "x" * 1000})])


@pytest.mark.parametrize("kind", ["pipe", "device"])
def test_what_never_ends_is_not_read(tmp_path, kind):
    path = tmp_path / "it"
    os.mkfifo(path) if kind == "pipe" else path.symlink_to("/dev/zero")
    for read in (read_records, lambda place: collect([TASK], place)):
        with pytest.raises(OSError, match=f"should be a file. Got the {kind}"):
            read(path)


def test_a_file_has_a_limit(tmp_path):
    with (tmp_path / "results.jsonl").open("wb") as file:
        file.truncate(2**31 + 1)
    with pytest.raises(ResultsFileError, match=r"at most 2147483648 bytes.*Collect into several"):
        read_records(tmp_path / "results.jsonl")


class TestSchema1:
    DATA = (json.dumps(ROW_OF_SCHEMA_1) + "\n").encode()

    def test_is_read(self):
        [record] = reading(self.DATA)
        assert record == record_of(TASK, versions={"qdenseam": "0.1.0"}, backend=None)

    def test_is_not_added_to(self, tmp_path):
        path = tmp_path / "results.jsonl"
        path.write_bytes(self.DATA)
        assert collect([TASK], path) == reading(self.DATA)  # finished: only read
        more = Task(kind="toy stumble", params={"stone": False})
        with pytest.raises(ResultsFileError, match="rows of an earlier format"):
            collect([more], path)
        assert path.read_bytes() == self.DATA

    def test_its_damage_is_named(self):
        for change in ({"seed": 8}, {"color": 1}, {"batch": -1}):
            damaged = (json.dumps(ROW_OF_SCHEMA_1 | change) + "\n").encode()
            with pytest.raises(ResultsFileError, match="line 1"):
                reading(damaged)
