"""Errors between functions of ours."""

from __future__ import annotations

import pytest

from cloudless.driver.refusal import REFUSALS, refusal_of, refused
from cloudless.errors import CloudlessError, InternalError, NotFound, PermissionDenied


@pytest.mark.parametrize("kind", REFUSALS.values())
def test_what_is_told_is_the_error_that_it_was(kind: type[CloudlessError]) -> None:
    error = refused(refusal_of(kind("it says why")), "the broker")
    assert type(error) is kind
    assert str(error) == "it says why"


def test_an_error_of_a_narrower_kind_is_told_as_its_kind() -> None:
    class Narrow(PermissionDenied):
        """Of a driver."""

    assert refusal_of(Narrow("no")) == ["PermissionDenied", "no"]


@pytest.mark.parametrize(
    "told", [None, "NotFound", [], ["NotFound"], ["Odd", "x"], ["NotFound", "x", "y"], {"a": 1}, 5]
)
def test_what_is_no_refusal_is_a_bug_of_ours_and_says_who(told: object) -> None:
    error = refused(told, "the broker")
    assert type(error) is InternalError
    assert str(error).startswith("the broker: ")


def test_the_parts_of_a_refusal_are_texts() -> None:
    assert str(refused(["NotFound", 5], "the broker")) == "5"
    assert isinstance(refused(["NotFound", 5], "the broker"), NotFound)
