"""The picture of the README: ``python docs/recalls.py`` draws ``docs/recalls.svg`` again.

Six digits of 64 pixels are stored. Of each a probe keeps 24 pixels; two classical memories and
amplitude amplification, its circuit of 65 qubits run as a matrix product state, complete it. Three
of the six are drawn.
"""

from io import BytesIO
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from numpy.typing import NDArray

from classical_ref import DenseMemory, HopfieldMemory, Polynomial, digits, erase
from qdenseam import AmplitudeMemory, recall
from qdenseam.plots.gallery import plot_gallery
from qdenseam.plots.style import new_figure

PICTURE = Path(__file__).with_suffix(".svg")
SHOWN = [0, 2, 3]


def recalls(sampler: str) -> dict[str, NDArray[np.int8]]:
    """Return the stored digits, the probes, and what each memory made of them, ``(6, 64)`` each."""
    data = digits(64)
    assert data.labels is not None
    firsts = [int(np.flatnonzero(data.labels == label)[0]) for label in (0, 1, 2, 3, 4, 7)]
    stored = data.patterns[firsts]
    probes = erase(stored, 40, rng=3)
    amplified = recall(
        AmplitudeMemory(stored), [*probes], method="amplification", sampler=sampler, rng=1
    )
    no_answer = np.zeros(64, np.int8)
    return {
        "stored": stored,
        "probe": probes,
        "Hopfield, classical": HopfieldMemory(stored).recall(probes, rng=0).states,
        "dense memory, classical": DenseMemory(stored, Polynomial(4)).recall(probes, rng=0).states,
        "amplitude amplification": np.array(
            [no_answer if each.pattern is None else each.pattern for each in amplified]
        ),
    }


def drawn(sampler: str) -> bytes:
    """Return the picture as SVG, the same bytes for the same recalls and matplotlib."""
    columns = {name: states[SHOWN] for name, states in recalls(sampler).items()}
    figure, axes = new_figure(len(SHOWN), len(columns), size=(6.2, 4.1))
    plot_gallery(columns, columns["stored"], (8, 8), axes=axes)
    svg = BytesIO()
    with rc_context({"svg.hashsalt": "recalls"}):
        figure.savefig(svg, format="svg", metadata={"Date": None})
    return svg.getvalue()


if __name__ == "__main__":
    PICTURE.write_bytes(drawn("aer-mps"))
