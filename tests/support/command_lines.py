"""Random command lines over all commands and options, each run in a fork of this process.

``python command_lines.py LINES SEED`` prints what it counted as JSON, and every fault on stderr.
"""

import contextlib
import gc
import json
import os
import random
import resource
import shlex
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

MOST_SECONDS = 20.0
"""Of processor time. What takes none for three times as long waits for nothing."""
MOST_BYTES = 8 * 2**30
STUDY = """
data = {num_neurons = 4}
axes = [{name = "load", num_patterns = [2, 3], erasures = 1}]
sampling = {pattern_sets = 2, probes = 2, shots = 10}
contender = [{recall = "nearest"}, {recall = "amplification"}]
figure = [{x = "num_patterns"}]
"""
SMALL = "--num-neurons 6 --num-patterns 3"
BASES = {
    "compare": f"--data random {SMALL} --loads 2,3 --flips 0,1 --erasures 0 --num-sets 2 "
    "--num-probes 2 --shots 20 --circuit-neurons 0 --workers 1",
    "recall": f"{SMALL} --shots 20",
    "plan": f"{SMALL} --backend fake:manila --method amplification --top 1",
    "collect": "study.toml --workers 1",
    "report": "run",
    "plot": "run --x num_patterns",
    "reproduce": "krotov-hopfield-xor --quick --workers 1",
    "submit": f"--backend statevector {SMALL} --shots 9",
    "jobs": "--offline",
    "fetch": "",
    "cancel": "nothing",
    "info": "",
    "bench classical": "--num-probes 2 --num-patterns 4 --num-neurons 8 --num-single 2 "
    "--num-asynchronous 2 --turns 1",
    "bench collect": "--tasks 2 --peer-tasks 2",
    "bench encoders": "--sizes 4:2 --devices line",
    "bench gpu": "--sizes 3 --max-cpu-qubits 3",
    "bench recall": "--num-neurons 3 --num-patterns 2 --shots 50 --methods amplification",
    "bench routing": "--devices line --sizes 4 --patterns 0 --degrees 1 --routings 1",
    "bench signal": "--degrees 8 --peer-degree 8",
    "bench simulators": "--sizes 4:2 --families amplification --only exact --limit 1",
    "bench start": "nonsense",  # it measures whole starts, for a minute
    "bench suite": "--sizes 4:2 --families amplification",
}
"""What is small and right, and is changed at random."""
TEXTS = [
    *("", " ", "-", "--", "-1", "0", "x", "nan", "inf", "1e999", "ⅷ", "\u202e", "\udcff", "a\nb"),
    *("%s{}", "\x1b[31m", "a" * 5000, "(" * 300, "[" * 3000, "../../x", "~", "$HOME", "'", '"'),
]
NUMBERS = [
    *("0", "1", "2", "3", "4", "7", "-1", "-0", "64", "1000", "1000000007", "9" * 19, "9" * 30),
    *("1" * 5000, "0.5", "1e3", "-1e308", "nan", "inf", "-inf", "1_0", " 2", "٣", "0x10", "2,3"),
    *("2,,3", "4:2", "4:-2"),
]
PATHS = [
    *("new", "new/deep/x", "x.json", "x.csv", "x.png", "x.parquet", "x.html", "x.toml", ".", ".."),
    *("/", "-", "folder", "folder.png", "pipe", "pipe.png", "pipe.csv", "socket", "loop", "full"),
    *("dangling", "zero.npy", "/dev/full", "/dev/zero", "/dev/null", "/dev/stdout", "/nowhere/x"),
    *("/proc/version", "/proc/self/mem", "n" * 300, "a/" * 3000, "run", "run/results.jsonl"),
    *("study.toml", "deep.toml", "deep.jsonl", "bad.npy", "good.npy", "pickle.npy", "bad.png"),
    *("good.csv", "é☃.json", "\udcff.csv"),
]
WORDS = [
    *("random", "digits", "correlated", "exact", "statevector", "aer", "fake:manila", "fake:none"),
    *("ibm:", "json:loads", "no_such:thing", "amplification", "minimum-search", "product-filter"),
    *("auto", "auto(goal=depth)", "separation-filter(hamming-ball(1), amplified=1/8)", "schmidt"),
    *("dense(exponential)", "nearest", "dense", "polynomial(3)", "polynomial(99999999999)"),
    *("exponential", "hopfield", "01?0", "010101", "otsu", "2x3", "bits", "grey", "lines", "bars"),
    *("num_patterns", "flips=0", "label", "failure_rate", "ledger", "json", "statevector(1)"),
    *("qaoa(num_layers=10000000)", "adiabatic(num_steps=-1)", "vqe(angles=[nan])"),
]
MODULES = [
    *("matplotlib.figure", "matplotlib.backends.backend_agg", "pandas", "qiskit.qpy", "qiskit_aer"),
    *("qiskit_ibm_runtime.fake_provider", "classical_ref.recipes", "classical_ref.data.own"),
    *("qdenseam.bench.kept", "qdenseam.cli.recalls.drawing", "qdenseam.execution.compiling"),
    *("qdenseam.execution.engines.simulators", "qdenseam.execution.engines.fake_devices"),
    *("qdenseam.experiments.collecting.clusters", "qdenseam.memories.recipes", "qdenseam.methods"),
    *("qdenseam.planning", "qdenseam.plots.gallery", "qdenseam.report.special"),
    *("qdenseam.report.study", "qdenseam.retrieval.draft", "qdenseam.retrieval.submission"),
    *("qdenseam.studies.compare", "qdenseam.studies.folder"),
]
"""Imported once, for all forks."""


def commands() -> dict[str, Any]:
    """Return every command that can be called, by its words."""
    import typer

    from qdenseam.cli.app import app

    def below(command: Any, words: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
        if not hasattr(command, "list_commands"):
            yield " ".join(words), command
            return
        context = typer.Context(command)
        for name in command.list_commands(context):
            yield from below(command.get_command(context, name), (*words, name))

    return dict(below(typer.main.get_command(app), ()))


def random_line(known: dict[str, Any], rng: random.Random) -> list[str]:
    """Return the words of a command: its base, with options changed, added, doubled or left out."""
    is_bench = rng.random() < 0.2  # slow ones, half of all
    name = rng.choice(sorted(each for each in known if each.startswith("bench") == is_bench))
    words = shlex.split(BASES[name])
    if words and words != ["nonsense"] and rng.random() < 0.1:
        del words[rng.randrange(len(words))]
    for _ in range(rng.choice((0, 1, 1, 1, 2, 2, 3, 5))):
        param = rng.choice(known[name].params)
        value = _value(param, rng)
        if param.param_type_name == "argument":
            words.append(value)
            continue
        option = rng.choice(param.opts)
        if option in words and not param.multiple and words.index(option) + 1 < len(words):
            words[words.index(option) + 1] = value
        elif getattr(param, "is_flag", False):
            words.append(option)
        else:
            words += [f"{option}={value}"] if rng.random() < 0.3 else [option, value]
    if rng.random() < 0.03:
        words.append(rng.choice(("--help", "--no-such", "--", *TEXTS)))
    return [*name.split(), *words]


def _value(param: Any, rng: random.Random) -> str:
    about = str(getattr(param.type_descriptor, "annotation", "")) + str(param.metavar)
    likely = PATHS if "Path" in about or "FILE" in about else WORDS
    if "int" in about or "float" in about or "N," in about or "D:" in about:
        likely = NUMBERS
    return rng.choice(likely if rng.random() < 0.75 else rng.choice((TEXTS, NUMBERS, PATHS, WORDS)))


def furnish(box: Path) -> None:
    """Fill the folder that a command runs in: what is right, odd or dangerous."""
    import numpy as np

    (box / "study.toml").write_text(STUDY)
    (box / "deep.toml").write_text(f"a = {'[' * 10**4}")
    (box / "deep.jsonl").write_text("[" * 10**5 + "\n")
    patterns = np.random.default_rng(0).choice([-1, 1], (4, 6))
    np.save(box / "good.npy", patterns)
    np.savetxt(box / "good.csv", patterns, fmt="%d", delimiter=",")
    np.save(box / "pickle.npy", np.array([{}], dtype=object))
    (box / "bad.npy").write_bytes((box / "good.npy").read_bytes()[:90])
    (box / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(40))
    for name in ("folder", "folder.png"):
        (box / name).mkdir()
    for name in ("pipe", "pipe.png", "pipe.csv"):
        os.mkfifo(box / name)
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(box / "socket"))
    for name, target in {"loop": "loop", "dangling": "gone", "full": "/dev/full"}.items():
        (box / name).symlink_to(target)
    (box / "zero.npy").symlink_to("/dev/zero")


def tree(box: Path) -> set[str]:
    """Return the names of all files and folders."""
    return {str((Path(at) / n).relative_to(box)) for at, d, f in os.walk(box) for n in d + f}


KEPT = ("results.jsonl", "study.toml")
"""What finished work is kept in, and what was asked, by a command that then fails."""
ONE_MEANS = ("fetch", "jobs", "reproduce", "submit", "bench")
"""Commands that end with status 1 where results are missing, wrong or refused, as they document."""


def run(words: list[str], box: Path, log: Path) -> tuple[int, bool]:
    """Run a command in a fork; return its status and whether it was ended for taking too long."""
    child = os.fork()
    if not child:
        status = 70
        with contextlib.suppress(BaseException):
            status = _child(words, box, log)
        os._exit(status)
    began = time.monotonic()
    while (ended := os.waitpid(child, os.WNOHANG))[0] == 0:
        waited = time.monotonic() - began
        if waited > 3 * MOST_SECONDS and _seconds_of(child) < waited / 100:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
            os.waitpid(child, 0)
            return -9, True
        time.sleep(0.01)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # workers that it left
    status = os.waitstatus_to_exitcode(ended[1])
    return status, status == -signal.SIGXCPU


def _seconds_of(group: int) -> float:
    """Return the processor time of the processes of a group."""
    ticks = 0
    for place in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has ended
            fields = place.read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15])) if int(fields[2]) == group else 0
    return ticks / os.sysconf("SC_CLK_TCK")


def _child(words: list[str], box: Path, log: Path) -> int:
    os.setpgid(0, 0)
    os.chdir(box)
    resource.setrlimit(resource.RLIMIT_CPU, (int(MOST_SECONDS), int(MOST_SECONDS) + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    with log.open("wb") as said, Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
    sys.argv = ["qdenseam", *words]
    from qdenseam.cli import main

    try:
        main()
    except SystemExit as ends:
        return int(ends.code or 0)
    except BaseException:
        import traceback

        traceback.print_exc()
        return 71
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
    return 0


def judged(words: list[str], home: Path, log: Path) -> Counter[str]:
    """Run a command in a furnished folder and count what came of it."""
    box = home / "box"
    shutil.copytree(home / "model", box, symlinks=True, copy_function=_copied)
    before = tree(box)
    spent = -sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
    status, is_hang = run(words, box, log)
    spent += sum(resource.getrusage(resource.RUSAGE_CHILDREN)[:2])
    said = log.read_text(errors="replace")
    if spent > MOST_SECONDS / 4:
        sys.stderr.write(f"slow, {spent:.0f} s: {shlex.join(words)[:400]!r}\n")
    new = sorted(tree(box) - before)
    left = [n for n in new if "partial" in n or Path(n).name.startswith(".")]
    if status == 2:
        left += [n for n in new if (box / n).is_file() and Path(n).name not in KEPT]
    found = Counter(
        {
            "lines": 1,
            f"exit {status}": 1,
            "other exits": status not in (0, 2, 130)
            and not (status == 1 and words[0] in ONE_MEANS),
            "tracebacks": "Traceback (most recent" in said,
            "leftovers": len(left) + len(before - tree(box)),
            "hangs": is_hang,
        }
    )
    found[f"seconds of {words[0]}"] = int(1000 * spent)
    if any(found[fault] for fault in FAULTS):
        told = f"{status} {shlex.join(words)[:400]!r} left {left}\n{said[-1500:]}\n"
        sys.stderr.write(told.encode(errors="replace").decode())
        sys.stderr.flush()
    shutil.rmtree(box)
    return found


def _copied(source: str, target: str) -> None:
    if Path(source).is_fifo():
        os.mkfifo(target)
    elif Path(source).is_socket():
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(target)
    else:
        shutil.copy2(source, target, follow_symlinks=False)


FAULTS = ("other exits", "tracebacks", "leftovers", "hangs")


def main(num_lines: int, seed: int) -> None:
    """Run so many random lines."""
    home = Path(tempfile.mkdtemp(prefix="fuzz-"))
    os.environ |= {"OMP_NUM_THREADS": "1", "RAYON_NUM_THREADS": "1", "MPLBACKEND": "agg"}
    os.environ.setdefault("XDG_CACHE_HOME", str(Path.home() / ".cache"))  # what is compiled
    os.environ["HOME"] = str(home)
    for module in MODULES:
        import_module(module)
    gc.freeze()
    log, model = home / "log", home / "model"
    model.mkdir()
    furnish(model)
    status, _ = run(shlex.split("collect study.toml --out run --workers 1 --quiet"), model, log)
    assert status == 0, log.read_text()
    known, rng, counts = commands(), random.Random(seed), Counter(dict.fromkeys(FAULTS, 0))  # noqa: S311
    assert known.keys() == BASES.keys()
    for number in range(num_lines):
        counts.update(judged(random_line(known, rng), home, log))
        if number % 100 == 99:
            sys.stderr.write(f"{dict(counts)}\n")
    shutil.rmtree(home)
    sys.stdout.write(f"{json.dumps(counts)}\n")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
