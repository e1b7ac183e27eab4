"""Commands on a disk that is full at one point after the other, then run again with room.

``unshare -rm python full_disk.py POINTS`` mounts a disk of memory that only it sees, and prints
what it counted, a line of JSON for each command.
"""

import contextlib
import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PAGE = 4096
STUDY = """
title = "Mine"
data = {num_neurons = 4}
axes = [{name = "load", num_patterns = [2, 3], flips = [0, 1]}]
sampling = {pattern_sets = 12, probes = 2, shots = 10}
contender = [{recall = "nearest"}, {recall = "separation-filter(hamming-ball($flips))"}]
[[figure]]
x = "num_patterns"
by = "flips"
[[figure]]
kind = "bars"
where = {num_patterns = [3], flips = [0]}
"""
COMPARE = (
    "compare --data random --num-neurons 6 --num-patterns 3 --loads 2 --flips 0,1 --erasures 0 "
    "--num-sets 1 --num-probes 2 --shots 20 --circuit-neurons 0 --workers 1 --quiet --out run"
)
SUBMIT = "submit --backend statevector --num-neurons 4 --num-patterns 3 --shots 9 --yes"


def rows(path: Path) -> list[object]:
    """What a results file holds, but for times."""
    from qdenseam.experiments import read_records

    if not path.exists():
        return []
    return sorted([each.key, each.batch, json.dumps(each.values)] for each in read_records(path))


def files(*names: str) -> Callable[[], object]:
    """What files hold; rows and tables without times."""

    def read() -> object:
        found = {}
        for name in names:
            if name.endswith("jsonl"):
                found[name] = rows(Path(name))
            elif name.endswith("csv"):
                found[name] = [
                    {column: cell for column, cell in row.items() if column != "seconds"}
                    for row in csv.DictReader(Path(name).read_text().splitlines())
                ]
            else:
                found[name] = Path(name).read_bytes().hex()
        return found

    return read


def fetched() -> object:
    """What a store with one submission gives, and how many it has."""
    said = json.loads(Path("fetched.json").read_text())["submissions"].values()
    return [list(said), len([*Path("qdenseam-jobs").iterdir()])]


def save() -> None:
    """Save a memory of some pages."""
    import numpy as np

    from qdenseam.memories.saving import save

    save(memory(np.random.default_rng(0)), "memory.npz")


def memory(rng):
    """Return a memory of some pages."""
    from classical_ref import DenseMemory
    from classical_ref.separation import Exponential

    return DenseMemory(rng.choice([-1, 1], (500, 400)).astype("int8"), Exponential())


@dataclass(frozen=True)
class Scenario:
    """A command, what stands there before it, and what it comes to."""

    words: str | Callable[[], None]
    result: Callable[[], object]
    before: str = ""
    after: str = ""


SCENARIOS = {
    "collect": Scenario(
        "collect study.toml --out run --workers 1 --quiet",
        files("run/results.jsonl", "run/study.toml", "run/table.csv", "run/figure-1.png"),
    ),
    "submit": Scenario(SUBMIT, fetched, after="fetch --json fetched.json"),
    "export": Scenario(
        "recall --num-neurons 12 --num-patterns 60 --method probabilistic --json all.json "
        "--csv all.csv",
        files("all.json", "all.csv"),
    ),
    "plot": Scenario(
        "plot run --x num_patterns --by flips --out plot.png",
        files("plot.png"),
        before="collect study.toml --out run --workers 1 --quiet",
    ),
    "report": Scenario(
        "report run --table all.csv",
        files("all.csv", "run/table.csv", "run/figure-1.png"),
        before="collect study.toml --out run --workers 1 --quiet",
    ),
    "save": Scenario(save, files("memory.npz")),
    "compare": Scenario(COMPARE, files("run/results.jsonl", "run/study.toml", "run/table.csv")),
}


def forked(work: str | Callable[[], None], log: Path) -> tuple[int, int]:
    """Run a command in a fork of this process; return its status and the rows it appended."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        status = 70
        with contextlib.suppress(BaseException):
            status = _child(work, log, writer)
        os._exit(status)
    os.close(writer)
    deadline = time.monotonic() + 300
    while (ended := os.waitpid(child, os.WNOHANG))[0] == 0:
        if time.monotonic() > deadline:
            os.kill(child, 9)
            os.waitpid(child, 0)
            return -9, 0
        time.sleep(0.01)
    with os.fdopen(reader, "rb") as counted:
        appended = len(counted.read())
    return os.waitstatus_to_exitcode(ended[1]), appended


def _child(work: str | Callable[[], None], log: Path, writer: int) -> int:
    from qdenseam import files as ours

    with log.open("wb") as said:
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
    append = ours.Appender.append

    def counted(self: ours.Appender, lines: bytes) -> None:
        append(self, lines)
        os.write(writer, b"x")

    ours.Appender.append = counted  # type: ignore[method-assign]
    try:
        if callable(work):
            work()
            return 0
        sys.argv = ["qdenseam", *work.split()]
        from qdenseam.cli import main

        main()
    except SystemExit as ends:
        return int(ends.code or 0)
    except OSError as error:
        sys.stderr.write(f"{error} Free some room.")  # as the command line says it
        return 2
    except BaseException:
        traceback.print_exc()
        return 71
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def fresh(disk: Path, scenario: Scenario, log: Path) -> None:
    """Empty the disk, and make what stands there before."""
    for each in disk.iterdir():
        shutil.rmtree(each) if each.is_dir() else each.unlink()
    Path("study.toml").write_text(STUDY)
    if scenario.before:
        done = forked(scenario.before, log)
        assert done[0] == 0, log.read_text()


def fill(disk: Path, pages: int) -> None:
    """Fill the disk up to so many free pages."""
    free = shutil.disk_usage(disk).free // PAGE
    with (disk / "ballast").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, (free - pages) * PAGE)


def needed(disk: Path, scenario: Scenario, log: Path) -> tuple[int, object]:
    """Return the most pages that an undisturbed run takes, and what it comes to."""
    fresh(disk, scenario, log)
    free = shutil.disk_usage(disk).free
    for each in filter(None, (scenario.words, scenario.after)):
        status, _ = forked(each, log)
        assert status == 0, log.read_text()
    return (free - shutil.disk_usage(disk).free) // PAGE + 1, scenario.result()


def run_at(disk: Path, scenario: Scenario, pages: int, expected: object, log: Path) -> Counter[str]:
    """Run with so many free pages, then again with room; count what went wrong."""
    found: Counter[str] = Counter(points=1)
    fresh(disk, scenario, log)
    had = len(rows(Path("run/results.jsonl")))
    before = set(disk.rglob("*"))
    fill(disk, pages)
    status, appended = forked(scenario.words, log)
    said = log.read_text()
    found["full"] = status != 0
    if status:
        is_true = status == 2 and "No space left on device" in said and "Free some room" in said
        if Path("run/results.jsonl").exists() and not scenario.before:
            is_true &= "Finished work is in run/results.jsonl; to go on from there" in said
        found["untrue"] = not is_true or "Traceback" in said
        if not is_true:
            sys.stderr.write(f"{(pages, scenario.words, status, said)}\n")
    new = {each.name for each in disk.rglob("*")} - {each.name for each in before}
    left = [name for name in new if name.startswith(".") or "partial" in name]
    found["leftovers"] = len(left)
    found["lost"] = had + appended - len(rows(Path("run/results.jsonl")))
    found["rows"] = appended
    (disk / "ballast").unlink()
    sent = Path("qdenseam-jobs").exists() and any(Path("qdenseam-jobs").iterdir())
    for each in ([] if sent else [scenario.words], [scenario.after] * bool(scenario.after)):
        for words in each:
            status, _ = forked(words, log)
            found["stuck"] += status != 0
            if status:
                sys.stderr.write(f"{(pages, words, status, log.read_text())}\n")
    found["differing"] = not found["stuck"] and scenario.result() != expected
    return found


def main(points: int) -> None:
    """Run every scenario at so many points."""
    os.environ |= {"OMP_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1", "MPLBACKEND": "agg"}
    import pandas as pd  # noqa: F401
    import qiskit.qpy  # noqa: F401

    import qdenseam.cli.app
    import qdenseam.methods
    import qdenseam.report.study
    import qdenseam.retrieval.submission
    import qdenseam.studies.compare  # noqa: F401

    log = Path(tempfile.mkdtemp()) / "log"
    disk = Path(tempfile.mkdtemp())
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "x", disk], check=True)  # noqa: S607
    os.chdir(disk)
    for name, scenario in SCENARIOS.items():
        most, expected = needed(disk, scenario, log)
        counts: Counter[str] = Counter()
        for pages in sorted({most * point // points for point in range(points)}):
            counts.update(run_at(disk, scenario, pages, expected, log))
        line = json.dumps({"command": name, "pages": most, **counts})
        print(line, flush=True)  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]))
