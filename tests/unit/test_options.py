"""Options: an unknown one is an error that names the nearest, one of a wrong type says what to give."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from cloudless import App, Retry
from cloudless.errors import InvalidArgument, UnknownOption
from cloudless.options import nearest, strict


@strict
def cook(meal: str, *, servings: int = 1, spice: str = "") -> str:
    """Cook a meal."""
    return f"{servings} {meal} {spice}"


def test_known_options_pass_through() -> None:
    assert cook("soup", servings=2) == "2 soup "
    assert cook(meal="soup") == "1 soup "


def test_an_unknown_option_names_the_nearest() -> None:
    anything: Any = cook
    with pytest.raises(UnknownOption, match=r"^cook has no option 'serving': did you mean 'servings'\?$"):
        anything("soup", serving=2)


def test_an_option_that_is_like_none_lists_those_there_are() -> None:
    anything: Any = cook
    with pytest.raises(UnknownOption, match=r"no option 'xyz': it takes: meal, servings, spice$"):
        anything("soup", xyz=2)


@pytest.mark.parametrize(
    ("options", "hint"),
    [
        ({"retries": 3}, "retries stand where messages are sent to, e.g. app.queue(…, retry=Retry(attempts=3))"),
        ({"retry": Retry()}, "retries stand where messages are sent to"),
        ({"dlq": False}, "dead letters stand where messages are sent to"),
        ({"max_concurrency": 5}, "how many run at a time is the cloud's own: native="),
        ({"memory": 512}, "did you mean 'memory_mb'?"),
        ({"dedup": "id"}, "did you mean 'once_by'?"),
    ],
    ids=["retries", "retry", "dlq", "max_concurrency", "memory", "dedup"],
)
def test_words_of_other_libraries_lead_to_ours(options: dict[str, Any], hint: str) -> None:
    orders = App("shop").queue("orders", str)
    with pytest.raises(UnknownOption) as caught:
        orders.consumer(**options)
    assert hint in str(caught.value)


def test_an_option_that_is_there_under_another_name_is_named() -> None:
    queue: Any = App("shop").queue
    with pytest.raises(UnknownOption, match="did you mean 'retry'"):
        queue("orders", str, max_attempts=3)


def test_an_unknown_option_is_a_type_error_and_a_value_error() -> None:
    assert issubclass(UnknownOption, TypeError)
    assert issubclass(UnknownOption, ValueError)


def test_a_strict_call_keeps_its_name_docstring_and_signature() -> None:
    assert cook.__name__ == "cook"
    assert cook.__doc__ == "Cook a meal."
    assert list(inspect.signature(cook).parameters) == ["meal", "servings", "spice"]


@pytest.mark.parametrize(
    ("word", "guess"), [("retires", "retry"), ("time_out", "timeout"), ("memory", "memory_mb"), ("q", None)]
)
def test_the_nearest_word_is_found_or_none(word: str, guess: str | None) -> None:
    assert nearest(word, ["retry", "timeout", "memory_mb", "uses"]) == guess


SHOP = App("shop")
MISTAKES: list[tuple[Callable[..., Any], dict[str, Any], str]] = [
    (App, {"name": "a", "region": "eu"}, "App has no option 'region'"),
    (SHOP.queue, {"name": "q", "retries": 3}, "App.queue has no option 'retries': did you mean 'retry'?"),
    (SHOP.ordered_queue, {"name": "q", "max_delay": 1}, "App.ordered_queue has no option 'max_delay'"),
    (SHOP.topic, {"name": "t", "attribute": ["a"]}, "did you mean 'attributes'?"),
    (SHOP.schedule, {"cron": "0 8 * * *", "tz": "UTC"}, "App.schedule has no option 'tz'"),
    (SHOP.schedule, {"cron": "0 8 * * *", "time_zone": "UTC"}, "did you mean 'timezone'?"),
    (SHOP.function, {"memory": 512}, "did you mean 'memory_mb'?"),
    (SHOP.secret, {"name": "s", "value": "x"}, "App.secret has no option 'value'"),
    (SHOP.config, {"name": "c", "defualt": 1}, "did you mean 'default'?"),
    (SHOP.queue("q").consumer, {"batchsize": 2}, "did you mean 'batch_size'?"),
    (SHOP.topic("t").subscriber, {"filter": {}}, "has no option 'filter'"),
    (Retry, {"attempt": 3}, "Retry has no option 'attempt': did you mean 'attempts'?"),
]


@pytest.mark.parametrize(("declare", "options", "text"), MISTAKES, ids=[text for _, _, text in MISTAKES])
def test_every_public_declaration_refuses_unknown_options(
    declare: Callable[..., Any], options: dict[str, Any], text: str
) -> None:
    with pytest.raises(UnknownOption) as caught:
        declare(**options)
    assert text in str(caught.value)


WRONG_TYPES: list[tuple[Callable[..., Any], dict[str, Any], str]] = [
    (App, {"name": 7}, "App(name=7): give a string"),
    (SHOP.queue, {"name": None}, "App.queue(name=None): give a string"),
    (
        SHOP.queue,
        {"name": "q", "max_delay": 900},
        "App.queue(max_delay=900): give a timedelta, e.g. timedelta(seconds=900)",
    ),
    (SHOP.queue, {"name": "q", "retry": 3}, "App.queue(retry=3): give a Retry, e.g. Retry(attempts=3)"),
    (SHOP.queue, {"name": "q", "dead_letters": "no"}, "App.queue(dead_letters='no'): give True or False"),
    (SHOP.queue("q").consumer, {"batch_size": 2.5}, "Queue.consumer(batch_size=2.5): give a whole number"),
    (SHOP.queue("q").consumer, {"batch_size": True}, "Queue.consumer(batch_size=True): give a whole number"),
    (
        SHOP.queue("q").dead_letters.consumer,
        {"timeout": "9 s"},
        "DeadLetters.consumer(timeout='9 s'): give a timedelta",
    ),
    (SHOP.topic, {"name": "t", "attributes": "region"}, "App.topic(attributes='region'): give a list"),
    (SHOP.topic("t").subscriber, {"where": ["region"]}, "Topic.subscriber(where=['region']): give a dict"),
    (SHOP.schedule, {"every": 60}, "App.schedule(every=60): give a timedelta, e.g. timedelta(seconds=60)"),
    (SHOP.schedule, {"cron": "* * * * *", "timezone": None}, "App.schedule(timezone=None): give a string"),
    (SHOP.function, {"native": "aws"}, "App.function(native='aws'): give a dict"),
    (Retry, {"on": ConnectionError}, "Retry(on=<class 'ConnectionError'>): give a list"),
    (Retry, {"factor": "2"}, "Retry(factor='2'): give a number"),
    (App, {"name": ["shop"] * 20}, f"App(name={str(['shop'] * 20)[:57]}...): give a string"),
]


@pytest.mark.parametrize(("declare", "options", "text"), WRONG_TYPES, ids=[text for _, _, text in WRONG_TYPES])
def test_every_public_declaration_refuses_options_of_the_wrong_type(
    declare: Callable[..., Any], options: dict[str, Any], text: str
) -> None:
    with pytest.raises(InvalidArgument) as caught:
        declare(**options)
    assert str(caught.value) == text


def test_a_schedule_without_parentheses_says_what_is_missing() -> None:
    schedule: Any = SHOP.schedule
    with pytest.raises(InvalidArgument, match=r"^App\.schedule\(cron=<function .*\): give a string$"):
        schedule(lambda: None)


def test_an_option_that_may_be_left_out_may_be_none() -> None:
    assert callable(SHOP.topic("t").subscriber(where=None, retry=None, timeout=None))


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"attempts": 0}, "attempts are 1 to 99"),
        ({"attempts": "3"}, "give a whole number"),
        ({"attempts": 2.5}, "give a whole number"),
        ({"delay": 1}, "(delay=1): give a timedelta"),
        ({"max_delay": 60}, "(max_delay=60): give a timedelta"),
        ({"attempts": 100}, "attempts are 1 to 99"),
        ({"delay": timedelta(seconds=-1)}, "the delay is 0 s to max_delay"),
        ({"delay": timedelta(minutes=2), "max_delay": timedelta(minutes=1)}, "the delay is 0 s to max_delay"),
        ({"max_delay": timedelta(minutes=11)}, "at most 10 minutes"),
        ({"factor": 0.5}, "the factor is 1 to 10"),
        ({"factor": 11}, "the factor is 1 to 10"),
        ({"on": []}, "give exception classes"),
        ({"on": [KeyboardInterrupt]}, "give exception classes"),
        ({"on": [ValueError("x")]}, "give exception classes"),
    ],
    ids=str,
)
def test_a_retry_out_of_range_is_refused(options: Any, text: str) -> None:
    with pytest.raises(InvalidArgument, match=r"^Retry") as caught:
        Retry(**options)
    assert text in str(caught.value)


def test_a_retry_waits_longer_each_time_up_to_its_maximum() -> None:
    retry = Retry(delay=timedelta(seconds=2), factor=3, max_delay=timedelta(seconds=30))
    assert [retry.wait_s(attempt) for attempt in (1, 2, 3, 4, 99)] == [2, 6, 18, 30, 30]


def test_a_retry_without_a_delay_never_waits() -> None:
    assert Retry(delay=timedelta(0)).wait_s(5) == 0
