"""JSON for people: what is written is what was meant, and lies open."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudless.compiler.pretty import pretty

VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
)


@given(VALUES)
def test_what_is_read_is_what_was_written(value: Any) -> None:
    assert json.loads(pretty(value)) == value


def test_objects_have_a_line_a_key_and_short_lists_have_one() -> None:
    value: dict[str, Any] = {
        "name": "é",
        "empty": {},
        "zones": ["1", "2"],
        "none": [],
        "rule": [{"on": True}],
        "long": ["x" * 60] * 2,
    }
    long = "x" * 60
    assert pretty(value).decode() == (
        "{\n"
        '  "name": "é",\n'
        '  "empty": {},\n'
        '  "zones": ["1", "2"],\n'
        '  "none": [],\n'
        '  "rule": [\n'
        "    {\n"
        '      "on": true\n'
        "    }\n"
        "  ],\n"
        '  "long": [\n'
        f'    "{long}",\n'
        f'    "{long}"\n'
        "  ]\n"
        "}\n"
    )


def test_a_lone_surrogate_is_written_as_its_escape() -> None:
    assert json.loads(pretty({"a": "\ud800", "b": ["\udfff"]})) == {"a": "\ud800", "b": ["\udfff"]}


def test_what_json_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        pretty({"ratio": float("nan")})
