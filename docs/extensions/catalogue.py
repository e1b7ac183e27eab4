"""The gallery and the catalogue of reproductions, made when a build starts."""

import base64
import inspect
import json
from importlib import import_module

import numpy as np
from matplotlib import pyplot as plt
from reference import ROOT, write

from classical_ref import text_to_spins
from qdenseam.methods import METHODS, AdaptiveMethod, RecallMethod
from qdenseam.reproduce.published import published
from qdenseam.studies.registry import reproductions, study_named, study_names

FOLDER = ROOT / "docs" / "catalogue"
PATTERNS = text_to_spins(["01101", "10110", "00011", "11000"])
PROBE = text_to_spins("0110?")
_MOST_GATES = 120  # of a picture that can be read


def _summary(thing) -> str:
    return inspect.getdoc(thing).split("\n\n")[0].replace("\n", " ")


def _picture(name: str, method: RecallMethod, memory) -> list[str]:
    """Draw a method's circuit, or say how long it is."""
    circuit = method.trained(memory, PROBE, rng=np.random.default_rng(0)).circuit(memory, PROBE)
    if len(circuit.data) > _MOST_GATES:
        return [f"{len(circuit.data)} gates on {circuit.num_qubits} qubits: too long to draw."]
    figure = circuit.draw("mpl", style="bw", fold=30, idle_wires=True)
    FOLDER.mkdir(parents=True, exist_ok=True)
    figure.savefig(FOLDER / f"{name}.svg", bbox_inches="tight", metadata={"Date": None})
    plt.close(figure)
    return [f"![Circuit of {name} on {circuit.num_qubits} qubits]({name}.svg)"]


def _circuits() -> list[str]:
    lines = [
        "# Gallery",
        "",
        "## Circuits",
        "",
        "Each method recalls `0110?` from the four patterns `01101`, `10110`, `00011` and `11000`.",
        "`method.circuit(memory, probe).draw()` draws these.",
        "",
    ]
    for name, kind in METHODS.items():
        lines += [f"### {name}", "", f"{{py:class}}`{kind.__name__}`: {_summary(kind)}", ""]
        if issubclass(kind, AdaptiveMethod):
            lines += ["It runs rounds of circuits, each chosen after those before it.", ""]
            continue
        memory = kind.memory_type(PATTERNS)
        lines += [*_picture(name, kind(), memory), ""]
    return lines


def _figures() -> list[str]:
    """Show the last figure of each notebook."""
    lines = ["## Figures", ""]
    for path in sorted(ROOT.glob("notebooks/*.ipynb")):
        cells = json.loads(path.read_text())["cells"]
        title = "".join(cells[0]["source"]).splitlines()[0].removeprefix("# ")
        pictures = [
            output["data"]["image/png"]
            for cell in cells
            for output in cell.get("outputs", [])
            if "image/png" in output.get("data", {})
        ]
        if not pictures:
            continue
        (FOLDER / f"{path.stem}.png").write_bytes(base64.b64decode(pictures[-1]))
        lines += [f"### {title}", "", f"![A figure of the notebook {title}]({path.stem}.png)", ""]
        lines += [f"From the notebook [{title}](../../notebooks/{path.name}).", ""]
    return lines


def _studies() -> list[str]:
    lines = [
        "# Published results, made again",
        "",
        "Each is a study: `qdenseam reproduce NAME` runs it, prints what was published beside",
        "what is found, and fails where they disagree; `--quick` samples less and is held less",
        "tightly.",
        "",
    ]
    for study in reproductions():
        lines += [f"## {study.name}", "", f"{study.title}.", "", study.source, ""]
        lines += [inspect.getdoc(import_module(study.tasks.__module__)), ""]
        lines += [
            "| quantity | sense | published or derived | tolerance |",
            "| --- | --- | --- | --- |",
        ]
        for quantity, line in published()[study.name].items():
            shown = quantity.replace("|", r"\|")
            lines.append(
                f"| {shown} | {line['sense']} | {line['expected']} | {line['tolerance']} |"
            )
        lines.append("")
    again = {study.name for study in reproductions()}
    lines += ["## Studies of ours", "", "`qdenseam collect NAME` runs one; `--show` prints it.", ""]
    lines += [
        f"- `{name}`: {study_named(name).title}" for name in study_names() if name not in again
    ]
    return lines


def _write(_app) -> None:
    write(FOLDER / "gallery.md", "\n".join([*_circuits(), *_figures()]))
    write(FOLDER / "reproductions.md", "\n".join([*_studies(), ""]))


def setup(app):
    """Write both pages."""
    app.connect("builder-inited", _write, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
