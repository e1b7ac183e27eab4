"""Recall circuits as files, with their laws: for anyone's simulator, in any language."""

import io
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from qiskit import QuantumCircuit, generate_preset_pass_manager, qasm3, qpy

from classical_ref.spins import spins_to_bits
from qdenseam.bench.recall_cases import RecallCase
from qdenseam.execution.measuring import measured

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


def export_suite(directory: str | os.PathLike[str], cases: Sequence[RecallCase]) -> Path:
    """Write each case as QPY and OpenQASM 3, and one manifest with the laws.

    Circuits are unrolled into :data:`SUITE_GATES` and measure memory and flags into the classical
    registers ``memory_bits`` and ``flag_bits``.

    Args:
        directory: Made when missing; files of the same names are replaced.
        cases: What is written.

    Returns:
        The path of the manifest.

    Raises:
        OSError: The directory cannot be written.
    """
    folder = Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    entries = []
    for case in cases:
        circuit = suite_circuit(case)
        packed = io.BytesIO()
        qpy.dump(circuit, packed)
        (folder / f"{case.name}.qpy").write_bytes(packed.getvalue())
        (folder / f"{case.name}.qasm").write_text(qasm3.dumps(circuit) + "\n")
        entries.append(_entry(case, circuit))
    content = {"bit_order": _BIT_ORDER, "gates": list(SUITE_GATES), "circuits": entries}
    manifest = folder / MANIFEST
    manifest.write_text(json.dumps(content, indent=1) + "\n")
    return manifest


def suite_circuit(case: RecallCase) -> QuantumCircuit:
    """Return the measured circuit of a case in :data:`SUITE_GATES`."""
    pass_manager = generate_preset_pass_manager(
        optimization_level=1, basis_gates=list(SUITE_GATES), seed_transpiler=1
    )
    circuit = pass_manager.run(measured(case.circuit()))
    circuit.name = case.name
    return circuit


def _entry(case: RecallCase, circuit: QuantumCircuit) -> dict[str, Any]:
    law = case.law()
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
