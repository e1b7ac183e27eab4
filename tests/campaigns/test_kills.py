"""SIGKILL at random moments: nothing lost, nothing doubled, nothing that differs at the end."""

import os
import shlex
import signal
import sys
from collections import Counter
from pathlib import Path

import disturbed
import pytest
import toy_trials
from disturbed import SUPPORT, concluded, harm, rows

from qdenseam.experiments import collect
from qdenseam.retrieval.submission import fetch, submissions

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="SIGKILL")]

KILLS_IN_A_ROW = 4
TASKS = toy_trials.walks(2, 12)
COLLECT = """
import toy_trials
from qdenseam.experiments import collect

if __name__ == "__main__":
    collect(toy_trials.walks(2, 12), "results.jsonl", num_workers=2)
"""
COMPARE = (
    "-m qdenseam compare --out . --data random --num-neurons 6 --num-patterns 3 --loads 2,3,4 "
    "--flips 0,1 --erasures 0,1,2 --num-sets 8 --num-probes 3 --shots 50 --circuit-neurons 0 "
    "--device '' --workers 2 --quiet"
)
SUBMIT = """
from qdenseam import AmplitudeMemory
from qdenseam.retrieval.submission import fetch, submissions, submit

if not submissions("store", ask=False):
    memory = AmplitudeMemory([[1, 1, 1], [1, -1, -1]])
    submit(memory, ["0??", "?1?"], backend="statevector", shots=50, store="store", rng=7)
fetch(submissions("store")[0], store="store")
"""


def killed(command, results, whole, rng, counts, *, number, cut=False, **environment):
    """Kill a collection some times in a row, main process or worker, and compare what it leaves."""
    expected, seconds = whole
    kept = {}
    for _ in range(number):
        strike = [disturbed.send(signal.SIGKILL, "leader"), disturbed.kill_a_worker][
            counts["kills"] % 2
        ]
        ended = disturbed.run(
            command, results.parent, after=rng.uniform(0, seconds), strike=strike, **environment
        )
        assert ended.survivors == [], ended
        counts["kills"] += 1
        counts["hits"] += ended.was_hit
        now = rows(results) if results.exists() else {}
        counts["lost"] += len({*kept} - {*now})
        counts["differing"] += sum(expected.get(name) != row for name, row in now.items())
        if cut and now and rng.random() < 0.3:  # as if the power had gone, too
            results.write_bytes(results.read_bytes()[: -int(rng.integers(1, 40))])
            now = rows(results)
        kept = now
    return kept


@pytest.fixture
def size(request):
    """How many kills a campaign has."""
    return request.config.getoption("--campaign") or KILLS_IN_A_ROW


def test_collections_with_two_workers(size, rng, tmp_path_factory):
    command = [sys.executable, "collect.py"]
    slow = SUPPORT | {toy_trials.PAUSE: "0.05"}

    def folder():
        made = tmp_path_factory.mktemp("collect")
        (made / "collect.py").write_text(COLLECT)
        return made

    undisturbed = folder() / "results.jsonl"
    ended = disturbed.run(command, undisturbed.parent, **slow)
    assert ended.status == 0, ended
    whole, counts = (rows(undisturbed), ended.seconds), Counter()
    while counts["kills"] < size:
        results = folder() / "results.jsonl"
        kept = killed(command, results, whole, rng, counts, number=KILLS_IN_A_ROW, cut=True, **slow)
        collect(TASKS, results)
        counts += harm(results, whole[0], kept)
        complete = results.read_bytes()
        collect(TASKS, results)
        assert results.read_bytes() == complete
    concluded("collect, two workers", counts)


def test_comparisons_with_two_workers(size, rng, tmp_path_factory):
    command = [sys.executable, *shlex.split(COMPARE)]
    undisturbed = tmp_path_factory.mktemp("compare")
    ended = disturbed.run(command, undisturbed)
    assert ended.status == 0, ended
    whole, counts = (rows(undisturbed / "results.jsonl"), ended.seconds), Counter()
    while counts["kills"] < size:
        folder = tmp_path_factory.mktemp("compare")
        results = folder / "results.jsonl"
        kept = killed(command, results, whole, rng, counts, number=KILLS_IN_A_ROW)
        again = disturbed.run(command, folder)
        assert again.status == 0, again
        assert again.out == ended.out
        assert sorted(folder.iterdir()) == sorted(folder / p.name for p in undisturbed.iterdir())
        counts += harm(results, whole[0], kept)
    concluded("compare, two workers", counts)


def answers(store: Path):
    """The counts of every probe of every submission that a store holds."""
    return [
        [result.state_counts.tolist() for result in fetch(each, store=store)]
        for each in submissions(store, ask=False)
    ]


def test_submissions_to_this_machine(size, rng, tmp_path_factory):
    command = [sys.executable, "-c", SUBMIT]
    undisturbed = tmp_path_factory.mktemp("submit")
    ended = disturbed.run(command, undisturbed)
    assert ended.status == 0, ended
    (expected,) = answers(undisturbed / "store")
    counts = Counter()
    strike = disturbed.send(signal.SIGKILL, "leader")
    while counts["kills"] < size:
        folder = tmp_path_factory.mktemp("submit")
        begun: set[str] = set()
        for _ in range(KILLS_IN_A_ROW):
            after = rng.uniform(0.3, 1.1) * ended.seconds
            counts["hits"] += disturbed.run(command, folder, after=after, strike=strike).was_hit
            counts["kills"] += 1
            begun |= {each.id for each in submissions(folder / "store", ask=False)}
        again = disturbed.run(command, folder)
        assert again.status == 0, again
        found = answers(folder / "store")
        counts["lost"] += len(begun - {s.id for s in submissions(folder / "store", ask=False)})
        counts["doubled"] += len(found) - 1
        counts["differing"] += sum(each != expected for each in found)
        files = sorted(p.name.rpartition(".")[2] for p in (folder / "store").rglob("*.*"))
        assert "partial" not in files
    concluded("submit and fetch, a local store", counts)
