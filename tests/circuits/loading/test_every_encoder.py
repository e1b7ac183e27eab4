"""Every encoder keeps what is promised, up to its largest sizes and its smallest amplitudes."""

import itertools
from dataclasses import fields

import numpy as np
import pytest
from cases import case
from qiskit.quantum_info import Statevector

from circuits.bit_order import all_bits
from circuits.loading import ENCODERS, Dense, pattern_superposition, prepare
from circuits.loading.dense import MAX_QUBITS
from circuits.loading.preparation import check_superposition
from circuits.sparse_simulator import preparation_error
from classical_ref.patterns import random_patterns
from classical_ref.spins import spins_to_bits
from qdenseam.testing import check_encoder
from qdenseam.testing.encoders import check_preparation


def _fields(name):
    return {field.name for field in fields(ENCODERS[name])}


@pytest.fixture(params=sorted(ENCODERS))
def encoder(request):
    return request.param


def test_every_encoder_keeps_what_is_promised(encoder, rng):
    check_encoder(ENCODERS[encoder](), rng=rng)


def random_bits(rng, *size):
    return spins_to_bits(random_patterns(*size, rng=rng))


@pytest.mark.slow
@pytest.mark.parametrize(("num_patterns", "num_bits"), [(256, 64), (128, 100), (256, 16)])
def test_largest_sets(encoder, num_patterns, num_bits, rng):
    if encoder in ("dense", "schmidt", "affine"):
        num_bits = 10
    if encoder == "index-first":
        num_patterns, num_bits = 32, min(num_bits, 24)
    if encoder == "merging":
        num_patterns = 40
    bits = random_bits(rng, num_patterns, num_bits)
    check_preparation(ENCODERS[encoder](), bits, "complex", rng)


@pytest.mark.parametrize("encoder", ["auto", "dense", "schmidt", "affine"])
def test_all_patterns_alike_take_no_two_qubit_gate(encoder, rng):
    assert prepare(rng.permutation(all_bits(4)), encoder=encoder).resources.two_qubit_gates == 0


@pytest.mark.parametrize("encoder", ["auto", "affine"])
def test_two_patterns_take_a_gate_fewer_than_the_bits_that_differ(encoder):
    bits = np.array([[0] * 6, [1] * 6], dtype=np.uint8)
    assert prepare(bits, [0.6, -0.8j], encoder=encoder).resources.two_qubit_gates == 5


def test_amplitudes_have_any_unit():
    bits = np.array([[0, 1], [1, 1]])
    for unit in (1, 1e-300, 1e300):
        circuit = pattern_superposition(bits, [3 * unit, 4j * unit])
        assert preparation_error(circuit, bits, [0.6, 0.8j]) < 1e-10, unit


@pytest.mark.slow
@pytest.mark.parametrize("name", ["dense", "schmidt"])
def test_small_amplitudes_at_the_largest_size(name, rng):
    bits = rng.permutation(all_bits(MAX_QUBITS))[: 2 ** (MAX_QUBITS - 1)]
    amplitudes = rng.permutation(1e-9 ** np.linspace(0, 1, len(bits)))
    amplitudes /= np.linalg.norm(amplitudes)
    prepared = Statevector(pattern_superposition(bits, amplitudes, encoder=name)).data
    places = bits.astype(int) @ 2 ** np.arange(MAX_QUBITS)
    np.testing.assert_allclose(np.abs(prepared[places]), amplitudes, rtol=1e-3)


def test_small_amplitudes_beside_large_ones(encoder, rng):
    sizes = ((3, 2), (4, 4), (10, 5), (16, 6))
    for size, kind in itertools.product(sizes, ("real", "complex")):
        with case(size, kind):
            check_small_amplitudes(encoder, *size, kind, rng)


def check_small_amplitudes(encoder, num_patterns, num_bits, kind, rng):
    if encoder == "affine":
        num_patterns = 1 << num_patterns.bit_length() - 1
        bits = all_bits(num_bits)[:num_patterns]
    else:
        bits = random_bits(rng, num_patterns, num_bits)
    amplitudes = rng.permutation(1e-9 ** np.linspace(0, 1, num_patterns)).astype(complex)
    if kind == "complex":
        amplitudes *= np.exp(2j * np.pi * rng.random(num_patterns))
    amplitudes /= np.linalg.norm(amplitudes)
    circuit = pattern_superposition(bits, amplitudes, encoder=encoder)
    expected = np.zeros(2**circuit.num_qubits, dtype=complex)
    places = bits.astype(int) @ 2 ** np.arange(num_bits)
    expected[places] = amplitudes
    prepared = Statevector(circuit).data
    prepared = prepared * np.exp(-1j * np.angle(np.vdot(expected, prepared)))
    assert np.linalg.norm(prepared - expected) < 1e-10
    np.testing.assert_array_less(np.abs(prepared - expected)[places], 1e-3 * np.abs(amplitudes))


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match=r"patterns should be distinct\. Got repeated rows"):
        prepare([[0, 1], [0, 1]])
    with pytest.raises(ValueError, match=r"amplitudes should have shape \(2,\)\. Got \(3,\)"):
        prepare([[0, 1], [1, 1]], [1, 2, 3])
    for bad in ([1, 0], [0, 0], [1, np.nan], [1, np.inf], [1, 1e-13], [1e200, 1e180]):
        with pytest.raises(ValueError, match="amplitudes should be finite and above"):
            prepare([[0, 1], [1, 1]], bad)
    with pytest.raises(ValueError, match="bits should be 0 or 1"):
        prepare([[-1, 1], [1, 1]])


@pytest.mark.parametrize("name", [n for n in sorted(ENCODERS) if "max_ancillas" in _fields(n)])
def test_ancillas_stay_within_the_limit(name, rng):
    bits = random_bits(rng, 128, 16)[: 40 if name == "merging" else 128]
    need = prepare(bits, encoder=name).num_ancillas
    limited = ENCODERS[name](max_ancillas=need)
    assert prepare(bits, encoder=limited).num_ancillas <= need
    if need:
        message = rf"max_ancillas should be at least \d+ for these patterns with the {name} encoder"
        with pytest.raises(ValueError, match=rf"{message}\. Got 0; allow more"):
            prepare(bits, encoder=ENCODERS[name](max_ancillas=0))
    with pytest.raises(ValueError, match=r"max_ancillas should be in .*Got -1"):
        ENCODERS[name](max_ancillas=-1)


def test_unknown_encoders_are_refused():
    with pytest.raises(ValueError, match=r"encoder should be one of .*'affine', 'auto'"):
        prepare([[0, 1]], encoder="quick")
    assert prepare([[0, 1]], encoder=Dense()).num_ancillas == 0


def test_check_superposition_defaults_to_uniform():
    _, amplitudes = check_superposition([[0, 1], [1, 0]], None)
    np.testing.assert_allclose(amplitudes, 0.5**0.5)
