"""What the comparison says in words: planted rows, and the words they must give."""

import pandas as pd
import pytest

from qdenseam.experiments.findings import standings, takeaways
from qdenseam.experiments.records import Record, Task
from qdenseam.experiments.summary import COSTS

SETS, PROBES = 20, 10
SETTINGS = {
    "num_neurons": 16,
    "num_patterns": 8,
    "flips": (0, 1, 2),
    "erasures": (0, 2, 4),
    "device": "fake:fez",
    "circuit_neurons": 9,
    "circuit_patterns": 4,
    "circuit_erasures": 2,
}


def record(contender, failures, *, ambiguous=2, ambiguous_failures=0, **cell):
    params = {
        "contender": contender,
        "part": "sweep",
        "num_patterns": 8,
        "num_flips": 2,
        "num_erasures": 0,
        **cell,
    }
    values = {
        "probes": [PROBES] * SETS,
        "failures": failures,
        "ambiguous": [ambiguous] * SETS,
        "ambiguous_failures": [ambiguous_failures] * SETS,
    }
    task = Task(kind="comparison", params=params, seed=0)
    return Record(
        key=task.key, kind=task.kind, params=params, seed=0, batch=0, values=values, seconds=0.0,
        versions={},
    )  # fmt: skip


def spread(mean):
    """Failures per set around a mean."""
    return [mean - 1, mean + 1] * (SETS // 2)


PLANTED = [
    record("nearest", spread(3)),
    record("informed-scan", spread(2)),
    record("hopfield", spread(8)),
    record("dense-exp", [3, 3] * (SETS // 2), ambiguous=4, ambiguous_failures=3),
    record("dense-3", [0] * SETS),
    record("ball-filter", spread(3)),
    record("sample-and-accept", spread(2)),
]


def test_each_is_held_against_the_scan_that_knows_as_much() -> None:
    found = {each.label: each for each in standings(PLANTED)}
    assert found["Hopfield (Hebb)"].verdict == "more"
    assert found["Hopfield (Hebb)"].difference.best == 0.5
    assert found["dense exponential"].verdict == "not told apart"
    assert found["dense order 3"].verdict == "fewer"
    # as many failures as the nearest scan, but it was told the flips, and so is its floor
    assert found["amplified ball filter"].floor == "scan told the flips"
    assert found["amplified ball filter"].difference.best == pytest.approx(0.1)
    assert found["amplified ball filter"].verdict == "more"
    assert found["measure and accept"].verdict == "not told apart"
    assert {"nearest-neighbor scan", "scan told the flips"}.isdisjoint(found)


def test_the_level_holds_for_all_comparisons_together() -> None:
    few = standings([PLANTED[0], PLANTED[3]])[0].difference
    many = next(e for e in standings(PLANTED) if e.label == "dense exponential").difference
    assert few.level == pytest.approx(0.95)
    assert many.level == pytest.approx(1 - 0.05 / 5)
    assert many.high - many.low > few.high - few.low


def test_one_pattern_set_in_several_cells_is_one_cluster() -> None:
    """Three cells that repeat each other tell no more than one of them."""
    cells = [{"num_flips": flips} for flips in (1, 2, 3)]
    thrice = [
        record(name, spread(mean), **cell)
        for name, mean in (("nearest", 3), ("probabilistic", 4))
        for cell in cells
    ]
    apart = [record("nearest", [3] * SETS), record("probabilistic", spread(4))]
    thrice_apart = [
        record(each.params["contender"], each.values["failures"], **cell)
        for each in apart
        for cell in cells
    ]
    (one,), (three,) = standings(apart), standings(thrice_apart)
    assert one.difference.low == pytest.approx(three.difference.low)
    assert one.difference.high == pytest.approx(three.difference.high)
    assert standings(thrice)[0].probes == 3 * SETS * PROBES


def test_circuit_cells_and_devices_are_no_part_of_it() -> None:
    elsewhere = record("qaoa", spread(5), part="circuit")
    assert [each.label for each in standings([*PLANTED, elsewhere])] == [
        each.label for each in standings(PLANTED)
    ]
    assert standings([]) == []


def costs(contender, engine, part, flips, erasures, num_patterns, **values):
    row = {
        "contender": contender,
        "label": contender,
        "engine": engine,
        "part": part,
        "num_flips": flips,
        "num_erasures": erasures,
        "num_patterns": num_patterns,
    }
    for name in COSTS:
        best = values.get(name, float("nan"))
        row |= {name: best, f"{name}_low": best - 1e-4, f"{name}_high": best + 1e-4}
    return row


TABLE = pd.DataFrame(
    [
        costs("amplification", "exact", "sweep", 0, 4, 8, state_preparations=5.0,
              two_qubit_gates=2400.0),
        costs("sample-and-accept", "exact", "sweep", 0, 4, 8, state_preparations=8.0,
              two_qubit_gates=128.0),
        costs("index-search", "fake:fez", "circuit", 0, 2, 4, two_qubit_gates=18.0,
              device_seconds=3e-4),
        costs("label-writing", "fake:fez", "circuit", 0, 2, 4, two_qubit_gates=14.0,
              device_seconds=2.5e-4),
    ]
)  # fmt: skip


def test_three_sentences() -> None:
    classical, quantum, price = takeaways(standings(PLANTED), TABLE, SETTINGS)
    assert classical.startswith("Classical memories, on the same probes as the nearest-neighbor")
    assert "failed less often: dense order 3 (by -0.300" in classical
    assert "not told apart from it: dense exponential (by 0.000" in classical
    assert "failed more often: Hopfield (Hebb) (by 0.500" in classical
    assert "on ambiguous probes only" in classical
    assert "none failed less often; failed more often: amplified ball filter (by 0.100" in quantum
    assert "amplification takes 5 [5, 5] state preparations and 2,400 [2,400, 2,400]" in price
    assert "against 8 [8, 8] and 128 [128, 128] for measuring and accepting" in price
    assert "18 [18, 18] two-qubit gates and 0.3 [0.2, 0.4] ms of the device" in price
    assert "14 [14, 14] and 0.25 [0.15, 0.35] ms for writing a label that a scan" in price
    assert "reads K·D = 128 bits" in price


def test_what_was_not_run_is_not_said() -> None:
    assert takeaways([], TABLE.iloc[:0], SETTINGS) == []
    alone = takeaways(standings(PLANTED[:3]), TABLE.iloc[2:], {**SETTINGS, "flips": (0,)})
    assert len(alone) == 2
    assert "none failed less often; failed more often: Hopfield (Hebb)" in alone[0]
    assert "not told apart" not in alone[0]
    assert "state preparations" not in alone[1]


def test_a_contender_that_never_failed_is_not_said_to_fail_on_ambiguous_probes() -> None:
    (sentence,) = takeaways(
        standings([record("nearest", [0] * SETS), record("dense-exp", [0] * SETS)]),
        TABLE.iloc[:0],
        SETTINGS,
    )
    assert "not told apart from it: dense exponential (by 0.000" in sentence
    assert "ambiguous" not in sentence
