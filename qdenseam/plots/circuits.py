"""One circuit of every recall method, small enough to read, as text and as pictures.

All recall the same four patterns of five neurons from the same probe. A drawing shows a circuit's
named blocks (:mod:`circuits.blocks`); ``circuit.decompose("reflect")`` opens those of a name.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from classical_ref.discrete.dense import DenseMemory
from classical_ref.files import check_folder, write_whole
from classical_ref.separation import Polynomial
from classical_ref.spins import text_to_spins
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.memories.energy import EnergyMemory
from qdenseam.methods.adaptive import AdaptiveMethod, Round, run_rounds, sample_laws
from qdenseam.methods.base import METHODS, RecallMethod, Spins
from qdenseam.plots.style import save_figure
from qdenseam.spelling import parse

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

PATTERNS: Final = ("00110", "11001", "10101", "01011")
PROBE: Final = "0?110"
FEW_LAYERS: Final = {
    "adiabatic": "adiabatic(num_steps=3)",
    "counterdiabatic": "counterdiabatic(num_steps=2)",
    "fixed-angle-qaoa": "fixed-angle-qaoa(num_layers=2)",
    "imaginary-time": "imaginary-time(angles=[])",
    "qaoa": "qaoa(num_layers=2, gammas=[0.11, 0.23], betas=[0.6, 0.3])",
    "vqe": "vqe(angles=[])",
}
"""What is drawn of methods whose defaults have many layers, or no angles yet."""
WIDTH: Final = 100
"""Columns of a drawing as text."""


def example_circuits() -> "Iterator[tuple[str, QuantumCircuit]]":
    """Yield the name and a circuit of each registered method; of an adaptive one its longest."""
    for name in sorted(METHODS):
        yield name, _circuit(parse("method", FEW_LAYERS.get(name, name)))


def save_pictures(folder: Path) -> list[Path]:
    """Write ``NAME.svg`` and ``NAME.txt`` for each method and return the pictures' paths."""
    from matplotlib import pyplot as plt
    from matplotlib import rc_context

    names = [f"{name}.{ending}" for name in METHODS for ending in ("svg", "txt")]
    check_folder(folder, names).mkdir(parents=True, exist_ok=True)
    written = []
    for name, circuit in example_circuits():
        text = str(circuit.draw("text", fold=WIDTH))
        write_whole(folder / f"{name}.txt", f"{text}\n".encode())
        written.append(folder / f"{name}.svg")
        with rc_context({"svg.fonttype": "none"}):
            figure = circuit.draw("mpl", fold=20)
            save_figure(figure, written[-1], is_tight=True)
        plt.close(figure)
    return written


def _circuit(method: object) -> "QuantumCircuit":
    assert isinstance(method, RecallMethod | AdaptiveMethod)
    patterns, probe = text_to_spins(PATTERNS), text_to_spins(PROBE)
    memory: AmplitudeMemory | EnergyMemory = AmplitudeMemory(patterns)
    if issubclass(method.memory_type, EnergyMemory):
        memory = EnergyMemory(DenseMemory(patterns, Polynomial(3)))
    rng = np.random.default_rng(0)
    if isinstance(method, RecallMethod):
        return method.trained(memory, probe, rng=rng).circuit(memory, probe)
    circuits: list[QuantumCircuit] = []

    def watched(rounds: list[Round], rng: np.random.Generator) -> list[Spins]:
        circuits.extend(each.method.circuit(each.memory, each.probe) for each in rounds)
        return sample_laws(rounds, rng)

    run_rounds(method, memory, probe, 1, watched, rng=rng)
    return max(circuits, key=lambda circuit: len(circuit.data))
