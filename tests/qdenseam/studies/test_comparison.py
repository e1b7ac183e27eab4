"""The main job end to end at its smallest, its tables and its report."""

import json
import math
from dataclasses import asdict, replace
from html import unescape

import numpy as np
import pytest
from pandas.testing import assert_frame_equal

from classical_ref.patterns import random_patterns
from classical_ref.spins import spins_to_bits
from qdenseam import CapacityError, compare
from qdenseam.experiments import Progress
from qdenseam.experiments.contenders import CONTENDERS
from qdenseam.experiments.records import Task
from qdenseam.experiments.summary import COSTS, capacity_table, comparison_table
from qdenseam.report.comparison import write_report
from qdenseam.studies.compare import ComparisonSettings, comparison_tasks, rerun_command

SMALL = ComparisonSettings(
    num_neurons=12,
    num_patterns=3,
    loads=(2, 3, 5),
    flips=(0, 1, 2),
    erasures=(0, 2, 4),
    num_sets=3,
    num_probes=3,
    shots=100,
    circuit_neurons=6,
    circuit_patterns=3,
    circuit_sets=2,
    simulator="statevector",
    device="",
)


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    return compare(SMALL, out=tmp_path_factory.mktemp("comparison"))


def test_every_task_has_a_row_and_a_second_run_does_nothing(comparison) -> None:
    assert len(comparison.records) == len(comparison_tasks(SMALL))
    results = comparison.report.parent / "results.jsonl"
    before = results.read_bytes()
    told = []
    compare(SMALL, out=comparison.report.parent, on_progress=told.append)
    assert results.read_bytes() == before
    assert told == []


def test_the_table_has_ordered_intervals_and_costs(comparison) -> None:
    table = comparison_table(comparison.records)
    assert len(table) == sum(record.kind == "comparison" for record in comparison.records)
    assert (table["failure_low"] <= table["failure_rate"] + 1e-12).all()
    assert (table["failure_rate"] <= table["failure_high"] + 1e-12).all()
    assert (table["probes"] == table["part"].map({"sweep": 9, "circuit": 6})).all()
    assert table["ambiguous"].between(0, 1).all()
    circuits = table[table["engine"] == "statevector"]
    assert set(circuits["contender"]) == {
        "amplification", "ball-filter", "index-search", "label-writing", "probabilistic", "qaoa",
        "ramp", "sample-and-accept",
    }  # fmt: skip
    with_costs = table.dropna(subset=["state_preparations"])
    assert (with_costs["state_preparations"] >= 1).all()
    for cost in COSTS:
        known = table.dropna(subset=[cost])
        assert (known[f"{cost}_low"] <= known[cost]).all()
        assert (known[cost] <= known[f"{cost}_high"]).all()
    assert (table[table["kind"] == "classical"]["shots"] == 0).all()


def test_product_states_and_answers_read_classically_are_no_preparations(comparison) -> None:
    table = comparison_table(comparison.records)
    rows = table[table["contender"].isin(["qaoa", "ramp", "label-writing"])]
    assert len(rows)
    assert rows["state_preparations"].isna().all()
    assert (rows["two_qubit_gates"] > 0).all()
    assert (rows["evaluations"] > 0).equals(rows["contender"] == "qaoa")
    assert rows["peeks"].equals(rows["contender"] == "label-writing")


def test_a_filter_costs_as_many_preparations_as_its_success_says(comparison) -> None:
    table = comparison_table(comparison.records)
    rows = table[(table["contender"] == "sample-and-accept") & (table["success_per_shot"] > 0)]
    assert len(rows)
    for _, row in rows.iterrows():
        assert row["state_preparations"] == pytest.approx(1 / row["success_per_shot"])


def test_capacities_over_all_probes_stand_before_those_without_ambiguous_ones(comparison) -> None:
    table = capacity_table(comparison.records)
    # the load sweep runs over flips and over erasures; a scan holds every load where it is clear
    nearest = table[table["contender"] == "nearest"]
    assert len(nearest) == 2
    assert all(entry.startswith("> ") for entry in nearest["clear_capacity"])
    assert list(table.columns).index("capacity") < list(table.columns).index("clear_capacity")


def test_the_report_is_one_self_contained_page(comparison) -> None:
    page = comparison.report.read_text()
    folder = comparison.report.parent
    for name in ("gallery_flips", "gallery_erasures", "failure_against_corruption",
                 "failure_against_load", "circuits", "costs"):  # fmt: skip
        assert f'id="{name}"' in page
        assert (folder / f"{name}.png").read_bytes().startswith(b"\x89PNG")
    assert page.count("data:image/png;base64,") == 6
    assert "http" not in page.replace("http-equiv", "")
    assert rerun_command(SMALL) in page.replace("&#39;", "'")
    assert "not a speed-up" not in page
    assert "nothing here is a speed-up" in page
    assert not list(folder.glob(".*.part"))


def test_the_report_says_what_was_counted_and_who_knew_what(comparison) -> None:
    page = unescape(comparison.report.read_text())
    assert len(comparison.takeaways) == 3
    for sentence in comparison.takeaways:
        assert sentence in page
    for heading in ("failure rate, all probes", "where unambiguous", "ambiguous", "device ms",
                    "training evaluations a probe", "takes as certain"):  # fmt: skip
        assert heading in page
    for contender in set(comparison.table["contender"]):
        assert CONTENDERS[contender].label in page
        assert CONTENDERS[contender].setting in page
    assert "a bootstrap over pattern sets, never narrower than" in page
    assert "mean absolute overlap" in page
    assert "built-in" not in page
    assert " nan" not in page


def test_rows_of_an_earlier_trial_are_not_mixed_in(comparison) -> None:
    """What ``compare`` meant before is left in the file and never counted."""
    results = comparison.report.parent / "results.jsonl"
    rows = [json.loads(line) for line in results.read_text().splitlines()]
    old = next(row for row in rows if row.get("kind") == "comparison")
    old = Task(kind="compare", params=old["params"], seed=old["seed"])
    assert old.key not in {task.key for task in comparison_tasks(SMALL)}


def test_the_rerun_command_names_only_what_differs() -> None:
    assert rerun_command(ComparisonSettings()) == "qdenseam compare"
    changed = ComparisonSettings(num_sets=2, loads=(2, 4, 8))
    assert rerun_command(changed) == "qdenseam compare --loads 2,4,8 --num-sets 2"


def test_tasks_of_one_cell_share_their_data() -> None:
    cells: dict[tuple, set] = {}
    for task in comparison_tasks(SMALL):
        p = task.params
        key = (p["num_neurons"], p["num_patterns"], p["num_flips"], p["num_erasures"])
        cells.setdefault(key, set()).add(p["data_seed"])
    assert all(len(seeds) == 1 for seeds in cells.values())


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"num_sets": 0}, ValueError, "num_sets should be at least 1"),
        ({"loads": ()}, ValueError, "at least one value"),
        ({"loads": (2, 0)}, ValueError, "loads should be at least 1. Got 0"),
        ({"num_patterns": 0}, ValueError, "num_patterns should be at least 1"),
        ({"flips": (0, -1)}, ValueError, "flips should be at least 0"),
        ({"circuit_patterns": 0}, ValueError, "circuit_patterns should be at least 1"),
        ({"flips": (0, 17)}, ValueError, "exceeds num_neurons"),
        ({"circuit_erasures": 10}, ValueError, "exceeds circuit_neurons"),
        ({"loads": (2, 1000)}, ValueError, "loads should be at most 172.*Got 1000"),
        ({"circuit_neurons": 30}, CapacityError, "at most 20"),
    ],
)
def test_bad_settings_are_refused(changes, error, message) -> None:
    with pytest.raises(error, match=message):
        ComparisonSettings(**changes).fitted()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"loads": (2, 100_000)}, "distinct patterns of 16 neurons"),
        ({"data": "faces"}, "data should be"),
        ({"simulator": "abacus"}, "abacus"),
        ({"device": "fake:nowhere"}, "nowhere"),
    ],
)
def test_what_cannot_be_run_is_refused_before_anything_is_written(
    tmp_path, changes, message
) -> None:
    with pytest.raises(ValueError, match=message):
        compare(ComparisonSettings(**changes), out=tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_no_correct_recall_costs_infinity(comparison) -> None:
    record = next(r for r in comparison.records if r.params.get("contender") == "sample-and-accept")
    hopeless = replace(record, values={**record.values, "correct": [0, 0, 0]})
    assert math.isinf(comparison_table([hopeless])["state_preparations"][0])


def saved(path, num_patterns: int, num_neurons: int, seed: int) -> str:
    np.save(path, random_patterns(num_patterns, num_neurons, rng=seed))
    return str(path)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((12, 6), {"num_patterns": 8, "loads": (2, 4, 8), "flips": (0, 1, 2, 3),
                   "erasures": (0, 2), "circuit_neurons": 6, "circuit_patterns": 4}),
        ((3, 14), {"num_patterns": 3, "loads": (2,), "flips": (0, 1, 2, 3, 4),
                   "erasures": (0, 2, 4, 6), "circuit_neurons": 0, "circuit_patterns": 3}),
        ((1, 1), {"num_patterns": 1, "loads": (1,), "flips": (0,), "erasures": (0,),
                  "circuit_neurons": 1, "circuit_flips": 0, "circuit_erasures": 0}),
        ((40, 16), {"num_patterns": 8, "loads": (2, 4, 8, 16, 32), "erasures": (0, 2, 4, 6, 8)}),
    ],
)  # fmt: skip
def test_sizes_that_were_not_named_are_fitted_to_the_file(tmp_path, size, expected) -> None:
    settings = ComparisonSettings(data=saved(tmp_path / "mine.npy", *size, seed=1)).fitted()
    assert settings.num_neurons == size[1]
    assert {name: getattr(settings, name) for name in expected} == expected
    assert comparison_tasks(settings)


def test_sizes_that_were_named_are_kept(tmp_path) -> None:
    file = saved(tmp_path / "mine.npy", 12, 6, seed=1)
    asked = ComparisonSettings(data=file, circuit_neurons=0, loads=(2, 12), erasures=(5,))
    fitted = asked.fitted()
    assert (fitted.circuit_neurons, fitted.loads, fitted.erasures) == (0, (2, 12), (5,))
    assert all(task.params.get("part") == "sweep" for task in comparison_tasks(asked))
    assert rerun_command(asked) == (
        f"qdenseam compare --data {file} --loads 2,12 --erasures 5 --circuit-neurons 0"
    )


def few(file: str) -> ComparisonSettings:
    return ComparisonSettings(
        data=file, loads=(2, 3), flips=(0, 1), erasures=(0, 2), num_sets=1, num_probes=2, shots=50
    )


def test_a_file_is_compared_at_its_own_size(tmp_path) -> None:
    result = compare(few(saved(tmp_path / "mine.npy", 5, 14, seed=1)), out=tmp_path / "out")
    assert set(result.table["part"]) == {"sweep"}
    assert set(result.table["num_neurons"]) == {14}
    assert 'id="circuits"' not in result.report.read_text()


def test_content_decides_identity(tmp_path) -> None:
    file, out = tmp_path / "mine.npy", tmp_path / "out"

    def run(seed: int) -> tuple[int, list]:
        told: list[Progress] = []
        settings = few(saved(file, 5, 14, seed=seed))
        result = compare(settings, out=out, on_progress=told.append)
        return len(told), [r.values["patterns"] for r in result.records if r.kind == "gallery"]

    first, patterns = run(seed=1)
    assert first > 0
    again, others = run(seed=2)
    assert again == first
    assert others != patterns
    file = tmp_path / "moved.npy"
    assert run(seed=1) == (0, patterns)
    assert "mine.npy" not in (out / "results.jsonl").read_text()


def test_a_file_of_bits_is_compared_as_the_same_spins(tmp_path) -> None:
    spins = few(saved(tmp_path / "spins.npy", 5, 14, seed=1))
    np.save(tmp_path / "bits.npy", spins_to_bits(np.load(spins.data)))
    bits = replace(spins, data=str(tmp_path / "bits.npy"), bits=True)
    with pytest.raises(ValueError, match="spins or bits"):
        compare(replace(bits, bits=False), out=tmp_path)
    tables = [compare(each, out=tmp_path / str(each.bits)).table for each in (spins, bits)]
    assert_frame_equal(*(table.drop(columns="seconds") for table in tables))
    assert rerun_command(bits).startswith(f"qdenseam compare --data {bits.data} --bits --loads")
    assert comparison_tasks(bits) == comparison_tasks(spins)


def test_the_report_states_the_versions_of_its_rows(comparison) -> None:
    def page(records) -> str:
        settings = asdict(comparison.settings)
        out = comparison.report.parent / "old"
        return write_report(records, comparison.table, settings, out, command="").read_text()

    first, *others = comparison.records
    old = [replace(first, versions={**first.versions, "numpy": "1.0"}), *others]
    assert f"{np.__version__} ({len(others)} rows), 1.0 (1 row)" in page(old)
    assert f'<td class="note">{np.__version__}</td>' in comparison.report.read_text()
