"""A study's page from its folder: what it says, that it stands alone, and the commands."""

import re
import shutil
import subprocess
from html.parser import HTMLParser

import pandas as pd
import pytest
from typer.testing import CliRunner

from qdenseam.cli.app import app
from qdenseam.experiments.run_study import run_study
from qdenseam.experiments.study import Study

STUDY = {
    "title": "Mine <own>",
    "data": {"num_neurons": 4},
    "axes": [{"num_patterns": [2, 3], "flips": [0, 1]}],
    "sampling": {"pattern_sets": 5, "probes": 4, "shots": 10},
    "contender": [
        {"recall": "separation-filter(hamming-ball($flips))"},
        {"recall": "label-writing", "where": {"flips": [0]}},
        {"recall": "nearest", "label": "scan"},
    ],
    "figure": [
        {"x": "num_patterns", "by": "flips"},
        {"x": "num_patterns", "y": "two_qubit_gates", "by": "flips"},
    ],
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    run_study(Study.from_dict(STUDY), folder / "results.jsonl")
    contenders = [*STUDY["contender"], {"recall": "hopfield"}]
    Study.from_dict(STUDY | {"contender": contenders}).keep(folder / "study.toml")
    return folder


def run(*arguments):
    return CliRunner().invoke(app, list(map(str, arguments)))


class Page(HTMLParser):
    """Tags that are open, rows as texts, and what images say."""

    def __init__(self, text):
        super().__init__()
        self.open, self.rows, self.alts, self.addresses = [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.addresses += [given[name] for name in ("src", "href") if name in given]
        if tag == "tr":
            self.rows.append([])
        if tag == "img":
            self.alts.append(given["alt"])
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if data.strip() and {"td", "th"} & set(self.open):
            self.rows[-1].append(data.strip())


def test_the_page(folder):
    done = run("report", folder, "--table", folder / "out.csv")
    assert done.exit_code == 0, done.output
    text = (folder / "report.html").read_text()
    page = Page(text)
    assert not page.open
    assert all(address.startswith("data:") for address in page.addresses)
    assert "<h1>Mine &lt;own&gt;</h1>" in text
    assert "scan" in done.stdout
    assert "Of 14 rows 4 not run" in text.replace("\n", " ")
    assert ["hopfield", "not run"] in page.rows
    assert ["label-writing", "not asked here"] in page.rows
    assert any(row[:2] == ["label-writing (reads the answer)", "0 of 20"] for row in page.rows)
    ball = "separation-filter(hamming-ball($flips))"
    assert [ball, ball, "amplitude", "exact", "the number of flipped bits"] in page.rows
    assert f"qdenseam collect {folder / 'study.toml'} --out {folder}" in text
    assert any(re.search(r"flips: 1: .*scan from 0", alt) for alt in page.alts)
    assert "recall = &#34;hopfield&#34;" in text
    assert len(pd.read_csv(folder / "out.csv")) == 10


def test_the_same_rows_make_the_same_page(folder):
    run("report", folder)
    before = (folder / "report.html").read_bytes()
    run("report", folder)
    assert (folder / "report.html").read_bytes() == before


BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
WIDTHS = (390, 768, 1280)
FRAME = """<iframe id=page src=report.html></iframe><pre id=said></pre><script>
page.onload = () => {{ for (const width of {}) {{
  page.style.width = width + "px";
  const root = page.contentDocument.documentElement;
  said.textContent += `${{root.scrollWidth - root.clientWidth}} ${{root.clientWidth}};`; }} }}
</script>"""


@pytest.mark.skipif(BROWSER is None, reason="no Chromium here to lay the page out")
def test_no_width_cuts_the_page(folder):
    run("report", folder)
    (folder / "frame.html").write_text(FRAME.format(list(WIDTHS)))
    done = subprocess.run(
        [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--allow-file-access-from-files",
         "--virtual-time-budget=3000", "--dump-dom", f"--user-data-dir={folder / 'browser'}",
         (folder / "frame.html").as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    said = re.search(r'<pre id="said">(.*?)</pre>', done.stdout).group(1)
    overflows, shown = zip(*(map(int, part.split()) for part in said[:-1].split(";")), strict=True)
    assert overflows == (0, 0, 0)
    assert all(0 <= width - inside < 20 for width, inside in zip(WIDTHS, shown, strict=True))


def test_plot(folder):
    done = run("plot", folder, "--x", "num_patterns", "--y", "acceptance", "--by", "flips")
    assert done.exit_code == 0, done.output
    assert (folder / "acceptance-against-num_patterns.png").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["plot", "{}", "--x", "load"], "a column should be among label, "),
        (["plot", "{}", "--x", "num_patterns"], "name the other axis in `by`"),
        (["plot", "{}", "--x", "num_patterns", "--y", "label"], "y should be a column of numbers"),
        (["report", "{}/none"], "which has no study.toml"),
        (["report", "{}", "--table", "x.txt"], "should be written to .csv or .parquet"),
        (["report", "{}", "--import", "no_such_module"], "no_such_module"),
    ],
)
def test_refusals(folder, arguments, message):
    done = run(*(each.format(folder) for each in arguments))
    assert done.exit_code == 2, done.output
    assert message in " ".join(done.stderr.split())


def test_rows_of_other_data_are_not_shown(folder, tmp_path):
    (tmp_path / "results.jsonl").write_bytes((folder / "results.jsonl").read_bytes())
    Study.from_dict(STUDY | {"seed": 3}).keep(tmp_path / "study.toml")
    done = run("report", tmp_path)
    assert done.exit_code == 2
    assert "Got none" in " ".join(done.stderr.split())
