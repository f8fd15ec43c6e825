"""simulate and its verbs, wrongly used: each mistake says what to give, at the line of the test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cloudless import App, Context
from cloudless.errors import CloudlessError, InternalError, InvalidArgument, NotFound, UnknownOption, hidden
from cloudless.testing import simulate

app = App("shop")
orders = app.queue("orders", str)
lost = app.queue("lost", str, dead_letters=False)
placed = app.topic("placed", str)
key = app.secret("stripe-key")
least = app.config("least", int, default=1)


@orders.consumer
def take(order: str) -> None: ...


@app.function
def charge(order: str, context: Context | None = None) -> str:
    return order


@app.schedule("0 8 * * *")
def report() -> None: ...


DEAD = "has no dead letters in app 'shop': give a queue, subscriber, schedule or function that keeps them"
VERBS: list[tuple[Callable[[Any], object], type[CloudlessError], str]] = [
    (
        lambda cloud: cloud.advance(60),
        InvalidArgument,
        "Simulation.advance(by=60): give a timedelta, e.g. timedelta(seconds=60)",
    ),
    (lambda cloud: cloud.run_until(True), InvalidArgument, "Simulation.run_until(condition=True): give a function"),
    (
        lambda cloud: cloud.fail(charge, "no funds"),
        InvalidArgument,
        "Simulation.fail(error='no funds'): give an exception, e.g. ConnectionError(\"down\")",
    ),
    (
        lambda cloud: cloud.fail(charge, ValueError("x"), time=2),
        UnknownOption,
        "Simulation.fail has no option 'time': did you mean 'times'?",
    ),
    (lambda cloud: cloud.crash(charge, times="2"), InvalidArgument, "Simulation.crash(times='2'): give a whole number"),
    (lambda cloud: cloud.takes(charge, "9 s"), InvalidArgument, "Simulation.takes(duration='9 s'): give a timedelta"),
    (lambda cloud: cloud.replace(charge, "x"), InvalidArgument, "Simulation.replace(fake='x'): give a function"),
    (lambda cloud: cloud.calls(orders), NotFound, "<queue orders> is no handler of app 'shop'"),
    (lambda cloud: cloud.sent(take), NotFound, "<queue handler take of orders> is no queue of app 'shop'"),
    (lambda cloud: cloud.sent("ordrs"), NotFound, "'ordrs' is a name: give the queue itself, orders"),
    (lambda cloud: cloud.published("x"), NotFound, "'x' is a name: give the topic itself"),
    (lambda cloud: cloud.sent(App("other").queue("bills")), NotFound, "<queue bills> is no queue of app 'shop'"),
    (lambda cloud: cloud.published(orders), NotFound, "<queue orders> is no topic of app 'shop'"),
    (lambda cloud: cloud.fire(charge), NotFound, "<function handler charge of charge> is no schedule of app 'shop'"),
    (lambda cloud: cloud.dead_letters(take), NotFound, f"<queue handler take of orders> {DEAD}"),
    (lambda cloud: cloud.dead_letters(lost), NotFound, f"<queue lost> {DEAD}"),
]


@pytest.mark.parametrize(("verb", "kind", "text"), VERBS, ids=[text for _, _, text in VERBS])
def test_a_verb_says_what_to_give_it(verb: Callable[[Any], object], kind: type[CloudlessError], text: str) -> None:
    with simulate(app) as cloud, pytest.raises(kind) as caught:
        verb(cloud)
    assert str(caught.value) == text


WORLDS: list[tuple[dict[str, Any], type[CloudlessError], str]] = [
    ({"app": "shop"}, InvalidArgument, "simulate(app='shop'): give an app, e.g. App(\"shop\")"),
    ({"secret": {}}, UnknownOption, "simulate has no option 'secret': did you mean 'secrets'?"),
    ({"seed": "7"}, InvalidArgument, "simulate(seed='7'): give a whole number"),
    (
        {"start": "2026-01-02"},
        InvalidArgument,
        "simulate(start='2026-01-02'): give an aware datetime, e.g. datetime(2026, 1, 2, tzinfo=UTC)",
    ),
    (
        {"secrets": {"strip-key": "x"}},
        InvalidArgument,
        "app 'shop' has no secret 'strip-key': did you mean 'stripe-key'?",
    ),
    ({"secrets": {"stripe-key": 7}}, InvalidArgument, "secret 'stripe-key' is of type int: give a string"),
    ({"config": {"leest": 7}}, InvalidArgument, "app 'shop' has no configuration 'leest': did you mean 'least'?"),
]


@pytest.mark.parametrize(("options", "kind", "text"), WORLDS, ids=[text for _, _, text in WORLDS])
def test_a_simulation_says_what_to_give_it(options: dict[str, Any], kind: type[CloudlessError], text: str) -> None:
    anything: Any = simulate
    with pytest.raises(kind) as caught, anything(**{"app": app, **options}):
        pass
    assert str(caught.value) == text


def test_values_of_other_apps_may_be_given() -> None:
    with simulate(app, secrets={"stripe-key": "x", "stripe-keys": "y", "mail": "z"}, config={"most": 1}):
        assert key.value == "x"


def shown(caught: pytest.ExceptionInfo[BaseException]) -> set[str]:
    """Names of the files that pytest shows of an error."""
    return {str(entry.path).rpartition("/")[2] for entry in caught.traceback.filter(caught)}


def test_an_error_is_shown_at_the_line_of_the_test() -> None:
    with pytest.raises(CloudlessError) as caught:
        orders.send("a")
    assert shown(caught) == {"test_simulate.py"}
    with simulate(app), pytest.raises(CloudlessError) as caught:
        orders.send(7)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert shown(caught) == {"test_simulate.py"}
    broken = App("my shop")
    with pytest.raises(CloudlessError) as caught, simulate(broken):
        pass
    assert shown(caught) == {"test_simulate.py", "contextlib.py"}


@pytest.mark.parametrize("bug", [InternalError("a bug"), TypeError("a bug")])
def test_a_bug_is_shown_whole(bug: Exception) -> None:
    with pytest.raises(type(bug)) as caught:
        raise bug
    assert not hidden(caught)


def test_a_missing_cloud_is_one_error_and_not_the_cause_of_another() -> None:
    with pytest.raises(CloudlessError) as caught:
        orders.send("a")
    assert caught.value.__context__ is None
