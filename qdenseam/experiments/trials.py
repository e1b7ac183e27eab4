"""The trials of a study: pattern sets and their probes, and what is counted of the answers."""

from collections.abc import Mapping
from dataclasses import fields
from functools import lru_cache
from typing import Any

import numpy as np

from classical_ref.data.datasets import Dataset
from classical_ref.data.own import load_dataset
from classical_ref.metrics import mean_absolute_overlap
from classical_ref.patterns import corrupt, is_ambiguous
from classical_ref.recipes import Recipe
from classical_ref.spins import spins_to_text
from qdenseam.experiments.answering import classical_answers, sampled_answers
from qdenseam.experiments.challenge import Answers, Challenge
from qdenseam.experiments.collecting.trial_registry import trial
from qdenseam.retrieval.reading import Memory
from qdenseam.spelling import parse

COUNTED_SETS = 2
"""Pattern sets per cell whose circuits are built and counted where shots come from a law."""


def named_data(params: dict[str, Any]) -> Dataset:
    """Return the data that a task was made for.

    Args:
        params: ``data`` and ``num_neurons`` say where they are, ``reading``, where it is there, how
            a file is read, ``data_sha256`` what they are: the ``content_hash`` of the data set.

    Raises:
        ValueError: The data are no longer those.
    """
    reading = tuple(params.get("reading", {}).items())
    return _verified(params["data"], params["num_neurons"], reading, params["data_sha256"])


@lru_cache(maxsize=4)  # by content, so that a file is read once and a changed one never served
def _verified(
    source: str, num_neurons: int, reading: tuple[tuple[str, Any], ...], sha256: str
) -> Dataset:
    data = load_dataset(source, num_neurons, **dict(reading))
    if data.content_hash() != sha256:
        raise ValueError(
            f"{source} should hold the data that the task was made for, of SHA-256 {sha256}. "
            f"Got {data.content_hash()}; it has changed since: make the tasks again."
        )
    return data


def challenge(params: dict[str, Any], set_index: int) -> Challenge:
    """Return one pattern set and its probes; the same for every contender, engine and study.

    Patterns depend on (data_seed, data_sha256, set, D, K) and probes on the corruption too, so
    contenders are compared on equal ground and a load sweep shares nothing between loads. Probes
    are drawn one after another: few are the first of many. Patterns that stood in the data several
    times are asked for as often.
    """
    num_neurons, num_patterns = params["num_neurons"], params["num_patterns"]
    damage = {"num_flips": params["flips"], "num_erasures": params["erasures"]}
    content = int(params["data_sha256"][:16], 16)
    stream = [params["data_seed"], content, set_index, num_neurons, num_patterns]
    chosen = named_data(params).select(num_patterns, rng=np.random.default_rng(stream))
    patterns, weights = chosen.patterns, chosen.weights
    rng = np.random.default_rng([*stream, *damage.values()])
    targets = np.zeros(params["num_probes"], dtype=np.int64)
    probes = np.zeros((len(targets), num_neurons), dtype=np.int8)
    for place in range(len(targets)):
        if weights is None:
            targets[place] = rng.integers(num_patterns)
        else:
            targets[place] = rng.choice(num_patterns, p=weights / weights.sum())
        probes[place] = corrupt(patterns[targets[place]], **damage, rng=rng)
    return Challenge(
        patterns=patterns,
        probes=probes,
        targets=targets,
        weights=weights,
        flips=params["flips"],
        count_gates=set_index < COUNTED_SETS,
    )


def corruption(cell: Mapping[str, Any]) -> str:
    """Return the damage of a cell's probes in words, and which bits are certain."""
    flips, erasures = cell["flips"], cell["erasures"]
    if flips and erasures:
        return f"{flips} flipped, {erasures} unknown, none certain"
    if flips:
        return f"{flips} flipped, none certain"
    return f"{erasures} unknown, others certain" if erasures else "none"


def answers_to(given: Challenge, params: dict[str, Any], rng: np.random.Generator) -> Answers:
    """Return what the contender of ``recall``, ``memory``, ``engine`` and ``shots`` answers."""
    method: Any = parse(("method", "classical memory"), params["recall"])
    if isinstance(method, Recipe):
        return classical_answers(given, method, rng)
    weights = None if given.weights is None else tuple(given.weights.tolist())
    shape, patterns = given.patterns.shape, given.patterns.tobytes()
    memory = _memory(params["memory"], shape, patterns, weights)
    mitigation: Any = parse("mitigation", params.get("mitigation", "none"))
    return sampled_answers(
        given, memory, method, params["engine"], params["shots"], rng, mitigation=mitigation
    )


@lru_cache(maxsize=256)  # contenders and engines share it, with its circuit
def _memory(
    text: str, shape: tuple[int, int], patterns: bytes, weights: tuple[float, ...] | None
) -> Memory:
    recipe: Any = parse("memory", text)
    rows = np.frombuffer(patterns, dtype=np.int8).reshape(shape)
    found: Memory = recipe.memory(rows, None if weights is None else np.array(weights))
    return found


@trial("study")
def study_trial(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Ask one contender in one cell about some pattern sets.

    Returns:
        Lists with one entry per pattern set. Over all its probes: ``probes``; ``failures``, answers
        that are not the target, and the sums of :class:`Answers`: shots, accepted, correct,
        spurious, state_preparations, two_qubit_gates (over counted_shots), device_seconds and
        evaluations. Of the probes to which another pattern is as near as the target: ``ambiguous``,
        and ``ambiguous_failures`` among them. ``overlap`` is the patterns' mean absolute overlap.
        With mitigation also ``measured_failures``, those of the answers as measured.
    """
    rows = []
    for index in range(*params["sets"]):
        given = challenge(params, index)
        rows.append(_counts(given, answers_to(given, params, rng)))
    return {name: [row[name] for row in rows] for name in rows[0]} | {"backend": params["engine"]}


@trial("gallery")
def gallery_trial(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Return what a contender recalls from the first probes of the first set, as text."""
    given, data = challenge(params, 0), named_data(params)
    return {
        "shape": list(data.shape),
        **({"levels": str(data.levels)} if data.bits_per_feature > 1 else {}),
        "corruption": corruption(params),
        "stored": spins_to_text(given.patterns[given.targets]),
        "probes": spins_to_text(given.probes),
        "ambiguous": is_ambiguous(given.patterns, given.probes, given.targets).tolist(),
        "answers": spins_to_text(answers_to(given, params, rng).states),
        "backend": params["engine"],
    }


def _counts(given: Challenge, answers: Answers) -> dict[str, Any]:
    is_wrong = (answers.states != given.patterns[given.targets]).any(axis=1)
    is_unclear = is_ambiguous(given.patterns, given.probes, given.targets)
    sums = [each.name for each in fields(Answers) if each.name not in ("states", "measured")]
    measured = {}
    if answers.measured is not None:
        as_read = (answers.measured != given.patterns[given.targets]).any(axis=1)
        measured = {"measured_failures": int(as_read.sum())}
    return {
        "probes": len(is_wrong),
        "failures": int(is_wrong.sum()),
        "ambiguous": int(np.sum(is_unclear)),
        "ambiguous_failures": int((is_wrong & is_unclear).sum()),
        "overlap": mean_absolute_overlap(given.patterns),
        **{name: getattr(answers, name) for name in sums},
        **measured,
    }
