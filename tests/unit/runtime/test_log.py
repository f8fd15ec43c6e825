"""What a deployed function logs of a failure."""

import logging
from typing import Any

import pytest

from cloudless.codec import codec_of
from cloudless.driver.current import HERE
from cloudless.errors import NotFound
from cloudless.message import Envelope
from cloudless.runtime import entry, log
from cloudless.runtime.outcome import Postponed
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


def refused(letter: Envelope) -> None:
    raise NotFound("sending to queue 'lost': the queue does not exist")


@pytest.mark.parametrize(
    ("body", "attempt", "said"),
    [
        ('{"id": 1}', 2, "failed in attempt 2 of 2 and cannot be given up"),
        ("not JSON", 1, "cannot be given up"),
        ('{"id": 1}', 3, "cannot be given up"),
    ],
)
@pytest.mark.parametrize("maker", [entry.consumer, entry.batch])
def test_a_message_that_its_dead_letters_refuse_is_an_error_that_names_them(
    caplog: pytest.LogCaptureFixture, maker: Any, body: str, attempt: int, said: str
) -> None:
    seen: list[Any] = []

    def give_up(letter: Envelope) -> None:
        seen.append(HERE.get()[1])
        refused(letter)

    def handler(body: Any) -> None:
        raise MemoryError("too much")

    cloud: Any = Nowhere()
    parameters = (("bodies" if maker is entry.batch else "body", "body"),)
    plan = Plan("take", "orders", parameters, attempts=2, dead_letters="lost")
    binding = entry.Binding(plan, handler, codec_of(None), on=(Exception,), cloud=cloud, give_up=give_up)
    envelope = Envelope("ab" * 16, body, attempt=attempt)
    maker(binding)([envelope] if maker is entry.batch else envelope)
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    because = "as queue 'lost' does not take it (NotFound: sending to queue 'lost': the queue does not exist)"
    assert f"{said}, {because}, and comes again in 600 s" in record.getMessage()
    assert seen == ["take"]


@pytest.mark.parametrize(("cause", "level"), [(None, logging.INFO), (ConnectionError("no route"), logging.WARNING)])
def test_a_postponed_delivery_has_not_failed(
    caplog: pytest.LogCaptureFixture, cause: Exception | None, level: int
) -> None:
    def handler(body: Any) -> None:
        raise Postponed(12.5, "7 is being handled by another delivery") from cause

    caplog.set_level(logging.INFO)
    cloud: Any = Nowhere()
    plan = Plan("take", "orders", (("body", "body"),), attempts=2)
    binding = entry.Binding(plan, handler, codec_of(None), on=(Exception,), cloud=cloud)
    entry.consumer(binding)(Envelope("ab" * 16, "1", attempt=2))
    (record,) = caplog.records
    assert (record.levelno, record.exc_info) == (level, None)
    said = "is postponed by 12.5 s without a call of its handler: 7 is being handled by another delivery"
    assert record.getMessage() == f"message {'ab' * 16} of orders {said}"


def test_trouble_of_ours_is_a_warning_and_a_bug_of_ours_is_traced(caplog: pytest.LogCaptureFixture) -> None:
    plan = Plan("take", "orders", ())
    log.trouble(plan, "it comes again: %s", NotFound("no queue"))
    log.trouble(plan, "it comes again: %s", KeyError("bug"))
    assert [one.getMessage() for one in caplog.records] == ["it comes again: no queue", "it comes again: 'bug'"]
    assert [bool(one.exc_info) for one in caplog.records] == [False, True]
    assert {(one.levelno, one.name) for one in caplog.records} == {(logging.WARNING, "cloudless.take")}
