"""What all benchmarks share: settings are checked, rows have columns, finished cases are kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, ClassVar

import pytest
from typer.testing import CliRunner

from qdenseam.bench import base
from qdenseam.bench.base import (
    Benchmark,
    BenchRow,
    Names,
    Setting,
    benchmarks,
    not_run,
    run,
    settings,
)
from qdenseam.bench.kept import run_kept
from qdenseam.cli.app import app


@dataclass(frozen=True, slots=True, kw_only=True)
class Squares(Benchmark):
    """Square numbers.

    Slowly.
    """

    name: ClassVar[str] = "squares"
    columns: ClassVar[dict[str, str]] = {
        "number": "Which.",
        "square": "Of it.",
        "correct": "Is it.",
    }
    example: ClassVar[str] = "--most 2"
    packages: ClassVar[dict[str, str]] = {"abacus": "abacus-python"}
    most: Annotated[int, Setting("The last.", "[1, 10^9]")] = 3
    kinds: Annotated[Names, Setting("Of numbers.", among=("even", "odd"))] = ("even", "odd")
    is_wrong: Annotated[bool, Setting("Whether it errs.")] = False
    counted: ClassVar[list[int]] = []

    def cases(self) -> list[dict[str, int]]:
        return [{"number": number} for number in range(1, self.most + 1)]

    def measure(self, case: dict[str, int]) -> Iterator[BenchRow]:
        number = case["number"]
        self.counted.append(number)
        if ("even", "odd")[number % 2] in self.kinds:
            correct = not self.is_wrong
            yield {"number": number, "square": number**2, "correct": correct}
        else:
            yield {"number": number, "note": not_run("abacus", self.packages)}


@pytest.fixture
def squares(monkeypatch):
    monkeypatch.setitem(base._BENCHMARKS, "squares", Squares)
    Squares.counted.clear()
    return Squares


def test_settings_are_checked_where_a_benchmark_is_made(squares):
    with pytest.raises(ValueError, match=r"most should be in \[1, 10\^9\]\. Got 0"):
        squares(most=0)
    with pytest.raises(ValueError, match=r"kinds should be among even, odd.*Did you mean 'even'"):
        squares(kinds=("evn",))


def test_rows_have_all_columns_and_no_others(squares, monkeypatch):
    odd = {"number": 1, "square": 1, "correct": True, "note": None}
    even = {
        "number": 2,
        "square": None,
        "correct": None,
        "note": "not run: abacus-python is not installed",
    }
    told = []
    assert run(squares(most=2, kinds=("odd",)), on_row=told.append) == told == [odd, even]
    monkeypatch.setattr(squares, "columns", {"number": "Which."})
    with pytest.raises(KeyError, match="square"):
        run(squares())


def test_finished_cases_are_not_measured_again(squares, tmp_path):
    file = tmp_path / "rows.jsonl"
    first, _ = run_kept(squares(most=2), file)
    more, records = run_kept(squares(most=2), file)
    assert more == first == run(squares(most=2))
    assert len(records) == 2
    assert squares.counted == [1, 2, 1, 2]  # once kept, once without a file


def test_every_benchmark_says_what_it_needs_and_how_it_is_run():
    found = benchmarks()
    assert {"classical", "collect", "encoders", "gpu", "recall", "routing", "signal"} < set(found)
    for name, benchmark in found.items():
        made = benchmark()
        assert made.name == name
        assert all(each.help.endswith(".") for each in settings(benchmark).values()), name
        assert all(text.endswith(".") for text in benchmark.columns.values()), name
        shown = CliRunner().invoke(app, ["bench", name, "--help"])
        assert shown.exit_code == 0, shown.output
        example = " ".join(shown.output.split()).partition("Example: ")[2]
        assert example.startswith(f"qdenseam bench {name} ")
        for option in [word for word in benchmark.example.split() if word[:2] == "--"]:
            assert option in shown.output.partition("Example")[0], (name, option)


def test_an_unknown_benchmark_is_refused_with_near_names():
    refused = CliRunner().invoke(app, ["bench", "recal"])
    assert refused.exit_code == 2
    assert "Did you mean 'recall'?" in refused.stderr


def test_the_command_prints_writes_and_ends_with_1_where_a_result_is_wrong(squares, tmp_path):
    table = tmp_path / "rows.csv"
    command = ["bench", "squares", "--most", "2", "--kinds", "odd", "--csv", str(table)]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    assert "not run: abacus-python is not installed (1 row)" in done.stdout
    assert table.read_text().splitlines()[:2] == ["number,square,correct,note", "1,1,True,"]
    wrong = CliRunner().invoke(app, [*command[:4], "--is-wrong"])
    assert wrong.exit_code == 1
    assert "At least one result is wrong" in wrong.stderr


def test_lists_of_spellings_are_split_outside_parentheses():
    both = "amplification(num_matches=1, schedule=fixed-point(0.2)), index-search"
    shots = ("--num-neurons", "3", "--num-patterns", "2", "--shots", "50")
    done = CliRunner().invoke(app, ["bench", "recall", *shots, "--methods", both])
    assert done.exit_code == 0, done.output
    told = [
        line for line in done.stderr.split("\n") if not line.startswith("bench recall: at work")
    ]
    assert told[:2] == [
        "amplification(num_matches=1, schedule=fixed-point(0.2))",
        "index-search",
    ]
    refused = CliRunner().invoke(app, ["bench", "simulators", "--sizes", "8x4"])
    assert refused.exit_code == 2
    assert "sizes should be pairs separated by commas, such as 8:4,12:8. Got" in refused.stderr
