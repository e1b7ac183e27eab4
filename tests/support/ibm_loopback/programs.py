"""The two programs of the loopback service: ``sampler`` and ``executor``, run by Aer."""

import json
from datetime import datetime
from importlib import import_module
from typing import Any

import numpy as np
from qiskit import QuantumCircuit

PROGRAMS = ("sampler", "executor")

Shots = list[dict[str, np.ndarray]]
"""For each circuit, by register, booleans of shape (shots, bits)."""


def circuits_of(program_id: str, params: dict[str, Any]) -> list[tuple[QuantumCircuit, int]]:
    """Return the circuits of a job, each with its shots."""
    if program_id == "sampler":
        pubs, shots = _pubs(params)
        return [(pub[0], pub[2] if len(pub) > 2 and pub[2] else shots) for pub in pubs]
    _, _, program = _program(params)
    return [(item.circuit, program.shots) for item in program.items]


def run_program(program_id: str, params: dict[str, Any], seed: int) -> tuple[str, Shots]:
    """Return the text that the service stores as the job's result, and the shots in it."""
    return {"sampler": _sampler, "executor": _executor}[program_id](params, seed)


def _pubs(params: dict[str, Any]) -> tuple[list[tuple[Any, ...]], int]:
    from qiskit_ibm_runtime import RuntimeDecoder

    decoded = json.loads(json.dumps(params), cls=RuntimeDecoder)
    shots = (decoded.get("options") or {}).get("default_shots") or 4096
    return [tuple(pub) for pub in decoded["pubs"]], shots


def _sampler(params: dict[str, Any], seed: int) -> tuple[str, Shots]:
    from qiskit_aer.primitives import SamplerV2
    from qiskit_ibm_runtime import RuntimeEncoder

    pubs, shots = _pubs(params)
    result = SamplerV2(default_shots=shots, seed=seed).run(pubs).result()
    bits = [
        {name: data.to_bool_array(order="little") for name, data in pub.data.items()}
        for pub in result
    ]
    return json.dumps(result, cls=RuntimeEncoder), bits


def _program(params: dict[str, Any]) -> tuple[Any, Any, Any]:
    """Return the schema's module and its model of the parameters, and the program in them."""
    from qiskit_ibm_runtime.quantum_program.params_converters import (
        QUANTUM_PROGRAM_PARAMS_CONVERTERS,
    )

    version = params["schema_version"]
    schema = import_module(
        f"ibm_quantum_schemas.executor.version_{version.removeprefix('v').replace('.', '_')}"
    )
    model = schema.ParamsModel.model_validate(params)
    program, _ = QUANTUM_PROGRAM_PARAMS_CONVERTERS[version].decoder(model)
    return schema, model, program


def _executor(params: dict[str, Any], seed: int) -> tuple[str, Shots]:
    """Decode with the schema's model, run locally, encode with the schema's model of results."""
    from ibm_quantum_schemas.common import CompressedTensorModel
    from qiskit_aer import AerSimulator
    from qiskit_ibm_runtime.fake_provider.executor.run_quantum_program import run_quantum_program
    from qiskit_ibm_runtime.options_models.simulator import SimulatorOptions

    schema, model, program = _program(params)
    result = run_quantum_program(AerSimulator(), program, SimulatorOptions(seed_simulator=seed))
    moment = datetime(2026, 1, 1)
    answer = schema.QuantumProgramResultModel(
        data=[
            schema.QuantumProgramResultItemModel(
                results={
                    name: CompressedTensorModel.from_numpy(values) for name, values in item.items()
                },
                metadata=schema.ItemMetadataModel(),
            )
            for item in result
        ],
        metadata=schema.MetadataModel(
            chunk_timing=[schema.ChunkSpan(start=moment, stop=moment, parts=[])]
        ),
        passthrough_data=model.quantum_program.passthrough_data,
        semantic_role=model.quantum_program.semantic_role,
    )
    return answer.model_dump_json(), [dict(item.items()) for item in result]
