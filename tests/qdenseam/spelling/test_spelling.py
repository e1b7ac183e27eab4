"""Every object with a spelling goes to text and back; every error names its place."""

import json
import re
from dataclasses import dataclass, replace
from typing import ClassVar

import pytest
from cases import case
from hypothesis import given
from hypothesis import strategies as st
from method_examples import examples

from circuits.loading import Affine, Auto, Merging, Schmidt
from classical_ref import Exponential, LogSumExp, Polynomial, RectifiedPolynomial
from classical_ref.recipes import CenteredRecipe, DenseRecipe
from qdenseam.execution.mitigation import Mitigation
from qdenseam.methods import (
    FILTERS,
    QAOA,
    Amplified,
    AmplitudeAmplification,
    Filter,
    FixedPoint,
    HammingBall,
    Iterations,
    OptimalFilter,
    ProbabilisticRecall,
    SeparationFilter,
    Table,
    as_method,
)
from qdenseam.spelling import (
    from_plain,
    parse,
    register,
    registered,
    resolved,
    spell,
    to_plain,
)
from qdenseam.spelling.grammar import tree
from qdenseam.spelling.kinds import TABLES
from qdenseam.spelling.reading import _Resolution, kinds_expected, settings

REQUIRED = {"polynomial": {"order": 4}, "rectified-polynomial": {"order": 5}}
REQUIRED |= {"amplified": {"acceptance": 0.3}, "tabulated": {"values": (1, 0.5, 8)}}
DEFAULTS = [
    (kind, cls(**REQUIRED.get(name, {})))
    for kind in TABLES
    for name, cls in sorted(registered(kind).items())
]
CHANGED = [("method", method) for method in examples()] + [
    ("filter", Table((1.0, 0.5, 1e-17))),
    ("filter", OptimalFilter(3, 2, 0.125)),
    ("schedule", Iterations(num_iterations=2, may_over_rotate=True)),
    ("amplified", Amplified(0.1, FixedPoint(0.05))),
    ("encoder", Auto(goal="routed", coupling_map=((0, 1), (1, 2)), max_ancillas=0)),
    ("encoder", Affine(inner=Merging(width=3, depth_weight=0.5))),
    ("separation", LogSumExp(0.7)),
    ("classical memory", DenseRecipe(Exponential(2.5), update="synchronous", tie="random")),
    ("classical memory", CenteredRecipe(RectifiedPolynomial(5))),
    ("mitigation", Mitigation(readout="tensored", parity_checks=True)),
    ("method", QAOA(optimizer="COBYLA", training_outcome='It said "stop", then \\ stopped.')),
]


def test_text_and_back() -> None:
    for kind, thing in DEFAULTS + CHANGED:
        with case(kind, thing):
            text = spell(thing)
            assert parse(kind, text) == thing
            assert spell(parse(kind, text)) == text


def test_methods_take_the_spelling_wherever_they_take_an_object() -> None:
    """Fields of filters, schedules and amplification; of memories it is tested beside them."""
    taken = set()
    for kind, thing in DEFAULTS + CHANGED:
        if kind not in ("method", "amplified"):
            continue
        for name, kinds in kinds_expected(type(thing)).items():
            value = getattr(thing, name)
            if kinds and value is not None and hasattr(type(value), "kind"):
                with case(spell(thing), name):
                    assert getattr(replace(thing, **{name: spell(value)}), name) == value
                taken.add((thing.name, name))
    assert {("categorical-filter", "filter"), ("sample-and-accept", "filter"),
            ("amplified", "schedule"), ("probabilistic", "amplified")} <= taken  # fmt: skip


def test_plain_data_and_back() -> None:
    for kind, thing in DEFAULTS + CHANGED:
        with case(kind, thing):
            data = json.loads(json.dumps(to_plain(thing)))
            assert data["name"] == thing.name
            assert from_plain(kind, data) == thing


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"name": "telepathy"}, r"method should be one of .*amplification.* Got 'telepathy'\."),
        ({"settings": 3}, r"method should be one of .* Got None\."),
        (
            {"name": "separation-filter", "filter": {"name": "ball"}},
            r"filter should be one of .*hamming-ball.* Got 'ball'\.",
        ),
    ],
)
def test_plain_data_of_an_unknown_name(data, said) -> None:
    with pytest.raises(ValueError, match=said):
        from_plain("method", data)


def test_defaults_are_left_out_and_kinds_agree() -> None:
    for kind, thing in DEFAULTS:
        with case(kind, thing):
            assert type(thing).kind == kind
            assert registered(kind)[thing.name] is type(thing)
            assert (spell(thing) == thing.name) == (thing.name not in REQUIRED)


@pytest.mark.parametrize(
    ("kind", "text", "thing"),
    [
        ("method", "amplification", AmplitudeAmplification()),
        ("method", "amplification()", AmplitudeAmplification()),
        ("method", " amplification ( 2 ,schedule = plain, ) ", AmplitudeAmplification(2, "plain")),
        (
            "method",
            "separation-filter(hamming-ball(2), amplified=0.125)",
            SeparationFilter(HammingBall(2), amplified=Amplified(0.125)),
        ),
        (
            "method",
            "separation-filter([1, .5, 2.5e-1], amplified=amplified(1/8, fixed-point(0.05)))",
            SeparationFilter([1, 0.5, 0.25], amplified=Amplified(0.125, FixedPoint(0.05))),
        ),
        ("method", "separation-filter('hamming-ball(2)')", SeparationFilter(HammingBall(2))),
        ("method", 'qaoa(warm_start=none, optimizer="L-BFGS-B")', QAOA(warm_start=None)),
        ("method", "probabilistic(reuse_control=true)", ProbabilisticRecall(reuse_control=True)),
        ("schedule", "iterations(6/3)", Iterations(2)),
        ("encoder", "affine(inner=schmidt)", Affine(inner=Schmidt())),
        ("separation", "polynomial(3)", Polynomial(3)),
        ("separation", "log-sum-exp(-1*-2)", LogSumExp(2.0)),
        ("method", "auto", "auto"),
        ("mitigation", "none", None),
    ],
)
def test_what_a_text_means(kind, text, thing) -> None:
    assert parse(kind, text) == thing


def test_axes_have_the_values_of_the_study() -> None:
    text = "separation-filter(hamming-ball($flips), amplified=1/$num_patterns)"
    made = parse("method", text, {"flips": 2, "num_patterns": 8})
    assert made == SeparationFilter(HammingBall(2), amplified=Amplified(1 / 8))
    swept = parse("method", "amplification(schedule=$schedule)", {"schedule": "fixed-point(0.2)"})
    assert swept == AmplitudeAmplification(schedule=FixedPoint(0.2))
    whole = parse("filter", "hamming-ball($num_neurons/4)", {"num_neurons": 16})
    assert whole == HammingBall(4)


NO_LIST = "amplification should get num_matches, schedule, claimed_weight"


def test_errors_name_the_place() -> None:
    for kind, text, said in [
        ("method", "amplificaton", "Got 'amplificaton'. Did you mean 'amplification'"),
        ("method", "separation-filter(hamming-bal(1))", "'hamming-ball'? At character 19 of"),
        ("method", "hamming-ball(1)", "method should be one of"),
        ("method", "amplification(num_match=2)", "Did you mean 'num_matches'? At character 15"),
        ("method", "amplification(2, exact, none, 3)", f"{NO_LIST}, by name. At character 31"),
        ("method", "amplification(schedule=exact, 3)", f"{NO_LIST}, by name. At character 31"),
        ("method", "amplification(2, num_matches=3)", f"{NO_LIST}, each once at most."),
        ("method", "quantum-neuron(1)", "quantum-neuron should get no settings"),
        ("method", "amplification(num_matches=true)", "should be an integer or none. Got 'true'."),
        ("method", "amplification(num_matches=1.5)", "should be an integer or none. Got 1.5."),
        ("method", "amplification(num_matches=[1])", "should be an integer or none. Got a list."),
        ("method", "amplification(num_matches='1')", "should be an integer or none. Got '1'."),
        (
            "method",
            "amplification(num_matches=0)",
            "num_matches should be in [1, ",
        ),
        ("method", "probabilistic(amplified=3)", "in [1e-12, 1]. Got 3. At character 25"),
        (
            "method",
            "probabilistic(amplified=yes)",
            "one of amplified(acceptance, schedule) or none. Got",
        ),
        ("method", "sample-and-accept(filter=0.5)", "filter should be one of capped-posterior"),
        ("method", "vqe(entangler=chan)", "one of chain, energy. Got 'chan'. Did you mean 'chain'"),
        ("method", "vqe(angles=[1, plain])", "angles's items should be a number. Got 'plain'."),
        ("method", "vqe(angles(1))", "num_layers should be an integer. Got 'angles'."),
        ("mitigation", "subspace", "Got 'subspace'. Did you mean 'mitigation(readout=subspace)'?"),
        ("method", "hamming-ball($flips)", "an axis, of which there is none here. Got '$flips'"),
        ("method", "qaoa($flip)", "Got '$flip'"),
        ("amplified", "amplified", "amplified should get acceptance. At character 1"),
        ("encoder", "auto(gates)", "by name. At character 6"),
        ("method", "Amplification", "a lower-case name, a number or a string. Got 'A'."),
        ("method", "amplification(2", "',' or ')'. At the end"),
        ("method", "amplification(2,,)", "a value. Got ','. At character 17"),
        ("method", "amplification)", "nothing more. Got ')'. At character 14"),
        ("method", "amplification(1-1)", "Got '-1'. At character 16"),
        ("method", "amplification(1/0)", "none divided by 0"),
        ("method", "amplification(1/'a')", "there should be 'number'"),
        ("method", "amplification(2 * x)", "there should be 'number'. Got 'x'"),
        ("method", '"\\q"', "a string as in JSON"),
        ("method", "", "there should be a value. At the end of ''."),
        ("method", "[1]", "Got a list."),
        ("method", "7", "Got 7."),
        ("metod", "amplification", "kind should be one of method, filter"),
    ]:
        with case(said), pytest.raises(ValueError, match=re.escape(said)):
            parse(kind, text)


@pytest.mark.parametrize(
    "text",
    [
        "a" * 10**6,
        "a(" * 9000,
        "[" * 20000,
        "amplification(" + "9" * 10000 + ")",
        "amplification(1e400)",
        "amplification(" + "9" * 24 + ")",
        "iterations(" + "*".join(["4e18"] * 40) + ")",
        "1" + "/3" * 9000,
        "(" * 100,
        "\x00",
        "amplification(\u0661)",
        "'" + "a" * 10000,
    ],
    ids=lambda text: f"{text[:12]!r}, {len(text)} characters",
)
def test_hostile_texts_are_refused(text) -> None:
    with pytest.raises(ValueError, match="should"):
        parse("method", text)


WORDS = re.findall(
    r"\S+",
    """amplification separation-filter hamming-ball schedule none true $x ( ) [ ] , = * /
    -1 2 0.5 'a' "b" - A é""",
)


@given(st.lists(st.sampled_from(WORDS), max_size=12).map("".join))
def test_any_other_text_is_a_value_error(text) -> None:
    try:
        made = parse("method", text, {"x": 1})
    except ValueError:
        return
    assert made == "auto" or parse("method", spell(made)) == made


METHOD_SETTINGS = [
    (name, setting)
    for name, cls in sorted(registered("method").items())
    for setting in settings(cls)
]
TRIED = re.split(
    r"\s*;\s*",
    """1; 2; 3; 0.3; 1.1; 2.5; true; none; [0.1]; [0.1, 0.2]; [0, 1]; plain; exact; shell(2);
    symmetric; amplified(0.4); energy; signal; counter; cupy; pennylane; 'COBYLA'; 'x'""",
)


def can_be_set(name, setting) -> bool:
    default = registered("method")[name]()
    for text in TRIED:
        try:
            made = parse("method", f"{name}({setting}={text})")
        except ValueError:
            continue
        if getattr(made, setting) != getattr(default, setting):
            return True
    return False


def test_every_setting_of_every_method_can_be_set() -> None:
    """Some text gives an object whose setting is not the default, unless others must go along."""
    together = {"gammas", "betas"}  # one without the other is refused by the method itself
    stuck = [(name, each) for name, each in METHOD_SETTINGS if not can_be_set(name, each)]
    assert {each for _, each in stuck} <= together, stuck


def test_objects_stay_and_classes_are_refused() -> None:
    method = AmplitudeAmplification()
    assert resolved("method", method) is method
    with pytest.raises(TypeError, match="not one of its objects"):
        as_method(AmplitudeAmplification)
    with pytest.raises(TypeError, match=r"method should be .* its spelling\. Got 3"):
        as_method(3)
    with pytest.raises(TypeError, match="method should be"):
        as_method(HammingBall(1))


def test_labels_round() -> None:
    method = SeparationFilter(HammingBall(1), amplified=Amplified(1 / 3))
    assert spell(method, digits=3) == "separation-filter(hamming-ball(1), amplified=0.333)"
    with pytest.raises(TypeError, match="what is spelled should be"):
        spell(object())


def test_methods_and_classical_memories_share_a_place_and_no_name() -> None:
    assert not {*registered("method")} & {*registered("classical memory")}
    both = ("method", "classical memory")
    assert parse(both, "amplification") == AmplitudeAmplification()
    recipe = parse(both, "dense(exponential(2.5), update=synchronous, tie=random)")
    assert recipe == DenseRecipe(Exponential(2.5), update="synchronous", tie="random")
    with pytest.raises(ValueError, match="method or classical memory should be"):
        parse(both, "dens")


@dataclass(frozen=True, slots=True)
class Half(Filter):
    """F(d) = 1/2, a filter of somebody else."""

    name: ClassVar[str] = "half"
    scale: float = 0.5

    def table(self, num_known):
        return [self.scale] * (num_known + 1)


def test_a_class_of_somebody_else_enters_by_registering(monkeypatch) -> None:
    monkeypatch.setattr("qdenseam.methods.FILTERS", dict(FILTERS))
    assert register("filter")(Half) is Half
    assert parse("method", "separation-filter(half(0.25))") == SeparationFilter(Half(0.25))
    assert spell(SeparationFilter(Half(0.25))) == "separation-filter(half(0.25))"
    with pytest.raises(ValueError, match="a filter named 'half' is already registered"):
        register("filter")(Half)


def test_a_field_that_no_text_can_tell_is_said() -> None:
    @dataclass(frozen=True, slots=True)
    class Odd(Filter):
        name: ClassVar[str] = "odd"
        function: object = None

        def table(self, num_known):
            return []

    reading = _Resolution("odd(3)", None)
    with pytest.raises(ValueError, match="function should be set in Python"):
        reading.built(Odd, tree("odd(3)"))
