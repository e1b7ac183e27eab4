import numpy as np
import pytest
from qiskit.quantum_info import Statevector

from circuits.bit_order import all_bits
from circuits.loading.affine import Affine
from classical_ref.spins import bits_to_spins
from qdenseam import AmplitudeMemory
from qdenseam.errors import CapacityError
from qdenseam.methods import SetIntersection, SyndromeDecoding

CHECKS = np.array([[1, 0, 1, 0, 1, 0, 1], [0, 1, 1, 0, 0, 1, 1], [0, 0, 0, 1, 1, 1, 1]])


@pytest.fixture(scope="module")
def hamming():
    words = all_bits(7)[~(all_bits(7) @ CHECKS.T % 2).any(axis=1)]
    return AmplitudeMemory(bits_to_spins(words), encoder=Affine())


def test_eight_rounds_decode_every_probe_of_the_hamming_code(hamming):
    method = SyndromeDecoding(schedule="plain")
    assert len(method.rounds(hamming, np.ones(7, dtype=bool))) == 8
    expected = np.sin(17 * np.arcsin(128**-0.5)) ** 2
    assert expected == pytest.approx(0.99562, abs=5e-6)
    for probe in bits_to_spins(all_bits(7)):
        law = method.law(hamming, probe)
        nearest = (hamming.patterns != probe).sum(axis=1).argmin()
        assert law.joint[nearest] == pytest.approx(expected, abs=1e-10)
    state = Statevector(method.circuit(hamming, probe)).probabilities().reshape(-1, 128)[0]
    assert np.abs(state - law.distribution).max() < 1e-10


def test_it_is_the_weight_test_that_decodes(hamming):
    anything = SyndromeDecoding(radius=7, num_matches=16, schedule="plain")
    law = anything.law(hamming, "1000000")
    assert len(anything.rounds(hamming, np.ones(7, dtype=bool))) == 2
    assert law.joint.sum() == pytest.approx(0.9453, abs=5e-5)
    assert np.allclose(law.joint, law.joint[0])


def test_the_stored_state_is_searched_in_fewer_rounds(hamming):
    probe = hamming.patterns[5] * np.where(np.arange(7) == 2, -1, 1)
    held = SetIntersection(radius=1)
    known = np.ones(7, dtype=bool)
    assert len(held.rounds(hamming, known)) == 3 < len(SyndromeDecoding().rounds(hamming, known))
    assert held.law(hamming, probe).joint[5] == pytest.approx(1)


def test_bad_input_is_refused(hamming):
    with pytest.raises(ValueError, match=r"radius should be in \[0, "):
        SyndromeDecoding(radius=-1)
    with pytest.raises(ValueError, match=r"num_matches should be in \[1, "):
        SyndromeDecoding(num_matches=0)
    with pytest.raises(ValueError, match=r"num_matches should be at most K = 16\. Got 17"):
        SyndromeDecoding(num_matches=17).rounds(hamming, np.ones(7, dtype=bool))
    large = AmplitudeMemory(np.ones((1, 21), dtype=np.int8))
    with pytest.raises(CapacityError, match=r"up to D = 20\. Got 21"):
        SyndromeDecoding().law(large, "0" * 21)
