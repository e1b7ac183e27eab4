"""Digits with trained memories: from features at small orders to prototypes at large ones.

The publication trains 2,000 memories on MNIST for 3,000 epochs. Here 60 memories learn
scikit-learn's 8 x 8 digits, 1,437 for training and 360 for testing in five random splits. Accuracy
is held against 0.975 at orders 3 and 10; the transition against bounds on the number of memories
that decide about an image and on the classes that a memory votes for. Temperature, momentum and
power of the loss of each order were found by trial on splits of the same images.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from qdenseam.experiments import Task, trial
from qdenseam.plots.pictures import plot_memories
from qdenseam.plots.style import new_figure
from qdenseam.reproduce.krotov_hopfield_xor import SOURCE
from qdenseam.reproduce.published import Found, against
from qdenseam.studies import (
    Drawing,
    FigureSpec,
    Records,
    Row,
    SpecialStudy,
    cells_of,
    mean_of,
    register,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NUM_TEST = 360
_LOSS_POWERS = {2: 2, 3: 2, 5: 2, 10: 3, 20: 4, 30: 4}  # these and momenta: by trial
_MOMENTA = {2: 0.9, 3: 0.9, 5: 0.9, 10: 0.6, 20: 0.6, 30: 0.6}
_MOST_USED = 30  # memories over which classes are counted: some of 60 are never used
_DRAWN = 12
_PICTURED = 4
_MEANS = ("train_accuracy", "test_accuracy", "effective_memories", "classes_per_memory")


def tasks(
    orders: Sequence[int] = (2, 3, 5, 10, 20, 30), num_splits: int = 5, num_epochs: int = 100
) -> list[Task]:
    """Return a task for each order and split."""
    return [
        Task(
            kind="krotov-hopfield-digits",
            params={
                "order": order,
                "split": split,
                "loss_power": _LOSS_POWERS[order],
                "momentum": _MOMENTA[order],
                "num_epochs": num_epochs,
            },
        )
        for order in orders
        for split in range(num_splits)
    ]


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


def table(records: Records) -> list[Row]:
    """Return a row for each order, means over the splits."""
    return [
        {
            "order": order,
            **{name: mean_of([r.values[name] for r in runs], "splits") for name in _MEANS},
            "least_dual_agreement": min(r.values["dual_agreement"] for r in runs),
            "splits": len(runs),
        }
        for (order,), runs in cells_of(records, "order").items()
    ]


def found(records: Records) -> Found:
    """Return accuracies, and how features turn into prototypes."""
    rows = {row["order"]: row for row in table(records)}
    effective = [row["effective_memories"].best for order, row in rows.items() if order >= 3]
    numbers = {"largest growth of that number from order 3 on": float(np.diff(effective).max())}
    for order, row in rows.items():
        numbers[f"test accuracy, order {order}"] = row["test_accuracy"]
        dual = f"agreement with the linearized dual, order {order}"
        numbers[dual] = row["least_dual_agreement"]
    for order in (2, 10, 20):
        numbers[f"memories that decide, order {order}"] = rows[order]["effective_memories"]
    for order in (2, 20):
        numbers[f"classes per memory, order {order}"] = rows[order]["classes_per_memory"]
    return numbers


def _draw(records: Records) -> "Figure":
    every = list(cells_of(records, "order").items())
    places = np.linspace(0, len(every) - 1, min(_PICTURED, len(every))).astype(int)
    shown = [every[place] for place in places]
    figure, axes = new_figure(1, len(shown), size=(3.2 * len(shown), 2.8))
    for ax, ((order,), runs) in zip(axes[0], shown, strict=True):
        plot_memories(runs[0].values["pictures"], (8, 8), ax=ax)
        ax.set_title(f"order {order}", fontsize=10)
    return figure


STUDY = register(
    SpecialStudy(
        name="krotov-hopfield-digits",
        title="trained memories on 8 x 8 digits: accuracy, and features turning into prototypes",
        source=SOURCE,
        tasks=tasks,
        table=table,
        figures=(
            FigureSpec(x="order", y="test_accuracy", line=()),
            FigureSpec(x="order", y="effective_memories", line=()),
            FigureSpec(x="order", y="classes_per_memory", line=()),
            Drawing(caption="The most used memories: features turn into prototypes.", draw=_draw),
        ),
        quick={"orders": [2, 3, 10, 20], "num_splits": 2},
        note="effective memories: how many decide about an image, median over images; classes per "
        "memory: for how many a memory votes.",
        checks=against("krotov-hopfield-digits", found),
    )
)
