"""Attention over measures: trained against frozen attention, and what a context's decay decides.

Contexts of two or four components with orthonormal tags drawn afresh, 2000 tokens each; the target
depends on the component asked for alone. Beside it the risk of kernel regression on one component,
for three decays of its coefficients. The publication proves rates; here only their order is tested.
"""

from dataclasses import replace
from typing import Any

import numpy as np

from classical_ref.continuous.context_tasks import cosines, random_components, random_contexts
from classical_ref.continuous.measures import TokenMeasure
from classical_ref.continuous.recall_and_predict import Contexts, RecallAndPredict, fit
from qdenseam.experiments import Task, trial
from qdenseam.reproduce.published import Found, against
from qdenseam.studies import (
    FigureSpec,
    Floats,
    Records,
    Row,
    SpecialStudy,
    cells_of,
    grid,
    mean_of,
    of_kind,
    register,
)

NUM_PARTS = (2, 4)
DECAYS = (0.5, 1.0, 2.0)
SIZES = (16, 64, 256, 1024)
_RIDGE = 1e-4  # of the kernel regression
_NUM_TEST = 1000


def tasks(
    training_batches: int = 3, risk_batches: int = 5, num_train: int = 400, num_tokens: int = 2000
) -> list[Task]:
    """Return trainings, risks, invariance and the error of tokens."""
    parts, sizes = [*reversed(NUM_PARTS)], {"num_train": num_train, "num_tokens": num_tokens}
    return [
        *grid("measure-training", num_parts=parts, **sizes, num_batches=training_batches),
        *grid("measure-risk", decay=DECAYS, num_samples=SIZES, num_batches=risk_batches),
        *grid("measure-invariance", num_parts=[[2, 4, 8]], betas=[[0.5, 2.0, 5.0, 10.0]]),
        *grid("measure-tokens", num_components=20, num_tokens=[100, 1000, 10_000]),
    ]


@trial("measure-training")
def trained(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Return test errors of trained and of uniform attention on one random task."""
    num_train, num_parts = params["num_train"], params["num_parts"]
    contexts, targets, asked = random_contexts(
        2 * num_train, num_parts, num_tokens=params["num_tokens"], rng=rng
    )
    train, test = contexts.select(slice(num_train)), contexts.select(slice(num_train, None))
    learned = fit(train, targets[:num_train])
    uniform = fit(train, targets[:num_train], mode="uniform")
    targets, asked, rows = targets[num_train:], asked[num_train:], np.arange(num_train)
    elsewhere = replace(test, queries=test.tags[rows, (asked + 1) % num_parts])

    def error(model: RecallAndPredict, given: Contexts) -> float:
        return float(np.mean((model.predict(given) - targets) ** 2))

    return {
        "learned": error(learned, test),
        "uniform": error(uniform, test),
        "redirected": error(learned, elsewhere),
        "variance": float(targets.var()),
        "mass": float(learned.weights(test)[rows, asked].mean()),
        "converged": learned.converged,
        "targets": targets[:200],
        "predictions": [learned.predict(test)[:200], uniform.predict(test)[:200]],
    }


@trial("measure-invariance")
def invariance(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Return the largest change under splits and permutations, and the error of the mass."""
    changes, errors = [], []
    for num_parts in params["num_parts"]:
        tags, _ = np.linalg.qr(rng.normal(size=(num_parts, num_parts)))
        contents = rng.random((num_parts, 50, 1))
        whole = TokenMeasure.mixture(tags, contents)
        order = np.append(rng.permutation(len(whole.masses)), 0)
        halves = np.where(order == 0, 0.5, 1.0)
        split = TokenMeasure(tags=whole.tags[order], contents=whole.contents[order], masses=halves)
        component = np.repeat(np.eye(num_parts), 50, axis=0)
        for beta in params["betas"]:
            match = beta * np.eye(num_parts) + rng.normal(size=(num_parts, num_parts))
            answers = [m.attend(tags[0], m.contents, match=match) for m in (whole, split)]
            changes.append(float(np.abs(answers[0] - answers[1]).max()))
            mass = whole.attend(tags[0], component, match=beta)[0]
            errors.append(abs(float(mass) - 1 / (1 + (num_parts - 1) * np.exp(-beta))))
    return {"change": max(changes), "mass_error": max(errors)}


@trial("measure-tokens")
def token_error(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Return the squared error of 16 coefficients, averaged over components."""
    components = random_components(params["num_components"], rng=rng)
    tokens = components.sample(params["num_tokens"], rng=rng)
    means = np.array([cosines(each, 16).mean(axis=0) for each in tokens])
    squares = ((means - components.coefficients) ** 2).sum(axis=1)
    return {"squared_error": float(squares.mean())}


@trial("measure-risk")
def risk(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Return the test error of kernel ridge regression of the sum of |b_j|, standardized."""
    size = params["num_samples"]
    components = random_components(size + _NUM_TEST, decay=params["decay"], rng=rng)
    features = components.coefficients
    targets = np.abs(features).sum(axis=1)
    targets = (targets - targets.mean()) / targets.std()
    squares = (features**2).sum(axis=1)
    distances = squares[:, np.newaxis] + squares - 2 * features @ features.T
    width = np.median(distances[size:, size:])
    kernel = np.exp(-np.sqrt(np.maximum(distances, 0) / width))
    dual = np.linalg.solve(kernel[:size, :size] + _RIDGE * np.eye(size), targets[:size])
    return {"risk": float(np.mean((kernel[size:, :size] @ dual - targets[size:]) ** 2))}


def table(records: Records) -> list[Row]:
    """Return R² of trained and uniform attention, then risks against the number of samples."""
    rows: list[Row] = []
    for (num_parts,), runs in cells_of(of_kind(records, "measure-training"), "num_parts").items():
        rows += [
            {
                "part": "attention",
                "label": f"{name} attention",
                "components": num_parts,
                "r_squared": mean_of(
                    [1 - run.values[key] / run.values["variance"] for run in runs], "tasks"
                ),
            }
            for name, key in (("trained", "learned"), ("uniform", "uniform"))
        ]
    for (decay, size), runs in cells_of(
        of_kind(records, "measure-risk"), "decay", "num_samples"
    ).items():
        risks = [run.values["risk"] for run in runs]
        rows.append(
            {
                **{"part": "risk", "label": f"α = {decay:g}"},
                **{"samples": size, "risk": mean_of(risks, "samples")},
            }
        )
    return rows


def found(records: Records) -> Found:
    """Return how the runs agree with the theory and with what trained attention should do."""
    exact = of_kind(records, "measure-invariance")[0].values
    numbers = {
        "largest change of attention when atoms are permuted and split": exact["change"],
        "largest error of the mass 1/(1 + (I - 1)e^-β), I to 8": exact["mass_error"],
    }
    for num_parts in NUM_PARTS:
        runs = [r.values for r in of_kind(records, "measure-training", num_parts=num_parts)]
        learned, uniform, redirected, variance, mass = (
            float(np.mean([run[name] for run in runs]))
            for name in ("learned", "uniform", "redirected", "variance", "mass")
        )
        of = f"I = {num_parts}"
        numbers |= {
            f"R² of trained attention, {of}": 1 - learned / variance,
            f"R² of uniform attention, {of}": 1 - uniform / variance,
            f"mass on the component asked for, {of}": mass,
            f"error asked elsewhere / error, {of}": redirected / learned,
            f"uniform error / error, {of}": uniform / learned,
        }
    scaled = [
        float(np.sqrt(r.params["num_tokens"] * r.values["squared_error"]))
        for r in of_kind(records, "measure-tokens")
    ]
    risks = _risks(records)
    numbers |= {
        "coefficient error × √tokens, furthest from √16": max(scaled, key=lambda x: abs(x - 4)),
        "largest change of log risk with four times the samples": np.diff(risks, axis=1).max(),
        "largest change of log risk with decay": np.diff(risks, axis=0).max(),
    }
    return numbers


def _risks(records: Records) -> Floats:
    """Return mean log risks, ``(num_decays, num_sizes)``."""
    risks = np.array([each.values["risk"] for each in of_kind(records, "measure-risk")])
    means = risks.reshape(len(DECAYS), len(SIZES), -1).mean(axis=2)
    return np.asarray(np.log(means))


STUDY = register(
    SpecialStudy(
        name="measure-attention",
        title="attention over measures: trained beside uniform attention, and risk by decay",
        source=(
            "Kawata and Suzuki, Transformers as measure-theoretic associative memory (2026), arXiv "
            "2602.01863; a small model of our own, whose order of risks is compared"
        ),
        tasks=tasks,
        table=table,
        figures=(
            FigureSpec(x="components", y="r_squared", line=("label",)),
            FigureSpec(x="samples", y="risk", line=("label",), log_y=True),
        ),
        quick={"training_batches": 1, "risk_batches": 3},
        note="R²: on test contexts, of so many components; risk: mean square error of kernel "
        "regression on one component whose coefficients decay by α.",
        checks=against("measure-attention", found),
    )
)
