"""Who is told how far a call has come, and what is drawn where nobody asked."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace

import numpy as np
import pytest

from qdenseam import AmplitudeMemory, EnergyMemory, progress, recall, submit
from qdenseam.experiments.collecting.collect import collect
from qdenseam.progress import Progress, bar, followed, silent
from qdenseam.training.minimize import minimize

HALF = Progress(done=1, total=2, message="half")


class Terminal:
    """A stderr that somebody watches."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch):
    made = Terminal()
    seen = SimpleNamespace(stderr=made, modules=sys.modules)
    monkeypatch.setattr(progress, "sys", seen)  # pytest changes that of all others
    monkeypatch.setattr(progress, "SECONDS_BEFORE", 0.1)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    return made


def waited(terminal: Terminal, words: str) -> bool:
    """Whether words are drawn within ten seconds."""
    for _ in range(500):
        if words in terminal.text:
            return True
        time.sleep(0.02)
    return False


def test_a_long_call_draws_and_a_short_one_does_not(terminal, monkeypatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(progress, "SECONDS_BEFORE", 1000.0)  # short on any machine
        with followed("count") as tell:
            tell(HALF)
    assert terminal.text == ""
    with followed("count") as tell:
        tell(HALF)
        assert waited(terminal, "1/2")
    assert "count" in terminal.text
    drawn = terminal.text
    time.sleep(0.3)
    assert terminal.text == drawn  # taken away at the end


def test_a_call_that_ends_as_its_bar_starts_draws_none(terminal) -> None:
    late = progress._Bar("count", "")
    late.stop()
    late.start()
    late.tell(HALF)
    assert terminal.text == ""


def test_calls_inside_of_a_call_are_its_own_business(terminal) -> None:
    told: list[Progress] = []
    with followed("outer", told.append) as tell, followed("inner") as inner:
        assert inner is silent
        time.sleep(0.3)
        tell(HALF)
    assert told == [HALF]
    assert terminal.text == ""
    with pytest.raises(KeyError), followed("failing"):
        raise KeyError
    with followed("next") as tell:
        assert tell is not silent


def test_nothing_is_drawn_where_nobody_looks(terminal, monkeypatch) -> None:
    found: list[object] = []

    def in_a_thread() -> None:
        with followed("count") as tell:
            found.append(tell)

    thread = threading.Thread(target=in_a_thread)
    thread.start()
    thread.join()
    monkeypatch.setattr(Terminal, "isatty", lambda self: False)
    with followed("count") as tell:
        found.append(tell)
    assert found == [silent, silent]


def test_a_bar_says_what_follows(terminal) -> None:
    with bar("work", last="summing up") as tell:
        tell(HALF)
        assert waited(terminal, "work")
        tell(Progress(done=2, total=2, message=""))
        assert waited(terminal, "summing up")


def test_recalls_tell_of_training_and_of_draws() -> None:
    memory = AmplitudeMemory(["000", "011"])
    told: list[Progress] = []
    recall(memory, ["0??", "??1", "???"], rng=0, on_progress=told.append)
    assert [(each.done, each.total) for each in told] == [(1, 3), (2, 3), (3, 3)]
    recall(memory, "0??", rng=0, on_progress=told.append)
    assert len(told) == 3
    energy, told = EnergyMemory(np.array([[1, 1, 1], [1, -1, -1]], dtype=np.int8)), []
    recall(energy, ["000", "011"], method="qaoa(num_layers=1)", rng=0, on_progress=told.append)
    assert [each.message for each in told] == [
        "trained", "trained", "exact: drawn from the law", "exact: drawn from the law"
    ]  # fmt: skip


def test_long_calls_draw_bars_of_their_own(tmp_path, monkeypatch) -> None:
    import toy_trials

    drawn: list[tuple[str, list[tuple[int, int]]]] = []

    @contextmanager
    def noted(label: str, **_: float) -> Iterator[Callable[[Progress], None]]:
        drawn.append((label, []))
        yield lambda state: drawn[-1][1].append((state.done, state.total))

    monkeypatch.setattr(progress, "bar", noted)
    monkeypatch.setattr(progress, "_is_watched", lambda: True)
    collect(toy_trials.walks(num_tasks=1, num_batches=2), tmp_path / "rows.jsonl")
    recall(EnergyMemory(["000", "011"]), "000", method="qaoa(num_layers=1)", rng=0)
    submit(AmplitudeMemory(["000", "011"]), "0??", backend="aer", store=tmp_path, shots=5, rng=0)
    minimize(lambda x: (float(x @ x), 2 * x), [[1.0]])
    assert drawn == [("collect", [(1, 2), (2, 2)]), ("recall", []), ("submit", []), ("train", [])]
