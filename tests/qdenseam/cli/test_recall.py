"""One probe from the command line."""

import re
from importlib.util import find_spec

import numpy as np
import pytest
from cases import case
from method_examples import examples
from PIL import Image
from toy_service import ToyEngine, ToyService
from typer.testing import CliRunner

from circuits.loading import Auto
from classical_ref import Polynomial, bits_to_spins
from qdenseam import AmplitudeMemory
from qdenseam.cli.app import app
from qdenseam.methods import METHODS
from qdenseam.spelling import spell


@pytest.fixture
def run():
    def invoke(*arguments: str):
        small = ["--num-neurons", "9", "--num-patterns", "4", "--shots", "200"]
        return CliRunner().invoke(app, ["recall", *small, *arguments])

    return invoke


def pictures(output: str) -> list[list[str]]:
    """The columns of the drawing: title, then rows."""
    lines = output.split("\n\n")[0].splitlines()
    rows = [re.split(r" {2,}", line) for line in lines]
    return [list(column) for column in zip(*rows, strict=True)]


def test_pattern_probe_and_recall_side_by_side(run):
    result = run("--erasures", "2", "--flips", "0", "--method", "amplification")
    assert result.exit_code == 0, result.output
    pattern, probe, recalled = pictures(result.stdout)
    assert [pattern[0], probe[0], recalled[0]] == ["pattern", "probe", "recall"]
    assert recalled[1:] == pattern[1:]
    assert "".join(probe).count("??") == 2


def test_probe_from_text(run):
    result = run("--probe", "01?01?01?")
    assert result.exit_code == 0
    assert pictures(result.stdout)[0] == ["probe", *["··██??"] * 3]


def test_frequencies_stand_beside_the_law(run):
    result = run("--method", "probabilistic")
    lines = result.stdout[result.stdout.index("──") :].splitlines()
    rows = [re.split(" {2,}", line) for line in lines[1:]]
    counts, frequencies, law = (np.array([float(row[i]) for row in rows]) for i in (2, 3, 4))
    assert counts.sum() == 200
    np.testing.assert_allclose(frequencies, counts / 200, atol=1e-4)
    assert law.sum() == pytest.approx(1, abs=1e-3)
    assert "(target)" in rows[0][0]
    assert rows[0][1].strip() == "1"  # one flipped bit is what is left of the target


def test_flips_are_told_to_auto(run) -> None:
    asked = ("--data", "random", "--num-neurons", "8", "--shots", "200")
    made = run(*asked, "--flips", "1", "--erasures", "2")  # those made here are told
    assert "minimum-search on exact" in made.stdout
    given = ("--probe", "0?110100")
    assert "minimum-search on exact" in run(*asked, *given, "--expected-flips", "1").stdout
    assert "amplification on exact" in run(*asked, *given).stdout
    refused = run(*asked, *given, "--method", "amplification", "--expected-flips", "1")
    assert refused.exit_code == 2
    assert "method='auto' alone" in " ".join(refused.output.split())


def test_every_method_by_name(run):
    few = ("--data", "random", "--num-neurons", "5", "--num-patterns", "3", "--shots", "50")
    for method in ("auto", *sorted(METHODS)):
        result = run(*few, "--method", method, "--flips", "1")
        assert result.exit_code == 0, (method, result.output)
        if method != "auto":
            assert f"{method} on exact." in result.stdout


def test_of_a_small_file_all_patterns_are_stored_unless_a_number_is_named(tmp_path):
    np.save(tmp_path / "few.npy", [[1, -1, 1], [-1, -1, 1]])
    given = ["recall", "--data", str(tmp_path / "few.npy"), "--probe", "01?"]
    assert CliRunner().invoke(app, given).exit_code == 0
    refused = CliRunner().invoke(app, [*given, "--num-patterns", "3"])
    assert refused.exit_code == 2
    assert "num_patterns should be in [1, 2]. Got 3" in refused.stderr


def test_every_setting_reaches_the_recall(run, monkeypatch):
    asked = []

    def recorded(memory, probe, *, method, **options):
        asked.append((memory, method))
        raise ValueError("enough")

    monkeypatch.setattr("qdenseam.recall", recorded)
    options = ["--encoder", "auto(goal=depth)", "--separation", "polynomial(4)"]
    for method in examples():
        with case(spell(method)):
            assert "enough" in run("--method", spell(method), *options).stderr
            memory, given = asked.pop()
            assert given == method
            if isinstance(memory, AmplitudeMemory):
                assert memory.encoder == Auto(goal="depth")
            else:
                assert memory.model.separation == Polynomial(4)


def test_a_classical_memory_answers_too(run):
    spelled = "dense(exponential, update=synchronous, self_interaction=kept)"
    result = run("--erasures", "2", "--method", spelled)
    assert result.exit_code == 0, result.output
    pattern, _, recalled = pictures(result.stdout)
    assert recalled[1:] == pattern[1:]
    assert f"{spelled}. Recalled stored pattern 0." in result.stdout
    wrong = run("--flips", "1", "--method", "nearest")
    assert "No stored pattern agrees with every known neuron; this answer differs" in wrong.stdout


def test_the_same_seed_draws_the_same(run):
    assert run("--seed", "3").stdout == run("--seed", "3").stdout != run("--seed", "4").stdout


def test_a_circuit_says_what_it_costs(run):
    result = run("--sampler", "statevector", "--method", "amplification", "--erasures", "1")
    assert result.exit_code == 0, result.output
    assert re.search(r"One shot: \d+ qubits, \d+ two-qubit gates in depth \d+", result.stdout)


def test_a_file_of_patterns(tmp_path, rng):
    bits = np.arange(6)[:, None] >> np.arange(9) & 1
    np.save(tmp_path / "mine.npy", (1 - 2 * bits).reshape(6, 3, 3))
    arguments = ["recall", "--data", str(tmp_path / "mine.npy"), "--num-patterns", "5"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert len(pictures(result.stdout)[0]) == 1 + 3


def test_a_file_of_bits_has_to_be_said(tmp_path):
    rows = np.arange(6)[:, None] >> np.arange(9) & 1
    np.save(tmp_path / "bits.npy", rows.astype(np.uint8))
    np.save(tmp_path / "spins.npy", bits_to_spins(rows))
    arguments = ["recall", "--num-patterns", "5", "--data"]
    refused = CliRunner().invoke(app, [*arguments, str(tmp_path / "bits.npy")])
    assert refused.exit_code == 2
    assert re.match(r"Error: .*bits are meant\. Got .*--kind where a com", refused.stderr)
    bits = CliRunner().invoke(app, [*arguments, str(tmp_path / "bits.npy"), "--kind", "bits"])
    spins = CliRunner().invoke(app, [*arguments, str(tmp_path / "spins.npy")])
    assert bits.exit_code == 0, bits.output
    assert bits.stdout == spins.stdout


def test_photographs_are_recalled(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").mkdir()
    levels = np.kron(np.random.default_rng(4).integers(0, 200, (6, 4, 4)), np.ones((1, 9, 9)))
    for number, picture in enumerate(levels):
        Image.fromarray(picture.astype(np.uint8)).save(tmp_path / "photos" / f"{number}.png")
    Image.fromarray(np.uint8(levels[2] + 20)).resize((60, 40)).save(tmp_path / "darker.jpg")
    given = ["recall", "--data", "photos", "--num-patterns", "6", "--probe", "darker.jpg"]
    for more in (["--method", "minimum-search"], ["--method", "dense(exponential)"]):
        result = CliRunner().invoke(app, [*given, *more])
        assert result.exit_code == 0, result.output
        probe, recalled = pictures(result.stdout)[-2:]
        assert probe[1:] == recalled[1:]
        assert len(recalled) == 1 + 4
    refused = CliRunner().invoke(app, [*given, "--kind", "bits"])
    assert refused.exit_code == 2
    assert "should be 'grey' or 'color'" in refused.stderr


def test_a_factory_of_a_paid_device_is_refused(run, tmp_path, monkeypatch):
    service = ToyService(tmp_path)
    monkeypatch.setattr("qdenseam.execution.engine", lambda name: ToyEngine(service=service))
    result = run("--sampler", "my_backends:paid")
    assert result.exit_code == 2
    assert re.match("Error: .*should cost nothing .*qdenseam submit", result.stderr)
    assert service.jobs() == {}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--method", "grover"), "should be one of .*amplification, auto, .*Got 'grover'"),
        (("--method", "amplificaton"), "Did you mean 'amplification' or 'adaptive-amplification'"),
        (("--method", "qaoa(num_layer=1)"), "Did you mean 'num_layers'. At character 6 of"),
        (("--encoder", "schmid"), "Did you mean 'schmidt'"),
        (
            ("--method", "qaoa", "--separation", "cubic"),
            "separation should be .*Got 'cubic'",
        ),
        (("--sampler", "abacus"), "should be one of .*aer.*Got 'abacus'"),
        (("--sampler", "ibm:fez"), "should cost nothing .*qdenseam submit"),
        (("--data", "faces"), "should be 'digits', .*Got 'faces'"),
        (("--data", "digts"), "Got 'digts'. Did you mean 'digits'?"),
        (("--kind", "gray"), "kind should be one of .*grey.*Got 'gray'"),
        (("--threshold", "ots"), "threshold should be .*Got 'ots'"),
        (("--separation", "polynomal"), "Did you mean 'polynomial'"),
        (("--data", "missing.npy"), "No such file or directory: missing.npy"),
        (("--index", "4"), "index should be from 0 to 3. Got 4"),
        (("--probe", "01?010101", "--index", "1"), "should stand alone. Got --index too"),
        (("--probe", "01?010101", "--flips", "1"), "should stand alone. Got --flips too"),
        (("--probe", "01?010101", "--erasures", "2"), "should stand alone. Got --erasures too"),
        (("--num-patterns", "0"), r"num_patterns should be in \[1, "),
        (("--num-patterns", "4000"), r"num_patterns should be in \[1, "),
        (("--flips", "10"), "num_flips should be at most 9"),
        (("--probe", "01"), r"shape \(9,\).*Got shape \(2,\)"),
        (("--probe", "012345678"), "only 0, 1 and .*Got '2'"),
        (("--shots", "0"), "shots should be at least 1"),
        (("--data", "random", "--num-neurons", "50", "--sampler", "aer"), "50 neurons need"),
    ],
)
def test_bad_input(run, arguments, said):
    result = run(*arguments)
    assert result.exit_code == 2, result.output
    assert re.match(f"Error: .*{said}", result.stderr)
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


@pytest.fixture
def grey_pictures(tmp_path):
    """Five pictures of 4 x 6 pixels in 4 levels, the last of which stands twice."""
    levels = np.random.default_rng(2).integers(0, 4, (5, 4, 6))
    for number, picture in enumerate([*levels, levels[-1]]):
        Image.fromarray((picture * 64 + 9).astype(np.uint8)).save(tmp_path / f"{number}.png")
    return tmp_path


@pytest.mark.parametrize(
    "method",
    [
        "separation-filter(hamming-ball(3))",
        "categorical-filter(hamming-ball(1), bits_per_feature=$bits_per_feature)",
        "dense(exponential)",
    ],
)
def test_levels_of_grey_from_a_folder_to_a_drawing(grey_pictures, method):
    result = CliRunner().invoke(
        app,
        [
            *("recall", "--data", str(grey_pictures), "--levels", "gray(4)", "--shape", "4x6"),
            *("--merge-duplicates", "--flips", "1", "--method", method),
        ],
    )
    assert result.exit_code == 0, result.output
    pattern, probe, recalled = pictures(result.stdout.split("Recalled")[0])
    assert pattern[1:] == recalled[1:] != probe[1:]
    assert {*"".join(pattern[1:])} == {*"█▓░·"}


def test_an_answer_that_is_no_picture_is_said(grey_pictures):
    said = [
        CliRunner()
        .invoke(
            app,
            [
                *(
                    "recall",
                    "--data",
                    str(grey_pictures),
                    "--levels",
                    "one-hot(4)",
                    "--index",
                    index,
                ),
                *("--shape", "4x6", "--merge-duplicates", "--method", "hopfield"),
            ],
        )
        .stdout
        for index in "01234"
    ]
    spurious = ["spurious state" in each for each in said]
    assert [" no code word" in each for each in said] == spurious
    assert 0 < sum(spurious) < 5


def test_a_dense_memory_that_cannot_hold_the_data_says_what_can(grey_pictures):
    options = ("--data", str(grey_pictures), "--levels", "one-hot(4)", "--shape", "4x6")
    said = [
        CliRunner().invoke(app, ["recall", *options, "--merge-duplicates", "--method", method])
        for method in ("dense(polynomial(2))", "dense(polynomial(3))")
    ]
    assert "no fixed points of Polynomial(order=2)" in said[0].stdout
    assert "All of them stay with Polynomial(order=3)" in said[0].stdout
    assert "fixed points" not in said[1].stdout


def test_the_memory_weighs_what_was_merged(grey_pictures):
    options = ("--levels", "4", "--shape", "4x6", "--merge-duplicates", "--probe", "?" * 72)
    result = CliRunner().invoke(
        app, ["recall", "--data", str(grey_pictures), *options, "--method", "sample-and-accept"]
    )
    assert result.exit_code == 0, result.output
    laws = [
        line.split()[-1] for line in result.stdout.splitlines() if re.match(r"pattern \d", line)
    ]
    assert sorted(float(law) for law in laws if float(law)) == [0.1667] * 4 + [0.3333]


def test_a_picture_asks_in_the_levels_of_those_that_are_stored(grey_pictures):
    options = ("--levels", "gray(4)", "--shape", "4x6", "--merge-duplicates")
    asked = ("--probe", str(grey_pictures / "2.png"), "--method", "dense(exponential)")
    result = CliRunner().invoke(app, ["recall", "--data", str(grey_pictures), *options, *asked])
    assert result.exit_code == 0, result.output
    probe, recalled = pictures(result.stdout)
    assert probe[1:] == recalled[1:]
    assert "One stored pattern" not in result.stdout  # it is the one that fits


def test_a_typed_probe_gives_the_number_of_neurons(monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    result = CliRunner().invoke(app, ["recall", "--probe", "01?01?01?", "--num-patterns", "4"])
    assert result.exit_code == 0, result.output
    assert pictures(result.stdout)[0] == ["probe", *["··██??"] * 3]


class TestDraw:
    FEW = ("--data", "random", "--probe", "01?", "--num-patterns", "2")

    def test_as_text_as_wide_as_the_terminal(self, monkeypatch):
        monkeypatch.setenv("COLUMNS", "60")
        drawn = CliRunner().invoke(
            app, ["recall", *self.FEW, "--draw", "--method", "amplification"]
        )
        assert drawn.exit_code == 0, drawn.output
        wires = [line for line in drawn.stdout.splitlines() if "memory_0: " in line]
        assert wires
        assert max(map(len, wires)) <= 60
        auto = CliRunner().invoke(
            app, ["recall", *self.FEW, "--expected-flips", "1", "--draw", "-"]
        )
        assert "memory_0: " in auto.stdout

    def test_as_a_picture(self, monkeypatch, tmp_path):
        monkeypatch.chdir(tmp_path)
        if find_spec("pylatexenc") is None:
            refused = CliRunner().invoke(app, ["recall", *self.FEW, "--draw", "circuit.png"])
            assert refused.exit_code == 2
            assert "pip install pylatexenc" in refused.stderr
            assert refused.stdout == ""
            return
        for name, start in (("a.png", b"\x89PNG"), ("a.svg", b"<?xml"), ("a.pdf", b"%PDF")):
            drawn = CliRunner().invoke(app, ["recall", *self.FEW, "--draw", name])
            assert drawn.exit_code == 0, drawn.output
            assert (tmp_path / name).read_bytes().startswith(start)

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            (("--draw", "--method", "dense(exponential)"), "Got 'dense.*', which has none"),
            (("--draw", "--method", "minimum-search"), "--draw should go with a method of one"),
            (("--view", "a.html", "--method", "minimum-search"), "--view should go with a method"),
            (("--draw", "missing/a.png"), "pylatexenc|No such file or directory: missing"),
            (("--view", "missing/a.html"), "No such file or directory: missing"),
            (("--draw", "a.gif"), "end in .png, .svg, .pdf, or be - .*Got 'a.gif'"),
        ],
    )
    def test_refusals(self, arguments, said, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        refused = CliRunner().invoke(app, ["recall", *self.FEW, *arguments])
        assert refused.exit_code == 2
        assert re.search(said, refused.stderr)
        assert refused.stdout == ""
        assert not [*tmp_path.iterdir()]
