from dataclasses import replace

import numpy as np
import pytest
from cases import case

from classical_ref import attend
from classical_ref.continuous.context_tasks import cosines, random_components, random_contexts
from classical_ref.continuous.measures import TokenMeasure
from classical_ref.continuous.recall_and_predict import Contexts, _projected, fit


@pytest.fixture
def measure(rng):
    return TokenMeasure(
        tags=rng.normal(size=(12, 3)),
        contents=rng.normal(size=(12, 2)),
        masses=rng.random(12) + 0.1,
    )


def test_attention_depends_on_the_measure_alone(measure, rng):
    queries, match = rng.normal(size=(5, 3)), rng.normal(size=(3, 3))
    answer = measure.attend(queries, measure.contents, match=match)
    order = rng.permutation(12)
    shuffled = TokenMeasure(
        tags=measure.tags[order], contents=measure.contents[order], masses=measure.masses[order]
    )
    split = TokenMeasure(
        tags=measure.tags[[*order, 3]],
        contents=measure.contents[[*order, 3]],
        masses=[*np.where(order == 3, 0.5, 1) * measure.masses[order], measure.masses[3] / 2],
    )
    for same in (shuffled, split):
        assert np.abs(same.attend(queries, same.contents, match=match) - answer).max() < 1e-12


def test_uniform_masses_are_plain_attention(measure, rng):
    queries, values = rng.normal(size=(4, 3)), rng.normal(size=(12, 5))
    plain = replace(measure, masses=np.ones(12))
    expected = attend(queries, measure.tags, values, beta=1.7)
    assert np.abs(plain.attend(queries, values, match=1.7) - expected).max() < 1e-13
    assert np.allclose(TokenMeasure(tags=plain.tags, contents=plain.contents).masses, 1 / 12)


def test_mass_is_repetition(measure, rng):
    whole = rng.integers(1, 4, 12)
    weighted = replace(measure, masses=whole)
    repeated = TokenMeasure(
        tags=np.repeat(measure.tags, whole, axis=0),
        contents=np.repeat(measure.contents, whole, axis=0),
    )
    query = rng.normal(size=3)
    answers = [each.attend(query, each.contents) for each in (weighted, repeated)]
    assert np.abs(answers[0] - answers[1]).max() < 1e-13


@pytest.mark.parametrize("num_parts", [2, 4, 8])
@pytest.mark.parametrize("beta", [2.0, 5.0, 10.0])
def test_the_mass_on_the_component_asked_for(num_parts, beta, rng):
    tags, _ = np.linalg.qr(rng.normal(size=(num_parts, num_parts)))
    context = TokenMeasure.mixture(tags, rng.random((num_parts, 30, 1)))
    component = np.repeat(np.eye(num_parts), 30, axis=0)
    mass = context.attend(tags[1], component, match=beta)
    assert mass[1] == pytest.approx(1 / (1 + (num_parts - 1) * np.exp(-beta)), abs=1e-12)
    assert mass.sum() == pytest.approx(1, abs=1e-12)


def test_tokens_collapse_to_their_components(rng):
    contexts, *_ = random_contexts(3, 4, num_tokens=5, rng=0)
    match = rng.normal(size=(4, 4))
    contents = rng.random((4, 50, 1))
    context = TokenMeasure.mixture(contexts.tags[0], contents)
    means = cosines(contents[..., 0], 8).mean(axis=1)
    collapsed = Contexts(
        tags=contexts.tags[:1], means=means[np.newaxis], queries=contexts.queries[:1]
    )
    model = replace(fit(collapsed, [1.0], mode="uniform"), match=match)
    by_tokens = context.attend(contexts.queries[0], cosines(context.contents[:, 0], 8), match=match)
    assert np.abs(model.weights(collapsed)[0] @ means - by_tokens).max() < 1e-13


def test_the_gradient_of_training_is_its_slope(rng):
    contexts, targets, _ = random_contexts(30, 3, num_tokens=5, rng=1)
    match, direction = rng.normal(size=(2, 3, 3))
    _, gradient, _ = _projected(match, contexts, targets, 1e-3)
    ahead, behind = (
        _projected(match + step * direction, contexts, targets, 1e-3)[0] for step in (1e-5, -1e-5)
    )
    assert (ahead - behind) / 2e-5 == pytest.approx((gradient * direction).sum(), abs=1e-8)


MASSES = np.array([0.7, 0.2, 0.08, 0.02])


def test_components_of_unequal_counts(rng):
    counts = [70, 20, 8, 2]
    contents = [rng.random((count, 1)) for count in counts]
    component = np.repeat(np.eye(4), counts, axis=0)
    alike = TokenMeasure.mixture(np.eye(4), contents).attend(np.eye(4), component, match=3.0)
    assert np.diagonal(alike) == pytest.approx(1 / (1 + 3 * np.exp(-3)))
    by_tokens = TokenMeasure.mixture(np.eye(4), contents, counts)
    assert np.allclose(by_tokens.masses, 1 / 100)
    found = np.diagonal(by_tokens.attend(np.eye(4), component, match=3.0))
    assert found == pytest.approx(MASSES / (MASSES + (1 - MASSES) * np.exp(-3)))
    assert found.round(3).tolist() == [0.979, 0.834, 0.636, 0.291]


def ragged(rng, num_contexts):
    """Contexts of one to three components of one to nine tokens with two coordinates."""
    measures = []
    for several in rng.integers(1, 4, num_contexts):
        bags = [rng.normal(size=(count, 2)) for count in rng.integers(1, 10, several)]
        tags = rng.normal(size=(several, 3))
        measures.append(TokenMeasure.mixture(tags, bags, rng.random(several) + 0.1))
    return measures, rng.normal(size=(num_contexts, 4))


def powers(contents):
    return np.hstack([contents, contents**2, contents**3])


def test_ragged_contexts_collapse_to_their_components(rng):
    measures, queries = ragged(rng, 12)
    contexts = Contexts.of_measures(measures, queries, features=powers)
    match = rng.normal(size=(3, 4))
    model = replace(fit(contexts, np.ones(12), mode="uniform"), match=match)
    by_tokens = [
        measure.attend(match @ query, powers(measure.contents))
        for measure, query in zip(measures, queries, strict=True)
    ]
    assert np.abs(model.recalled(contexts) - by_tokens).max() < 1e-12
    assert (model.weights(contexts)[contexts.masses == 0] == 0).all()
    assert (contexts.masses == 0).any()
    # Two atoms of half the mass are the same measure.
    halves = [
        TokenMeasure(
            tags=np.vstack([m.tags] * 2),
            contents=np.vstack([m.contents] * 2),
            masses=np.hstack([m.masses] * 2),
        )
        for m in measures
    ]
    split = Contexts.of_measures(halves, queries, features=powers)
    assert np.allclose(split.means, contexts.means)
    assert np.allclose(split.masses, contexts.masses)
    some = contexts.select(np.array([3, 7]))
    assert np.allclose(model.recalled(some), np.array(by_tokens)[[3, 7]])
    plain = Contexts.of_measures(measures, queries)
    assert np.allclose(plain.means, contexts.means[..., :2])


def test_the_gradient_for_vector_targets_is_its_slope(rng):
    measures, queries = ragged(rng, 30)
    contexts = Contexts.of_measures(measures, queries, features=powers)
    targets, (match, direction) = rng.normal(size=(30, 2)), rng.normal(size=(2, 3, 4))
    _, gradient, _ = _projected(match, contexts, targets, 1e-3)
    ahead, behind = (
        _projected(match + step * direction, contexts, targets, 1e-3)[0] for step in (1e-5, -1e-5)
    )
    assert (ahead - behind) / 2e-5 == pytest.approx((gradient * direction).sum(), abs=1e-8)


def test_vector_targets_are_read_out_side_by_side(rng):
    measures, queries = ragged(rng, 40)
    contexts, targets = Contexts.of_measures(measures, queries), rng.normal(size=(40, 2))
    both = fit(contexts, targets, mode="uniform", ridge=1e-3)
    for column in (0, 1):  # errors are means over two outputs, and so is their weight
        one = fit(contexts, targets[:, column], mode="uniform", ridge=2e-3)
        assert np.allclose(both.readout[:, column], one.readout)
        assert np.allclose(both.predict(contexts)[:, column], one.predict(contexts))
    scalar, column = (fit(contexts, t) for t in (targets[:, 0], targets[:, :1]))
    assert scalar.predict(contexts).shape == (40,)
    assert np.allclose(scalar.predict(contexts), column.predict(contexts)[:, 0])


@pytest.mark.parametrize("num_parts", [2, 4])
def test_trained_attention_recalls_and_uniform_attention_does_not(num_parts):
    contexts, targets, asked = random_contexts(600, num_parts, num_tokens=600, rng=3)
    train, test = contexts.select(slice(400)), contexts.select(slice(400, None))
    expected, asked = targets[400:], asked[400:]

    def error(model, given):
        return float(np.mean((model.predict(given) - expected) ** 2))

    learned, uniform = fit(train, targets[:400]), fit(train, targets[:400], mode="uniform")
    assert learned.converged
    assert not uniform.match.any()
    assert learned.loss < uniform.loss
    rows = np.arange(200)
    assert learned.weights(test)[rows, asked].mean() > 0.95
    assert np.allclose(uniform.weights(test), 1 / num_parts)
    assert 1 - error(learned, test) / expected.var() > 0.8
    assert 1 - error(uniform, test) / expected.var() < 0.2
    elsewhere = replace(test, queries=test.tags[rows, (asked + 1) % num_parts])
    assert error(learned, elsewhere) > 5 * error(learned, test)


def test_coefficients_are_means_over_the_density(rng):
    components = random_components(4, rng=2)
    assert (components.densities >= 0).all()
    assert np.allclose(components.densities.mean(axis=1), 1)
    tokens = components.sample(10_000, rng=rng)
    assert ((tokens >= 0) & (tokens <= 1)).all()
    error = np.linalg.norm(cosines(tokens, 16).mean(axis=1) - components.coefficients, axis=1)
    assert 3 < 100 * np.sqrt((error**2).mean()) < 5  # √16 = 4 in units of 1/√tokens


V, Z = np.ones((2, 3)), np.ones((2, 1))
MEASURE = TokenMeasure(tags=V, contents=Z)
SMALL = Contexts(tags=V[None], means=Z[None], queries=V[:1])


def test_errors():
    for call, match in [
        (lambda: TokenMeasure(tags=V, contents=Z[:1]), r"contents should have shape \(2,"),
        (lambda: TokenMeasure(tags=V, contents=Z, masses=[1, 0]), r"masses should be positive"),
        (lambda: TokenMeasure(tags=V * np.nan, contents=Z), r"tags should be finite"),
        (lambda: TokenMeasure.mixture(V, Z), r"contents\[0\] should have shape \(num_tokens, cont"),
        (lambda: TokenMeasure.mixture(V, None), r"contents should be samples.*Got None"),
        (lambda: TokenMeasure.mixture(V, [Z]), r"contents should be samples for each of 2 tags"),
        (
            lambda: TokenMeasure.mixture(V, [Z, V]),
            r"contents\[1\] should have shape \(num_tokens, 1",
        ),
        (lambda: TokenMeasure.mixture(V, [Z, Z], [1, 0]), r"masses should be positive"),
        (lambda: replace(SMALL, masses=[[0.0, 0.0]]), r"masses should be 0 or more.*Got 0\.0 as"),
        (lambda: replace(SMALL, masses=[[2.0, -1.0]]), r"masses should be 0 or more.*Got -1\.0 as"),
        (lambda: SMALL.select(slice(0)), r"rows should be a slice or numbers below 1.*Got slice"),
        (lambda: SMALL.select(np.array([1])), r"rows should be a slice or numbers below 1"),
        (lambda: Contexts.of_measures([], V), r"measures should be at least one.*of none\."),
        (
            lambda: Contexts.of_measures([MEASURE, TokenMeasure(tags=Z, contents=Z)], V),
            r"tags of one size.*of \[\(1, 1\), \(3, 1\)\]",
        ),
        (
            lambda: Contexts.of_measures([MEASURE], V[:1], features=lambda z: z[:1]),
            r"features should have shape \(2, num_features\)",
        ),
        (lambda: TokenMeasure(tags=V, contents=Z).attend([1, 2], Z), r"queries should.*\.\.\., 3"),
        (lambda: TokenMeasure(tags=V, contents=Z).attend(V, V[:1]), r"values should have shape"),
        (
            lambda: TokenMeasure(tags=V, contents=Z).attend(V, V, match=Z),
            r"match should have shape \(3, 3\)\. Got shape",
        ),
        (
            lambda: Contexts(tags=V, means=Z, queries=V),
            r"tags should have shape \(n, I, tag_size\)\.",
        ),
        (lambda: Contexts(tags=V[None], means=Z[None], queries=V), r"queries should have shape"),
        (lambda: Contexts(tags=V[None], means=Z[None] * np.inf, queries=V), r"means should be fi"),
        (lambda: fit(SMALL, [1, 2]), r"targets should have shape \(1,\)\. Got shape"),
        (lambda: fit(SMALL, [1], mode="frozen"), r"mode should be one of.*Got 'frozen'"),
        (lambda: fit(SMALL, [1], ridge=0.0), r"ridge should be positive and finite\. Got 0"),
        (lambda: fit(SMALL, [1], max_iterations=-1), r"max_iterations should be in"),
        (lambda: random_components(0), r"num_components should be in"),
        (lambda: random_components(1, decay=0.0), r"decay should be in \(0, 10\]\. Got"),
        (lambda: random_components(1).sample(0), r"num_tokens should be in"),
        (lambda: random_contexts(1, 2), r"num_contexts should be in"),
        (lambda: cosines(0.5, 0), r"num_modes should be in"),
    ]:
        with case(match), pytest.raises(ValueError, match=match):
            call()


def test_a_measure_is_locked_and_shown(measure):
    assert repr(measure) == "TokenMeasure(num_atoms=12, tag_size=3)"
    with pytest.raises(ValueError, match="read-only"):
        measure.masses[0] = 1
