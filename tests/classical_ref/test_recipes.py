"""A recipe recalls as its memory does with the same settings."""

import numpy as np
import pytest

from classical_ref import DenseMemory, Exponential, HopfieldMemory, RectifiedPolynomial
from classical_ref.discrete.centered import CenteredMemory
from classical_ref.metrics import nearest_pattern
from classical_ref.patterns import corrupt, random_patterns
from classical_ref.recipes import (
    RECIPES,
    BestExponentialRecipe,
    CenteredRecipe,
    DenseRecipe,
    HopfieldRecipe,
    NearestRecipe,
)
from qdenseam.testing import check_memory

BEST = {"update": "synchronous", "self_interaction": "kept"}
CASES = [
    (DenseRecipe(Exponential(2.0), **BEST), lambda p: DenseMemory(p, Exponential(2.0)), BEST),
    (BestExponentialRecipe(), lambda p: DenseMemory(p, Exponential(np.log(4) / 2 + 0.5)), BEST),
    (HopfieldRecipe("projection", tie="plus"), lambda p: HopfieldMemory(p, "projection"),
     {"tie": "plus"}),
    (CenteredRecipe(RectifiedPolynomial(4)),
     lambda p: CenteredMemory(p, RectifiedPolynomial(4)), {}),
]  # fmt: skip


@pytest.fixture
def instance():
    patterns = random_patterns(4, 12, rng=1)
    probes = np.array([corrupt(each, num_flips=1, num_erasures=4, rng=2) for each in patterns])
    return patterns, probes


@pytest.mark.parametrize(("recipe", "memory", "options"), CASES, ids=lambda each: str(each)[:20])
def test_it_recalls_as_its_memory(instance, recipe, memory, options) -> None:
    patterns, probes = instance
    for clamped in (None, probes != 0):
        given = recipe.recall(patterns, probes, clamped=clamped, rng=3)
        expected = memory(patterns).recall(probes, clamped=clamped, rng=3, **options)
        np.testing.assert_array_equal(given, expected.states)


def test_the_scan_takes_the_nearest(instance) -> None:
    patterns, probes = instance
    rows = nearest_pattern(patterns, probes).rows
    np.testing.assert_array_equal(NearestRecipe().recall(patterns, probes), patterns[rows])
    np.testing.assert_array_equal(NearestRecipe().recall(patterns, probes[0]), patterns[rows[0]])


def test_a_scan_told_the_flips_rules_out_what_is_nearer() -> None:
    patterns = np.array([[1, 1, 1, 1], [1, 1, -1, -1]], dtype=np.int8)
    probe = np.array([[1, -1, -1, -1]], dtype=np.int8)  # three flips from the first
    assert NearestRecipe().recall(patterns, probe).tolist() == patterns[[1]].tolist()
    assert NearestRecipe(at=3).recall(patterns, probe).tolist() == patterns[[0]].tolist()
    with pytest.raises(ValueError, match="at should be in"):
        NearestRecipe(at=-1)


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_every_recipe_keeps_what_is_promised(name, rng) -> None:
    check_memory(RECIPES[name](), rng=rng)


def test_unknown_settings_are_refused() -> None:
    with pytest.raises(ValueError, match="update should be one of asynchronous"):
        DenseRecipe(update="random")
    with pytest.raises(ValueError, match="learning should be one of hebb"):
        HopfieldRecipe("delta")


@pytest.mark.parametrize("recipe", [each[0] for each in CASES], ids=lambda each: each.name)
def test_weights_are_those_of_a_dense_memory(instance, recipe) -> None:
    patterns, probes = instance
    weights = np.array([1.0, 1e15, 1.0, 40.0])
    found = recipe.recall_weighted(patterns, weights, probes, rng=3)
    plain = recipe.recall(patterns, probes, rng=3)
    np.testing.assert_array_equal(recipe.recall_weighted(patterns, None, probes, rng=3), plain)
    memory = recipe.memory(patterns)
    if isinstance(memory, DenseMemory):
        weighted = DenseMemory(patterns, memory.separation, weights=weights)
        plain = weighted.recall(probes, rng=3, **BEST).states
        assert not np.array_equal(plain, recipe.recall(patterns, probes, rng=3))
    np.testing.assert_array_equal(found, plain)


def test_a_scan_of_weighted_patterns_takes_the_heaviest_of_the_nearest() -> None:
    patterns = np.array([[1, 1, 1, 1], [1, 1, -1, -1], [-1, -1, -1, -1]], dtype=np.int8)
    probe = np.array([[1, 1, 1, -1], [1, 1, -1, -1]], dtype=np.int8)
    for weights, rows in ((None, [0, 1]), ([1, 2, 9], [1, 1]), ([2, 1, 9], [0, 1])):
        found = NearestRecipe().recall_weighted(patterns, weights, probe)
        np.testing.assert_array_equal(found, patterns[rows])
