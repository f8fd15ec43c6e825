"""Orchestrations, pure functions and events as declared: names, options, types, and where they arrive in the IR."""

from __future__ import annotations

from collections.abc import Generator
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from cloudless import App, Context
from cloudless.frontend import check
from cloudless.ir import TypeRef

if TYPE_CHECKING:
    from pathlib import Path


class Shop:
    """An app with one of each."""

    def __init__(self) -> None:
        self.app = App("shop")

        @self.app.pure
        def best(prices: list[int], least: int = 0) -> int:
            return max(least, *prices)

        self.best = best
        self.approval = self.app.event("approval", dict[str, bool])


def says(app: App) -> list[str]:
    """Code and message of each problem."""
    return [f"{one.code}: {one.message}" for one in check(app)[1]]


def test_a_pure_function_and_an_event_arrive_in_the_ir() -> None:
    application, problems = check(Shop().app)
    (pure,), (event,) = application.pures, application.events
    assert problems == []
    assert (pure.name, pure.qualname.rpartition(".")[2], str(pure.result)) == ("best", "best", "int")
    assert [(one.name, str(one.type), one.required) for one in pure.parameters] == [
        ("prices", "list[int]", True),
        ("least", "int", False),
    ]
    assert (event.name, event.body, event.waiters) == ("approval", TypeRef(name="dict[str, bool]"), ())


def test_functions_orchestrations_and_pure_functions_share_their_names() -> None:
    shop = Shop()

    def pick() -> None: ...

    shop.app.function(name="Best")(pick)
    (found,) = says(shop.app)
    assert found.startswith("CL102: two functions are named 'best'; the other is at")


def test_events_have_names_of_their_own() -> None:
    shop = Shop()
    shop.app.queue("approval")
    assert says(shop.app) == []
    shop.app.event("Approval")
    (found,) = says(shop.app)
    assert found.startswith("CL101: event 'Approval': the name is taken by the event at")


@pytest.mark.parametrize("name", ["new approval", "x" * 51, "goog-approval", ""])
def test_a_name_is_one_that_every_cloud_takes(name: str) -> None:
    app = App("shop")
    app.event(name)
    app.pure(name=name or "a!")(Shop().best.function)
    assert [one[:6] for one in says(app)] == ["CL103:", "CL103:"]


@pytest.mark.parametrize("timeout", [timedelta(0), timedelta(days=366)])
def test_an_execution_has_a_second_to_a_year(timeout: timedelta) -> None:
    def fulfil(order: str) -> str:
        return order

    app = App("shop")
    app.orchestration(timeout=timeout)(fulfil)
    assert f"CL141: timeout={timeout} of 'fulfil': orchestrations have 1 s to 365 days" in says(app)


async def asynchronous(number: int) -> int:
    return number


def yielding(number: int) -> Generator[int]:
    yield number


def starred(*numbers: int) -> int:
    return max(numbers)


def positional(number: int, /) -> int:
    return number


def asking(number: int, context: Context | None = None) -> int:
    return number


def misty(path: Path) -> int:
    return len(str(path))


def formless(app: App) -> int:
    return len(app.name)


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (asynchronous, "CL121: pure function 'asynchronous' is no plain function"),
        (yielding, "CL121: pure function 'yielding' is no plain function"),
        (max, "CL121: pure function 'max' is no plain function"),
        (starred, "CL122: 'starred' takes *numbers"),
        (positional, "CL124: 'positional' has a parameter 'number' that nothing fills"),
        (asking, "CL124: 'asking' has a parameter 'context' that nothing fills"),
        (misty, "CL128: an annotation of 'misty' cannot be evaluated"),
        (formless, "CL162: pure function 'formless': App has no JSON form"),
    ],
)
def test_a_pure_function_that_cannot_be(function: Any, text: str) -> None:
    app = App("shop")
    app.pure(function)
    (found,) = says(app)
    assert found.startswith(text)


def test_an_event_whose_payload_has_no_json_form() -> None:
    app = App("shop")
    app.event("approval", App)
    (found,) = says(app)
    assert found.startswith("CL162: event 'approval': App has no JSON form")


def test_what_the_cloud_cannot_import_is_told_when_deploying() -> None:
    (problem,) = check(Shop().app, deployable=True)[1]
    assert (problem.code, problem.message.partition(",")[0]) == ("CL129", "'best' is defined in another function")
