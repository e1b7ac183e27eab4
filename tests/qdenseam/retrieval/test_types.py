"""What a type checker knows of the verbs: one probe gives one result, many give a list."""

from pathlib import Path

import pytest

PROGRAM = """
from typing import assert_type
import numpy as np
from classical_ref import random_patterns
from qdenseam import AmplitudeMemory, RecallResult, Submission, fetch, recall, submit

patterns = random_patterns(2, 4, rng=0)
memory = AmplitudeMemory(patterns)
two: np.ndarray[tuple[int, int], np.dtype[np.int8]] = np.ones((2, 4), dtype=np.int8)
One = RecallResult
Many = list[RecallResult]
assert_type(recall(memory, "01?0", method="amplification", sampler="aer", shots=3, rng=7), One)
assert_type(recall(memory, patterns), One)  # of unknown shape
assert_type(recall(memory, [1, 0, -1, 1]), One)
assert_type(recall(memory, ["01?0", "1100"]), Many)
assert_type(recall(memory, [patterns, patterns]), Many)
assert_type(recall(memory, two, on_progress=print), Many)
one, many = submit(memory, "0110", backend="aer"), submit(memory, ["0110"], backend="aer", shots=3)
assert_type(one, Submission[One])
assert_type(fetch(one), One)
assert_type(fetch(many, wait=3.0), Many)
assert_type(fetch("id", store="here"), One | Many)
"""


@pytest.mark.slow
def test_one_probe_gives_one_result_and_many_a_list(tmp_path: Path) -> None:
    mypy = pytest.importorskip("mypy.api")
    file = tmp_path / "program.py"
    file.write_text(PROGRAM)
    settings = Path(__file__).parents[3] / "pyproject.toml"
    options = ["--config-file", str(settings), "--cache-dir", str(tmp_path / "cache")]
    said, _, status = mypy.run([*options, str(file)])
    assert status == 0, said
