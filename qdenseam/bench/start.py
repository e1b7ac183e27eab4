"""What a first recall costs, cold and warm, in multiples of importing Qiskit and Aer.

The processes run nothing of ours but what is measured.
"""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf
from typing import Annotated, ClassVar

from qdenseam.bench.base import Benchmark, BenchRow, Case, Setting, register
from qdenseam.bench.measuring import in_child

REFERENCE = "import qiskit, qiskit_aer"
SNIPPETS = {
    REFERENCE: REFERENCE,
    "import qdenseam": "import qdenseam",
    "first recall": """
from classical_ref import digits, erase
from qdenseam import AmplitudeMemory, recall
from qdenseam.methods import AmplitudeAmplification
patterns = digits(16).select(8, rng=7).patterns
recall(AmplitudeMemory(patterns), erase(patterns[0], 6, rng=7), sampler="aer", shots=1000, rng=7,
       method=AmplitudeAmplification(num_matches=1))
""",
    "qdenseam --help": """
import contextlib, sys
from qdenseam.cli.app import app
sys.argv = ["qdenseam", "--help"]
with contextlib.suppress(SystemExit), contextlib.redirect_stdout(sys.stderr):
    app()
""",
}
_TIMED = """
from time import process_time
start = process_time()
{}
seconds = process_time() - start
import json
print(json.dumps({{"seconds": seconds}}))
"""


@register
@dataclass(frozen=True, slots=True, kw_only=True)
class StartBenchmark(Benchmark):
    """Measure imports and a first recall, each in new processes.

    In multiples of importing Qiskit. Cold means that no compiled kernel is kept from an earlier
    process, warm that all are.
    """

    name: ClassVar[str] = "start"
    columns: ClassVar[Mapping[str, str]] = {
        "what": "What is run, with the interpreter already up.",
        "cache": "Whether compiled kernels are kept: cold, or warm.",
        "seconds": "Least processor time.",
        "ratio": f'Over that of "{REFERENCE}", warm.',
    }
    example: ClassVar[str] = "--turns 1"
    turns: Annotated[int, Setting("Processes each; the least time counts.", "[1, 10^9]")] = 3

    def cases(self) -> list[Case]:
        """Return one case: ratios are of one run."""
        return [{}]

    def measure(self, case: Case) -> Iterator[BenchRow]:  # noqa: ARG002
        """Yield a row for everything, cold and warm; all take turns."""
        kinds = [(what, cold) for what in SNIPPETS for cold in (True, False)]
        kinds.remove((REFERENCE, True))
        least = dict.fromkeys(kinds, inf)
        with tempfile.TemporaryDirectory() as warm:
            for turn in range(self.turns + 1):
                for what, cold in kinds:
                    with tempfile.TemporaryDirectory() as empty:
                        seconds = _seconds(what, empty if cold else warm)
                    if turn:  # the first fills the caches
                        least[what, cold] = min(least[what, cold], seconds)
        for (what, cold), seconds in least.items():
            cache = "cold" if cold else "warm"
            ratio = seconds / least[REFERENCE, False]
            yield {"what": what, "cache": cache, "seconds": seconds, "ratio": ratio}


def _seconds(what: str, cache: str) -> float:
    environment = {"NUMBA_CACHE_DIR": cache, "PYTHONDONTWRITEBYTECODE": ""}
    row = in_child(["-c", _TIMED.format(SNIPPETS[what])], environment=environment)
    seconds = row.get("seconds")
    if not isinstance(seconds, float):
        raise RuntimeError(f"{what!r} should run. Got: {row['note']}.")
    return seconds
