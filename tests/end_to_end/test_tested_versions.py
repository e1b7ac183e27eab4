"""The versions that `.ci/run` tests: each dependency has one, and any machine can have it."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
TESTED = [
    Requirement(line)
    for line in (ROOT / ".ci" / "tested.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
UNTESTED = {"ddsim", "peers"}  # extras that `.ci/run` does not install


def declared():
    extras = PROJECT["optional-dependencies"]
    for words in (PROJECT["dependencies"], *(extras[name] for name in extras.keys() - UNTESTED)):
        yield from map(Requirement, words)


@pytest.mark.parametrize("python", ["3.11.0", "3.12.0", "3.13.0"])
def test_what_we_declare_is_locked_within_its_bounds(python) -> None:
    locked = {
        canonicalize_name(each.name): str(each.specifier).removeprefix("==")
        for each in TESTED
        if each.marker is None or each.marker.evaluate({"python_full_version": python})
    }
    for wanted in declared():
        version = locked.get(canonicalize_name(wanted.name))
        assert version, f"{wanted.name} has no tested version on {python}; run make lock"
        assert wanted.specifier.contains(version), f"{wanted} is tested as {version}; run make lock"


def test_versions_are_exact_and_name_no_index_and_no_place() -> None:
    for each in TESTED:
        assert re.fullmatch(r"==\d[\w.+!]*", str(each.specifier)), each
        assert each.url is None, each
    text = (ROOT / ".ci" / "tested.txt").read_text(encoding="utf-8")
    assert not re.search(r"/|^-", text, re.MULTILINE)
