"""Our angle solvers are accurate, and the peers agree with the same targets at low degree."""

import pytest

from qdenseam.bench import signal_solvers
from qdenseam.bench.base import run
from qdenseam.bench.signal_solvers import SignalBenchmark


def test_our_solvers_are_accurate_at_every_degree() -> None:
    rows = run(SignalBenchmark(degrees=(8, 64), peer_degree=0))
    assert {row["solver"] for row in rows} == {"polynomial", "table, no loss", "symmetric"}
    assert all(row["error"] < 1e-12 for row in rows), rows


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_pennylane_realizes_the_same_polynomials_at_low_degree() -> None:
    rows = run(SignalBenchmark(degrees=(4, 8)))
    peers = [row for row in rows if row["solver"].startswith("PennyLane")]
    assert len(peers) == 8
    assert all(row["error"] < 1e-8 for row in peers), peers


def test_a_failure_of_ours_is_an_error_and_a_peers_is_a_row(monkeypatch) -> None:
    def broken(*_: object) -> None:
        raise ArithmeticError("no convergence")

    monkeypatch.setattr(signal_solvers, "_pennylane", broken)
    rows = run(SignalBenchmark(degrees=(3,)))
    notes = {row["note"] for row in rows if row["solver"].startswith("PennyLane")}
    assert notes == {"failed: ArithmeticError: no convergence"}
    monkeypatch.setattr(signal_solvers, "symmetric_phases", broken)
    with pytest.raises(ArithmeticError, match="no convergence"):
        run(SignalBenchmark(degrees=(3,), peer_degree=0))
