import numpy as np
import pytest

from classical_ref import random_patterns
from classical_ref.sequences import SequenceMemory, pairs
from qdenseam import AmplitudeMemory, recall_sequence
from qdenseam.methods import SeparationFilter

SONG = random_patterns(5, 6, rng=3)
LINKS = pairs(SONG[:-1], SONG[1:])


@pytest.mark.parametrize("sampler", ["exact", "statevector"])
def test_a_sequence_is_recalled_as_the_classical_memory_recalls_it(sampler):
    result = recall_sequence(LINKS, SONG[0], 4, sampler=sampler, shots=50, rng=0)
    assert np.array_equal(result.states, SONG)
    assert np.array_equal(result.states, SequenceMemory(SONG).recall(SONG[0], 4).states)
    assert result.shares == pytest.approx(1)
    assert result.state_preparations == sum(each.state_preparations for each in result.results)


def test_shares_are_the_marginals_of_the_law():
    method = SeparationFilter([1, 0.6, 0.3, 0.1, 0, 0, 0])
    result = recall_sequence(LINKS, SONG[0], 4, method=method, shots=10**12, rng=0)
    for step, share in enumerate(result.shares):
        law = method.law(AmplitudeMemory(LINKS.patterns), LINKS.probes(SONG[step]))
        values, chances = LINKS.marginal(law.joint / law.acceptance)
        assert np.array_equal(values[chances.argmax()], SONG[step + 1])
        assert share == pytest.approx(chances.max(), abs=1e-5)  # 10 standard errors at 10^12 shots


def test_values_that_keys_share_add_up():
    links = pairs(["00", "01", "10"], ["11", "11", "00"])
    result = recall_sequence(
        links, "0?", 1, method=SeparationFilter([1, 0.5, 0]), shots=10**10, rng=0
    )
    assert result.states[1].tolist() == [-1, -1]
    assert result.shares[0] == pytest.approx(2 / 2.25, abs=1e-4)


def test_it_stops_where_nothing_is_accepted():
    links = pairs(["000", "111"], ["111", "000"])
    result = recall_sequence(links, "010", 3, method="separation-filter(hamming-ball(0))", rng=0)
    assert result.states.tolist() == [[1, -1, 1]]
    assert len(result.results) == 1
    assert len(result.shares) == 0


def test_what_is_refused():
    with pytest.raises(ValueError, match="as many neurons as keys, 2"):
        recall_sequence(pairs(["00"], ["1"]), "00", 1)
    with pytest.raises(ValueError, match="num_steps"):
        recall_sequence(LINKS, SONG[0], -1)
    with pytest.raises(ValueError, match=r"start should be one state, \(6,\). Got shape \(5, 6\)"):
        recall_sequence(LINKS, SONG, 1)
    with pytest.raises(TypeError, match="links should be pairs"):
        recall_sequence(SONG, SONG[0], 1)


def test_the_states_are_shown():
    assert "state 2" in recall_sequence(LINKS, SONG[0], 2, rng=0)._repr_html_()
