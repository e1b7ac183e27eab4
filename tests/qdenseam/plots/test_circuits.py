"""A circuit of every method can be read, and what runs are the gates it stands for."""

import numpy as np
import pytest
from cases import case
from qiskit.quantum_info import Statevector

from circuits import count, flat
from circuits.blocks import has_blocks
from qdenseam.execution.readings import measured
from qdenseam.methods.base import METHODS
from qdenseam.plots.circuits import WIDTH, example_circuits, save_pictures


def test_every_method_can_be_read_and_runs_as_its_gates() -> None:
    circuits = dict(example_circuits())
    assert [*circuits] == sorted(METHODS)
    for name, circuit in circuits.items():
        with case(name):
            if METHODS[name].__module__.startswith("qdenseam."):  # a stranger's need have none
                assert has_blocks(circuit)
            lines = str(circuit.draw("text", fold=WIDTH)).splitlines()
            assert max(map(len, lines)) <= WIDTH
            assert len(lines) <= 30
            gates, ready = flat(circuit), measured(circuit)
            assert not has_blocks(ready)
            run = [each.name for each in ready.data if each.name != "measure"]
            assert run == [each.name for each in gates.data]
            assert count(circuit) == count(gates)
            there, here = Statevector(circuit).data, Statevector(gates).data
            np.testing.assert_allclose(there, here, atol=1e-10)


def test_every_method_has_a_picture(tmp_path) -> None:
    pytest.importorskip("pylatexenc")
    pictures = save_pictures(tmp_path / "circuits")
    assert [picture.stem for picture in pictures] == sorted(METHODS)
    text = (tmp_path / "circuits" / "amplification.txt").read_text(encoding="utf-8")
    for word in ("prepare", "oracle", "reflect"):
        assert word in text
        assert word in pictures[sorted(METHODS).index("amplification")].read_text()
