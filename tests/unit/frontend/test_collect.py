"""What is declared arrives in the IR: parameters by annotation, options in seconds, everything in order of name."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from cloudless import App, Context, Message, Retry, any_of, exists, frontend, ir
from cloudless.frontend import check
from cloudless.ir import Parameter, TypeRef


@dataclass
class Order:
    id: str
    region: str = "eu"


def parameters_of(register: Any, function: Any) -> list[tuple[str, str]]:
    handler = register(function)
    found, problems = check(handler.app)
    assert problems == []
    return [(part.name, part.kind) for part in found.handler(handler.name).parameters]


def test_a_body_arrives_where_its_type_stands() -> None:
    def take(order: Order) -> None: ...

    assert parameters_of(App("shop").queue("orders", Order).consumer, take) == [("order", "body")]


def test_a_body_needs_no_annotation() -> None:
    def take(order: Any) -> None: ...

    take.__annotations__.clear()
    assert parameters_of(App("shop").queue("orders", Order).consumer, take) == [("order", "body")]


def test_a_message_and_a_context_arrive_in_any_order() -> None:
    def take(context: Context, message: Message[Order]) -> None: ...

    found = parameters_of(App("shop").queue("orders", Order).consumer, take)
    assert found == [("context", "context"), ("message", "message")]


@pytest.mark.parametrize(
    ("hint", "kind"), [(list[Order], "bodies"), (list[Message[Order]], "messages"), (list, "bodies")]
)
def test_a_batch_arrives_as_a_list(hint: Any, kind: str) -> None:
    def take(orders: Any) -> None: ...

    take.__annotations__["orders"] = hint
    register = App("shop").queue("orders", Order).consumer(batch_size=10)
    assert parameters_of(register, take) == [("orders", kind)]


def test_a_list_that_is_the_type_is_one_body() -> None:
    def take(orders: list[str]) -> None: ...

    assert parameters_of(App("shop").queue("orders", list[str]).consumer, take) == [("orders", "body")]


def test_a_parameter_with_a_default_keeps_it() -> None:
    def take(order: Order, dry: bool = False) -> None: ...

    assert parameters_of(App("shop").queue("orders", Order).consumer, take) == [("order", "body")]


def test_dead_letters_arrive_as_json_or_messages() -> None:
    def lost(message: Message[object]) -> None: ...

    assert parameters_of(App("shop").queue("orders", Order).dead_letters.consumer, lost) == [("message", "message")]


def test_a_schedule_gives_its_due_time() -> None:
    def report(due: datetime, context: Context) -> None: ...

    found = parameters_of(App("shop").schedule("0 8 * * *"), report)
    assert found == [("due", "due"), ("context", "context")]


def test_a_functions_parameters_are_values_with_their_types() -> None:
    app = App("shop")

    @app.function
    def charge(order: Order, context: Context, cents: int = 0) -> str:
        return ""

    found = frontend.compile(app)
    assert found.handler("charge").parameters == (
        Parameter(name="order", kind="value", type=TypeRef(name="Order", pydantic=True)),
        Parameter(name="context", kind="context"),
        Parameter(name="cents", kind="value", type=TypeRef(name="int"), required=False),
    )
    assert found.functions[0].result == TypeRef(name="str")


def test_a_decorator_that_keeps_the_function_is_looked_through() -> None:
    from functools import wraps

    def audited(function: Any) -> Any:
        @wraps(function)
        def wrapper(*args: Any) -> Any:
            return function(*args)

        return wrapper

    async def take(order: Order) -> None: ...

    app = App("shop")
    app.queue("orders", Order).consumer(audited(take))
    handler = frontend.compile(app).handler("take")
    assert handler.parameters == (Parameter(name="order", kind="body"),)
    assert handler.is_async


def test_a_secret_may_be_named_alone_among_uses() -> None:
    """The type checkers take it as well."""
    app = App("shop")
    inbox, placed = app.queue("inbox", Order), app.topic("placed", Order)
    orders, key = app.queue("orders", Order), app.secret("key")

    @inbox.consumer(uses=[orders.send, key])
    def take(order: Order) -> None: ...

    @placed.subscriber(uses=[orders.send, key])
    def mail(order: Order) -> None: ...

    @app.schedule("0 8 * * *", uses=[orders.send, key])
    def report() -> None: ...

    @app.function(uses=[orders.send, key])
    def charge(order: Order) -> None: ...

    for handler in frontend.compile(app).handlers:
        assert sorted((grant.noun, grant.verb) for grant in handler.grants) == [("queue", "send"), ("secret", "read")]


def test_options_stand_in_seconds() -> None:
    app = App("shop")
    retry = Retry(3, delay=timedelta(seconds=2), on=[ConnectionError])
    orders = app.queue("orders", Order, retry=retry, max_delay=timedelta(hours=1), native={"aws": {"x": {"y": 1}}})

    @orders.consumer(once_by="id", remember=timedelta(minutes=5), timeout=timedelta(seconds=9), memory_mb=512)
    def take(order: Order) -> None: ...

    found = frontend.compile(app)
    queue, (consumer,), handler = found.queue("orders"), found.consumers, found.handler("take")
    assert queue.retry == ir.Retry(attempts=3, delay_s=2, on=("builtins:ConnectionError",))
    assert (queue.max_delay_s, queue.native) == (3600, {"aws": {"x": {"y": 1}}})
    assert (consumer.queue, consumer.once, consumer.remember_s) == ("orders", "id", 300)
    assert (handler.timeout_s, handler.memory_mb) == (9, 512)


def test_a_subscription_has_its_conditions_in_order() -> None:
    app = App("shop")
    placed = app.topic("placed", Order, attributes=["region", "size"])

    @placed.subscriber(where={"size": exists(), "region": any_of("eu", "us")})
    def mail(order: Order) -> None: ...

    (found,) = frontend.compile(app).subscriptions
    assert (found.name, found.topic, found.handler) == ("placed-mail", "placed", "mail")
    assert [(one.attribute, one.operator, one.values) for one in found.where] == [
        ("region", "any_of", ("eu", "us")),
        ("size", "exists", ()),
    ]


def test_a_schedule_has_a_utc_cron_around_its_due_times() -> None:
    app = App("shop")

    @app.schedule("0 8 * * *", timezone="Europe/Berlin")
    def report() -> None: ...

    (found,) = frontend.compile(app).schedules
    assert (found.name, found.queue, found.dead_letters) == ("report", "report", "report-dead-letters")
    assert found.utc_cron


def test_a_function_can_be_invoked_later_in_a_simulation_and_where_that_is_used() -> None:
    app = App("shop")

    @app.function
    def charge(order: Order) -> None: ...

    assert frontend.compile(app).functions[0].queue == "charge-later"
    deployed, _ = check(app, deployable=True)
    assert deployed.functions[0].queue == ""
    app.queue("inbox").consumer(uses=[charge.invoke_later])(take_any)
    deployed, _ = check(app, deployable=True)
    assert deployed.functions[0].queue == "charge-later"


def take_any(body: object) -> None: ...


def test_configuration_has_its_default_as_json() -> None:
    app = App("shop")
    app.config("limit", float, default=1.5)
    app.config("region")
    app.config("span", timedelta, default=timedelta(seconds=90))
    found = {one.name: (one.has_default, one.default) for one in frontend.compile(app).configs}
    assert found == {"limit": (True, 1.5), "region": (False, None), "span": (True, "PT1M30S")}


def test_a_function_declares_what_it_raises() -> None:
    app = App("shop")

    @app.function(retry=Retry(on=[ConnectionError]))
    def charge() -> None:
        refuse()

    assert frontend.compile(app).functions[0].raises == ("builtins:ConnectionError", "builtins:KeyError")


def refuse() -> None:
    raise KeyError("no funds")


def test_order_of_declaration_does_not_matter() -> None:
    def names(*given: str) -> list[str]:
        app = App("shop")
        for name in given:
            app.queue(name)
        return [queue.name for queue in frontend.compile(app).queues]

    assert names("b", "a") == names("a", "b") == ["a", "a-dead-letters", "b", "b-dead-letters"]


def test_everything_knows_where_it_was_declared() -> None:
    app = App("shop")
    orders = app.queue("orders", Order)
    span = frontend.compile(app).queue("orders").span
    assert span.file.endswith("test_collect.py")
    assert (span.column, span.end_column) == (14, 23)  # app.queue
    assert orders.place.line == span.line
