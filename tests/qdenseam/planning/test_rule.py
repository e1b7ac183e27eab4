"""What "auto" chooses: the best plan on a calibrated device, a rule elsewhere."""

import numpy as np
import pytest
from qiskit_aer import AerSimulator

from classical_ref.patterns import random_patterns
from qdenseam import AmplitudeMemory, EnergyMemory, recall
from qdenseam.execution.engines.fake_devices import fake_device
from qdenseam.methods import (
    AdaptiveAmplification,
    AdiabaticRecall,
    AmplitudeAmplification,
    CosinePower,
    IndexSearch,
    MinimumSearch,
    Posterior,
)
from qdenseam.planning import choose, choose_method, plan, rule
from qdenseam.planning.candidates import nearest_filter
from qdenseam.retrieval.draft import draft


def known_of(text: str) -> np.ndarray:
    return np.array([character != "?" for character in text])


def test_methods_for_what_is_known() -> None:
    patterns = np.array([[1, 1, 1, 1], [-1, 1, -1, 1], [-1, -1, 1, 1]], dtype=np.int8)
    memory = AmplitudeMemory(patterns)
    clear, vague, everything = map(known_of, ("000?", "0???", "0000"))  # vague: classes 1 and 2
    cases = [
        (clear, 0, {}, AmplitudeAmplification()),
        (vague, 0, {}, AmplitudeAmplification()),
        (vague, 0, {"may_adapt": True}, AdaptiveAmplification()),
        (clear, 0, {"may_adapt": True}, AmplitudeAmplification()),
        (clear, 0, {"on_device": True}, IndexSearch()),
        (vague, 0, {"on_device": True}, AmplitudeAmplification()),
        (everything, 1, {"may_adapt": True}, MinimumSearch()),
        (everything, 1, {}, nearest_filter(memory, 4, 1)),
        (clear, 2, {"on_device": True}, nearest_filter(memory, 3, 2)),
    ]
    for known, num_flips, settings, method in cases:
        assert choose_method(memory, known, num_flips, **settings) == method
    assert isinstance(choose_method(EnergyMemory(patterns), clear, 0), AdiabaticRecall)


def test_the_rule_on_a_device_without_calibration() -> None:
    patterns = np.array([[1, 1, 1, 1], [-1, 1, -1, 1], [-1, -1, 1, 1]], dtype=np.int8)
    memory = AmplitudeMemory(patterns)
    clear = "000?"
    bare = AerSimulator().target
    assert choose(memory, clear, bare) == (memory, IndexSearch())
    assert choose(memory, clear, None) == (memory, AmplitudeAmplification())


def test_the_nearest_filter_takes_few_signals_where_many_neurons_are_known(rng) -> None:
    memory = AmplitudeMemory(random_patterns(8, 20, rng=rng))
    assert nearest_filter(memory, 20, 1).filter == CosinePower(6)
    assert isinstance(nearest_filter(memory, 8, 1).filter, Posterior)
    unequal = AmplitudeMemory(memory.patterns, np.arange(1, 9))
    assert nearest_filter(unequal, 20, 1).filter.table(1)[1] ** 2 == pytest.approx(1 / 16)


def test_a_calibrated_device_is_planned_for(rng) -> None:
    memory = AmplitudeMemory(random_patterns(3, 4, rng=rng))
    target = fake_device("manila").target
    for known, num_flips in (([True, True, False, True], 0), ([True] * 4, 1)):
        best = plan(memory, np.array(known), target, expected_flips=num_flips, every_probe=True)[0]
        source, method = choose(memory, memory.patterns[1] * known, target)
        assert method.to_dict() == best.method.to_dict()
        assert source.encoder == best.memory.encoder
    energy = EnergyMemory(memory.patterns)
    assert isinstance(choose(energy, memory.patterns[0], target)[1], AdiabaticRecall)


@pytest.mark.parametrize(
    ("patterns", "weights", "cue"),
    [
        (["000", "001", "110", "101"], [0.6, 0.3, 0.05, 0.05], "00?"),
        (["0000", "0110", "1011"], [0.9, 0.05, 0.05], "0??0"),
    ],
)
def test_what_fits_a_cue_comes_out_by_its_prior_on_a_device(patterns, weights, cue) -> None:
    """Index search marks one of several that fit; fixed-point rounds left traces of the others."""
    memory = AmplitudeMemory(patterns, weights=weights)
    probe = memory.check_probe(cue)
    source, method = choose(memory, probe, fake_device("fez").target)
    fits = (memory.patterns == probe)[:, probe != 0].all(axis=1)
    shares = method.law(source, probe).joint[fits]
    expected = memory.weights[fits] / memory.weights[fits].sum()
    np.testing.assert_allclose(shares / shares.sum(), expected, rtol=1e-6)


def test_a_choice_sees_no_values(rng) -> None:
    memory = AmplitudeMemory(random_patterns(3, 4, rng=rng))
    known = np.array([1, 0, 1, 1], dtype=np.int8)
    target = fake_device("manila").target
    made = [choose(memory, signs * known, target) for signs in random_patterns(4, 4, rng=rng)]
    assert len({str((method, source.encoder)) for source, method in made}) == 1


def test_one_plan_serves_all_probes_that_know_the_same(rng, monkeypatch) -> None:
    asked = []

    def counted(memory, known, target, **settings):
        asked.append(known)
        return plan(memory, known, target, **settings)

    monkeypatch.setattr(rule, "plan", counted)
    memory = AmplitudeMemory(random_patterns(3, 3, rng=rng))
    probes = ["0?1", "1?1", "10?", "1?0"]
    results = recall(memory, probes, sampler="fake:manila", shots=200, rng=0)
    assert len(asked) == 2
    assert all((each.patterns == memory.patterns).all() for each in results)
    drafted = draft(memory, probes[:2], backend="fake:manila", shots=200, rng=0)
    assert len(asked) == 3
    names = {facts["method"]["name"] for facts in drafted.payload["recalls"]}
    assert names == {results[0].method["name"]}


def test_what_peeks_is_never_chosen(monkeypatch) -> None:
    memory = AmplitudeMemory(np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1]], dtype=np.int8))
    target = fake_device("manila").target
    *_, peeking, baseline = plan(memory, np.ones(3, dtype=bool), target, num_seeds=1)
    assert peeking.peeks
    assert peeking.success > baseline.success
    monkeypatch.setattr(rule, "plan", lambda *args, **settings: [peeking, baseline])
    for text in ("000", "0?0", "???"):
        for device in (target, None, AerSimulator().target):
            for may_adapt in (True, False):
                _, method = choose(memory, text, device, may_adapt=may_adapt)
                assert not getattr(method, "peeks", False)


def test_where_no_plan_fits_the_rule_chooses(rng, monkeypatch) -> None:
    memory = AmplitudeMemory(random_patterns(3, 3, rng=rng))
    target = fake_device("manila").target
    monkeypatch.setattr(rule, "plan", lambda *args, **settings: [])
    assert choose(memory, memory.patterns[0], target) == (memory, nearest_filter(memory, 3, 1))
    wide = AmplitudeMemory(random_patterns(2, 40, rng=rng))
    monkeypatch.setattr(rule, "plan", lambda *args, **settings: pytest.fail("planned"))
    fez = fake_device("fez").target
    assert choose(wide, wide.patterns[0], fez) == (wide, nearest_filter(wide, 40, 1))
