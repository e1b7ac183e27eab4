"""Every public callable of the three packages with arguments that it takes, for hostile changes.

An argument is known by its name, or by what its annotation allows; a class is made of those, and
its public methods are called on what was made.
"""

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np

import circuits
import classical_ref
import qdenseam
from circuits.loading import Merging
from classical_ref.checks.kinds import kind_of
from classical_ref.spins import text_to_spins
from qdenseam.methods import AmplitudeAmplification, HammingBall

OURS = ("circuits", "classical_ref", "qdenseam")
ROOMS_LEFT_OUT = (
    "cli", "bench", "reproduce", "testing", "report", "plots",  # commands; figures take results
    "jobs", "ibm", "spelling",  # a store's inner calls, a service, the registries themselves
)  # fmt: skip
NAMES_LEFT_OUT = {
    "register", "check_fields", "checked", "lock", "shown", "unknown_name", "method_from_dict",
    "check_attributes", "check_entries", "check_mask", "check_array", "check_at_least",
    "check_integer", "check_positive", "check_finite", "check_within", "check_choice",
    "check_shapes",
    "check_numbers", "check_complexes", "Within", "Said",
    "resolved",
    "compare",  # a study of its own: a minute
    "Plan", "RecallLaw", "RecallResources", "Recovered", "Learning", "Training", "Submission",
    "DenseClassifier",  # its errors are scikit-learn's, as check_estimator demands
    "SequenceRecall", "Estimate", "Check", "Progress", "Record", "Resources", "Preparation",
}  # fmt: skip
"""What the packages make, and users only read; the registries' own calls."""

PATTERNS = text_to_spins(["1011", "0110", "1100"])
BITS = (PATTERNS < 0).astype(np.uint8)
REAL = np.random.default_rng(5).normal(size=(3, 4))
PREPARATION = Merging().prepare(BITS, np.ones(3) / np.sqrt(3))
AMPLITUDE = qdenseam.AmplitudeMemory(PATTERNS)

VALID: dict[str, Any] = {
    "patterns": PATTERNS, "states": PATTERNS, "spins": PATTERNS, "probes": PATTERNS[:2],
    "probe": "10??", "start": "1011", "text": "10??", "targets": PATTERNS, "other": PATTERNS,
    "bits": True, "probe_bits": BITS[0], "positions": [0, 1, 2], "known": [0, 1, 2],
    "weights": [0.5, 0.25, 0.25], "amplitudes": [0.5, 0.5, 0.5], "rng": 7, "random_state": 7,
    "num_neurons": 4, "num_patterns": 3, "num_flips": 1, "num_erasures": 1, "fraction": 0.5,
    "shots": 20, "beta": 1.0, "order": 3, "name": "digits", "store": "store", "out": "out",
    "memory": AMPLITUDE, "method": AmplitudeAmplification(), "sampler": "exact", "filter":
    HammingBall(1), "memories": [AMPLITUDE], "energies": np.arange(8.0),
    "diagonal": np.arange(16.0),
    "preparation": PREPARATION, "circuit": PREPARATION.circuit, "part": PREPARATION.circuit,
    "parts": [PREPARATION.circuit], "path": "file.npz", "source": "1011\n0110", "pictures": REAL,
    "images": REAL, "pixels": REAL, "labels": [0, 1, 0], "y": [0, 1, 0], "X": REAL, "queries": REAL,
    "keys": PATTERNS, "values": PATTERNS, "matrix": REAL, "shape": (2, 2), "separation":
    classical_ref.Polynomial(3), "angles": [0.1, 0.2], "gammas": [0.1], "betas": [0.2], "table":
    [1.0, 0.5, 0.0], "on_progress": None, "chebyshev": [0.0, 1.0], "coefficients": [0.5, 0.5],
    "masks": [1, 2], "names": ["h", ("rz", 0.1)], "num_qubits": 4, "damping": 0.5,
    "gaps": [0.1, 0.2],
    "modules": [], "encoder": "auto", "num_known": 4, "value": 0.5, "size": 5, "distance": 1,
    "features": [[0, 1], [2, 3]], "start_angles": [0.1, 0.2, 0.3, 0.4], "phases": [0.1, 0.2, 0.1],
    "records": [], "rows": [0],
    "layers": {"a": classical_ref.NeuronLayer(3, classical_ref.Identity())},
    "synapses": [], "query_weights": np.ones((1, 2, 3)), "key_weights": np.ones((1, 2, 3)),
    "columns": "shots", "text_or_pattern": "1011", "state": REAL[0], "tokens": REAL,
}  # fmt: skip
"""Arguments by their names; what else is asked is made from its annotation."""

MADE: dict[type, Any] = {
    qdenseam.AmplitudeMemory: AMPLITUDE,
    qdenseam.EnergyMemory: qdenseam.EnergyMemory(PATTERNS),
    classical_ref.DenseMemory: classical_ref.DenseMemory(PATTERNS),
    np.random.Generator: np.random.default_rng(3),
}
"""Objects by their classes, where making them takes more than the names of arguments say."""

HOSTILE: list[Callable[[], Any]] = [
    lambda: None, lambda: True, lambda: -1, lambda: 0, lambda: 1, lambda: 3, lambda: 2**70,
    lambda: -(2**63), lambda: 10**5000, lambda: 0.5, lambda: -0.5, lambda: 1e300, lambda: 1e-300,
    lambda: float("nan"), lambda: float("inf"), lambda: 1j, lambda: "", lambda: "abc",
    lambda: "10?1", lambda: "1011" * 50, lambda: "\x00", lambda: "../x", lambda: b"1011",
    list, dict, set, tuple, lambda: [[]], lambda: [[1], [1, 2]], lambda: ["a", 1], lambda: (1, "b"),
    lambda: [None], lambda: {"a": 1}, lambda: {1, 2}, object, lambda: object, lambda: len,
    lambda: lambda x: x, lambda: lambda: 1 / 0, lambda: HammingBall, lambda: HammingBall(1),
    lambda: AmplitudeAmplification, lambda: AMPLITUDE, lambda: classical_ref.Polynomial(3),
    lambda: np.nan, lambda: np.int64(2), lambda: np.float32(0.5), lambda: np.array(2),
    lambda: np.zeros(0), lambda: np.zeros((0, 4)), lambda: np.zeros((3, 0)), lambda: np.ones(4),
    lambda: np.ones((3, 4)), lambda: -np.ones((3, 4), dtype=np.int8), lambda: np.ones((2, 3, 4)),
    lambda: np.full((3, 4), np.nan), lambda: np.full((3, 4), np.inf),
    lambda: np.full((3, 4), 1e200),
    lambda: np.array(["a", "b"]), lambda: np.array([object(), None]), lambda: np.ones((3, 4)) * 1j,
    lambda: np.arange(12).reshape(3, 4), lambda: PATTERNS, lambda: PATTERNS.astype(float),
    lambda: BITS, lambda: BITS.astype(bool), lambda: np.ones((1, 2, 3, 4, 5)), lambda: range(4),
    lambda: (x for x in (1, 2)), lambda: iter([]), lambda: ..., lambda: Ellipsis, lambda: type,
    lambda: np.random.default_rng(1), lambda: PREPARATION.circuit, lambda: "polynomial(3)",
    lambda: "separation-filter(", lambda: np.datetime64("2020-01-01"), lambda: memoryview(b"12"),
]  # fmt: skip


def public() -> dict[str, Callable[..., Any]]:
    """Every public function and class by its dotted name."""
    found: dict[str, Callable[..., Any]] = {}
    for top in (classical_ref, circuits, qdenseam):
        rooms = [info.name for info in pkgutil.walk_packages(top.__path__, f"{top.__name__}.")
                 if info.ispkg]  # fmt: skip
        for room in (top.__name__, *rooms):
            if set(room.split(".")) & set(ROOMS_LEFT_OUT):
                continue
            module = importlib.import_module(room)
            for name in dir(module):
                thing = getattr(module, name)
                is_named = not name.startswith("_") and name not in NAMES_LEFT_OUT
                if is_named and is_ours(thing) and not is_read_only(thing):
                    found.setdefault(f"{thing.__module__}.{name}", thing)
    return found


def is_ours(thing: object) -> bool:
    """Whether it is a function or a class of the three packages."""
    is_known = inspect.isroutine(thing) or inspect.isclass(thing)
    return is_known and (getattr(thing, "__module__", None) or "").split(".")[0] in OURS


def is_read_only(thing: Callable[..., Any]) -> bool:
    """Whether it is an error, an enumeration or a result: nobody makes one."""
    return inspect.isclass(thing) and (
        issubclass(thing, Exception | Enum) or thing.__name__.endswith("Result")
    )


def takes_exact_arrays(call: Callable[..., Any]) -> bool:
    """Whether it is a hook: the packages call it, with arrays of the exact type that it names."""
    return any(is_exact(hint) for name, hint in hints_of(call).items() if name != "return")


def is_exact(hint: Any) -> bool:
    """Whether an annotation is an array's exact type, or several of such."""
    several = get_origin(hint) in (tuple, list, Sequence, Mapping)
    return get_origin(hint) is np.ndarray or (several and any(map(is_exact, get_args(hint))))


def valid_arguments(call: Callable[..., Any]) -> dict[str, Any]:
    """Arguments that it should take; those with defaults too, where their names are known."""
    hints = hints_of(call)
    chosen = {}
    for each in inspect.signature(call).parameters.values():
        if each.kind in (each.VAR_POSITIONAL, each.VAR_KEYWORD) or each.name == "self":
            continue
        if each.default is each.empty:
            chosen[each.name] = fitting(each.name, hints.get(each.name))
    return chosen


def fitting(name: str, hint: Any) -> Any:
    """A value for an argument: the known one where its annotation allows it, or one made for it."""
    kind = kind_of(hint)
    if name == "bits" and kind is None:
        return BITS
    if name in VALID and (kind is None or kind.fits(VALID[name])):
        return VALID[name]
    origin, arms = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return fitting(name, arms[0])
    if origin is Literal:
        return arms[0]
    if origin in (Union, UnionType):
        return None if NoneType in arms else fitting(name, arms[0])
    if origin is tuple:
        return tuple(fitting(name, arm) for arm in arms if arm is not ...)
    if inspect.isclass(hint) and hint in MADE:
        return MADE[hint]
    if inspect.isclass(hint) and hint.__module__.split(".")[0] in OURS:
        return hint(**valid_arguments(hint))
    return {int: 3, float: 0.5, str: "a", bool: False}.get(hint, REAL)


def hints_of(call: Callable[..., Any]) -> dict[str, Any]:
    try:
        return get_type_hints(call.__init__ if inspect.isclass(call) else call, include_extras=True)
    except Exception:
        return {}


Call = tuple[str, Callable[..., Any], dict[str, Any]]


def calls() -> Iterator[Call]:
    """Everything that can be called: functions, classes, and methods of what is made."""
    for name, thing in public().items():
        if inspect.isabstract(thing) or getattr(thing, "_is_protocol", False):
            continue
        arguments = dict.fromkeys(inspect.signature(thing).parameters, REAL)
        with suppress(Exception):  # where names and annotations say too little
            arguments = valid_arguments(thing)
        if inspect.isclass(thing):
            yield name, thing, arguments
            with suppress(Exception):
                yield from methods(name, thing(**arguments))
        elif not takes_exact_arrays(thing):
            yield name, thing, arguments


def methods(name: str, made: object) -> Iterator[Call]:
    """The public methods of what was made that take what users have."""
    for member in dir(type(made)):
        is_hidden = member.startswith("_") or member in NAMES_LEFT_OUT
        if is_hidden or not inspect.isroutine(inspect.getattr_static(type(made), member)):
            continue
        bound = getattr(made, member)
        if is_ours(bound) and not takes_exact_arrays(bound):
            with suppress(Exception):
                yield f"{name}.{member}", bound, valid_arguments(bound)
