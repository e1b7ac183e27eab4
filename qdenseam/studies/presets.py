"""Studies by name: their tasks, and the table that sums up their records."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from qdenseam.experiments.records import Record, Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A study that ``qdenseam collect`` runs and resumes."""

    name: str
    title: str
    tasks: Callable[[], list[Task]]
    summary: Callable[[Iterable[Record]], list[dict[str, Any]]]


def _capacity_tasks() -> list[Task]:
    from qdenseam.studies.capacity import study_tasks

    return study_tasks()


def _capacity_summary(records: Iterable[Record]) -> list[dict[str, Any]]:
    from qdenseam.studies.capacity import capacity_summary

    return capacity_summary(records)


def _energy_tasks() -> list[Task]:
    from qdenseam.studies.energy import study_tasks

    return study_tasks()


def _energy_summary(records: Iterable[Record]) -> list[dict[str, Any]]:
    from qdenseam.studies.energy_summary import energy_summary

    return energy_summary(records)


def _noise_tasks() -> list[Task]:
    from qdenseam.studies.noise_references import study_tasks

    return study_tasks()


def _noise_summary(records: Iterable[Record]) -> list[dict[str, Any]]:
    from qdenseam.studies.noise_summary import noise_summary

    return noise_summary(records)


def _affine_tasks() -> list[Task]:
    from qdenseam.studies.affine import affine_tasks

    return affine_tasks()


def _affine_summary(records: Iterable[Record]) -> list[dict[str, Any]]:
    from qdenseam.studies.affine import affine_summary

    return affine_summary(records)


def _flag_tasks() -> list[Task]:
    from qdenseam.studies.flags import flag_tasks, textbook_tasks

    return textbook_tasks() + flag_tasks()


def _flag_summary(records: Iterable[Record]) -> list[dict[str, Any]]:
    from qdenseam.studies.flags import flag_summary

    return flag_summary(records)


def _plan_tasks() -> list[Task]:
    from qdenseam.studies.plans import plan_tasks

    return plan_tasks()


def _plan_summary(records: Iterable[Record]) -> list[dict[str, Any]]:
    from qdenseam.studies.plans import plan_summary

    return plan_summary(records)


PRESETS: dict[str, Preset] = {
    preset.name: preset
    for preset in (
        Preset(
            name="capacity",
            title="load at 90 % correct recall of filters and memories, against D and flipped bits",
            tasks=_capacity_tasks,
            summary=_capacity_summary,
        ),
        Preset(
            name="energy",
            title="P(target) of every energy method on every energy, against D, K, flips and field",
            tasks=_energy_tasks,
            summary=_energy_summary,
        ),
        Preset(
            name="noise",
            title="success per shot on noisy device models, planned, mitigated and decoded",
            tasks=_noise_tasks,
            summary=_noise_summary,
        ),
        Preset(
            name="affine",
            title="code words of 16 neurons recalled on noisy device models",
            tasks=_affine_tasks,
            summary=_affine_summary,
        ),
        Preset(
            name="plans",
            title="plans of different methods on device models, predicted and simulated",
            tasks=_plan_tasks,
            summary=_plan_summary,
        ),
        Preset(
            name="flags",
            title="error detection by flags and parity checks on noisy device models",
            tasks=_flag_tasks,
            summary=_flag_summary,
        ),
    )
}
"""Every study by name."""
