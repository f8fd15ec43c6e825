"""Permissions, secrets and configuration."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

from cloudless.conformance.apps import guarded
from cloudless.conformance.harness import Target
from cloudless.conformance.suite import Suite, covers, needs, notes
from cloudless.errors import InvalidArgument, MissingSecret, PermissionDenied


class PermissionSuite(Suite):
    """What a handler may do: what its code mentions, and no more."""

    entry = "cloudless.conformance.apps.guarded:app"

    @pytest.fixture
    def hidden(self, target: Target) -> Generator[dict[str, Any]]:
        """Ways to the resources that no reading of the code can find: they come after it was read."""
        guarded.hide()
        yield guarded.HIDDEN
        guarded.HIDDEN.clear()

    @needs("queue", "identity.per_function")
    @covers("permissions", "not mentioned")
    @pytest.mark.parametrize(
        ("use", "arguments", "text"),
        [
            ("send", [dict[str, Any]()], r"may not send queue 'windows'.*uses=\[windows\.send\]"),
            ("publish", [dict[str, Any]()], r"may not publish topic 'alarms'.*uses=\[alarms\.publish\]"),
            ("invoke", list[Any](), r"may not invoke function 'helper'.*uses=\[helper\.invoke\]"),
            ("secret", list[Any](), r"may not read secret 'known'"),
        ],
    )
    def test_what_the_code_does_not_mention_is_denied_with_the_line_to_add(
        self, target: Target, hidden: dict[str, Any], use: str, arguments: list[Any], text: str
    ) -> None:
        assert use in hidden
        guarded.doors.send({"use": use, "with": arguments})
        with pytest.raises(PermissionDenied, match=text):
            target.run()
        assert notes(target, "open_window") == notes(target, "ring") == []

    @needs("queue")
    @covers("permissions")
    def test_a_caller_outside_of_a_handler_is_not_asked(self, hidden: dict[str, Any]) -> None:
        hidden["send"]({"n": 1})
        assert hidden["secret"]() == "s3cret"

    @needs("secret")
    @covers("secrets")
    def test_a_handler_reads_the_secrets_and_configuration_that_it_mentions(self, target: Target) -> None:
        guarded.windows.send({})
        target.run()
        assert notes(target, "open_window") == [{"secret": "s3cret", "ratio": 0.5, "level": 3}]

    @needs("secret", "queue.dead_letters")
    @covers("secrets", "missing")
    def test_a_missing_secret_says_so(self, target: Target) -> None:
        guarded.windows.send({"missing": True})
        target.run()
        (letter,) = guarded.windows.dead_letters.peek()
        assert letter.error.type == "MissingSecret"
        with pytest.raises(MissingSecret, match="secret 'unknown' has no value"):
            _ = guarded.unknown.value

    @needs("queue")
    @covers("secrets", "missing")
    def test_a_configuration_without_value_and_default_says_where_to_set_it(self, target: Target) -> None:
        with pytest.raises(InvalidArgument, match=r"'absent' has no default and no value.*cloudless\.toml"):
            _ = guarded.absent.value
