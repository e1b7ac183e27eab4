"""Attention on qubits: a filtered context has exactly the softmax masses, at a stated price.

A context is a classical-quantum state of documents, whose filter on the tag leaves the softmax mass
on the document asked for. A context of tokens is an amplitude memory of (tag, content): a filter on
the tag samples each token with its attention weight, and a shot is one token. What softmax costs is
the acceptance of the filter.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from classical_ref.continuous.measures import TokenMeasure
from qdenseam.experiments import Task, trial
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.memories.context import ContextState
from qdenseam.methods import Posterior, ProductFilter, SeparationFilter
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

Complex: TypeAlias = NDArray[np.complex128]

NUM_PARTS = (2, 4, 8)
BETAS = tuple(place / 2 for place in range(17))
SHOTS = (100, 1000, 10_000, 100_000)
_TAG_BITS, _CONTENT_BITS, _NUM_TOKENS = 4, 4, 16


def tasks(
    num_parts: Sequence[int] = NUM_PARTS, shots: Sequence[int] = SHOTS, num_runs: int = 60
) -> list[Task]:
    """Return contexts of so many documents, one of tokens, and runs of so many shots."""
    return [
        *grid("context-filter", num_parts=num_parts, betas=[BETAS]),
        *grid("token-filter", betas=[[0.1, 0.5, 1.0]]),
        *grid("token-shots", shots=shots, beta=0.5, num_batches=num_runs),
    ]


@trial("context-filter")
def filtered_context(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Return masses, acceptances and the distance from softmax for one random context."""
    num_parts = params["num_parts"]
    tags, _ = np.linalg.qr(rng.normal(size=(num_parts, num_parts)))
    context = ContextState(tags, np.array([_density(rng, 4) for _ in range(num_parts)]))
    observable = np.diag(rng.normal(size=4))
    values = np.real(np.einsum("iab,ba->i", context.states, observable))
    masses, acceptances, errors = [], [], []
    for beta in params["betas"]:
        recalled = context.recall(tags[0], beta=beta)
        weights = np.exp(beta * (tags @ tags[0]))
        weights /= weights.sum()
        attended = abs(np.trace(recalled.state @ observable).real - weights @ values)
        errors.append(max(float(np.abs(recalled.masses - weights).max()), float(attended)))
        masses.append(float(recalled.masses[0]))
        acceptances.append(recalled.acceptance)
    hard = context.recall(tags[0], beta=np.inf)
    return {
        "masses": masses,
        "acceptances": acceptances,
        "error": max(errors),
        "hard_acceptance": hard.acceptance,
        "hard_error": float(np.abs(hard.state - context.states[0]).max()),
    }


@trial("token-filter")
def filtered_tokens(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Return how far filters and their circuits are from attention over a measure of tokens."""
    from qiskit.quantum_info import Statevector

    memory, measure, query = _tokens(rng)
    probe = np.concatenate([query, np.zeros(_CONTENT_BITS, dtype=np.int8)])
    laws, circuits, prices = [], [], []
    for beta in params["betas"]:
        attention = measure.attend(query, np.eye(_NUM_TOKENS), match=beta)
        damping = float(np.exp(-2 * beta))
        price = float(memory.weights @ np.exp(beta * (measure.tags @ query - _TAG_BITS)))
        for method in (
            ProductFilter(damping),
            SeparationFilter(Posterior(damping / (1 + damping))),
        ):
            law = method.law(memory, probe)
            laws.append(float(np.abs(law.probabilities - attention).max()))
            prices.append(abs(law.acceptance - price))
            circuit = method.circuit(memory, probe)
            size = sum(len(r) for r in circuit.qregs if r.name in ("memory", "flag"))
            found = Statevector(circuit).probabilities()[: 2**size].reshape(-1, 256)[0]
            kept = found[(memory.patterns < 0) @ (1 << np.arange(8))]
            circuits.append(float(np.abs(kept / found.sum() - attention).max()))
    return {"laws": max(laws), "circuits": max(circuits), "prices": max(prices)}


@trial("token-shots")
def token_shots(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Return the squared error of the attention output from accepted shots, in units of 1/shots."""
    from qdenseam.retrieval.verb import recall

    memory, measure, query = _tokens(rng)
    probe = np.concatenate([query, np.zeros(_CONTENT_BITS, dtype=np.int8)])
    beta = params["beta"]
    exact = measure.attend(query, measure.contents, match=beta)
    spread = measure.attend(query, ((measure.contents - exact) ** 2), match=beta).sum()
    method = ProductFilter(float(np.exp(-2 * beta)))
    result = recall(memory, probe, method=method, shots=params["shots"], rng=rng)
    sampled = result.counts @ measure.contents / result.accepted
    error = float(((sampled - exact) ** 2).sum())
    return {
        "squared_error": error,
        "scaled": error * result.accepted / float(spread),
        "acceptance": result.acceptance,
    }


def table(records: Records) -> list[Row]:
    """Return masses and acceptances against β beside their formulas, then errors against shots."""
    rows: list[Row] = []
    for each in of_kind(records, "context-filter"):
        num_parts = each.params["num_parts"]
        mass, price = _formulas(num_parts)
        for kind, label, masses, prices in (
            ("quantum", f"I = {num_parts}", each.values["masses"], each.values["acceptances"]),
            ("theory", f"I = {num_parts}, formula", mass, price),
        ):
            rows += [
                {"label": label, "kind": kind, "beta": b, "mass": float(m), "acceptance": float(p)}
                for b, m, p in zip(BETAS, masses, prices, strict=True)
            ]
    for (shots,), runs in cells_of(of_kind(records, "token-shots"), "shots").items():
        acceptance = float(np.mean([run.values["acceptance"] for run in runs]))
        rows.append(
            {
                "label": "tokens, β = 0.5",
                "kind": "quantum",
                "acceptance": acceptance,
                "shots": shots,
                "squared_error": mean_of([run.values["squared_error"] for run in runs], "runs"),
            }
        )
    return rows


def found(records: Records) -> Found:
    """Return how filters agree with softmax, and shots with their standard error."""
    contexts, (tokens,) = of_kind(records, "context-filter"), of_kind(records, "token-filter")
    masses, prices, hard = [], [], []
    for context in contexts:
        num_parts = context.params["num_parts"]
        mass, price = _formulas(num_parts)
        masses.append(np.abs(np.array(context.values["masses"]) - mass).max())
        prices.append(np.abs(np.array(context.values["acceptances"]) - price).max())
        hard.append(abs(context.values["hard_acceptance"] - 1 / num_parts))
    numbers: dict[str, Any] = {
        "largest |mass - 1/(1 + (I - 1)e^-β)|, I to 8": max(masses),
        "largest |masses and averages - softmax|": max(r.values["error"] for r in contexts),
        "largest |acceptance - (1 + (I - 1)e^-β)/I|": max(prices),
        "projection on a tag: |P - 1/I|": max(hard),
        "projection on a tag: state": max(r.values["hard_error"] for r in contexts),
        "tokens: largest |law - attention over the measure|": tokens.values["laws"],
        "tokens: largest |circuit - attention|": tokens.values["circuits"],
        "tokens: largest |acceptance - mean of e^(score - largest possible)|": (
            tokens.values["prices"]
        ),
    }
    scaled = np.array([each.values["scaled"] for each in of_kind(records, "token-shots")])
    slack = 4 * float(scaled.std(ddof=1)) / len(scaled) ** 0.5
    numbers["squared error of shots × accepted / variance"] = mean_of(scaled, "runs"), slack
    return numbers


def _formulas(num_parts: int) -> Floats:
    """Return mass and acceptance at :data:`BETAS`, ``(2, num_betas)``."""
    others = (num_parts - 1) * np.exp(-np.array(BETAS))
    return np.stack([1 / (1 + others), (1 + others) / num_parts])


def _tokens(rng: np.random.Generator) -> tuple[AmplitudeMemory, TokenMeasure, NDArray[np.int8]]:
    """Return random tokens as a memory and as a measure, and a tag to ask for."""
    chosen = rng.choice(2 ** (_TAG_BITS + _CONTENT_BITS), _NUM_TOKENS, replace=False)
    spins = 1 - 2 * (chosen[:, np.newaxis] >> np.arange(_TAG_BITS + _CONTENT_BITS) & 1)
    masses = rng.random(_NUM_TOKENS) + 0.1
    tags, contents = np.split(spins.astype(float), [_TAG_BITS], axis=1)
    measure = TokenMeasure(tags=tags, contents=contents, masses=masses)
    query = rng.choice([-1, 1], _TAG_BITS).astype(np.int8)
    return AmplitudeMemory(spins.astype(np.int8), masses), measure, query


def _density(rng: np.random.Generator, size: int) -> Complex:
    factor = rng.normal(size=(size, size)) + 1j * rng.normal(size=(size, size))
    state = factor @ factor.conj().T
    return np.asarray(state / np.trace(state).real)


STUDY = register(
    SpecialStudy(
        name="softmax-context",
        title="attention weights as Born probabilities: a filtered context is exactly softmax",
        source=(
            "Kawata and Suzuki, Transformers as measure-theoretic associative memory (2026), arXiv "
            "2602.01863, for the context; the quantum filter is derived here"
        ),
        tasks=tasks,
        table=table,
        figures=(
            FigureSpec(x="beta", y="mass", line=("label",)),
            FigureSpec(x="beta", y="acceptance", line=("label",)),
            FigureSpec(x="shots", y="squared_error", line=("label",), log_y=True),
        ),
        quick={"num_runs": 20},
        note="mass: on the document asked for, of I; squared error: of the attention output from "
        "accepted shots.",
        checks=against("softmax-context", found),
    )
)
