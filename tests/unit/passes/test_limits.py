"""An application is held to the limits of the clouds that it is meant for."""

from cloudless.driver.limit import Limit
from cloudless.ir import (
    Application,
    Condition,
    Consumer,
    Function,
    Handler,
    Schedule,
    Span,
    Subscription,
    Topic,
    TypeRef,
)
from cloudless.node import replace
from cloudless.passes.limits import limits

AT = Span("app.py", 1)
LINK = "https://example.org/limits"


def table(**values: float) -> dict[str, Limit]:
    return {key.replace("_", "."): Limit(value, "s", LINK) for key, value in values.items()}


def handler(timeout_s: float) -> Application:
    take = Handler(name="take", module="m", qualname="take", timeout_s=timeout_s, span=AT)
    return Application(name="shop", handlers=(take,))


def test_what_is_at_the_limit_is_fine() -> None:
    assert limits(handler(600), {"aws": table(function_timeout=600)}) == []


def test_what_is_over_it_names_the_cloud_the_limit_and_its_source() -> None:
    (problem,) = limits(handler(601), {"aws": table(function_timeout=900), "gcp": table(function_timeout=600)})
    assert problem.message == "the time-out of 'take' is 601 s, gcp takes at most 600"
    assert LINK in problem.remedy


def test_each_cloud_is_a_problem_of_its_own() -> None:
    small = table(function_timeout=1)
    assert len(limits(handler(60), {"aws": small, "gcp": small})) == 2


def test_a_cloud_without_that_limit_takes_anything() -> None:
    assert limits(handler(1e9), {"memory": {}}) == []


def test_a_handler_that_a_queue_feeds_has_a_limit_of_its_own() -> None:
    one = handler(60)
    subscription = Subscription(name="take", topic="placed", handler="take", span=AT)
    function = Function(name="take", handler="take", result=TypeRef(name="JSON"), span=AT)
    fed: dict[str, Application] = {
        "consumer": replace(one, consumers=(Consumer(handler="take", queue="orders", span=AT),)),
        "subscriber": replace(one, subscriptions=(subscription,)),
        "schedule": replace(one, schedules=(Schedule(name="take", handler="take", span=AT),)),
        "later": replace(one, functions=(replace(function, queue="take"),)),
        "called": replace(one, functions=(function,)),
        "alone": one,
    }
    found = {name for name, one in fed.items() if limits(one, {"gcp": table(consumer_timeout=50)})}
    assert found == {"consumer", "subscriber", "schedule", "later"}
    assert not any(limits(one, {"gcp": table(consumer_timeout=60)}) for one in fed.values())


def test_some_limits_are_a_least() -> None:
    often = Application(name="shop", schedules=(Schedule(name="tick", handler="tick", every_s=60, span=AT),))
    (problem,) = limits(often, {"slow": table(schedule_interval=300)})
    assert problem.message == "the interval of 'tick' is 60 s, slow takes at least 300"


def test_our_own_attribute_counts() -> None:
    topic = Topic(name="placed", body=TypeRef(name="JSON"), attributes=("a", "b"), span=AT)
    application = Application(name="shop", topics=(topic,))
    assert limits(application, {"aws": table(message_attributes=3)}) == []
    assert len(limits(application, {"aws": table(message_attributes=2)})) == 1


def test_filters_are_counted_by_attribute() -> None:
    where = tuple(Condition(attribute=name, operator="exists") for name in "abc")
    mail = Subscription(name="mail", topic="placed", where=where, span=AT)
    assert len(limits(Application(name="shop", subscriptions=(mail,)), {"aws": table(filter_attributes=2)})) == 1
