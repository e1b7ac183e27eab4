import pickle
import subprocess
import sys
import warnings

import numpy as np
import pytest
from scipy.special import logsumexp

from classical_ref.learning import DenseClassifier
from classical_ref.learning.cross_entropy import (
    as_memory,
    default_alpha,
    first_memories,
    loss_and_gradient,
)

ORDERS = [2, 3, 5, 10, 20]


def test_importing_the_room_imports_no_scikit_learn():
    code = (
        "import sys; from classical_ref.learning import TrainingSetup, Muon; "
        "print(sorted({n.split('.')[0] for n in sys.modules} & {'sklearn', 'scipy', 'numba'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.fixture
def data(rng):
    labels = np.array(["crow", "duck", "owl"])[np.arange(90) % 3]
    centers = {"crow": [10, 40, 40], "duck": [40, 10, 40], "owl": [40, 40, 10]}
    return np.array([centers[name] for name in labels]) + rng.normal(0, 4, (90, 3)), labels


@pytest.mark.parametrize("order", ORDERS)
def test_the_gradient_is_the_slope_of_the_loss(order, rng):
    memories = rng.normal(size=(5, 4 + 1 + 3)) / 2
    samples, labels, weights = rng.normal(size=(11, 4)), rng.integers(0, 3, 11), rng.random(11)

    def loss(changed):
        return loss_and_gradient(
            changed, samples, labels, weights, num_classes=3, order=order, alpha=0.01
        )

    _, gradient = loss(memories)
    for place in np.ndindex(memories.shape):
        move = np.zeros_like(memories)
        move[place] = 1e-6
        slope = (loss(memories + move)[0] - loss(memories - move)[0]) / 2e-6
        assert gradient[place] == pytest.approx(slope, abs=1e-7)


@pytest.mark.parametrize("order", ORDERS)
def test_probabilities_are_boltzmann_weights_of_the_memory_with_one_class_on(order, rng):
    memories = rng.normal(size=(6, 4 + 1 + 3)) / 3
    samples = rng.normal(size=(7, 4))
    memory = as_memory(memories, 3, order)
    one_hot = 2 * np.eye(3) - 1
    states = [[[*sample, 1, *units] for units in one_hot] for sample in samples]
    energies = memory.energy(np.array(states))
    logs = -energies - logsumexp(-energies, axis=1, keepdims=True)
    for label in range(3):
        loss, _ = loss_and_gradient(
            memories,
            samples,
            np.full(7, label),
            np.full(7, 1 / 7),
            num_classes=3,
            order=order,
            alpha=0,
        )
        assert loss == pytest.approx(-logs[:, label].mean(), abs=1e-12)


def test_memories_start_at_samples_of_every_class(rng):
    samples, labels = rng.normal(size=(30, 4)), np.arange(30) % 3
    memories = first_memories(samples, labels, 3, 12, rng)
    nearest = np.abs(memories[:, np.newaxis, :4] - samples).max(axis=2).argmin(axis=1)
    assert len(set(nearest)) == 12
    assert labels[nearest].tolist() == [0, 1, 2] * 4
    assert memories[:, 5:].argmax(axis=1).tolist() == [0, 1, 2] * 4


def test_it_classifies_any_scale_and_any_labels(data):
    samples, labels = data
    model = DenseClassifier(random_state=0)
    assert model.fit(samples, labels) is model
    assert model.score(samples, labels) > 0.95
    assert model.classes_.tolist() == ["crow", "duck", "owl"]
    chances = model.predict_proba(samples)
    assert chances.sum(axis=1) == pytest.approx(1)
    assert np.array_equal(model.predict(samples), model.classes_[chances.argmax(axis=1)])
    moved = samples * [100, 0.01, -3] + [0, 7, -50]
    other = DenseClassifier(random_state=0).fit(moved, labels)
    assert other.predict_proba(moved) == pytest.approx(chances, abs=0.02)
    clone = pickle.loads(pickle.dumps(model))
    assert np.array_equal(clone.predict_proba(samples), chances)
    assert "order" in model._repr_html_()


def test_log_odds_of_two_classes_are_those_of_the_probabilities(data):
    samples, labels = data
    two = labels != "owl"
    model = DenseClassifier(5, random_state=0).fit(samples[two], labels[two])
    chances = model.predict_proba(samples)
    assert model.decision_function(samples) == pytest.approx(
        np.log(chances[:, 1] / chances[:, 0]), rel=1e-9
    )


def test_weights_count_as_rows_exactly(data, rng):
    samples, labels = data
    weights = rng.integers(0, 4, len(samples))
    weighted = DenseClassifier(random_state=0).fit(samples, labels, sample_weight=weights)
    shuffled = rng.permutation(np.repeat(np.arange(len(samples)), weights))
    repeated = DenseClassifier(random_state=0).fit(samples[shuffled], labels[shuffled])
    assert np.array_equal(weighted.predict_proba(samples), repeated.predict_proba(samples))


@pytest.mark.parametrize("order", ORDERS)
def test_it_learns_at_every_order_what_is_not_linear(order):
    corners, labels = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    for seed in range(5):
        model = DenseClassifier(order, num_memories=4, alpha=1e-4, random_state=seed)
        assert model.fit(corners, labels).score(corners, labels) == 1


@pytest.mark.parametrize("order", [2, 20])
def test_it_is_at_most_a_point_below_logistic_regression(order):
    from sklearn.datasets import load_iris, load_wine
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_score
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    folds = StratifiedKFold(5, shuffle=True, random_state=1)
    linear = make_pipeline(StandardScaler(), LogisticRegression())
    for load in (load_iris, load_wine):
        features, labels = load(return_X_y=True)
        reached = cross_val_score(
            DenseClassifier(order, random_state=0), features, labels, cv=folds
        ).mean()
        assert reached >= cross_val_score(linear, features, labels, cv=folds).mean() - 0.01


def test_partial_fits_learn_in_pieces_and_go_on_after_a_fit(data):
    samples, labels = data
    model = DenseClassifier(random_state=0, batch_size=10)
    for _ in range(20):
        for rows in np.arange(90).reshape(9, 10):
            model.partial_fit(samples[rows], labels[rows], classes=["crow", "duck", "owl"])
    assert model.score(samples, labels) > 0.95
    assert len(model.loss_curve_) == model.n_iter_ == 180
    fitted = DenseClassifier(random_state=0).fit(samples, labels)
    before = fitted.predict_proba(samples)
    fitted.partial_fit(samples, labels)
    assert 0 < np.abs(fitted.predict_proba(samples) - before).max() < 0.3
    with pytest.raises(ValueError, match="labels of classes"):
        fitted.partial_fit(samples, np.where(labels == "owl", "gull", labels))


def test_it_is_searched_and_piped(data):
    from sklearn.base import clone, is_classifier
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    samples, labels = data
    model = DenseClassifier(num_memories=6, random_state=np.random.RandomState(0))
    assert is_classifier(model)
    assert clone(model).get_params()["num_memories"] == 6
    pipe = make_pipeline(StandardScaler(), model)
    search = GridSearchCV(pipe, {"denseclassifier__order": [2, 3]}, cv=2).fit(samples, labels)
    assert search.best_score_ > 0.9


def test_what_was_not_learned_is_said(rng):
    from sklearn.exceptions import ConvergenceWarning

    noise = rng.normal(size=(60, 2))
    with pytest.warns(ConvergenceWarning, match="no more than the most frequent class"):
        DenseClassifier(alpha=1e3, random_state=0).fit(noise, np.arange(60) % 4 == 0)
    with pytest.warns(ConvergenceWarning, match="max_iter=3 iterations were not enough"):
        DenseClassifier(max_iter=3, random_state=0).fit(noise, noise[:, 0] > 0)


def test_bad_input(data):
    from scipy.sparse import csr_array
    from sklearn.exceptions import NotFittedError

    samples, labels = data
    with pytest.raises(NotFittedError, match="not fitted yet"):
        DenseClassifier().predict(samples)
    for parameters, message in [
        ({"order": 1}, r"order should be in \[2, 1000\]\. Got 1"),
        ({"num_memories": 0}, r"num_memories should be in \[1, 1000000\]\."),
        ({"alpha": -1}, r"alpha should be at least 0\."),
        ({"scale": "pixel"}, "scale should be"),
    ]:
        with pytest.raises(ValueError, match=message):
            DenseClassifier(**parameters).fit(samples, labels)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        DenseClassifier().fit(samples, labels[:-1])
    with pytest.raises(ValueError, match="Unknown label type"):
        DenseClassifier().fit(samples, samples[:, 0])
    with pytest.raises(ValueError, match=r"[Ss]ample.weight"):
        DenseClassifier().fit(samples, labels, sample_weight=np.zeros(90))
    with pytest.raises(TypeError, match="dense"):
        DenseClassifier().fit(csr_array(samples), labels)
    with pytest.raises(ValueError, match="3 features"):
        DenseClassifier(random_state=0).fit(samples, labels).predict(samples[:, :2])


def test_constant_features_are_left_out(data):
    samples, labels = data
    constant = np.hstack([samples, np.full((90, 1), 1e9)])
    assert DenseClassifier(random_state=0).fit(constant, labels).score(constant, labels) > 0.95


def test_the_decay_rises_with_the_order():
    assert [default_alpha(order) for order in (2, 3, 5, 10, 40)] == pytest.approx(
        [1e-3, 3e-3, 3e-3, 1e-2, 1e-2]
    )


@pytest.mark.parametrize("order", [2, 3, 10, 20])
def test_scikit_learn_accepts_it(order):
    """All of its checks pass; that of array-API input is skipped unless the user turns that on."""
    from sklearn.exceptions import SkipTestWarning
    from sklearn.utils.estimator_checks import check_estimator

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SkipTestWarning)
        warnings.filterwarnings("ignore", message="DenseClassifier: ")
        results = check_estimator(DenseClassifier(order), on_fail=None)
    failed = [each["check_name"] for each in results if each["status"] == "failed"]
    skipped = [each["check_name"] for each in results if each["status"] == "skipped"]
    assert failed == []
    assert skipped in ([], ["check_array_api_input"])
    assert len(results) > 50


@pytest.mark.parametrize("scale", ["feature", "common"])
def test_units_however_large_or_small_change_nothing(scale):
    rng = np.random.default_rng(0)
    samples, labels = rng.normal(size=(30, 3)), np.arange(30) % 2
    made = [DenseClassifier(scale=scale, max_iter=3, random_state=0) for _ in range(3)]
    chances = []
    for model, unit in zip(made, (1.0, 2.0**1000, 2.0**-1000), strict=True):
        with warnings.catch_warnings():
            warnings.simplefilter("error", RuntimeWarning)
            warnings.simplefilter("ignore", UserWarning)
            chances.append(model.fit(samples * unit, labels).predict_proba(samples * unit))
    assert np.array_equal(chances[0], chances[1])
    assert np.array_equal(chances[0], chances[2])


@pytest.mark.filterwarnings("ignore")
def test_powers_that_overflow_are_refused():
    samples, labels = np.eye(4), [0, 1, 0, 1]
    model = DenseClassifier(order=3, scale=None, random_state=0)
    with pytest.raises(ValueError, match="features should be small enough for powers of order 3"):
        model.fit(1e200 * samples, labels)
    with pytest.raises(ValueError, match="small enough"):
        DenseClassifier(learning_rate=1e300).partial_fit(samples, labels)
    with pytest.raises(ValueError, match=r"alpha should be at least 0 and finite\."):
        DenseClassifier(alpha=np.inf).fit(samples, labels)


def test_later_classes_are_those_of_the_first_call():
    samples, labels = np.eye(4), [0, 1, 0, 1]
    model = DenseClassifier(random_state=0).partial_fit(samples, labels, classes=[1, 0])
    model.partial_fit(samples, labels, classes=[0, 1])
    with pytest.raises(ValueError, match=r"classes should be those of the first call, \[0, 1\]"):
        model.partial_fit(samples, labels, classes=[0, 1, 2])
