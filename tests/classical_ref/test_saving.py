import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import fields

import numpy as np
import pytest

from classical_ref import (
    AttentionMemory,
    CenteredMemory,
    Coupling,
    DenseMemory,
    EnergyTransformer,
    Exponential,
    FenchelYoungMemory,
    HopfieldMemory,
    KSubset,
    ModularMemory,
    NeuronLayer,
    PottsMemory,
    RandomFeatureMemory,
    Softmax,
    Tanh,
    load,
    random_patterns,
    save,
)
from classical_ref.sequences import BidirectionalMemory, SequenceMemory, pairs
from classical_ref.sparse_recovery import DictionaryMemory, ParityMemory, SubspaceMemory

SPINS = random_patterns(5, 11, rng=0)
REALS = np.random.default_rng(0).normal(size=(5, 3))
MEMORIES = [
    DenseMemory(SPINS, Exponential(0.5), weights=[1, 2, 3, 4, 5]),
    HopfieldMemory(SPINS, "storkey"),
    CenteredMemory(SPINS),
    PottsMemory(np.arange(12).reshape(2, 6) % 5, 5, Exponential(0.5)),
    AttentionMemory(REALS, 2.5),
    FenchelYoungMemory(REALS, 1.5, KSubset(2)),
    RandomFeatureMemory.of(REALS, 0.5, num_features=40, rng=7),
    SequenceMemory(SPINS, closed=True, rule="projection"),
    pairs(SPINS, SPINS[:, :4]),
    BidirectionalMemory(pairs(SPINS, SPINS[:, :4])),
    ModularMemory(
        {"seen": NeuronLayer(3, Tanh()), "hidden": NeuronLayer(5, Softmax(2.0))},
        [(Coupling(REALS.T), ("seen", "hidden"))],
    ),
    EnergyTransformer(np.ones((1, 2, 3)), np.ones((1, 2, 3)), REALS),
    ParityMemory(np.array([[1, 1, 0, 1], [0, 1, 1, 1]], dtype=np.uint8)),
    SubspaceMemory(np.array([[1.0, -1, 0], [0, 1, -1]])),
    DictionaryMemory(REALS, np.ones(3), error_weight=2.0),
]


def equal(one, other):
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other)
    if isinstance(one, Mapping):
        return list(one) == list(other) and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(equal, one, other))
    if type(one) is type(other) and type(one).__eq__ is object.__eq__:
        names = [each.name for each in fields(one) if each.init]
        return all(equal(getattr(one, name), getattr(other, name)) for name in names)
    return one == other


@pytest.mark.parametrize("memory", MEMORIES, ids=lambda each: type(each).__name__)
def test_a_memory_comes_back_from_its_file(memory, tmp_path):
    save(memory, tmp_path / "memory.npz")
    assert equal(load(tmp_path / "memory.npz"), memory)
    assert [each.name for each in tmp_path.iterdir()] == ["memory.npz"]


def test_a_memory_from_a_file_recalls_alike(tmp_path):
    save(MEMORIES[0], tmp_path / "memory.npz")
    back = load(tmp_path / "memory.npz")
    probes = random_patterns(50, 11, rng=1)
    assert np.array_equal(back.energy(probes), MEMORIES[0].energy(probes))


def test_patterns_take_a_bit_a_spin(tmp_path):
    save(DenseMemory(random_patterns(4000, 64, rng=0)), tmp_path / "memory.npz")
    # A packed random bit does not compress; weights of 1 do.
    assert (tmp_path / "memory.npz").stat().st_size < 1.05 * 4000 * 64 / 8


def changed(path, change):
    """Write the file anew with its description or an array changed."""
    with np.load(path) as file:
        arrays = dict(file)
    content = json.loads(arrays["memory"].tobytes())
    change(content, arrays)
    arrays["memory"] = np.frombuffer(json.dumps(content).encode(), dtype=np.uint8)
    np.savez(path, **arrays)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda content, arrays: content.update(schema=2), "schema 1"),
        (
            lambda content, arrays: content["object"].update(type="Path"),
            "type should be a public one",
        ),
        (lambda content, arrays: content["object"]["fields"].pop("patterns"), "describe"),
        (lambda content, arrays: arrays.pop("memory.patterns"), "describe"),
        (lambda content, arrays: arrays.update({"memory.patterns": np.uint8([1])}), "55 bits"),
        (lambda content, arrays: content.pop("object"), "should be a memory"),
        (lambda content, arrays: content.update(object=["DenseMemory"]), "describe"),
    ],
)
def test_damaged_files_are_refused(change, message, tmp_path):
    path = tmp_path / "memory.npz"
    save(MEMORIES[0], path)
    changed(path, change)
    with pytest.raises(ValueError, match=message):
        load(path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut", b"hello", b"\x80\x04."])
def test_other_files_are_refused(content, tmp_path):
    (tmp_path / "memory.npz").write_bytes(content)
    with pytest.raises(ValueError, match="should be a memory"):
        load(tmp_path / "memory.npz")


def test_nothing_is_unpickled(tmp_path):
    np.savez(tmp_path / "memory.npz", memory=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ValueError, match="should be a memory"):
        load(tmp_path / "memory.npz")


class Own:
    patterns = SPINS


def test_what_is_not_ours_is_not_saved_and_leaves_no_file(tmp_path):
    with pytest.raises(TypeError, match="memory should be"):
        save(Own(), tmp_path / "memory.npz")
    with pytest.raises(OSError, match="No such file"):
        save(MEMORIES[0], tmp_path / "nowhere" / "memory.npz")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("thing", [5, "text", None, SPINS, DenseMemory, (1, 2)])
def test_what_is_no_memory_is_refused_before_a_file_is_written(thing, tmp_path):
    with pytest.raises(TypeError, match="memory should be an object of these packages"):
        save(thing, tmp_path / "memory.npz")
    assert not list(tmp_path.iterdir())


def test_whatever_is_damaged_is_a_value_error(tmp_path):
    path, rng = tmp_path / "memory.npz", np.random.default_rng(0)
    save(AttentionMemory(rng.normal(size=(40, 20))), path)
    whole = path.read_bytes()
    for _ in range(400):
        damaged = bytearray(whole)
        for place in rng.integers(len(whole), size=3):
            damaged[place] = rng.integers(256)
        path.write_bytes(damaged)
        try:
            load(path)
        except (ValueError, OSError):
            continue


@pytest.mark.parametrize(
    "described",
    [
        "[" * 10**5 + "]" * 10**5,
        f'{{"type": "AttentionMemory", "fields": {{"patterns": [[1{"0" * 400}]]}}}}',
    ],
    ids=["deep", "large"],
)
def test_numbers_and_nests_beyond_python_are_refused(described, tmp_path):
    content = f'{{"schema": 1, "object": {described}}}'.encode()
    np.savez(tmp_path / "memory.npz", memory=np.frombuffer(content, dtype=np.uint8))
    with pytest.raises(ValueError, match="should"):
        load(tmp_path / "memory.npz")


def test_saving_imports_only_what_is_saved(tmp_path):
    code = (
        "import sys; from classical_ref import DenseMemory, load, save; "
        f"save(DenseMemory(['0011']), {str(tmp_path / 'memory.npz')!r}); "
        f"load({str(tmp_path / 'memory.npz')!r}, DenseMemory); "
        "print(sorted({n.split('.')[0] for n in sys.modules} & {'sklearn', 'numba', 'pandas'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
