"""Log records as lines of JSON."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from cloudless.driver.current import HERE
from cloudless.message import Context, Envelope
from cloudless.runtime.lines import JsonLines
from tests.unit.fake_cloud import FakeCloud

CAUSE = Envelope("1" * 32, "{}", trace="2" * 32, correlation="order-7")
LINES = JsonLines()


class Kept(logging.Handler):
    """What was written, read back."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(LINES)
        self.lines: list[dict[str, Any]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))


@pytest.fixture
def kept() -> Any:
    handler, logger = Kept(), logging.getLogger("shop")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield handler
    logger.removeHandler(handler)


def test_a_line_within_a_handler_has_its_trace_and_correlation(kept: Kept) -> None:
    token = HERE.set((FakeCloud(), "take", CAUSE))
    try:
        logging.getLogger("shop.orders").info("taken: %s", "é\n")
    finally:
        HERE.reset(token)
    assert kept.lines == [
        {
            "level": "INFO",
            "logger": "shop.orders",
            "message": "taken: é\n",
            "handler": "take",
            "message_id": "1" * 32,
            "correlation_id": "order-7",
            "traceparent": f"00-{'2' * 32}-{'1' * 16}-01",
        }
    ]


def test_facts_that_a_record_brings_are_kept(kept: Kept) -> None:
    context = Context("take", "request-1", CAUSE, 0, lambda: 0)
    facts = context.logger.extra
    logging.getLogger("shop").warning("late", extra={**(facts or {})})
    (line,) = kept.lines
    assert (line["request_id"], line["handler"], line["correlation_id"]) == ("request-1", "take", "order-7")


def test_an_exception_stands_in_the_line_of_its_record(kept: Kept) -> None:
    try:
        raise ConnectionError("no answer")
    except ConnectionError:
        logging.getLogger("shop").exception("failed")
    (line,) = kept.lines
    assert line["error"].startswith("Traceback")
    assert line["error"].endswith("ConnectionError: no answer")


def test_outside_of_a_handler_there_is_just_the_record(kept: Kept) -> None:
    logging.getLogger("shop").info("starting")
    assert kept.lines == [{"level": "INFO", "logger": "shop", "message": "starting"}]
