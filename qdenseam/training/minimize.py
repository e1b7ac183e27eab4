"""Minimizing a smooth function of angles from several starts, everything counted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from classical_ref.checks import Floats, check_array, check_at_least, check_choice, check_within
from classical_ref.shown import Shown
from qdenseam.progress import followed

PENNYLANE_OPTIMIZERS = ("Adam", "Adagrad")
"""Optimizers of PennyLane by name: those whose steps do not depend on the energy's scale."""

_STEP_SIZE = 0.1  # of theirs
_CALM_STEPS = 5  # one small change may be a turning point of the momentum
_WITHOUT_GRADIENT = ("COBYLA", "Nelder-Mead", "Powell")

Optimizer = Literal[
    "L-BFGS-B", "BFGS", "CG", "SLSQP", "COBYLA", "Nelder-Mead", "Powell", "Adam", "Adagrad"
]
OPTIMIZERS: tuple[Optimizer, ...] = get_args(Optimizer)
"""Optimizers by name: those of ``scipy.optimize.minimize``, of which COBYLA, Nelder-Mead and
Powell use no gradient, and PennyLane's Adam and Adagrad."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Minimum(Shown):
    """The lowest point found over all starts and what finding it cost."""

    point: Floats
    """Where, shape ``(n,)``."""
    value: float
    """The objective there."""
    evaluations: int
    """Points at which the objective was evaluated, all starts together."""
    gradients: int
    """At how many of them the optimizer also used the gradient."""
    trajectory: Floats
    """The objective at every evaluation of the best start, in order."""
    first: float
    """The objective at the first start."""
    ended: str
    """How the best start ended, as a sentence; not converging is an outcome, no error."""

    @property
    def outcome(self) -> str:
        """How the optimizer ended, and apart from it what was gained: a local optimum converges."""
        return (
            f"{self.ended} Objective {self.first:.4g} at the first start, {self.value:.4g} at the "
            f"end, {self.evaluations} evaluations."
        )


@followed("train")
def minimize(
    objective: Callable[[Floats], tuple[float, Floats]],
    starts: npt.ArrayLike,
    *,
    optimizer: str = "L-BFGS-B",
    max_evaluations: int = 150,
    tolerance: float = 1e-9,
) -> Minimum:
    """Return the lowest point that an optimizer reaches from any of the starts.

    What ends a start early, at ``tolerance``, is the optimizer's own: a small change of the
    objective (L-BFGS-B, SLSQP, Nelder-Mead, Powell; five in a row for PennyLane's), a small
    gradient (BFGS, CG, L-BFGS-B) or a small step (COBYLA, Nelder-Mead, Powell). Non-finite values
    of the objective end that start at its best finite point.

    Args:
        objective: Maps a point, shape ``(n,)``, to its value and gradient.
        starts: Points, shape ``(num_starts, n)``.
        optimizer: One of :data:`OPTIMIZERS`.
        max_evaluations: Evaluations per start, at which it ends wherever it stands.
        tolerance: When a start counts as converged, see above; in (0, 1).

    Raises:
        ValueError: The optimizer is unknown, there are no starts, or a number is out of range.
    """
    points = check_array("starts", starts, "num_starts", "n")
    check_choice("optimizer", optimizer, OPTIMIZERS)
    check_at_least(1, max_evaluations=max_evaluations)
    check_within("(0, 1)", tolerance=tolerance)
    has_gradient = optimizer not in _WITHOUT_GRADIENT
    runs = []
    for start in points:
        recorder = _Recorder(objective, max_evaluations)
        try:
            if optimizer in PENNYLANE_OPTIMIZERS:
                recorder.ended = _pennylane_minimize(
                    recorder.with_gradient, start, optimizer, tolerance
                )
            else:
                recorder.ended = _scipy_minimize(recorder, start, optimizer, tolerance)
        except _Stop as stop:
            recorder.ended = str(stop)
        runs.append(recorder)
    best = min(runs, key=lambda run: run.best_value)
    evaluations = sum(len(run.values) for run in runs)
    return Minimum(
        point=best.best_point if best.best_point is not None else points[0],
        value=best.best_value,
        evaluations=evaluations,
        gradients=evaluations if has_gradient else 0,
        trajectory=np.array(best.values),
        first=runs[0].values[0],
        ended=best.ended,
    )


def _scipy_minimize(recorder: "_Recorder", start: Floats, optimizer: str, tolerance: float) -> str:
    from scipy.optimize import minimize as scipy_minimize

    has_gradient = optimizer not in _WITHOUT_GRADIENT
    run = scipy_minimize(
        recorder.with_gradient if has_gradient else recorder.value,
        start,
        jac=has_gradient,
        method=optimizer,
        tol=tolerance,
        options={"rhobeg": 0.3} if optimizer == "COBYLA" else {},
    )
    return (
        "The optimizer converged." if run.success else "The optimizer gave up before it converged."
    )


def _pennylane_minimize(
    objective: Callable[[Floats], tuple[float, Floats]],
    start: Floats,
    optimizer: str,
    tolerance: float,
) -> str:
    """Step until five steps in a row change the objective by less than ``tolerance`` of its size.

    The objective, called once a step, keeps the record and ends an endless run by raising.
    """
    import pennylane as qml
    from pennylane import numpy as tensors

    stepper = getattr(qml, f"{optimizer}Optimizer")(_STEP_SIZE)
    point, last, calm = tensors.array(start, requires_grad=True), np.inf, 0
    while calm < _CALM_STEPS:
        value, gradient = objective(np.array(point, dtype=float))
        point = stepper.apply_grad((gradient,), (point,))[0]
        calm = calm + 1 if abs(value - last) <= tolerance * max(abs(value), abs(last)) else 0
        last = value
    return f"The optimizer converged: {_CALM_STEPS} steps in a row changed nothing."


class _Stop(Exception):  # noqa: N818  (control flow, not an error)
    pass


class _Recorder:
    """One start: remembers every value and the best point."""

    def __init__(
        self, objective: Callable[[Floats], tuple[float, Floats]], max_evaluations: int
    ) -> None:
        self.objective = objective
        self.max_evaluations = max_evaluations
        self.values: list[float] = []
        self.best_value = float("inf")
        self.best_point: Floats | None = None
        self.ended = ""

    def value(self, point: Floats) -> float:
        return self.with_gradient(point)[0]

    def with_gradient(self, point: Floats) -> tuple[float, Floats]:
        if len(self.values) >= self.max_evaluations:
            raise _Stop(f"Stopped after {self.max_evaluations} evaluations.")
        value, gradient = self.objective(point)
        self.values.append(value)
        if not np.isfinite(value):
            raise _Stop("Stopped where the objective is not finite.")
        if value < self.best_value:
            self.best_value, self.best_point = value, point.copy()
        return value, gradient
