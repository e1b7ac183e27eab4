"""A class memory as a scikit-learn classifier, without importing scikit-learn until it is used."""

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Self, final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from classical_ref.checks import Floats, Rng
from classical_ref.learning.class_memory import ClassMemory
from classical_ref.learning.training import Training, TrainingOutcome, train
from classical_ref.learning.training_setup import TrainingSetup

if TYPE_CHECKING:
    from sklearn.utils import Tags


@final
@dataclass(kw_only=True, eq=False)
class DenseClassifier:
    """Dense associative memory with trained memories, as a scikit-learn estimator.

    Inputs are scaled so that the smallest and largest training value become -1 and 1, all features
    alike, as pixels want; features of different units need a scaler before. The parameters are
    those of :class:`~classical_ref.learning.TrainingSetup`, and attributes that end with an
    underscore exist after :meth:`fit`. Unlike other objects of this package an estimator is
    mutable, because scikit-learn's cloning and searching need it. It is one by its methods and
    tags, not by inheritance, so ``check_estimator`` warns that it does not inherit and then passes.
    Its checks of transformers, regressors, sample weights in ``fit`` and sparse input do not apply,
    and that of array-API input runs only where ``SCIPY_ARRAY_API`` is set.

    scikit-learn 1.6 or newer is needed, and imported by :meth:`fit` and :meth:`predict` only.

    Examples:
        >>> from sklearn.datasets import load_digits
        >>> images, labels = load_digits(return_X_y=True)
        >>> model = DenseClassifier(order=10, num_epochs=20, random_state=0)
        >>> model.fit(images[:1437], labels[:1437]).score(images[1437:], labels[1437:]) > 0.85
        True

    References:
        Krotov and Hopfield, "Dense associative memory for pattern recognition" (2016), arXiv
        1606.01164.
    """

    order: int = 3
    num_memories: int = 60
    temperature: float | None = None
    initial_temperature: float | None = None
    temperature_epochs: int = 0
    loss_power: int = 2
    learning_rate: float = 0.04
    decay: float = 0.985
    momentum: float = 0.6
    num_epochs: int = 100
    batch_size: int = 100
    mean: float = -0.3
    spread: float = 0.3
    random_state: Rng | np.random.RandomState = None
    """Seed, ``RandomState``, ``Generator`` or None."""

    classes_: NDArray[np.generic] = field(init=False, repr=False)
    """Class labels, ``(num_classes,)``."""
    n_features_in_: int = field(init=False, repr=False)
    """Number of features seen by :meth:`fit`."""
    range_: tuple[float, float] = field(init=False, repr=False)
    """Smallest and largest training value."""
    training_: Training = field(init=False, repr=False)
    """Memories, losses and outcome of the training."""

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Train on samples ``X`` of shape ``(n_samples, n_features)`` and labels ``y``.

        Raises:
            ValueError: A shape or a value is no training data, or a parameter is out of range.
            TypeError: ``X`` is sparse, or a parameter has the wrong type.
        """
        from sklearn.utils.multiclass import check_classification_targets
        from sklearn.utils.validation import validate_data

        images, labels = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(labels)
        self.classes_, numbers = np.unique(labels, return_inverse=True)
        self.range_ = (float(images.min()), float(images.max()))
        own = {each.name for each in fields(TrainingSetup)}
        every: dict[str, Any] = self.get_params()
        parameters = {name: value for name, value in every.items() if name in own}
        self.training_ = train(
            self._scaled(images),
            numbers,
            TrainingSetup(**parameters),
            num_classes=len(self.classes_),
            rng=_generator(self.random_state),
        )
        return self

    def decision_function(self, X: ArrayLike) -> Floats:
        """Return the fields of the class units, ``(n_samples, n_classes)``.

        With two classes, the field of the second less that of the first, ``(n_samples,)``.

        Raises:
            sklearn.exceptions.NotFittedError: :meth:`fit` was not called.
            ValueError: ``X`` has another number of features.
        """
        values = self._fields(X)
        return np.asarray(values[:, 1] - values[:, 0] if len(self.classes_) == 2 else values)

    def predict(self, X: ArrayLike) -> NDArray[np.generic]:
        """Return the class of the largest field of each sample, ``(n_samples,)``.

        Raises:
            sklearn.exceptions.NotFittedError: :meth:`fit` was not called.
            ValueError: ``X`` has another number of features.
        """
        winners = self._fields(X).argmax(axis=1)
        return np.asarray(self.classes_[winners])

    def score(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> float:
        """Return the accuracy on samples and labels."""
        from sklearn.metrics import accuracy_score

        return float(accuracy_score(y, self.predict(X), sample_weight=sample_weight))

    @property
    def memory_(self) -> ClassMemory:
        """The trained memory, which takes scaled images."""
        return self.training_.memory

    @property
    def outcome_(self) -> TrainingOutcome:
        """How training ended."""
        return self.training_.outcome

    def get_params(self, deep: bool = True) -> dict[str, object]:
        """Return the parameters by name; there are no nested ones."""
        del deep
        return {each.name: getattr(self, each.name) for each in fields(self) if each.init}

    def set_params(self, **params: object) -> Self:
        """Set parameters by name.

        Raises:
            ValueError: There is no such parameter.
        """
        names = list(self.get_params())
        for name, value in params.items():
            if name not in names:
                raise ValueError(f"parameter should be one of {', '.join(names)}. Got {name!r}.")
            setattr(self, name, value)
        return self

    def __sklearn_tags__(self) -> "Tags":
        """Return what scikit-learn should know: a multi-class classifier of dense finite data."""
        from sklearn.utils import ClassifierTags, Tags, TargetTags

        return Tags(
            estimator_type="classifier",
            target_tags=TargetTags(required=True),
            classifier_tags=ClassifierTags(),
        )

    def __sklearn_is_fitted__(self) -> bool:
        """Return whether :meth:`fit` was called."""
        return hasattr(self, "training_")

    def _fields(self, X: ArrayLike) -> Floats:
        from sklearn.utils.validation import check_is_fitted, validate_data

        check_is_fitted(self)
        images = validate_data(self, X, dtype=np.float64, reset=False)
        return self.memory_.fields(self._scaled(images))

    def _scaled(self, images: Floats) -> Floats:
        low, high = self.range_
        if high == low:
            return np.zeros_like(images)
        return np.asarray(2 * (images - low) / (high - low) - 1)


def _generator(random_state: Rng | np.random.RandomState) -> np.random.Generator:
    if isinstance(random_state, np.random.RandomState):
        return np.random.default_rng(random_state.randint(2**31, size=4))
    return np.random.default_rng(random_state)
