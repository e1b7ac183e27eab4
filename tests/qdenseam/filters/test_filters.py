"""Filters: tables in [0, 1], signals that reach them, and what they buy."""

from math import comb

import numpy as np
import pytest
from cases import case
from qiskit.quantum_info import Statevector

from classical_ref import Entmax
from classical_ref.spins import hamming_distance
from qdenseam import AmplitudeMemory
from qdenseam.methods import (
    FILTERS,
    Amplified,
    CappedPosterior,
    CategoricalFilter,
    Compact,
    CosinePower,
    DolphChebyshev,
    Filter,
    HammingBall,
    OptimalFilter,
    OverlapPower,
    Posterior,
    ProbabilisticRecall,
    ProductFilter,
    SampleAndAccept,
    SeparationFilter,
    Shell,
    Table,
)

FILTER_EXAMPLES: list[Filter] = [
    *(cls() for name, cls in FILTERS.items() if name != "table"),
    Table((1.0, 0.0, 0.4, 0.3, 0.2, 1.0, 0.5, 0.1, 0.0, 0.9, 0.8, 0.3, 0.2)),
    HammingBall(20),
    OverlapPower(3, rectified=False),
    DolphChebyshev(7, 0.9),
    OptimalFilter(6, 2, 0.9),
]


def crosstalk(table: np.ndarray) -> float:
    n = len(table) - 1
    return float(sum(comb(n, d) * 0.5**n * table[d] ** 2 for d in range(n + 1)))


@pytest.mark.parametrize("each", FILTER_EXAMPLES, ids=repr)
def test_the_signal_reaches_the_table(each: Filter) -> None:
    for num_known in (0, 1, 2, 5, 12):
        table = each.table(num_known)
        assert table.shape == (num_known + 1,)
        assert table.min() >= 0
        assert table.max() <= 1 + 1e-12
        angles, omega = each.signal(num_known)
        reached = np.abs(angles.response(np.exp(1j * omega * np.arange(num_known + 1))))
        np.testing.assert_allclose(reached**2, table**2, atol=1e-11, err_msg=f"{num_known} known")


def test_tables_are_the_functions_that_they_are_named_after() -> None:
    assert HammingBall(2).table(4).tolist() == [1, 1, 1, 0, 0]
    assert HammingBall(0).table(1).tolist() == [1, 0]
    assert Shell(2).table(4).tolist() == [0, 0, 1, 0, 0]
    np.testing.assert_allclose(Posterior(0.2).table(2), [1, 0.5, 0.25])
    np.testing.assert_allclose(CappedPosterior(0.2, 1).table(3), [1, 1, 0.5, 0.25])
    np.testing.assert_allclose(Compact(2, 1.5).table(3), [1, 0.5, 0, 0])
    np.testing.assert_allclose(CosinePower(2).table(2), [1, 0.5, 0], atol=1e-15)


def test_a_compact_filter_has_the_law_of_entmax_weights_with_its_threshold() -> None:
    distances, alpha, radius = np.array([0, 1, 2, 3]), 1.5, 2.5
    squares = Compact(radius, alpha).table(3) ** 2
    beta = squares.sum() ** (1 - alpha) / (radius * (alpha - 1))  # threshold at the radius
    weights = Entmax(alpha).weights(-beta * distances)
    np.testing.assert_allclose(squares / squares.sum(), weights, atol=1e-13)


def test_a_compact_filter_lies_between_the_ball_and_the_exponential() -> None:
    np.testing.assert_allclose(Compact(2.5, 1e9).table(4), HammingBall(2).table(4), atol=1e-8)
    decay = Compact(1e6, 1 + 1e-6).table(4)  # radius (alpha - 1) = 1
    np.testing.assert_allclose(decay, np.exp(-np.arange(5) / 2), rtol=1e-4)


def test_low_degree_filters_use_few_signals() -> None:
    assert CosinePower(3).signal(20)[0].degree == 3
    assert DolphChebyshev(4).signal(20)[0].degree == 4
    assert OptimalFilter(5, 2).signal(20)[0].degree == 5
    assert HammingBall(2).signal(20)[0].degree == 20


def test_the_optimal_filter_beats_the_classics_of_its_degree() -> None:
    n, e, degree = 20, 2, 8
    optimal = OptimalFilter(degree, e, 0.5).table(n)
    assert (optimal[: e + 1] ** 2 > 0.5 - 1e-6).all()
    for other in (CosinePower(degree), *(DolphChebyshev(degree, x) for x in (0.85, 0.88, 0.9))):
        table = other.table(n)
        assert optimal[e] ** 2 / crosstalk(optimal) > 4 * table[e] ** 2 / crosstalk(table)


@pytest.mark.parametrize(
    ("num_known", "degree", "radius", "acceptance"),
    [(10, 8, 10, 0.8), (24, 7, 8, 1.0), (3, 9, 0, 0.3)],
)
def test_the_optimal_filter_keeps_its_ball(
    num_known: int, degree: int, radius: int, acceptance: float
) -> None:
    table = OptimalFilter(degree, radius, acceptance).table(num_known)
    assert (table[: radius + 1] ** 2 > acceptance - 1e-6).all()


def test_the_optimal_filter_of_full_degree_is_nearly_the_ball() -> None:
    ball, best = HammingBall(1).table(8), OptimalFilter(8, 1, 1.0).table(8)
    assert crosstalk(best) < 1.05 * crosstalk(ball)


def test_the_posterior_filter_is_bayes_rule_and_a_product_over_bits(
    rng: np.random.Generator,
) -> None:
    patterns = np.unique(rng.choice([-1, 1], (12, 9)), axis=0)
    prior = rng.dirichlet(np.ones(len(patterns)))
    memory = AmplitudeMemory(patterns, prior)
    probe = rng.choice([-1, 1], 9).astype(np.int8)
    f = 0.15
    wrong = patterns != probe
    posterior = prior * np.where(wrong, f, 1 - f).prod(axis=1)
    posterior /= posterior.sum()
    for method in (SeparationFilter(Posterior(f)), ProductFilter(f / (1 - f))):
        np.testing.assert_allclose(method.law(memory, probe).probabilities, posterior, atol=1e-12)
    rates = rng.uniform(0.05, 0.4, 9)  # soft bits
    posterior = prior * np.where(wrong, rates, 1 - rates).prod(axis=1)
    soft = ProductFilter(tuple(rates / (1 - rates))).law(memory, probe)
    np.testing.assert_allclose(soft.probabilities, posterior / posterior.sum(), atol=1e-12)


@pytest.mark.parametrize("each", FILTER_EXAMPLES, ids=repr)
def test_an_unamplified_filter_is_measure_and_accept(
    each: Filter, rng: np.random.Generator
) -> None:
    patterns = np.unique(rng.choice([-1, 1], (6, 10)), axis=0)
    memory, probe = AmplitudeMemory(patterns), rng.choice([-1, 0, 1], 10).astype(np.int8)
    ours, baseline = (m(each).law(memory, probe) for m in (SeparationFilter, SampleAndAccept))
    np.testing.assert_allclose(ours.joint, baseline.joint, atol=1e-14)


def test_the_probabilistic_memory_is_the_cosine_filter(rng: np.random.Generator) -> None:
    patterns = np.unique(rng.choice([-1, 1], (6, 10)), axis=0)
    memory, probe = AmplitudeMemory(patterns), rng.choice([-1, 0, 1], 10).astype(np.int8)
    for cosine in (
        SeparationFilter(CosinePower(3)),
        SeparationFilter(CosinePower(1), num_flags=3),
    ):
        np.testing.assert_allclose(
            ProbabilisticRecall(3).law(memory, probe).joint,
            cosine.law(memory, probe).joint,
            atol=1e-14,
        )


def test_a_wrong_flag_still_meets_the_others(rng: np.random.Generator) -> None:
    patterns = np.unique(rng.choice([-1, 1], (4, 5)), axis=0).astype(np.int8)
    memory, probe = AmplitudeMemory(patterns), patterns[0]
    kept = OptimalFilter(2, 1).table(5)[hamming_distance(patterns, probe)] ** 2 / len(patterns)
    gates = []
    for num_flags in (1, 2, 3):
        method = SeparationFilter(OptimalFilter(2, 1), num_flags=num_flags)
        circuit = method.circuit(memory, probe)
        circuit.x(circuit.qregs[1][0])
        accepted = Statevector(circuit).probabilities()[: 2**5].sum()
        f = len(patterns) * kept
        assert accepted == pytest.approx(np.mean((1 - f) * f ** (num_flags - 1)), abs=1e-12)
        gates.append(method.resources(memory, probe).two_qubit_gates)
    assert gates[2] - gates[1] == gates[1] - gates[0] == 2 * 2 * 5


def test_features_of_one_bit_are_plain_distances_and_larger_ones_count_once(
    rng: np.random.Generator,
) -> None:
    patterns = np.unique(rng.choice([-1, 1], (6, 9)), axis=0)
    memory, probe = AmplitudeMemory(patterns), rng.choice([-1, 0, 1], 9).astype(np.int8)
    np.testing.assert_allclose(
        CategoricalFilter(Posterior(0.2), 1).law(memory, probe).joint,
        SeparationFilter(Posterior(0.2)).law(memory, probe).joint,
    )
    whole = CategoricalFilter(Table((1.0, 0.5, 0.25, 0.125)), 3)
    both_wrong = AmplitudeMemory([[1, 1, 1, 1], [-1, -1, 1, 1], [-1, -1, -1, -1]])
    joint = whole.law(both_wrong, "0000").joint * 3
    np.testing.assert_allclose(joint, [1, 0.25, 0.0625])


def test_tables_and_functions_become_filters() -> None:
    assert SeparationFilter([1, 0.5, 0]).filter == Table((1.0, 0.5, 0.0))
    made = SeparationFilter(lambda d: 1 - d / 4).filter
    assert made == Table((1.0, 0.75, 0.5, 0.25, 0.0))
    assert len(SeparationFilter(lambda d: 0.5**d).filter.values) == 129


def test_an_optimal_filter_takes_more_known_bits_than_a_float_has_powers_of_two() -> None:
    assert OptimalFilter(1, 0).table(1100)[0] ** 2 >= 0.5 - 1e-6


def test_bad_input_is_refused() -> None:
    for build, message in [
        (lambda: HammingBall(-1), r"radius should be in \[0, 10\^6\]"),
        (lambda: Shell(-1), r"radius should be in \[0, 10\^6\]"),
        (lambda: CosinePower(0), r"num_controls should be in \[1, "),
        (lambda: OverlapPower(0), r"order should be in \[1, "),
        (lambda: Posterior(0.6), "flip_probability should be in"),
        (lambda: Compact(0), "radius should be positive"),
        (lambda: Compact(2, 1.0), r"alpha should be in \(1"),
        (lambda: CappedPosterior(0), "flip_probability should be in"),
        (lambda: DolphChebyshev(0), r"degree should be in \[1, "),
        (lambda: DolphChebyshev(2, 1.0), "edge should be in"),
        (lambda: OptimalFilter(0), r"degree should be in \[1, "),
        (lambda: DolphChebyshev(4, 1e-300).table(8), r"edge should be larger.*CosinePower\(4\)"),
        (lambda: CosinePower(501), r"\[1, 500\]\. Got 501\. A hamming-ball"),
        (lambda: DolphChebyshev(501), r"\[1, 500\]\. Got 501\. No more than n"),
        (lambda: OptimalFilter(17), r"\[1, 16\]\. Got 17\. A table"),
        (lambda: OptimalFilter(2, -1), r"radius should be in \[0, 10\^6\]"),
        (lambda: OptimalFilter(2, 1, 0.0), "acceptance should be in"),
        (lambda: Table(()), "values should be a row"),
        (lambda: Table((0.5, 1.2)), r"values should be in \[0, 1\]"),
        (lambda: SeparationFilter(lambda d: d + 2.0), r"F\(0\) should lie in"),
        (lambda: SeparationFilter([0.5, -0.2]), r"values should be in \[0, 1\]"),
        (lambda: SeparationFilter(num_flags=0), r"num_flags should be in \[1, "),
        (lambda: Table((1.0, 0.5)).table(3), "reach d = 3"),
        (lambda: ProductFilter(1.5), "damping should be in"),
        (lambda: CategoricalFilter(bits_per_feature=0), r"bits_per_feature should be in \[1, "),
        (lambda: ProductFilter((0.5, 0.5)).law(AmplitudeMemory(["000"]), "000"), "shape"),
        (lambda: ProbabilisticRecall(2, scale=0), "scale should be positive"),
    ]:
        with case(message), pytest.raises(ValueError, match=message):
            build()


FILTERED = (SeparationFilter, SampleAndAccept, CategoricalFilter)


@pytest.mark.parametrize("method", FILTERED, ids=lambda each: each.name)
@pytest.mark.parametrize(
    "given",
    ["table([1, 0.5, 0.25])", [1, 0.5, 0.25], (1, 0.5, 0.25), np.array([1, 0.5, 0.25])],
    ids=lambda each: type(each).__name__,
)
def test_a_filter_may_be_spelled_or_be_a_row(method, given) -> None:
    assert method(given).filter == Table((1.0, 0.5, 0.25))
    assert method(lambda d: 0.5**d).filter.table(2).tolist() == [1, 0.5, 0.25]


@pytest.mark.parametrize("method", FILTERED, ids=lambda each: each.name)
@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        (0.5, TypeError, r"of a class such as CappedPosterior or its spelling\. Got 0\.5"),
        (None, TypeError, "filter should be an object of a class such as"),
        (HammingBall, TypeError, "Got the class HammingBall, not one of its objects"),
        ("hamming-bal", ValueError, "Did you mean 'hamming-ball'"),
        ([[1.0, 0.5]], TypeError, "values should be several, each a number"),
    ],
)
def test_what_is_no_filter_is_refused_where_it_is_given(method, given, error, said) -> None:
    with pytest.raises(error, match=said):
        method(given)


@pytest.mark.parametrize("method", [SeparationFilter, CategoricalFilter, ProbabilisticRecall])
def test_an_amplification_may_be_its_claimed_acceptance(method) -> None:
    assert method(amplified=0.25).amplified == Amplified(0.25)
    spelled = method(amplified="amplified(0.25, plain)").amplified
    assert spelled == Amplified(0.25, "plain")
    with pytest.raises(ValueError, match=r"acceptance should be in \[1e-12, 1\]. Got 3"):
        method(amplified=3)
    for wrong in (True, HammingBall(1)):
        with pytest.raises(TypeError, match="amplified should be"):
            method(amplified=wrong)
