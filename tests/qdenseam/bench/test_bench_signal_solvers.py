"""Our angle solvers are accurate, and the peers agree with the same targets at low degree."""

import pytest

from qdenseam.bench import signal_solvers
from qdenseam.bench.signal_solvers import bench_signal_solvers


def test_our_solvers_are_accurate_at_every_degree() -> None:
    rows = list(bench_signal_solvers((8, 64), largest_peer_degree=0, rng=0))
    assert {r.solver for r in rows} == {"polynomial", "table, no loss", "symmetric"}
    for row in rows:
        assert row.error is not None
        assert row.error < 1e-12, row


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_pennylane_realizes_the_same_polynomials_at_low_degree() -> None:
    rows = list(bench_signal_solvers((4, 8), rng=0))
    peers = [r for r in rows if r.solver.startswith("PennyLane")]
    assert len(peers) == 8
    for row in peers:
        assert row.error is not None
        assert row.error < 1e-8, row


def test_a_failure_of_ours_is_no_row(monkeypatch) -> None:
    def broken(*_: object) -> None:
        raise ArithmeticError("no convergence")

    monkeypatch.setattr(signal_solvers, "symmetric_phases", broken)
    with pytest.raises(RuntimeError, match="'symmetric' failed on 'Chebyshev' of degree 3"):
        list(bench_signal_solvers((3,), largest_peer_degree=0, rng=0))


@pytest.mark.filterwarnings("ignore")
def test_a_failure_of_a_peer_is_a_row(monkeypatch) -> None:
    pytest.importorskip("pennylane")

    def broken(*_: object) -> None:
        raise ArithmeticError("no roots")

    monkeypatch.setattr(signal_solvers, "_pennylane", broken)
    rows = list(bench_signal_solvers((3,), largest_peer_degree=4, rng=0))
    assert {row.error for row in rows if row.solver == signal_solvers.PENNYLANE} == {None}


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="degrees should be at least 1"):
        list(bench_signal_solvers((0,)))
