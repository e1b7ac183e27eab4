"""Ctrl-C and SIGTERM at random moments of commands: one sentence, 130 or 143, nobody left."""

import os
import re
import shlex
import signal
import sys

import pytest
from disturbed import run, send

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="signals")]

STUDY = """
title = "A small study"
[data]
source = "random"
num_neurons = 6
[[axes]]
num_patterns = [2, 3, 4, 5]
flips = [0, 1]
[sampling]
pattern_sets = 4
probes = 2
shots = 20
[[contender]]
recall = "nearest"
[[contender]]
recall = "dense(exponential(2.0))"
[[figure]]
x = "num_patterns"
by = "flips"
"""
COMMANDS = {
    "recall": "recall --num-neurons 6 --num-patterns 3 --flips 1 --sampler aer",
    "compare": "compare --out out --data random --num-neurons 6 --num-patterns 3 --loads 2,3 "
    "--flips 0,1 --erasures 0,1 --num-sets 2 --num-probes 2 --shots 20 --circuit-neurons 0 "
    "--workers 1",
    "collect": "collect study.toml --workers 2",
    "bench": "bench recall --num-neurons 3 --num-patterns 2 --shots 50 --out rows.jsonl",
    "submit": "submit --backend statevector --num-neurons 4 --num-patterns 3 --yes --shots 9",
}


@pytest.mark.parametrize("name", COMMANDS)
def test_interrupted_at_any_moment(name, request, rng, tmp_path_factory):
    number = request.config.getoption("--campaign") or 3
    command = [sys.executable, "-m", "qdenseam", *shlex.split(COMMANDS[name])]

    def folder():
        made = tmp_path_factory.mktemp(name)
        (made / "study.toml").write_text(STUDY)
        return made

    whole = run(command, folder())
    assert whole.status == 0, whole.err
    counts = dict.fromkeys(("interrupted", "finished", "before Python ran us"), 0)
    slowest = 0.0
    for place in range(number):
        after = rng.uniform(0, 0.3 if place % 4 == 0 else whole.seconds)
        how = signal.SIGTERM if place % 3 == 2 else signal.SIGINT
        whom = ["group", "leader"][place % 2]
        ended = run(command, folder(), after=after, strike=send(how, whom))
        case = f"{how.name} to the {whom} after {after:.3f} s: {ended}"
        assert not ended.survivors, case
        if "Remainder of file ignored" in ended.err:  # the interpreter's site swallowed it
            counts["before Python ran us"] += 1
        elif ended.status == 0:
            assert ended.out.count("\n") == whole.out.count("\n"), case
            counts["finished"] += 1
        elif ended.status == 128 + how:
            *told, last = ended.err.splitlines()
            assert last.startswith("Interrupted."), case
            assert all(re.match(r"[^:]+: (at work|\d+ )|[\w ,]+$", line) for line in told), case
            counts["interrupted"] += 1
            slowest = max(slowest, ended.seconds - after)
        else:
            assert ended.status in (1, -how), case
            assert "qdenseam" not in ended.err.replace("-m qdenseam", ""), case
            counts["before Python ran us"] += 1
    said = ", ".join(f"{number} {what}" for what, number in counts.items())
    print(f"\n{name}: {number} signals, {said}, tracebacks 0, left 0, slowest {slowest:.1f} s")
