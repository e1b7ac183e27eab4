"""Studies by name: their tasks, and the table that sums up their records."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pkgutil import resolve_name
from typing import Any

from qdenseam.experiments.records import Record, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A study that ``qdenseam collect`` runs and resumes."""

    name: str
    title: str
    tasks: Callable[[], list[Task]]
    summary: Callable[[Iterable[Record]], list[dict[str, Any]]]


def _when_called(place: str) -> Callable[..., Any]:
    """Return a function of the studies, ``module:function``, that is imported when called."""
    return lambda *arguments: resolve_name(f"qdenseam.studies.{place}")(*arguments)


PRESETS: dict[str, Preset] = {
    name: Preset(name=name, title=title, tasks=_when_called(tasks), summary=_when_called(summary))
    for name, title, tasks, summary in (
        (
            "capacity",
            "load at 90 % correct recall of filters and memories, against D and flipped bits",
            "capacity:study_tasks",
            "capacity:capacity_summary",
        ),
        (
            "energy",
            "P(target) of every energy method on every energy, against D, K, flips and field",
            "energy:study_tasks",
            "energy_summary:energy_summary",
        ),
        (
            "noise",
            "success per shot on noisy device models, planned, mitigated and decoded",
            "noise_references:study_tasks",
            "noise_summary:noise_summary",
        ),
        (
            "affine",
            "code words of 16 neurons recalled on noisy device models",
            "affine:affine_tasks",
            "affine:affine_summary",
        ),
        (
            "plans",
            "plans of different methods on device models, predicted and simulated",
            "plans:plan_tasks",
            "plans:plan_summary",
        ),
        (
            "flags",
            "error detection by flags and parity checks on noisy device models",
            "flags:study_tasks",
            "flags:flag_summary",
        ),
    )
}
"""Every study by name."""
