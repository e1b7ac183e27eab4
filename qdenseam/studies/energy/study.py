"""The energy study: which energy, which method, and the classical minimizers beside."""

from qdenseam.studies import FigureSpec, SpecialStudy, register
from qdenseam.studies.energy.references import EQUAL
from qdenseam.studies.energy.summary import FAMILIES, energy_summary
from qdenseam.studies.energy.tasks import study_tasks

_SHOWN: dict[str, tuple[int | str, ...]] = {
    **{
        "energy": ("hebb", "order 3", "log-sum-exp"),
        "field_is": ("calibrated",),
        "part": ("methods",),
    },
    **{"num_patterns": (4,), "num_flips": (1,)},
}
STUDY = register(
    SpecialStudy(
        name="energy",
        title="P(target) of every energy method on every energy, against D, K, flips and field",
        tasks=study_tasks,
        table=energy_summary,
        figures=(
            FigureSpec(
                x="energy_evaluations",
                y="success",
                by="energy",
                line=("family",),
                where={**_SHOWN, "num_neurons": (10,), "family": (*set(FAMILIES.values()), *EQUAL)},
            ),
            FigureSpec(
                x="num_neurons",
                y="success",
                by="energy",
                line=("method",),
                where={**_SHOWN, "kind": ("circuit",)},
            ),
            FigureSpec(
                x="field",
                y="success",
                by="energy",
                line=("method",),
                where={**_SHOWN, "field_is": ("given",), "kind": ("circuit",)},
            ),
        ),
        columns=(
            *("energy", "num_neurons", "num_patterns", "num_flips", "field", "method"),
            *("success", "success_low", "success_high", "energy_evaluations", "against"),
            *("gain", "gain_low", "gain_high", "ground_state", "spurious_minima"),
        ),
        note="success: P(target) of one answer; gain: over the strongest classical row at as many "
        "energy evaluations, which `against` names; ground state: share of targets that are it.",
        quick={
            **{"sizes": [6], "loads": [4], "flips": [1], "energies": ["hebb", "log-sum-exp"]},
            **{"methods": ["QAOA p=1", "adiabatic p=8"], "num_instances": 3, "num_batches": 2},
            "searches": False,
        },
    )
)
