"""Time is of turns, and a process of its own says its row or why there is none."""

import psutil
import pytest

from qdenseam.bench.measuring import in_child, peak_mib, timed


def test_actions_take_turns_and_the_least_time_counts():
    times = iter([0, 5, 5, 8, 8, 10, 10, 11])  # two actions, two turns
    calls = []
    actions = (lambda: calls.append("a"), lambda: calls.append("b") or "b")
    found = timed(*actions, turns=2, clock=lambda: next(times) / 10)
    assert [seconds for seconds, _ in found] == pytest.approx([0.2, 0.1])
    assert [result for _, result in found] == [None, "b"]
    assert calls == list("aabbaabb")


def test_what_is_long_is_not_repeated_and_what_is_short_is():
    calls = []
    times = iter([0, 2])
    timed(lambda: calls.append(1), turns=9, clock=lambda: next(times), warm_up=False)
    assert calls == [1]
    ticks = iter(range(100))
    [(seconds, _)] = timed(
        lambda: calls.append(1), turns=1, clock=lambda: next(ticks), at_least=3, warm_up=False
    )
    assert len(calls) == 1 + 3
    assert seconds == pytest.approx(1)


def test_memory_is_what_an_action_takes():
    mib, result = peak_mib(lambda: len(bytearray(2**26)))
    assert result == 2**26
    assert mib is None or 60 < mib < 100


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("print('{\"seconds\": 2.0}')", {"seconds": 2.0}),
        ("raise MemoryError('too large')", {"note": "failed: MemoryError: too large"}),
        ("import os; os._exit(3)", {"note": "failed: ended with 3"}),
    ],
)
def test_a_process_says_its_row_or_why_there_is_none(code, expected):
    assert in_child(["-c", code]) == expected


def test_a_run_that_lasts_is_stopped():
    before = psutil.Process().children()
    assert in_child(["-c", "while True: pass"], limit=0.1) == {"note": "stopped after 0.1 s"}
    assert psutil.Process().children() == before
