"""What a function was called with that it does not take."""

from __future__ import annotations

from typing import Any

import pytest

from cloudless.runtime.stranger import USUAL, refused, told

SHAPES = (({"call"}, "a direct call", "call it by its name"), ({"call", "args"}, "nothing that comes first", "never"))


@pytest.mark.parametrize(
    ("event", "origin", "remedy"),
    [
        ({"call": {}, "args": {}}, "a direct call", "call it by its name"),
        ([1], "JSON that is no object (list)", USUAL),
        ({"b": 1, "a": 2}, "an object of nobody that is known (its keys: a, b)", USUAL),
        ({}, "an object of nobody that is known (its keys: none)", USUAL),
    ],
)
def test_an_event_is_what_its_keys_say(event: Any, origin: str, remedy: str) -> None:
    assert told(event, SHAPES) == (origin, remedy)


def test_of_many_keys_the_first_are_shown() -> None:
    assert told({f"k{number:02}": 1 for number in range(20)}, ())[0].endswith("k06, k07)")


def test_the_error_says_what_was_wanted_and_what_to_do() -> None:
    said = str(refused("take", "messages of a queue", "a direct call", "call another"))
    assert said == "the function of take takes messages of a queue, and was called with a direct call: call another"
