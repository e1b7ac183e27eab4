"""The promises of an adaptive method: ordinary circuits, pure steps, answers that obey its law."""

from collections.abc import Sequence
from functools import partial
from itertools import islice

import numpy as np

from classical_ref.spins import text_to_spins
from qdenseam.methods.adaptive import AdaptiveMethod, Round, run_rounds, sample_laws
from qdenseam.methods.base import Spins
from qdenseam.testing.claims import Claim, claim, subject_of
from qdenseam.testing.laws import check_law
from qdenseam.testing.places import Place

_SHOTS = 300
_MOST_CIRCUITS = 8  # of each place, that are held against their laws


def check_rounds(method: AdaptiveMethod, places: Sequence[Place], rng: np.random.Generator) -> None:
    """Check all that is promised of an adaptive method; see :func:`check_method`.

    Raises:
        AssertionError: A promise is not kept.
    """
    with claim(subject_of(method), "a step is pure", str(places[0])) as each:
        memory, probe = places[0].memory(method), text_to_spins(places[0].probe)
        state = method.start(memory, probe, 7, np.random.default_rng(0))
        asked = [method.step(memory, probe, state, [], np.random.default_rng(1)) for _ in range(2)]
        one, other = ([(r.method, r.shots) for r in rounds] for _, rounds in asked)
        each.holds(one == other, f"The same step asked for {one}, then for {other}.")
        each.holds(asked[0][0].num_rounds == 1, f"It counts {asked[0][0].num_rounds} rounds.")
    for place in places:
        with claim(
            subject_of(method), "rounds obey their laws, answers that of all", str(place)
        ) as each:
            _check_place(each, method, place, rng)


def _check_place(
    each: Claim, method: AdaptiveMethod, place: Place, rng: np.random.Generator
) -> None:
    memory, probe = place.memory(method), text_to_spins(place.probe)
    asked: list[Round] = []
    state = run_rounds(method, memory, probe, _SHOTS, partial(_noted, asked), rng=rng)
    different = {(id(r.memory), r.method, r.probe.tobytes()): r for r in asked}
    for one in islice(different.values(), _MOST_CIRCUITS):
        ready = one.method.trained(one.memory, one.probe, rng=rng)
        check_law(each, ready, one.memory, one.probe)
    answers = np.asarray(state.answers)
    each.holds(
        answers.shape in ((_SHOTS, memory.num_neurons), (1, memory.num_neurons)),
        f"Its answers should be {_SHOTS} rows, or one, of {memory.num_neurons} neurons; their "
        f"shape is {answers.shape}.",
    )
    whole = answers.all(axis=1)
    each.holds(
        (np.abs(answers[whole]) == 1).all() and not answers[~whole].any(),
        "Answers should be spins, or zeros where there is none.",
    )
    law = method.law(memory, probe)
    if law is not None and len(answers) == _SHOTS:
        found = [int((answers == pattern).all(axis=1).sum()) for pattern in memory.patterns]
        rejected = int((~whole).sum())
        counts = [*found, _SHOTS - sum(found) - rejected, rejected]
        each.follow(counts, [*law.joint, law.spurious, law.rejected])


def _noted(asked: list[Round], rounds: list[Round], rng: np.random.Generator) -> list[Spins]:
    asked += rounds
    return sample_laws(rounds, rng)
