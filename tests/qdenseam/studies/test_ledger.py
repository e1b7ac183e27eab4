"""The ledger: what one correct answer costs follows from the laws of the methods."""

import numpy as np
import pytest

from classical_ref.patterns import random_patterns
from qdenseam import AmplitudeMemory
from qdenseam.methods import Amplified, FixedPoint, HammingBall, SeparationFilter
from qdenseam.studies.ledger import ledger


def test_a_lone_pattern_costs_what_the_laws_say() -> None:
    table = HammingBall(1).table(40)  # so many bits that no other pattern ever passes
    rows = {r.scheme: r for r in ledger(table, 1, 64, num_probes=50, rng=0)}
    assert rows["measure and accept"].preparations == 64
    memory = AmplitudeMemory(random_patterns(64, 40, rng=0))
    probe = memory.patterns[0] * np.where(np.arange(40) < 1, -1, 1)
    for name, schedule in (("exact", "exact"), ("plain", "plain"), ("fixed point", FixedPoint())):
        method = SeparationFilter(HammingBall(1), amplified=Amplified(1 / 64, schedule))
        row = rows[f"amplified, {name}"]
        expected = method.state_preparations(memory, probe) / method.law(memory, probe).joint[0]
        assert row.preparations == pytest.approx(expected)
        assert row.correct == pytest.approx(1)
        assert row.knows_match_count == method.knows_match_count
    # Boyer et al.: at most 9/2 √K iterations, each two preparations, and one per measurement
    assert rows["amplified, growing"].preparations < 2 * 4.5 * 8 + 20


def test_amplification_grows_with_the_root_of_the_load() -> None:
    table = HammingBall(2).table(64)
    small, large = (
        {r.scheme: r.preparations for r in ledger(table, 2, k, num_probes=50, rng=0)}
        for k in (2**10, 2**14)
    )
    assert large["measure and accept"] / small["measure and accept"] == pytest.approx(16)
    for scheme in ("amplified, plain", "amplified, exact", "amplified, growing"):
        assert large[scheme] / small[scheme] == pytest.approx(4, rel=0.1)


def test_correct_answers_do_not_depend_on_coherence(rng: np.random.Generator) -> None:
    table = HammingBall(2).table(16)
    rows = {r.scheme: r for r in ledger(table, 2, 100, num_probes=4000, rng=rng)}
    assert rows["measure and accept"].correct < rows["amplified, growing"].correct < 1


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ledger([1, 0], 1, 4), "table should be positive"),
        (lambda: ledger([1, 0], 0, 0), "num_patterns should be at least 1"),
    ],
)
def test_bad_input_is_refused(call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()
