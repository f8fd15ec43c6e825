"""Names as clouds take them: readable, and never the same for two."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cloudless.compiler import escaped

VAULT = {"kept": "a-z0-9-", "mark": "-", "first": "a-z0-9-"}
NAMES = st.text(st.sampled_from("ab5f_-/.:Aé2"), max_size=12) | st.text(st.characters(codec="utf-8"), max_size=6)


def original(name: str, mark: str) -> str:
    """What was escaped."""
    return re.sub(f"{mark}{mark}([0-9a-f]+){mark}", lambda match: chr(int(match[1], 16)), name)


@pytest.mark.parametrize(
    ("name", "identifier"),
    [
        ("orders", "orders"),
        ("orders-dead-letters", "orders-dead-letters"),
        ("take_order", "take_order"),
        ("on-take/orders", "on-take__2f_orders"),
        ("7up", "__37_up"),
        ("a__b", "a___5f_b"),
        ("GET /orders/{id}", "GET__20___2f_orders__2f___7b_id__7d_"),
    ],
)
def test_an_identifier_of_terraform_is_the_name_where_it_can_be(name: str, identifier: str) -> None:
    assert escaped(name) == identifier


@given(NAMES)
def test_what_is_escaped_can_be_told_again(name: str) -> None:
    assert original(escaped(name), "_") == name
    assert original(escaped(name, **VAULT), "-") == name


@given(NAMES.filter(bool))
def test_what_is_escaped_has_no_other_characters(name: str) -> None:
    assert re.fullmatch("[A-Za-z_][A-Za-z0-9_-]*", escaped(name))
    assert re.fullmatch("[a-z0-9-]+", escaped(name, **VAULT))
