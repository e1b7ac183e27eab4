"""Every class that shows itself does so in a line and in safe HTML, however large it is."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import fields
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from qiskit import QuantumCircuit

import classical_ref
import qdenseam
from classical_ref import (
    AttentionMemory,
    CenteredMemory,
    Coupling,
    Dataset,
    DenseMemory,
    EnergyTransformer,
    EpanechnikovMemory,
    FenchelYoungMemory,
    GaussianMemory,
    HopfieldMemory,
    Identity,
    ModularMemory,
    NeuronLayer,
    PottsMemory,
    RandomFeatureMemory,
    Softmax,
    SphericalMemory,
    corrupt,
    digits,
    random_patterns,
)
from classical_ref.continuous.measures import TokenMeasure
from classical_ref.learning import LearnedWeights, MaskedTokens
from classical_ref.learning.class_memory import ClassMemory
from classical_ref.sequences import Pairs, SequenceMemory
from classical_ref.shown import Shown, brief, shortened
from classical_ref.sparse_recovery.constraints import SubspaceMemory
from classical_ref.sparse_recovery.dictionary import DictionaryMemory
from classical_ref.sparse_recovery.parity import ParityMemory
from qdenseam import AmplitudeMemory, EnergyMemory, Study, recall
from qdenseam.execution.compiling.layout import Layout
from qdenseam.execution.jobs import CostEstimate
from qdenseam.experiments.study_shown import FigureSpec
from qdenseam.memories.reduced import ReducedEnergy
from qdenseam.methods import SampleAndAccept, SeparationFilter
from qdenseam.methods.base import law_of_joint
from qdenseam.planning.plans import Plan
from qdenseam.retrieval.sequences import SequenceRecall
from qdenseam.retrieval.submitted import Submission
from qdenseam.studies.contenders import ContenderStudy
from qdenseam.studies.special import SpecialStudy

RAW = "<script>alert('&')</script>"
K, D = 300, 784
SPINS = random_patterns(K, D, rng=0)
MANY = AmplitudeMemory(Dataset(name=RAW, patterns=SPINS, shape=(28, 28), note=RAW))


def examples() -> Iterator[Shown]:
    """Large values of all classes that choose what they show, with markup wherever text goes."""
    yield Dataset(name=RAW, patterns=SPINS, shape=(28, 28), note=RAW)
    yield from (MANY, AmplitudeMemory(SPINS, np.arange(1, K + 1)))
    small = digits(9).select(4, rng=0)
    yield EnergyMemory(small)
    yield ReducedEnergy.of(np.zeros(8))
    yield from (SequenceMemory(SPINS), Pairs(SPINS, 100))
    yield SequenceRecall(states=SPINS.copy(), shares=np.ones(K - 1), results=())
    yield from (HopfieldMemory(SPINS), CenteredMemory(SPINS), DenseMemory(SPINS))
    potts = PottsMemory((1 - SPINS) // 2, 2)
    yield from (potts, potts.recall(potts.patterns[:20], max_sweeps=1, rng=0))
    reals = SPINS.astype(float)
    yield from (each(reals) for each in (AttentionMemory, GaussianMemory, EpanechnikovMemory))
    yield FenchelYoungMemory(reals)
    yield from (SphericalMemory(reals), RandomFeatureMemory.of(reals))
    yield DenseMemory(SPINS).recall(SPINS[:20], trajectory=True, rng=0)
    yield AttentionMemory(reals).recall(reals[:3])
    layers = {RAW: NeuronLayer(2, Identity()), "hidden": NeuronLayer(2, Softmax(9.0))}
    modular = ModularMemory(layers, [(Coupling(np.eye(2)), ("hidden", RAW))])
    yield modular.recall({RAW: [0.8, 0.7], "hidden": [0.0, 0.0]})
    yield LearnedWeights(memory=modular, losses=np.ones(9), converged=True)
    yield MaskedTokens.random(4, 3, rng=0)
    yield ClassMemory(pixels=reals, classes=reals[:, :10], order=3, temperature=1e3)
    yield EnergyTransformer(np.ones((2, 3, 4)), np.ones((2, 3, 4)), np.ones((K, 4)))
    yield SubspaceMemory(np.ones((1, D)))
    yield DictionaryMemory(np.eye(2, D), np.zeros(D))
    yield ParityMemory(np.eye(4, D, dtype=np.uint8))
    yield TokenMeasure(tags=reals, contents=reals)
    law = law_of_joint(np.full(K, 1 / K))
    yield law
    method = SeparationFilter("cosine-power(4)")
    probe = corrupt(SPINS[0], num_flips=90, num_erasures=100, rng=0)
    yield recall(MANY, probe, method=method, rng=0)
    yield recall(EnergyMemory(small), small.patterns[0], method="qaoa(num_layers=1)", rng=0)
    layout = Layout(circuit=QuantumCircuit(2), qubits=(0, 1), budget=None)
    yield Plan(
        memory=MANY, method=SampleAndAccept(HAMMING), layout=layout, ideal=1.0, success=0.5,
        false_accepts=0.1, state_preparations=1, answers=True,
    )  # fmt: skip
    study = Study.from_dict(
        {
            "title": RAW,
            "data": {"source": "random", "num_neurons": 16},
            "axes": [{"num_patterns": list(range(2, 60))}],
            "contender": [{"recall": "nearest", "label": f"{RAW}{n}"} for n in range(40)],
        }
    )
    yield from (study, ContenderStudy(study))
    yield SpecialStudy(
        name=RAW, title=RAW, tasks=lambda size=0: [], table=lambda records: [],
        figures=(FigureSpec(x="size", line=()),), quick={}, settings={"size": RAW},
    )  # fmt: skip
    cost = CostEstimate(
        num_jobs=1, num_circuits=1, executions=1, two_qubit_gates=None, two_qubit_depth=None,
        fidelity=None, seconds=None,
    )  # fmt: skip
    yield Submission(
        id=RAW, store=Path(RAW), backend=RAW, created="", shots=9, probes=SPINS, patterns=SPINS,
        laws=(law,), cost=cost, jobs=(), notes=(RAW, 900 * "x"),
    )  # fmt: skip


HAMMING = "hamming-ball(2)"


def classes() -> list[type[Shown]]:
    """Every class that shows itself and that there are values of."""
    for package in (classical_ref, qdenseam):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith(("__main__", "sinter_peer")):  # a peer need not be there
                importlib.import_module(module.name)
    found, left = {}, [Shown]
    while left:
        for each in left.pop().__subclasses__():
            left.append(each)
            if each.__module__.split(".")[0] in ("classical_ref", "qdenseam"):
                found[each.__module__, each.__qualname__] = each  # slots make classes twice
    return [each for each in found.values() if not inspect.isabstract(each) and fields_of(each)]


def fields_of(kind: type[Shown]) -> list[str]:
    return [each.name for each in fields(kind)] if hasattr(kind, "__dataclass_fields__") else []


def filled(kind: type[Shown]) -> Shown:
    """A value whose fields are as large and as ill-willed as can be."""
    made = object.__new__(kind)
    worst = [RAW, SPINS, (RAW,) * 5, tuple(range(9999)), {RAW: SPINS}, SimpleNamespace(a=RAW), 1e-9]
    for place, name in enumerate(fields_of(kind)):
        object.__setattr__(made, name, worst[place % len(worst)])
    return made


class Tags(HTMLParser):
    """Refuses tags that are not closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.seen.add(tag)
        if tag != "img":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def check(value: Shown) -> None:
    line, html = repr(value), value._repr_html_()
    assert line.startswith(type(value).__name__)
    assert len(line) < 200, line
    assert "\n" not in line
    assert "array(" not in line + html
    assert "<script" not in html
    assert len(html) < 30_000
    assert Tags(html).seen <= {
        "table", "caption", "thead", "tbody", "tr", "th", "td", "div", "p", "figure", "img",
        "figcaption",
    }  # fmt: skip


def test_every_class_shows_itself() -> None:
    chosen = list(examples())
    for value in chosen:
        check(value)
    shown = {type(value) for value in chosen}
    for kind in classes():
        if kind not in shown:
            assert kind._facts is Shown._facts, f"{kind} should have an example here."
            check(filled(kind))


def test_what_a_line_says() -> None:
    assert repr(MANY) == (
        "AmplitudeMemory(num_patterns=300, num_neurons=784, weights='equal', encoder='auto')"
    )
    result = recall(AmplitudeMemory(["10", "01"]), "1?", shots=10, rng=0)
    assert repr(result).startswith("RecallResult(answer='pattern 0', share=1.0, accepted=")
    ended = DenseMemory(["0000"]).recall(["0001", "0000"], rng=0)
    assert ended.summary == "2 of 2 probes reached a fixed point after 1 to 2 sweeps."
    assert ">state 1<" in ended._repr_html_()
    assert repr(ended).startswith("DynamicsResult(summary='2 of 2 probes reached a fixed point")


def test_pictures_stand_where_a_shape_is_known() -> None:
    assert MANY._repr_html_().count("<img alt=") == 8
    assert "and 292 more" in MANY._repr_html_()
    flat = AmplitudeMemory(SPINS)._repr_html_()
    assert "<img" not in flat
    assert "pattern 7" in flat


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "None"), (True, "True"), (7, "7"), (0.123456, "0.1235"), ("a b", "'a b'"),
        (np.float64(2), "2.0"), (np.ones((2, 3), dtype=np.int8), "<int8 2x3>"), (np.array(3), "3"),
        ((1, 2.5), "(1, 2.5)"), ([], "()"), (tuple(range(7)), "<7 entries>"), ({"a": 1}, "(a: 1)"),
        ({"a": [1]}, "<1 entry>"),
        (("x" * 99,), f"('{'x' * 55}..."),
    ],
)  # fmt: skip
def test_brief(value: object, said: str) -> None:
    assert brief(value) == said


def test_shortened() -> None:
    assert shortened("abcdef", 6) == "abcdef"
    assert shortened("abcdefg", 6) == "abc..."
