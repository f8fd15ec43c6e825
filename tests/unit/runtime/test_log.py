"""What a deployed function logs of a failure."""

import logging
from typing import Any

import pytest

from cloudless.codec import codec_of
from cloudless.message import Envelope
from cloudless.runtime import entry
from cloudless.runtime.plan import Plan


class Nowhere:
    """A cloud of which this test needs nothing."""


def deliver(attempt: int, *, logs: bool = True) -> None:
    def handler(body: Any) -> None:
        raise ConnectionError("no answer")

    cloud: Any = Nowhere()
    plan = Plan("take", "orders", (("body", "body"),), attempts=2)
    binding = entry.Binding(plan, handler, codec_of(None), on=(Exception,), cloud=cloud, logs=logs)
    entry.consumer(binding)(Envelope("ab" * 16, "1", trace="cd" * 16, correlation="c-1", attempt=attempt))


def test_a_failure_that_comes_again_is_a_warning_with_its_facts(caplog: pytest.LogCaptureFixture) -> None:
    deliver(1)
    (record,) = caplog.records
    assert (record.levelno, record.name) == (logging.WARNING, "cloudless.take")
    assert "failed in attempt 1 of 2 and comes again in 1 s: ConnectionError: no answer" in record.getMessage()
    assert record.__dict__["correlation_id"] == "c-1"
    assert record.__dict__["traceparent"] == f"00-{'cd' * 16}-{'ab' * 8}-01"
    assert record.exc_info


def test_a_failure_that_is_given_up_is_an_error(caplog: pytest.LogCaptureFixture) -> None:
    deliver(2)
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert "is given up" in record.getMessage()


def test_a_simulation_logs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    deliver(1, logs=False)
    assert caplog.records == []


@pytest.mark.parametrize(
    ("body", "attempt", "said"),
    [
        ("not JSON", 1, "is given up without a call of its handler: InvalidBody: "),
        ("1", 3, "is given up without a call of its handler: Crashed: delivery 2 of 2 never ended"),
    ],
)
@pytest.mark.parametrize("maker", [entry.consumer, entry.batch])
def test_what_is_given_up_without_a_call_is_an_error_with_its_facts(
    caplog: pytest.LogCaptureFixture, maker: Any, body: str, attempt: int, said: str
) -> None:
    cloud: Any = Nowhere()
    plan = Plan("take", "orders", (("bodies" if maker is entry.batch else "body", "body"),), attempts=2)
    binding = entry.Binding(plan, print, codec_of(int), on=(Exception,), cloud=cloud)
    envelope = Envelope("ab" * 16, body, trace="cd" * 16, correlation="c-1", attempt=attempt)
    maker(binding)([envelope] if maker is entry.batch else envelope)
    (record,) = caplog.records
    assert (record.levelno, record.name) == (logging.ERROR, "cloudless.take")
    assert record.getMessage().startswith(f"message {'ab' * 16} of orders {said}")
    assert record.__dict__["correlation_id"] == "c-1"
