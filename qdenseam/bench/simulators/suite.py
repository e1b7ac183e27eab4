"""Recall circuits as files, with their laws: for anyone's simulator, in any language."""

import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final

import numpy as np
from qiskit import QuantumCircuit, generate_preset_pass_manager, qasm3, qpy

from classical_ref.files import check_folder, write_whole
from classical_ref.spins import spins_to_bits
from qdenseam.bench.base import BenchRow, Case, Setting, register
from qdenseam.bench.simulators.cases import CaseSettings, RecallCase
from qdenseam.execution.readings import measured
from qdenseam.methods import RecallLaw

SUITE_GATES: Final = ("x", "h", "p", "rx", "ry", "rz", "cx")
"""Gates of the exported circuits; all are in OpenQASM 3's ``stdgates.inc``."""

MANIFEST = "manifest.json"

_BIT_ORDER = (
    "Neuron i is qubit memory[i] and classical bit memory_bits[i]. Bit 0 is spin +1, bit 1 spin "
    "-1. Patterns and probes are text whose character i is bit i, '?' where unknown. A shot is "
    "accepted if all flag_bits are 0. joint[k] is P(memory_bits = patterns[k] and accepted); "
    "spurious is P(any other memory_bits and accepted); rejected is P(not accepted). Ancillas end "
    "in 0. Every circuit starts from all qubits 0."
)
_MAX_DISTRIBUTION_BITS = 10


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitSuite(CaseSettings):
    """Write recall circuits with their laws, for any simulator.

    Each is there as QPY and as OpenQASM 3, unrolled into a few gates, with memory and flags
    measured into the classical registers memory_bits and flag_bits. One manifest holds the laws.
    """

    name: ClassVar[str] = "suite"
    columns: ClassVar[Mapping[str, str]] = {
        "case": "Family, D and K; the name of the files.",
        "num_qubits": "Of the circuit.",
        "num_gates": "Its operations, measurements included.",
        "acceptance": "P(accepted) by the law.",
    }
    example: ClassVar[str] = "--folder my-suite --sizes 5:3"
    folder: Annotated[str, Setting("Made when missing; files of the same names are replaced.")] = (
        "qdenseam-suite"
    )

    def cases(self) -> list[Case]:
        """Return one case: a manifest is of the whole suite."""
        return [{}]

    def measure(self, case: Case) -> Iterator[BenchRow]:  # noqa: ARG002
        """Write the files."""
        cases, entries = list(self.recall_cases()), []
        names = [f"{each.name}.{ending}" for each in cases for ending in ("qpy", "qasm")]
        folder = check_folder(self.folder, [*names, MANIFEST])
        folder.mkdir(parents=True, exist_ok=True)
        for each in cases:
            circuit, law = suite_circuit(each), each.law()
            packed = io.BytesIO()
            qpy.dump(circuit, packed)
            write_whole(folder / f"{each.name}.qpy", packed.getvalue())
            write_whole(folder / f"{each.name}.qasm", f"{qasm3.dumps(circuit)}\n".encode())
            entries.append(_entry(each, circuit, law))
            yield {
                "case": each.name,
                "num_qubits": circuit.num_qubits,
                "num_gates": sum(circuit.count_ops().values()),
                "acceptance": law.acceptance,
            }
        content = {"bit_order": _BIT_ORDER, "gates": list(SUITE_GATES), "circuits": entries}
        write_whole(folder / MANIFEST, f"{json.dumps(content, indent=1)}\n".encode())


def suite_circuit(case: RecallCase) -> QuantumCircuit:
    """Return the measured circuit of a case in :data:`SUITE_GATES`."""
    pass_manager = generate_preset_pass_manager(
        optimization_level=1, basis_gates=list(SUITE_GATES), seed_transpiler=1
    )
    circuit = pass_manager.run(measured(case.circuit()))
    circuit.name = case.name
    return circuit


def _entry(case: RecallCase, circuit: QuantumCircuit, law: RecallLaw) -> dict[str, Any]:
    entry = {
        "name": case.name,
        "qpy": f"{case.name}.qpy",
        "qasm": f"{case.name}.qasm",
        "method": case.method.to_dict(),
        "num_qubits": circuit.num_qubits,
        "gates": dict(circuit.count_ops()),
        "qubits": {
            register.name: [circuit.find_bit(qubit).index for qubit in register]
            for register in circuit.qregs
        },
        "bits": {
            register.name: [circuit.find_bit(bit).index for bit in register]
            for register in circuit.cregs
        },
        "patterns": ["".join(map(str, row)) for row in spins_to_bits(case.memory.patterns)],
        "probe": "".join({1: "0", -1: "1", 0: "?"}[spin] for spin in case.probe.tolist()),
        "joint": law.joint.tolist(),
        "spurious": law.spurious,
        "rejected": law.rejected,
    }
    if law.distribution is not None and law.distribution.size <= 2**_MAX_DISTRIBUTION_BITS:
        # P(memory_bits is x and accepted) at index sum_i b_i 2^i
        entry["distribution"] = np.asarray(law.distribution).tolist()
    return entry
