"""PennyLane's gradient optimizers under the calls of ours."""

from collections.abc import Callable

import numpy as np

from classical_ref.checks import Floats

PENNYLANE_OPTIMIZERS = ("Adam", "Adagrad")
"""Optimizers of PennyLane by name: those whose steps do not depend on the energy's scale."""

_CALM_STEPS = 5  # one small change may be a turning point of the momentum


def pennylane_minimize(
    objective: Callable[[Floats], tuple[float, Floats]],
    start: Floats,
    *,
    optimizer: str,
    tolerance: float,
    step_size: float = 0.1,
) -> str:
    """Step until five steps in a row change the objective by less than ``tolerance`` of its size.

    Args:
        objective: Maps a point, shape ``(n,)``, to its value and gradient; called once a step. It
            keeps the record and ends an endless run by raising.
        start: Shape ``(n,)``.
        optimizer: One of :data:`PENNYLANE_OPTIMIZERS`.
        tolerance: Relative change of the objective that counts as none.
        step_size: The optimizer's step size.

    Returns:
        How it ended, as a sentence.
    """
    import pennylane as qml
    from pennylane import numpy as tensors

    stepper = getattr(qml, f"{optimizer}Optimizer")(step_size)
    point, last, calm = tensors.array(start, requires_grad=True), np.inf, 0
    while calm < _CALM_STEPS:
        value, gradient = objective(np.array(point, dtype=float))
        point = stepper.apply_grad((gradient,), (point,))[0]
        calm = calm + 1 if abs(value - last) <= tolerance * max(abs(value), abs(last)) else 0
        last = value
    return f"The optimizer converged: {_CALM_STEPS} steps in a row changed nothing."
