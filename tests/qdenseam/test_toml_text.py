"""What is written as TOML is what ``tomllib`` reads."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from qdenseam.toml_text import toml_text

plain = (
    st.text(st.characters(exclude_categories=["Cs"]))
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.booleans()
)


def tables(values):
    return st.dictionaries(st.text(st.characters(exclude_categories=["Cs"])), values, max_size=3)


values = st.recursive(plain, lambda part: st.lists(part, max_size=3) | tables(part), max_leaves=8)


@given(tables(values | tables(values) | st.lists(tables(values), max_size=3)))
def test_round_trip(content):
    assert tomllib.loads(toml_text(content)) == content
