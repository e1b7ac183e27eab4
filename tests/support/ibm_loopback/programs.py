"""The two programs of the loopback service: ``sampler`` and ``executor``, run by Aer."""

import json
from datetime import datetime
from importlib import import_module
from typing import Any

PROGRAMS = ("sampler", "executor")


def run_program(program_id: str, params: dict[str, Any], seed: int) -> str:
    """Return the text that the service stores as the job's result."""
    return {"sampler": _sampler, "executor": _executor}[program_id](params, seed)


def _sampler(params: dict[str, Any], seed: int) -> str:
    from qiskit_aer.primitives import SamplerV2
    from qiskit_ibm_runtime import RuntimeDecoder, RuntimeEncoder

    decoded = json.loads(json.dumps(params), cls=RuntimeDecoder)
    shots = (decoded.get("options") or {}).get("default_shots") or 4096
    sampler = SamplerV2(default_shots=shots, seed=seed)
    result = sampler.run([tuple(pub) for pub in decoded["pubs"]]).result()
    return json.dumps(result, cls=RuntimeEncoder)


def _executor(params: dict[str, Any], seed: int) -> str:
    """Decode with the schema's model, run locally, encode with the schema's model of results."""
    from ibm_quantum_schemas.common import CompressedTensorModel
    from qiskit_aer import AerSimulator
    from qiskit_ibm_runtime.fake_provider.executor.run_quantum_program import run_quantum_program
    from qiskit_ibm_runtime.options_models.simulator import SimulatorOptions
    from qiskit_ibm_runtime.quantum_program.params_converters import (
        QUANTUM_PROGRAM_PARAMS_CONVERTERS,
    )

    version = params["schema_version"]
    schema = import_module(
        f"ibm_quantum_schemas.executor.version_{version.removeprefix('v').replace('.', '_')}"
    )
    model = schema.ParamsModel.model_validate(params)
    program, _ = QUANTUM_PROGRAM_PARAMS_CONVERTERS[version].decoder(model)
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
    return answer.model_dump_json()
