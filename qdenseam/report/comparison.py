"""The report of the main job: figures, tables and the command that makes it again."""

import base64
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from qdenseam.experiments.contenders import CLASSICAL, CONTENDERS
from qdenseam.experiments.records import Record
from qdenseam.experiments.summary import CAPACITY_THRESHOLD, capacity_table
from qdenseam.plots.gallery import plot_gallery
from qdenseam.plots.rates import plot_costs, plot_engines, plot_failure_rate
from qdenseam.plots.style import new_figure
from qdenseam.versions import versions_in

Figures = dict[str, tuple[str, Any]]


def write_report(
    records: Iterable[Record],
    table: Any,
    settings: dict[str, Any],
    folder: str | Path,
    *,
    command: str,
) -> Path:
    """Write ``report.html`` and the figures as PNG into ``folder``; return the page's path.

    Args:
        records: All rows of the comparison.
        table: Their :func:`qdenseam.experiments.summary.comparison_table`.
        settings: Fields of the ``ComparisonSettings`` that made them.
        folder: Where the page goes.
        command: The command line that makes the page again.
    """
    from jinja2 import Environment, PackageLoader

    records, folder = list(records), Path(folder)
    figures = comparison_figures(records, table, settings)
    pictures = []
    for name, (caption, figure) in figures.items():
        buffer = BytesIO()
        figure.savefig(buffer, format="png")
        _write(folder / f"{name}.png", buffer.getvalue())
        pictures.append(
            {
                "name": name,
                "caption": caption,
                "data": base64.b64encode(buffer.getvalue()).decode(),
            }
        )
    capacities = capacity_table(records)
    environment = Environment(
        loader=PackageLoader("qdenseam.report"), autoescape=True, trim_blocks=True
    )
    page = environment.get_template("comparison.html.j2").render(
        settings=settings,
        pictures=pictures,
        rows=[_shown(row) for row in reference_rows(table, settings).to_dict("records")],
        capacities=capacities.to_dict("records"),
        threshold=f"{CAPACITY_THRESHOLD:.0%}",
        probes=int(table["probes"].sum()),
        ambiguous=int(table["ambiguous"].sum()),
        versions=versions_in(record.versions for record in records),
        command=command,
        seconds=round(sum(record.seconds for record in records)),
    )
    _write(folder / "report.html", page.encode())
    return folder / "report.html"


def reference_rows(table: Any, settings: dict[str, Any]) -> Any:
    """Return the rows that the table shows: the middle of the sweep and the circuit cells."""
    middle = _is_middle(table, settings) & (table["num_patterns"] == settings["num_patterns"])
    chosen = table[((table["part"] == "sweep") & middle) | (table["part"] == "circuit")]
    order = list(CONTENDERS)
    return chosen.assign(_place=chosen["contender"].map(order.index)).sort_values(
        ["part", "num_erasures", "_place", "engine"],
        ascending=[False, True, True, True],
        kind="stable",
    )


def comparison_figures(records: list[Record], table: Any, settings: dict[str, Any]) -> Figures:
    """Return name to (caption, matplotlib figure)."""
    figures: Figures = {}
    galleries = [record for record in records if record.kind == "gallery"]
    for record in galleries:
        kind = "flips" if record.params["num_flips"] else "erasures"
        figures[f"gallery_{kind}"] = _gallery(record)
    figures["failure_against_corruption"] = _corruption_figure(table, settings)
    figures["failure_against_load"] = _load_figure(table, settings)
    if settings["circuit_neurons"]:
        figures["circuits"] = _circuit_figure(table, settings)
        figures["costs"] = _cost_figure(table, settings)
    return figures


def _corruption_figure(table: Any, settings: dict[str, Any]) -> tuple[str, Any]:
    sweep = table[(table["part"] == "sweep") & (table["num_patterns"] == settings["num_patterns"])]
    figure, axes = new_figure(1, 2, size=(11, 4.3))
    for ax, column, label in (
        (axes[0, 0], "num_flips", "flipped bits"),
        (axes[0, 1], "num_erasures", "unknown bits"),
    ):
        other = "num_erasures" if column == "num_flips" else "num_flips"
        plot_failure_rate(sweep[sweep[other] == 0], column, ax=ax)
        ax.set_xlabel(label)
    _shared_legend(figure, axes[0, 0])
    caption = (
        f"Failure rate against corruption: K = {settings['num_patterns']} patterns of "
        f"D = {settings['num_neurons']} neurons. Left, bits flipped in the probe; right, bits "
        "unknown. Intervals: 95 % Wilson over unambiguous probes. Amplification completes unknown "
        "bits; a flipped bit makes the probe match no pattern, and it then returns the prior."
    )
    return caption, figure


def _load_figure(table: Any, settings: dict[str, Any]) -> tuple[str, Any]:
    sweep = table[
        (table["part"] == "sweep")
        & table["num_patterns"].isin(settings["loads"])
        & _is_middle(table, settings)
    ]
    figure, axes = new_figure(1, 2, size=(11, 4.3))
    for ax, column, word in (
        (axes[0, 0], "num_flips", "flipped"),
        (axes[0, 1], "num_erasures", "unknown"),
    ):
        rows = sweep[sweep[column] > 0]
        if len(rows) == 0:
            rows = sweep
        plot_failure_rate(rows, "num_patterns", ax=ax, log=True)
        ax.set_xlabel(f"stored patterns K ({int(rows[column].max())} bits {word})")
        ax.axhline(CAPACITY_THRESHOLD, color="black", linewidth=0.6, linestyle=":")
    _shared_legend(figure, axes[0, 0])
    caption = (
        f"Failure rate against load at D = {settings['num_neurons']}. The dotted line is the "
        f"threshold of the capacity table ({CAPACITY_THRESHOLD:.0%}). Intervals as above."
    )
    return caption, figure


def _circuit_figure(table: Any, settings: dict[str, Any]) -> tuple[str, Any]:
    engines = [CLASSICAL, settings["simulator"]] + [settings["device"]] * bool(settings["device"])
    figure, axes = new_figure(2, 1, size=(11, 6.6))
    for ax, (flips, erasures, word) in zip(
        axes[:, 0],
        (
            (settings["circuit_flips"], 0, f"flipped bits: {settings['circuit_flips']}"),
            (0, settings["circuit_erasures"], f"unknown bits: {settings['circuit_erasures']}"),
        ),
        strict=True,
    ):
        plot_engines(
            _circuit_cell(table, flips, erasures),
            ax=ax,
            engines=engines,
            hatched=settings["device"],
        )
        ax.set_title(word, fontsize=10, loc="left")
    device = (
        f"hatched: circuits on the noise model of {settings['device']} "
        f"({settings['device_shots']} shots a probe)"
        if settings["device"]
        else "no device model was run"
    )
    caption = (
        f"The same task gate by gate: K = {settings['circuit_patterns']}, "
        f"D = {settings['circuit_neurons']}. Solid: classical, or circuits on ideal "
        f"{settings['simulator']} ({settings['shots']} shots a probe); {device}. The answer is the "
        "most frequent accepted outcome. Intervals: 95 % Wilson over probes."
    )
    return caption, figure


def _cost_figure(table: Any, settings: dict[str, Any]) -> tuple[str, Any]:
    rows = _circuit_cell(table, 0, settings["circuit_erasures"])
    figure, axes = new_figure(1, 2, size=(11, 3.6))
    plot_costs(rows, "state_preparations", ax=axes[0, 0])
    plot_costs(rows, "two_qubit_gates", ax=axes[0, 1])
    axes[0, 1].set_yticklabels([])
    caption = (
        f"What one correct recall costs ({settings['circuit_erasures']} unknown bits): state "
        "preparations and inverses, and two-qubit gates (all-to-all CX on the ideal engine, as "
        "compiled on the device), over all shots, divided by accepted shots that show the target. "
        "QAOA prepares a product state once a shot; its training is not in these bars."
    )
    return caption, figure


def _gallery(record: Record) -> tuple[str, Any]:
    from classical_ref.spins import text_to_spins

    values, params = record.values, record.params
    patterns = text_to_spins(values["patterns"])
    targets = patterns[values["targets"]]
    columns = {"stored": targets, "probe": text_to_spins(values["probes"])}
    for name in params["contenders"]:
        columns[CONTENDERS[name].label] = text_to_spins(values[name])
    figure, axes = new_figure(len(targets), len(columns), size=(11, 1.1 * len(targets) + 0.4))
    plot_gallery(columns, targets, tuple(values["shape"]), axes=axes)
    damage = (
        f"{params['num_flips']} flipped bits"
        if params["num_flips"]
        else f"{params['num_erasures']} unknown bits"
    )
    caption = (
        f"Recall of {params['data'] if not params['data'].endswith('.npy') else 'your patterns'} "
        f"with {damage} (K = {params['num_patterns']}, D = {params['num_neurons']}, "
        f"{params['shots']} shots): green frame right, red frame wrong."
    )
    return caption, figure


def _circuit_cell(table: Any, flips: int, erasures: int) -> Any:
    return table[
        (table["part"] == "circuit")
        & (table["num_flips"] == flips)
        & (table["num_erasures"] == erasures)
    ]


def _is_middle(table: Any, settings: dict[str, Any]) -> Any:
    flips, erasures = (v[min(2, len(v) - 1)] for v in (settings["flips"], settings["erasures"]))
    return ((table["num_flips"] == flips) & (table["num_erasures"] == 0)) | (
        (table["num_flips"] == 0) & (table["num_erasures"] == erasures)
    )


def _shared_legend(figure: Any, ax: Any) -> None:
    handles, labels = ax.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=4, fontsize=8, frameon=False)


def _shown(row: dict[str, Any]) -> dict[str, str]:
    def number(value: float | None, form: str = ".3g") -> str:
        if value is None or np.isnan(value):
            return "–"
        return "∞" if np.isinf(value) else format(value, form)

    corruption = (
        f"{row['num_flips']} flipped" if row["num_flips"] else f"{row['num_erasures']} unknown"
    )
    return {
        "label": row["label"],
        "engine": row["engine"],
        "size": f"{row['num_neurons']} / {row['num_patterns']}",
        "corruption": corruption,
        "failure": f"{number(row['failure_rate'], '.3f')} "
        f"[{number(row['failure_low'], '.3f')}, {number(row['failure_high'], '.3f')}]",
        "probes": str(row["probes"]),
        "acceptance": number(row["acceptance"]),
        "success": number(row["success_per_shot"]),
        "preparations": number(row["state_preparations"]),
        "gates": number(row["two_qubit_gates"], ".4g"),
    }


def _write(path: Path, data: bytes) -> None:
    """Write through a temporary file, so that a reader never sees half a page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.part")
    temporary.write_bytes(data)
    temporary.replace(path)
