"""Hostile arguments for every public callable: what comes back, or an error in our own words.

``pytest tests/campaigns/test_api_fuzz.py -m slow -s --campaign 10000`` runs as many cases.
"""

import faulthandler
import multiprocessing
import os
import resource
import signal
import sys
import traceback
import warnings
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from types import FrameType, TracebackType
from typing import NamedTuple

import numpy as np
import pytest
from api_cases import HOSTILE, OURS, calls

pytestmark = pytest.mark.slow

SECONDS = 20
BATCH = 500


class Told(NamedTuple):
    """What became of a case: ``fine``, ``refused``, or what is wrong, and what one reads."""

    what: str
    case: str
    said: str = ""


class Hang(BaseException):
    """A call that takes too long; no ``except Exception`` keeps it."""


def stop(signum: int, frame: FrameType | None) -> None:
    raise Hang


def is_raised_by_us(tb: TracebackType | None) -> bool:
    """Whether the error comes from a ``raise`` or ``assert`` in our packages."""
    while tb is not None and tb.tb_next is not None:
        tb = tb.tb_next
    if tb is None:
        return False
    place = Path(tb.tb_frame.f_code.co_filename)
    line = traceback.FrameSummary(str(place), tb.tb_lineno, "").line or ""
    return bool(set(place.parts) & set(OURS)) and line.startswith(("raise", "error", "fault"))


def outcome(call, arguments) -> tuple[str, str]:
    signal.alarm(SECONDS)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            warnings.simplefilter("ignore", UserWarning)  # ours; a RuntimeWarning is numpy's
            call(**arguments)
    except Hang:
        return "hang", ""
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
        if is_raised_by_us(error.__traceback__) and isinstance(error, ValueError | TypeError):
            return "refused", said
        if isinstance(error, OSError) and not isinstance(error, ConnectionError):
            return "refused", said  # a path that is not there
        kind = "foreign" if isinstance(error, TypeError | ValueError) else "undocumented"
        where = traceback.extract_tb(error.__traceback__)[-1]
        return kind, f"{said[:100]} ({Path(where.filename).name}:{where.lineno})"
    finally:
        signal.alarm(0)
    return "fine", ""


def run_batch(seed: int, folder: str) -> tuple[list[Told], float]:
    """Run some cases in this process; what became of them and its peak memory in bytes."""
    os.chdir(folder)
    signal.signal(signal.SIGALRM, stop)
    rng = np.random.default_rng(seed)
    known = [each for each in calls() if each[2]]
    found = []
    for _ in range(BATCH):
        name, call, valid = known[rng.integers(len(known))]
        changed = rng.choice(
            sorted(valid), size=min(len(valid), 1 + (rng.random() < 0.2)), replace=False
        )
        picked = {str(each): int(rng.integers(len(HOSTILE))) for each in changed}
        hostile = {each: HOSTILE[index]() for each, index in picked.items()}
        shown = ", ".join(f"{each}={short(value)}" for each, value in hostile.items())
        case = f"{name}({shown})"
        Path("case").write_text(case)
        faulthandler.dump_traceback_later(3 * SECONDS, exit=True)  # compiled code heeds no alarm
        what, said = outcome(call, valid | hostile)
        found.append(Told(what, case, said))
    faulthandler.cancel_dump_traceback_later()
    return found, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def run_apart(seed: int, folder: Path) -> tuple[list[Told], float]:
    """Run a batch in a process of its own; where that dies, the case that it was at is a hang."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        try:
            return pool.submit(run_batch, seed, str(folder)).result()
        except BrokenProcessPool:
            return [Told("hang", (folder / "case").read_text())], 0.0


def short(value: object) -> str:
    try:
        return repr(value).replace("\n", " ")[:40]
    except ValueError:
        return "10**5000"


def test_hostile_arguments(pytestconfig, tmp_path):
    size = pytestconfig.getoption("--campaign") or 1000
    done = [run_apart(seed, tmp_path) for seed in range(max(1, size // BATCH))]
    told = [each for found, _ in done for each in found]
    counts = Counter(each.what for each in told)
    peak = max(memory for _, memory in done) / 2**30
    print(
        f"API fuzz: {len(told)} cases, {counts['fine']} fine, {counts['refused']} refused, "
        f"undocumented {counts['undocumented']}, foreign {counts['foreign']}, "
        f"hangs {counts['hang']}, peak {peak:.2f} GiB",
        file=sys.stderr,
    )
    wrong = sorted({each[:3] for each in told if each.what not in ("fine", "refused")})
    assert not wrong, "\n".join(" | ".join(each) for each in wrong)
    assert peak < 1
