"""Digits with trained memories: from features at small orders to prototypes at large ones.

The publication trains 2,000 memories on MNIST for 3,000 epochs. Here 60 memories learn
scikit-learn's 8 x 8 digits, 1,437 for training and 360 for testing in five random splits. Accuracy
is held against 0.975 at orders 3 and 10; the transition against bounds on the number of memories
that decide about an image and on the classes that a memory votes for. Temperature, momentum and
power of the loss of each order were found by trial on splits of the same images.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from qdenseam.experiments import Task, trial
from qdenseam.plots.class_memory import plot_by_order, plot_memories
from qdenseam.plots.style import new_figure
from qdenseam.reproduce.base import (
    Check,
    Floats,
    Records,
    Reproduction,
    at_least,
    at_most,
    equal,
    of_kind,
)
from qdenseam.reproduce.krotov_hopfield_xor import SOURCE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ORDERS = (2, 3, 5, 10, 20, 30)
QUICK_ORDERS = (2, 3, 10, 20)
NUM_SPLITS = 5
QUICK_SPLITS = 2
NUM_EPOCHS = 100
NUM_TEST = 360
_LOSS_POWERS = {2: 2, 3: 2, 5: 2, 10: 3, 20: 4, 30: 4}  # these and momenta: by trial
_MOMENTA = {2: 0.9, 3: 0.9, 5: 0.9, 10: 0.6, 20: 0.6, 30: 0.6}
_MOST_USED = 30  # memories over which classes are counted: some of 60 are never used
_DRAWN = 12
_PICTURED = (2, 10, 20)


@trial("krotov-hopfield-digits")
def trained_digits(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Return accuracies and what kind of memories training found, for one order and split."""
    from sklearn.datasets import load_digits

    from classical_ref.learning import TrainingSetup, train

    source = load_digits()
    split = np.random.default_rng(params["split"]).permutation(len(source.target))
    test, rest = split[:NUM_TEST], split[NUM_TEST:]
    images, labels = source.data / 8 - 1, source.target
    setup = TrainingSetup(
        order=params["order"],
        loss_power=params["loss_power"],
        momentum=params["momentum"],
        num_epochs=params["num_epochs"],
    )
    training = train(images[rest], labels[rest], setup, rng=rng)
    memory = training.memory
    shown, truth = images[test], labels[test]
    answers = memory.classify(shown)
    used = np.abs(memory.contributions(shown, truth)).sum(axis=0)
    most_used = np.argsort(-used)[:_MOST_USED]
    return {
        "outcome": training.outcome.name.lower(),
        "train_accuracy": float((memory.classify(images[rest]) == labels[rest]).mean()),
        "test_accuracy": float((answers == truth).mean()),
        "effective_memories": float(np.median(memory.effective_memories(shown, truth))),
        "classes_per_memory": float(memory.classes_per_memory()[most_used].mean()),
        "dual_agreement": float((memory.dual().classify(shown) == answers).mean()),
        "pictures": memory.pixels[most_used[:_DRAWN]].round(3),
    }


def agreement(records: Records) -> Iterator[Check]:
    """Yield the measured numbers beside their bounds; a quick run has fewer test images."""
    orders = _orders(records)

    def means(name: str) -> dict[int, float]:
        return dict(zip(orders, _column(records, name).mean(axis=1), strict=True))

    accuracy, effective = means("test_accuracy"), means("effective_memories")
    classes, duals = means("classes_per_memory"), _column(records, "dual_agreement").min(axis=1)
    growth = max(np.diff([effective[order] for order in orders if order >= 3]))
    slack = 0.01 if len(records) < len(orders) * NUM_SPLITS else 0.0
    for order in orders:
        least = 0.975 if order in (3, 10) else 0.95
        yield at_least(f"test accuracy, order {order}", accuracy[order], least, slack)
    yield at_least("memories that decide, order 2", effective[2], 20.0)
    yield equal("memories that decide, order 10", effective[10], 9.5, 5.5)
    yield at_most("memories that decide, order 20", effective[20], 5.0)
    yield at_most("largest growth of that number from order 3 on", growth, 0.0)
    yield at_least("classes per memory, order 2", classes[2], 2.5)
    yield at_most("classes per memory, order 20", classes[20], 1.3)
    for order, share in zip(orders, duals, strict=True):
        yield at_least(f"agreement with the linearized dual, order {order}", share, 0.97)


def _tasks(quick: bool) -> list[Task]:
    return [
        Task(
            kind="krotov-hopfield-digits",
            params={
                "order": order,
                "split": split,
                "loss_power": _LOSS_POWERS[order],
                "momentum": _MOMENTA[order],
                "num_epochs": NUM_EPOCHS,
            },
        )
        for order in (QUICK_ORDERS if quick else ORDERS)
        for split in range(QUICK_SPLITS if quick else NUM_SPLITS)
    ]


def _orders(records: Records) -> list[int]:
    return list(dict.fromkeys(record.params["order"] for record in records))


def _column(records: Records, name: str) -> Floats:
    """Return one measured number, ``(num_orders, num_splits)``."""
    numbers = np.array([row.values[name] for row in records], dtype=float)
    return numbers.reshape(len(_orders(records)), -1)


def _draw(records: Records) -> "Figure":
    orders = _orders(records)
    figure, axes = new_figure(2, 3, size=(10.5, 6.6))
    top = axes[0]
    accuracies = {
        "training": _column(records, "train_accuracy"),
        "test": _column(records, "test_accuracy"),
    }
    plot_by_order(orders, accuracies, ax=top[0], thresholds={"test": 0.975})
    top[0].set_ylabel("accuracy")
    plot_by_order(
        orders, {"memories": _column(records, "effective_memories")}, ax=top[1]
    ).set_ylabel("memories that decide, $N_{eff}$")
    plot_by_order(
        orders, {"classes": _column(records, "classes_per_memory")}, ax=top[2]
    ).set_ylabel("classes a memory votes for")
    top[0].legend(fontsize=8)
    for ax, order in zip(axes[1], _PICTURED, strict=True):
        first = of_kind(records, "krotov-hopfield-digits", order=order)[0]
        plot_memories(first.values["pictures"], (8, 8), ax=ax)
        ax.set_title(f"order {order}: most used memories", fontsize=10)
    figure.suptitle("Digits: features turn into prototypes", fontsize=11)
    return figure


KROTOV_HOPFIELD_DIGITS = Reproduction(
    name="krotov-hopfield-digits",
    title="trained memories on 8 x 8 digits: accuracy, and features turning into prototypes",
    source=SOURCE,
    tasks=_tasks,
    agreement=agreement,
    draw=_draw,
)
