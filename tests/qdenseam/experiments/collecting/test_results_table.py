import json

import pandas as pd
import pytest
import toy_trials

import qdenseam
from qdenseam.experiments import Task, collect, trial
from qdenseam.experiments.collecting.results_table import task_table, write_table


def test_parameters_and_values_are_columns(tmp_path):
    collect(toy_trials.walks(), tmp_path / "results.jsonl")
    table = qdenseam.load_results(tmp_path)  # without a study of its own
    assert table.equals(task_table(tmp_path / "results.jsonl"))
    fixed = ["key", "kind", "seed", "batch", "backend", "seconds"]
    assert list(table.columns) == [*fixed, "num_steps", "end", "path", "mean"]
    assert table["num_steps"].tolist() == [4, 4, 4, 5, 5, 5]
    assert (table["end"] == [path[-1] for path in table["path"]]).all()


def test_names_that_two_parts_have_say_of_which_part_they_are(tmp_path):
    @trial("twice")
    def twice(params, rng):
        return {"x": 2 * params["x"], "seed": 3}

    collect([Task(kind="twice", params={"x": 1}, seed=5)], tmp_path / "results.jsonl")
    row = qdenseam.load_results(tmp_path).iloc[0]
    assert (row["params.x"], row["values.x"], row["seed"], row["values.seed"]) == (1, 2, 5, 3)


def test_an_empty_file(tmp_path):
    (tmp_path / "results.jsonl").write_text("")
    assert len(qdenseam.load_results(tmp_path)) == 0
    with pytest.raises(FileNotFoundError):
        qdenseam.load_results(tmp_path / "nothing")


def test_tables_are_written(tmp_path):
    collect(toy_trials.walks(), tmp_path / "results.jsonl")
    table = qdenseam.load_results(tmp_path)
    write_table(table, tmp_path / "table.csv")
    read = pd.read_csv(tmp_path / "table.csv")
    assert read["path"].map(json.loads).tolist() == table["path"].tolist()
    assert read["end"].tolist() == table["end"].tolist()
    with pytest.raises(ValueError, match=r"\.csv or \.parquet. Got 'table.xls'"):
        write_table(table, tmp_path / "table.xls")


def test_parquet_holds_what_the_table_holds(tmp_path):
    pytest.importorskip("pyarrow", reason="needs the extra parquet")
    collect(toy_trials.walks(), tmp_path / "results.jsonl")
    table = qdenseam.load_results(tmp_path)
    write_table(table, tmp_path / "table.parquet")
    read = pd.read_parquet(tmp_path / "table.parquet")
    assert read["path"].map(json.loads).tolist() == table["path"].tolist()
    others = [name for name in table.columns if name != "path"]
    assert read[others].to_dict("records") == table[others].to_dict("records")
    assert read["num_steps"].dtype == table["num_steps"].dtype


def test_parquet_without_a_writer_says_what_to_install(tmp_path, monkeypatch):
    def no_writer(*arguments, **options):
        raise ImportError

    monkeypatch.setattr(pd.DataFrame, "to_parquet", no_writer)
    with pytest.raises(ValueError, match=r"qdenseam\[parquet\]"):
        write_table(pd.DataFrame({"a": [1]}), tmp_path / "table.parquet")
