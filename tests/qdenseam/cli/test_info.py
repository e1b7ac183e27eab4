import re
import subprocess

from typer.testing import CliRunner

from qdenseam import __version__
from qdenseam.cli import info
from qdenseam.cli.app import app
from qdenseam.execution import engine_names
from qdenseam.methods import METHODS


def test_info_tells_versions_methods_engines_and_the_machine():
    result = CliRunner().invoke(app, ["info"])
    assert result.exit_code == 0
    words = [line.split() for line in result.stdout.splitlines()]
    firsts = {line[0] for line in words}
    assert ["qdenseam", __version__] in words
    assert firsts >= {"Versions", "Methods", "Engines", "Machine", "cpu", "memory", "gpu"}
    assert firsts >= {"exact", *engine_names(), "auto", *METHODS}
    assert "(readout=off|tensored|subspace, decoding, parity_checks)" in result.stdout
    assert "mitigation(readout=subspace)" in result.stdout
    states = {line[0]: line[1] for line in words if line[0] in engine_names()}
    assert states["statevector"] == states["aer"] == states["fake:NAME"] == "available:"
    assert states["aer-gpu"] in ("available:", "missing:")


def test_ibm_devices_are_missing_without_an_account(monkeypatch):
    from qiskit_ibm_runtime import QiskitRuntimeService

    monkeypatch.delenv("QISKIT_IBM_TOKEN", raising=False)
    monkeypatch.setattr(QiskitRuntimeService, "saved_accounts", lambda: {})
    rows = dict(info._engines())
    assert rows["ibm:NAME"].startswith("missing: no account is saved here")
    monkeypatch.setenv("QISKIT_IBM_TOKEN", "a-very-long-token")
    assert dict(info._engines())["ibm:NAME"].startswith("available: ")


def test_gpus_are_asked_of_nvidias_tool(monkeypatch):
    monkeypatch.setattr(info.shutil, "which", lambda name: None)
    assert info._gpus() == "none found"
    monkeypatch.setattr(info.shutil, "which", lambda name: "/bin/nvidia-smi")
    answer = subprocess.CompletedProcess([], 0, stdout="H200, 143771 MiB\n")
    monkeypatch.setattr(info.subprocess, "run", lambda *args, **kwargs: answer)
    assert info._gpus() == "H200, 143771 MiB"

    def silent(*args, **kwargs):
        raise subprocess.TimeoutExpired("nvidia-smi", 10)

    monkeypatch.setattr(info.subprocess, "run", silent)
    assert info._gpus() == "nvidia-smi is installed but does not answer"


def test_descriptions_are_free_of_markup():
    said = CliRunner().invoke(app, ["info"]).stdout
    assert "The circuit of QAOA with transferred angles" in said
    assert "completion and correction" in said
    assert "F(x) = max(x, 0)^n" in said
    assert not re.search(r"`|:\w+:`|\\[a-z|]|\*\w+\*", said)
