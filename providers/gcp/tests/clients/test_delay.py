"""Messages that come later: tasks of Cloud Tasks that publish them."""

from __future__ import annotations

import base64
import json

import pytest

from cloudless.errors import InvalidArgument, NotFound, PermissionDenied, Unavailable
from cloudless_gcp.clients.cloud import GoogleCloud
from providers.gcp.tests.broker import Broker
from providers.gcp.tests.clients.envelopes import envelope
from providers.gcp.tests.clients.place import REGION, START_S, Place
from providers.gcp.tests.discovery import Call
from providers.gcp.tests.errors import ApiError, refused
from providers.gcp.tests.tasks import Dispatch
from tests.hosting.http import Response


@pytest.fixture
def delay(place: Place) -> dict[str, str]:
    """Where delayed orders wait, which the function may use: the account is another one than its own."""
    parent = f"projects/{place.project}/locations/{REGION}"
    name = f"{parent}/queues/shop-prod-orders"
    place.tasks.call("projects.locations.queues.create", {"parent": parent}, {"name": name})
    place.allow(name, "roles/cloudtasks.enqueuer")
    account = f"shop-prod--delays-orders@{place.project}.iam.gserviceaccount.com"
    place.allow(f"projects/{place.project}/serviceAccounts/{account}", "roles/iam.serviceAccountUser")
    return {"queue": name, "topic": place.topic("shop-prod-orders"), "account": account}


@pytest.fixture
def cloud(place: Place, delay: dict[str, str]) -> GoogleCloud:
    return place.cloud(queues={"orders": delay["topic"]}, delays={"orders": delay})


def dispatched(place: Place, now_s: float) -> list[Dispatch]:
    """What tasks do by then."""
    found: list[Dispatch] = []

    def take(dispatch: Dispatch) -> int:
        found.append(dispatch)
        return 200

    place.tasks.dispatch, place.now_s = take, now_s
    while (due_us := place.tasks.next_due_us(with_delayed=True, now_us=int(now_s * 1e6))) is not None:
        if due_us > now_s * 1e6:
            break
        place.tasks.deliver_next(int(now_s * 1e6))
    return found


def test_a_delayed_message_is_published_by_a_task_as_its_destinations_own_account(
    place: Place, cloud: GoogleCloud, delay: dict[str, str]
) -> None:
    sent = envelope(body='{"text":"é 漢"}', attributes={"region": "eu"}, delay_s=90.5)
    assert cloud.queues.send("orders", [sent]) == []
    assert dispatched(place, START_S + 90.4) == []
    [one] = dispatched(place, START_S + 90.5)
    topic = place.topic("shop-prod-orders")
    assert (one.method, one.url) == ("POST", f"https://{REGION}-pubsub.googleapis.com/v1/{topic}:publish")
    assert (one.kind, one.account) == ("oauth", delay["account"])
    assert dict(one.headers)["Content-Type"] == "application/json"
    [message] = json.loads(one.body)["messages"]
    assert base64.b64decode(message["data"]).decode() == sent.body
    assert message["attributes"]["region"] == "eu"
    assert json.loads(message["attributes"]["cloudless"])["id"] == sent.id


def test_a_request_that_is_repeated_makes_one_task(place: Place, cloud: GoogleCloud) -> None:
    original = place.backends["cloudtasks"]
    place.backends["cloudtasks"] = lambda call: original(call) and original(call)
    cloud.queues.send("orders", [envelope(delay_s=5)])
    assert len(place.tasks.waiting) == 1


def test_a_request_that_is_repeated_after_its_task_was_carried_out_makes_none(place: Place, cloud: GoogleCloud) -> None:
    """A name stays taken when its task is gone."""
    original = place.backends["cloudtasks"]

    def losing(call: Call) -> Response:
        original(call)
        dispatched(place, START_S + 1)
        place.backends["cloudtasks"] = original
        return refused(ApiError("UNAVAILABLE", "The service is currently unavailable."))

    place.backends["cloudtasks"] = losing
    assert cloud.queues.send("orders", [envelope(delay_s=1)]) == []
    assert len(place.made("cloudtasks", "projects.locations.queues.tasks.create")) == 2
    assert place.tasks.waiting == []


def test_a_conflict_that_is_no_task_of_before_is_told(place: Place, cloud: GoogleCloud) -> None:
    def conflicting(call: Call) -> Response:
        return refused(ApiError("ABORTED", "The operation was aborted."))

    place.backends["cloudtasks"] = conflicting
    with pytest.raises(Unavailable, match="ABORTED"):
        cloud.queues.send("orders", [envelope(delay_s=1)])


def test_a_message_is_sent_again_though_its_task_is_gone(place: Place, cloud: GoogleCloud) -> None:
    message = envelope(delay_s=5)
    for number in range(1, 4):
        assert cloud.queues.send("orders", [message]) == []
        assert len(dispatched(place, START_S + 5 * number)) == 1


def test_copies_of_one_message_are_tasks_of_their_own(place: Place, cloud: GoogleCloud) -> None:
    cloud.queues.send("orders", [envelope(delay_s=5)])
    cloud.queues.send("orders", [envelope(delay_s=5)])
    assert len(place.tasks.waiting) == 2


def test_of_a_list_what_is_delayed_goes_by_tasks_and_the_rest_at_once(
    place: Place, cloud: GoogleCloud, broker: Broker
) -> None:
    broker.make_queue("shop-prod-orders")
    place.allow(place.topic("shop-prod-orders"), "roles/pubsub.publisher")
    messages = [envelope(number, delay_s=number % 2 * 60) for number in range(10)]
    assert cloud.queues.send("orders", messages) == []
    assert len(place.tasks.waiting) == 5
    assert len(broker.take("shop-prod-orders")) == 5


def test_what_of_a_list_is_not_stored_is_told_by_its_place(place: Place, cloud: GoogleCloud) -> None:
    unsent = cloud.queues.send("orders", [envelope(1, delay_s=1), envelope(2)])
    assert [(one.index, type(one.error)) for one in unsent] == [(1, PermissionDenied)]


def test_a_queue_without_tasks_says_so(place: Place) -> None:
    cloud = place.cloud(queues={"orders": place.topic("shop-prod-orders")})
    with pytest.raises(NotFound, match=r"no tasks for later messages of queue 'orders'.*\[\]"):
        cloud.queues.send("orders", [envelope(delay_s=1)])


def test_who_may_not_act_as_that_account_is_told_so(place: Place, cloud: GoogleCloud, delay: dict[str, str]) -> None:
    place.iam.remove(role="roles/iam.serviceAccountUser")
    with pytest.raises(PermissionDenied, match=f"iam.serviceAccounts.actAs on {delay['account']}"):
        cloud.queues.send("orders", [envelope(delay_s=1)])


def test_a_queue_of_tasks_that_is_gone_is_not_found(place: Place, cloud: GoogleCloud) -> None:
    place.tasks.queues.clear()
    with pytest.raises(NotFound, match="delaying a message of queue 'orders': NOT_FOUND"):
        cloud.queues.send("orders", [envelope(delay_s=1)])


def test_throttling_is_waited_for_and_then_told(place: Place, cloud: GoogleCloud) -> None:
    place.failing += [429, 429]
    assert cloud.queues.send("orders", [envelope(delay_s=1)]) == []
    place.failing += [429, 429, 429]
    with pytest.raises(Unavailable, match="delaying a message"):
        cloud.queues.send("orders", [envelope(delay_s=1)])


DAYS_S = 30 * 86_400


@pytest.mark.parametrize("ahead_s", [0, 0.01, 5, 29.9])
def test_the_longest_delay_is_taken_though_clocks_differ_and_ends_within_its_minute(
    place: Place, cloud: GoogleCloud, ahead_s: float
) -> None:
    place.ahead_s = ahead_s
    assert cloud.queues.send("orders", [envelope(delay_s=DAYS_S)]) == []
    assert dispatched(place, START_S + DAYS_S - 60) == []
    assert len(dispatched(place, START_S + DAYS_S + 60)) == 1


def test_the_longest_delay_is_no_more_than_google_takes_by_its_own_clock(place: Place, cloud: GoogleCloud) -> None:
    place.ahead_s = 30.1
    with pytest.raises(InvalidArgument, match="more than 30 days ahead"):
        cloud.queues.send("orders", [envelope(delay_s=DAYS_S)])


@pytest.mark.parametrize("delay_s", [900, DAYS_S - 31, DAYS_S - 30])
def test_a_delay_that_is_not_the_longest_is_exact(place: Place, cloud: GoogleCloud, delay_s: float) -> None:
    cloud.queues.send("orders", [envelope(delay_s=delay_s)])
    assert dispatched(place, START_S + delay_s - 0.001) == []
    assert len(dispatched(place, START_S + delay_s)) == 1
