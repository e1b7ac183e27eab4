"""Every dataclass that a user makes, of both packages, checks its fields; so do functions."""

import importlib
import inspect
import pkgutil
from dataclasses import fields, is_dataclass, replace
from types import UnionType
from typing import Annotated, Union, get_args, get_origin, get_type_hints

import numpy as np
import pytest
from cases import case
from qiskit import QuantumCircuit

import circuits
import classical_ref
import classical_ref.learning
import classical_ref.sequences
import classical_ref.sparse_recovery
from classical_ref import (
    Coupling,
    EnergyTransformer,
    Identity,
    NeuronLayer,
    RandomFeatures,
    random_patterns,
)
from classical_ref.checks import Within
from classical_ref.checks.kinds import kind_of
from classical_ref.sequences import pairs

PATTERNS = random_patterns(4, 6, rng=0)
REAL = np.random.default_rng(0).normal(size=(4, 6))
TENSOR = np.ones((1, 2, 3))
IMAGES = np.zeros((2, 3, 3), dtype=np.uint8)

EXAMPLES = {
    "Adam": {"step_size": 0.1},
    "Attention": {"query_weights": TENSOR, "key_weights": TENSOR},
    "AttentionMemory": {"patterns": REAL},
    "BidirectionalMemory": {"pairs": pairs(PATTERNS, PATTERNS)},
    "CenteredMemory": {"patterns": PATTERNS},
    "ClassMemory": {"pixels": REAL, "classes": REAL, "order": 3, "temperature": 1.0},
    "Contexts": {"tags": TENSOR, "means": TENSOR, "queries": np.ones((1, 3))},
    "Convolution": {"filters": np.ones((2, 2, 1, 1))},
    "CountingPhase": {"pattern_bits": [[0, 1]], "tables": np.ones((1, 3)), "fields": [1.0, 1.0]},
    "Coupling": {"weights": REAL},
    "Dataset": {"name": "own", "patterns": PATTERNS, "shape": (2, 3)},
    "DenseMemory": {"patterns": PATTERNS},
    "DictionaryMemory": {"atoms": REAL, "center": np.zeros(6)},
    "DualNetwork": {
        "input_weights": REAL,
        "hidden_bias": np.ones(4),
        "output_weights": REAL,
        "power": 2,
    },
    "EnergyTransformer": {"query_weights": TENSOR, "key_weights": TENSOR, "patterns": [[1, 2, 3]]},
    "EpanechnikovMemory": {"patterns": REAL},
    "Facts": {"group_probabilities": [0.5, 0.5], "group_size": 2},
    "FenchelYoungMemory": {"patterns": REAL},
    "GaussianMemory": {"patterns": REAL},
    "GradientDescent": {"step_size": 0.1},
    "HopfieldMemory": {"patterns": PATTERNS},
    "LabeledImages": {"pixels": IMAGES, "labels": [0, 1]},
    "MaskedTokens": {
        "block": EnergyTransformer(TENSOR, TENSOR, np.ones((1, 3))),
        "embedding": np.ones((2, 3)),
        "positions": np.ones((4, 3)),
        "mask_token": np.ones(3),
        "readout": np.ones((3, 2)),
        "offset": np.ones(2),
    },
    "ModularMemory": {
        "layers": {"a": NeuronLayer(4, Identity()), "b": NeuronLayer(6, Identity())},
        "synapses": [(Coupling(REAL), ("a", "b"))],
    },
    "Muon": {"step_size": 0.1},
    "NeuronLayer": {"shape": 2, "lagrangian": Identity()},
    "NormalizedGradient": {"step_size": 0.1},
    "Pairs": {"patterns": PATTERNS, "num_key_neurons": 2},
    "ParityMemory": {"checks": [[1, 1, 0]]},
    "Polynomial": {"order": 3},
    "Pooling": {"window": 2},
    "PottsMemory": {"patterns": [[0, 1, 2]], "num_symbols": 3},
    "Preparation": {"circuit": QuantumCircuit(1), "reflection_qubits": (0,)},
    "RandomFeatureMemory": {
        "features": RandomFeatures(6),
        "sums": np.ones(1024),
        "num_patterns": 1,
    },
    "RandomFeatures": {"num_neurons": 6},
    "RectifiedPolynomial": {"order": 3},
    "SequenceMemory": {"patterns": PATTERNS},
    "SignDescent": {"step_size": 0.1},
    "SignalAngles": {"rotations": [0.0], "phases": [0.0]},
    "SphericalMemory": {"patterns": REAL},
    "StringPhase": {"masks": [1], "weights": [1.0], "num_qubits": 1},
    "SubspaceMemory": {"constraints": REAL},
    "TabulatedSeparation": {"values": (1, 0, 1)},
    "TaskAlignedSign": {"step_size": 0.1, "queries": np.eye(2), "answers": np.eye(2)},
    "TokenMeasure": {"tags": REAL, "contents": REAL},
}
"""What classes need that have fields without a default."""

MADE_BY_US = """
AffineHull BidirectionalResult Components ContinuousResult Descent DynamicsResult Eliminated Flip
GFASolution HubCircuit HubSites IndexTree KnownIndex LearnedWeights Learning ModularResult MoveFlag
Need Node ParityTree Plan PottsResult RecallAndPredict Recovered Resources RunSteps Scaling
SequenceResult
Signal SimulatedOverlaps SparseState Step Tables ToggleFlag Training Turn Within
"""
"""Results, steps and plans, which our own loops make: they are not checked."""

DOORS = {"check_patterns", "check_probes"}
"""What every memory and recall goes through: they have rules of their own, and must be quick."""

UNBOUNDED = {
    "as_patterns.levels": "a code checks its levels",
    "of.levels": "a code checks its levels",
    "categorical_filter.features": "neurons of the memory, checked there",
    "without.rows": "rows of the memory, checked there",
    "select.num_patterns": "at most those of the data set, checked there",
    "descent_gaps.steps": "ascending numbers, checked there",
    "increments.num_neurons": "of patterns that there are",
    "learn_weights.only": "numbers of synapses that there are, checked there",
    "temperature_at.epoch": "only compared",
}
"""Integers whose annotation has no upper bound, and why none is needed."""


def made_by_users() -> dict[str, type]:
    """Return the dataclasses of both packages that can be made, by name."""
    found = {}
    for package in (classical_ref, circuits):
        for spec in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(spec.name)
            for name, thing in vars(module).items():
                if isinstance(thing, type) and thing.__module__ == module.__name__:
                    is_public = is_dataclass(thing) and not name.startswith("_")
                    if (
                        is_public
                        and name not in MADE_BY_US.split()
                        and not inspect.isabstract(thing)
                    ):
                        found[name] = thing
    return {name: thing for name, thing in found.items() if name not in MADE_BY_US.split()}


CLASSES = made_by_users()
FIELDS = [(kind, each.name) for kind in CLASSES.values() for each in fields(kind) if each.init]
ROOMS = (classical_ref, classical_ref.learning, classical_ref.sequences, circuits)
ROOMS = (*ROOMS, classical_ref.sparse_recovery)
FUNCTIONS = {
    name: thing
    for room in ROOMS
    for name in dir(room)
    if inspect.isfunction(thing := getattr(room, name))
    and name not in DOORS
    and thing.__module__.startswith((classical_ref.__name__, circuits.__name__))
}


class Foreign:
    """Nothing takes it."""

    def __repr__(self):
        return "<foreign>"


def made(kind):
    return kind(**EXAMPLES.get(kind.__name__, {}))


def bounds(hint):
    """Return each number's type with its bound, None without one, however deep in a hint."""
    if get_origin(hint) is Annotated:
        within = [each for each in hint.__metadata__ if isinstance(each, Within)]
        return [(hint.__origin__, within[0] if within else None)]
    if hint in (int, float):
        return [(hint, None)]
    arms = get_args(hint)
    if any(getattr(get_origin(arm) or arm, "_is_protocol", False) for arm in arms):
        return []  # an array, of which a number is one too
    return [found for arm in arms for found in bounds(arm)]


def highest(within):
    end = "inf" if within is None else within.interval[1:-1].split(", ")[1]
    return None if end == "inf" else int(float(end))


def test_all_of_both_packages_are_looked_at():
    assert len(CLASSES) > 60
    assert len(FUNCTIONS) > 60
    assert EXAMPLES.keys() <= CLASSES.keys()


def test_a_field_refuses_what_is_of_no_such_kind():
    for kind, name in FIELDS:
        with case(kind.__name__, name):
            with pytest.raises((TypeError, ValueError)) as refused:
                replace(made(kind), **{name: Foreign()})
            assert " should " in str(refused.value)  # in our own words, which name what came
            assert "Got " in str(refused.value)
            if kind_of(get_type_hints(kind, include_extras=True)[name]) is not None:
                assert type(refused.value) is TypeError
                assert str(refused.value).startswith(f"{name} should be ")


def test_a_field_with_an_upper_bound_refuses_what_is_beyond():
    for kind, name in FIELDS:
        hint = get_type_hints(kind, include_extras=True)[name]
        for arm in get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,):
            if get_origin(arm) is Annotated and (high := highest(bounds(arm)[0][1])) is not None:
                said = rf"^{name} should be in .* Got {high + 1}\."
                with case(kind.__name__, name), pytest.raises(ValueError, match=said):
                    replace(made(kind), **{name: high + 1})


def arguments(function):
    hints = get_type_hints(inspect.unwrap(function), include_extras=True)
    return {name: hint for name, hint in hints.items() if name != "return"}


def methods(kind):
    return [
        each
        for name, each in inspect.getmembers(kind, inspect.isroutine)
        if not name.startswith("_") and (each.__module__ or "").startswith(("classical_", "circ"))
    ]


def test_integers_without_an_upper_bound_are_few_and_have_a_reason():
    unbounded = set()
    for kind in CLASSES.values():
        hints = get_type_hints(kind, include_extras=True)
        names = {each.name for each in fields(kind) if each.init and each.name != "rng"}
        given = [(f"{kind.__name__}.{name}", hints[name]) for name in names]
        for method in methods(kind):
            own = {k: v for k, v in arguments(method).items() if k != "rng"}
            given += [(f"{method.__name__}.{name}", hint) for name, hint in own.items()]
        for where, hint in given:
            if any(number is int and highest(end) is None for number, end in bounds(hint)):
                unbounded.add(where)
    for name, function in FUNCTIONS.items():
        for argument, hint in arguments(function).items():
            if argument != "rng" and any(
                number is int and highest(end) is None for number, end in bounds(hint)
            ):
                unbounded.add(f"{name}.{argument}")
    assert unbounded == set(UNBOUNDED)


def test_a_public_function_refuses_what_is_of_no_such_kind():
    for name, function in FUNCTIONS.items():
        parameters = inspect.signature(function).parameters
        for argument, hint in arguments(function).items():
            is_one = parameters[argument].kind is not inspect.Parameter.VAR_POSITIONAL
            if is_one and argument != "bits" and kind_of(hint):
                said = rf"^{argument} should be .*Got <foreign>"
                with case(name), pytest.raises(TypeError, match=said):
                    function(**{argument: Foreign()})
