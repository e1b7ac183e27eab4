"""A submission whose process is killed goes on in another one: nothing lost, nothing sent twice."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import toy_service
from toy_service import KILL, ToyService, install

from qdenseam.retrieval.submission import fetch, submissions

pytestmark = pytest.mark.skipif(os.name == "nt", reason="SIGKILL")

SCRIPT = """
import sys
from pathlib import Path
from toy_service import ToyService, install
from qdenseam import AmplitudeMemory
from qdenseam.retrieval.submission import fetch, submit

install(ToyService(Path(sys.argv[1])))
memory = AmplitudeMemory([[1, 1, 1], [1, -1, -1]])
submission = submit(memory, ["0??", "?1?"], backend="toy", shots=9, store=sys.argv[2])
fetch(submission)
"""


@pytest.mark.parametrize(
    ("moment", "sent", "stage"),
    [
        pytest.param("before post", 0, "unanswered", id="between intent and post"),
        pytest.param(
            *("after post", 1, "unanswered"),
            id="between post and record",
            marks=pytest.mark.slow,
        ),
        pytest.param(*("after results", 1, "done"), id="during fetch", marks=pytest.mark.slow),
    ],
)
def test_killed(tmp_path, monkeypatch, moment, sent, stage):
    service, store = ToyService(tmp_path / "service"), tmp_path / "store"
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(toy_service.__file__).parent),
        KILL: moment,
    }
    died = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(service.folder), str(store)],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert died.returncode == -signal.SIGKILL, died.stderr
    assert len(service.jobs()) == sent
    install(service, monkeypatch.setattr)
    (submission,) = submissions(store, ask=False)
    assert submission.stage == stage
    assert not submission.is_fetched
    results = fetch(submission)
    assert [result.shots for result in results] == [9, 9]
    assert len(service.jobs()) == 1
