"""Who stands in a comparison: classical memories, quantum methods, honest baselines."""

from qdenseam.experiments.challenge import Contender
from qdenseam.experiments.classical_contenders import CLASSICAL_CONTENDERS, INFORMED_SCAN, NEAREST
from qdenseam.experiments.quantum_contenders import (
    LABEL_WRITING,
    QUANTUM_CONTENDERS,
    SAMPLE_AND_ACCEPT,
)

CONTENDERS: dict[str, Contender] = {
    contender.name: contender
    for contender in (
        *CLASSICAL_CONTENDERS,
        *QUANTUM_CONTENDERS,
        SAMPLE_AND_ACCEPT,
        LABEL_WRITING,
        NEAREST,
        INFORMED_SCAN,
    )
}
"""Every contender by name, in the order of tables and legends."""
