"""What one can ask of a result: its circuits, its training, mitigated counts and pictures."""

import pickle

import numpy as np
import pytest
from qiskit.quantum_info import Statevector

from classical_ref import Dataset, corrupt, digits, random_patterns, spins_to_text
from qdenseam import AmplitudeMemory, EnergyMemory, recall
from qdenseam.execution.mitigation import Mitigation
from qdenseam.execution.readings import measured
from qdenseam.methods import QAOA, method_from_dict

BALL = "separation-filter(hamming-ball(1))"
PATTERNS = random_patterns(3, 5, rng=4)
MEMORY = AmplitudeMemory(PATTERNS)
PROBE = corrupt(PATTERNS[1], num_flips=1, rng=0)


def test_counts_in_both_orders() -> None:
    result = recall(AmplitudeMemory(["1000", "1010"]), "10??", shots=400, rng=1)
    ours = result.counts_dict()
    assert set(ours) == {"1000", "1010"}
    assert list(ours.values()) == sorted(ours.values(), reverse=True)
    assert result.counts_dict(order="qiskit") == {key[::-1]: n for key, n in ours.items()}
    with pytest.raises(ValueError, match="order should be one of neurons, qiskit"):
        result.counts_dict(order="big")  # type: ignore[arg-type]


def test_qiskits_order_is_that_of_its_own_counts() -> None:
    memory = AmplitudeMemory(["1000"])
    drawn = Statevector(memory.preparation().circuit).sample_counts(5)
    assert recall(memory, "1???", shots=5, rng=0).counts_dict(order="qiskit") == drawn


def test_a_draw_from_the_law_has_a_circuit_that_never_ran() -> None:
    result = recall(MEMORY, PROBE, method=BALL, rng=0)
    assert result.circuit == method_from_dict(result.method).circuit(MEMORY, PROBE)
    assert result.compiled is None
    assert result.physical_qubits is None
    assert result.training is None


def test_what_a_device_ran() -> None:
    result = recall(MEMORY, PROBE, method=BALL, sampler="fake:fez", shots=50, rng=0)
    compiled = result.compiled
    assert compiled is not None
    two = sum(len(each.qubits) == 2 for each in compiled.data if each.name != "barrier")
    assert two == result.routed_two_qubit_gates
    assert result.physical_qubits is not None
    assert len(result.physical_qubits) == measured(result.circuit).num_clbits
    on_device = compiled.metadata["physical_qubits"]
    read = {  # classical bit -> physical qubit
        compiled.find_bit(each.clbits[0]).index: on_device[compiled.find_bit(each.qubits[0]).index]
        for each in compiled.data
        if each.name == "measure"
    }
    registers = {each.name: each for each in compiled.cregs}
    bits = [*registers["memory_bits"], *registers["flag_bits"]]
    expected = [read[compiled.find_bit(bit).index] for bit in bits]
    assert list(result.physical_qubits) == expected
    several = result.mitigated(readout="tensored", decoding=True)
    asked = result.processed(Mitigation(readout="tensored", decoding=True))
    np.testing.assert_array_equal(several.mitigated_decoded, asked.mitigated_decoded)
    assert result.mitigated(readout="off").mitigated is None
    with pytest.raises(ValueError, match="readout mitigation should start from what was read"):
        recall(MEMORY, PROBE, method=BALL, rng=0).mitigated()


def test_an_adaptive_method_has_no_one_circuit() -> None:
    result = recall(MEMORY, PROBE, method="minimum-search", shots=5, rng=0)
    assert result.compiled is None
    with pytest.raises(ValueError, match="'minimum-search', which asks one circuit after the othe"):
        _ = result.circuit


def test_training_is_told() -> None:
    memory = EnergyMemory(random_patterns(2, 5, rng=0))
    result = recall(memory, memory.patterns[0], method=QAOA(num_layers=1), rng=0)
    training = result.training
    assert training is not None
    assert training.evaluations == result.evaluations >= len(training.trajectory) > 2
    assert training.cost == pytest.approx(training.trajectory.min())
    assert training.outcome == result.method["training_outcome"]
    again = recall(memory, memory.patterns[0], method=method_from_dict(result.method), rng=0)
    assert again.training is not None
    assert len(again.training.trajectory) == 0  # plain data of a method keep no trajectory


def test_a_thousand_results_stay_small() -> None:
    probes = corrupt(PATTERNS[np.arange(100) % 3], num_flips=1, rng=1)
    results = recall(MEMORY, probes, method=BALL, sampler="aer", shots=10, rng=0)
    kept = pickle.dumps(results)
    assert len(kept) < 4_000 * len(results)
    for before, after in zip(results[:3], pickle.loads(kept), strict=False):
        assert after.compiled == before.compiled is not None
        assert after.circuit == before.circuit
        assert after.memory is not None
    assert len({id(each.memory) for each in pickle.loads(kept)}) == 1


class TestPictures:
    STORED = Dataset(name="bars", patterns=["111000", "000111"], shape=(2, 3))

    def test_a_memory_of_a_data_set_keeps_its_shape_and_weights(self) -> None:
        data = Dataset(name="bars", patterns=["10", "01"], shape=(2, 1), weights=[1, 3])
        memory = AmplitudeMemory(data)
        assert memory.shape == (2, 1)
        assert memory.weights.tolist() == [0.25, 0.75]
        assert AmplitudeMemory.from_dict(memory.to_dict()).shape == (2, 1)
        assert AmplitudeMemory(data, [1, 1], shape=(1, 2)).weights.tolist() == [0.5, 0.5]
        energy = EnergyMemory(data)
        assert energy.shape == (2, 1)
        assert energy.energies("01") < energy.energies("10")  # the heavier is deeper
        for kind in (AmplitudeMemory, EnergyMemory):
            with pytest.raises(ValueError, match=r"shape should be .* 2 neurons. Got \(2, 2\)"):
                kind(["10", "01"], shape=(2, 2))

    def test_panels(self) -> None:
        result = recall(AmplitudeMemory(self.STORED), "1?1001", method=BALL, rng=0)
        assert result.shape == (2, 3)
        figure = result.show()
        pattern, probe, answer = figure.axes
        np.testing.assert_array_equal(pattern.images[0].get_array(), [[-1, -1, -1], [1, 1, 1]])
        np.testing.assert_array_equal(probe.images[0].get_array(), [[-1, 0, -1], [1, 1, -1]])
        np.testing.assert_array_equal(answer.images[0].get_array(), pattern.images[0].get_array())
        assert marks(probe) == {
            "$?$": [(0, 1)],
            "x": [(1, 2)],
            "o": [(0, 0), (0, 2), (1, 0), (1, 1)],
        }
        assert len(marks(answer)["o"]) == 6
        assert marks(pattern) == {}
        titles = [ax.get_title() for ax in figure.axes]
        assert titles == [
            "pattern 0, nearest to the probe", "probe: 1 wrong, 1 unknown", "answer: 0 wrong"
        ]  # fmt: skip

    def test_a_target_may_be_told_and_a_shape(self) -> None:
        result = recall(AmplitudeMemory(self.STORED), "000111", method=BALL, rng=0)
        figure = result.show(target=0, shape=(3, 2))
        assert figure.axes[0].images[0].get_array().shape == (3, 2)
        assert figure.axes[2].get_title() == "answer: 6 wrong"
        assert len(marks(figure.axes[2])["x"]) == 6
        with pytest.raises(ValueError, match=r"shape should be \(rows, columns\) of 6 neurons"):
            result.show(shape=(2, 2))
        with pytest.raises(ValueError, match=r"target should be in 0..1. Got 2"):
            result.show(target=2)
        with pytest.raises(TypeError, match="target should be an integer"):
            result.show(target=1.5)
        for wrong in ([6], [-1], [], [0.5], 3):
            with pytest.raises(ValueError, match="neurons should be numbers from 0 to 5"):
                result.marginal(wrong)

    def test_without_a_shape_a_row_and_without_an_answer_words(self) -> None:
        rejected = recall(AmplitudeMemory(["11111", "11011"]), "00000", method=BALL, shots=3, rng=0)
        figure = rejected.show()
        assert figure.axes[0].images[0].get_array().shape == (1, 5)
        assert figure.axes[2].get_title() == "no answer: none accepted"
        assert figure._repr_png_().startswith(b"\x89PNG")
        tied = recall(AmplitudeMemory(["11", "00"]), "??", rng=0).show()
        assert tied.axes[0].get_title() == "pattern 0, first of 2\nnearest to the probe"

    def test_bars(self) -> None:
        patterns = random_patterns(20, 18, rng=0)
        result = recall(AmplitudeMemory(patterns), "?" * 18, shots=500, rng=0)
        (ax,) = result.plot().axes
        assert len(ax.patches) == 13
        widths = [bar.get_width() for bar in ax.patches]
        assert sum(widths) == pytest.approx(1)
        assert widths[:12] == sorted(widths[:12], reverse=True)
        names = [label.get_text() for label in ax.get_yticklabels()]
        assert names[-1] == "8 others"
        top = spins_to_text(result.states[0])
        place = int(np.flatnonzero(result.counts == result.state_counts[0])[0])
        assert names[0] == f"{top[:15]}…  pattern {place}"
        assert ax.get_xlabel() == "share of the 500 accepted of 500 shots"

    def test_spurious_outcomes_are_hatched(self) -> None:
        memory = EnergyMemory(digits(9).select(3, rng=0))
        result = recall(memory, memory.patterns[0], method=QAOA(num_layers=1), rng=0)
        (ax,) = result.plot().axes
        names = [label.get_text() for label in ax.get_yticklabels()]
        hatched = {
            name.endswith("spurious"): bar.get_hatch()
            for name, bar in zip(names[:3], ax.patches[:3], strict=True)
        }
        assert hatched == {True: "//", False: None}


def marks(ax) -> dict[str, list[tuple[int, int]]]:
    """(row, column) of every mark of each kind."""
    found = {
        line.get_marker(): sorted(
            zip(map(int, line.get_ydata()), map(int, line.get_xdata()), strict=True)
        )
        for line in ax.lines
    }
    return {mark: places for mark, places in found.items() if places}
