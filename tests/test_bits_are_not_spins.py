"""Bits and spins never pass for each other: every public door, every form of an argument."""

import importlib
import inspect
import pkgutil
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cases import case
from matplotlib.figure import Figure
from qiskit import QuantumCircuit

import circuits
import classical_ref
import qdenseam
from circuits import bit_order, gf2, loading, sparse_simulator
from circuits.distance import filters as distance
from circuits.distance.signal_processing import table_angles
from circuits.energy import ansatz
from circuits.energy.phases import CountingPhase
from circuits.grover import ball_oracles, oracles, syndromes
from circuits.index import known_index
from circuits.index import search as index_search
from classical_ref import Dataset, LevelCode, checks, metrics, patterns, spins
from classical_ref.discrete import hopfield
from classical_ref.recipes import RECIPES, Recipe
from classical_ref.sequences import SequenceMemory
from classical_ref.sparse_recovery import ParityMemory, learn_checks
from qdenseam import AmplitudeMemory, EnergyMemory, recall, submit, to_qnode
from qdenseam.bench.simulators.builders import matrix_product_run, product_amplitudes
from qdenseam.execution import mitigation, readout_errors
from qdenseam.memories.reduced import ReducedEnergy
from qdenseam.memories.stored_energies import stored_energies
from qdenseam.methods import AdaptiveAmplification, AmplitudeAmplification
from qdenseam.methods.adaptive import run_rounds, run_together, sample_laws
from qdenseam.planning import choose
from qdenseam.plots.gallery import plot_state
from qdenseam.retrieval.draft import draft

BITS = [1, 0, 1, 1]
TEXT = "1011"
SPINS = np.array([-1, 1, -1, -1], dtype=np.int8)
MISREAD = "0?00"
"""What the bits are as spins: the answer that must never come silently."""

STORED = spins.text_to_spins(["1011", "0110", "1100"])
AMPLITUDE, ENERGY = AmplitudeMemory(STORED), EnergyMemory(STORED)
DENSE = classical_ref.DenseMemory(STORED)
HOPFIELD = classical_ref.HopfieldMemory(STORED)
CENTERED = classical_ref.CenteredMemory(STORED)
SQUARE = Dataset(name="", patterns=STORED, shape=(2, 2))
PARITY = ParityMemory([[1, 1, 0, 0], [0, 1, 1, 1]])
REDUCED = ReducedEnergy.of(ENERGY.diagonal())
EXACT = AmplitudeAmplification()

Call = Callable[..., Any]


def name_of(function: Call) -> str:
    return f"{function.__module__}.{function.__qualname__}"


def door(
    function: Call,
    *before: Any,
    after: tuple[Any, ...] = (),
    call: Call | None = None,
    get: str | Call = "",
    **fixed: Any,
) -> tuple[str, Call]:
    """The name of a function, and a call of it among fixed arguments that gives an answer."""
    chosen = call or function

    def answer(given: Any, **said: Any) -> Any:
        found = chosen(*before, given, *after, **fixed, **said)
        if callable(get):
            return get(found)
        return getattr(found, get) if get else found

    answer.__signature__ = inspect.signature(chosen)  # type: ignore[attr-defined]
    return name_of(function), answer


def doors(*functions: Call) -> list[tuple[str, Call]]:
    return [door(function) for function in functions]


WITH_DYNAMICS = [RECIPES[name]() for name in ("dense", "hopfield", "centered")]
NEAREST = RECIPES["nearest"]()
COMPARED = spins.similarity, spins.overlap, spins.hamming_distance
ROUNDS = AdaptiveAmplification(), AMPLITUDE
ON_STATES = {"method": EXACT, "backend": "statevector", "rng": 0}
AXES = Figure().add_subplot()


def batch_of(probe: Any) -> Any:
    return probe[None] if isinstance(probe, np.ndarray) else [probe]


PROBES: dict[str, Call] = dict(
    [
        *doors(checks.check_spins, DENSE.energy, DENSE.local_field, HOPFIELD.energy),
        *doors(HOPFIELD.local_field, CENTERED.energy, CENTERED.similarities, PARITY.energy),
        *doors(AMPLITUDE.check_probe, ENERGY.diagonal, ENERGY.terms, ENERGY.hamiltonian),
        door(checks.check_probes, after=(4,)),
        *[door(m.recall, rng=0, get="states") for m in (DENSE, HOPFIELD, CENTERED)],
        door(PARITY.recall, get="states"),
        door(
            Recipe.recall,
            call=lambda p, **k: [each.recall(STORED, p, rng=0, **k) for each in WITH_DYNAMICS],
        ),
        door(
            Recipe.recall_weighted,
            call=lambda p: [e.recall_weighted(STORED, np.ones(3), p, rng=0) for e in WITH_DYNAMICS],
        ),
        door(NEAREST.recall, STORED),
        door(NEAREST.recall_weighted, STORED, None),
        door(SequenceMemory(STORED).step),
        door(LevelCode.decode, call=LevelCode().decode, get="levels"),
        door(Dataset.pictures, call=SQUARE.pictures, get="levels"),
        *[
            door(rate, call=lambda p, rate=rate, **k: rate(p, p if "bits" in k else STORED, **k))
            for rate in (metrics.retrieval_error, metrics.failure_rate)
        ],
        *[door(f, STORED) for f in (*COMPARED, metrics.nearest_pattern, metrics.is_spurious)],
        door(patterns.flip, num_flips=2, rng=0),
        door(patterns.flip_by_rate, flip_probability=0.5, rng=0),
        door(patterns.erase, num_erasures=2, rng=0),
        door(patterns.corrupt, num_flips=1, num_erasures=1, rng=0),
        door(
            patterns.is_ambiguous,
            call=lambda p, **k: patterns.is_ambiguous(
                STORED, p, 0 if isinstance(p, str) else np.zeros(np.shape(p)[:-1], int), **k
            ),
        ),
        door(ansatz.warm_start_angles, after=(0.25,)),
        door(ENERGY.energies, call=lambda p: ENERGY.energies(STORED, p)),  # states: below
        door(stored_energies, ENERGY, answer=STORED[0], get="stored"),
        door(ENERGY.phase, get=lambda phase: phase.circuit(0.3)),
        ("REDUCED", REDUCED.check_probe),
        ("ENERGY", ENERGY.check_probe),
        door(recall, AMPLITUDE, method=EXACT, rng=0),
        door(draft, AMPLITUDE, **ON_STATES, get=lambda drafted: drafted.circuits[0]),
        door(to_qnode, AMPLITUDE, after=(EXACT, "default.qubit"), get=lambda n: np.asarray(n())),
        door(run_rounds, *ROUNDS, after=(3, sample_laws), rng=0, get="answers"),
        door(
            run_together,
            call=lambda p: run_together(*ROUNDS, batch_of(p), 3, sample_laws, rng=0),
            get=lambda states: [state.answers for state in states],
        ),
        door(choose, ENERGY, after=(None,), get=lambda chosen: repr(chosen[1])),
        door(plot_state, after=((2, 2),), ax=AXES, get=lambda a: a.images[-1].get_array()),
    ]
)
"""What takes a probe or states: called with it, and with ``bits=`` where there is one."""

PATTERNS: dict[str, Call] = dict(
    [
        *doors(checks.check_patterns, NEAREST.memory, metrics.mean_absolute_overlap),
        *doors(hopfield.hebb_weights, hopfield.projection_weights, hopfield.storkey_weights),
        *[door(type(each), get="patterns") for each in (DENSE, HOPFIELD, CENTERED)],
        *[door(type(each), get="patterns") for each in (AMPLITUDE, ENERGY)],
        door(Dataset, call=lambda p: Dataset(name="", patterns=p, shape=(2, 2)).patterns),
        door(
            patterns.Growing.with_patterns,
            call=classical_ref.DenseMemory(["0001"]).with_patterns,
            get="patterns",
        ),
        door(Recipe.memory, call=lambda p: [each.memory(p).patterns for each in WITH_DYNAMICS]),
        *[
            door(function, call=lambda p, function=function: function(p, SPINS))
            for function in (*COMPARED, metrics.nearest_pattern, metrics.is_spurious)
        ],
        ("targets", lambda p: metrics.retrieval_error(STORED[0], p)),
        door(patterns.is_ambiguous, call=lambda p: patterns.is_ambiguous(p, SPINS, 0)),
        door(ParityMemory.learned, weight=2, max_chance=None, get="checks"),
        door(learn_checks, weight=2, max_chance=None),
        door(ENERGY.energies),
    ]
)
"""What takes patterns, one a row, known in every neuron."""

ANGLES = table_angles([1.0, 0.5, 0.2, 0.1, 0.0])
KNOWN = np.ones(4, dtype=bool)
INDEX = known_index.known_indices(AMPLITUDE.bits, AMPLITUDE.weights, KNOWN)[0]
EVERY_OTHER = spins.bits_to_spins(bit_order.all_bits(5)[::2])
WIDE_INDEX = next(  # of four bits
    found
    for found in known_index.known_indices(
        spins.spins_to_bits(EVERY_OTHER), np.full(16, 1 / 16), np.ones(5, dtype=bool)
    )
    if len(found.qubits) == 4
)
HULL = gf2.affine_hull(AMPLITUDE.bits)
NO_ERRORS = readout_errors.ReadoutErrors(zero_read_as_one=np.zeros(4), one_read_as_zero=np.zeros(4))
SITES = [tuple(np.eye(2, dtype=complex)[i].reshape(2, 1, 1)) for i in (0, 1, 0, 1)]

AT_ALL = {"after": (range(4),)}
BALL = {"after": (range(4), 1)}

ROWS_OF_BITS: dict[str, Call] = dict(
    [
        *doors(spins.bits_to_spins, bit_order.bits_to_integer, HULL.contains, INDEX.label_of),
        door(checks.check_bits, ndim=1),
        door(oracles.match_oracle, **AT_ALL),
        door(oracles.product_state_reflection, [0.3] * 4),
        door(ball_oracles.counter_ball_oracle, **BALL),
        door(ball_oracles.signal_ball_oracle, **BALL),
        door(ball_oracles.check_ball, **BALL),
        door(syndromes.hull_ball_oracle, HULL, **BALL),
        door(distance.distance_filter, **AT_ALL, num_controls=2),
        door(distance.signal_filter, after=(range(4), ANGLES), signal_angle=0.5),
        door(distance.symmetric_filter, after=(range(4), [0.1, 0.2, 0.1])),
        door(distance.categorical_filter, after=([(0, 1), (2, 3)], ANGLES), signal_angle=0.5),
        door(distance.product_filter, after=(range(4), [0.5] * 4)),
        door(index_search.index_search, WIDE_INDEX, after=([(1.0, 1.0)],)),
        door(sparse_simulator.simulate, QuantumCircuit(4), get="bits"),
    ]
)
"""What takes one row of bits."""

ORIGIN = sparse_simulator.simulate(QuantumCircuit(4))
COUNTED = {"tables": np.ones((2, 5)), "fields": np.zeros(4)}
LOADED = loading.pattern_superposition([BITS, BITS[::-1]])

TABLES_OF_BITS: dict[str, Call] = dict(
    [
        *doors(loading.pattern_superposition, oracles.membership_oracle, gf2.pack, gf2.rank),
        *doors(gf2.affine_rank, ORIGIN.amplitudes_of, mitigation.detected_errors),
        door(syndromes.syndrome_circuit),
        door(loading.prepare, get="circuit"),
        door(loading.preparation.check_superposition, after=(None,)),
        door(gf2.affine_hull, get="checks"),
        door(ParityMemory, get="checks"),
        door(known_index.known_indices, after=([0.5] * 2, KNOWN), get=lambda i: i[0].labels),
        door(CountingPhase, call=lambda b: CountingPhase(pattern_bits=b, **COUNTED).pattern_bits),
        door(sparse_simulator.preparation_error, LOADED, after=([0.5**0.5] * 2,)),
        door(readout_errors.tensored_inverse, after=(NO_ERRORS,)),
        door(readout_errors.subspace_inverse, after=(NO_ERRORS,), get=lambda found: found[0]),
        door(mitigation.post_selected, after=([[0], [0]],)),
        door(mitigation.parity_errors, after=(AMPLITUDE.bits,)),
        door(mitigation.nearest_pattern, after=(AMPLITUDE.bits,)),
        door(mitigation.processed, after=(AMPLITUDE.bits,), get="raw"),
        door(product_amplitudes, (SITES, [np.ones(1)] * 3)),
        door(matrix_product_run, QuantumCircuit(4), get=lambda run: run()),
    ]
)
"""What takes rows of bits, ``(2, 4)``."""

ROWS = [BITS, [0, 1, 1, 0]]


def forms(bits: list[Any]) -> dict[str, Any]:
    """Bits in every form, by name."""
    array = np.array(bits)
    return {
        "uint8": array.astype(np.uint8),
        "bool": array.astype(bool),
        "uint64": array.astype(np.uint64),
        "list": bits,
        "tuple": tuple(bits),
        "list of bools": array.astype(bool).tolist(),
        "list of uint8": list(array.astype(np.uint8)),
        "int64": array.astype(np.int64),
        "float64": array.astype(float),
        "objects": array.astype(object),
        "masked, nothing hidden": np.ma.masked_array(array),
    }


def spin_forms(bits: list[Any]) -> dict[str, Any]:
    """The spins of bits in every form that says so."""
    array = spins.bits_to_spins(bits)
    return {
        "int8": array,
        "list": array.tolist(),
        "list of int8": list(array),
        "int64": array.astype(np.int64),
        "float64": array.astype(float),
        "objects": array.astype(object),
        "text": spins.spins_to_text(array),
        "array of text": np.array(spins.spins_to_text(array)),
        "objects of text": np.array(spins.spins_to_text(array), dtype=object),
    }


def same(first: Any, second: Any) -> bool:
    """Whether two answers are equal, whatever they are."""
    if isinstance(first, list | tuple):
        return len(first) == len(second) and all(map(same, first, second))
    if hasattr(first, "state_counts"):
        return all(same(getattr(first, n), getattr(second, n)) for n in ("probe", "states"))
    if isinstance(first, np.ndarray | float):
        return np.array_equal(first, second)
    return bool(first == second)


BOTH = r"spins or bits are meant\. Got \[1, 0, 1, 1\] \(.*\): as spins '0\?00'.*, as bits '1011'"


def test_a_probe_of_spins_or_text_is_taken_and_bits_are_refused() -> None:
    for name, call in PROBES.items():
        with case(name):
            check_probe_door(call)


def check_probe_door(call: Call) -> None:
    expected = call(SPINS)
    for form, given in spin_forms(BITS).items():
        assert same(call(given), expected), form
    call(np.array(BITS, dtype=np.int8))  # spins by their type, also without any -1
    for given in forms(BITS).values():
        with pytest.raises(ValueError, match=BOTH):
            call(given)
    for given in (np.ones(4, dtype=bool), [1, 1, 1, 1], np.ones(4)):
        with pytest.raises(ValueError, match=r"as spins '0000'.*, as bits '1111'"):
            call(given)
    with pytest.raises(ValueError, match=r"as spins .*, as bits '0000'"):
        call(np.zeros(4, dtype=np.uint8))
    with pytest.raises(ValueError, match=r"masked"):
        call(np.ma.masked_array(SPINS, mask=[True, False, False, False]))
    for strange in ([1, -1, 2, 1], [1, -1, np.nan, 1], [1, -1, None, 1], [1, -1, 1j, 1]):
        with pytest.raises(ValueError, match=r"-1, \+1 and 0 where unknown|-1 and \+1"):
            call(strange)


def takes_bits(call: Call) -> bool:
    parameters = inspect.signature(call).parameters.values()
    return any(p.name == "bits" or p.kind is p.VAR_KEYWORD for p in parameters)


SAID = {name: call for name, call in PROBES.items() if takes_bits(call)}


def test_bits_may_be_said_of_a_probe() -> None:
    assert SAID
    for name, call in SAID.items():
        with case(name):
            check_bits_said(call)


def check_bits_said(call: Call) -> None:
    spoken = call(SPINS, bits=False)
    for form, given in forms(BITS).items():
        assert same(call(given, bits=True), spoken), form
    for given in (SPINS, np.ones(4, dtype=np.int8)):
        with pytest.raises(ValueError, match=r"what bits=True says. Got int8, which holds spins"):
            call(given, bits=True)
    with pytest.raises(ValueError, match=r"what bits=False says. Got bool, which holds bits"):
        call(np.ones(4, dtype=bool), bits=False)
    with pytest.raises(ValueError, match=r"bits 0 and 1. Got -1"):
        call([1, 0, -1, 1], bits=True)
    with pytest.raises(TypeError, match=r"bits should be True(,| or) False or None"):
        call(SPINS, bits=1)


def test_patterns_of_spins_or_text_are_taken_and_bits_are_refused() -> None:
    for name, call in PATTERNS.items():
        with case(name):
            check_pattern_door(call)


def check_pattern_door(call: Call) -> None:
    expected = call(spins.bits_to_spins(ROWS))
    for form, given in spin_forms(ROWS).items():
        assert same(call(given), expected), form
    for form, given in forms(ROWS).items():
        with pytest.raises(ValueError, match=r"bits are meant\. Got \[1, 0, 1, 1\].*'1011'"):
            call(given)
        if takes_bits(call):
            assert same(call(given, bits=True), expected), form
    for given in (np.ones((1, 4), dtype=bool), [[1, 1, 1, 1]], np.ones((1, 4))):
        with pytest.raises(ValueError, match=r"as spins '0000'.*, as bits '1111'"):
            call(given)


def test_bits_are_taken_and_spins_are_refused() -> None:
    for table, given in ((ROWS_OF_BITS, BITS), (TABLES_OF_BITS, ROWS)):
        for name, call in table.items():
            with case(name):
                check_bit_door(call, given)


def check_bit_door(call: Call, given: list[Any]) -> None:
    expected = call(np.array(given, dtype=np.uint8))
    for form, array in forms(given).items():
        assert same(call(array), expected), form
    for array in (np.array(given, dtype=np.int8), spins.bits_to_spins(given)):
        with pytest.raises(ValueError, match=r"should be 0 or 1. Got int8, which holds spins"):
            call(array)
    with pytest.raises(ValueError, match=r"should be 0 or 1. Got -1"):
        call(spins.bits_to_spins(given).tolist())


def test_the_case_that_was_read_as_another_probe() -> None:
    probe = AMPLITUDE.bits[0]
    np.testing.assert_array_equal(probe, BITS)
    with pytest.raises(ValueError, match=BOTH):
        recall(AMPLITUDE, probe)
    with pytest.raises(ValueError, match=BOTH):
        submit(AMPLITUDE, BITS, backend="statevector")
    result = recall(AMPLITUDE, probe, bits=True, rng=0)
    np.testing.assert_array_equal(result.probe, STORED[0])
    many = recall(AMPLITUDE, AMPLITUDE.bits, bits=True, rng=0)
    np.testing.assert_array_equal([each.probe for each in many], STORED)
    assert recall(AMPLITUDE, MISREAD, rng=0).probe.tolist() == [1, 0, 1, 1]


def test_a_batch_is_judged_as_a_whole_and_its_arrays_by_their_types() -> None:
    taken = checks.check_probes([[1, 0, 1, 1], [-1, 1, 1, 1]], 4)  # a -1 anywhere: spins
    assert taken.tolist() == [[1, 0, 1, 1], [-1, 1, 1, 1]]
    assert checks.check_probes([0, 0, 0], 3).tolist() == [0, 0, 0]
    assert checks.check_probes(np.zeros((0, 3), dtype=np.uint8), 3).shape == (0, 3)
    with pytest.raises(ValueError, match=r"all spins or all bits. Got arrays of both types"):
        checks.check_probes([SPINS, np.array(BITS, dtype=np.uint8)], 4)
    with pytest.raises(ValueError, match=BOTH):
        checks.check_probes([BITS, np.array(BITS, dtype=np.uint8)], 4)
    with pytest.raises(ValueError, match=r"rows of several lengths"):
        checks.check_probes([[1, -1], [1]], 2)


def test_series_and_tables_are_judged_like_arrays() -> None:
    expected = [[1, -1, 0], [-1, -1, 1]]
    for dtype in (object, "string"):
        given = pd.Series(["01?", "110"], dtype=dtype)
        assert checks.check_probes(given, 3).tolist() == expected
    assert checks.check_probes([["01?"], ["110"]], 3).tolist() == [[row] for row in expected]
    assert checks.check_probes(pd.Series([1, -1, 0], dtype="Int8"), 3).tolist() == expected[0]
    assert checks.check_patterns(pd.DataFrame([[0, 1], [1, 0]]), bits=True).tolist() == [
        [1, -1],
        [-1, 1],
    ]
    for given in (pd.Series([True, False, True], dtype="boolean"), pd.Series([1, 0, 1])):
        with pytest.raises(ValueError, match=r"as spins '0\?0'.*, as bits '101'"):
            checks.check_probes(given, 3)
    with pytest.raises(ValueError, match=r"Got nan"):
        checks.check_probes(pd.Series([1, -1, None], dtype="Int8"), 3)


def test_a_model_of_bits_is_refused() -> None:
    class Model:
        patterns = AMPLITUDE.bits
        energy = DENSE.energy

    with pytest.raises(ValueError, match=r"model.patterns should say whether"):
        EnergyMemory(Model())


def test_a_mask_is_no_list_of_positions() -> None:
    with pytest.raises(ValueError, match=r"Got a mask; use np.flatnonzero"):
        oracles.match_oracle([0, 1], np.array([True, False]))


EXEMPT = {
    "classical_ref.modular.attention": "real vectors",
    "classical_ref.continuous.memory": "real vectors",
    "classical_ref.continuous.random_features": "real vectors",
    "classical_ref.continuous.diffusion": "real vectors",
    "classical_ref.continuous.fenchel_young": "real vectors",
    "classical_ref.learning": "real images and embeddings",
    "classical_ref.continuous.measures": "real tokens",
    "classical_ref.modular.layers": "states of layers by name",
    "classical_ref.modular.memory": "activations of layers by name",
    "classical_ref.modular.unrolled": "states of layers by name",
    "classical_ref.continuous.recall_and_predict": "real tokens",
    "classical_ref.sparse_recovery.constraints": "real vectors",
    "classical_ref.sparse_recovery.dictionary": "real vectors",
    "qdenseam.memories.context": "real tags",
    "qdenseam.memories.energy.ClassicalModel": "a protocol",
    "qdenseam.execution.engines.pennylane_nodes.TakesProbes": "a protocol",
    "qdenseam.memories.reduced.ReducedEnergy.diagonal": "a probe changes nothing there",
    "qdenseam.memories.reduced.ReducedEnergy.phase": "a probe changes nothing there",
    "qdenseam.experiments.estimates.resampling.capacity": "a number of probes",
    "qdenseam.plots.pictures": "real numbers",
    "qdenseam.plots.trajectories.plot_qaoa_landscape": "by the diagonal, above",
    "classical_ref.discrete.potts": "symbols, 0 to q - 1",
    "classical_ref.recipes.BestExponentialRecipe.memory": "by its base",
    "classical_ref.recipes.DenseRecipe.memory": "by its base",
    "classical_ref.recipes.HopfieldRecipe.memory": "by its base",
    "classical_ref.recipes.CenteredRecipe.memory": "by its base",
    "classical_ref.spins.spins_to_bits": "says that they are spins, below",
    "classical_ref.spins.spins_to_text": "says that they are spins, below",
    "qdenseam.retrieval.submission.submit": "by draft, and above",
    "qdenseam.report.view.recall_view": "by recall",
    "qdenseam.retrieval.preparing.requested": "by recall, above",
}
"""What takes parameters of such names and is no door, and why."""

NAMES = {"patterns", "pattern_bits", "probes", "probe", "probe_bits", "states", "state", "spins"}
NAMES |= {"bits", "flags", "label", "samples"}


def functions() -> dict[str, Callable[..., Any]]:
    """Public functions and methods of the three packages, by their qualified names."""
    found = {}
    for package in (classical_ref, circuits, qdenseam):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if module.name.endswith(("__main__", "sinter_peer")) or ".cli" in module.name:
                continue  # one imports a peer that need not be there
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                content = vars(importlib.import_module(module.name))
            for name, value in content.items():
                if name.startswith("_") or getattr(value, "__module__", "") != module.name:
                    continue
                inside = vars(value) if inspect.isclass(value) else {}
                for key, each in {"": value, **inside}.items():
                    function = getattr(each, "__func__", each)
                    if not key.startswith("_") and inspect.isfunction(function):
                        found[f"{module.name}.{name}.{key}".rstrip(".")] = function
    return found


def test_every_public_door_is_in_a_table() -> None:
    """Parameters of these names that take anything array-like; classes are listed by hand."""
    tables = {
        name.split()[0]
        for table in (PROBES, PATTERNS, ROWS_OF_BITS, TABLES_OF_BITS)
        for name in table
    }
    missing = [
        name
        for name, function in functions().items()
        if name not in tables
        and not any(name.startswith(exempt) for exempt in EXEMPT)
        and any(
            parameter.name in NAMES and "_SupportsArray" in str(parameter.annotation)
            for parameter in inspect.signature(function).parameters.values()
        )
    ]
    assert not missing, f"put a call into a table above, or a reason into EXEMPT: {missing}"


def test_functions_that_say_spins_refuse_what_is_bits_by_its_type() -> None:
    assert spins.spins_to_bits([1, 1]).tolist() == [0, 0]
    assert spins.spins_to_text([1, 0]) == "0?"
    for function in (spins.spins_to_bits, spins.spins_to_text):
        with pytest.raises(ValueError, match=r"bits=False says. Got uint8, which holds bits"):
            function(np.ones(2, dtype=np.uint8))
