"""Bad programs, tried: each gives one clear error with its place and its remedy, and all come at once."""

import typing
from collections.abc import AsyncIterator, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypedDict

import pytest
from pydantic import BaseModel

from cloudless import App, Message, any_of, errors, frontend
from cloudless.frontend import check
from cloudless.queue import Queue

HERE = Path(__file__).name
NIGHTLY = "0 3 * * *"


class Order(BaseModel):
    id: str
    region: str = "eu"


class Refund(BaseModel):
    id: str


class Fields(TypedDict):
    id: str


def take(order: Order) -> None: ...
def take_refund(order: Refund) -> None: ...
def take_nothing() -> None: ...
def take_two(order: Order, other: Order) -> None: ...
def take_late(*, order: Order) -> None: ...
def take_behind(dry: bool = False, order: Order | None = None, *, other: Order) -> None: ...
def take_all(*orders: Order) -> None: ...
def take_list(orders: list[Order]) -> None: ...
def take_messages(orders: list[Message[Order]]) -> None: ...
def charge(order: Order, /) -> None: ...
def charge_what(order: App) -> None: ...
def tick(day: str) -> None: ...


def says(app: App) -> list[str]:
    """Code, message and remedy of each problem."""
    return [f"{one.code}: {one.message}; {one.remedy}" for one in check(app)[1]]


def only(app: App) -> str:
    (found,) = says(app)
    return found


class Shop:
    def __init__(self) -> None:
        self.app = App("shop")
        self.orders: Queue[Order] = self.app.queue("orders", Order)
        self.placed = self.app.topic("placed", Order, attributes=["region"])


@pytest.mark.parametrize(
    ("function", "options", "text"),
    [
        (take_refund, {}, "CL125: 'order' is Refund, but queue 'orders' holds Order; write order: Order"),
        (take_nothing, {}, "CL123: 'take_nothing' has no parameter for the message; write def take_nothing("),
        (take_two, {}, "CL124: 'take_two' has a parameter 'other' that nothing fills; a handler gets one message"),
        (take_late, {}, "CL124: 'take_late' has a parameter 'order' that nothing fills; put it before the *"),
        (take_all, {}, "CL122: 'take_all' takes *orders, for which there is nothing"),
        (take_list, {}, "CL126: 'orders' is a list, but the handler gets one message a call; say batch_size=10"),
        (take_messages, {}, "CL126: 'orders' is a list, but the handler gets one message a call; say batch_size=10"),
        (take, {"batch_size": 5}, "CL127: batch_size is above 1, but 'order' takes one message; write"),
        (take, {"batch_size": 0}, "CL143: batch_size=0 of 'take': 1 to 10 messages a call are possible"),
        (take, {"timeout": timedelta(hours=1)}, "CL141: timeout=1:00:00 of 'take': queue handlers have 1 s to"),
        (take, {"memory_mb": 9_000}, "CL142: memory_mb=9000 of 'take': 128 to 4,096 are possible; say memory_mb=4096"),
        (take, {"once_by": "idd"}, "CL148: once_by='idd' of 'take': Order has no field 'idd'; did you mean 'id'?"),
        (take, {"once_by": "id.x", "remember": timedelta(0)}, "CL145: remember=0:00:00 of 'take': 1 s to 90 days"),
        (take, {"native": {"asw": {}}}, "CL149: native= names the provider 'asw', which is unknown; did"),
        (take, {"name": "new orders"}, "CL103: handler name 'new orders' is not one that every cloud takes"),
    ],
)  # fmt: skip
def test_a_consumer_that_cannot_be(function: Any, options: dict[str, Any], text: str) -> None:
    shop = Shop()
    shop.orders.consumer(**options)(function)
    assert only(shop.app).startswith(text)


FITTING: list[tuple[Any, Any]] = [
    (dict, dict[str, Any]),
    (dict, dict[str, object]),
    (dict, dict[str, int]),
    (dict, typing.Dict[str, Any]),  # noqa: UP006  (as older programs write it)
    (dict, Mapping[str, Any]),
    (dict, Message[dict[str, Any]]),
    (dict, Any),
    (list, list[Any]),
    (list, list[str]),
    (list, Sequence[Any]),
    (list, object),
    (dict[str, int], dict),
    (Order | None, "'Order | None'"),  # quoted where annotations are text
    (dict[str, int], dict[str, Any]),
    (dict[str, list[int]], Mapping[str, Sequence[Any]]),
    (Any, list[Any]),
    (Order, BaseModel),
    (Order, Any),
]
STRANGE: list[tuple[Any, Any]] = [
    (dict, list[Any]),
    (dict, dict[int, Any]),
    (dict, dict[str, Order]),
    (dict, Order),
    (dict, Fields),
    (dict, str),
    (dict, Message[list[Any]]),
    (list, dict[str, Any]),
    (list, list[Order]),
    (dict[str, int], dict[str, str]),
    (dict[str, int], list),
    (list[int], list[list[Any]]),
    (str, int),
    (Order, dict[str, Any]),
]


def take_annotated(hint: Any) -> Any:
    def take(order: Any) -> None: ...

    take.__annotations__["order"] = hint
    return take


@pytest.mark.parametrize(("kind", "hint"), FITTING, ids=str)
def test_an_annotation_may_say_less_than_the_declaration_or_more_of_a_bare_one(kind: Any, hint: Any) -> None:
    app = App("shop")
    app.queue("orders", kind).consumer(take_annotated(hint))
    assert says(app) == []


@pytest.mark.parametrize(("kind", "hint"), STRANGE, ids=str)
def test_an_annotation_of_another_type_is_refused(kind: Any, hint: Any) -> None:
    app = App("shop")
    app.queue("orders", kind).consumer(take_annotated(hint))
    assert only(app).startswith("CL125: 'order' is ")


@pytest.mark.parametrize(
    ("where", "text"),
    [
        ({"regoin": "eu"}, "CL171: {} filters on 'regoin', which topic 'placed' does not declare; did you mean 'reg"),
        ({"region": any_of()}, "CL175: {}, 'region': any_of() has no values"),
        ({"region": any_of("")}, "CL175: {}, 'region': any_of has a string of 0 characters"),
        ({"region": any_of(7)}, "CL175: {}, 'region': any_of has 7, which is of type int"),  # type: ignore[arg-type]
        ({"region": 7}, "CL175: {}, 'region': 7 is no condition"),
    ],
)  # fmt: skip
def test_a_filter_that_cannot_match(where: dict[str, Any], text: str) -> None:
    shop = Shop()
    shop.placed.subscriber(where=where)(take)
    assert only(shop.app).startswith(text.format("subscription 'placed-take'"))


@pytest.mark.parametrize(
    ("timing", "text"),
    [
        ({"cron": "0 25 * * *"}, "CL182: cron '0 25 * * *': "),
        ({"cron": "0 8 * *"}, "CL182: cron '0 8 * *': five fields are needed"),
        ({"cron": NIGHTLY, "timezone": "Europe/Berln"}, "CL183: unknown time zone 'Europe/Berln'; did you mean 'Eur"),
        ({"cron": NIGHTLY, "every": timedelta(hours=1)}, "CL181: {} has both a cron string and every="),
        ({}, "CL181: {} has neither a cron string nor every="),
        ({"every": timedelta(seconds=90)}, "CL184: every=0:01:30 of {} is not a number of whole minutes"),
        ({"every": timedelta(0)}, "CL184: every=0:00:00 of {} is not a number of whole minutes"),
        ({"cron": NIGHTLY, "overlap": "no"}, "CL185: overlap='no' of {} is unknown"),
    ],
)
def test_a_schedule_that_never_comes(timing: dict[str, Any], text: str) -> None:
    app = App("shop")
    app.schedule(**timing)(take_nothing)
    assert only(app).startswith(text.format("schedule 'take-nothing'"))


@pytest.mark.parametrize(
    ("cron", "remedy"),
    [
        ("rate(5 minutes)", "every=timedelta(minutes=5), say, in place of a cron string"),
        ("0 8 * * ? *", "cron's five fields as on Unix: no cron(…), no seconds, no year, and * in place of ?"),
    ],
)
def test_a_form_of_the_clouds_own_is_told_with_what_stands_for_it(cron: str, remedy: str) -> None:
    app = App("shop")
    app.schedule(cron)(take_nothing)
    assert only(app).endswith(remedy)


def test_a_schedule_has_no_days() -> None:
    app = App("shop")
    app.schedule("0 8 * * *")(tick)
    assert only(app).startswith("CL124: 'tick' has a parameter 'day' that nothing fills; a schedule gives a datetime")


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (charge, "CL124: 'charge' has a parameter 'order' that nothing fills; arguments travel by name"),
        (charge_what, "CL162: function 'charge_what': App has no JSON form"),
    ],
)
def test_a_function_that_cannot_be_invoked(function: Any, text: str) -> None:
    app = App("shop")
    app.function(function)
    assert text in only(app)


class Strange:
    """What no JSON can hold."""


def test_a_body_without_a_json_form_is_told_where_it_is_declared() -> None:
    app = App("shop")
    strange = app.queue("strange", Strange)
    odd = app.topic("odd", Strange)

    @strange.consumer
    def take_strange(body: Strange) -> None: ...

    @odd.subscriber
    def take_odd(body: Strange) -> None: ...

    problems = check(app)[1]
    assert [problem.code for problem in problems] == ["CL162", "CL162"]
    assert [problem.message[:39] for problem in problems] == [
        "queue 'strange': Strange has no JSON fo", "topic 'odd': Strange has no JSON form: ",
    ]  # fmt: skip
    lines = Path(__file__).read_text().splitlines()
    spans = [problem.span for problem in problems]
    assert [lines[span.line - 1][span.column - 1 : span.end_column - 1] for span in spans] == ["Strange"] * 2


def test_two_resources_of_one_name_say_where_the_other_is() -> None:
    app = App("shop")
    orders = app.queue("orders")
    app.topic("Orders")
    assert only(app).startswith(f"CL101: topic 'Orders': the name is taken by the queue at {shown(orders)}; give one")


def test_two_queues_of_one_name_are_one_problem_whatever_belongs_to_them() -> None:
    app = App("shop")
    first, second = app.queue("orders", Order), app.queue("orders", Order)
    first.consumer(take)
    second.consumer(name="again")(take)
    assert only(app).startswith(f"CL101: queue 'orders': the name is taken by the queue at {shown(first)}; give one")


def test_the_names_that_we_give_are_taken_too() -> None:
    app = App("shop")
    app.queue("orders")
    app.queue("orders-dead-letters")
    assert "CL101: queue 'orders-dead-letters': the name is taken by the dead-letter queue of 'orders'" in says(app)[0]


def test_two_handlers_of_one_name() -> None:
    shop = Shop()
    shop.orders.consumer(take)
    shop.placed.subscriber(name="Take")(take)
    assert only(shop.app).startswith("CL102: two handlers are named 'Take'; the other is at")


def test_two_consumers_of_one_queue() -> None:
    shop = Shop()
    shop.orders.consumer(take)
    shop.orders.consumer(name="again")(take)
    assert only(shop.app).startswith("CL161: queue 'orders' has another consumer, 'take' at")


@pytest.mark.parametrize("name", ["new orders", "1st", "-a", "a-", "a--b", "goog-a", "é", "", "x" * 51, "a.b", "a/b"])
def test_a_name_that_some_cloud_refuses(name: str) -> None:
    app = App("shop")
    app.queue(name, dead_letters=False)
    assert only(app).startswith(f"CL103: queue name {name!r} is not one that every cloud takes; at most 50 characters")


@pytest.mark.parametrize("name", ["orders", "new-orders", "new_orders", "Orders2", "a"])
def test_a_name_that_every_cloud_takes(name: str) -> None:
    app = App("shop")
    app.queue(name)
    assert says(app) == []


@pytest.mark.parametrize("name", ["Shop", "my_shop", "x" * 25, "shop-", "2shop"])
def test_an_apps_name_is_short_and_lower_case(name: str) -> None:
    assert only(App(name)).startswith(f"CL103: app name {name!r}")


def test_a_secret_takes_no_underscore() -> None:
    app = App("shop")
    app.secret("stripe_key")
    assert "Azure Key Vault" in only(app)


def test_eight_attributes_are_too_many() -> None:
    app = App("shop")
    app.topic("placed", attributes=list("abcdefgh"))
    assert only(app).startswith("CL173: topic 'placed' has 8 attributes, 7 are possible")


def test_a_forward_to_a_queue_of_another_type() -> None:
    shop = Shop()
    refunds: Any = shop.app.queue("refunds", Refund)
    shop.placed.forward(refunds)
    assert only(shop.app).startswith("CL176: topic 'placed' holds Order, queue 'refunds' Refund")


def take_keyword(order: str, *, n: int) -> None: ...


def d() -> None: ...


def e(*rest: str, **more: str) -> None: ...


class Service:
    def take(self, order: str) -> None: ...


def test_a_parameter_that_nothing_fills_is_one_problem() -> None:
    app = App("shop")
    app.queue("orders", str).consumer(take_keyword)
    assert only(app).startswith("CL124: 'take_keyword' has a parameter 'n' that nothing fills; a handler gets one mess")


def test_stars_are_told_as_they_are_written() -> None:
    app = App("shop")
    app.queue("orders", str).consumer(e)
    assert [problem.partition(", for")[0] for problem in says(app)] == [
        "CL122: 'e' takes *rest",
        "CL122: 'e' takes **more",
    ]


def test_a_name_is_pointed_at_behind_its_def() -> None:
    app = App("shop")
    app.queue("orders", str).consumer(d)
    (problem,) = check(app)[1]
    assert (problem.code, problem.span.column, problem.span.end_column) == ("CL123", len("def d"), len("def d("))


@pytest.mark.parametrize("method", [Service.take, Service().take])
def test_a_method_is_no_handler(method: Any) -> None:
    app = App("shop")
    app.queue("orders", str).consumer(method)
    assert only(app) == (
        "CL121: 'take' is a method, and nobody makes the object that it is called on; "
        "register a function outside of the class, which makes the object and calls it"
    )


def take_parts(order: str) -> Iterator[str]:
    yield order


async def take_parts_async(order: str) -> AsyncIterator[str]:
    yield order


@pytest.mark.parametrize("function", [take_parts, take_parts_async])
def test_a_handler_that_yields_would_run_nothing(function: Any) -> None:
    app = App("shop")
    app.queue("orders", str).consumer(function)
    assert only(app) == (
        f"CL121: {function.__name__!r} has a yield, so a call of it would run nothing; "
        "return what there is, or send a message for each part"
    )


def test_a_lambda_needs_a_name() -> None:
    app = App("shop")
    consumer: Any = app.queue("orders", str).consumer
    consumer(lambda order: None)  # pyright: ignore[reportUnknownLambdaType]
    assert only(app) == "CL121: a lambda has no name to find it by; write it with def"


def test_all_problems_come_at_once_and_in_source_order() -> None:
    app = App("shop")
    orders = app.queue("new orders", Order)
    app.topic("placed", attributes=["shipping-region"])
    orders.consumer(batch_size=100)(take)
    with pytest.raises(errors.DefinitionError) as raised:
        frontend.compile(app)
    problems = raised.value.problems
    assert {problem.code for problem in problems} == {"CL103", "CL127", "CL143", "CL174"}
    assert list(problems) == sorted(problems, key=lambda problem: problem.span)
    assert all(problem.render() in str(raised.value) for problem in problems)


def test_an_error_shows_its_line_with_a_caret() -> None:
    app = App("shop")
    app.queue("new orders")
    place, line, caret, remedy = check(app)[1][0].render().splitlines()
    assert HERE in place
    assert line.strip() == 'app.queue("new orders")'
    assert caret[line.index('"new') :] == "^" * len('"new orders"')
    assert remedy.startswith("    instead: at most 50 characters")


def test_a_warning_does_not_stop_a_program() -> None:
    app = App("shop")
    app.queue("orders", Order).consumer(remember_order)
    assert frontend.compile(app).handler("remember_order").grants == ()
    (warning,) = check(app)[1]
    assert (warning.code, warning.severity) == ("CL303", "warning")


SEEN: dict[str, Order] = {}


def remember_order(order: Order) -> None:
    SEEN[order.id] = order


def test_a_handler_in_a_function_can_be_simulated_but_not_deployed() -> None:
    app = App("shop")

    @app.queue("orders", Order).consumer
    def inner(order: Order) -> None: ...

    assert says(app) == []
    assert [problem.code for problem in check(app, deployable=True)[1]] == ["CL129"]


def test_an_annotation_that_is_not_there() -> None:
    def late(order: Order) -> None: ...

    late.__annotations__["order"] = "Nowhere"
    shop = Shop()
    shop.orders.consumer(late)
    assert only(shop.app).startswith("CL128: an annotation of 'late' cannot be evaluated: name 'Nowhere' is not")


@contextmanager
def traced() -> Generator[None]:
    """As a decorator: a wrapper in another module, which knows no type of this one."""
    yield


wrapped_refund: Any = traced()(take_refund)
wrapped_charge: Any = traced()(charge)
wrapped_what: Any = traced()(charge_what)


def test_the_signature_below_a_decorator_is_the_one_that_is_checked() -> None:
    shop = Shop()
    shop.orders.consumer(wrapped_refund)
    shop.app.function(wrapped_charge)
    shop.app.function(wrapped_what)
    problems = check(shop.app)[1]
    assert [problem.code for problem in problems] == ["CL125", "CL124", "CL162"]
    assert {problem.span.file.rpartition("/")[2] for problem in problems} == {HERE}


def test_a_decorator_hides_no_function_of_a_function() -> None:
    def inner(order: Order) -> None: ...

    shop = Shop()
    shop.orders.consumer(traced()(inner))
    assert [problem.code for problem in check(shop.app, deployable=True)[1]] == ["CL129"]


def test_an_unknown_option_is_refused_where_it_is_written() -> None:
    options: Any = {"bach_size": 10}
    with pytest.raises(errors.UnknownOption, match="did you mean 'batch_size'"):
        Shop().orders.consumer(**options)


def shown(declared: Any) -> str:
    """Place of a declaration as people read it."""
    return f"{declared.place.file.removeprefix(f'{Path.cwd()}/')}:{declared.place.line}"
