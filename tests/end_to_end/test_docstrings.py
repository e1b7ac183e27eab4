"""The examples in docstrings give what stands there."""

import doctest
import importlib

import pytest
from markdown_pages import ROOT

MODULES = [
    ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    for package in ("classical_ref", "circuits", "qdenseam")
    for file in sorted((ROOT / package).rglob("*.py"))
    if ">>> " in file.read_text()
]


@pytest.mark.parametrize("module", MODULES)
def test_examples(module):
    failed, tried = doctest.testmod(importlib.import_module(module))
    assert tried
    assert not failed


def test_there_are_examples_of_what_is_used_most():
    assert {"qdenseam.retrieval.verb", "qdenseam.memories.energy", "classical_ref.patterns"} < set(
        MODULES
    )
