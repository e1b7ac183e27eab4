"""Plans know the memory, the known neurons and the calibration, and nothing of a probe."""

import numpy as np
import pytest

from classical_ref.patterns import random_patterns
from qdenseam import AmplitudeMemory, EnergyMemory, recall
from qdenseam.execution.fake_devices import fake_device
from qdenseam.execution.layout import best_layout
from qdenseam.execution.measuring import measured
from qdenseam.methods import QAOA, AmplitudeAmplification, IndexSearch, ProbabilisticRecall
from qdenseam.planning import choose_method, plan


def test_methods_for_what_is_known(rng) -> None:
    patterns = random_patterns(3, 4, rng=rng)
    memory = AmplitudeMemory(patterns)
    assert isinstance(choose_method(memory, patterns[0]), ProbabilisticRecall)
    assert isinstance(choose_method(memory, patterns[0] * [1, 1, 1, 0]), AmplitudeAmplification)
    assert isinstance(choose_method(EnergyMemory(patterns), patterns[0]), QAOA)


def test_a_device_is_asked_on_the_index_where_the_known_neurons_decide():
    patterns = np.array([[1, 1, 1, 1], [-1, 1, -1, 1], [-1, -1, 1, 1]], dtype=np.int8)
    memory = AmplitudeMemory(patterns)
    clear, vague = patterns[0] * [1, 1, 1, 0], patterns[0] * [0, 1, 0, 1]
    assert isinstance(choose_method(memory, clear, on_device=True), IndexSearch)
    assert isinstance(choose_method(memory, vague, on_device=True), AmplitudeAmplification)
    assert isinstance(choose_method(memory, patterns[0], on_device=True), ProbabilisticRecall)
    result = recall(memory, clear, sampler="fake:fez", shots=500, rng=0)
    assert result.method["name"] == "index-search"
    assert (result.pattern == patterns[0]).all()


def test_the_best_plan_comes_first_and_amplifies(rng) -> None:
    memory = AmplitudeMemory(random_patterns(4, 4, rng=rng))
    known = np.array([True, True, True, False])
    plans = plan(memory, known, fake_device("manila").target, num_seeds=2)
    predicted = [each.success for each in plans]
    assert predicted == sorted(predicted, reverse=True)
    best = plans[0]
    assert isinstance(best.method, IndexSearch)
    assert best.success > 0.5 * best.ideal
    assert 0 <= best.false_accepts < 1 - best.success


def test_flips_cost_success(rng) -> None:
    memory = AmplitudeMemory(random_patterns(4, 4, rng=rng))
    known = np.ones(4, dtype=bool)
    target = fake_device("manila").target
    best = plan(memory, known, target, num_flips=1, num_seeds=2)[0]
    assert best.success < best.ideal < 1


def test_bad_input_is_refused(rng) -> None:
    memory = AmplitudeMemory(random_patterns(3, 4, rng=rng))
    target = fake_device("manila").target
    with pytest.raises(ValueError, match=r"known should be bool of shape \(4,\)"):
        plan(memory, np.ones(3, dtype=bool), target)
    with pytest.raises(ValueError, match=r"num_flips should be in 0\.\.4"):
        plan(memory, np.ones(4, dtype=bool), target, num_flips=5)


def test_compiled_circuits_of_all_probes_have_the_same_two_qubit_gates(rng) -> None:
    memory = AmplitudeMemory(random_patterns(4, 4, rng=rng))
    known = np.array([True, True, False, True])
    target = fake_device("manila").target
    method = plan(memory, known, target, num_seeds=2)[0].method
    compiled = {
        tuple(
            (i.operation.name, tuple(layout.circuit.find_bit(q).index for q in i.qubits))
            for i in layout.circuit.data
            if len(i.qubits) == 2
        )
        for pattern in memory.patterns
        for layout in [
            best_layout(
                measured(method.circuit(memory, pattern * known)), target, num_seeds=2, seed=3
            )
        ]
    }
    assert len(compiled) == 1
