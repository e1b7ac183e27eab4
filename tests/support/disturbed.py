"""Processes that get a signal at some moment, and what is left of them."""

import dataclasses
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from qdenseam.experiments import read_records
from qdenseam.experiments.collecting.records import Record

SUPPORT = {
    "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")])
}
"""The environment in which a process finds what stands here."""
HARM = ("lost", "doubled", "differing")
Rows = dict[tuple[str, int], Record]
_SECONDS_TO_END = 20.0


@dataclass(frozen=True)
class Ended:
    """A process that has ended, with those it started."""

    status: int
    out: str
    err: str
    seconds: float
    was_hit: bool
    survivors: list[str]


def group(leader: int) -> list[psutil.Process]:
    """Return the living processes of a group but its leader's resource tracker."""
    found = []
    for process in psutil.process_iter():
        try:
            if os.getpgid(process.pid) == leader and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (ProcessLookupError, psutil.NoSuchProcess):
            continue
    return found


def run(
    command: Sequence[str | Path],
    folder: Path,
    *,
    after: float | None = None,
    strike: Callable[[subprocess.Popen[str]], bool] = lambda _: True,
    **environment: str,
) -> Ended:
    """Run a command in a session of its own, strike it after some seconds, and wait for its group.

    Args:
        command: What is run, with Ctrl-C not ignored as in a background job.
        folder: Where.
        after: Seconds until the strike; None never strikes.
        strike: Does it, and returns whether it hit.
        environment: Further variables.
    """
    began = time.monotonic()
    with subprocess.Popen(
        command,
        cwd=folder,
        env=os.environ | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        try:
            was_hit = False
            if after is not None:
                try:
                    process.wait(after)
                except subprocess.TimeoutExpired:
                    was_hit = strike(process)
            out, err = process.communicate(timeout=600 if after is None else 300)
            seconds = time.monotonic() - began
            deadline = time.monotonic() + _SECONDS_TO_END
            while (left := group(process.pid)) and time.monotonic() < deadline:
                time.sleep(0.02)
            survivors = [" ".join(each.cmdline()) for each in left]
        finally:
            for each in group(process.pid):
                each.kill()
    return Ended(process.returncode, out, err, seconds, was_hit, survivors)


def send(how: signal.Signals, whom: str = "group") -> Callable[[subprocess.Popen[str]], bool]:
    """Return a strike: a signal to the whole group, as a terminal sends it, or to its leader."""

    def strike(process: subprocess.Popen[str]) -> bool:
        if process.poll() is not None:
            return False
        (os.killpg if whom == "group" else os.kill)(process.pid, how)
        return True

    return strike


def kill_a_worker(process: subprocess.Popen[str]) -> bool:
    """Kill the youngest worker process; return whether there was one."""
    try:
        started = psutil.Process(process.pid).children()
        [each for each in started if "spawn_main" in str(each.cmdline())][-1].kill()
    except (IndexError, psutil.NoSuchProcess):
        return False
    return True


def rows(path: Path) -> Rows:
    """Return the rows of a results file by name, without the time they took."""
    return {
        (row.key, row.batch): dataclasses.replace(row, seconds=0.0) for row in read_records(path)
    }


def harm(path: Path, expected: Rows, kept: Rows) -> Counter[str]:
    """Count what came to harm in a results file, given what it should hold and once held."""
    found = rows(path)
    return Counter(
        lost=len({*expected, *kept} - {*found}),
        doubled=path.read_bytes().count(b'{"key": ') - len(found),
        differing=sum(found.get(name) != row for name, row in (expected | kept).items()),
    )


def concluded(what: str, counts: Counter[str]) -> None:
    """Print the counts as one line, and fail where something came to harm."""
    said = ", ".join(f"{name} {counts[name]}" for name in ("kills", "hits", *HARM))
    print(f"\n{what}: {said}")  # noqa: T201
    assert counts["hits"]
    assert not any(counts[name] for name in HARM)
