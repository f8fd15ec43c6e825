"""`cloudless run --events`: each line is played, or the run ends with the number of the line."""

# JSON values of any shape:
# pyright: basic

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from cloudless import App
from cloudless.errors import CloudlessError
from cloudless.testing import simulate
from cloudless.testing.script import Script, play
from tests.hostile.effort import hostile
from tests.hostile.text import contents

pytestmark = pytest.mark.fuzz
app = App("shop")
orders = app.queue("orders", dict[str, Any])
steps = app.ordered_queue("steps", int)
placed = app.topic("placed", attributes=["region"])
approval = app.event("approval", bool)


@orders.consumer
def take(order: dict[str, Any]) -> None: ...


@app.post("/orders/{id}", public=True)
def create(id: str, order: dict[str, Any]) -> None: ...


@app.schedule("0 8 * * *", timezone="Europe/Berlin")
def report() -> None: ...


@app.orchestration
def fulfil(order: dict[str, Any]) -> bool:
    return approval.wait()


LINES = [
    {"send": "orders", "body": {"id": "1"}, "delay": "10m", "attributes": {"a": "b"}},
    {"send": "steps", "body": 1, "group": "customer-7"},
    {"publish": "placed", "body": {"id": "1"}, "attributes": {"region": "eu"}},
    {"request": "POST /orders/1?a=b", "body": {"id": "1"}, "headers": {"X-Shop": "1", "X-Many": ["a", "b"]}},
    {"request": "POST /orders/1", "text": '{"id": "1"}'},
    {"fire": "report"},
    {"start": "fulfil", "arguments": {"order": {"id": "1"}}, "id": "order-7"},
    {"event": "approval", "execution": "order-7", "body": True},
    {"advance": "7d"},
]


@pytest.mark.parametrize("line", LINES, ids=lambda line: next(iter(line)))
def test_a_line_is_played_or_refused(line: Any, tmp_path: Path) -> None:
    with simulate(app) as cloud:

        @hostile
        @given(contents(line))
        def check(content: bytes) -> None:
            file = tmp_path / "events.jsonl"
            file.write_bytes(content)
            try:
                play(Script(cloud), file)
            except CloudlessError as problem:
                told = str(problem)
            else:
                return
            assert told.startswith(str(file))

        check()
