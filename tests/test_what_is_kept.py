"""What is kept for next time: a caller that changes what it got changes nothing for the next."""

import ast
import dataclasses
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from cases import case
from qiskit import QuantumCircuit
from qiskit.transpiler import InstructionProperties, Target

import qdenseam
from circuits.distance.signal_processing import table_angles
from circuits.distance.symmetric_signal_processing import scaled_phases
from circuits.index.known_index import known_indices
from classical_ref import DenseMemory, Polynomial, digits, glyphs, random_patterns
from classical_ref.data.own import load_dataset
from classical_ref.discrete.tables import cached_gains, field_tables, gain_table
from qdenseam import AmplitudeMemory, EnergyMemory
from qdenseam.bench.encoders.instances import Instance, published
from qdenseam.execution.compiling.layout import typical_survival
from qdenseam.execution.devices.noise import drawn_noise, noise_of_qubits
from qdenseam.execution.devices.parts import calibration_key, working_part
from qdenseam.execution.engines.fake_devices import fake_device, fake_device_names
from qdenseam.experiments.trials import named_data
from qdenseam.methods import CosinePower, OptimalFilter
from qdenseam.methods.amplitude.searches.amplification import compared
from qdenseam.versions import versions

PATTERNS = random_patterns(4, 6, rng=3)
MODEL = DenseMemory(PATTERNS, separation=Polynomial(3))
AMPLITUDE = AmplitudeMemory(PATTERNS)
ENERGY = EnergyMemory(PATTERNS, separation=Polynomial(3))
DIGITS = {"data": "digits", "data_sha256": load_dataset("digits").content_hash(), "num_neurons": 16}

KEPT: dict[str, Callable[[], Any]] = {
    "circuits/index/known_index.py _indices": lambda: known_indices(
        PATTERNS < 0, np.full(4, 0.25), np.arange(6) < 5
    ),
    "circuits/distance/signal_processing.py _table_angles": lambda: table_angles([1, 0.5, 0]),
    "circuits/distance/symmetric_signal_processing.py _scaled_phases": lambda: scaled_phases(
        [0, 0, 2]
    ),
    "classical_ref/data/datasets.py digits": lambda: digits(9),
    "classical_ref/data/datasets.py glyphs": lambda: glyphs(8),
    "classical_ref/discrete/stored.py floats": lambda: MODEL.stored.floats,
    "classical_ref/discrete/stored.py columns": lambda: MODEL.stored.columns,
    "classical_ref/discrete/stored.py column_sums": lambda: MODEL.stored.column_sums,
    "classical_ref/discrete/stored.py tiles": lambda: MODEL.stored.tiles,
    "classical_ref/discrete/tables.py cached_gains": lambda: cached_gains(
        Polynomial(3), 6, "exact"
    ),
    "classical_ref/discrete/tables.py gain_table": lambda: gain_table(Polynomial(3), 6, "exact", 4),
    "classical_ref/discrete/tables.py field_tables": lambda: field_tables(
        Polynomial(3), 6, "exact", 4, excluded=False
    ),
    "qdenseam/bench/encoders/instances.py _published_table": lambda: published(
        Instance(patterns="random", num_neurons=6, num_patterns=2, seed=7, amplitudes="uniform")
    ),
    "qdenseam/execution/devices/noise.py _drawn_noise": lambda: drawn_noise(
        fake_device("manila"), (0, 1)
    ),
    "qdenseam/execution/engines/fake_devices.py fake_device_names": fake_device_names,
    "qdenseam/execution/engines/fake_devices.py _loaded": lambda: fake_device("manila").target,
    "qdenseam/experiments/trials.py _verified": lambda: named_data(DIGITS),
    "qdenseam/memories/amplitude.py preparation": AMPLITUDE.preparation,
    "qdenseam/memories/energy.py diagonal": ENERGY.diagonal,
    "qdenseam/memories/energy.py terms": ENERGY.terms,
    "qdenseam/memories/energy.py phase": lambda: ENERGY.phase(PATTERNS[0]),
    "qdenseam/methods/amplitude/searches/amplification.py _independent": lambda: compared(
        AMPLITUDE, np.arange(6) < 5
    ),
    "qdenseam/filters/optimal.py _solve": lambda: OptimalFilter(4, radius=2).table(6),
    "qdenseam/filters/polynomial.py cached_angles": lambda: [
        each.signal(6) for each in (CosinePower(3), OptimalFilter(4, radius=2))
    ],
    "qdenseam/versions.py _installed_versions": versions,
}
"""What each cache hands out."""

INSIDE = {
    "classical_ref/checks/fields.py _kinds_of_fields": "fields are checked by them",
    "classical_ref/checks/values.py _number": "numbers",
    "qdenseam/schema.py _reader": "functions, which hand out what they read",
    "circuits/loading/merging_search/few.py spanning_tree": "tuples of numbers",
    "circuits/synthesis/unitaries.py _cx_decomposer": "computed with",
    "qdenseam/execution/compiling/compilation.py _two_way": "compiled for",
    "qdenseam/execution/devices/noise.py _noise_of_qubits": "Aer's, and said to be shared",
    "qdenseam/execution/devices/noise.py _gate_error": "Aer's, computed with",
    "qdenseam/execution/compiling/routing.py _kept_passes": "compiled with",
    "qdenseam/execution/compiling/routing.py _kept_patch": "routed on",
    "qdenseam/experiments/estimates/set_rates.py _times_drawn": "multiplied",
    "qdenseam/experiments/trials.py _memory": "a frozen value",
    "qdenseam/experiments/study_results.py columns": "read-only",
    "qdenseam/execution/devices/parts.py _working_part": "compiled for, and said to be shared",
    "qdenseam/execution/engines/fake_devices.py _device_classes": "names and classes",
    "qdenseam/execution/compiling/layout.py _kept_costs": "numbers are read off it",
    "qdenseam/execution/engines/pennylane_gates.py _gates": "functions are read off it",
    "qdenseam/execution/engines/wide_gates.py _target": "compiled for",
    "qdenseam/plugins.py plugged_in": "read-only, of what packages hold themselves",
    "qdenseam/reproduce/published.py published": "numbers are read off it",
    "qdenseam/testing/built.py _passes": "compiled with",
    "qdenseam/testing/places.py _memory": "memories, which change nothing of what they keep",
    "qdenseam/spelling/reading.py _expected": "frozen values are read off it",
}
"""Caches that nothing mutable is handed out of, and what is done with them."""


def test_every_cache_is_known() -> None:
    root = Path(qdenseam.__file__).parents[1]
    found = set()
    for package in ("circuits", "classical_ref", "qdenseam"):
        for file in (root / package).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.FunctionDef) and any(
                    re.match(
                        r"(functools\.)?(lru_cache|cache|cached_property)\b", ast.unparse(each)
                    )
                    for each in node.decorator_list
                ):
                    found.add(f"{file.relative_to(root).as_posix()} {node.name}")
    by_hand = {name for name in KEPT if name.startswith("qdenseam/memories/")}
    listed = (KEPT.keys() | INSIDE.keys()) - by_hand
    assert found == listed, "say in KEPT what a new cache hands out, or in INSIDE why nothing"


def parts(thing: Any) -> list[Any]:
    """What can be reached from a thing."""
    if dataclasses.is_dataclass(thing):
        return [getattr(thing, field.name) for field in dataclasses.fields(thing)]
    if isinstance(thing, Mapping):
        return list(thing.values())
    return list(thing) if isinstance(thing, list | tuple) else []


def told(thing: Any) -> Any:
    """A thing as plain values that compare."""
    if isinstance(thing, np.ndarray):
        return thing.dtype, thing.tolist()
    if isinstance(thing, QuantumCircuit):
        return [(each.name, each.params, thing.num_qubits) for each in thing.data]
    if isinstance(thing, Target):
        return calibration_key(thing)
    inner = [told(part) for part in parts(thing)]
    return inner or (type(thing).__name__ if hasattr(thing, "__dict__") else thing)


def spoil(thing: Any) -> None:
    """Change whatever lets itself be changed."""
    for part in parts(thing):
        spoil(part)
    if isinstance(thing, np.ndarray) and thing.flags.writeable:
        thing.fill(77)
    elif isinstance(thing, QuantumCircuit | list | dict):
        thing.clear()
    elif isinstance(thing, Target):
        worst = InstructionProperties(error=0.5)
        thing.update_instruction_properties("measure", (0,), worst)


def test_a_caller_cannot_change_what_the_next_one_gets() -> None:
    for name, kept in KEPT.items():
        with case(name):
            before = told(kept())
            assert before
            spoil(kept())
            assert told(kept()) == before


def test_a_changed_calibration_is_seen_by_all_that_is_kept_about_a_device() -> None:
    device = fake_device("belem")

    def known() -> tuple[Any, ...]:
        model = noise_of_qubits(device, (0, 1)).to_dict()
        errors = [each["probabilities"] for each in model["errors"]]
        clean = [mixture.clean for mixture in drawn_noise(device, (0, 1)).mixtures.values()]
        return errors, clean, typical_survival(device.target), working_part(device).qubits

    before = known()
    for place in device.target["cx"]:
        bad = InstructionProperties(error=1.0 if 4 in place else 0.3, duration=1e-6)
        device.target.update_instruction_properties("cx", place, bad)
    assert all(old != new for old, new in zip(before, known(), strict=True))
    device = fake_device("belem")
    assert known() == before
