"""Toy trials in a module of their own, so that worker processes can import them."""

import os
import time
from typing import Any

import numpy as np

from qdenseam.experiments import Task, trial

PAUSE = "TOY_TRIAL_PAUSE"
"""Environment variable: seconds that each batch of ``toy walk`` takes at least."""


@trial("toy walk")
def walk(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """A random walk; the values depend on the parameters and the generator alone."""
    time.sleep(float(os.environ.get(PAUSE, "0")))
    steps = rng.choice([-1, 1], size=params["num_steps"])
    return {"end": steps.sum(), "path": steps.cumsum(), "mean": steps.mean(), "backend": "legs"}


@trial("toy stumble")
def stumble(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """Fail where the parameters say so."""
    if params["stone"]:
        raise ZeroDivisionError("a stone lay in the way.")
    return {"end": rng.integers(100)}


@trial("toy death")
def death(params: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    """End the process that runs it, as the kernel does when memory runs out."""
    os._exit(1)


def walks(num_tasks: int = 2, num_batches: int = 3) -> list[Task]:
    """Some tasks of ``toy walk``."""
    return [
        Task(kind="toy walk", params={"num_steps": 4 + i}, seed=7, num_batches=num_batches)
        for i in range(num_tasks)
    ]
