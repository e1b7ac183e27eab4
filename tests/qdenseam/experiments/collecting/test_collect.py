import dataclasses
import os
import sys
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import reduce

import pytest
import toy_trials

from qdenseam.errors import QDenseAMError, ResultsFileError
from qdenseam.experiments import Progress, Task, collect, read_records, trial


@pytest.fixture
def path(tmp_path):
    return tmp_path / "results.jsonl"


def content(records):
    """All of the records that does not depend on the clock."""
    return [dataclasses.replace(record, seconds=0.0) for record in records]


def by_name(records):
    return sorted(content(records), key=lambda record: (record.key, record.batch))


class Reversed(Executor):
    """Run nothing before the end, then everything backwards."""

    def __init__(self):
        self.waiting = []

    def submit(self, function, /, *args):
        future = Future()
        self.waiting.append((future, function, args))
        if len(self.waiting) == 6:
            for waiting, work, with_args in reversed(self.waiting):
                waiting.set_result(work(*with_args))
        return future


class OnlyTheFirst(Executor):
    """Run the first call and leave the others pending."""

    def __init__(self):
        self.futures = []

    def submit(self, function, /, *args):
        self.futures.append(Future())
        if len(self.futures) == 1:
            try:
                self.futures[0].set_result(function(*args))
            except Exception as error:
                self.futures[0].set_exception(error)
        return self.futures[-1]


class TestRows:
    def test_one_row_per_batch_in_task_order(self, path):
        tasks = toy_trials.walks()
        records = collect(tasks, path)
        assert [(r.key, r.batch) for r in records] == [(t.key, b) for t in tasks for b in range(3)]
        assert read_records(path) == records
        assert records[0].backend == "legs"
        assert "backend" not in records[0].values

    def test_values_are_those_of_the_trial_and_the_stream(self, path):
        task = toy_trials.walks()[0]
        for record in collect([task], path):
            values = toy_trials.walk(task.params, task.rng(record.batch))
            assert record.values["path"] == values["path"].tolist()

    def test_two_batches_differ(self, path):
        task = Task(kind="toy walk", params={"num_steps": 64}, num_batches=4)
        paths = [tuple(record.values["path"]) for record in collect([task], path)]
        assert len(set(paths)) == 4

    def test_each_row_is_in_the_file_when_it_is_told(self, path):
        seen = []
        collect(
            toy_trials.walks(),
            path,
            on_progress=lambda progress: seen.append((progress.done, len(read_records(path)))),
        )
        assert seen == [(i, i) for i in range(1, 7)]

    def test_equal_tasks_share_rows(self, path):
        task = toy_trials.walks(num_tasks=1)[0]
        fewer = dataclasses.replace(task, num_batches=1)
        records = collect([task, fewer, task], path)
        assert records == [*records[:3], records[0], *records[:3]]
        assert len(read_records(path)) == 3

    def test_no_tasks_make_no_file(self, path):
        assert collect([], path) == []
        assert not path.exists()

    def test_folders_are_made(self, tmp_path):
        path = tmp_path / "a" / "b" / "results.jsonl"
        collect(toy_trials.walks(), path)
        assert len(read_records(path)) == 6

    def test_a_trial_cannot_change_its_task(self, path):
        @trial("greedy")
        def greedy(params, rng):
            return {"sum": params["numbers"].pop()}

        records = collect([Task(kind="greedy", params={"numbers": [1, 2]}, num_batches=2)], path)
        assert [record.values["sum"] for record in records] == [2, 2]
        assert records[1].params == {"numbers": [1, 2]}


class TestResume:
    def test_a_finished_run_leaves_the_file_alone(self, path):
        tasks = toy_trials.walks()
        records = collect(tasks, path)
        before, stamp = path.read_bytes(), path.stat().st_mtime_ns
        progress = []
        assert collect(tasks, path, on_progress=progress.append) == records
        assert collect(tasks[::-1], path) == records[3:] + records[:3]
        assert (path.read_bytes(), path.stat().st_mtime_ns) == (before, stamp)
        assert progress == []

    def test_a_cut_at_any_place_is_healed(self, path):
        tasks = toy_trials.walks()
        uncut = collect(tasks, path)
        data = path.read_bytes()
        for length in range(0, len(data), 97):
            path.write_bytes(data[:length])
            assert content(collect(tasks, path)) == content(uncut)
            assert path.read_bytes().startswith(data[: data.rfind(b"\n", 0, length) + 1])
            assert content(read_records(path)) == content(uncut)

    def test_more_batches_and_more_tasks_add_only_what_is_missing(self, path):
        few = collect(toy_trials.walks(num_tasks=1, num_batches=2), path)
        progress = []
        more = collect(
            toy_trials.walks(num_tasks=2, num_batches=3), path, on_progress=progress.append
        )
        assert more[:2] == few
        assert [(p.done, p.total) for p in progress] == [(3, 6), (4, 6), (5, 6), (6, 6)]
        assert progress[0].message == "toy walk, batch 2, 0.0 s"
        assert isinstance(progress[0], Progress)

    def test_rows_of_other_tasks_stay(self, path):
        others = collect(toy_trials.walks(), path)
        collect([Task(kind="toy stumble", params={"stone": False})], path)
        assert read_records(path)[:6] == others

    def test_finished_rows_need_no_trial(self, path, monkeypatch):
        tasks = toy_trials.walks()
        records = collect(tasks, path)
        registry = sys.modules["qdenseam.experiments.collecting.trial_registry"]
        monkeypatch.setattr(registry, "_TRIALS", {})
        assert collect(tasks, path) == records

    def test_ctrl_c_keeps_what_is_done(self, path):
        def interrupt(progress):
            if progress.done == 4:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            collect(toy_trials.walks(), path, on_progress=interrupt)
        assert len(read_records(path)) == 4
        resumed = collect(toy_trials.walks(), path)
        assert content(resumed) == content(collect(toy_trials.walks(), path.with_name("uncut")))


class TestWorkers:
    def test_order_does_not_matter(self, path):
        expected = collect(toy_trials.walks(), path)
        backwards = path.with_name("backwards")
        assert content(collect(toy_trials.walks(), backwards, executor=Reversed())) == content(
            expected
        )
        assert by_name(read_records(backwards)) == by_name(expected)

    def test_spawned_workers_give_the_same_rows(self, path):
        expected = collect(toy_trials.walks(), path)
        spawned = collect(toy_trials.walks(), path.with_name("spawned"), num_workers=2)
        assert content(spawned) == content(expected)

    def test_a_lost_worker_is_told(self, path):
        tasks = [*toy_trials.walks(), Task(kind="toy death", params={})]
        with pytest.raises(QDenseAMError, match=r"ended abruptly.*Finished rows are kept"):
            collect(tasks, path, num_workers=1)
        assert len(collect(toy_trials.walks(), path)) == 6

    @pytest.mark.parametrize("num_workers", [0, 1])
    def test_a_failing_trial_is_named_and_finished_rows_stay(self, path, num_workers):
        good, bad = (Task(kind="toy stumble", params={"stone": s}, seed=5) for s in (False, True))
        with pytest.raises(QDenseAMError) as caught:
            collect([good, bad, *toy_trials.walks()], path, num_workers=num_workers)
        message = str(caught.value)
        assert "trial 'toy stumble' failed on batch 0 of seed 5" in message
        assert '{"stone": true}: ZeroDivisionError: a stone lay in the way.' in message
        assert isinstance(caught.value.__cause__, ZeroDivisionError)
        assert content(read_records(path)) == content(collect([good], path))

    def test_a_failure_before_any_row_leaves_no_file(self, path):
        bad = [Task(kind="toy stumble", params={"stone": True})]
        with pytest.raises(QDenseAMError):
            collect(bad, path)
        assert not path.exists()
        path.write_bytes(b"")  # somebody else's
        with pytest.raises(QDenseAMError):
            collect(bad, path)
        assert path.exists()

    def test_a_failure_clears_the_queue_of_a_callers_executor(self, path):
        bad = Task(kind="toy stumble", params={"stone": True})
        executor = OnlyTheFirst()
        with pytest.raises(QDenseAMError, match="a stone lay in the way"):
            collect([bad, *toy_trials.walks()], path, executor=executor)
        assert [future.cancelled() for future in executor.futures] == [False] + 6 * [True]

    def test_a_callers_executor_stays_open(self, path):
        with ThreadPoolExecutor(2) as executor:
            assert len(collect(toy_trials.walks(), path, executor=executor)) == 6
            assert executor.submit(len, "open").result() == 4

    def test_long_parameters_are_cut_in_messages(self, path):
        bad = Task(kind="toy stumble", params={"stone": True, "z": list(range(1000))})
        with pytest.raises(QDenseAMError, match=r" \.\.\.: ZeroDivisionError") as caught:
            collect([bad], path)
        assert len(str(caught.value)) < 700


class TestRefusals:
    def test_trials_have_one_name_each(self):
        with pytest.raises(ValueError, match=r"Got 'toy walk', the name of toy_trials.walk"):

            @trial("toy walk")
            def other(params, rng):
                return {}

        assert trial("toy walk")(toy_trials.walk) is toy_trials.walk

    def test_unknown_kind(self, path):
        with pytest.raises(ValueError, match=r"one of \[.*'toy walk'.*\]. Got 'nothing'; import"):
            collect([*toy_trials.walks(), Task(kind="nothing", params={})], path)
        assert not path.exists()

    def test_modules_are_imported(self, path, tmp_path, monkeypatch):
        (tmp_path / "far_away_trials.py").write_text(
            "from qdenseam.experiments import trial\n"
            "@trial('far away')\n"
            "def far(params, rng):\n    return {'x': 1}\n"
        )
        monkeypatch.syspath_prepend(tmp_path)
        task = Task(kind="far away", params={})
        [record] = collect([task], path, modules=["far_away_trials"])
        assert record.values == {"x": 1}

    @pytest.mark.parametrize(
        ("returned", "message"),
        [
            ([1], "a trial should return a dict of values. Got list"),
            ({"rate": float("nan")}, "should be finite. Got nan; store None"),
            ({"x": {1, 2}}, "should be plain JSON data"),
            ({"x": reduce(lambda inside, _: [inside], range(63), 0)}, "at most 62 lists or dicts"),
        ],
    )
    def test_what_a_trial_returns_is_checked(self, path, returned, message):
        @trial("returns")
        def returns(params, rng):
            return returned

        with pytest.raises(QDenseAMError, match=message):
            collect([Task(kind="returns", params={})], path)
        assert not path.exists()

    def test_workers_and_executor_exclude_each_other(self, path):
        with pytest.raises(ValueError, match="exclude each other"):
            collect([], path, num_workers=1, executor=Reversed())
        with pytest.raises(ValueError, match=r"num_workers should be in \[0, 1000\]\. Got -1"):
            collect([], path, num_workers=-1)

    def test_folder(self, tmp_path):
        with pytest.raises(IsADirectoryError, match=r"path should be a file. Got the folder"):
            collect(toy_trials.walks(), tmp_path)

    def test_unwritable_path(self, path):
        path.write_text("")
        with pytest.raises(OSError, match=r"results.jsonl"):
            collect(toy_trials.walks(), path / "below" / "a_file.jsonl")

    def test_damaged_file_is_left_alone(self, path):
        collect(toy_trials.walks(), path)
        damaged = path.read_bytes() + b"oops\n"
        path.write_bytes(damaged)
        with pytest.raises(ResultsFileError, match="line 10"):
            collect(toy_trials.walks(num_tasks=3), path)
        assert path.read_bytes() == damaged

    def test_another_kind_of_file_is_left_alone(self, path):
        path.write_text("my thesis")
        with pytest.raises(ResultsFileError, match="should be a results file"):
            collect(toy_trials.walks(), path)
        assert path.read_text() == "my thesis"

    @pytest.mark.skipif(os.name == "nt", reason="no advisory locks")
    def test_one_writer_at_a_time(self, path):
        def collect_too(progress):
            collect(toy_trials.walks(), path)

        with pytest.raises(ResultsFileError, match="one writer at a time"):
            collect(toy_trials.walks(), path, on_progress=collect_too)
        assert len(collect(toy_trials.walks(), path)) == 6
