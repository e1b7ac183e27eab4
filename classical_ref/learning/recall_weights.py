"""Modular memories whose weights learn to recall, by L-BFGS or by an optimizer."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import OptimizeResult, minimize

from classical_ref.checks import Floats, Integers, Rng, Within, checked
from classical_ref.learning.optimizers import MatrixOptimizer, OptimizerState
from classical_ref.modular.layers import States
from classical_ref.modular.memory import ModularMemory
from classical_ref.modular.unrolled import Weights, recall_error, weights_of, with_weights
from classical_ref.shown import Shown

Count = Annotated[int, Within("[1, 1000000]")]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class LearnedWeights(Shown):
    """A memory that learned, and how that went."""

    memory: ModularMemory
    """The memory with its new weights."""
    losses: Floats
    """Losses before the first and after every iteration; within a run of batches, of each batch."""
    converged: bool
    """Whether L-BFGS met its tolerance; an optimizer does all its steps."""

    @property
    def summary(self) -> str:
        """What learning did, in a sentence."""
        count = len(self.losses) - 1
        how = "converged" if self.converged else "ended"
        first, last = self.losses[0], self.losses[-1]
        return (
            f"Learning {how} after {count} iterations, with a loss of {first:.4g}, then {last:.4g}."
        )

    def _facts(self) -> Mapping[str, object]:
        return {"summary": self.summary, "memory": self.memory}


@checked
def learn_weights(
    memory: ModularMemory,
    states: Mapping[str, ArrayLike],
    targets: Mapping[str, ArrayLike],
    *,
    clamped: Mapping[str, ArrayLike] | None = None,
    num_steps: Count = 4,
    step: Annotated[float, Within("(0, inf)")] = 1.0,
    only: Sequence[int] | None = None,
    decay: Annotated[float, Within("[0, inf)")] = 0.0,
    max_iter: Count = 100,
    tolerance: Annotated[float, Within("[0, inf)")] = 1e-7,
    optimizer: MatrixOptimizer | None = None,
    batch_size: Count | None = None,
    rng: Rng = None,
) -> LearnedWeights:
    """Return the memory with weights by which it recalls targets after some steps.

    Args:
        memory: The memory whose weights are the start.
        states: Inner states of every layer, ``(num_states, *layer_shape)``.
        targets: Activations that some layers should end with, such as whole pictures where states
            hold a part of them, ``(num_states, *layer_shape)``.
        clamped: Booleans per layer, of the layer's shape; True is held, and no target.
        num_steps: Steps that are looked through, see
            :func:`~classical_ref.modular.unrolled.recall_error`.
        step: Their length.
        only: Places in ``memory.synapses`` whose weights learn; None for all of them.
        decay: What the loss adds to the error, ``decay / 2`` times the squared distance from the
            first weights: where states are few, less is learned by heart.
        max_iter: Iterations of L-BFGS at most, or steps of the optimizer.
        tolerance: Largest entry of the gradient at which L-BFGS ends.
        optimizer: Such as :class:`~classical_ref.learning.Muon`; an array of weights is a matrix by
            its first axis. None takes L-BFGS.
        batch_size: States of a step of the optimizer, drawn anew; None takes all.
        rng: Source of the batches.

    Raises:
        ValueError: A layer is missing or unknown, a shape does not fit, ``only`` names a place
            without weights, L-BFGS is given batches, or an activation overflows.
        TypeError: An argument is of another kind, or a synapse cannot learn.

    Examples:
        >>> import numpy as np
        >>> from classical_ref import Coupling, Identity, NeuronLayer, Softmax
        >>> layers = {"x": NeuronLayer(2, Identity()), "h": NeuronLayer(2, Softmax(9.0))}
        >>> start = ModularMemory(layers, [(Coupling([[1.0, 0], [0, 1.0]]), ("h", "x"))])
        >>> cues, wholes = np.array([[1.0, 0], [0, 1.0]]), np.array([[2.0, 1.0], [1.0, 2.0]])
        >>> learned = learn_weights(start, {"x": cues, "h": np.zeros((2, 2))}, {"x": wholes})
        >>> bool(learned.losses[-1] < 1e-6 < 0.1 < learned.losses[0])
        True
    """
    kept = weights_of(memory)
    chosen = {key: array for key, array in kept.items() if only is None or key[0] in only}
    if not chosen or (only is not None and {place for place, _ in chosen} != set(only)):
        places = sorted({place for place, _ in kept})
        raise ValueError(f"only should hold places with weights, among {places}. Got {only}.")
    if optimizer is None and batch_size is not None:
        raise ValueError("batch_size should be None for L-BFGS. Got one; give an optimizer.")

    def evaluated(weights: Weights, rows: Integers | None = None) -> tuple[float, Weights]:
        error, gradient = recall_error(
            with_weights(memory, weights),
            states if rows is None else _picked(states, rows),
            targets if rows is None else _picked(targets, rows),
            clamped=clamped,
            num_steps=num_steps,
            step=step,
        )
        away = {key: weights[key] - kept[key] for key in chosen}
        loss = error + decay / 2 * sum(float((each**2).sum()) for each in away.values())
        return loss, {key: gradient[key] + decay * away[key] for key in chosen}

    if optimizer is None:
        return _by_lbfgs(memory, chosen, evaluated, max_iter, tolerance)
    num_states = len(np.asarray(next(iter(states.values()))))
    generator, losses, weights = np.random.default_rng(rng), [], chosen
    states_of: dict[tuple[int, str], OptimizerState | None] = dict.fromkeys(chosen)
    for _ in range(max_iter):
        rows = None
        if batch_size is not None:
            rows = generator.choice(num_states, min(batch_size, num_states), replace=False)
        loss, gradient = evaluated(weights, rows)
        losses.append(loss)
        weights = dict(weights)
        for key in chosen:
            weights[key], states_of[key] = optimizer.step(
                weights[key], gradient[key], states_of[key]
            )
    losses.append(evaluated(weights)[0])
    return LearnedWeights(
        memory=with_weights(memory, weights), losses=np.array(losses), converged=False
    )


def _by_lbfgs(
    memory: ModularMemory,
    start: Weights,
    evaluated: Callable[[Weights], tuple[float, Weights]],
    max_iter: int,
    tolerance: float,
) -> LearnedWeights:
    ends = np.cumsum([array.size for array in start.values()])

    def weights_at(flat: Floats) -> Weights:
        parts = np.split(flat, ends[:-1])
        return {key: part.reshape(start[key].shape) for key, part in zip(start, parts, strict=True)}

    def flat_evaluated(flat: Floats) -> tuple[float, Floats]:
        loss, gradient = evaluated(weights_at(flat))
        return loss, np.concatenate([gradient[key].ravel() for key in start])

    first = np.concatenate([array.ravel() for array in start.values()])
    losses = [flat_evaluated(first)[0]]
    done: OptimizeResult = minimize(
        flat_evaluated,
        first,
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": max_iter, "gtol": tolerance, "ftol": 0.0},
        callback=lambda intermediate_result: losses.append(float(intermediate_result.fun)),
    )
    return LearnedWeights(
        memory=with_weights(memory, weights_at(done.x)),
        losses=np.array(losses),
        converged=bool(done.success),
    )


def _picked(states: Mapping[str, ArrayLike], rows: Integers) -> States:
    return {name: np.asarray(value)[rows] for name, value in states.items()}
