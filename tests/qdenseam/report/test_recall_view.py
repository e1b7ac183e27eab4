"""One recall step by step: the last step is the law, and the page works without a network."""

import json
import re

import numpy as np
import pytest
from cases import case
from method_examples import SPREAD, example_id
from page_checks import checked_page
from qiskit.quantum_info import Statevector
from typer.testing import CliRunner

from classical_ref.recipes import RECIPES
from qdenseam import AmplitudeMemory, CapacityError, EnergyMemory
from qdenseam.cli.app import app
from qdenseam.cli.recalls import circuit_drawing
from qdenseam.methods import QAOA, VenturaMartinez
from qdenseam.report import recall_view, steps, view

PATTERNS = np.array(
    [[1, 1, -1, -1, 1, 1], [-1, -1, 1, 1, -1, 1], [-1, 1, -1, 1, -1, -1]], dtype=np.int8
)
PROBE = np.array([1, 0, -1, -1, 1, 0], dtype=np.int8)
KINDS = {
    "amplitude": (AmplitudeMemory, "amplification"),
    "energy": (EnergyMemory, QAOA(num_layers=2, gammas=(0.11, 0.23), betas=(0.6, 0.3))),
    "classical": (AmplitudeMemory, "dense(polynomial(2))"),
}


@pytest.fixture
def no_library(monkeypatch):
    """Pages without the library that draws: their text and numbers are the same."""
    monkeypatch.setattr(view, "_library", lambda: "")
    monkeypatch.setattr(circuit_drawing, "find_spec", lambda _: True)


def written(kind, tmp_path):
    memory, method = KINDS[kind]
    path = tmp_path / f"{kind}.html"
    return recall_view(memory(PATTERNS), PROBE, path, method=method, shape=(2, 3), rng=0)


def data_of(text, name):
    return json.JSONDecoder().raw_decode(text.partition(f"{name} = ")[2])[0]


@pytest.mark.parametrize("method", [*SPREAD, VenturaMartinez(num_rounds=3)], ids=example_id)
def test_the_last_step_is_the_law(method):
    memory = method.memory_type(PATTERNS)
    found, law = steps.circuit_steps(method, memory, PROBE), method.law(memory, PROBE)
    assert np.abs(found.joint[-1] - law.joint).max() <= 1e-10
    assert found.spurious[-1] == pytest.approx(law.spurious, abs=1e-10)
    assert found.rejected[-1] == pytest.approx(law.rejected, abs=1e-10)
    np.testing.assert_allclose(found.joint.sum(1) + found.spurious + found.rejected, 1, atol=1e-10)
    state = Statevector(method.circuit(memory, PROBE)).data
    stored = (1 - PATTERNS) // 2 @ (1 << np.arange(6))
    np.testing.assert_allclose(found.amplitudes[-1], state[stored], atol=1e-10)
    if found.energies is not None:
        energy = law.distribution @ memory.diagonal(PROBE) / law.acceptance
        assert found.energies[-1] == pytest.approx(energy, abs=1e-9)


def test_grover_rounds_are_seen_one_by_one():
    """Of K = 8 one is marked: an oracle turns its sign, k rounds give sin²((2k + 1)θ)."""
    bits = (np.arange(8)[:, None] >> np.arange(3)) & 1
    memory = AmplitudeMemory((1 - 2 * bits).astype(np.int8))
    method = view.parse("method", "amplification(schedule=iterations(2), num_matches=1)")
    found = steps.circuit_steps(method, memory, np.ones(3, dtype=np.int8))
    angle = np.arcsin(8**-0.5)
    expected = np.sin([angle, -angle, 3 * angle, -3 * angle, 5 * angle])
    np.testing.assert_allclose(found.amplitudes[:, 0], expected, atol=1e-12)
    assert found.names[1:3] == ("oracle 1", "reflect 1")


def test_classical_memories_are_seen_sweep_by_sweep():
    for recipe in (each() for each in RECIPES.values()):
        with case(recipe.name):
            found = steps.classical_steps(recipe, PATTERNS, PROBE, clamped=None, rng=3)
            answer = recipe.recall(PATTERNS, PROBE, rng=3)
            assert (found.ones[-1] == (1 - answer) / 2).all()
            assert (found.ones[0] == (1 - PROBE) / 2).all()
            assert (found.joint[-1] == (answer == PATTERNS).all(axis=1)).all()
            if recipe.name != "nearest":
                energy = recipe.memory(PATTERNS).energy(answer)
                assert found.energies[-1] == pytest.approx(energy)


@pytest.mark.parametrize("kind", KINDS)
def test_the_page(kind, tmp_path, no_library):
    text = written(kind, tmp_path).read_text()
    page = checked_page(text)
    memory, method = KINDS[kind]
    if kind != "classical":
        method = view.parse("method", method) if isinstance(method, str) else method
        law = method.law(memory(PATTERNS), PROBE)
        shown = dict(zip(data_of(text, "columns"), data_of(text, "numbers")[-1], strict=True))
        for k in range(3):
            assert float(shown[f"pattern {k}"]) == pytest.approx(law.joint[k], abs=5e-5)
    assert "http" not in text
    assert [row[0][:2] for row in page.rows[1:]] == [f"{i}:" for i in range(len(page.rows) - 1)]
    charts = data_of(text, "charts")
    assert all(len(chart["now"]) == len(page.rows) - 1 for chart in charts)
    assert ("amplitudes" in " ".join(c["caption"] for c in charts).lower()) == (kind != "classical")
    assert written(kind, tmp_path).read_text() == text


def test_it_can_be_stepped_by_keys_in_a_browser(tmp_path, opened, laid_out):
    pytest.importorskip("vl_convert", reason="needs the extra view")
    path = written("energy", tmp_path)
    assert path.stat().st_size < 1_100_000
    page = opened(path)
    page.wait_for_function("document.getElementById('said').textContent")
    last = page.inner_text("#said")
    pictures = page.inner_html("#chart-0"), page.inner_html("#chart-1")
    page.focus("#step")
    page.keyboard.press("Home")
    page.wait_for_timeout(200)
    assert page.inner_text("#said").startswith("After step 0, ")
    assert (page.inner_html("#chart-0"), page.inner_html("#chart-1")) != pictures
    page.focus("#play")
    page.keyboard.press("Enter")
    page.wait_for_function(f"document.getElementById('said').textContent == {json.dumps(last)}")
    page.wait_for_timeout(200)
    assert (page.inner_html("#chart-0"), page.inner_html("#chart-1")) == pictures
    page.close()
    laid_out(path)


def test_the_command_writes_it(tmp_path, no_library):
    for method in ("amplification", "qaoa(num_layers=1)", "hopfield"):
        path = tmp_path / "view.html"
        words = ["--num-neurons", "9", "--num-patterns", "3", "--erasures", "3"]
        words += ["--view", str(path), "--method", method]
        done = CliRunner().invoke(app, ["recall", *words])
        assert done.exit_code == 0, done.output
        assert f"View: {path}" in done.stdout.replace("\n", "")
        chance = float(data_of(path.read_text(), "numbers")[-1][0])
        if method == "hopfield":
            assert chance == ("Recalled stored pattern 0." in done.stdout)
        else:
            shown = re.search(r"pattern 0 \(target\).*?([\d.e-]+)\s*$", done.stdout, re.MULTILINE)
            assert chance == pytest.approx(float(shown.group(1)), abs=1e-4)
        path.unlink()
    words = ["--num-neurons", "9", "--num-patterns", "3", "--view", str(path)]
    done = CliRunner().invoke(app, ["recall", *words])
    assert "minimum-search on exact" in done.stdout
    assert "separation-filter" in checked_page(path.read_text()).texts["title"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "minimum-search"}, "a method of one circuit"),
        ({"shape": (4, 2)}, "shape should hold 6 neurons"),
        (
            {"method": "amplification"},
            r"at most 64 amplitudes. Got 3 steps .* 6 qubits",
        ),
    ],
)
def test_refusals(tmp_path, no_library, monkeypatch, options, message):
    monkeypatch.setattr(steps, "MAX_AMPLITUDES", 64)
    with pytest.raises(CapacityError if "amplitudes" in message else ValueError, match=message):
        recall_view(AmplitudeMemory(PATTERNS), PROBE, tmp_path / "view.html", **options)
    assert not list(tmp_path.iterdir())


def test_without_the_library_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "vl_convert", None)
    with pytest.raises(ValueError, match=r"qdenseam\[view\]"):
        recall_view(AmplitudeMemory(PATTERNS), PROBE, tmp_path / "view.html")
