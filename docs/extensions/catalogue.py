"""The gallery and the catalogue of reproductions, made when a build starts."""

import base64
import inspect
import json
from importlib import import_module

from reference import ROOT, write

from qdenseam.methods import METHODS
from qdenseam.plots.circuits import PATTERNS, PROBE, save_pictures
from qdenseam.reproduce.published import published
from qdenseam.studies.registry import reproductions, study_named, study_names

FOLDER = ROOT / "docs" / "catalogue"


def _summary(thing) -> str:
    return inspect.getdoc(thing).split("\n\n")[0].replace("\n", " ")


def _circuits() -> list[str]:
    lines = [
        "# Gallery",
        "",
        "## Circuits",
        "",
        f"Each method recalls `{PROBE}` from the patterns {', '.join(f'`{p}`' for p in PATTERNS)}.",
        "Methods that run rounds show their longest circuit. `circuit.draw()` shows named blocks,",
        "`circuit.decompose(NAME).draw()` opens those of a name.",
        "",
    ]
    for picture in save_pictures(FOLDER):
        kind = METHODS[picture.stem]
        lines += [f"### {picture.stem}", "", f"{{py:class}}`{kind.__name__}`: {_summary(kind)}", ""]
        lines += [f"![Circuit of {picture.stem}]({picture.name})", ""]
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
        lines += [
            f"## {study.name}",
            "",
            f"{study.title[0].upper()}{study.title[1:]}.",
            "",
            study.source,
            "",
        ]
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
