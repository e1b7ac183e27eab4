"""Classical memories and scans, each as it is set in a comparison.

Settings were chosen before the data: the strongest documented one of each rule, and beside it the
exponential memory as published.
"""

from collections.abc import Callable

import numpy as np

from classical_ref.recipes import (
    BestExponentialRecipe,
    CenteredRecipe,
    DenseRecipe,
    HopfieldRecipe,
    NearestRecipe,
    Recipe,
)
from classical_ref.separation import Exponential, RectifiedPolynomial
from classical_ref.spins import hamming_distance
from qdenseam.experiments.challenge import Answers, Challenge, Contender


def _recalled(
    recipe: Callable[[int], Recipe],
) -> Callable[[Challenge, str, int, np.random.Generator], Answers]:
    """Answer by a recipe for K patterns."""

    def answer(
        challenge: Challenge,
        engine: str,  # noqa: ARG001
        shots: int,  # noqa: ARG001
        rng: np.random.Generator,
    ) -> Answers:
        held = challenge.probes != 0 if challenge.clamped else None
        chosen = recipe(len(challenge.patterns))
        return Answers(
            states=chosen.recall(challenge.patterns, challenge.probes, clamped=held, rng=rng)
        )

    return answer


def _at_the_distance(
    challenge: Challenge,
    engine: str,  # noqa: ARG001
    shots: int,  # noqa: ARG001
    rng: np.random.Generator,  # noqa: ARG001
) -> Answers:
    distances = hamming_distance(challenge.patterns, challenge.probes)
    rows = (distances == challenge.num_flips).argmax(axis=1)
    return Answers(states=challenge.patterns[rows])


CLASSICAL_CONTENDERS = (
    Contender(
        name="hopfield",
        label="Hopfield (Hebb)",
        kind="classical",
        answer=_recalled(lambda _: HopfieldRecipe()),
        setting="order 2; one neuron at a time, own spin left out",
    ),
    Contender(
        name="hopfield-projection",
        label="Hopfield (projection)",
        kind="classical",
        answer=_recalled(lambda _: HopfieldRecipe("projection")),
        setting="the quadratic rule for correlated patterns; one neuron at a time, own spin left "
        "out",
    ),
    Contender(
        name="dense-3",
        label="dense order 3",
        kind="classical",
        answer=_recalled(lambda _: DenseRecipe(RectifiedPolynomial(3), "synchronous", "kept")),
        setting="rectified; all neurons at once, own spin kept",
    ),
    Contender(
        name="dense-3-centered",
        label="dense order 3 centered",
        kind="classical",
        answer=_recalled(lambda _: CenteredRecipe(RectifiedPolynomial(3))),
        setting="rectified, about the patterns' mean; all neurons at once, own spin kept",
    ),
    Contender(
        name="dense-exp",
        label="dense exponential",
        kind="classical",
        answer=_recalled(lambda _: BestExponentialRecipe()),
        setting="β = max(1, ln(K)/2 + ½); all neurons at once, own spin kept. Log-sum-exp has the "
        "same dynamics",
    ),
    Contender(
        name="dense-exp-published",
        label="dense exponential (as published)",
        kind="classical",
        answer=_recalled(lambda _: DenseRecipe(Exponential(1.0))),
        setting="β = 1; one neuron at a time, own spin left out (Demircigil et al. 2017)",
    ),
)
"""In the order of tables and legends."""

NEAREST = Contender(
    name="nearest",
    label="nearest-neighbor scan",
    kind="baseline",
    answer=_recalled(lambda _: NearestRecipe()),
    setting="reads all K·D bits; of several as near the first",
)
"""The floor of what is not told how many bits are flipped."""
INFORMED_SCAN = Contender(
    name="informed-scan",
    label="scan told the flips",
    kind="baseline",
    answer=_at_the_distance,
    setting="the first pattern that differs in just as many known bits as are flipped: no answer "
    "is more likely right",
    told_flips=True,
)
"""The floor of what is told."""
