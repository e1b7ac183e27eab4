"""The same recall circuits on every simulator installed: correctness beside time and memory.

Every row is measured in a process of its own, so that memory is that of this run alone.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from qiskit import QuantumCircuit

from qdenseam.bench.recall_cases import FAMILIES, recall_case
from qdenseam.bench.row import Row
from qdenseam.bench.simulator_runs import SIMULATORS, missing

EXACT = "exact"
"""The law itself: our engines, which need no circuit."""

_MIB = 2.0**20
_POLL_SECONDS = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorRow(Row):
    """One simulator on one circuit."""

    case: str
    simulator: str
    num_qubits: int | None = None
    num_gates: int | None = None
    """Operations of the circuit before it is compiled for the simulator."""
    error: float | None = None
    """Largest difference of P(pattern, accepted) from the law, over the stored patterns."""
    compile_seconds: float | None = None
    """Processor time from our circuit to the simulator's own."""
    seconds: float | None = None
    """Processor time of the simulation, all threads together."""
    peak_mib: float | None = None
    """Memory that compiling and simulating took beyond that of a tiny circuit before."""
    note: str = ""
    """Why there are no numbers."""


def bench_simulators(
    *,
    sizes: Sequence[tuple[int, int]] = ((8, 4), (12, 8)),
    families: Sequence[str] = tuple(FAMILIES),
    simulators: Sequence[str] | None = None,
    num_threads: int = 1,
    limit: float = 60.0,
    seed: int = 0,
) -> Iterator[SimulatorRow]:
    """Run every case on every simulator.

    Args:
        sizes: Pairs (D, K).
        families: Out of :data:`~qdenseam.bench.recall_cases.FAMILIES`.
        simulators: Out of :data:`~qdenseam.bench.simulator_runs.SIMULATORS` and ``"exact"``; by
            default all. One that is not installed gets rows that say so.
        num_threads: Threads that a simulator may use.
        limit: Processor seconds after which a run is stopped, imports included; its row says so.
        seed: Draws the patterns.

    Yields:
        One row per case and simulator.

    Raises:
        ValueError: A name or a number is out of range.
    """
    names = [EXACT, *SIMULATORS] if simulators is None else list(simulators)
    for name in names:
        if name not in (EXACT, *SIMULATORS):
            known = ", ".join([EXACT, *SIMULATORS])
            raise ValueError(f"simulators should be among {known}. Got {name!r}.")
    if num_threads < 1 or limit <= 0:
        raise ValueError(
            f"num_threads should be at least 1 and limit above 0. Got {num_threads}, {limit}."
        )
    for num_neurons, num_patterns in sizes:
        for family in families:
            case = recall_case(family, num_neurons, num_patterns, rng=seed)
            for name in names:
                task = {
                    "family": family,
                    "num_neurons": num_neurons,
                    "num_patterns": num_patterns,
                    "seed": seed,
                    "simulator": name,
                }
                lacking = None if name == EXACT else missing(name)
                answer = {"note": lacking} if lacking else _in_child(task, num_threads, limit)
                yield SimulatorRow(case=case.name, simulator=name, **answer)


def _in_child(task: dict[str, Any], num_threads: int, limit: float) -> dict[str, Any]:
    """Return what :func:`measure` says in a process of its own, or why it says nothing."""
    threads = dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"),
        str(num_threads),
    )
    child = subprocess.Popen(
        [sys.executable, "-m", "qdenseam.bench.simulators", json.dumps(task)],
        env={**os.environ, **threads},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while True:
        try:
            output, errors = child.communicate(timeout=_POLL_SECONDS)
            break
        except subprocess.TimeoutExpired:
            if _processor_seconds(child.pid) > limit:
                child.kill()
                child.communicate()
                return {"note": f"stopped after {limit:g} s"}
    if child.returncode:
        reason = (errors.strip().splitlines() or [f"ended with {child.returncode}"])[-1]
        return {"note": reason[:200]}
    answer: dict[str, Any] = json.loads(output.splitlines()[-1])
    return answer


def _processor_seconds(pid: int) -> float:
    import psutil

    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def measure(task: dict[str, Any]) -> dict[str, Any]:
    """Return the numbers of a :class:`SimulatorRow`, measured in this process."""
    posed = task["family"], task["num_neurons"], task["num_patterns"]
    case = recall_case(*posed, rng=task["seed"])
    law = case.law().joint
    if task["simulator"] == EXACT:
        # once more, with nothing of this memory computed beforehand but all code loaded
        case = recall_case(*posed, rng=task["seed"])
        return {"error": 0.0, **_measured(lambda: case.law)[1]}
    circuit = case.circuit()
    build = SIMULATORS[task["simulator"]][1]
    tiny = QuantumCircuit(2)
    tiny.h(0)
    tiny.cx(0, 1)
    build(tiny, np.zeros(1, dtype=np.int64))()  # imports and starts what the simulator needs
    amplitudes, used = _measured(lambda: build(circuit, case.indices()))
    return {
        "num_qubits": circuit.num_qubits,
        "num_gates": sum(circuit.count_ops().values()),
        "error": float(np.abs(np.abs(amplitudes) ** 2 - law).max()),
        **used,
    }


def _measured(build: Callable[[], Callable[[], Any]]) -> tuple[Any, dict[str, Any]]:
    before = _memory(reset=True)
    start = time.process_time()
    run = build()
    built = time.process_time()
    result = run()
    end = time.process_time()
    peak = _memory(reset=False)
    return result, {
        "compile_seconds": built - start,
        "seconds": end - built,
        "peak_mib": None if before is None or peak is None else (peak - before) / _MIB,
    }


def _memory(*, reset: bool) -> int | None:
    """Return the bytes now in memory, forgetting earlier peaks, or the peak; Linux only."""
    status, clear = Path("/proc/self/status"), Path("/proc/self/clear_refs")
    try:
        if reset:
            clear.write_text("5")
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
    except OSError:
        return None
    return 1024 * int(lines["VmRSS" if reset else "VmHWM"].split()[0])


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(json.loads(sys.argv[1]))) + "\n")
