"""The same recall circuits on every simulator installed: correctness beside time and memory.

Every row is measured in a process of its own, so that memory is that of this run alone.
"""

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, ClassVar

import numpy as np
from qiskit import QuantumCircuit

from qdenseam.bench.base import BenchRow, Case, Names, Setting, not_run, register
from qdenseam.bench.measuring import in_child, peak_mib, timed
from qdenseam.bench.simulators.builders import SIMULATORS
from qdenseam.bench.simulators.cases import CaseSettings, recall_case


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class SimulatorBenchmark(CaseSettings):
    """Run the same recall circuits on every simulator installed.

    Each is held against its law, in a process of its own: processor time and memory are those of
    that run alone. Our own engines, which need no circuit, stand beside them.
    """

    name: ClassVar[str] = "simulators"
    columns: ClassVar[Mapping[str, str]] = {
        "case": "Family, D and K.",
        "simulator": 'Which; "exact" is the law itself.',
        "num_qubits": "Of the circuit, where one is run.",
        "num_gates": "Operations of the circuit before it is compiled for the simulator.",
        "error": "Largest difference of P(pattern, accepted) from the law.",
        "correct": "Whether the error is within the simulator's precision.",
        "compile_seconds": "Processor time from our circuit to the simulator's own; of our engines "
        "for what a memory keeps.",
        "seconds": "Processor time of one simulation, all threads together.",
        "ratio": "Seconds over those of the first simulator of the case that ran.",
        "peak_mib": "Memory that compiling and simulating took beyond that of a tiny circuit.",
    }
    example: ClassVar[str] = "--sizes 8:4 --families amplification,qaoa"
    packages: ClassVar[Mapping[str, str]] = {
        "mqt.ddsim": "mqt-ddsim",
        "qulacs": "qulacs",
        "qsimcirq": "qsimcirq",
    }
    only: Annotated[Names, Setting("Simulators.", among=tuple(SIMULATORS))] = tuple(SIMULATORS)
    threads: Annotated[int, Setting("Threads that a simulator may use.", "[1, 10^9]")] = 1
    limit: Annotated[
        float, Setting("Processor seconds after which a run is stopped.", "[0.1, inf)")
    ] = 60.0

    def cases(self) -> Iterator[Case]:
        """Return sizes and families."""
        for each in self.recall_cases():
            num_patterns, num_neurons = each.memory.patterns.shape
            yield {"family": each.family, "num_neurons": num_neurons, "num_patterns": num_patterns}

    def measure(self, case: Case) -> Iterator[BenchRow]:
        """Yield a row per simulator that has this kind of recall."""
        first: float | None = None
        for name in self.only:
            simulator = SIMULATORS[name]
            if case["family"] not in simulator.families:
                continue
            lacking = simulator.needs and not_run(simulator.needs, self.packages)
            task = {**case, "seed": self.seed, "simulator": name}
            measured: BenchRow = (
                {"note": lacking}
                if lacking
                else in_child(
                    ["-m", __name__, json.dumps(task)], num_threads=self.threads, limit=self.limit
                )
            )
            seconds = measured.get("seconds")
            if isinstance(seconds, float):
                first = first or seconds
                measured["ratio"] = seconds / first
            shown = f"{case['family']}-d{case['num_neurons']}-k{case['num_patterns']}"
            yield {"case": shown, "simulator": name, **measured}


def measure(task: Mapping[str, Any]) -> BenchRow:
    """Return the numbers of a row, measured in this process."""
    posed = partial(
        recall_case, task["family"], task["num_neurons"], task["num_patterns"], rng=task["seed"]
    )
    simulator, case, facts = SIMULATORS[task["simulator"]], posed(), BenchRow()
    law = case.law().joint
    build: Callable[[], Callable[[], Any]]
    if simulator.circuit is None:
        assert simulator.case is not None
        simulator.case(case)()  # loads the code
        build = partial(simulator.case, posed())  # with nothing computed beforehand
    else:
        circuit, tiny = case.circuit(), QuantumCircuit(2)
        tiny.h(0)
        tiny.cx(0, 1)
        simulator.circuit(tiny, np.zeros((1, 2), dtype=np.uint8))()  # loads and starts it
        build = partial(simulator.circuit, circuit, case.accepted_bits(circuit.num_qubits))
        facts = {
            "num_qubits": circuit.num_qubits,
            "num_gates": sum(circuit.count_ops().values()),
        }
    start = time.process_time()
    ends: list[float] = []

    def whole() -> tuple[Callable[[], Any], Any]:
        run = build()
        ends.append(time.process_time())
        return run, run()

    mib, (run, found) = peak_mib(whole)
    [(seconds, _)] = timed(run, clock=time.process_time, at_least=0.02)
    probabilities = found if simulator.circuit is None else np.abs(found) ** 2
    error = float(np.abs(probabilities - law).max())
    return {
        **facts,
        "error": error,
        "correct": error <= simulator.tolerance,
        "compile_seconds": ends[0] - start,
        "seconds": seconds,
        "peak_mib": mib,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measure(json.loads(sys.argv[1]))) + "\n")
