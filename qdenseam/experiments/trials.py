"""Registered trials: one function per kind of experiment, run by :func:`collect`."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np

from classical_ref.data import datasets
from classical_ref.data.datasets import Dataset
from classical_ref.metrics import mean_absolute_overlap
from classical_ref.patterns import corrupt, is_ambiguous
from classical_ref.spins import spins_to_text
from qdenseam.experiments.challenge import Answers, Challenge
from qdenseam.experiments.contenders import CONTENDERS
from qdenseam.experiments.trial_registry import trial

COUNTED_SETS = 2
"""Pattern sets per cell whose circuits are built and counted where shots come from a law."""


DEFAULT_NEURONS = 16
"""D of data that have no size of their own."""


def load_dataset(
    source: str, num_neurons: int | None = None, *, bits: bool | None = None
) -> Dataset:
    """Return the data set of a name or of a ``.npy`` file.

    Args:
        source: ``"digits"``, ``"glyphs"``, ``"random"`` or the path of a ``.npy`` file of ±1.
        num_neurons: Wished D, by default a file's own and 16 for a name; a file must have just
            that many columns.
        bits: Whether a file holds bits, see :func:`classical_ref.load_patterns`.

    Raises:
        ValueError: The name is unknown, glyphs do not fit a square, or a file has another width.
        OSError: The file cannot be read.
    """
    if source.endswith(".npy"):
        loaded = datasets.load_patterns(source, bits=bits)
        if num_neurons not in (None, loaded.num_neurons):
            raise ValueError(
                f"{source} has {loaded.num_neurons} neurons a pattern. Got num_neurons = "
                f"{num_neurons}; give the number that the file has, or none."
            )
        return loaded
    num_neurons = DEFAULT_NEURONS if num_neurons is None else num_neurons
    if source == "digits":
        return datasets.digits(num_neurons)
    if source == "glyphs":
        size = round(num_neurons**0.5)
        if size * size != num_neurons:
            raise ValueError(f"glyphs need a square number of neurons. Got {num_neurons}.")
        return datasets.glyphs(size)
    if source == "random":
        from classical_ref.patterns import random_patterns

        patterns = random_patterns(min(256, 2**num_neurons), num_neurons, rng=0)
        shape = (1, num_neurons)
        return Dataset(name="random", patterns=patterns, labels=None, shape=shape)
    raise ValueError(f"data should be 'digits', 'glyphs', 'random' or a .npy file. Got {source!r}.")


def named_data(params: dict[str, Any]) -> Dataset:
    """Return the data that a task was made for.

    Args:
        params: ``data`` and ``num_neurons`` say where they are, ``bits``, where it is there, that
            the file holds bits, ``data_sha256`` what they are: the ``content_hash`` of the data
            set.

    Raises:
        ValueError: The data are no longer those.
    """
    bits = params.get("bits")
    return _verified(params["data"], params["num_neurons"], bits, params["data_sha256"])


@lru_cache(maxsize=4)  # by content, so that a file is read once and a changed one never served
def _verified(source: str, num_neurons: int, bits: bool | None, sha256: str) -> Dataset:
    data = load_dataset(source, num_neurons, bits=bits)
    if data.content_hash() != sha256:
        raise ValueError(
            f"{source} should hold the data that the task was made for, of SHA-256 {sha256}. "
            f"Got {data.content_hash()}; it has changed since: make the tasks again."
        )
    return data


def challenge(params: dict[str, Any], set_index: int) -> Challenge:
    """Return one pattern set and its probes; the same for every contender and engine.

    Patterns depend on (data_seed, set, D, K) and probes on the corruption too, so contenders are
    compared on equal ground and a load sweep shares nothing between loads.
    """
    num_neurons, num_patterns = params["num_neurons"], params["num_patterns"]
    num_flips, num_erasures = params["num_flips"], params["num_erasures"]
    stream = [params["data_seed"], set_index, num_neurons, num_patterns]
    chosen = named_data(params).select(num_patterns, rng=np.random.default_rng(stream))
    rng = np.random.default_rng([*stream, num_flips, num_erasures])
    targets = rng.integers(num_patterns, size=params["num_probes"])
    probes = corrupt(
        chosen.patterns[targets], num_flips=num_flips, num_erasures=num_erasures, rng=rng
    )
    return Challenge(
        patterns=chosen.patterns,
        probes=probes,
        targets=targets,
        num_flips=num_flips,
        num_controls=params["num_controls"],
    )


@trial("comparison")
def comparison_trial(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Run one contender on one cell: ``num_sets`` pattern sets of ``num_probes`` probes.

    Returns:
        Lists with one entry per pattern set. Over all its probes: ``probes``; ``failures``, answers
        that are not the target, and the sums of :class:`Answers`: shots, accepted, correct,
        spurious, state_preparations, two_qubit_gates (over counted_shots), device_seconds and
        evaluations. Of the probes to which another pattern is as near as the target: ``ambiguous``,
        and ``ambiguous_failures`` among them. ``overlap`` is the patterns' mean absolute overlap.
    """
    contender = CONTENDERS[params["contender"]]
    per_set = []
    for set_index in range(params["num_sets"]):
        given = challenge(params, set_index)
        given = replace(given, count_gates=set_index < COUNTED_SETS)
        answers = contender.answer(given, params["engine"], params["shots"], rng)
        per_set.append(counts_of_set(given, answers))
    return {**by_name(per_set), "backend": params["engine"]}


def counts_of_set(given: Challenge, answers: Answers) -> dict[str, Any]:
    """Return what is counted of the answers to one pattern set, see :func:`comparison_trial`."""
    is_wrong = (answers.states != given.patterns[given.targets]).any(axis=1)
    is_unclear = is_ambiguous(given.patterns, given.probes, given.targets)
    return {
        "probes": len(is_wrong),
        "failures": int(is_wrong.sum()),
        "ambiguous": int(np.sum(is_unclear)),
        "ambiguous_failures": int((is_wrong & is_unclear).sum()),
        "overlap": mean_absolute_overlap(given.patterns),
        **{name: getattr(answers, name) for name in _COSTS},
    }


def by_name(rows: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """Return the values of rows of the same names, a list for each name."""
    return {name: [row[name] for row in rows] for name in rows[0]}


@trial("gallery")
def gallery_trial(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Return what contenders recall from the first probes of one set, as text."""
    given = challenge(params, 0)
    shown: dict[str, Any] = {
        "shape": list(named_data(params).shape),
        "patterns": spins_to_text(given.patterns),
        "targets": given.targets.tolist(),
        "probes": spins_to_text(given.probes),
        "ambiguous": is_ambiguous(given.patterns, given.probes, given.targets).tolist(),
        "backend": params["engine"],
    }
    for name in params["contenders"]:
        answers = CONTENDERS[name].answer(given, params["engine"], params["shots"], rng)
        shown[name] = spins_to_text(answers.states)
    return shown


_COSTS = (
    "shots",
    "accepted",
    "correct",
    "spurious",
    "state_preparations",
    "two_qubit_gates",
    "counted_shots",
    "device_seconds",
    "evaluations",
)
