"""What a user gives as native= and existing= is in the IR, wherever it is given."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from cloudless import App
from cloudless.frontend import compile as compile_app

NATIVE: dict[str, Any] = {"aws": {"aws_sqs_queue": {"kms_master_key_id": "alias/x"}}}
EXISTING = {"aws": "arn:x"}

app = App("hatches")
orders = app.queue("orders", int, native=NATIVE, existing=EXISTING)
steps = app.ordered_queue("steps", int, native=NATIVE, existing=EXISTING)
placed = app.topic("placed", int, native=NATIVE, existing=EXISTING)
key = app.secret("key", existing=EXISTING)


@orders.consumer(native=NATIVE)
def take(number: int) -> None: ...


@placed.subscriber(native=NATIVE)
def mail(number: int) -> None: ...


@app.schedule(every=timedelta(hours=1), native=NATIVE)
def tick() -> None: ...


@app.function(native=NATIVE)
def charge(number: int) -> None: ...


def test_every_native_argument_reaches_the_resources_and_the_function() -> None:
    application = compile_app(app, deployable=False)
    made = [queue for queue in application.queues if queue.role == "declared"]
    others = (*application.topics, *application.subscriptions, *application.schedules, *application.handlers)
    resources: list[Any] = [*made, *others]
    for one in resources:
        assert one.native == NATIVE, one.name


def test_every_existing_resource_is_told() -> None:
    application = compile_app(app, deployable=False)
    made = [queue for queue in application.queues if queue.role == "declared"]
    resources: list[Any] = [*made, *application.topics, *application.secrets]
    for one in resources:
        assert one.existing == EXISTING, one.name
