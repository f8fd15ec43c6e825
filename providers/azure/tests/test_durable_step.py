"""What the one activity of a function app does with the steps of orchestrations."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloudless import App, Context, frontend
from cloudless.driver import Unsent
from cloudless.errors import NotFound, Unavailable
from cloudless.ir.expression import Entry, Record, Var
from cloudless.ir.statement import Return, Send
from cloudless.passes.plans import plans
from cloudless.runtime import entry
from cloudless.sending import Sending
from cloudless_azure.runtime.durable_step import activity, carried_out
from providers.azure.tests.durable.chaos import CrashAt
from providers.azure.tests.durable.executions import Executions
from providers.azure.tests.durable.programs import Plain, call, const, program
from tests.unit.fake_cloud import FakeCloud

app = App("steps")
orders = app.queue("orders", dict[str, int])
placed = app.topic("placed", dict[str, int], attributes=["id"])


class CardDeclined(Exception):
    code: int


@app.function
def charge(amount: float, context: Context) -> list[object]:
    if amount > 100:
        problem = CardDeclined("too much")
        problem.code = 7
        raise problem
    return [amount, context.key, context.attempt, context.correlation_id]


@app.function
def large() -> str:
    return "x" * 200_000


def executed(definition: Plain, cloud: FakeCloud, chaos: Any = None, **arguments: Any) -> Any:
    """The outcome of an execution, whose steps are functions of the app and messages on the cloud."""
    made = plans(frontend.compile(app))
    steps = {
        name: entry.step(entry.Binding(made[name], one.function, one.codec, on=(), cloud=cloud), one.result)
        for name, one in app.handlers.items()
    }
    executions = Executions(carried_out(steps, cloud, Sending(app.declared)), chaos=chaos)
    executions.start(definition, arguments)
    executions.host.run()
    return executions.outcome()


PAY = program(call("paid", "charge", amount=Var("amount")), Return(Var("paid")), calls=["charge"])
LARGE = program(call("found", "large"), Return(Var("found")), calls=["large"])


def send(noun: str, resource: str, verb: str) -> Plain:
    body = Record("Order", (Entry("id", Var("order")),))
    return program(
        Send("sent", noun, resource, verb, body, (Entry("kind", const("new")),), 60, const("g")), Return(Var("sent"))
    )


def test_a_function_is_called_as_a_step() -> None:
    assert executed(PAY, FakeCloud(), amount=3) == {"v": [3.0, "e1/main:0", 1, "e1"]}


def test_what_a_function_raises_is_the_error_of_its_class() -> None:
    error = {"type": "CardDeclined", "mro": ["CardDeclined", "Exception"], "message": "too much", "data": {"code": 7}}
    assert executed(PAY, FakeCloud(), amount=300) == {"err": error}


def test_a_result_or_an_argument_over_the_limit_is_refused() -> None:
    assert executed(LARGE, FakeCloud())["err"]["type"] == "PayloadTooLarge"
    found = executed(PAY, FakeCloud(), amount="x" * 200_000)
    assert found["err"]["mro"][0] == "PayloadTooLarge"
    assert "196,608" in found["err"]["message"]


def test_a_send_is_a_message_to_the_queue() -> None:
    cloud = FakeCloud()
    found = executed(send("queue", "orders", "send"), cloud, order=7)
    [(queue, message)] = cloud.queues.sent
    assert found == {"v": message.id}
    assert (queue, message.body, message.attributes, message.delay_s, message.group, message.correlation) == (
        "orders", '{"id":7}', {"kind": "new"}, 60, "g", "e1",
    )  # fmt: skip


def test_a_publish_that_is_repeated_is_the_same_message() -> None:
    cloud = FakeCloud()
    executed(send("topic", "placed", "publish"), cloud, CrashAt(activity=0), order=7)
    [(topic, one), (_, other)] = cloud.queues.sent
    assert (topic, one.id) == ("placed", other.id)
    assert one.attributes == {"id": "7", "kind": "new"}


@pytest.mark.parametrize(
    ("problem", "kind", "attempts"),
    [(Unavailable("busy"), "UnavailableError", 3), (NotFound("no such queue"), "NotFound", 1)],
)
def test_a_send_that_fails_is_the_platforms_failure_or_an_error(problem: Any, kind: str, attempts: int) -> None:
    cloud = FakeCloud()
    sent: list[Any] = []

    def refuse(queue: str, messages: Any) -> list[Unsent]:
        sent.append(messages)
        return [Unsent(0, problem)]

    cloud.queues.send = refuse  # type: ignore[method-assign]
    assert executed(send("queue", "orders", "send"), cloud, order=7)["err"]["type"] == kind
    assert len(sent) == attempts


def test_an_activity_that_does_not_know_a_step_crashes_by_name() -> None:
    reply = json.loads(
        activity(carried_out({}, FakeCloud(), Sending(())))('{"verb": "call", "target": "new", "args": {}, "ctx": 1}')
    )
    assert reply["err"]["type"] == "Crashed"
