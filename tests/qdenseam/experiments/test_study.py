"""Studies: what a TOML file says, who is asked what, and that all are asked the same."""

import numpy as np
import pytest
from PIL import Image

from classical_ref import DenseMemory, Exponential, as_patterns
from qdenseam.experiments import Task
from qdenseam.experiments.collecting.results_file import read_records
from qdenseam.experiments.run_study import read_study, run_study
from qdenseam.experiments.study import Axes, Entrant, Study
from qdenseam.experiments.study_cells import cells_of, study_rows
from qdenseam.experiments.study_results import study_table
from qdenseam.experiments.trials import challenge, named_data
from qdenseam.plots.study import named_figures

TOML = """
title = "Filters and a dense memory"
seed = 7
[data]
num_neurons = 9
[[axes]]
name = "load"
num_patterns = [2, 4]
flips = [0, 1]
[sampling]
pattern_sets = 6
probes = 5
shots = 100
[[contender]]
recall = "separation-filter(hamming-ball($flips), amplified=1/$num_patterns)"
[[contender]]
recall = "dense(exponential(2.0), update=synchronous, self_interaction=kept)"
label = "dense memory"
[[contender]]
recall = "nearest"
[[contender]]
recall = "adiabatic"
memory = "energy(log-sum-exp)"
where = { num_patterns = [2], flips = [1] }
probes = 2
[[figure]]
x = "num_patterns"
by = "flips"
"""


@pytest.fixture
def study(tmp_path):
    file = tmp_path / "study.toml"
    file.write_text(TOML)
    return Study.from_toml(file)


def changed(study, **changes):
    return Study.from_dict(study.to_dict() | changes)


class TestText:
    def test_round_trip(self, study):
        assert Study.from_dict(study.to_dict()) == study
        assert study.contenders[3].where == {"num_patterns": (2,), "flips": (1,)}

    def test_one_table_of_axes_is_one_block(self, study):
        one = changed(
            study, axes={"num_patterns": [2, 4], "erasures": 1}, contender=[{"recall": "nearest"}]
        )
        assert [list(block.cells()) for block in one.axes] == [
            [{"num_patterns": 2, "erasures": 1}, {"num_patterns": 4, "erasures": 1}]
        ]

    def test_one_name_of_a_block_is_a_list_of_one(self, study):
        asked = changed(study, figure=[{"x": "flips", "axes": "load"}])
        assert asked.figures[0].axes == ("load",)
        assert Entrant(recall="nearest", engine=["aer"], axes="load").engine == ("aer",)
        assert Axes(values={"flips": [0, 1]}, engine="aer") == Axes(
            values={"flips": (0, 1)}, engine=("aer",)
        )

    def test_data_lie_beside_the_file(self, tmp_path):
        file = tmp_path / "study.toml"
        file.write_text('data = { source = "mine.npy" }\ncontender = [{ recall = "nearest" }]')
        assert Study.from_toml(file).data.source == str(tmp_path / "mine.npy")

    def test_a_folder_with_the_name_of_data_stays_a_folder(self, tmp_path):
        file = tmp_path / "study.toml"
        file.write_text('data = { source = "./digits" }\ncontender = [{ recall = "nearest" }]')
        asked = Study.from_toml(file)
        assert asked.data.is_file
        asked.keep(tmp_path / "kept.toml")
        assert Study.from_toml(tmp_path / "kept.toml").data.is_file

    def test_it_is_kept_whole(self, tmp_path, study):
        kept = tmp_path / "out" / "study.toml"
        for title in ("first", 'second, "quoted" \\ µ\x7f\n'):
            asked = changed(
                study,
                title=title,
                data={"source": str(tmp_path / "mine.npy"), "kind": "bits"},
                sampling={"until": {"half_width": 1e-5}},
                axes=[{}, {"name": "b", "a b": ["x", 1.5], "flips": [0, 1], "num_patterns": [2]}],
                contender=[{"recall": "nearest", "where": {"a b": ["x"]}}],
            )
            asked.keep(kept)
            assert Study.from_toml(kept) == asked

    def test_what_somebody_else_wrote_is_not_overwritten(self, tmp_path, study):
        (tmp_path / "study.toml").write_text(TOML)
        with pytest.raises(ValueError, match="choose another folder"):
            study.keep(tmp_path / "study.toml")

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"colour": 1}, "keys among .*Got 'colour'"),
            ({"sed": 1}, "Got 'sed'. Did you mean 'seed'"),
            ({"contender": []}, "at least one contender"),
            ({"contender": {}}, r"list of tables, \[\[contender\]\]"),
            ({"contender": [{"label": "x"}]}, "should have a key 'recall'"),
            ({"contender": [{"recall": "nearest", "engin": "aer"}]}, "Did you mean 'engine'"),
            ({"contender": [{"recall": "nearest", "axes": "lod"}]}, "blocks .*load. Got 'lod'"),
            ({"contender": [{"recall": "nearest", "where": {"K": [1]}}]}, "where should name axes"),
            ({"contender": [{"recall": "nearest", "shots": 0}]}, "shots should be in \\[1, "),
            ({"axes": [{"flips": []}]}, "axis 'flips' should have at least one value"),
            ({"axes": [{"flips": [1, 1]}]}, "axis 'flips' should have distinct values"),
            ({"axes": [{"flips": [0.5]}]}, "flips should be an integer"),
            ({"axes": [{"flips": [-1]}]}, "flips should be at least 0"),
            ({"axes": [{"noise": [True]}]}, "axis 'noise' should hold numbers or texts"),
            ({"axes": [{"num_paterns": [2]}]}, "Got 'num_paterns'.*Did you mean 'num_patterns'"),
            ({"axes": [{"engines": ["aer"]}]}, "or stand in .*Did you mean 'engine'"),
            ({"sampling": {"probes": 0}}, "probes should be in \\[1, "),
            ({"sampling": {"until": {"half_width": 2}}}, r"half_width should be in \(0, 1\)"),
            ({"sampling": 3}, "sampling should be a table"),
            ({"axes": [{"flips": 1, "sampling": {"probe": 3}}]}, "sampling should have keys among"),
            ({"axes": [{"flips": 1, "sampling": {"shots": 0}}]}, "shots should be in \\[1, "),
            ({"figure": [{"kind": "pie"}]}, "kind should be .*gallery. Got 'pie'"),
            ({"figure": [{"kind": "bars", "x": "flips"}]}, "x if it shows lines, and only then"),
            ({"figure": 2 * [{"kind": "bars", "name": "gates"}]}, "name of its own.*'gates' twice"),
            (
                {"figure": [{"kind": "bars", "name": "Figure-2"}, {"kind": "bars"}]},
                "Got 'figure-2' twice",
            ),
            ({"figure": [{"kind": "bars", "name": "../gates"}]}, "that of a file, no path"),
            ({"table": [{"axes": "lod"}]}, "blocks .*load. Got 'lod'"),
            ({"capacity": [{"failure_rate": 1}]}, "failure_rate should be in"),
            ({"cost": [{"of": "nearest", "against": "all"}]}, "labels .*Got 'all'"),
            ({"seed": -1}, "seed should be at least 0"),
        ],
    )  # fmt: skip
    def test_refusals(self, study, changes, message):
        with pytest.raises((ValueError, TypeError), match=message):
            changed(study, **changes)

    def test_the_file_is_named(self, tmp_path):
        file = tmp_path / "study.toml"
        file.write_text("title = 3 4")
        with pytest.raises(ValueError, match=r"study.toml: .*line 1"):
            Study.from_toml(file)


class TestRows:
    def test_a_block_has_engines_and_a_sampling_of_its_own(self, study):
        blocks = [{"name": "laws", "flips": 1}, {
            "name": "circuits", "flips": 1, "engine": "aer",
            "sampling": {"pattern_sets": 2, "shots": 9}}]  # fmt: skip
        asked = changed(
            study,
            axes=blocks,
            contender=[{"recall": "probabilistic(1)"}, {"recall": "nearest", "axes": "circuits"}],
            figure=[],
        )
        assert Study.from_dict(asked.to_dict()) == asked
        laws, circuits, scan = study_rows(asked)
        assert [row.engine for row in (laws, circuits, scan)] == ["exact", "aer", "classical"]
        assert (laws.sampling.pattern_sets, laws.params["shots"]) == (6, 100)
        assert (circuits.sampling.pattern_sets, circuits.params["shots"]) == (2, 9)
        assert circuits.params["num_probes"] == laws.params["num_probes"] == 5

    def test_what_takes_known_bits_as_certain_is_asked_where_they_are(self, study):
        asked = changed(
            study,
            axes={"flips": [0, 1], "erasures": [0, 2]},
            contender=[{"recall": "amplification"}],
            figure=[],
        )
        (row,) = study_rows(asked)
        assert (row.cell["flips"], row.cell["erasures"]) == (0, 2)
        with pytest.raises(ValueError, match=r"contender 1 .*asked in some cell.*add erasures"):
            study_rows(changed(study, contender=[{"recall": "amplification"}]))

    def test_who_is_asked_what(self, study):
        rows = study_rows(study)
        assert [row.kind for row in rows] == ["quantum"] * 4 + ["classical"] * 4 + [
            *(["baseline"] * 4),
            "quantum",
        ]
        assert rows[1].recall == "separation-filter(hamming-ball(1), amplified=0.5)"
        assert rows[-1].cell == {"num_neurons": 9, "num_patterns": 2, "flips": 1, "erasures": 0}

    def test_one_row_for_each_engine(self, study):
        two = changed(study, contender=[{"recall": "probabilistic(1)", "engine": ["exact", "aer"]}])
        assert [row.engine for row in study_rows(two)] == ["exact", "aer"] * 4

    @pytest.mark.parametrize(
        ("contender", "message"),
        [
            ({"recall": "amplificaton"}, r"contender 1 \(amplificaton\): .*amplification"),
            ({"recall": "hamming-ball($flop)"}, "contender 1"),
            ({"recall": "adiabatic"}, "memory should be that of the method"),
            ({"recall": "probabilistic(1)", "engine": "ibm:fez"}, "contender 1"),
            ({"recall": "probabilistic(1)", "engine": "os:system"}, "contender 1"),
            ({"recall": "probabilistic(1)", "engine": "aerr"}, "contender 1 .*aer"),
            ({"recall": "amplification", "memory": "amplitude(3)"}, "contender 1"),
        ],
    )
    def test_refusals_name_the_contender(self, study, contender, message):
        with pytest.raises(ValueError, match=message):
            study_rows(changed(study, contender=[contender]))

    @pytest.mark.parametrize(
        ("axes", "message"),
        [
            ({"num_patterns": 10**6}, "num_patterns should be at most"),
            ({"flips": 5, "erasures": 5}, "flips and erasures should be at most 9 together"),
        ],
    )
    def test_data_that_cannot_serve(self, study, axes, message):
        with pytest.raises(ValueError, match=message):
            study_rows(changed(study, axes=[axes], contender=[{"recall": "nearest"}]))

    def test_all_get_the_same_sets_and_probes(self, study):
        rows = [
            row for row in study_rows(study) if row.cell["flips"] and row.cell["num_patterns"] == 2
        ]
        given = [challenge(row.params, 3) for row in rows]
        assert len(rows) == 4
        for each in given:  # few are the first of many
            assert (each.probes == given[0].probes[: len(each.probes)]).all()
        assert all((each.patterns == given[0].patterns).all() for each in given)

    def test_labels_are_no_part_of_what_is_asked(self, study):
        first, renamed = (
            study_rows(changed(study, contender=[{"recall": "nearest", "label": label}]))[0].tasks(
                6
            )
            for label in ("a", "b")
        )
        assert first == renamed
        assert isinstance(first[0], Task)

    def test_content_decides_identity(self, study, tmp_path):
        """A moved file is the same data, a changed one is not."""
        bits = np.random.default_rng(0).integers(0, 2, size=(6, 9), dtype=np.uint8)
        tasks = []
        for name, content in (("a.npy", bits), ("b.npy", bits), ("a.npy", 1 - bits)):
            np.save(tmp_path / name, content)
            data = {"source": str(tmp_path / name), "kind": "bits"}
            mine = changed(study, data=data, contender=[{"recall": "nearest"}])
            tasks.append([row.tasks(6) for row in study_rows(mine)])
        assert tasks[0] == tasks[1] != tasks[2]

    def test_the_same_pictures_are_the_same_data(self, study, tmp_path):
        """Photographs in a folder, their grey levels in a file, and the patterns made of them."""
        levels = np.random.default_rng(0).integers(0, 256, (4, 8, 6), dtype=np.uint8)
        (tmp_path / "photos").mkdir()
        for number, picture in enumerate(levels):
            Image.fromarray(picture).save(tmp_path / "photos" / f"{number}.png")
        np.savez(tmp_path / "levels.npz", levels)
        pooled = as_patterns(levels, num_neurons=12, threshold=120)
        np.save(tmp_path / "spins.npy", pooled.patterns.reshape(-1, *pooled.shape))
        (tmp_path / "twice").mkdir()
        for number in (0, 1, 2, 3, 0):
            name = f"{len(list((tmp_path / 'twice').iterdir()))}.png"
            Image.fromarray(levels[number]).save(tmp_path / "twice" / name)
        tasks = []
        for data in (
            {"source": "photos", "threshold": 120},
            {"source": "levels.npz", "threshold": 120, "kind": "grey"},
            {"source": "spins.npy"},
            {"source": "twice", "threshold": 120, "merge_duplicates": True},
        ):
            given = data | {"source": str(tmp_path / data["source"]), "num_neurons": 12}
            mine = changed(study, data=given, contender=[{"recall": "nearest"}])
            tasks.append([task for row in study_rows(mine) for task in row.tasks(6)])
            table = run_study(mine, tmp_path / "results.jsonl")
            assert (table["num_neurons"] == 12).all()
        assert tasks[0] == tasks[1] == tasks[2] != tasks[3]  # of which one counts twice
        with pytest.raises(ValueError, match=r"twice: .*Rows 0 and 4 are equal.*--merge-dup"):
            cells_of(changed(study, data={"source": str(tmp_path / "twice"), "num_neurons": 12}))

    def test_levels_and_shape_are_said_in_the_file(self, study, tmp_path):
        grey = np.random.default_rng(1).integers(0, 256, (6, 24), dtype=np.uint8)
        np.save(tmp_path / "grey.npy", grey)
        text = "categorical-filter(hamming-ball(1), bits_per_feature=$bits_per_feature)"
        source = {"source": str(tmp_path / "grey.npy"), "shape": [4, 6], "levels": "one-hot(3)"}
        contenders = [{"recall": text}, {"recall": "best-exponential"}]
        sizes = {"num_patterns": [4], "flips": [0, 2]}
        mine = changed(study, data=source, contender=contenders, axes=sizes)
        mine = Study.from_dict(mine.to_dict())
        assert mine.data.to_table()["shape"] == "4x6"
        rows = study_rows(mine)
        assert "bits_per_feature=3" in rows[0].recall
        data = named_data(rows[0].params | rows[0].files)
        expected = as_patterns(grey, shape=(4, 6), levels="one-hot(3)")
        assert data.content_hash() == expected.content_hash()
        table = run_study(mine, tmp_path / "results.jsonl")
        assert (table["num_neurons"] == 72).all()
        assert (table.loc[table["flips"] == 0, "failures"] == 0).all()


class TestRun:
    def test_the_table_counts_what_the_memories_do(self, study, tmp_path):
        table = run_study(study, tmp_path / "results.jsonl")
        assert len(table) == 13
        assert table["sets"].tolist() == [6] * 13
        row = table[
            (table["label"] == "dense memory")
            & (table["num_patterns"] == 4)
            & (table["flips"] == 1)
        ]
        wrong = 0
        params = next(
            each.params
            for each in study_rows(study)
            if (each.label, each.cell["num_patterns"], each.cell["flips"]) == ("dense memory", 4, 1)
        )
        for index in range(6):
            given = challenge(params, index)
            memory = DenseMemory(given.patterns, separation=Exponential(2.0))
            states = memory.recall(
                given.probes, update="synchronous", self_interaction="kept", rng=0
            ).states
            wrong += int((states != given.patterns[given.targets]).any(axis=1).sum())
        assert row["failures"].item() == wrong
        assert np.isnan(row["two_qubit_gates"].item())
        filters = table[table["kind"] == "quantum"].iloc[:4]
        assert (filters["state_preparations"] >= 3).all()
        assert (filters["two_qubit_gates"] > 0).all()

    def test_a_finished_study_does_nothing(self, study, tmp_path):
        path = tmp_path / "results.jsonl"
        first = run_study(study, path)
        before = path.read_bytes()
        again = run_study(study, path)
        assert path.read_bytes() == before
        assert again.equals(first)
        found = read_study(study, path)
        assert study_table(found).equals(first)
        assert all({*each.columns} <= {*first.columns} for each in found)

    def test_what_takes_longest_is_run_first(self, study, tmp_path):
        asked = changed(
            study,
            axes=[{"num_patterns": 2, "flips": 0}],
            sampling={"pattern_sets": 1, "probes": 1, "shots": 9},
            figure=[],
            contender=[
                {"recall": "nearest"},
                {"recall": "sample-and-accept", "engine": ["exact", "aer", "fake:manila"]},
            ],
        )
        path = tmp_path / "results.jsonl"
        table = run_study(changed(asked, data={"source": "random", "num_neurons": 3}), path)
        assert [*table["engine"]] == ["classical", "exact", "aer", "fake:manila"]
        run = [record.backend for record in read_records(path)]
        assert run == ["fake:manila", "aer", "classical", "exact"]

    def test_what_was_not_run_is_read_as_such(self, study, tmp_path):
        path = tmp_path / "results.jsonl"
        run_study(changed(study, contender=study.to_dict()["contender"][1:2]), path)
        more = changed(study, sampling={"pattern_sets": 9, "probes": 5, "shots": 100})
        found = read_study(more, path)
        assert {each.stopped for each in found} == {"unfinished"}
        assert [len(each.records) for each in found] == [0] * 4 + [1] * 4 + [0] * 5
        assert study_table(found)["sets"].tolist() == [5] * 4
        assert named_figures(study.figures, study_table(found), found)
        assert not named_figures(study.figures, study_table(found[-1:]), found[-1:])

    def test_more_sets_until_intervals_are_narrow(self, study, tmp_path):
        until = {"half_width": 0.07, "at_least_sets": 4, "at_most_sets": 40}
        asked = changed(
            study,
            sampling={"probes": 5, "until": until},
            contender=[{"recall": "nearest"}, {"recall": "hopfield"}],
        )
        table = run_study(asked, tmp_path / "results.jsonl")
        half = (table["failure_rate_high"] - table["failure_rate_low"]) / 2
        assert set(table["stopped"]) == {"narrow enough", "at_most_sets"}
        assert (half[table["stopped"] == "narrow enough"] <= 0.07).all()
        assert (table["sets"][table["stopped"] == "at_most_sets"] == 40).all()
        for _, cell in table.groupby(["num_patterns", "flips"]):
            assert cell["sets"].nunique() == 1  # all contenders of a cell draw on together
