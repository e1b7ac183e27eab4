"""A class memory as a scikit-learn classifier."""

import warnings
from typing import Annotated, Self, final

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import OptimizeResult, minimize
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, validate_data

from classical_ref.checks import (
    Booleans,
    Floats,
    Integers,
    Rng,
    Within,
    check_attributes,
    check_entries,
)
from classical_ref.learning.class_memory import ClassMemory, Order
from classical_ref.learning.cross_entropy import (
    as_memory,
    default_alpha,
    first_memories,
    loss_and_gradient,
)
from classical_ref.learning.optimizers import Adam, OptimizerState
from classical_ref.learning.scaling import Scale, Scaling, merged
from classical_ref.log_sums import softmax

_DEAD = 0.2  # share of memories that may be active on no sample


@final
class DenseClassifier(ClassifierMixin, BaseEstimator):
    r"""Dense associative memory with trained memories, as a scikit-learn estimator.

    .. math:: P(a | v) = \operatorname{softmax}_a\; K^{-1/2} \sum_\mu \max(0,
              c + \tfrac1n (\xi^\mu \cdot v + b_\mu - \sum_b Z_{\mu b}
              + 2 Z_{\mu a}))^n

    The class units of a rectified dense memory of order n, the first of which is turned on by its
    Boltzmann weight; see :mod:`classical_ref.learning.cross_entropy`. Memories start at training
    samples and are trained by L-BFGS. Rows that repeat count by their weights, exactly.

    Args:
        order: n, from 2 to 1000.
        num_memories: K; None takes four a class, and ten at least.
        alpha: Weight decay; None takes one by the order,
            :func:`~classical_ref.learning.cross_entropy.default_alpha`.
        scale: What features are taken relative to: ``"feature"`` (the mean and deviation of each),
            ``"common"`` (one of all, as pixels want), both clipped at 5 deviations and divided by
            the root of their number; or None, as they are.
        max_iter: Iterations of L-BFGS at most.
        tol: Largest entry of the gradient at which training ends.
        learning_rate: Step of Adam, by which :meth:`partial_fit` trains.
        batch_size: Samples of a step there.
        random_state: Seed, ``RandomState``, ``Generator`` or None.

    Attributes:
        classes_: Labels, ``(n_classes,)``.
        memory_: The trained :class:`~classical_ref.learning.ClassMemory`; it takes scaled features
            and a 1.
        loss_curve_: Loss after each iteration, or of each step of :meth:`partial_fit`.
        n_iter_: Iterations or steps done.
        active_memories_: Whether each memory answers to any training sample, ``(K,)``.

    Examples:
        >>> from sklearn.datasets import load_iris
        >>> features, species = load_iris(return_X_y=True)
        >>> model = DenseClassifier(order=5, random_state=0).fit(features[::2], species[::2])
        >>> model.score(features[1::2], species[1::2]) > 0.9
        True

    References:
        Krotov and Hopfield, "Dense associative memory for pattern recognition" (2016), arXiv
        1606.01164. Its own loss, schedule and temperature are :func:`classical_ref.learning.train`.
    """

    _scaling: Scaling
    _memories: Floats
    _state: OptimizerState | None

    def __init__(
        self,
        order: Order = 3,
        *,
        num_memories: Annotated[int, Within("[1, 1000000]")] | None = None,
        alpha: Annotated[float, Within("[0, inf)")] | None = None,
        scale: Scale | None = "feature",
        max_iter: Annotated[int, Within("[1, 1000000]")] = 200,
        tol: Annotated[float, Within("[0, inf]")] = 1e-4,
        learning_rate: Annotated[float, Within("(0, inf)")] = 0.02,
        batch_size: Annotated[int, Within("[1, 1000000000]")] = 100,
        random_state: Rng | np.random.RandomState = None,
    ) -> None:
        self.order = order
        self.num_memories = num_memories
        self.alpha = alpha
        self.scale = scale
        self.max_iter = max_iter
        self.tol = tol
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.random_state = random_state

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:
        """Train on samples ``(n_samples, n_features)`` and labels ``(n_samples,)``.

        Args:
            X: Features, dense.
            y: Labels of any type.
            sample_weight: At least 0; a whole number counts as so many equal rows.

        Raises:
            ValueError: A shape, a value or a parameter is out of range, also for the powers that
                are computed from it.
            TypeError: ``X`` is sparse, or a parameter has the wrong type.

        Warns:
            ConvergenceWarning: Training ended by ``max_iter``, learned no more than the most
                frequent class, or left more than a fifth of the memories without any sample.
        """
        self._check()
        samples, labels = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(labels)
        weights = _check_sample_weight(sample_weight, samples, ensure_non_negative=True)
        samples, weights, labels = samples[weights > 0], weights[weights > 0], labels[weights > 0]
        if len(samples) == 0:
            raise ValueError("sample_weight should be positive for a sample. Got all zero.")
        self.classes_: NDArray[np.generic] = np.unique(labels)
        samples, numbers, weights = merged(samples, self.classes_.searchsorted(labels), weights)
        self._scaling = Scaling.of(samples, weights, self.scale)
        scaled = self._scaling.applied(samples)
        start = self._first(scaled, numbers)
        self.loss_curve_: list[float] = []
        done: OptimizeResult = minimize(
            lambda flat: self._loss(flat.reshape(start.shape), scaled, numbers, weights),
            start.ravel(),
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": self.max_iter, "gtol": self.tol, "ftol": 0.0},
            callback=lambda intermediate_result: self.loss_curve_.append(
                float(intermediate_result.fun)
            ),
        )
        self.n_iter_ = int(done.nit)
        self._begin(np.reshape(done.x, start.shape))
        self._finish(scaled)
        self._warn(scaled, numbers, weights)
        return self

    def partial_fit(
        self,
        X: ArrayLike,
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Train on further samples by steps of Adam; scale and start come from the first call.

        After :meth:`fit` training goes on from where that ended.

        Args:
            X: Features, dense, ``(n_samples, n_features)``.
            y: Labels, ``(n_samples,)``.
            classes: All labels that will ever come, where the first call has not all of them; later
                calls may leave them out.
            sample_weight: At least 0.

        Raises:
            ValueError: As for :meth:`fit`, a label is none of ``classes``, or these are others than
                those of the first call.
            TypeError: As for :meth:`fit`.
        """
        self._check()
        is_first = not hasattr(self, "_memories")
        samples, labels = validate_data(self, X, y, dtype=np.float64, reset=is_first)
        weights = _check_sample_weight(sample_weight, samples, ensure_non_negative=True)
        if is_first:
            check_classification_targets(labels)
            self.classes_ = np.unique(labels if classes is None else np.asarray(classes))
        elif classes is not None and not np.array_equal(np.unique(classes), self.classes_):
            raise ValueError(
                f"classes should be those of the first call, {self.classes_.tolist()}. Got "
                f"{np.unique(classes).tolist()}."
            )
        unknown = np.setdiff1d(labels, self.classes_)
        if unknown.size:
            raise ValueError(f"y should hold labels of classes. Got {unknown.tolist()} too.")
        numbers = self.classes_.searchsorted(labels)
        if is_first:
            self._scaling = Scaling.of(samples, weights, self.scale)
            self._begin(self._first(self._scaling.applied(samples), numbers))
            self.n_iter_, self.loss_curve_ = 0, []
        scaled = self._scaling.applied(samples)
        order = _generator(self.random_state).permutation(len(scaled))
        for begin in range(0, len(order), self.batch_size):
            rows = order[begin : begin + self.batch_size]
            if weights[rows].sum() > 0:
                self._adam(scaled[rows], numbers[rows], weights[rows])
        self._finish(scaled)
        return self

    def decision_function(self, X: ArrayLike) -> Floats:
        """Return the fields of the class units, ``(n_samples, n_classes)``.

        With two classes, the log-odds of the second, ``(n_samples,)``.

        Raises:
            sklearn.exceptions.NotFittedError: The classifier was not trained.
            ValueError: ``X`` has another number of features.
        """
        fields = self._fields(X)
        return np.asarray(fields[:, 1] - fields[:, 0] if len(self.classes_) == 2 else fields)

    def predict_proba(self, X: ArrayLike) -> Floats:
        """Return the probability of each class, ``(n_samples, n_classes)``."""
        return softmax(self._fields(X))

    def predict(self, X: ArrayLike) -> NDArray[np.generic]:
        """Return the most probable class of each sample, ``(n_samples,)``."""
        chosen = self._fields(X).argmax(axis=1)
        return np.asarray(self.classes_[chosen])

    def _check(self) -> None:
        check_attributes(self, type(self).__init__)

    def _first(self, scaled: Floats, numbers: Integers) -> Floats:
        present, places = np.unique(numbers, return_inverse=True)
        count = max(10, 4 * len(self.classes_)) if self.num_memories is None else self.num_memories
        size = scaled.shape[1] + 1 + len(self.classes_)
        check_entries(2**28, num_memories=count, num_neurons=size)
        rng = _generator(self.random_state)
        started = first_memories(scaled, places, len(present), count, rng)
        if len(present) == len(self.classes_):
            return started
        units = np.full((count, len(self.classes_)), started[:, -len(present) :].min())
        units[:, present] = started[:, -len(present) :]
        return np.hstack([started[:, : -len(present)], units])

    def _loss(
        self, memories: Floats, scaled: Floats, numbers: Integers, weights: Floats
    ) -> tuple[float, Floats]:
        loss, gradient = loss_and_gradient(
            memories,
            scaled,
            numbers,
            weights / weights.sum(),
            num_classes=len(self.classes_),
            order=self.order,
            alpha=default_alpha(self.order) if self.alpha is None else self.alpha,
        )
        return loss, gradient.ravel()

    def _adam(self, scaled: Floats, numbers: Integers, weights: Floats) -> None:
        loss, flat = self._loss(self._memories, scaled, numbers, weights)
        gradient = flat.reshape(self._memories.shape)
        if not np.isfinite(gradient).all():
            raise self._overflow()
        self.n_iter_ += 1
        adam = Adam(self.learning_rate)
        self._memories, self._state = adam.step(self._memories, gradient, self._state)
        self.loss_curve_.append(loss)

    def _begin(self, memories: Floats) -> None:
        """Take memories, from which steps of Adam begin."""
        self._memories = memories
        self._state = None

    def _finish(self, scaled: Floats) -> None:
        is_finite = bool(np.isfinite(self._memories).all())
        if is_finite:
            memory = as_memory(self._memories, len(self.classes_), self.order)
            with np.errstate(all="ignore"):  # what overflows is refused
                is_finite = bool(np.isfinite(memory.fields(_with_one(scaled))).all())
        if not is_finite:
            raise self._overflow()
        self.memory_: ClassMemory = memory
        base = _with_one(scaled) @ self.memory_.pixels.T - self.memory_.classes.sum(axis=1)
        highest = base.max(axis=0) + 2 * self.memory_.classes.max(axis=1)
        self.active_memories_: Booleans = np.asarray(highest > 0)

    def _overflow(self) -> ValueError:
        """Forget what overflowed, and return what is to be said."""
        del self._memories
        return ValueError(
            f"features should be small enough for powers of order {self.order}. Got an overflow; "
            "scale='feature' brings them to one size, and alpha or learning_rate may be too large."
        )

    def _warn(self, scaled: Floats, numbers: Integers, weights: Floats) -> None:
        troubles = []
        if self.n_iter_ >= self.max_iter:
            troubles.append(f"max_iter={self.max_iter} iterations were not enough; raise it")
        right = self.memory_.classify(_with_one(scaled)) == numbers
        accuracy = weights[right].sum() / weights.sum()
        majority = np.bincount(numbers, weights).max() / weights.sum()
        if accuracy <= majority < 1:
            troubles.append(f"it learned no more than the most frequent class ({majority:.3g})")
        if (dead := 1 - self.active_memories_.mean()) > _DEAD:
            troubles.append(f"{dead:.0%} of the memories answer to no sample")
        if troubles:
            text = f"DenseClassifier: {'; '.join(troubles)}."
            warnings.warn(text, ConvergenceWarning, stacklevel=3)

    def _fields(self, X: ArrayLike) -> Floats:
        check_is_fitted(self, "memory_")
        samples = validate_data(self, X, dtype=np.float64, reset=False)
        return self.memory_.fields(_with_one(self._scaling.applied(samples)))


def _with_one(scaled: Floats) -> Floats:
    return np.hstack([scaled, np.ones((len(scaled), 1))])


def _generator(random_state: Rng | np.random.RandomState) -> np.random.Generator:
    if isinstance(random_state, np.random.RandomState):
        return np.random.default_rng(random_state.randint(2**31, size=4))
    return np.random.default_rng(random_state)
