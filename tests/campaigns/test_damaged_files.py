"""Every file that we read, damaged in one place: an error that says so, and nothing else."""

import shutil
import signal
import time
from contextlib import contextmanager
from typing import ClassVar

import numpy as np
import pytest
import toy_trials  # noqa: F401, registers what is run
from mutations import (
    changed_bytes,
    changed_json,
    changed_lines,
    changed_row,
    replaced_file,
    snapshot,
)

import qdenseam
from classical_ref import DenseMemory, Polynomial, as_patterns, load, save
from qdenseam import AmplitudeMemory, EnergyMemory
from qdenseam.errors import BackendError, ResultsFileError
from qdenseam.experiments import Task, collect, read_records
from qdenseam.experiments.collecting.results_table import task_table
from qdenseam.memories import saving
from qdenseam.methods import QAOA, HammingBall, SampleAndAccept
from qdenseam.retrieval.submission import cancel, fetch, read, submissions, submit
from qdenseam.studies.registry import open_study

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("error")]
HANGS = 20  # seconds
STUDY = """title = "Filters"
seed = 7
[data]
source = "random"
num_neurons = 6
[[axes]]
name = "load"
num_patterns = [2, 4]
flips = [0, 1]
[[axes]]
num_patterns = [3]
engine = ["exact"]
sampling = { pattern_sets = 3 }
[sampling]
pattern_sets = 2
probes = 3
shots = 100
until = { half_width = 0.3, at_least_sets = 2, at_most_sets = 4 }
[[contender]]
recall = "separation-filter(hamming-ball($flips), amplified=1/$num_patterns)"
engine = ["exact", "fake:fez"]
memory = "amplitude(encoder=auto(goal=gates))"
[[contender]]
recall = "dense(exponential, update=synchronous, self_interaction=kept)"
label = "dense memory, exponential"
[[contender]]
recall = "nearest(at=2)"
told = true
[[figure]]
x = "num_patterns"
y = "failure_rate"
axes = "load"
by = "engine"
where = { flips = 0 }
[[table]]
axes = "load"
"""


class Hang(BaseException):
    """The reader took too long."""


@contextmanager
def at_most(seconds):
    def ring(*_):
        raise Hang

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


MEMORY = AmplitudeMemory([[1, 1, 1, 1], [1, -1, 1, -1], [-1, -1, 1, 1]], [1, 2, 3])


class Submissions:
    """A store with a submission that is done, one that is not sent, and one of another method."""

    said = (ResultsFileError, BackendError)
    changes = (changed_bytes,)
    changes_of: ClassVar = {".json": changed_json, ".jsonl": changed_row}

    def make(self, folder):
        method = SampleAndAccept(HammingBall(1))
        for probes, how in ((["0?00", "11?0"], method), ("0?00", "ventura-martinez")):
            submit(MEMORY, probes, method=how, backend="statevector", shots=5, store=folder)
        energy = EnergyMemory(DenseMemory(MEMORY.patterns[:2]))
        quick = QAOA(num_layers=1, max_evaluations=5)
        submit(energy, "0000", method=quick, backend="statevector", shots=5, store=folder)
        unsent = folder / submissions(folder)[0].id
        for path in unsent.glob("*.npz"):
            path.unlink()
        (unsent / "events.jsonl").write_bytes(b"")

    def use(self, folder):
        told = []
        names = [path.name for path in folder.iterdir() if not path.name.startswith(".")]
        before = snapshot(folder)
        seen = submissions(folder, ask=False, on_damage=told.append)
        if len(seen) + len(told) < 3:
            raise AssertionError("a submission is hidden")
        for name in names:
            self.tried(read, name, store=folder)
        if snapshot(folder) != before:
            raise AssertionError("reading wrote")
        submissions(folder, on_damage=told.append)
        for name in names:
            self.tried(fetch, name, store=folder)
            self.tried(cancel, name, store=folder)
        if told:
            raise told[0]

    def tried(self, call, *args, **options):
        try:
            call(*args, **options)
        except self.said as error:
            self.worst = error


class Results:
    """A results file, read, tabled and collected on."""

    said = (ResultsFileError, OSError)
    changes = (changed_bytes, changed_lines, changed_row, changed_row)

    def make(self, folder):
        folder.mkdir()
        collect(self.tasks(), folder / "results.jsonl")

    def tasks(self):
        return [Task(kind="toy walk", params={"num_steps": n}, num_batches=2) for n in (2, 3)]

    def use(self, folder):
        path = folder / "results.jsonl"
        read_records(path)
        task_table(path)
        collect(self.tasks(), path)


class Studies:
    """A TOML file of a study."""

    said = (ValueError, OSError)
    changes = (changed_bytes, changed_lines)

    def make(self, folder):
        folder.mkdir()
        (folder / "study.toml").write_text(STUDY)

    def use(self, folder):
        study = open_study(folder / "study.toml")
        study.checked()
        study.smaller()


class Memories:
    """Saved memories, of both packages."""

    said = (ValueError, OSError)
    changes = (changed_bytes,)

    def make(self, folder):
        folder.mkdir()
        save(DenseMemory(MEMORY.patterns, Polynomial(3)), folder / "dense.npz")
        saving.save(MEMORY, folder / "amplitude.npz")
        saving.save(EnergyMemory(DenseMemory(MEMORY.patterns)), folder / "energy.npz")

    def damage(self, path, rng):
        with np.load(path) as found:
            arrays = dict(found)
        names = list(arrays)
        name = names[int(rng.integers(len(names)))]
        if rng.random() < 0.6:
            data = changed_json(arrays["memory"].tobytes(), rng)
            arrays["memory"] = np.frombuffer(data, np.uint8)
        else:
            arrays[name] = [
                arrays[name][:-1], np.tile(arrays[name], 2), arrays[name].astype(float),
                arrays[name].astype(str), np.float64(3), np.zeros((0, 3)), arrays[name][None],
                np.full(arrays[name].shape, np.nan), 255 - arrays[name],
            ][int(rng.integers(9))]  # fmt: skip
        np.savez_compressed(path, **arrays)

    def use(self, folder):
        for path in folder.iterdir():
            (load if path.name == "dense.npz" else qdenseam.load)(path)


class Data:
    """One's own patterns and pictures."""

    said = (ValueError, OSError)
    changes = (changed_bytes,)

    def make(self, folder):
        from PIL import Image

        folder.mkdir()
        np.save(folder / "a.npy", MEMORY.patterns)
        np.savez(folder / "b.npz", patterns=MEMORY.patterns)
        (folder / "c.csv").write_text("1,-1,1\n-1,-1,1\n1,1,1\n")
        (folder / "d.txt").write_text("0110\n1010\n1111\n")
        grey = np.arange(64, dtype=np.uint8).reshape(8, 8) * 3
        for name in ("e.png", "f.jpg"):
            Image.fromarray(grey).save(folder / name)

    def use(self, folder):
        for path in folder.iterdir():
            as_patterns(path)


class Tally:
    """What came of the cases of one kind of file."""

    def __init__(self):
        self.cases = self.refused = self.hangs = self.writes = 0
        self.undocumented = []


@pytest.mark.parametrize("kind", [Submissions, Results, Studies, Memories, Data])
def test_damaged_in_one_place(kind, request, rng, tmp_path):
    number, tally, files = request.config.getoption("--campaign") or 40, Tally(), kind()
    whole, outside = tmp_path / "whole", tmp_path / "outside"
    files.make(whole)
    outside.mkdir()
    (outside / "kept").write_text("kept")
    files.use(shutil.copytree(whole, tmp_path / "undamaged"))
    for case in range(number):
        inside = tmp_path / f"case{case}"
        shutil.copytree(whole, inside)
        paths = sorted(path for path in inside.rglob("*") if path.is_file())
        path = paths[int(rng.integers(len(paths)))]
        if rng.random() < 0.05:
            replaced_file(path, rng, outside)
        elif hasattr(files, "damage") and rng.random() < 0.6:
            files.damage(path, rng)
        else:
            changes = (*files.changes, *[getattr(files, "changes_of", {}).get(path.suffix)] * 3)
            changes = [each for each in changes if each]
            data, change = path.read_bytes(), changes[int(rng.integers(len(changes)))]
            path.write_bytes(change(data, rng) if data else b"x")
        if kind is Submissions and rng.random() < 0.05:
            path.parent.rename(
                path.parent.with_name(["renamed", "20260101-000000-00000000"][case % 2])
            )
        before = snapshot(outside), sorted(tmp_path.iterdir())
        began = time.monotonic()
        try:
            with at_most(HANGS):
                files.use(inside)
        except Hang:
            tally.hangs += 1
            tally.undocumented.append(f"case {case}, {path.name}: hangs")
        except files.said:
            tally.refused += 1
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            where = error.__traceback__
            while where.tb_next is not None:
                where = where.tb_next
            place = f"{where.tb_frame.f_code.co_filename}:{where.tb_lineno}"
            said = f"{type(error).__name__}: {error}"[:200]
            tally.undocumented.append(f"case {case}, {path.name}: {said} at {place}")
        tally.hangs += time.monotonic() - began > HANGS
        tally.writes += (snapshot(outside), sorted(tmp_path.iterdir())) != before
        shutil.rmtree(inside)
        (outside / "elsewhere").unlink(missing_ok=True)
        tally.cases += 1
    print(
        f"\n{kind.__name__}: {tally.cases} cases, {tally.refused} refused, undocumented errors "
        f"{len(tally.undocumented)}, writes outside {tally.writes}, hangs {tally.hangs}"
    )
    assert not tally.undocumented, "\n".join(tally.undocumented)
    assert (tally.writes, tally.hangs) == (0, 0)
