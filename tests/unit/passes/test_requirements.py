"""What goes along into the cloud: what an application uses, and nothing else."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cloudless import App, jwt
from cloudless.frontend import compile as compile_app
from cloudless.passes.requirements import CRONSIM, PYDANTIC, PYJWT, TZDATA, requirements

ROOT = Path(__file__).parents[3]


@dataclass
class Order:
    id: str


def plain(app: App) -> None:
    orders = app.queue("orders", dict[str, int])

    @orders.consumer
    def take(order: dict[str, int]) -> None: ...

    @app.get("/orders", public=True)
    def read(limit: int = 5) -> list[str]:
        return []

    @app.schedule(every=timedelta(minutes=5))
    def tick() -> None: ...

    @app.function
    def charge(order: dict[str, int]) -> str:
        return ""


def of_a_queue(app: App) -> None:
    app.queue("orders", Order)


def of_a_parameter(app: App) -> None:
    @app.get("/orders", public=True)
    def read(since: timedelta) -> None: ...


def of_a_result(app: App) -> None:
    @app.function
    def charge(order: str) -> list[Order]:
        return []


def of_a_pure_function(app: App) -> None:
    @app.pure
    def first(orders: list[Order]) -> str:
        return ""


def of_an_orchestration(app: App) -> None:
    @app.orchestration
    def fulfil(order: Order) -> None: ...


def by_the_clock(app: App) -> None:
    @app.schedule("0 8 * * *", timezone="Europe/Berlin")
    def report() -> None: ...


def guarded(app: App) -> None:
    @app.get("/orders", auth=jwt(issuer="https://id.example", audience="shop"))
    def read() -> None: ...


@pytest.mark.parametrize(
    ("declare", "wanted"),
    [
        (plain, ()),
        (of_a_queue, (PYDANTIC,)),
        (of_a_parameter, (PYDANTIC,)),
        (of_a_result, (PYDANTIC,)),
        (of_a_pure_function, (PYDANTIC,)),
        (of_an_orchestration, (PYDANTIC,)),
        (by_the_clock, (CRONSIM, TZDATA)),
        (guarded, (PYJWT,)),
    ],
)
def test_an_application_needs_what_it_uses(declare: Callable[[App], Any], wanted: tuple[str, ...]) -> None:
    app = App("shop")
    declare(app)
    assert requirements(compile_app(app)) == wanted


def test_they_are_those_of_our_own_distribution() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert {CRONSIM, PYDANTIC, TZDATA} <= set(project["dependencies"])
    assert PYJWT in project["optional-dependencies"]["jwt"]
