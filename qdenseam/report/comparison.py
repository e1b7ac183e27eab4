"""The report of the main job: figures, tables and the command that makes it again."""

import base64
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from qdenseam.experiments.challenge import CLASSICAL
from qdenseam.experiments.contenders import CONTENDERS
from qdenseam.experiments.findings import Standing, standings, takeaways
from qdenseam.experiments.records import Record
from qdenseam.experiments.summary import (
    CAPACITY_THRESHOLD,
    COSTS,
    capacity_table,
    middle_of,
)
from qdenseam.files import write_whole
from qdenseam.plots.gallery import plot_gallery
from qdenseam.plots.rates import plot_costs, plot_engines, plot_failure_rate
from qdenseam.plots.style import new_figure
from qdenseam.report.page import render, shown_number, shown_rate
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
    records, folder = list(records), Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    figures = comparison_figures(records, table, settings)
    pictures = []
    for name, (caption, figure) in figures.items():
        buffer = BytesIO()
        figure.savefig(buffer, format="png")
        write_whole(folder / f"{name}.png", buffer.getvalue())
        pictures.append(
            {
                "name": name,
                "caption": caption,
                "data": base64.b64encode(buffer.getvalue()).decode(),
            }
        )
    found = standings(records)
    page = render(
        "comparison.html.j2",
        settings=settings,
        takeaways=takeaways(found, table, settings),
        standings=[_standing(each) for each in found],
        pictures=pictures,
        rows=[_shown(row) for row in reference_rows(table, settings).to_dict("records")],
        capacities=capacity_table(records).to_dict("records"),
        contenders=[
            contender
            for name, contender in CONTENDERS.items()
            if (table["contender"] == name).any()
        ],
        threshold=f"{CAPACITY_THRESHOLD:.0%}",
        overlaps=_overlaps(table),
        versions=versions_in(record.versions for record in records),
        command=command,
        seconds=round(sum(record.seconds for record in records)),
    )
    write_whole(folder / "report.html", page)
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
    columns = [
        (sweep[sweep["num_erasures"] == 0], "num_flips", "flipped bits (none certain)"),
        (sweep[sweep["num_erasures"] > 0], "num_erasures", "unknown bits (known ones certain)"),
    ]
    figure = _rate_panels([each for each in columns if len(each[0])])
    caption = (
        f"Failure rate over all probes against corruption: K = {settings['num_patterns']} patterns "
        f"of D = {settings['num_neurons']} neurons; classical memories above, quantum ones and "
        "baselines below. Gray: share of probes to which another pattern is as near as their own; "
        "no scan can know those. Where bits are unknown, known ones are certain for everybody; "
        "where bits are flipped, for nobody, and what takes them as certain is not asked. "
        "Intervals: 95 %, over pattern sets."
    )
    return caption, figure


def _load_figure(table: Any, settings: dict[str, Any]) -> tuple[str, Any]:
    sweep = table[
        (table["part"] == "sweep")
        & table["num_patterns"].isin(settings["loads"])
        & _is_middle(table, settings)
    ]
    columns = []
    for column, word in (("num_flips", "flipped"), ("num_erasures", "unknown")):
        rows = sweep[sweep[column] > 0]
        if len(rows):
            axis = f"stored patterns K ({int(rows[column].max())} bits {word})"
            columns.append((rows, "num_patterns", axis))
    figure = _rate_panels(columns or [(sweep, "num_patterns", "stored patterns K")], log=True)
    for ax in figure.axes:
        ax.axhline(CAPACITY_THRESHOLD, color="black", linewidth=0.6, linestyle=":")
    caption = (
        f"Failure rate over all probes against load at D = {settings['num_neurons']}. The dotted "
        f"line is the threshold of the capacity table ({CAPACITY_THRESHOLD:.0%}). Gray and "
        "intervals as above."
    )
    return caption, figure


def _rate_panels(columns: list[tuple[Any, str, str]], *, log: bool = False) -> Any:
    """Draw classical contenders above and the others below, each with its scan."""
    figure, axes = new_figure(2, len(columns), size=(11.5, 7.6))
    for place, (rows, column, label) in enumerate(columns):
        is_classical = rows["kind"] == "classical"
        is_scan = rows["contender"] == "nearest"
        for ax, chosen in zip(
            axes[:, place], (rows[is_classical | is_scan], rows[~is_classical]), strict=True
        ):
            plot_failure_rate(chosen, column, ax=ax, log=log)
        axes[1, place].set_xlabel(label)
    for row in axes:
        found: dict[str, Any] = {}
        for ax in row:
            found |= dict(zip(*ax.get_legend_handles_labels()[::-1], strict=True))
            ax.set_ylim(top=max(each.get_ylim()[1] for each in row))
            if ax is not row[0]:
                ax.set_ylabel("")
        labels = [c.label for c in CONTENDERS.values() if c.label in found]
        labels += [label for label in found if label not in labels]
        row[-1].legend(
            [found[label] for label in labels],
            labels,
            loc="center left",
            bbox_to_anchor=(1.02, 0.5),
            fontsize=8,
            frameon=False,
        )
    return figure


def _circuit_figure(table: Any, settings: dict[str, Any]) -> tuple[str, Any]:
    engines = [CLASSICAL, settings["simulator"]] + [settings["device"]] * bool(settings["device"])
    figure, axes = new_figure(2, 1, size=(12.5, 7.2))
    for ax, (flips, erasures, word) in zip(
        axes[:, 0],
        (
            (
                settings["circuit_flips"],
                0,
                f"flipped bits: {settings['circuit_flips']}, none certain",
            ),
            (
                0,
                settings["circuit_erasures"],
                f"unknown bits: {settings['circuit_erasures']}, known ones certain",
            ),
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
        "most frequent accepted outcome. Dotted: share of ambiguous probes. Intervals: 95 %, over "
        "pattern sets."
    )
    return caption, figure


def _cost_figure(table: Any, settings: dict[str, Any]) -> tuple[str, Any]:
    rows = _circuit_cell(table, 0, settings["circuit_erasures"])
    rows = rows[rows["engine"] != CLASSICAL]
    shown = [name for name in COSTS if rows[name].notna().any()]
    figure, axes = new_figure(1, len(shown), size=(12.5, 0.8 + 0.28 * len(rows)))
    for place, name in enumerate(shown):
        plot_costs(rows, name, ax=axes[0, place])
        if place:
            axes[0, place].set_yticklabels([])
    caption = (
        f"What one correct recall costs ({settings['circuit_erasures']} unknown bits): "
        "preparations of the superposed patterns and inverses, two-qubit gates (all-to-all CX on "
        "the ideal engine, as compiled on the device), and seconds of the device (its delay "
        "between shots, the compiled circuit and its readout; the 2 s of a job left out), over all "
        "shots, divided by accepted shots that show the target. A dash: no such cost. QAOA's "
        "training is not in these bars; a label that is found classically has the answer before "
        "its circuit is built. Lines: 95 %, over pattern sets."
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
    for ax, is_unclear in zip(axes[:, 0], values["ambiguous"], strict=True):
        ax.set_ylabel("ambiguous" if is_unclear else "", fontsize=7)
    damage = (
        f"{params['num_flips']} flipped bits"
        if params["num_flips"]
        else f"{params['num_erasures']} unknown bits"
    )
    caption = (
        f"Recall of {params['data'] if params['data'] != 'file' else 'your patterns'} "
        f"with {damage} (K = {params['num_patterns']}, D = {params['num_neurons']}, "
        f"{params['shots']} shots): green frame right, red frame wrong. Ambiguous: another pattern "
        "is as near to the probe as its own."
    )
    return caption, figure


def _circuit_cell(table: Any, flips: int, erasures: int) -> Any:
    return table[
        (table["part"] == "circuit")
        & (table["num_flips"] == flips)
        & (table["num_erasures"] == erasures)
    ]


def _is_middle(table: Any, settings: dict[str, Any]) -> Any:
    flips, erasures = (middle_of(settings[name]) for name in ("flips", "erasures"))
    return ((table["num_flips"] == flips) & (table["num_erasures"] == 0)) | (
        (table["num_flips"] == 0) & (table["num_erasures"] == erasures)
    )


def _overlaps(table: Any) -> list[dict[str, str]]:
    """The patterns' mean absolute overlap by D and K, beside that of random patterns."""
    cells = table.groupby(["num_neurons", "num_patterns"])["overlap"].first()
    return [
        {
            "size": f"D = {num_neurons}, K = {num_patterns}",
            "overlap": f"{overlap:.2f}",
            "random": f"{np.sqrt(2 / (np.pi * num_neurons)):.2f}",
        }
        for (num_neurons, num_patterns), overlap in cells.items()
    ]


def _standing(found: Standing) -> dict[str, str]:
    difference = found.difference
    return {
        "label": found.label,
        "floor": found.floor,
        "failures": f"{found.failures} of {found.probes}",
        "floor_failures": str(found.floor_failures),
        "difference": f"{difference.best:+.3f} [{difference.low:+.3f}, {difference.high:+.3f}]",
        "verdict": found.verdict,
        "clear_failures": f"{found.clear_failures} of {found.clear_probes}",
    }


def _shown(row: dict[str, Any]) -> dict[str, str]:
    corruption = "none"
    if row["num_flips"]:
        corruption = f"{row['num_flips']} flipped, none certain"
    elif row["num_erasures"]:
        corruption = f"{row['num_erasures']} unknown, others certain"
    return {
        "label": row["label"],
        "engine": row["engine"],
        "size": f"{row['num_neurons']} / {row['num_patterns']}",
        "corruption": corruption,
        "failure": shown_rate(row, "failure"),
        "clear_failure": shown_rate(row, "clear"),
        "probes": str(row["probes"]),
        "ambiguous": f"{row['ambiguous']:.0%}",
        "acceptance": shown_number(row["acceptance"]),
        "success": shown_number(row["success_per_shot"]),
        "preparations": shown_number(row["state_preparations"]),
        "gates": shown_number(row["two_qubit_gates"]),
        "milliseconds": shown_number(1e3 * row["device_seconds"]),
        "evaluations": shown_number(row["evaluations"] or None),
    }
