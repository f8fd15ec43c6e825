"""The graph says who feeds and who calls whom, and nothing that nobody declared."""

from cloudless import App, api_key, passes
from cloudless.frontend import compile as to_ir
from cloudless.ir import (
    API_KEY,
    JWT,
    Application,
    Auth,
    Callee,
    Condition,
    Consumer,
    Endpoint,
    Event,
    Function,
    Grant,
    Handler,
    Orchestration,
    Queue,
    Schedule,
    Secret,
    Span,
    Subscription,
    Topic,
    TypeRef,
)
from cloudless.ir.type import Type
from cloudless.passes.graph import Node, graph

AT = Span("app.py", 1)
JSON = TypeRef(name="JSON")
ORDERS = Queue(name="orders", body=JSON, dead_letters="orders-dead-letters", span=AT)
PLACED = Topic(name="placed", body=JSON, attributes=("region",), span=AT)


def handler(name: str, *grants: str) -> Handler:
    """A handler with grants as in "send queue orders"."""
    asked = [grant.split() for grant in grants]
    return Handler(
        name=name,
        module="shop",
        qualname=name,
        grants=tuple(sorted(Grant(verb=verb, noun=noun, name=what) for verb, noun, what in asked)),
        span=AT,
    )


def subscription(*where: Condition, handler: str = "take", forward: str = "") -> Subscription:
    return Subscription(
        name="placed-take", topic="placed", handler="" if forward else handler, forward=forward, where=where, span=AT
    )


def schedule(cron: str = "", every_s: int = 0, timezone: str = "UTC") -> Schedule:
    return Schedule(
        name="report", handler="take", cron=cron, every_s=every_s, timezone=timezone, queue="report", span=AT
    )


def nodes(application: Application) -> list[str]:
    return [str(node) for node in graph(application).nodes]


def edges(application: Application) -> list[str]:
    return [str(edge) for edge in graph(application).edges]


def test_a_queue_feeds_its_consumer() -> None:
    application = Application(
        name="shop",
        handlers=(handler("take"),),
        queues=(ORDERS,),
        consumers=(Consumer(queue="orders", handler="take", span=AT),),
    )
    assert edges(application) == ["queue orders → handler take"]


def test_ordered_queues_and_guarded_endpoints_are_marked() -> None:
    application = Application(
        name="shop",
        handlers=(handler("take"),),
        queues=(Queue(name="lines", body=JSON, ordered=True, span=AT),),
        endpoints=(
            Endpoint(handler="take", method="GET", path="/orders/{id}", result=JSON, span=AT),
            Endpoint(handler="take", method="POST", path="/orders", result=JSON, auth=Auth(kind=JWT), span=AT),
        ),
    )
    assert nodes(application) == [
        "endpoint GET /orders/{id}",
        "JWT endpoint POST /orders",
        "handler take",
        "ordered queue lines",
    ]
    assert edges(application) == [
        "endpoint GET /orders/{id} → handler take",
        "JWT endpoint POST /orders → handler take",
    ]


def test_a_subscription_is_labelled_with_its_filter_line_by_line() -> None:
    where = (
        Condition(attribute="channel", operator="none_of", values=("test", "demo")),
        Condition(attribute="coupon", operator="exists"),
        Condition(attribute="path", operator="prefix", values=("shop/",)),
        Condition(attribute="region", operator="any_of", values=("eu", "us")),
    )
    application = Application(
        name="shop", handlers=(handler("take"),), topics=(PLACED,), subscriptions=(subscription(*where),)
    )
    (edge,) = graph(application).edges
    assert edge.label == ("channel: not test, demo", "coupon: any", "path: shop/…", "region: eu, us")


def test_what_cannot_be_drawn_is_replaced() -> None:
    where = Condition(attribute="region", operator="any_of", values=("a\x00b", "\ud800"))
    application = Application(
        name="shop", handlers=(handler("take"),), topics=(PLACED,), subscriptions=(subscription(where),)
    )
    assert graph(application).edges[0].label == ("region: a\ufffdb, \ufffd",)


def test_a_topic_is_forwarded_to_a_queue() -> None:
    application = Application(
        name="shop", queues=(ORDERS,), topics=(PLACED,), subscriptions=(subscription(forward="orders"),)
    )
    assert edges(application) == ["topic placed → queue orders"]


def test_a_schedule_points_to_its_handler_and_says_when() -> None:
    take = (handler("take"),)
    cron = Application(name="shop", handlers=take, schedules=(schedule("0 8 * * *", timezone="Europe/Berlin"),))
    assert edges(passes.run(cron)) == ["schedule report → handler take (0 8 * * *, Europe/Berlin)"]
    every = Application(name="shop", handlers=take, schedules=(schedule(every_s=5_400),))
    assert edges(passes.run(every)) == ["schedule report → handler take (every 1h30m)"]


def test_queues_that_nobody_declared_are_no_nodes() -> None:
    charge = Function(
        name="charge", handler="charge", result=JSON, queue="charge-later", dead_letters="charge-lost", span=AT
    )
    application = Application(
        name="shop",
        handlers=(handler("charge", "invoke_later function charge"),),
        queues=(ORDERS,),
        functions=(charge,),
    )
    assert nodes(passes.run(application)) == ["handler charge", "queue orders"]
    assert edges(passes.run(application)) == ["handler charge → handler charge (later)"]


def test_what_a_handler_does_to_one_thing_is_one_edge() -> None:
    application = Application(
        name="shop",
        handlers=(
            handler("charge"),
            handler("refund", "invoke function charge", "invoke_later function charge"),
            handler("take", "invoke function charge", "publish topic placed", "send queue orders"),
        ),
        queues=(ORDERS,),
        topics=(PLACED,),
    )
    assert edges(application) == [
        "handler refund → handler charge (invoke, later)",
        "handler take → handler charge",
        "handler take → queue orders",
        "handler take → topic placed",
    ]


def test_dead_letters_are_shown_where_somebody_looks_after_them() -> None:
    repair = handler("repair", "peek queue orders-dead-letters", "redrive queue orders-dead-letters")
    application = Application(name="shop", handlers=(repair,), queues=(ORDERS,))
    assert edges(application) == [
        "handler repair → dead-letter queue orders-dead-letters (peek, redrive)",
        "queue orders → dead-letter queue orders-dead-letters",
    ]
    assert all(edge.aside for edge in graph(application).edges)
    assert graph(passes.run(application)) == graph(application)


def test_dead_letters_are_shown_where_somebody_consumes_them() -> None:
    lost = Consumer(queue="placed-take-dead-letters", handler="take", span=AT)
    source = Subscription(
        name="placed-take", topic="placed", handler="take", dead_letters="placed-take-dead-letters", span=AT
    )
    application = Application(
        name="shop", handlers=(handler("take"),), topics=(PLACED,), subscriptions=(source,), consumers=(lost,)
    )
    assert edges(passes.run(application)) == [
        "dead-letter queue placed-take-dead-letters → handler take",
        "topic placed → dead-letter queue placed-take-dead-letters",
        "topic placed → handler take",
    ]


def test_secrets_are_shown_where_they_are_read() -> None:
    names = ("door", "stripe", "unread")
    hook = Auth(kind=API_KEY, secret="door")
    application = Application(
        name="shop",
        handlers=(handler("take", "read secret stripe"),),
        secrets=tuple(Secret(name=name, span=AT) for name in names),
        endpoints=(Endpoint(handler="take", method="POST", path="/hook", result=JSON, auth=hook, span=AT),),
    )
    assert edges(application) == [
        "API key endpoint POST /hook → handler take",
        "API key endpoint POST /hook → secret door",
        "handler take → secret stripe",
    ]
    assert "secret unread" not in nodes(application)


def test_a_secret_that_a_guard_reads_is_not_shown_as_read_by_the_handler() -> None:
    app = App("shop")
    door = app.secret("door")

    @app.post("/guarded", auth=api_key(door))
    def guarded() -> None: ...

    @app.post("/reading", auth=api_key(door))
    def reading() -> str:
        return door.value

    @app.post("/using", auth=api_key(door), uses=[door])
    def using() -> None: ...

    readers = [edge for edge in edges(to_ir(app)) if edge.endswith("→ secret door")]
    assert readers == [
        "API key endpoint POST /guarded → secret door",
        "API key endpoint POST /reading → secret door",
        "API key endpoint POST /using → secret door",
        "handler reading → secret door",
        "handler using → secret door",
    ]


def test_what_nobody_feeds_or_calls_is_shown_all_the_same() -> None:
    application = Application(name="shop", handlers=(handler("alone"),), queues=(ORDERS,), topics=(PLACED,))
    assert nodes(application) == ["handler alone", "queue orders", "topic placed"]
    assert edges(application) == []


def test_a_grant_on_what_the_application_lacks_is_no_edge() -> None:
    assert edges(Application(name="shop", handlers=(handler("take", "send queue elsewhere"),))) == []


def test_the_order_of_declarations_does_not_matter() -> None:
    handlers = (handler("a", "send queue orders"), handler("b", "send queue orders"))
    one = graph(Application(name="shop", handlers=handlers, queues=(ORDERS,)))
    assert one == graph(Application(name="shop", handlers=handlers[::-1], queues=(ORDERS,)))
    assert one.nodes == (Node("handler", "a"), Node("handler", "b"), Node("queue", "orders"))


# --- orchestrations and events


def orchestration(
    name: str, *grants: str, waits: tuple[str, ...] = (), children: tuple[str, ...] = ()
) -> Orchestration:
    return Orchestration(
        name=name,
        module="shop",
        qualname=name,
        parameters=(),
        result=Type("none"),
        body=(),
        waits=waits,
        calls=tuple(Callee(child, "orchestration", (), Type("none")) for child in children),
        grants=handler(name, *grants).grants,
        span=AT,
    )


def test_an_orchestration_points_to_what_it_calls_sends_to_and_starts() -> None:
    fulfil = orchestration(
        "fulfil", "invoke function take", "send queue orders", "publish topic placed", children=("ship",)
    )
    application = Application(
        name="shop",
        handlers=(handler("take"),),
        queues=(ORDERS,),
        topics=(PLACED,),
        orchestrations=(fulfil, orchestration("ship")),
    )
    assert edges(application) == [
        "orchestration fulfil → handler take",
        "orchestration fulfil → orchestration ship",
        "orchestration fulfil → queue orders",
        "orchestration fulfil → topic placed",
    ]


def test_an_event_stands_between_who_sends_it_and_who_waits_for_it() -> None:
    application = Application(
        name="shop",
        handlers=(handler("approve", "send event approval", "start orchestration fulfil"),),
        orchestrations=(orchestration("fulfil", waits=("approval",)),),
        events=(Event(name="approval", body=JSON, span=AT),),
    )
    assert edges(application) == [
        "event approval → orchestration fulfil",
        "handler approve → event approval",
        "handler approve → orchestration fulfil",
    ]


def test_who_only_asks_after_executions_is_aside() -> None:
    watch = handler("watch", "control orchestration fulfil")
    [edge] = graph(Application(name="shop", handlers=(watch,), orchestrations=(orchestration("fulfil"),))).edges
    assert (str(edge), edge.aside) == ("handler watch → orchestration fulfil (control)", True)
