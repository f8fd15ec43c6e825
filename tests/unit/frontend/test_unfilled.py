"""An attribute that nothing fills is warned of; one that something may fill is not."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypedDict

import pytest
from pydantic import BaseModel, ConfigDict

from cloudless import App, none_of
from cloudless.frontend import check
from cloudless.testing import simulate


class Order(BaseModel):
    id: str
    regions: int = 0


@dataclass
class Parcel:
    id: str


class Line(TypedDict):
    id: str


class Open(BaseModel):
    model_config = ConfigDict(extra="allow")


class Placed(BaseModel):
    @property
    def region(self) -> str:
        return "eu"


class Event(BaseModel):
    id: str


class Refunded(Event):
    region: str


def warnings(app: App) -> list[str]:
    return [f"{one.code}: {one.message}; {one.remedy}" for one in check(app)[1]]


def published(publish: Callable[[Any, str], object], kind: Any = Parcel) -> list[str]:
    """What is said of a program whose one handler publishes so, on a topic with the attribute `region`."""
    app = App("shop")
    topic = app.topic("placed", kind, attributes=["region"])

    @app.function
    def announce(id: str) -> None:
        publish(topic, id)

    return warnings(app)


def plainly(topic: Any, id: str) -> None:
    topic.publish(Parcel(id))


def with_those_of(topic: Any, id: str) -> None:
    topic.publish(Parcel(id), attributes=dict.fromkeys([id], "eu"))


def with_another(topic: Any, id: str) -> None:
    topic.publish(Parcel(id), attributes={"size": "8"})


def with_it(topic: Any, id: str) -> None:
    topic.publish(Parcel(id), attributes={"region": "eu"})


def with_it_now_and_then(topic: Any, id: str) -> None:
    topic.publish(Parcel(id)) if id else topic.publish(Parcel(id), attributes={"region": "eu"})


def with_some(topic: Any, id: str) -> None:
    topic.publish(Parcel(id), attributes={**dict.fromkeys([id], "eu")})


def with_options(topic: Any, id: str) -> None:
    options: dict[str, Any] = {"attributes": {"region": "eu"}}
    topic.publish(Parcel(id), **options)


def by_another_hand(topic: Any, id: str) -> None:
    partial(topic.publish, attributes={"region": "eu"})(Parcel(id))


@pytest.mark.parametrize("publish", [plainly, with_another])
def test_an_attribute_that_no_publish_gives_is_warned_of(publish: Any) -> None:
    (warning,) = published(publish)
    assert warning == (
        "CL177: nothing fills attribute 'region' of topic 'placed': Parcel has no such field, and no publish gives it; "
        "give Parcel a field 'region', or say .publish(…, attributes={'region': …})"
    )


@pytest.mark.parametrize(
    "publish", [with_it, with_it_now_and_then, with_some, with_options, with_those_of, by_another_hand]
)
def test_an_attribute_that_a_publish_may_give_is_not(publish: Any) -> None:
    assert published(publish) == []


@pytest.mark.parametrize("kind", [Open, Placed, Event, dict, dict[str, str], Order | Placed, Any])
def test_an_attribute_that_a_body_may_have_is_not(kind: Any) -> None:
    assert published(plainly, kind) == []


@pytest.mark.parametrize("kind", [Order, Parcel, Line])
def test_every_type_with_fields_is_looked_at(kind: Any) -> None:
    (warning,) = published(plainly, kind)
    assert f"{kind.__name__} has no such field" in warning


def test_who_hears_nothing_is_named_and_a_field_that_is_nearly_it() -> None:
    app = App("shop")
    topic = app.topic("placed", Order, attributes=["region"])
    mailed = topic.subscriber(where={"region": none_of("us")})(mail)
    heard = topic.subscriber(hear)
    (warning,) = warnings(app)
    assert warning == (
        "CL177: nothing fills attribute 'region' of topic 'placed': Order has no such field, and no publish gives it; "
        "so its filter lets no message through to 'placed-mail'; did you mean 'regions'?"
    )
    with simulate(app) as cloud:
        topic.publish(Order(id="1"))
        cloud.run()
        assert (len(cloud.calls(mailed)), len(cloud.calls(heard))) == (0, 1)


def test_a_warning_stands_at_the_attributes_and_stops_nothing() -> None:
    app = App("shop")
    app.topic("placed", Order, attributes=["region"])
    (warning,) = check(app)[1]
    assert warning.severity == "warning"
    assert warning.source[warning.span.column - 1 : warning.span.end_column - 1] == '["region"]'


def test_nothing_is_said_of_a_topic_that_was_made_elsewhere() -> None:
    app = App("shop")
    app.topic("placed", Order, attributes=["region"], existing={"aws": "arn:aws:sns:eu-central-1:123456789012:placed"})
    assert warnings(app) == []


def mail(order: Order) -> None: ...


def hear(order: Order) -> None: ...


flows = App("flows")
given = flows.topic("given", Parcel, attributes=["region"])
forgotten = flows.topic("forgotten", Parcel, attributes=["region"])


@flows.orchestration
def announce(parcel: Parcel) -> None:
    given.publish(parcel, attributes={"region": "eu"})
    forgotten.publish(parcel)


def test_what_an_orchestration_publishes_counts() -> None:
    (warning,) = warnings(flows)
    assert warning.startswith("CL177: nothing fills attribute 'region' of topic 'forgotten'")
