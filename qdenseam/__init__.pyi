__version__: str

from .errors import BackendError as BackendError
from .errors import CapacityError as CapacityError
from .errors import QDenseAMError as QDenseAMError
from .errors import ResultsFileError as ResultsFileError
from .execution import engine as engine
from .execution import engine_names as engine_names
from .execution import to_qnode as to_qnode
from .experiments.run_study import run_study as run_study
from .experiments.study import Study as Study
from .memories.amplitude import AmplitudeMemory as AmplitudeMemory
from .memories.energy import EnergyMemory as EnergyMemory
from .memories.saving import load as load
from .memories.saving import save as save
from .retrieval.result import RecallResult as RecallResult
from .retrieval.sequences import SequenceRecall as SequenceRecall
from .retrieval.sequences import recall_sequence as recall_sequence
from .retrieval.submission import fetch as fetch
from .retrieval.submission import submissions as submissions
from .retrieval.submission import submit as submit
from .retrieval.submitted import Submission as Submission
from .retrieval.verb import recall as recall
from .studies.compare import compare as compare
from .studies.folder import load_results as load_results
