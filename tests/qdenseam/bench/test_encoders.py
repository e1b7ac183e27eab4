import json

import numpy as np
import pytest
from qiskit import QuantumCircuit

from circuits.loading import Merging
from circuits.sparse_simulator import preparation_error
from qdenseam.bench.encoders import comparison
from qdenseam.bench.encoders.comparison import bench_encoders
from qdenseam.bench.encoders.devices import DEVICES, Device, find_devices, square_lattice
from qdenseam.bench.encoders.instances import Instance, published
from qdenseam.bench.encoders.peers import (
    PEERS,
    PeerUnavailable,
    lowered,
    pennylane_superposition,
    qiskit_dense,
)
from qdenseam.bench.encoders.rows import EncoderRow, RowsFile, counting_bound, with_ratios
from qdenseam.bench.encoders.summary import geometric_mean, regime, summarize


def instance(**changes):
    fields = {"patterns": "random", "num_neurons": 6, "num_patterns": 4, "seed": 3}
    return Instance(**(fields | changes))


@pytest.fixture
def tiny(monkeypatch):
    monkeypatch.setitem(comparison.SIZES, "small", ((6, 4), (8, 4)))


@pytest.mark.parametrize("kind", ["random", "correlated"])
@pytest.mark.parametrize("amplitudes", ["uniform", "real", "complex"])
def test_instances_are_distinct_patterns_with_unit_norm(kind, amplitudes):
    case = instance(patterns=kind, amplitudes=amplitudes, num_patterns=20)
    bits, target = case.bits(), case.target()
    assert bits.shape == (20, 6)
    assert len(np.unique(bits, axis=0)) == 20
    assert np.linalg.norm(target) == pytest.approx(1)
    assert np.array_equal(bits, case.bits())
    assert np.iscomplexobj(target)


def test_too_many_patterns_are_refused():
    with pytest.raises(ValueError, match=r"num_patterns should be at most 2\*\*2\. Got 5"):
        instance(num_neurons=2, num_patterns=5).bits()


def test_published_counts_hold_for_the_published_instance():
    found = published(instance(num_neurons=16, num_patterns=16, seed=7))
    assert ("xyz_mflow", "gates", 109) in {(e.encoder, e.measure, e.value) for e in found}
    assert published(instance(seed=8)) == ()


def test_rows_are_correct_circuits_with_ratios(tiny):
    rows = bench_encoders(seeds=(7,), amplitudes=("uniform",), patterns=("random",))
    own = [row for row in rows if row.origin == "own"]
    assert {row.encoder for row in own} == {"auto:gates", "auto:depth"}
    for row in own:
        assert row.infidelity < 1e-12
        assert row.gates_ratio < 1
        assert row.bound_ratio > 1
    assert json.loads(json.dumps([row.to_dict() for row in rows]))[0]["encoder"] == "auto:gates"


def test_every_peer_gives_a_correct_circuit_or_a_reason(tiny, monkeypatch):
    monkeypatch.setitem(comparison.SIZES, "small", ((3, 3),))
    rows = bench_encoders(
        peers=True, encoders=(Merging(),), patterns=("random",), amplitudes=("complex",)
    )
    names = {row.encoder for row in rows if row.origin == "peer"}
    assert names == set(PEERS)
    for row in rows:
        assert row.note or row.infidelity < 1e-9


def test_qiskit_and_pennylane_are_brought_to_our_layout():
    case = instance(num_neurons=3, num_patterns=3)
    for peer in (qiskit_dense, pennylane_superposition):
        circuit = peer(case.bits(), case.target())
        assert preparation_error(circuit, case.bits(), case.target()) < 1e-7
        assert set(lowered(circuit).count_ops()) <= {"cx", "u"}


def test_peers_say_why_they_do_not_take_part():
    large = instance(num_neurons=70, num_patterns=256)
    for peer in PEERS.values():
        with pytest.raises(PeerUnavailable, match=r"left out|not installed"):
            peer(large.bits(), large.target())


def test_a_failing_or_wrong_peer_does_not_stop_the_run_or_set_the_mark(tiny, monkeypatch):
    def wrong(bits, amplitudes):
        circuit = QuantumCircuit(bits.shape[1])
        circuit.cx(0, 1)
        return circuit

    def failing(bits, amplitudes):
        raise RuntimeError("no luck")

    monkeypatch.setattr(comparison, "PEERS", {"wrong": wrong, "failing": failing})
    rows = bench_encoders(
        peers=True, seeds=(1,), encoders=(Merging(),), patterns=("random",), amplitudes=("real",)
    )
    by_name = {row.encoder: row for row in rows}
    assert by_name["failing"].note == "failed: RuntimeError: no luck"
    assert by_name["wrong"].infidelity > 0.5
    assert by_name["merging"].gates_ratio is None


def test_routed_rows_have_ratios_of_their_own(monkeypatch):
    monkeypatch.setitem(comparison.SIZES, "small", ((5, 4),))
    monkeypatch.setattr(comparison, "PEERS", {"dense": qiskit_dense})
    seen = []
    rows = bench_encoders(
        peers=True,
        encoders=(),
        patterns=("random",),
        devices=(square_lattice(3),),
        on_progress=seen.append,
    )
    routed = [row for row in rows if row.device == "square"]
    assert {(row.encoder, row.amplitudes) for row in routed} == {
        ("auto:routed", "uniform"),
        ("dense", "uniform"),
    }
    assert all(row.infidelity < 1e-9 for row in routed)
    own, peer = routed
    assert own.gates_ratio == own.two_qubit_gates / peer.two_qubit_gates < 1
    assert [(i.num_neurons, i.amplitudes) for i in seen] == [(5, "uniform"), (5, "complex")]


def test_large_peer_circuits_are_not_routed(monkeypatch):
    monkeypatch.setitem(comparison.SIZES, "small", ((4, 3),))
    monkeypatch.setattr(comparison, "MAX_ROUTED_GATES", 0)
    monkeypatch.setattr(comparison, "PEERS", {"dense": qiskit_dense})
    rows = bench_encoders(
        peers=True, patterns=("random",), amplitudes=("real",), devices=(square_lattice(2),)
    )
    (refused,) = [row for row in rows if row.device == "square" and row.origin == "peer"]
    assert refused.note == "not routed: more than 0 CX"
    line = Device(name="line", pairs=((0, 1), (1, 2)))
    row = comparison._peer_row(instance(num_neurons=4), "dense", line)
    assert row.note == "not routed: more than the 3 qubits there are"


def test_a_routed_circuit_prepares_the_same_state_on_coupled_qubits():
    device = square_lattice(3)
    circuit = QuantumCircuit(4)
    circuit.h(0)
    for target in (1, 2, 3):
        circuit.cx(0, target)
    bits = np.array([[0] * 4, [1] * 4])
    assert preparation_error(device.route(circuit), bits, np.full(2, 0.5**0.5)) < 1e-12


def test_devices_have_the_couplings_of_their_kind():
    degrees = {
        name: np.bincount(np.array(device.pairs).ravel()) for name, device in DEVICES.items()
    }
    assert len(degrees["heavy-hex"]) == 156
    assert len(DEVICES["heavy-hex"].pairs) == 176
    assert degrees["heavy-hex"].max() == 3
    assert len(degrees["square"]) == 64
    assert degrees["square"].max() == 4
    assert [d.name for d in find_devices(["square", "heavy-hex"])] == ["square", "heavy-hex"]
    assert find_devices([]) == ()
    with pytest.raises(ValueError, match=r"device should be one of \['heavy-hex', 'square'\]"):
        find_devices(["ring"])


def test_rows_of_an_interrupted_run_are_not_measured_again(tmp_path, tiny):
    file = RowsFile(path=tmp_path / "rows.part")
    options = {"patterns": ("random",), "amplitudes": ("uniform",), "encoders": (Merging(),)}
    first = bench_encoders(on_row=file.append, **options)
    with file.path.open("a") as cut:
        cut.write('{"patterns": "ran')
    known = file.read()
    measured = []
    again = bench_encoders(known=known, on_row=measured.append, **options)
    assert again == first
    assert [row.origin for row in measured] == []
    file.path.write_text(file.path.read_text().replace(np.__version__, "1.0"))
    assert file.read() == []  # other versions may build other circuits
    for damaged in (b'{"speed": 3}\n', b"\xff\xfe\n"):
        file.path.write_bytes(damaged)
        with pytest.raises(ValueError, match="should hold the rows of an interrupted run"):
            file.read()
    assert RowsFile(path=tmp_path / "none").read() == []


def test_wrong_circuits_set_no_mark():
    fields = {"patterns": "random", "num_neurons": 6, "num_patterns": 4, "seed": 3}
    fields |= {"amplitudes": "uniform", "two_qubit_depth": 5}
    rows = [
        EncoderRow(**fields, encoder="a", origin="own", two_qubit_gates=10),
        EncoderRow(**fields, encoder="b", origin="peer", two_qubit_gates=20, infidelity=0.0),
        EncoderRow(**fields, encoder="c", origin="peer", two_qubit_gates=5, infidelity=0.1),
        EncoderRow(**fields, encoder="a", origin="own", two_qubit_gates=9, device="square"),
    ]
    assert [row.gates_ratio for row in with_ratios(rows)] == [0.5, None, None, None]


def test_the_summary_is_the_geometric_mean_and_the_worst(tiny):
    rows = bench_encoders(patterns=("random",), amplitudes=("uniform",), encoders=(Merging(),))
    (summary,) = summarize(rows)
    ratios = [row.gates_ratio for row in rows if row.gates_ratio is not None]
    assert summary.num_instances == len(ratios) == 2
    assert summary.gates == pytest.approx(geometric_mean(ratios))
    assert summary.worst_gates == max(ratios)


def test_the_bound_and_the_regimes():
    assert counting_bound(16, 16) == pytest.approx((256 - 44.25) / (2 * np.log2(22)), abs=0.01)
    assert regime(6, 16) == "K >= 2^D/4"
    assert [regime(20, k) for k in (2, 8, 16, 64, 128)] == [
        "K = 2-3",
        "K = 4-8",
        "K = 9-16",
        "K = 17-64",
        "K >= 65",
    ]
    assert regime(8, 8) == "K = 4-8, D < 10"
    assert regime(10, 128) == "K >= 65, D < 12"
    assert np.isnan(geometric_mean([]))


def test_unknown_grids_are_refused():
    with pytest.raises(ValueError, match=r"grid should be one of \['full', 'small'\]"):
        bench_encoders("huge")
