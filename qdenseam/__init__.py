"""Quantum dense associative memory: recall by amplitude and by energy, with exact laws.

Names are imported when first used, so that ``import qdenseam`` stays cheap.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qdenseam.comparison import compare as compare
    from qdenseam.errors import BackendError as BackendError
    from qdenseam.errors import CapacityError as CapacityError
    from qdenseam.errors import QDenseAMError as QDenseAMError
    from qdenseam.errors import ResultsFileError as ResultsFileError
    from qdenseam.execution import engine as engine
    from qdenseam.execution import engine_names as engine_names
    from qdenseam.execution import to_qnode as to_qnode
    from qdenseam.experiments.results_table import load_results as load_results
    from qdenseam.experiments.run_study import run_study as run_study
    from qdenseam.experiments.study import Study as Study
    from qdenseam.memories.amplitude import AmplitudeMemory as AmplitudeMemory
    from qdenseam.memories.energy import EnergyMemory as EnergyMemory
    from qdenseam.recall_result import RecallResult as RecallResult
    from qdenseam.retrieval import recall as recall
    from qdenseam.submission import Submission as Submission
    from qdenseam.submission import fetch as fetch
    from qdenseam.submission import submissions as submissions
    from qdenseam.submission import submit as submit

__version__ = "0.1.0"

_HOME = {
    "AmplitudeMemory": "qdenseam.memories.amplitude",
    "BackendError": "qdenseam.errors",
    "CapacityError": "qdenseam.errors",
    "EnergyMemory": "qdenseam.memories.energy",
    "QDenseAMError": "qdenseam.errors",
    "RecallResult": "qdenseam.recall_result",
    "ResultsFileError": "qdenseam.errors",
    "Study": "qdenseam.experiments.study",
    "Submission": "qdenseam.submission",
    "compare": "qdenseam.comparison",
    "engine": "qdenseam.execution",
    "engine_names": "qdenseam.execution",
    "fetch": "qdenseam.submission",
    "load_results": "qdenseam.experiments.results_table",
    "recall": "qdenseam.retrieval",
    "run_study": "qdenseam.experiments.run_study",
    "submissions": "qdenseam.submission",
    "submit": "qdenseam.submission",
    "to_qnode": "qdenseam.execution",
}

__all__ = ["__version__", *_HOME]


def __getattr__(name: str) -> Any:
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    raise AttributeError(f"module 'qdenseam' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
