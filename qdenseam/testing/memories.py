"""The promises of a classical memory: spins for every probe, certain bits held, damage repaired."""

import numpy as np

from classical_ref.patterns import erase, flip, random_patterns
from classical_ref.recipes import Recipe
from classical_ref.spins import Spins, text_to_spins
from qdenseam.testing.claims import Claim, check_spelling, claim, subject_of

_EDGES = (
    (("010",), "0?0"),
    (("0000", "1111"), "00?0"),
    (("0000", "1111"), "????"),
    (("0011", "1100", "1010"), "0100"),
    (("0011", "0101", "1111"), "0??1"),
    (("00", "01", "10", "11"), "1?"),
)


def check_memory(recipe: Recipe, *, rng: np.random.Generator | int = 0) -> None:
    """Check all that is promised of a classical memory, on memories of at most 20 neurons.

    It answers every probe with spins, of the shape of the probes, also in edge cases (one pattern,
    all zeros with all ones, all 2^D, all neurons unknown, nothing near, several as near). Clamped
    neurons keep their spins, and the same generator gives the same answers. Few patterns stay as
    they are, unknown neurons are completed, and one wrong neuron is repaired. It refuses other
    widths, and bits for spins. It is registered, and goes to text and back.

    Args:
        recipe: The memory with its settings; give it those in which you use it.
        rng: Source of patterns and damage.

    Raises:
        AssertionError: A promise is not kept; the message says which, where, and by how much.
    """
    rng = np.random.default_rng(rng)
    check_spelling("classical memory", recipe)
    subject = subject_of(recipe)
    for patterns, probe in _EDGES:
        place = f"patterns {', '.join(patterns)}, probe {probe}"
        with claim(subject, "every probe is answered by spins", place) as each:
            _answers(each, recipe, text_to_spins(patterns), text_to_spins(probe))
    stored = random_patterns(4, 12, rng=rng)
    erased = np.array([erase(pattern, 5, rng=rng) for pattern in stored])
    with claim(subject, "clamped neurons keep their spins", f"patterns {stored.tolist()}") as each:
        held = erased != 0
        answers = _answers(each, recipe, stored, erased, clamped=held)
        changed = f"Of {erased.tolist()} it made {answers.tolist()}."
        each.holds((answers[held] == erased[held]).all(), changed)
    few = text_to_spins(("000110101", "011001011"))
    for title, probes in (
        ("few stored patterns stay", few),
        ("one wrong neuron is repaired", np.array([flip(p, 1, rng=rng) for p in few])),
        ("two unknown neurons are completed", np.array([erase(p, 2, rng=rng) for p in few])),
    ):
        with claim(subject, title, f"patterns {few.tolist()}") as each:
            found = _answers(each, recipe, few, probes)
            each.agree(f"the answer to {probes.tolist()}", found, few)
    with claim(subject, "what it cannot take is refused at the door") as each:
        as_bits = np.array([[0, 1, 1, 0, 1, 0, 0, 1, 1]], dtype=np.uint8)
        doubt = "whether spins or bits are meant"
        each.refused("bits", lambda: recipe.recall(few, as_bits), ValueError, doubt)
        each.refused("8 of 9", lambda: recipe.recall(few, few[:, :8]), ValueError, "probe should")
        each.refused("a row", lambda: recipe.recall(few[0], few), ValueError, "patterns should")


def _answers(
    each: Claim, recipe: Recipe, patterns: Spins, probes: Spins, clamped: np.ndarray | None = None
) -> Spins:
    first, again = (
        np.asarray(recipe.recall(patterns, probes, clamped=clamped, rng=7)) for _ in range(2)
    )
    each.holds(first.shape == probes.shape, f"The shape is {first.shape}, not {probes.shape}.")
    each.holds((np.abs(first) == 1).all(), f"The answer is {first.tolist()}.")
    each.agree("the answer of an equal generator", again, first)
    return first
