import pickle
import subprocess
import sys
from dataclasses import asdict, fields

import numpy as np
import pytest

from classical_ref.learning import DenseClassifier, TrainingOutcome, TrainingSetup


def test_importing_the_room_imports_no_scikit_learn():
    code = (
        "import sys; from classical_ref.learning import DenseClassifier; "
        "DenseClassifier(order=5).get_params(); "
        "print(sorted({n.split('.')[0] for n in sys.modules} & {'sklearn', 'scipy', 'numba'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.fixture
def data(rng):
    labels = np.array(["crow", "duck", "owl"])[np.arange(90) % 3]
    centers = {"crow": [10, 40, 40], "duck": [40, 10, 40], "owl": [40, 40, 10]}
    return np.array([centers[name] for name in labels]) + rng.normal(0, 4, (90, 3)), labels


def test_it_classifies_any_scale_and_any_labels(data):
    samples, labels = data
    model = DenseClassifier(num_memories=10, num_epochs=20, batch_size=10, random_state=0)
    assert model.fit(samples, labels) is model
    assert model.score(samples, labels) > 0.95
    assert model.classes_.tolist() == ["crow", "duck", "owl"]
    assert model.decision_function(samples).shape == (90, 3)
    assert model.outcome_ is TrainingOutcome.COMPLETED
    assert np.array_equal(
        model.predict(samples), model.classes_[model.decision_function(samples).argmax(axis=1)]
    )
    wide = DenseClassifier(num_memories=10, num_epochs=20, batch_size=10, random_state=0)
    wide.fit(100 * samples - 7, labels)
    assert np.array_equal(wide.predict(100 * samples - 7), model.predict(samples))
    clone = pickle.loads(pickle.dumps(model))
    assert np.array_equal(clone.predict(samples), model.predict(samples))


def test_it_is_searched_and_piped(data):
    from sklearn.base import clone, is_classifier
    from sklearn.model_selection import GridSearchCV
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    samples, labels = data
    model = DenseClassifier(
        num_memories=6, num_epochs=40, batch_size=10, random_state=np.random.RandomState(0)
    )
    assert is_classifier(model)
    assert clone(model).get_params()["num_memories"] == 6
    pipe = make_pipeline(StandardScaler(), model)
    search = GridSearchCV(pipe, {"denseclassifier__order": [2, 3]}, cv=2).fit(samples, labels)
    assert search.best_score_ > 0.9


def test_parameters_and_text():
    model = DenseClassifier(order=7)
    assert model.set_params(momentum=0.5).momentum == 0.5
    assert "order=7" in repr(model)
    with pytest.raises(ValueError, match=r"one of order, num_memories.*Got 'degree'"):
        model.set_params(degree=2)


def test_bad_input(data):
    from sklearn.exceptions import NotFittedError

    samples, labels = data
    with pytest.raises(NotFittedError, match="not fitted yet"):
        DenseClassifier().predict(samples)
    with pytest.raises(ValueError, match=r"order should be at least 2\. Got 1"):
        DenseClassifier(order=1).fit(samples, labels)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        DenseClassifier().fit(samples, labels[:-1])
    with pytest.raises(ValueError, match="Unknown label type"):
        DenseClassifier().fit(samples, samples[:, 0])
    model = DenseClassifier(num_memories=2, num_epochs=1).fit(samples, labels)
    with pytest.raises(ValueError, match="3 features"):
        model.predict(samples[:, :2])


def test_constant_data_gives_a_constant_answer():
    model = DenseClassifier(num_memories=2, num_epochs=2, random_state=0)
    model.fit(np.full((4, 2), 3.0), [0, 1, 0, 1])
    assert len(set(model.predict(np.full((3, 2), 3.0)))) == 1


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:Estimator DenseClassifier does not inherit")
def test_scikit_learn_accepts_it():
    """All of its checks pass; that of array-API input is skipped unless the user turns that on."""
    from sklearn.exceptions import SkipTestWarning
    from sklearn.utils.estimator_checks import check_estimator

    with pytest.warns(SkipTestWarning):
        results = check_estimator(DenseClassifier(), on_fail=None)
    failed = [each["check_name"] for each in results if each["status"] == "failed"]
    skipped = [each["check_name"] for each in results if each["status"] == "skipped"]
    assert failed == []
    assert skipped in ([], ["check_array_api_input"])
    assert len(results) > 40


def test_parameters_are_those_of_a_training_setup():
    own = DenseClassifier().get_params()
    assert {each.name: own[each.name] for each in fields(TrainingSetup)} == asdict(TrainingSetup())
