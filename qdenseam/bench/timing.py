"""Wall time of something short."""

from collections.abc import Callable
from time import perf_counter
from typing import TypeVar

Result = TypeVar("Result")


def fastest(run: Callable[[], Result], num_repeats: int = 2) -> tuple[float, Result]:
    """Return the least seconds of the repeats, after one run to warm up, and the last result."""
    result = run()
    times = []
    for _ in range(num_repeats):
        del result  # two of them need not fit
        start = perf_counter()
        result = run()
        times.append(perf_counter() - start)
    return min(times), result
