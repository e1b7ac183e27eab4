"""Random command lines: exit codes 0, 2 and 130, or a documented 1; no traceback, leftover or hang.

``pytest tests/campaigns/test_command_line_fuzz.py -m slow -s --campaign 2000`` runs 2,000 of them.
"""

import json
import subprocess
import sys

import command_lines
import pytest


def test_every_command_has_a_base():
    assert command_lines.commands().keys() == command_lines.BASES.keys()


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="forks, and reads /proc")
def test_random_command_lines(request):
    size, seed = request.config.getoption("--campaign") or 60, request.config.getoption("--seed")
    script = [sys.executable, command_lines.__file__, str(size), str(seed)]
    done = subprocess.run(script, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout.splitlines()[-1])
    told = ", ".join(f"{what} {n}" for what, n in counts.items() if not what.startswith("seconds"))
    print(f"command lines: {told}")
    assert counts["lines"] == size
    assert not any(counts[fault] for fault in command_lines.FAULTS), done.stderr
