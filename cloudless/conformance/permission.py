"""Permissions, secrets and configuration."""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from typing import Any

import pytest

from cloudless.conformance.apps import guarded
from cloudless.conformance.harness import RotatingTarget, Target
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
        assert target.journal() == []

    @needs("queue", "topic", "function", "secret")
    @covers("permissions")
    def test_a_caller_outside_of_a_handler_is_not_asked(self, target: Target, hidden: dict[str, Any]) -> None:
        hidden["send"]({"n": 1})
        hidden["publish"]({"n": 2})
        assert hidden["invoke"]() == "helped"
        assert hidden["secret"]() == "s3cret"
        target.run()
        assert len(notes(target, "open_window")) == 1
        assert notes(target, "ring") == [{"body": {"n": 2}}]

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
        assert "secret 'unknown' has no value" in letter.error.text
        with pytest.raises(MissingSecret, match="secret 'unknown' has no value"):
            _ = guarded.unknown.value

    @needs("secret")
    @covers("secrets", "rotated")
    def test_a_rotated_secret_is_read_anew_after_five_minutes(self, target: Target) -> None:
        assert isinstance(target, RotatingTarget)
        guarded.windows.send({})
        target.run()
        target.rotate("known", "n3w")
        target.advance(timedelta(minutes=5, seconds=1))
        guarded.windows.send({})
        target.run()
        assert [note["secret"] for note in notes(target, "open_window")] == ["s3cret", "n3w"]
        assert guarded.known.value == "n3w"

    @needs("secret", "identity.per_function")
    @covers("secrets", "denied")
    def test_a_secret_that_a_handler_has_read_is_denied_to_another(
        self, target: Target, hidden: dict[str, Any]
    ) -> None:
        guarded.windows.send({})
        target.run()
        assert [note["secret"] for note in notes(target, "open_window")] == ["s3cret"]
        guarded.doors.send({"use": "secret"})
        with pytest.raises(PermissionDenied, match="may not read secret 'known'"):
            target.run()
        assert notes(target, "open_door") == []

    @needs("queue")
    @covers("secrets", "missing")
    def test_a_configuration_without_value_and_default_says_where_to_set_it(self, target: Target) -> None:
        with pytest.raises(InvalidArgument, match=r"'absent' has no default and no value.*cloudless\.toml"):
            _ = guarded.absent.value
