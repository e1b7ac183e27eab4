"""Capacities of filters: closed forms, simulation, and the laws of the methods agree."""

import numpy as np
import pytest

from classical_ref.patterns import flip, random_patterns
from qdenseam import AmplitudeMemory
from qdenseam.experiments import collect
from qdenseam.methods import CosinePower, HammingBall, Posterior, SeparationFilter, Shell
from qdenseam.studies.capacity.filters import capacity_tasks, study_filters
from qdenseam.studies.capacity.laws import (
    capacity_of_curves,
    distance_law,
    pooled_capacity,
    quarter_octaves,
    recall_curves,
    sphere_packing_load,
)
from qdenseam.studies.capacity.study import capacity_summary


@pytest.mark.parametrize(
    ("each", "num_neurons", "num_flips", "expected"),
    [
        (HammingBall(2), 16, 2, 54.2),
        (HammingBall(2), 20, 2, 553),
        (HammingBall(4), 32, 4, 11514),
        (CosinePower(16), 20, 2, 18.7),
        (Posterior(0.1), 20, 2, 175.9),
    ],
)
def test_pooled_capacities(each, num_neurons: int, num_flips: int, expected: float) -> None:
    assert pooled_capacity(each.table(num_neurons), num_flips) == pytest.approx(expected, rel=5e-3)


def test_the_mean_capacity_of_a_ball_is_poissons(rng: np.random.Generator) -> None:
    # with λ expected false positives the mean is (1 - e^-λ)/λ, which is 0.9 at λ = 0.2146
    loads = quarter_octaves(8, 12)
    curves = recall_curves(HammingBall(2).table(20), 20, 2, loads, num_probes=4000, rng=rng)
    found = capacity_of_curves(loads, curves, rng=rng)
    expected = 1 + 0.2146 / distance_law(20)[:3].sum()
    assert found.low < expected < found.high
    assert found.best == pytest.approx(expected, rel=0.1)


def test_distinct_patterns_are_the_states_that_are_left(rng: np.random.Generator) -> None:
    # all 64 states stored: every shell holds C(6, d) patterns, whatever is drawn
    table = Posterior(0.2).table(6)
    curves = recall_curves(table, 6, 1, [1, 40, 64], num_probes=20, distinct=True, rng=rng)
    everything = table[1] ** 2 / (64 * distance_law(6) @ table**2)
    np.testing.assert_allclose(curves[:, [0, 2]], [[1, everything]] * 20)
    assert np.ptp(curves[:, 1]) > 0
    # i.i.d. patterns repeat the target: a filter for d = 1 cannot tell
    ball = HammingBall(1).table(6)
    assert pooled_capacity(ball, 1, distinct=True) > pooled_capacity(ball, 1)
    drawn = recall_curves(ball, 6, 1, [9], num_probes=4000, distinct=True, rng=rng)
    by_hand = [1 / (1 + np.isin(rng.choice(63, 8, replace=False), range(6)).sum()) for _ in drawn]
    assert drawn.mean() == pytest.approx(np.mean(by_hand), abs=6 * np.std(by_hand) / 4000**0.5)
    alone = Shell(0).table(6)
    assert pooled_capacity(alone, 0, distinct=True) == np.inf


def test_curves_are_the_laws_of_methods_on_average(rng: np.random.Generator) -> None:
    table = CosinePower(4).table(16)
    curves = recall_curves(table, 16, 2, [1, 8, 30], num_probes=3000, distinct=True, rng=rng)
    assert (np.diff(curves, axis=1) <= 0).all()
    by_law = []
    for _ in range(300):
        memory = AmplitudeMemory(random_patterns(30, 16, rng=rng))
        law = SeparationFilter(CosinePower(4)).law(memory, flip(memory.patterns[0], 2, rng=rng))
        by_law.append(law.probabilities[0])
    error = np.sqrt(np.var(by_law) / 300 + np.var(curves[:, 2]) / 3000)
    # 6.2 standard deviations of a normal: a false alarm in 1e-9
    assert np.mean(by_law) == pytest.approx(curves[:, 2].mean(), abs=6.2 * error)


def test_no_filter_beats_the_shell_on_any_probe() -> None:
    def curves(each) -> np.ndarray:
        table = None if each is None else each.table(16)
        return recall_curves(table, 16, 2, [1, 16, 64, 256], num_probes=500, rng=5)

    best = curves(Shell(2))
    for each in study_filters(16, 2).values():
        assert (curves(each) <= best + 1e-9).all()


def test_the_preset_runs_and_is_summarized(tmp_path) -> None:
    tasks = capacity_tasks([(12, 1)], num_probes=50, num_batches=2)
    records = collect(
        tasks, tmp_path / "results.jsonl", modules=["qdenseam.studies.capacity.study"]
    )
    rows = capacity_summary(records)
    assert {r["patterns"] for r in rows} == {"i.i.d."}
    assert [r["label"] for r in rows] == list(study_filters(12, 1))
    by_label = {r["label"]: r for r in rows}
    assert by_label["Hamming ball"]["mean"].best > by_label["Hamming ball"]["pooled"]
    assert by_label["nearest pattern"]["pooled"] is None
    assert by_label["Hamming ball"]["acceptance"] == 1
    assert by_label["Hamming ball"]["sphere_packing"] == pytest.approx(131, abs=1)


def test_a_capacity_outside_the_loads_is_open() -> None:
    assert capacity_of_curves([1, 2, 4], np.ones((5, 3))).high == np.inf
    low = capacity_of_curves([8, 16], np.full((5, 2), 0.1))
    assert np.isnan(low.best)
    assert (low.low, low.high) == (0, 8)
    assert quarter_octaves(0, 2) == [1, 2, 3, 4]
    assert sphere_packing_load(10, 0) == 1024


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: pooled_capacity([1, 0.5], 2), "num_flips should be in"),
        (lambda: pooled_capacity([1, 0.5], 1, threshold=1.0), "threshold should be in"),
        (lambda: recall_curves([1, 0], 1, 0, [4, 2], num_probes=2), "loads should ascend"),
        (lambda: recall_curves([1, 0], 2, 0, [1, 2], num_probes=2), "table should have shape"),
        (
            lambda: recall_curves([1, 0], 1, 0, [3], num_probes=2, distinct=True),
            "distinct patterns should have at most 29 neurons",
        ),
    ],
)
def test_bad_input_is_refused(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
