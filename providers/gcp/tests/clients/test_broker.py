"""Events, from senders by the broker to callbacks; who may do what; and executions of functions that ask the broker."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from cloudless.driver.orchestration import COMPLETED, FAILED, RUNNING
from cloudless.errors import ExecutionExists, InvalidArgument, NotFound, PermissionDenied, Unavailable
from cloudless.message import Envelope
from cloudless.runtime.broker import Mailbox, NotTaken
from cloudless.system import packed
from cloudless_gcp.clients.cloud import GoogleCloud
from cloudless_gcp.clients.function import post
from cloudless_gcp.clients.rest import Google
from cloudless_gcp.runtime.caller import caller_of
from providers.gcp.tests.clients.envelopes import envelope
from providers.gcp.tests.clients.place import Place, handling
from providers.gcp.tests.clients.works import Asked, Works
from tests.hosting.http import Request, Response


@pytest.fixture
def works(place: Place) -> Works:
    """The function's account may send the event approval, start and control fulfil, and nothing else."""
    works = Works(place)
    mine = [place.account]
    works.facts |= {"senders": {"approval": mine}, "starters": {"fulfil": mine}, "controllers": {"fulfil": mine}}
    works.let_invoke_broker()
    works.start_broker()
    return works


@pytest.fixture
def cloud(works: Works) -> GoogleCloud:
    """The stage as a function's: what the broker does for it."""
    return works.place.cloud(orchestrations=works.orchestrations, broker=works.broker_url, executions="broker")


def call(do: str) -> Envelope:
    return envelope(7, json.dumps({"do": do}))


def event(payload: Any = 1, id: str = "e") -> Envelope:
    return envelope(9, json.dumps(payload), deduplication=id)


def output(cloud: GoogleCloud, execution: str = "7") -> Any:
    found = cloud.orchestrations.describe("fulfil", execution)
    assert found.status == COMPLETED
    return json.loads(found.output or "")


# --- events


@pytest.mark.parametrize("payload", [{"by": "Ada", "é": ["漢"]}, None, "", 0, [], "text"])
def test_an_event_is_taken_by_who_waits_for_it(works: Works, cloud: GoogleCloud, payload: Any) -> None:
    cloud.orchestrations.start("fulfil", "7", call("wait"))
    works.pump()
    cloud.orchestrations.send("fulfil", "7", "approval", event(payload))
    works.pump()
    assert output(cloud) == payload


def test_an_event_may_come_before_it_is_waited_for(works: Works, cloud: GoogleCloud) -> None:
    cloud.orchestrations.start("fulfil", "7", call("wait"))
    cloud.orchestrations.send("", "7", "approval", event("first", "a"))
    cloud.orchestrations.send("", "7", "approval", event("second", "b"))
    works.pump()
    assert output(cloud) == "first"


def test_an_event_that_is_sent_twice_is_one(works: Works, cloud: GoogleCloud) -> None:
    cloud.orchestrations.start("fulfil", "7", call("wait"))
    cloud.orchestrations.send("", "7", "approval", event())
    cloud.orchestrations.send("", "7", "approval", event())
    works.pump()
    box = "event/fulfil/7/approval"
    kept = works.stage().store
    works.place.be(works.broker_account)
    found = kept.read(box)
    assert found is not None
    assert json.loads(found.text)["pending"] == []


def test_a_wait_that_timed_out_leaves_and_the_event_after_it_is_kept(works: Works, cloud: GoogleCloud) -> None:
    cloud.orchestrations.start("fulfil", "7", call("wait"))
    works.pass_s(61)
    assert output(cloud) == "late"
    assert [one.body["op"] for one in works.requests] == ["begin", "wait", "leave"]
    with pytest.raises(NotFound, match="it is completed"):
        cloud.orchestrations.send("fulfil", "7", "approval", event())


def test_an_event_in_the_moment_of_the_time_out_is_taken(works: Works, cloud: GoogleCloud) -> None:
    """It was posted when nobody awaited the callback any more, and before its wait could leave."""
    cloud.orchestrations.start("fulfil", "7", call("wait"))
    works.pump()
    carry_out = works.sim.http

    def late(request: Any) -> Any:
        if request.body.get("op") == "leave":
            cloud.orchestrations.send("fulfil", "7", "approval", event("just"))
        return carry_out(request)

    works.sim.http = late
    works.pass_s(61)
    works.pump()
    assert output(cloud) == "just"


def test_an_event_for_nobody_is_refused(works: Works, cloud: GoogleCloud) -> None:
    works.facts["senders"]["other"] = [works.place.account]
    with pytest.raises(NotFound, match="for a running execution '7', and there is none"):
        cloud.orchestrations.send("fulfil", "7", "approval", event())
    with pytest.raises(NotFound, match="no orchestration of this app waits for an event 'other'"):
        cloud.orchestrations.send("", "7", "other", event())


def test_an_id_that_two_orchestrations_have_has_to_be_said(works: Works, cloud: GoogleCloud) -> None:
    works.facts["starters"]["refund"] = [works.place.account]
    for name in ("fulfil", "refund"):
        cloud.orchestrations.start(name, "7", call("wait"))
    works.pump()
    with pytest.raises(InvalidArgument, match="several executions have the id '7'"):
        cloud.orchestrations.send("", "7", "approval", event())


def test_a_callback_that_took_an_event_whose_answer_was_lost_is_not_given_another(
    works: Works, cloud: GoogleCloud, place: Place
) -> None:
    """The request is made again; the callback has it already, and says that it is full."""
    cloud.orchestrations.start("fulfil", "7", call("wait"))
    original = place.backends["workflowexecutions"]
    lost: list[Response] = []

    def lossy(one: Any) -> Response:
        answer = original(one)
        if "/callbacks/" in one.request.path and not lost:
            lost.append(answer)
            return Response(status=503, body=b"")
        return answer

    place.backends["workflowexecutions"] = lossy
    cloud.orchestrations.send("fulfil", "7", "approval", event("once", "a"))
    cloud.orchestrations.send("fulfil", "7", "approval", event("twice", "b"))
    works.pump()
    assert lost
    assert output(cloud) == "once"


def refusing(place: Place, times: int) -> list[str]:
    """Let callbacks answer that they are not there, so many times; gives their paths, as they do."""
    original = place.backends["workflowexecutions"]
    refused: list[str] = []

    def answer(one: Any) -> Response:
        if "/callbacks/" in one.request.path and len(refused) < times:
            refused.append(one.request.path)
            return Response(status=404, body=b"")
        return original(one)

    place.backends["workflowexecutions"] = answer
    return refused


def test_an_event_that_a_callback_does_not_take_yet_is_kept_for_it(
    works: Works, cloud: GoogleCloud, place: Place
) -> None:
    cloud.orchestrations.start("fulfil", "7", call("wait"))
    works.pump()
    refused = refusing(place, 3)
    with pytest.raises(Unavailable, match="the callback answered 404, and its execution still runs"):
        cloud.orchestrations.send("fulfil", "7", "approval", event("once", "a"))
    assert len(refused) == 3
    cloud.orchestrations.send("fulfil", "7", "approval", event("once", "a"))
    works.pump()
    assert output(cloud) == "once"


def test_a_wait_whose_callback_is_not_known_yet_is_told_again(works: Works, cloud: GoogleCloud, place: Place) -> None:
    """The event was there before; the workflow hears of the failure, and asks again."""
    cloud.orchestrations.start("fulfil", "7", call("wait"))
    cloud.orchestrations.send("", "7", "approval", event("early", "a"))
    refused = refusing(place, 1)
    works.pump()
    assert len(refused) == 1
    assert output(cloud) == "early"


def test_a_callback_is_given_up_once_its_execution_has_ended(works: Works, cloud: GoogleCloud) -> None:
    cloud.orchestrations.start("fulfil", "7", call("wait"))
    works.pump()
    (url,) = [one.body["url"] for one in works.requests if one.body["op"] == "wait"]
    callbacks = works.stage().callbacks
    works.place.be(works.broker_account)
    with pytest.raises(NotTaken):
        callbacks.complete(f"{url}x", 1)
    works.place.be(works.place.account)
    cloud.orchestrations.cancel("fulfil", "7")
    works.place.be(works.broker_account)
    assert callbacks.complete(url, 1) is False
    forgotten = re.sub("/executions/[^/]+/", "/executions/of-long-ago/", url)
    assert callbacks.complete(forgotten, 1) is False
    assert callbacks.was_taken(Mailbox("fulfil", "7", "approval"), forgotten)


def test_a_wait_that_is_told_again_after_its_event_came_takes_no_other(works: Works, cloud: GoogleCloud) -> None:
    """The callback lives on with its execution, and would take it; nobody awaits it any more."""
    cloud.orchestrations.start("fulfil", "7", call("wait"))
    works.pump()
    (told,) = [one for one in works.requests if one.body["op"] == "wait"]
    cloud.orchestrations.send("", "7", "approval", event("first", "a"))
    assert works.sim.http(told).code == 200
    cloud.orchestrations.send("", "7", "approval", event("second", "b"))
    works.place.be(works.broker_account)
    found = works.stage().store.read("event/fulfil/7/approval")
    assert found is not None
    box = json.loads(found.text)
    assert (len(box["pending"]), box["waiters"], box["handed"]) == (1, [], None)


# --- who may


def denied(works: Works, account: str, ask: Callable[[GoogleCloud], object]) -> str:
    """What somebody else is told, who may call the broker as well."""
    email = f"{account}@{works.place.project}.iam.gserviceaccount.com"
    service = f"{works.orchestrations['fulfil'].rpartition('/workflows/')[0]}/services/shop-prod--broker"
    works.place.iam.add(service, "roles/run.invoker", f"serviceAccount:{email}")
    given = {"orchestrations": works.orchestrations, "broker": works.broker_url, "executions": "broker"}
    works.place.be(email)
    cloud = works.place.cloud(**given)
    with handling(cloud, "take"), pytest.raises(PermissionDenied) as caught:
        ask(cloud)
    return str(caught.value)


CONTROL = "control orchestration 'fulfil'"
ASKED: list[tuple[Callable[[GoogleCloud], object], str]] = [
    (lambda cloud: cloud.orchestrations.send("fulfil", "7", "approval", event()), "send event 'approval'"),
    (lambda cloud: cloud.orchestrations.start("fulfil", "7", call("")), "start orchestration 'fulfil'"),
    (lambda cloud: cloud.orchestrations.describe("fulfil", "7"), CONTROL),
    (lambda cloud: cloud.orchestrations.cancel("fulfil", "7"), CONTROL),
    (lambda cloud: cloud.orchestrations.history("fulfil", "7"), CONTROL),
    (lambda cloud: cloud.orchestrations.executions("fulfil", None, 5), CONTROL),
]  # fmt: skip


@pytest.mark.parametrize(("ask", "what"), ASKED)
def test_who_may_call_the_broker_may_do_no_more_than_its_table_says(
    works: Works, ask: Callable[[GoogleCloud], object], what: str
) -> None:
    said = denied(works, "shop-prod-other", ask)
    assert said.startswith(f"handler 'take' may not {what} ({__file__}:")
    assert "The build gives it that where its code or uses= mentions it" in said
    assert "shop-prod-other@" in said


def test_who_may_not_call_the_broker_is_told_by_cloud_run(works: Works, cloud: GoogleCloud, place: Place) -> None:
    place.iam.remove(member=f"serviceAccount:{place.account}", role="roles/run.invoker")
    with pytest.raises(PermissionDenied, match=r"it lacks run\.routes\.invoke \(as one of its senders\) on https://"):
        cloud.orchestrations.send("fulfil", "7", "approval", event())


@pytest.mark.parametrize("op", ["begin", "wait", "leave"])
def test_nobody_but_its_workflow_begins_or_waits_for_an_orchestration(works: Works, op: str, place: Place) -> None:
    google = Google()
    asked = {"op": op, "orchestration": "fulfil", "execution": "7", "native": "n", "event": "approval", "url": "u"}
    answer = post(google, works.broker_url, asked, 5)
    google.close()
    assert answer.status == 500
    error = answer.json()["cloudless_error"]
    assert error["type"] == "PermissionDenied"
    assert f"{place.account} is not the account of orchestration 'fulfil'" in error["message"]


def test_a_workflow_waits_for_its_own_events_only(works: Works, cloud: GoogleCloud) -> None:
    works.facts["events"]["approval"] = ["refund"]
    cloud.orchestrations.start("fulfil", "7", call("wait"))
    works.pump()
    found = cloud.orchestrations.describe("fulfil", "7")
    assert found.status == FAILED


def test_a_token_that_cloud_run_did_not_look_at_does_not_count(place: Place) -> None:
    mine, theirs = (place.identities.id_token(f"serviceAccount:{name}@p.x", "u") for name in ("mine", "theirs"))
    both = (("Authorization", f"Bearer {theirs}"), ("X-Serverless-Authorization", f"bearer {mine}"))
    assert caller_of(Asked(Request(method="POST", path="/", headers=both))) == "mine@p.x"


def test_beside_a_token_that_cloud_run_could_not_read_no_other_one_counts(place: Place) -> None:
    theirs = place.identities.id_token("serviceAccount:theirs@p.x", "u")
    both = (("Authorization", f"Bearer {theirs}"), ("X-Serverless-Authorization", "Basic eA=="))
    assert caller_of(Asked(Request(method="POST", path="/", headers=both))) == ""


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Bearer a.b.c", "Basic eA==", "Bearer e30.bnVsbA.x"])
def test_a_request_without_a_token_is_of_nobody(header: str) -> None:
    assert caller_of(Asked(Request(method="POST", path="/", headers=(("Authorization", header),)))) == ""


# --- what is no request


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ({"op": "dance"}, "does not 'dance'; it does: begin, cancel"),
        ({"op": 1}, "was given no op"),
        ({"op": "send"}, "was given no event"),
        ({"op": "send", "event": "approval", "execution": "no/id", "message": packed(event())}, "id='no/id'"),
        ({"op": "send", "event": "approval", "execution": "7", "message": 5}, "a message of a call is"),
        ({"op": "executions", "orchestration": "fulfil", "status": "odd", "limit": 1}, "status='odd'"),
        ({"op": "executions", "orchestration": "fulfil", "limit": 0}, "limit=0"),
    ],
)
def test_what_is_no_request_is_refused(works: Works, asked: dict[str, Any], text: str) -> None:
    google = Google()
    answer = post(google, works.broker_url, asked, 5)
    google.close()
    kind, said = answer.json()["refused"]
    assert kind == "InvalidArgument"
    assert text in said


# --- executions of functions that may ask nobody else


def test_the_broker_starts_controls_and_tells(works: Works, cloud: GoogleCloud) -> None:
    driver = cloud.orchestrations
    driver.start("fulfil", "7", call("sleep"))
    driver.start("fulfil", "7", call("sleep"))
    with pytest.raises(ExecutionExists):
        driver.start("fulfil", "7", call("wait"))
    works.pump()
    assert driver.wait("fulfil", "7", 0).status == RUNNING
    assert [one.kind for one in driver.history("fulfil", "7")] == ["started", "sleeping"]
    assert driver.executions("fulfil", RUNNING, 5) == ["7"]
    driver.cancel("fulfil", "7")
    assert driver.executions("fulfil", RUNNING, 5) == []
    with pytest.raises(NotFound, match="has no execution '8'"):
        driver.describe("fulfil", "8")


def test_a_broker_that_does_not_answer_is_unavailable(cloud: GoogleCloud, place: Place) -> None:
    place.failing += [503, 504, 500]
    with pytest.raises(Unavailable, match="start orchestration 'fulfil': the broker answered 500"):
        cloud.orchestrations.start("fulfil", "7", call(""))


def test_without_a_broker_nothing_is_sent(place: Place) -> None:
    with pytest.raises(NotFound, match="no address of an event 'approval'"):
        place.cloud().orchestrations.send("fulfil", "7", "approval", event())
