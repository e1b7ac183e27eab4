"""The circuit of a recall: drawn as text, or as a picture where LaTeX can be measured."""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from qdenseam.cli.outputs import DASH
from qdenseam.cli.tables import room

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

_NARROWEST = 40
"""Qiskit draws no narrower circuit."""


def check_drawing(place: Path | None, view: Path | None, method: object) -> None:
    """Refuse what cannot be drawn or viewed, before any work.

    Raises:
        ValueError: The method has no circuit, or no single one; or what draws it is not installed.
    """
    from classical_ref.recipes import Recipe
    from qdenseam.methods import AdaptiveMethod
    from qdenseam.spelling import spell

    option = "--view" if place is None else "--draw"
    if isinstance(method, AdaptiveMethod) and (place or view):
        raise ValueError(
            f"{option} should go with a method of one circuit. Got {spell(method)!r}, which asks "
            "one circuit after the other; 'set-intersection' has one."
        )
    if view is not None and find_spec("vl_convert") is None:
        raise ValueError('--view needs Vega-Lite. Install it by pip install "qdenseam[view]".')
    if place is None:
        return
    if isinstance(method, Recipe):
        raise ValueError(f"--draw should go with a circuit. Got {spell(method)!r}, which has none.")
    if place != DASH and find_spec("pylatexenc") is None:
        raise ValueError(
            f"--draw {place} needs pylatexenc, by which Qiskit draws pictures: pip install "
            "pylatexenc. --draw alone draws the circuit as text."
        )


def draw_circuit(circuit: "QuantumCircuit", place: Path) -> None:
    """Print a circuit as wide as the terminal, or write its picture.

    Raises:
        OSError: The file cannot be written.
    """
    if place == DASH:
        typer.echo(f"\n{circuit.draw('text', fold=max(room(), _NARROWEST), idle_wires=False)}")
        return
    from qdenseam.plots.style import save_figure

    save_figure(circuit.draw("mpl", idle_wires=False), place, is_tight=True)
    typer.echo(f"Circuit: {place}")
