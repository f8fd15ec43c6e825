"""Log lines of a function: what Cloud Logging makes entries of."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from cloudless.driver.current import HERE
from cloudless.message import Envelope
from cloudless_gcp.runtime.log import write_json
from tests.unit.fake_cloud import FakeCloud

TRACE = "b" * 32
CAUSE = Envelope("a" * 32, "{}", trace=TRACE, correlation="order-7")


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    """The root logger as functions-framework leaves it: without a handler."""
    found = logging.getLogger()
    kept, level = found.handlers[:], found.level
    found.handlers[:] = []
    found.setLevel(logging.WARNING)
    yield found
    found.handlers[:] = kept
    found.setLevel(level)


@pytest.fixture
def stream(root: logging.Logger) -> io.StringIO:
    """What is written, in lines of JSON."""
    stream = io.StringIO()
    root.addHandler(logging.StreamHandler(stream))
    write_json("shop-1")
    return stream


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_has_its_severity_and_text(stream: io.StringIO) -> None:
    logging.getLogger("shop.app").info("hello %s", "you")
    [line] = lines(stream)
    assert (line["severity"], line["message"], line["logger"]) == ("INFO", "hello you", "shop.app")


def test_a_line_of_a_handler_has_the_trace_of_what_it_works_on(stream: io.StringIO) -> None:
    token = HERE.set((FakeCloud(), "take", CAUSE))
    try:
        logging.getLogger("shop.app").warning("hello")
    finally:
        HERE.reset(token)
    [line] = lines(stream)
    assert line["logging.googleapis.com/trace"] == f"projects/shop-1/traces/{TRACE}"
    assert (line["correlation_id"], line["handler"], line["message_id"]) == ("order-7", "take", "a" * 32)


def test_a_line_about_nothing_has_no_trace(stream: io.StringIO) -> None:
    logging.getLogger("shop.app").warning("hello")
    assert "logging.googleapis.com/trace" not in lines(stream)[0]


def test_an_error_is_one_line_with_its_traceback(stream: io.StringIO) -> None:
    try:
        raise KeyError("missing")
    except KeyError:
        logging.getLogger("shop.app").exception("it failed")
    [line] = lines(stream)
    assert (line["severity"], "KeyError: 'missing'" in line["error"]) == ("ERROR", True)


@pytest.mark.parametrize(("level", "severity"), [(25, "DEFAULT"), (logging.CRITICAL, "CRITICAL")])
def test_levels_that_cloud_logging_does_not_know_are_default(stream: io.StringIO, level: int, severity: str) -> None:
    logging.getLogger("shop.app").log(level, "hello")
    assert lines(stream)[0]["severity"] == severity


def test_where_nobody_writes_lines_ours_go_to_stderr(root: logging.Logger, capsys: pytest.CaptureFixture[str]) -> None:
    root.handlers[:] = []  # pytest has its own by now
    write_json("")
    token = HERE.set((FakeCloud(), "take", CAUSE))
    try:
        logging.getLogger("shop.app").info("hello")
    finally:
        HERE.reset(token)
    line = json.loads(capsys.readouterr().err)
    assert (line["message"], "logging.googleapis.com/trace" in line) == ("hello", False), "no project, no trace"
