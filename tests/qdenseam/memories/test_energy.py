"""An energy memory is its classical model: same energies, same operator, same phases."""

import dataclasses

import numpy as np
import pytest
from cases import case
from qiskit import QuantumCircuit
from qiskit.quantum_info import Operator, Statevector

from circuits.bit_order import all_bits
from circuits.energy.hamiltonians import phase_circuit
from circuits.energy.phases import CountingPhase, StringPhase
from classical_ref import (
    DenseMemory,
    Exponential,
    HopfieldMemory,
    LogSumExp,
    Polynomial,
    RectifiedPolynomial,
    bits_to_spins,
    flip,
    random_patterns,
)
from qdenseam import EnergyMemory
from qdenseam.errors import CapacityError
from qdenseam.memories.probe_field import calibrated_field, field_ranges
from qdenseam.methods import QAOA

MODELS = {
    "hebb": HopfieldMemory,
    "storkey": lambda patterns: HopfieldMemory(patterns, "storkey"),
    "projection": lambda patterns: HopfieldMemory(patterns, "projection"),
    "order 2": lambda patterns: DenseMemory(patterns, Polynomial(2)),
    "order 3": lambda patterns: DenseMemory(patterns, Polynomial(3)),
    "order 4": lambda patterns: DenseMemory(patterns, Polynomial(4)),
    "rectified": lambda patterns: DenseMemory(patterns, RectifiedPolynomial(3)),
    "exponential": lambda patterns: DenseMemory(patterns, Exponential(0.7)),
    "log-sum-exp": lambda patterns: DenseMemory(patterns, LogSumExp(0.7)),
    "weighted": lambda patterns: DenseMemory(
        patterns, Polynomial(3), weights=np.arange(1.0, len(patterns) + 1)
    ),
}
EACH_MODEL = pytest.mark.parametrize("name", MODELS)


@EACH_MODEL
@pytest.mark.parametrize("num_neurons", [5, 8])
def test_the_diagonal_is_the_classical_energy(
    name: str, num_neurons: int, rng: np.random.Generator
) -> None:
    model = MODELS[name](random_patterns(3, num_neurons, rng=rng))
    memory = EnergyMemory(model)
    energies = model.energy(bits_to_spins(all_bits(num_neurons)))
    diagonal = memory.diagonal()
    fit = np.polynomial.Polynomial.fit(energies, diagonal, 1).convert().coef
    assert fit[1] > 0
    scale = np.abs(diagonal).max()
    np.testing.assert_allclose(fit[0] + fit[1] * energies, diagonal, atol=1e-9 * scale)
    assert diagonal.mean() == pytest.approx(0, abs=1e-12 * scale)
    assert diagonal[memory.pattern_indices()].mean() == pytest.approx(-num_neurons)


@EACH_MODEL
def test_operator_terms_and_phases_are_the_diagonal(name: str, rng: np.random.Generator) -> None:
    memory = EnergyMemory(MODELS[name](random_patterns(3, 6, rng=rng)), probe_field=0.4)
    probe = rng.choice([-1, 0, 1], 6).astype(np.int8)
    diagonal = memory.diagonal(probe)
    states = bits_to_spins(all_bits(6))
    np.testing.assert_allclose(diagonal - memory.diagonal(), -0.4 * states @ probe, atol=1e-12)
    matrix = memory.hamiltonian(probe).to_matrix()
    np.testing.assert_allclose(matrix, np.diag(diagonal), atol=1e-10)
    masks, weights = memory.terms(probe)
    for angle in (0.13, 2.0):
        phases = Operator(phase_circuit(masks, weights, 6, angle=angle)).data
        np.testing.assert_allclose(phases, np.diag(np.exp(-1j * angle * diagonal)), atol=1e-10)


@EACH_MODEL
def test_counting_is_chosen_where_it_is_cheaper(name: str, rng: np.random.Generator) -> None:
    memory = EnergyMemory(MODELS[name](random_patterns(2, 9, rng=rng)), probe_field=0.3)
    probe = rng.choice([-1, 0, 1], 9).astype(np.int8)
    phase = memory.phase(probe)
    assert isinstance(phase, CountingPhase) == (name in ("exponential", "rectified"))
    if isinstance(phase, CountingPhase):
        uniform = QuantumCircuit(9 + 4)
        uniform.h(range(9))
        state = Statevector(uniform.compose(phase.circuit(0.2), range(13)))
        expected = np.exp(-0.2j * memory.diagonal(probe)) / 2**4.5
        np.testing.assert_allclose(state.data[:512], expected, atol=1e-10)
        strings = StringPhase(
            masks=memory.terms(probe)[0], weights=memory.terms(probe)[1], num_qubits=9
        )
        assert phase.two_qubit_gates() < strings.two_qubit_gates()


def test_counting_is_offered_for_many_patterns_and_steep_energies(
    rng: np.random.Generator,
) -> None:
    many = EnergyMemory(random_patterns(65, 14, rng=rng), Exponential(1.0), probe_field=0.5)
    assert isinstance(many.phase(many.patterns[0]), CountingPhase)
    costs = set()
    for separation in (Exponential(1.0), Exponential(50.0), RectifiedPolynomial(200)):
        memory = EnergyMemory(random_patterns(2, 9, rng=1), separation, probe_field=0.3)
        costs.add(memory.phase(memory.patterns[0]).two_qubit_gates())
    assert costs == {242}


def test_replace_keeps_the_energy_and_changes_the_field() -> None:
    memory = EnergyMemory([[1, 1, -1], [1, -1, 1]], LogSumExp(1.0))
    other = dataclasses.replace(memory, probe_field=0.5)
    assert other.field_strength() == 0.5
    np.testing.assert_array_equal(other.diagonal(), memory.diagonal())


def test_terms_depend_on_the_known_positions_only(rng: np.random.Generator) -> None:
    memory = EnergyMemory(random_patterns(3, 7, rng=rng))
    known = rng.random(7) < 0.6
    masks = [memory.terms((rng.choice([-1, 1], 7) * known).astype(np.int8))[0] for _ in range(4)]
    for other in masks[1:]:
        np.testing.assert_array_equal(masks[0], other)


def test_one_layer_recalls_xor_with_certainty() -> None:
    # The truth table of XOR as patterns (a, b, a xor b) is one Pauli string at order 3.
    table = 1 - 2 * np.array([[a, b, a ^ b] for a in (0, 1) for b in (0, 1)])
    memory = EnergyMemory(table, separation=Polynomial(3))
    masks, weights = memory.terms()
    assert masks.tolist() == [7]
    assert weights.tolist() == pytest.approx([-3.0])
    # 24 γ = π/4 in Krotov and Hopfield's units is 3 γ = π/4 in ours; our mixer is exp(+iβX)
    method = QAOA(num_layers=1, warm_start=None, gammas=(np.pi / 12,), betas=(-np.pi / 4,))
    law = method.law(memory, "???")
    np.testing.assert_allclose(law.joint, 0.25, atol=1e-12)
    trained = QAOA(num_layers=1, warm_start=None).trained(
        memory, np.zeros(3, dtype=np.int8), rng=np.random.default_rng(0)
    )
    assert trained.law(memory, "???").joint.sum() == pytest.approx(1, abs=1e-9)
    assert trained.cost == pytest.approx(-3.0)


def test_exponential_energies_beyond_float64_are_scaled_in_logs() -> None:
    patterns = [[1, 1, 1, 1], [1, -1, 1, -1]]
    memory = EnergyMemory(DenseMemory(patterns, Exponential(300.0)))
    diagonal = memory.diagonal()
    assert np.isfinite(diagonal).all()
    assert np.flatnonzero(diagonal < 0).tolist() == [0, 10]
    gentle = DenseMemory(patterns, Exponential(2.0))
    energies = gentle.energy(bits_to_spins(all_bits(4)))
    scaled = EnergyMemory(gentle).diagonal()
    np.testing.assert_allclose(
        (scaled - scaled[1]) / (scaled[0] - scaled[1]),
        (energies - energies[1]) / (energies[0] - energies[1]),
        atol=1e-12,
    )


def test_field_ranges_say_when_the_target_is_the_ground_state(rng: np.random.Generator) -> None:
    for _ in range(20):
        energies = rng.normal(size=64)
        target, probe = rng.integers(64, size=2)
        energies[target] -= 3
        ((low, high),) = field_ranges(energies, np.array([target]), np.array([probe]))
        overlaps = 6 - 2 * np.bitwise_count(np.arange(64) ^ probe).astype(float)
        for h in np.linspace(0.01, 4, 50):
            assert ((energies - h * overlaps).argmin() == target) == (low < h < high)


def test_the_calibrated_field_is_right_for_most_probes(rng: np.random.Generator) -> None:
    right = total = 0
    for _ in range(20):
        patterns = random_patterns(3, 9, rng=rng)
        memory = EnergyMemory(patterns, separation=LogSumExp(1.0))
        for index, pattern in zip(memory.pattern_indices(), patterns, strict=True):
            probe = flip(pattern, 1, rng=rng)
            total += 1
            right += memory.diagonal(probe).argmin() == index
    assert right / total > 0.9


def test_the_calibrated_field_of_special_energies() -> None:
    # one pattern of depth 2: the probe one flip away needs 2 h < 2, two flips away 4 h < 2
    single = np.zeros(8)
    single[5] = -2
    assert calibrated_field(single, np.array([5])) == pytest.approx(0.25)
    # patterns on top of the energy are never ground states
    assert calibrated_field(-single, np.array([5])) == 1.0
    assert calibrated_field(np.zeros(2), np.array([0, 1])) == 1.0
    everything = EnergyMemory(bits_to_spins(all_bits(2)))
    assert everything.field_strength() > 0


def test_a_separation_may_be_a_function_or_a_row_as_for_a_dense_memory() -> None:
    patterns = ["0011", "0110"]
    wanted = EnergyMemory(patterns, Polynomial(3)).diagonal()
    row = [x**3 for x in range(-5, 6)]
    for given in (lambda x: x**3, row, np.array(row)):
        memory = EnergyMemory(patterns, given)
        assert memory.diagonal() == pytest.approx(wanted)
        assert memory.separation == memory.model.separation


def test_bad_input_is_refused() -> None:
    for build, error, message in [
        (lambda: EnergyMemory([[1, 1], [1, -1]], probe_field=0), ValueError, "probe_field should"),
        (
            lambda: EnergyMemory(HopfieldMemory([[1, -1]]), separation=Polynomial(3)),
            ValueError,
            "either a model or a separation",
        ),
        (lambda: EnergyMemory(["0" * 25]), CapacityError, "at most 24 are held"),
        (lambda: EnergyMemory(["0" * 1100]), CapacityError, r"2\*\*1100 energies"),
        (lambda: EnergyMemory([[1, -1]], probe_field=[0.3, 0.3]), TypeError, "one number; unknown"),
        (lambda: EnergyMemory([[1, -1]], probe_field="0.3"), TypeError, "one number; unknown"),
        (lambda: EnergyMemory([[1, -1]], probe_field=True), TypeError, "number; .* Got True"),
        (lambda: EnergyMemory([[1, -1]], probe_field=1e308), ValueError, "positive and finite"),
        (
            lambda: EnergyMemory([[1, -1]], probe_field=10**400),
            ValueError,
            "Got 1000",
        ),
        (lambda: EnergyMemory([[1, -1]], 0), TypeError, r"separation should be.* Got 0\."),
        (lambda: EnergyMemory([[1, -1]], ""), ValueError, "there should be"),
        (lambda: EnergyMemory([[1, -1]], np.ones(3)), ValueError, "at -2 .. 2"),
        (
            lambda: EnergyMemory(HopfieldMemory([[1, -1]]), np.ones(5)),
            ValueError,
            "either a model or a separation",
        ),
        (lambda: EnergyMemory([[1, -1]], shape=[[1], [1, 2]]), ValueError, r"Got \[\[1\], \[1, 2"),
        (lambda: EnergyMemory([[1, -1]], shape=""), ValueError, "of 2 neurons. Got ''"),
        (lambda: EnergyMemory([[1, -1], [1, -1]]), ValueError, r"distinct.*DenseMemory\(patterns"),
        (
            lambda: EnergyMemory([[1, -1]]).diagonal(["00", "00"]),
            ValueError,
            r"probe should have shape \(2,\). Got \(2, 2\)",
        ),
        (lambda: EnergyMemory([[1, -1]]).diagonal("000"), ValueError, "probe should"),
    ]:
        with case(message), pytest.raises(error, match=message):
            build()


@pytest.mark.parametrize("size", [np.nan, np.inf, 1e-320])
def test_energies_that_are_not_finite_are_refused(size: float) -> None:
    class Broken:
        patterns = np.array([[1, -1]], dtype=np.int8)

        def energy(self, states):
            return size * states[:, 1].astype(float)

    with pytest.raises(ValueError, match="energies should be finite"):
        EnergyMemory(Broken()).diagonal()


def test_a_separation_may_be_spelled() -> None:
    patterns = [[1, 1, -1], [1, -1, 1]]
    memory = EnergyMemory(patterns, separation="polynomial(4)")
    assert memory.separation == Polynomial(4)
    np.testing.assert_array_equal(
        memory.diagonal(), EnergyMemory(patterns, separation=Polynomial(4)).diagonal()
    )
    with pytest.raises(ValueError, match="Did you mean 'polynomial'"):
        EnergyMemory(patterns, separation="polynomal(4)")
