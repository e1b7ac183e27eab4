"""What a first recall costs, cold and warm, in multiples of importing Qiskit and Aer.

The processes run nothing of ours but what is measured.
"""

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar

from qdenseam.bench.base import Benchmark, Case, Row, Setting, register
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
    """Measure imports and a first recall, each in new processes, in multiples of importing Qiskit.

    Cold means that no compiled kernel is kept from an earlier process, warm that all are.
    """

    name: ClassVar[str] = "start"
    columns: ClassVar[Mapping[str, str]] = {
        "what": "What is run, with the interpreter already up.",
        "cache": "Whether compiled kernels are kept: cold, or warm.",
        "seconds": "Least processor time.",
        "ratio": f'Over that of "{REFERENCE}", warm.',
    }
    example: ClassVar[str] = "--turns 1"
    turns: Annotated[int, Setting("Processes each, of which the least time counts.", least=1)] = 3

    def cases(self) -> list[Case]:
        """Return one case: ratios are of one run."""
        return [{}]

    def measure(self, case: Case) -> Iterator[Row]:  # noqa: ARG002
        """Yield a row for everything, cold and warm."""
        reference = self._least(REFERENCE, cold=False)
        for what in SNIPPETS:
            for cold in (True, False):
                if what == REFERENCE and cold:
                    continue
                seconds = reference if what == REFERENCE else self._least(what, cold=cold)
                cache = "cold" if cold else "warm"
                yield {
                    "what": what,
                    "cache": cache,
                    "seconds": seconds,
                    "ratio": seconds / reference,
                }

    def _least(self, what: str, *, cold: bool) -> float:
        with tempfile.TemporaryDirectory() as kept:
            found = []
            for turn in range(self.turns + (not cold)):
                place = f"{kept}/{turn if cold else ''}"
                code = _TIMED.format(SNIPPETS[what])
                kept_too = {"NUMBA_CACHE_DIR": place, "PYTHONDONTWRITEBYTECODE": ""}
                row = in_child(["-c", code], environment=kept_too)
                seconds = row.get("seconds")
                if not isinstance(seconds, float):
                    raise RuntimeError(f"{what!r} should run. Got: {row['note']}.")
                if cold or turn:  # the first of the others fills the cache
                    found.append(seconds)
        return min(found)
