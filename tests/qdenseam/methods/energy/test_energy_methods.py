"""What the shared tests of every method do not cover: training, transfer, rounds, bad input."""

import numpy as np
import pytest
from cases import case
from fixed_angle_recipe import recall_instances, retrain
from qiskit.quantum_info import Statevector

from circuits.energy.ansatz import warm_start_angles
from classical_ref import LogSumExp, random_patterns
from qdenseam import EnergyMemory, recall
from qdenseam.memories.reduced import ReducedEnergy
from qdenseam.methods import (
    QAOA,
    VQE,
    AdiabaticRecall,
    BiasFieldRecall,
    CounterdiabaticRecall,
    EnergySearch,
    FixedAngleQAOA,
    ImaginaryTime,
    RecursiveQAOA,
    ThresholdSearch,
    method_from_dict,
)
from qdenseam.methods.adaptive import run_rounds, sample_laws
from qdenseam.methods.energy.bias_field import BiasFieldState
from qdenseam.methods.energy.recursive_qaoa import _eliminated
from qdenseam.simulation.diagonal import product_state
from qdenseam.training.fixed_angles import FIXED_ANGLES, train_shared_angles
from qdenseam.training.objectives import conditional_value_at_risk


@pytest.fixture
def memory(rng: np.random.Generator) -> EnergyMemory:
    return EnergyMemory(random_patterns(2, 6, rng=rng), separation=LogSumExp(1.0))


@pytest.fixture
def probe(memory: EnergyMemory) -> np.ndarray:
    return memory.patterns[0] * np.array([-1, 1, 1, 1, 1, 0], dtype=np.int8)


def value_at_risk(energies: np.ndarray, probabilities: np.ndarray, level: float) -> float:
    return float(conditional_value_at_risk(energies, level)(probabilities) @ probabilities)


TRAINED = [
    QAOA(num_layers=1, num_restarts=2),
    QAOA(num_layers=2, cvar=0.2, optimizer="SLSQP"),
    VQE(),
    VQE(entangler="energy", cvar=0.5, max_evaluations=8),  # at the bottom CVaR is the mean
    ImaginaryTime(),
    ImaginaryTime(entangler="energy", num_steps=5),
]


@pytest.mark.parametrize("method", TRAINED, ids=repr)
def test_training_lowers_the_energy_and_the_circuit_obeys_the_law(
    method: QAOA, memory: EnergyMemory, probe: np.ndarray, rng: np.random.Generator
) -> None:
    trained = method.trained(memory, probe, rng=rng)
    law = trained.law(memory, probe)
    circuit = trained.circuit(memory, probe)
    probabilities = Statevector(circuit).probabilities()[:64]
    np.testing.assert_allclose(law.distribution, probabilities, atol=1e-10)
    assert trained.evaluations > 0
    assert trained.trained(memory, probe, rng=rng) is trained
    assert method_from_dict(trained.to_dict()) == trained
    diagonal, level = memory.diagonal(probe), getattr(method, "cvar", 1.0)
    start = np.abs(product_state(warm_start_angles(probe, 0.25))) ** 2
    assert trained.cost == pytest.approx(value_at_risk(diagonal, law.distribution, level))
    assert trained.cost < value_at_risk(diagonal, start, level)


@pytest.mark.parametrize("method", [QAOA(num_layers=1, max_evaluations=9), VQE(max_evaluations=9)])
def test_a_training_keeps_how_it_ended(
    method: QAOA, memory: EnergyMemory, probe: np.ndarray, rng: np.random.Generator
) -> None:
    trained = method.trained(memory, probe, rng=rng)
    ended, gained = trained.training_outcome.split(". ", 1)
    assert ended in ("The optimizer converged", "Stopped after 9 evaluations")
    assert gained.startswith("Objective ")
    assert gained.endswith(f", {trained.cost:.4g} at the end, {trained.evaluations} evaluations.")
    assert min(trained.trajectory) == trained.cost
    assert len(trained.trajectory) <= 9
    assert "trajectory" not in trained.to_dict()
    result = recall(memory, probe, method=trained, shots=9, rng=rng)
    assert str(result).endswith(f"Training: {trained.training_outcome}")


def test_imaginary_time_of_one_neuron_is_the_exponential() -> None:
    # the real states of one neuron are all within reach of RY, so McLachlan's flow is exact
    memory, probe = EnergyMemory(["0"]), np.array([-1], dtype=np.int8)
    energies = memory.diagonal(probe)
    method = ImaginaryTime(num_steps=400, total_time=1.0)
    law = method.trained(memory, probe, rng=np.random.default_rng(0)).law(memory, probe)
    amplitudes = product_state(warm_start_angles(probe, 0.25)) * np.exp(-energies / energies.std())
    expected = np.abs(amplitudes) ** 2 / np.linalg.norm(amplitudes) ** 2
    np.testing.assert_allclose(law.distribution, expected, atol=1e-3)


def test_the_bias_is_that_of_the_lowest_states(memory: EnergyMemory, probe: np.ndarray) -> None:
    energies = memory.diagonal(probe)
    ranked = np.argsort(energies)[[5, 0, 60, 1, 40, 63, 20, 50]]  # the best two are rows 1 and 3
    measured = (1 - 2 * (ranked[:, None] >> np.arange(6) & 1)).astype(np.int8)
    asked = BiasFieldState(answers=measured[:0], start_ones=None, shots_per_round=8, num_rounds=1)
    method = BiasFieldRecall(num_rounds=2, cvar=0.25, smallest_bias=0.1)
    state, rounds = method.step(memory, probe, asked, [measured], np.random.default_rng(0))
    ones = (measured[[1, 3]] < 0).mean(axis=0)
    np.testing.assert_allclose(state.start_ones, np.clip(ones, 0.1, 0.9))
    assert rounds[0].method.start_ones == state.start_ones


def test_the_strongest_relation_is_imposed() -> None:
    reduced = ReducedEnergy.of(np.arange(8.0))
    opposed = np.array([[1, 1, -1], [1, -1, -1], [-1, -1, 1], [1, 1, -1], [-1, 1, 1]])
    expected = reduced.tied(2, 0, -1)
    np.testing.assert_array_equal(_eliminated(reduced, opposed).energies, expected.energies)
    one_sided = np.array([[1, -1, -1], [1, -1, 1], [-1, -1, 1]])
    expected = reduced.fixed(1, -1)
    np.testing.assert_array_equal(_eliminated(reduced, one_sided).energies, expected.energies)


def test_conditional_value_at_risk_is_the_mean_of_the_lowest(rng: np.random.Generator) -> None:
    energies, probabilities = rng.normal(size=50), rng.dirichlet(np.ones(50))
    for level in (0.05, 0.3, 1.0):
        observable = conditional_value_at_risk(energies, level)(probabilities)
        order, left, expected = np.argsort(energies), level, 0.0
        for x in order:
            share = min(left, probabilities[x])
            expected += share * energies[x] / level
            left -= share
        assert observable @ probabilities == pytest.approx(expected)


def test_a_slow_anneal_reaches_the_ground_state(memory: EnergyMemory, probe: np.ndarray) -> None:
    ground = memory.diagonal(probe).argmin()
    slow = AdiabaticRecall(num_steps=300, total_time=60).law(memory, probe)
    assert slow.distribution[ground] > 0.99


def test_gauge_rotations_beat_the_same_anneal_without(
    memory: EnergyMemory, probe: np.ndarray
) -> None:
    ground = memory.diagonal(probe).argmin()
    plain = AdiabaticRecall(num_steps=3, total_time=1.0).law(memory, probe)
    held = CounterdiabaticRecall(num_steps=3, total_time=1.0).law(memory, probe)
    assert held.distribution[ground] > plain.distribution[ground]


def test_bias_fields_sharpen_the_answers(memory: EnergyMemory, probe: np.ndarray) -> None:
    target = memory.patterns[0]
    rates = []
    for num_rounds in (1, 4):
        method = BiasFieldRecall(num_rounds=num_rounds)
        state = run_rounds(method, memory, probe, 300, sample_laws, rng=1)
        rates.append((state.answers == target).all(axis=1).mean())
        assert state.shots == state.state_preparations == 300 * num_rounds
        assert state.circuits == state.num_rounds == num_rounds
    assert rates[0] < rates[1]
    assert rates[1] > 0.8


def test_training_on_an_energy_that_is_constant_up_to_rounding_keeps_its_digits() -> None:
    noise = np.array([0.0, 4e-16, -4e-16, 2e-16])
    flat = ReducedEnergy.of(np.ones(4) + noise)
    unknown = np.zeros(2, dtype=np.int8)
    trained = QAOA(num_layers=1, warm_start=None).trained(
        flat, unknown, rng=np.random.default_rng(0)
    )
    assert np.abs(trained.gammas).max() < 100


def test_recursive_qaoa_shrinks_to_a_low_state(memory: EnergyMemory, probe: np.ndarray) -> None:
    state = run_rounds(RecursiveQAOA(num_layers=2), memory, probe, 500, sample_laws, rng=4)
    assert state.answers.shape == (1, 6)
    assert state.circuits == 3
    assert state.evaluations > 3
    index = int(((1 - state.answers[0]) // 2) @ (1 << np.arange(6)))
    diagonal = memory.diagonal(probe)
    # the answer is the best of the eight states that the imposed relations leave
    assert diagonal[index] == pytest.approx(state.reduced.diagonal().min())
    assert np.mean(diagonal < diagonal[index]) < 0.05


def test_energy_search_finds_the_ground_state_within_its_calls(
    memory: EnergyMemory, probe: np.ndarray
) -> None:
    ground = np.flatnonzero(memory.diagonal(probe) == memory.diagonal(probe).min())
    method = EnergySearch(resolution=0.05)
    state = run_rounds(method, memory, probe, 100, sample_laws, rng=2)
    found = ((1 - state.answers) // 2) @ (1 << np.arange(6))
    assert np.isin(found, ground).mean() > 0.9
    assert state.calls.max() <= method.call_limit(memory) == 32
    assert state.circuits <= state.shots
    assert state.state_preparations >= state.shots


@pytest.mark.parametrize(
    "method", [BiasFieldRecall(num_rounds=2), EnergySearch(max_calls=3), RecursiveQAOA()]
)
def test_rounds_on_circuits_agree_with_rounds_on_laws(
    method: BiasFieldRecall, memory: EnergyMemory, probe: np.ndarray
) -> None:
    asked = []

    def sample(rounds: list, rng: np.random.Generator) -> list[np.ndarray]:
        for each in rounds:
            circuit = each.method.circuit(each.memory, each.probe)
            num_neurons = each.memory.num_neurons
            probabilities = Statevector(circuit).probabilities(range(num_neurons))
            law = each.method.law(each.memory, each.probe)
            np.testing.assert_allclose(probabilities, law.distribution, atol=1e-9)
            asked.append(each)
        return sample_laws(rounds, rng)

    run_rounds(method, memory, probe, 5, sample, rng=3)
    assert len(asked) >= 2


def test_fixed_angles_are_what_the_recipe_gives() -> None:
    for key in [(1, 0.25), (2, None)]:
        training = retrain(*key)
        np.testing.assert_allclose(training.gammas, FIXED_ANGLES[key][0], atol=2e-4)
        np.testing.assert_allclose(training.betas, FIXED_ANGLES[key][1], atol=2e-4)


def test_fixed_angles_recall_unseen_instances() -> None:
    recalled = [
        [FixedAngleQAOA(p).law(memory, probe).joint[0] for p in (1, 4, 8)]
        for memory, probe in recall_instances(18, rng=99)
    ]
    by_depth = np.mean(recalled, axis=0)
    assert (np.diff(by_depth) > 0).all()
    assert by_depth[-1] > 0.4


def test_bad_input_is_refused() -> None:
    for build, message in [
        (lambda: QAOA(cvar=0), r"cvar should be in \(0, 1\]"),
        (
            lambda: QAOA(gradient_source="jax"),
            "gradient_source should be one of diagonal, cupy, pennylane",
        ),
        (lambda: QAOA(gradient_source="pennylane", cvar=0.5), "cvar should be 1 with gradients"),
        (lambda: RecursiveQAOA(gradient_source="jax"), "gradient_source should be"),
        (lambda: QAOA(optimizer="sgd"), "optimizer should be one of L-BFGS-B"),
        (lambda: QAOA(num_layers=2, gammas=(1.0,), betas=(1.0,)), "expected 2 angles per kind"),
        (lambda: QAOA(warm_start=0.7), "warm_start should be in"),
        (lambda: QAOA(num_restarts=0), r"num_restarts should be in \[1, "),
        (lambda: VQE(num_layers=0), r"num_layers should be in \[1, "),
        (lambda: VQE(entangler="ring"), "entangler should be one of chain, energy"),
        (lambda: VQE(gammas=(1.0, 2.0)), "expected 1 gammas. Got 2."),
        (lambda: VQE(cvar=2), r"cvar should be in \(0, 1\]"),
        (lambda: VQE(optimizer="sgd"), "optimizer should be one of"),
        (lambda: VQE(num_restarts=0), r"num_restarts should be in \[1, "),
        (lambda: VQE(gammas=(1.0,)), "gammas need angles and the entangler 'energy'"),
        (lambda: VQE(angles=(np.nan,)), "angles should be finite"),
        (lambda: QAOA(gammas=(0.1, 0.2)), "gammas and betas should come together"),
        (lambda: QAOA(2, gammas=(0.1, np.nan), betas=(1.0, 1.0)), "gammas should be finite"),
        (lambda: VQE(angles=(1.0,)).law(EnergyMemory(["00"]), "00"), "expected 4 angles"),
        (lambda: ImaginaryTime(num_steps=0), r"num_steps should be in \[1, "),
        (lambda: AdiabaticRecall(num_steps=0), r"num_steps should be in \[1, "),
        (lambda: AdiabaticRecall(total_time=0), "total_time should be positive"),
        (lambda: CounterdiabaticRecall(num_steps=0), r"num_steps should be in \[1, "),
        (lambda: CounterdiabaticRecall(total_time=-1), "total_time should be positive"),
        (lambda: CounterdiabaticRecall(start_ones=(2.0,)), r"start_ones should be in \[0, 1\]"),
        (
            lambda: CounterdiabaticRecall(start_ones=(0.5,)).law(EnergyMemory(["00"]), "00"),
            "start_ones should have 2 values. Got 1.",
        ),
        (lambda: BiasFieldRecall(num_rounds=0), r"num_rounds should be in \[1, "),
        (lambda: BiasFieldRecall(cvar=0), r"cvar should be in \(0, 1\]"),
        (lambda: BiasFieldRecall(smallest_bias=0), r"smallest_bias should be in \(0, 0.5\]"),
        (lambda: RecursiveQAOA(num_kept=0), r"num_kept should be in \[1, "),
        (lambda: ThresholdSearch(num_iterations=-1), r"num_iterations should be in \[0, "),
        (lambda: ThresholdSearch(threshold=float("nan")), "threshold should be finite"),
        (lambda: ThresholdSearch(resolution=0), "resolution should be positive"),
        (lambda: EnergySearch(growth=2), r"growth should be in \(1, 4/3\]"),
        (lambda: EnergySearch(max_calls=0), r"max_calls should be in \[1, "),
        (lambda: EnergySearch(resolution=0), "resolution should be positive"),
        (lambda: FixedAngleQAOA(5), "fixed angles exist for num_layers 1, 2, 3, 4, 6, 8"),
        (lambda: train_shared_angles([], [], 1), "at least one. Got 0 and 0"),
        (lambda: conditional_value_at_risk(np.zeros(2), 0), r"cvar should be in \(0, 1\]"),
    ]:
        with case(message), pytest.raises(ValueError, match=message):
            build()


@pytest.mark.parametrize(
    ("method", "name"),
    [
        (QAOA, "num_layers"),
        (VQE, "max_evaluations"),
        (ImaginaryTime, "num_steps"),
        (AdiabaticRecall, "num_steps"),
        (CounterdiabaticRecall, "num_steps"),
        (BiasFieldRecall, "num_rounds"),
        (RecursiveQAOA, "num_kept"),
        (FixedAngleQAOA, "num_layers"),
        (ThresholdSearch, "num_iterations"),
        (EnergySearch, "max_calls"),
    ],
)
def test_counts_are_integers(method: type, name: str) -> None:
    with pytest.raises(TypeError, match=rf"{name} should be an integer( or None)?\. Got 2\.5\."):
        method(**{name: 2.5})
    assert type(getattr(method(**{name: np.int64(2)}), name)) is int


def test_angles_become_tuples() -> None:
    method = QAOA(num_layers=1, gammas=np.array([0.1]), betas=[0.2])
    assert method == QAOA(num_layers=1, gammas=(0.1,), betas=(0.2,))


@pytest.mark.parametrize(
    "method",
    [
        AdiabaticRecall(num_steps=2, total_time=1e18),
        CounterdiabaticRecall(total_time=1e18),
        QAOA(num_layers=1, gammas=(1e18,), betas=(1.0,)),
        VQE(entangler="energy", gammas=(1e18,), angles=()),
    ],
)
def test_phases_beyond_float64_are_refused(
    method: QAOA, memory: EnergyMemory, probe: np.ndarray
) -> None:
    for build in (method.law, method.circuit):
        with pytest.raises(ValueError, match=r"phases.* should be at most 1e\+12"):
            build(memory, probe)


def test_a_resolution_beyond_float64_is_refused(memory: EnergyMemory, probe: np.ndarray) -> None:
    with pytest.raises(ValueError, match=r"resolution should be at least .* here\. Got 1e-320"):
        ThresholdSearch(-0.5, 1, resolution=1e-320).law(memory, probe)
    assert ThresholdSearch(1e308, 1, resolution=1e-3).law(memory, probe).acceptance == 1


@pytest.mark.parametrize("method", [QAOA(), VQE(), ImaginaryTime(entangler="energy")])
def test_angles_are_needed_first(method: QAOA, memory: EnergyMemory) -> None:
    for build in (method.law, method.circuit):
        with pytest.raises(ValueError, match=f"{type(method).__name__} has no angles yet"):
            build(memory, "??????")
