"""The same promises of every encoder, at sizes where a statevector fits and where it does not."""

import itertools
from dataclasses import fields

import numpy as np
import pytest
from cases import case
from qiskit import transpile
from qiskit.quantum_info import Statevector

from circuits.bit_order import all_bits
from circuits.loading import ENCODERS, Dense, pattern_superposition, prepare
from circuits.loading.dense import MAX_QUBITS
from circuits.loading.preparation import check_superposition
from circuits.sparse_simulator import preparation_error, simulate

AMPLITUDES = ["uniform", "real", "complex"]


def random_patterns(rng, num_patterns, num_bits):
    rows = {}
    while len(rows) < num_patterns:
        row = rng.integers(0, 2, num_bits, dtype=np.uint8)
        rows[row.tobytes()] = row
    return np.array(list(rows.values()))


def random_amplitudes(rng, num_patterns, kind):
    if kind == "uniform":
        return np.full(num_patterns, num_patterns**-0.5)
    values = rng.normal(size=num_patterns) + 0.05
    if kind == "complex":
        values = values + 1j * rng.normal(size=num_patterns)
    return values / np.linalg.norm(values)


def check(encoder, bits, amplitudes):
    preparation = prepare(bits, amplitudes, encoder=encoder)
    circuit = preparation.circuit
    num_neurons = bits.shape[1]
    assert circuit.qregs[0].name == "memory"
    assert circuit.qregs[0].size == num_neurons
    assert circuit.num_qubits == num_neurons + preparation.num_ancillas
    assert preparation_error(circuit, bits, amplitudes) < 1e-10
    lowered = transpile(circuit, basis_gates=["cx", "u"], optimization_level=0)
    assert preparation.resources.two_qubit_gates == lowered.count_ops().get("cx", 0)
    two_qubit = lowered.depth(lambda instruction: len(instruction.qubits) == 2)
    assert preparation.resources.two_qubit_depth == two_qubit
    return preparation


def check_reflection_qubits(preparation, bits):
    """A† takes the span of the patterns to states that are 0 outside the reflection qubits."""
    inverse = preparation.circuit.inverse()
    outside = np.setdiff1d(np.arange(inverse.num_qubits), preparation.reflection_qubits)
    for row in bits:
        start = np.zeros(inverse.num_qubits, dtype=np.uint8)
        start[: len(row)] = row
        state = simulate(inverse, start)
        weights = np.abs(state.amplitudes) ** 2
        assert weights[state.bits[:, outside].any(axis=1)].sum() < 1e-20


def _fields(name):
    return {field.name for field in fields(ENCODERS[name])}


@pytest.fixture(params=sorted(ENCODERS))
def encoder(request):
    return request.param


def test_small_sets_exactly_and_invertibly(encoder, rng):
    sizes = ((1, 1), (2, 3), (3, 4), (5, 6), (8, 5))
    for size, kind in itertools.product(sizes, AMPLITUDES):
        with case(size, kind):
            bits = random_patterns(rng, *size)
            check_exactly(encoder, bits, random_amplitudes(rng, len(bits), kind))


def check_exactly(encoder, bits, amplitudes):
    num_bits = bits.shape[1]
    preparation = check(encoder, bits, amplitudes)
    check_reflection_qubits(preparation, bits)
    circuit = preparation.circuit
    expected = np.zeros(2**circuit.num_qubits, dtype=complex)
    expected[bits.astype(int) @ 2 ** np.arange(num_bits)] = amplitudes
    state = Statevector(circuit)
    overlap = np.vdot(state.data, expected)
    np.testing.assert_allclose(state.data * overlap / abs(overlap), expected, atol=1e-10)
    start = state.evolve(circuit.inverse())
    assert abs(start.data[0]) == pytest.approx(1, abs=1e-12)


def test_larger_sets_by_sparse_simulation(encoder, rng):
    for size in ((4, 64), (16, 20), (11, 70), (40, 9)):
        with case(size):
            check_larger_set(encoder, *size, rng)


def check_larger_set(encoder, num_patterns, num_bits, rng):
    bits = random_patterns(rng, num_patterns, num_bits)
    if encoder in ("dense", "schmidt") and num_bits > MAX_QUBITS:
        with pytest.raises(ValueError, match=f"the {encoder} encoder takes at most 14 neurons"):
            prepare(bits, encoder=encoder)
        return
    if encoder == "affine" and min(num_patterns - 1, num_bits) > MAX_QUBITS:
        bits = bits[:12]
    preparation = check(encoder, bits, random_amplitudes(rng, len(bits), "complex"))
    check_reflection_qubits(preparation, bits[:4])


@pytest.mark.slow
@pytest.mark.parametrize(("num_patterns", "num_bits"), [(256, 64), (128, 100), (256, 16)])
def test_largest_sets(encoder, num_patterns, num_bits, rng):
    if encoder in ("dense", "schmidt", "affine"):
        num_bits = 10
    if encoder == "index-first":
        num_patterns, num_bits = 32, min(num_bits, 24)
    if encoder == "merging":
        num_patterns = 40
    bits = random_patterns(rng, num_patterns, num_bits)
    check(encoder, bits, random_amplitudes(rng, num_patterns, "complex"))


def test_a_single_pattern_needs_no_two_qubit_gate(encoder):
    for row in ([0] * 5, [1] * 5, [0, 1, 0, 1, 1]):
        preparation = check(encoder, np.array([row], dtype=np.uint8), np.array([1.0]))
        assert preparation.resources.two_qubit_gates == 0, row
        assert preparation.num_ancillas == 0, row


def test_all_patterns(encoder, rng):
    for kind in AMPLITUDES:
        bits = rng.permutation(all_bits(4))
        with case(kind):
            preparation = check(encoder, bits, random_amplitudes(rng, 16, kind))
            check_reflection_qubits(preparation, bits)
            if kind == "uniform" and encoder in ("auto", "dense", "schmidt", "affine"):
                assert preparation.resources.two_qubit_gates == 0


def test_all_zeros_with_all_ones(encoder):
    bits = np.array([[0] * 6, [1] * 6], dtype=np.uint8)
    preparation = check(encoder, bits, np.array([0.6, -0.8j]))
    if encoder in ("auto", "affine"):
        assert preparation.resources.two_qubit_gates == 5


def test_correlated_patterns(encoder, rng):
    base = rng.integers(0, 2, 12, dtype=np.uint8)
    bits = np.unique(base ^ (rng.random((14, 12)) < 0.1).astype(np.uint8), axis=0)
    preparation = check(encoder, bits, random_amplitudes(rng, len(bits), "complex"))
    check_reflection_qubits(preparation, bits)


def test_the_same_input_gives_the_same_circuit(encoder, rng):
    bits = random_patterns(rng, 6, 7)
    first = pattern_superposition(bits, encoder=encoder)
    assert first == pattern_superposition(bits, encoder=encoder)


def test_amplitudes_are_normalized(encoder):
    bits = np.array([[0, 1], [1, 1]])
    circuit = pattern_superposition(bits, [3, 4], encoder=encoder)
    assert preparation_error(circuit, bits, [0.6, 0.8]) < 1e-10


def test_amplitudes_have_any_unit(encoder):
    bits = np.array([[0, 1], [1, 1]])
    for unit in (1e-300, 1e300):
        circuit = pattern_superposition(bits, [3 * unit, 4j * unit], encoder=encoder)
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
    sizes, ratios = ((3, 2), (4, 4), (10, 5), (16, 6)), (1e-4, 1e-6, 1e-9)
    for size, ratio, kind in itertools.product(sizes, ratios, ("real", "complex")):
        with case(size, ratio, kind):
            check_small_amplitudes(encoder, *size, ratio, kind, rng)


def check_small_amplitudes(encoder, num_patterns, num_bits, ratio, kind, rng):
    if encoder == "affine":
        num_patterns = 1 << num_patterns.bit_length() - 1
        bits = all_bits(num_bits)[:num_patterns]
    else:
        bits = random_patterns(rng, num_patterns, num_bits)
    amplitudes = rng.permutation(ratio ** np.linspace(0, 1, num_patterns)).astype(complex)
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


def test_bad_input_is_refused(encoder):
    with pytest.raises(ValueError, match=r"patterns should be distinct\. Got repeated rows"):
        prepare([[0, 1], [0, 1]], encoder=encoder)
    with pytest.raises(ValueError, match=r"amplitudes should have shape \(2,\)\. Got \(3,\)"):
        prepare([[0, 1], [1, 1]], [1, 2, 3], encoder=encoder)
    for bad in ([1, 0], [0, 0], [1, np.nan], [1, np.inf], [1, 1e-13], [1e200, 1e180]):
        with pytest.raises(ValueError, match="amplitudes should be finite and above"):
            prepare([[0, 1], [1, 1]], bad, encoder=encoder)
    with pytest.raises(ValueError, match="bits should be 0 or 1"):
        prepare([[-1, 1], [1, 1]], encoder=encoder)


@pytest.mark.parametrize("name", [n for n in sorted(ENCODERS) if "max_ancillas" in _fields(n)])
def test_ancillas_stay_within_the_limit(name, rng):
    bits = random_patterns(rng, 128, 16)[: 40 if name == "merging" else 128]
    need = prepare(bits, encoder=name).num_ancillas
    limited = ENCODERS[name](max_ancillas=need)
    assert check(limited, bits, np.full(len(bits), len(bits) ** -0.5)).num_ancillas <= need
    if need:
        message = rf"max_ancillas should be at least \d+ for these patterns with the {name} encoder"
        with pytest.raises(ValueError, match=rf"{message}\. Got 0; allow more"):
            prepare(bits, encoder=ENCODERS[name](max_ancillas=0))
    with pytest.raises(ValueError, match=r"max_ancillas should be at least 0, or None\. Got -1"):
        ENCODERS[name](max_ancillas=-1)


def test_unknown_encoders_are_refused():
    with pytest.raises(ValueError, match=r"encoder should be one of .*'affine', 'auto'"):
        prepare([[0, 1]], encoder="quick")
    assert prepare([[0, 1]], encoder=Dense()).num_ancillas == 0


def test_check_superposition_defaults_to_uniform():
    _, amplitudes = check_superposition([[0, 1], [1, 0]], None)
    np.testing.assert_allclose(amplitudes, 0.5**0.5)
