"""Rows are told of as they come, printed, and written with what was given of them."""

import json
from dataclasses import dataclass

import pytest

from qdenseam.bench.row import Row
from qdenseam.cli.rows import names_of, numbers_of, report_rows, sizes_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed(Row):
    engine: str
    seconds: float | None


def test_a_row_is_told_before_the_next_is_measured(capsys, tmp_path) -> None:
    told = []

    def measured():
        yield Speed(engine="ours", seconds=0.25)
        told.append(capsys.readouterr())
        yield Speed(engine="theirs", seconds=None)

    file = tmp_path / "rows.json"
    rows = report_rows(measured(), file, news=lambda row: f"{row.engine} done", seed=7)
    assert [row.engine for row in rows] == ["ours", "theirs"]
    assert (told[0].out, told[0].err) == ("", "ours done\n")
    output = capsys.readouterr()
    assert output.err == "theirs done\n"
    assert "0.25" in output.out
    content = json.loads(file.read_text())
    assert list(content) == ["versions", "seed", "rows"]
    assert content["rows"][1] == {"engine": "theirs", "seconds": None}


def test_lists_of_options_may_have_blanks() -> None:
    assert names_of(" aer, ddsim,") == ["aer", "ddsim"]
    assert numbers_of("4, 8") == [4, 8]
    assert sizes_of("8:4, 12:8") == [(8, 4), (12, 8)]
    with pytest.raises(ValueError, match=r"sizes should be D:K,D:K, such as .* Got .8x4."):
        sizes_of("8x4")
