"""The main job end to end at its smallest, its study and its page."""

import math
from dataclasses import replace
from html import unescape
from importlib.resources import files

import numpy as np
import pytest
from page_checks import checked_page

import qdenseam
from classical_ref.patterns import random_patterns
from classical_ref.spins import spins_to_bits
from qdenseam import CapacityError, Study, compare
from qdenseam.experiments.run_study import read_study
from qdenseam.experiments.study_capacities import capacity_rows
from qdenseam.experiments.study_cells import study_rows
from qdenseam.experiments.study_rates import COSTS
from qdenseam.experiments.study_results import row_result, study_table
from qdenseam.report.study import write_study_report
from qdenseam.studies.compare import ComparisonSettings, comparison_study, rerun_command
from qdenseam.studies.contenders import ContenderStudy

SMALL = ComparisonSettings(
    num_neurons=10,
    num_patterns=3,
    loads=(2, 3, 4),
    flips=(0, 1),
    erasures=(2,),
    num_sets=3,
    num_probes=3,
    shots=100,
    circuit_neurons=6,
    circuit_patterns=3,
    circuit_sets=2,
    circuit_probes=2,
    simulator="statevector",
    device="",
    method=("separation-filter(hamming-ball(1))", "dense(polynomial(4))", "nearest"),
)


def tasks(settings: ComparisonSettings) -> list:
    rows = study_rows(comparison_study(settings))
    return [task for row in rows for task in row.tasks(row.sampling.pattern_sets)]


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    return compare(SMALL, out=tmp_path_factory.mktemp("comparison"))


def test_the_shipped_file_is_the_default_comparison() -> None:
    shipped = Study.from_toml(files("qdenseam.studies") / "compare.toml")
    assert comparison_study(ComparisonSettings()) == shipped


def test_a_device_cell_rests_on_as_many_probes_as_a_rate_needs() -> None:
    rows = study_rows(comparison_study(ComparisonSettings()))
    assert {row.engine for row in rows} == {"classical", "exact", "aer", "fake:fez"}
    assert min(row.sampling.pattern_sets * row.params["num_probes"] for row in rows) >= 20


def test_every_row_was_run_and_a_second_run_does_nothing(comparison, monkeypatch) -> None:
    assert all(each.stopped == "as asked" for each in comparison.found.results)
    results = comparison.report.parent / "results.jsonl"
    before = results.read_bytes()
    told = []
    monkeypatch.setattr(ContenderStudy, "write_report", lambda *_, **__: comparison.report)
    compare(SMALL, out=comparison.report.parent, on_progress=told.append)
    assert results.read_bytes() == before
    assert told == []


def test_what_is_asked_is_kept_before_it_is_run(tmp_path, monkeypatch) -> None:
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr(ContenderStudy, "run", interrupted)
    for asked in (SMALL, replace(SMALL, seed=SMALL.seed + 1)):
        with pytest.raises(KeyboardInterrupt):
            compare(asked, out=tmp_path)
        assert Study.from_toml(tmp_path / "study.toml") == comparison_study(asked)


def test_the_table_has_ordered_intervals_and_costs(comparison) -> None:
    table = comparison.found.table
    assert (table["failure_rate_low"] <= table["failure_rate"] + 1e-12).all()
    assert (table["failure_rate"] <= table["failure_rate_high"] + 1e-12).all()
    is_circuit = table["block"].str.startswith("circuit")
    assert (table["probes"] == np.where(is_circuit, 4, 9)).all()
    assert table["ambiguous"].between(0, 1).all()
    circuits = table[table["engine"] == "statevector"]
    assert set(circuits["label"]) == {
        "amplitude amplification", "amplified ball filter", "index search", "label writing",
        "probabilistic memory", "warm-started QAOA", "annealing ramp", "measure and accept",
        "separation-filter(hamming-ball(1))",
    }  # fmt: skip
    with_costs = table.dropna(subset=["state_preparations"])
    assert (with_costs["state_preparations"] >= 1).all()
    for cost in COSTS:
        known = table.dropna(subset=[cost])
        assert (known[f"{cost}_low"] <= known[cost]).all()
        assert (known[cost] <= known[f"{cost}_high"]).all()
    assert (table[table["kind"] == "classical"]["shots"] == 0).all()


def test_a_method_of_ones_own_choice_is_asked_in_every_cell(comparison) -> None:
    table = comparison.found.table
    cells = table.groupby(["block", "num_patterns", "flips", "erasures"]).ngroups
    for label in (
        "separation-filter(hamming-ball(1))",
        "dense(polynomial(4))",
        "nearest-neighbor scan",
    ):
        assert (table["label"] == label).sum() == cells
    assert "nearest" not in set(table["label"])  # it stands there already
    words = "energy(log-sum-exp)"
    own = comparison_study(replace(SMALL, method=("qaoa(num_layers=1)",))).contenders[-1]
    assert (own.recall, own.memory) == ("qaoa(num_layers=1)", words)


def test_product_states_and_answers_read_classically_are_no_preparations(comparison) -> None:
    table = comparison.found.table
    rows = table[table["label"].isin(["warm-started QAOA", "annealing ramp", "label writing"])]
    assert len(rows)
    assert rows["state_preparations"].isna().all()
    assert (rows["two_qubit_gates"] > 0).all()
    assert (rows["evaluations"] > 0).equals(rows["label"] == "warm-started QAOA")
    assert rows["peeks"].equals(rows["label"] == "label writing")


def test_a_filter_costs_as_many_preparations_as_its_success_says(comparison) -> None:
    table = comparison.found.table
    rows = table[(table["label"] == "measure and accept") & (table["success_per_shot"] > 0)]
    assert len(rows)
    for _, row in rows.iterrows():
        assert row["state_preparations"] == pytest.approx(1 / row["success_per_shot"])


def test_capacities_over_all_probes_stand_before_those_without_ambiguous_ones(comparison) -> None:
    (asked,) = comparison.study.capacities
    rows = capacity_rows(comparison.found.results, asked)
    # the load sweep runs over flips and over erasures; a scan holds every load where it is clear
    nearest = [row for row in rows if row["label"] == "nearest-neighbor scan"]
    assert [(row["flips"], row["erasures"]) for row in nearest] == [(1, 0), (0, 2)]
    assert all(row["clear_capacity"].startswith("> ") for row in nearest)
    assert [*rows[0]].index("capacity") < [*rows[0]].index("clear_capacity")


def test_the_page_says_what_was_counted_and_who_knew_what(comparison) -> None:
    text = comparison.report.read_text()
    page, said = checked_page(text), unescape(text)
    folder = comparison.report.parent
    names = [
        "table.csv", "gallery-flips.png", "gallery-erasures.png", "failure-against-flips.png",
        "failure-against-erasures.png", "failure-against-load-flips.png",
        "failure-against-load-erasures.png", "circuits.png", "state-preparations.png",
        "two-qubit-gates.png",
    ]  # fmt: skip
    assert {given["href"] for given in page.all("a")} == {*names}
    assert "Not drawn, for nobody has such a number there: device seconds." in said
    assert all((folder / name).stat().st_size > 500 for name in names)
    assert rerun_command(SMALL) in said
    for sentence in comparison.found.sentences:
        assert sentence in said
    for heading in ("failure rate", "where unambiguous", "training evaluations a probe",
                    "takes as certain", "Against a scan that knows as much"):  # fmt: skip
        assert heading in said
    for contender in comparison.study.contenders:
        assert contender.name in said
        assert contender.note in said
    assert "mean absolute overlap" in said
    assert "Nothing here is a speed-up over classical recall." in " ".join(said.split())
    assert "not asked here" in said
    assert " nan" not in said
    assert not list(folder.glob(".*.part"))


def test_the_folder_is_one_of_any_study(comparison) -> None:
    folder = comparison.report.parent
    kept = Study.from_toml(folder / "study.toml")
    assert study_table(read_study(kept, folder / "results.jsonl")).equals(comparison.found.table)
    assert qdenseam.load_results(folder).equals(comparison.found.table)
    rows = qdenseam.load_results(folder / "results.jsonl")
    assert {"recall", "engine", "key", "seconds"} < set(rows.columns)


def test_the_rerun_command_names_only_what_differs() -> None:
    assert rerun_command(ComparisonSettings()) == "qdenseam compare"
    changed = ComparisonSettings(num_sets=2, loads=(2, 4, 8), method=("hopfield", "ising(3)"))
    assert rerun_command(changed, ("mine",)) == (
        "qdenseam compare --loads 2,4,8 --num-sets 2 --method hopfield --method 'ising(3)' "
        "--import mine"
    )


def test_one_more_engine_runs_the_circuit_cells() -> None:
    study = comparison_study(replace(SMALL, engine=("aer",)))
    engines = {block.name: block.engine for block in study.axes}
    assert engines["circuit-flips"] == ("statevector", "aer")
    assert engines["flips"] == ()


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"num_sets": 0}, ValueError, "num_sets should be at least 1"),
        ({"loads": ()}, ValueError, "at least one value"),
        ({"loads": (2, 0)}, ValueError, "loads should be at least 1. Got 0"),
        ({"num_patterns": 0}, ValueError, "num_patterns should be at least 1"),
        ({"flips": (0, -1)}, ValueError, "flips should be at least 0"),
        ({"circuit_patterns": 0}, ValueError, "circuit_patterns should be at least 1"),
        ({"flips": (0, 17)}, ValueError, "at most 16 together"),
        ({"circuit_erasures": 10}, ValueError, "at most 9 together"),
        ({"loads": (2, 1000)}, ValueError, "num_patterns should be at most 172.*Got 1000"),
        ({"circuit_neurons": 30}, CapacityError, "at most 20"),
        ({"loads": (2, 100_000)}, ValueError, "distinct patterns of 16 neurons"),
        ({"data": "faces"}, ValueError, "data should be"),
        ({"simulator": "abacus"}, ValueError, "abacus"),
        ({"device": "fake:nowhere"}, ValueError, "nowhere"),
        ({"method": ("amplificaton",)}, ValueError, "Did you mean .*'amplification'"),
        ({"method": ("separation-filter(3)",)}, ValueError, "filter"),
    ],
)
def test_what_cannot_be_run_is_refused_before_anything_is_written(
    tmp_path, changes, error, message
) -> None:
    with pytest.raises(error, match=message):
        compare(ComparisonSettings(**changes), out=tmp_path / "new")
    assert not (tmp_path / "new").exists()


def test_no_correct_recall_costs_infinity(comparison) -> None:
    found = next(
        each for each in comparison.found.results if each.row.label == "measure and accept"
    )
    (record,) = found.records
    hopeless = replace(record, values={**record.values, "correct": [0, 0, 0]})
    assert math.isinf(row_result(found.row, [hopeless]).columns["state_preparations"])


def saved(path, num_patterns: int, num_neurons: int, seed: int) -> str:
    np.save(path, random_patterns(num_patterns, num_neurons, rng=seed))
    return str(path)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((12, 6), {"flips": {"num_patterns": (8,), "flips": (0, 1, 2, 3)},
                   "erasures": {"erasures": (0, 2)},
                   "load-flips": {"num_patterns": (2, 4, 8), "flips": (2,)},
                   "circuit-flips": {"num_neurons": (6,), "num_patterns": (4,)}}),
        ((3, 14), {"flips": {"num_patterns": (3,), "flips": (0, 1, 2, 3, 4)},
                   "erasures": {"erasures": (0, 2, 4, 6)}, "load-flips": {"num_patterns": (2,)}}),
        ((1, 1), {"flips": {"num_patterns": (1,), "flips": (0,)}, "erasures": {"erasures": (0,)},
                  "load-erasures": {"num_patterns": (1,)},
                  "circuit-flips": {"num_neurons": (1,), "flips": (0,)},
                  "circuit-erasures": {"erasures": (0,)}}),
        ((40, 16), {"load-flips": {"num_patterns": (2, 4, 8, 16, 32)},
                    "erasures": {"erasures": (0, 2, 4, 6, 8)}}),
    ],
)  # fmt: skip
def test_sizes_that_were_not_named_are_fitted_to_the_file(tmp_path, size, expected) -> None:
    file = saved(tmp_path / "mine.npy", *size, seed=1)
    study = comparison_study(ComparisonSettings(data=file))
    blocks = {block.name: block.values for block in study.axes}
    assert ("circuit-flips" in blocks) == (size[1] <= 12)
    for name, values in expected.items():
        assert {axis: blocks[name][axis] for axis in values} == values
    assert {row.cell["num_neurons"] for row in study_rows(study)} == {size[1]}


def test_sizes_that_were_named_are_kept(tmp_path) -> None:
    file = saved(tmp_path / "mine.npy", 12, 6, seed=1)
    asked = ComparisonSettings(data=file, circuit_neurons=0, loads=(2, 12), erasures=(5,))
    study = comparison_study(asked)
    values = {block.name: block.values for block in study.axes}
    assert [*values] == ["flips", "erasures", "load-flips", "load-erasures"]
    assert values["load-erasures"]["num_patterns"] == (2, 12)
    assert values["load-erasures"]["erasures"] == (5,)
    assert {figure.kind for figure in study.figures} == {"lines", "gallery"}
    assert rerun_command(asked) == (
        f"qdenseam compare --data {file} --loads 2,12 --erasures 5 --circuit-neurons 0"
    )


def test_content_decides_identity(tmp_path) -> None:
    first = tasks(ComparisonSettings(data=saved(tmp_path / "mine.npy", 5, 14, seed=1)))
    other = tasks(ComparisonSettings(data=saved(tmp_path / "mine.npy", 5, 14, seed=2)))
    moved = tasks(ComparisonSettings(data=saved(tmp_path / "moved.npy", 5, 14, seed=1)))
    assert first == moved
    assert not {task.key for task in first} & {task.key for task in other}
    assert "mine.npy" not in first[0].identity_text


def test_a_file_of_bits_is_compared_as_the_same_spins(tmp_path) -> None:
    spins = ComparisonSettings(data=saved(tmp_path / "spins.npy", 5, 14, seed=1))
    np.save(tmp_path / "bits.npy", spins_to_bits(np.load(spins.data)))
    bits = replace(spins, data=str(tmp_path / "bits.npy"), kind="bits")
    with pytest.raises(ValueError, match="spins or bits"):
        compare(replace(bits, kind=None), out=tmp_path)
    assert rerun_command(bits) == f"qdenseam compare --data {bits.data} --kind bits"
    assert tasks(bits) == tasks(spins)


def test_the_report_states_the_versions_of_its_rows(comparison, tmp_path) -> None:
    first, *others = comparison.found.results
    records = [replace(r, versions={**r.versions, "numpy": "1.0"}) for r in first.records]
    results = [row_result(first.row, records), *others]
    study = replace(comparison.study, figures=())
    page = write_study_report(study, results, tmp_path, command="").read_text()
    num_others = sum(len(each.records) for each in others)
    assert f"{np.__version__} ({num_others} rows), 1.0 (1 row)" in page
    assert f"<td>{np.__version__}</td>" in comparison.report.read_text()
