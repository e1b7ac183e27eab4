"""The energy benchmark: every engine simulates the same circuit."""

import sys

import numpy as np
import pytest

from circuits.bit_order import all_bits
from classical_ref import bits_to_spins
from qdenseam.bench.energy import _problem, bench_energy


def test_the_energies_are_the_couplings() -> None:
    problem = _problem(5, 1, np.random.default_rng(0))
    states = bits_to_spins(all_bits(5)).astype(float)
    expected = ((states @ problem.couplings) * states).sum(axis=1)
    np.testing.assert_allclose(problem.energies, expected, atol=1e-12)


def test_our_engines_agree_in_a_row_each() -> None:
    names = ["qdenseam", "qdenseam-single", "qdenseam-gradient"]
    rows = list(bench_energy(sizes=(3, 5), num_layers=2, num_repeats=1, engines=names, rng=0))
    assert [(row.engine, row.num_neurons) for row in rows] == [
        (n, d) for d in (3, 5) for n in names
    ]
    assert max(row.error for row in rows) < 1e-5
    assert all(row.seconds > 0 for row in rows)


def test_an_engine_that_is_not_installed_has_a_row_without_numbers(monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "qokit", None)  # its import fails
    ours, theirs = bench_energy(
        sizes=(3,), num_layers=1, num_repeats=1, engines=["qdenseam", "qokit"], rng=0
    )
    assert ours.ratio == 1
    assert (theirs.seconds, theirs.ratio, theirs.error) == (None, None, None)
    assert theirs.note == "not installed"


@pytest.mark.slow
def test_every_installed_engine_agrees() -> None:
    rows = list(bench_energy(sizes=(4,), num_layers=2, num_repeats=1, rng=0))
    errors = {row.engine: row.error for row in rows if row.error is not None}
    assert errors.pop("qdenseam-single") < 1e-5
    assert max(errors.values()) < 1e-10


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sizes": ()}, "should be at least 1"),
        ({"num_repeats": 0}, "should be at least 1"),
        ({"engines": ["abacus"]}, "engines should be among qdenseam, .*Got 'abacus'"),
    ],
)
def test_bad_input_is_refused(change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        list(bench_energy(**{"sizes": (2,), **change}))
