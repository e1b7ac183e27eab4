"""Routing rows hold both ways on the same circuit, and trees need fewer gates."""

import json

import pytest
from typer.testing import CliRunner

from qdenseam.bench.routing import bench_routing, filter_circuit, line_of
from qdenseam.cli.app import app
from qdenseam.execution.engines.fake_devices import fake_device


def test_rows_compare_both_ways() -> None:
    rows = list(bench_routing(
        ("line",), sizes=(5,), num_patterns=(None, 3), degrees=(3,), num_seeds=1, rng=0,
    ))  # fmt: skip
    assert [row.num_patterns for row in rows] == [None, 3]
    for row in rows:
        assert row.two_qubit_gates < row.qiskit_gates
        assert row.two_qubit_depth < row.qiskit_depth
        assert 0 < row.qiskit_success < row.success < 1


def test_the_same_seed_gives_the_same_circuit() -> None:
    assert filter_circuit(4, 3, 2, rng=1) == filter_circuit(4, 3, 2, rng=1)
    assert filter_circuit(4, None, 2, rng=1).count_ops()["rzz"] == 8


def test_a_line_is_a_chain_of_a_devices_couplings() -> None:
    device = fake_device("torino").target
    line = line_of(device, 30)
    pairs = {tuple(sorted(pair)) for pair in line.build_coupling_map().get_edges()}
    assert pairs == {(i, i + 1) for i in range(29)}
    with pytest.raises(ValueError, match="chain of 200 qubits"):
        line_of(device, 200)
    with pytest.raises(ValueError, match="degrees should be at least 1"):
        list(bench_routing(degrees=(0,)))


def test_the_command_prints_rows_and_writes_json(tmp_path) -> None:
    file = tmp_path / "rows.json"
    result = CliRunner().invoke(
        app,
        ["bench", "routing", "--devices", "line", "--sizes", "4", "--patterns", "0", "--degrees",
         "2", "--seeds", "1", "--json", str(file)],
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    (row,) = json.loads(file.read_text())["rows"]
    assert (row["device"], row["num_neurons"], row["num_patterns"]) == ("line", 4, None)
