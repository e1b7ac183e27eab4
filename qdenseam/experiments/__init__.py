"""Experiments: tasks in, rows of a resumable results file out, and estimates with intervals."""

from qdenseam.experiments.collecting.collect import collect
from qdenseam.experiments.collecting.records import Record, Task
from qdenseam.experiments.collecting.results_file import read_records
from qdenseam.experiments.collecting.trial_registry import trial
from qdenseam.experiments.estimates.resampling import bootstrap, capacity, ratio_of_means
from qdenseam.experiments.estimates.set_rates import difference_over_sets, rate_over_sets
from qdenseam.experiments.estimates.statistics import Estimate, rate
from qdenseam.formats import RESULTS_SCHEMA as SCHEMA
from qdenseam.progress import Progress
from qdenseam.versions import versions

__all__ = [
    "SCHEMA",
    "Estimate",
    "Progress",
    "Record",
    "Task",
    "bootstrap",
    "capacity",
    "collect",
    "difference_over_sets",
    "rate",
    "rate_over_sets",
    "ratio_of_means",
    "read_records",
    "trial",
    "versions",
]
