import numpy as np
import pytest

from classical_ref.continuous.measures import TokenMeasure
from classical_ref.log_sums import softmax
from qdenseam import AmplitudeMemory
from qdenseam.memories.context import ContextState
from qdenseam.methods import Posterior, ProductFilter, SeparationFilter


def density(rng, size):
    factor = rng.normal(size=(size, size)) + 1j * rng.normal(size=(size, size))
    state = factor @ factor.conj().T
    return state / np.trace(state).real


@pytest.fixture
def context(rng):
    tags, _ = np.linalg.qr(rng.normal(size=(4, 4)))
    return ContextState(tags[:3], [density(rng, 4) for _ in range(3)], [1.0, 2.0, 5.0])


def test_the_state_is_a_density_matrix(context):
    matrix = context.matrix()
    assert matrix.shape == (16, 16)
    assert np.trace(matrix) == pytest.approx(1)
    assert np.linalg.eigvalsh(matrix).min() > -1e-12


@pytest.mark.parametrize("beta", [0.0, 0.7, 2.0, 5.0, 30.0])
def test_the_filter_leaves_the_softmax(context, beta):
    for asked in range(3):
        recalled = context.recall(context.tags[asked], beta=beta)
        scores = beta * context.tags @ context.tags[asked]
        expected = softmax(scores + np.log(context.weights))
        assert np.abs(recalled.masses - expected).max() < 1e-12
        mixed = np.einsum("i,iab->ab", expected, context.states)
        assert np.abs(recalled.state - mixed).max() < 1e-12
        assert recalled.acceptance == pytest.approx(
            float(context.weights @ np.exp(scores - beta)), abs=1e-12
        )


def test_infinite_beta_projects_on_the_tag(context):
    recalled = context.recall(context.tags[1], beta=np.inf)
    assert recalled.acceptance == pytest.approx(0.25)
    assert np.allclose(recalled.masses, [0, 1, 0])
    assert np.abs(recalled.state - context.states[1]).max() < 1e-14
    outside = np.linalg.svd(context.tags)[2][-1]
    with pytest.raises(ValueError, match="query should overlap with a tag"):
        context.recall(outside, beta=np.inf)


@pytest.mark.parametrize("beta", [0.3, 1.0])
def test_filtered_amplitudes_are_attention_over_a_measure(beta, rng):
    """Tokens as patterns (tag, content), masses as weights, a probe with the tag alone."""
    tokens = rng.permutation(256)[:20]
    spins = 1 - 2 * (tokens[:, np.newaxis] >> np.arange(8) & 1)
    masses = rng.random(20) + 0.1
    measure = TokenMeasure(tags=spins[:, :4], contents=spins[:, 4:], masses=masses)
    query = rng.choice([-1, 1], 4).astype(np.int8)
    attention = measure.attend(query, np.eye(20), match=beta)
    memory, probe = (
        AmplitudeMemory(spins, masses),
        np.concatenate([query, np.zeros(4, dtype=np.int8)]),
    )
    damping = float(np.exp(-2 * beta))
    for method in (ProductFilter(damping), SeparationFilter(Posterior(damping / (1 + damping)))):
        law = method.law(memory, probe)
        assert np.abs(law.probabilities - attention).max() < 1e-12
        scores = beta * (spins[:, :4] @ query - 4)
        assert law.acceptance == pytest.approx(float(memory.weights @ np.exp(scores)), abs=1e-12)


V, R = np.eye(2), np.array([np.eye(2) / 2] * 2)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: ContextState(2 * V, R), r"tags should be orthonormal rows"),
        (lambda: ContextState(V, R[:1]), r"states should have shape \(2, M, M\)\. Got \(1, 2, 2"),
        (lambda: ContextState(V, 2 * R), r"density matrices.*Got traces \[2\. 2\.\]"),
        (lambda: ContextState(V, R, [1.0]), r"weights should have shape \(2,\)"),
        (lambda: ContextState(V, R, [1.0, -1.0]), r"weights should be non-negative"),
        (lambda: ContextState(V, R).recall([2.0, 0.0], beta=1.0), r"query should be a unit vector"),
        (lambda: ContextState(V, R).recall(V[0], beta=-1.0), r"beta should be at least 0\. Got -1"),
    ],
)
def test_errors(call, match):
    with pytest.raises(ValueError, match=match):
        call()
