"""A disk that is full at any point: rows lost 0, leftovers 0, and the same command goes on.

``pytest tests/campaigns/test_full_disk.py -m slow -s --campaign 28`` tries 28 points, four a
command.
"""

import json
import subprocess
import sys

import full_disk
import pytest

OWN_MOUNTS = ["unshare", "--map-root-user", "--mount"]


def can_mount():
    try:
        words = [*OWN_MOUNTS, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
        return not subprocess.run(words, capture_output=True, check=False).returncode
    except OSError:
        return False


@pytest.mark.slow
@pytest.mark.skipif(not can_mount(), reason="no disks of one's own here")
def test_full_disks(request):
    points = -(-(request.config.getoption("--campaign") or 7) // len(full_disk.SCENARIOS))
    script = [sys.executable, full_disk.__file__, str(points)]
    done = subprocess.run([*OWN_MOUNTS, *script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    counts = {each["command"]: each for each in map(json.loads, done.stdout.splitlines())}
    faults = ("untrue", "leftovers", "lost", "stuck", "differing")
    for name, each in counts.items():
        told = ", ".join(f"{what} {each.get(what, 0)}" for what in ("points", "full", *faults))
        print(f"full disk, {name}: {told}")
    assert not any(each.get(fault) for each in counts.values() for fault in faults), done.stderr
    assert all(each["full"] for each in counts.values())
