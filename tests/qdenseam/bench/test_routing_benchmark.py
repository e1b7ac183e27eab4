"""Routing rows hold both ways on the same circuit, and trees need fewer gates."""

import pytest

from qdenseam.bench.base import run
from qdenseam.bench.routing import RoutingBenchmark, filter_circuit, line_of
from qdenseam.execution.engines.fake_devices import fake_device


def test_rows_compare_both_ways() -> None:
    rows = run(
        RoutingBenchmark(devices=("line",), sizes=(5,), patterns=(0, 3), degrees=(3,), routings=1)
    )
    assert [row["num_patterns"] for row in rows] == [0, 3]
    for row in rows:
        assert row["gates_ratio"] == row["two_qubit_gates"] / row["qiskit_gates"] < 1
        assert row["two_qubit_depth"] < row["qiskit_depth"]
        assert 0 < row["qiskit_success"] < row["success"] < 1


def test_the_same_seed_gives_the_same_circuit() -> None:
    assert filter_circuit(4, 3, 2, rng=1) == filter_circuit(4, 3, 2, rng=1)
    assert filter_circuit(4, 0, 2, rng=1).count_ops()["rzz"] == 8


def test_a_line_is_a_chain_of_a_devices_couplings() -> None:
    device = fake_device("torino").target
    line = line_of(device, 30)
    pairs = {tuple(sorted(pair)) for pair in line.build_coupling_map().get_edges()}
    assert pairs == {(i, i + 1) for i in range(29)}
    with pytest.raises(ValueError, match="chain of 200 qubits"):
        line_of(device, 200)
