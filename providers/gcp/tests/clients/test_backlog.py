"""How many letters wait, as Cloud Monitoring tells."""

from __future__ import annotations

from typing import Any

import pytest

from cloudless.driver.queue import counting
from cloudless.errors import PermissionDenied, UnsupportedError
from cloudless_gcp.clients.cloud import GoogleCloud
from providers.gcp.tests.clients.place import Place
from providers.gcp.tests.discovery import Call
from providers.gcp.tests.errors import answered
from tests.hosting.http import Response

LETTERS = "orders-dead-letters"


@pytest.fixture
def cloud(place: Place) -> GoogleCloud:
    subscription = f"projects/{place.project}/subscriptions/shop-prod-orders-dead-letters"
    topics = {"orders": place.topic("shop-prod-orders"), LETTERS: place.topic("shop-prod-orders-dead-letters")}
    return place.cloud(queues=topics, subscriptions={LETTERS: subscription})


@pytest.fixture
def series(place: Place, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """What Monitoring has, for who may read it."""
    found: list[dict[str, Any]] = []

    def listed(call: Call) -> Response:
        return answered({"timeSeries": found} if found else {"unit": "1"})

    def let(*_: object) -> None:
        """Everybody may."""

    place.backends["monitoring"] = listed
    monkeypatch.setattr(place.iam, "require", let)
    return found


def test_the_latest_sample_counts(place: Place, cloud: GoogleCloud, series: list[dict[str, Any]]) -> None:
    points = [{"value": {"int64Value": str(number)}} for number in (7, 3)]
    series.append({"points": points, "valueType": "INT64"})
    assert cloud.queues.count(LETTERS) == 7
    [call] = place.made("monitoring", "projects.timeSeries.list")
    assert call.params["filter"] == (
        'metric.type = "pubsub.googleapis.com/subscription/num_undelivered_messages" AND '
        'resource.labels.subscription_id = "shop-prod-orders-dead-letters"'
    )
    assert call.params["interval.startTime"] == "2026-01-02T11:50:00.000000Z"
    assert call.params["interval.endTime"] == "2026-01-02T12:00:00.000000Z"


def test_a_subscription_that_was_never_used_has_nothing(cloud: GoogleCloud, series: list[dict[str, Any]]) -> None:
    assert cloud.queues.count(LETTERS) == 0
    assert series == []


def test_what_a_function_consumes_is_not_counted(cloud: GoogleCloud) -> None:
    assert counting(cloud.queues) is cloud.queues
    with pytest.raises(UnsupportedError, match="a function consumes it"):
        cloud.queues.count("orders")


def test_who_may_not_count_is_told_the_permission(cloud: GoogleCloud) -> None:
    with pytest.raises(PermissionDenied, match=r"it lacks monitoring\.timeSeries\.list on projects/"):
        cloud.queues.count(LETTERS)
