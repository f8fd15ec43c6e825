"""Executions on a strict model of Workflows: ids, digests, who has an id, what is told, what is stopped."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cloudless.driver.orchestration import CANCELLED, COMPLETED, FAILED, RUNNING
from cloudless.errors import ExecutionExists, NotFound, PermissionDenied, Unavailable, UnsupportedError
from cloudless.message import Envelope
from cloudless_gcp.clients import orchestration as module
from cloudless_gcp.clients.cloud import GoogleCloud
from cloudless_gcp.clients.start import KEPT_S
from providers.gcp.tests.clients.envelopes import envelope
from providers.gcp.tests.clients.place import START_S, Place
from providers.gcp.tests.clients.works import DIGEST, Works
from providers.gcp.tests.errors import ApiError, refused
from providers.gcp.tests.gcwsim import Unspecified
from tests.hosting.http import Response


@pytest.fixture
def works(place: Place) -> Works:
    works = Works(place)
    works.start_broker()
    condition = f'resource.name == "{works.database}"'
    member = f"serviceAccount:{place.account}"
    place.iam.add(f"projects/{place.project}", "roles/datastore.user", member, condition)
    place.iam.add(f"projects/{place.project}", "roles/workflows.invoker", member)
    return works


@pytest.fixture
def cloud(works: Works) -> GoogleCloud:
    return works.stage()


def call(do: str = "", **more: Any) -> Envelope:
    return envelope(7, json.dumps({"do": do, **more}), trace="a" * 32)


def test_an_execution_begins_with_its_arguments_and_tells_its_result(works: Works, cloud: GoogleCloud) -> None:
    cloud.orchestrations.start("fulfil", "order-7", call(text="é"))
    assert cloud.orchestrations.describe("fulfil", "order-7").status == RUNNING
    works.pump()
    found = cloud.orchestrations.describe("fulfil", "order-7")
    assert (found.status, found.started_s, found.ended_s) == (COMPLETED, START_S, START_S)
    assert json.loads(found.output or "") == {"do": "", "text": "é"}


def test_what_workflows_is_given(works: Works, cloud: GoogleCloud, place: Place) -> None:
    cloud.orchestrations.start("fulfil", "order-7", call())
    [made] = place.made("workflowexecutions", "projects.locations.workflows.executions.create")
    origin = {"id": envelope(7).id, "trace": "a" * 32, "correlation": envelope(7).id, "sent": envelope(7).sent_s}
    assert json.loads(made.body["argument"]) == {"id": "order-7", "args": {"do": ""}, "from": origin}


def test_arguments_over_32_kb_come_from_the_ledger(works: Works, cloud: GoogleCloud, place: Place) -> None:
    cloud.orchestrations.start("fulfil", "order-7", call(text="x" * 150_000))
    [made] = place.made("workflowexecutions", "projects.locations.workflows.executions.create")
    assert json.loads(made.body["argument"]).keys() == {"id", "from"}
    works.pump()
    output = json.loads(cloud.orchestrations.describe("fulfil", "order-7").output or "")
    assert output["text"] == "x" * 150_000


def test_an_id_stands_for_its_arguments(works: Works, cloud: GoogleCloud) -> None:
    cloud.orchestrations.start("fulfil", "7", envelope(body='{"do":"","n":1,"m":2}'))
    works.pump()
    cloud.orchestrations.start("fulfil", "7", envelope(body='{"m":2.0,"n":1,"do":""}'))
    with pytest.raises(ExecutionExists, match="execution '7' of 'fulfil' was started with other arguments"):
        cloud.orchestrations.start("fulfil", "7", call("fail"))
    cloud.orchestrations.start("refund", "7", call("fail"))
    assert len(works.sim.executions) == 2


def test_a_failed_execution_tells_its_error(works: Works, cloud: GoogleCloud) -> None:
    cloud.orchestrations.start("fulfil", "7", call("fail"))
    works.pump()
    found = cloud.orchestrations.describe("fulfil", "7")
    assert found.status == FAILED
    assert found.error == {
        "type": "CardDeclined",
        "mro": ["CardDeclined", "Exception"],
        "message": "no funds",
        "data": {"n": 1},
    }


def test_an_execution_that_workflows_gave_up_is_our_fault(works: Works, cloud: GoogleCloud, place: Place) -> None:
    cloud.orchestrations.start("fulfil", "7", call())
    place.iam.remove(member=f"serviceAccount:{works.broker_account}", role="roles/datastore.user")
    works.pump()
    error = cloud.orchestrations.describe("fulfil", "7").error
    assert error is not None
    assert error["type"] == "InternalError"


def test_a_cancelled_execution_has_ended_when_cancel_returns(works: Works, cloud: GoogleCloud) -> None:
    cloud.orchestrations.start("fulfil", "7", call("sleep"))
    works.pump()
    cloud.orchestrations.cancel("fulfil", "7")
    assert cloud.orchestrations.describe("fulfil", "7").status == CANCELLED
    cloud.orchestrations.cancel("fulfil", "7")
    works.pass_s(7_200)
    assert cloud.orchestrations.describe("fulfil", "7").status == CANCELLED


@pytest.mark.parametrize("moment", range(2, 8))
def test_a_cancelled_execution_never_runs_whenever_it_is_cancelled(
    works: Works, cloud: GoogleCloud, place: Place, moment: int
) -> None:
    """Before each request that a start, the execution that it creates, and the broker for that one make."""
    other, cancelled = works.stage(), list[int]()

    def watched(service: str) -> None:
        original = place.backends[service]

        def answer(one: Any) -> Response:
            if len(place.calls) >= moment and not cancelled:
                cancelled.append(moment)
                other.orchestrations.cancel("fulfil", "7")
            try:
                return original(one)
            except Unspecified:  # two cancel it at once
                return Response(status=400, body=b'{"error": {"status": "FAILED_PRECONDITION"}}')

        place.backends[service] = answer

    watched("firestore")
    watched("workflowexecutions")
    cloud.orchestrations.start("fulfil", "7", call("sleep"))
    works.pump()
    if not cancelled:
        other.orchestrations.cancel("fulfil", "7")
    found = cloud.orchestrations.describe("fulfil", "7")
    assert found.status == CANCELLED
    works.pass_s(7_200)
    assert {one.state for one in works.sim.executions.values()} <= {"CANCELLED", "SUCCEEDED"}
    history = [one.kind for one in cloud.orchestrations.history("fulfil", "7")]
    assert (history[0], history[-1]) == ("started", "cancelled")
    created = len(works.sim.executions)
    cloud.orchestrations.start("fulfil", "7", call("sleep"))
    cloud.orchestrations.cancel("fulfil", "7")
    assert (cloud.orchestrations.describe("fulfil", "7").status, len(works.sim.executions)) == (CANCELLED, created)


def test_of_two_executions_that_were_created_none_runs_once_their_id_is_cancelled(
    works: Works, cloud: GoogleCloud, place: Place
) -> None:
    created_twice(works, place)
    cloud.orchestrations.start("fulfil", "7", call("sleep"))
    cloud.orchestrations.cancel("fulfil", "7")
    works.pump()
    assert [one.state for one in works.sim.executions.values()] == ["CANCELLED", "CANCELLED"]
    assert list(cloud.orchestrations.executions("fulfil", CANCELLED, 10)) == ["7"]


def test_an_execution_that_was_cancelled_before_anything_was_created_is_one(
    works: Works, cloud: GoogleCloud, place: Place
) -> None:
    """Its start died; another one of the id creates nothing, and after 90 days the id is free."""
    place.backends["workflowexecutions"], kept = _dead, place.backends["workflowexecutions"]
    with pytest.raises(Unavailable):
        cloud.orchestrations.start("fulfil", "7", call())
    cloud.orchestrations.cancel("fulfil", "7")
    place.backends["workflowexecutions"] = kept
    place.now_s += module.STARTING_S + 1
    assert cloud.orchestrations.describe("fulfil", "7").status == CANCELLED
    cloud.orchestrations.start("fulfil", "7", call())
    assert len(works.sim.executions) == 0
    place.now_s += KEPT_S
    cloud.orchestrations.start("fulfil", "7", call("sleep"))
    works.pump()
    assert cloud.orchestrations.describe("fulfil", "7").status == RUNNING


def test_executions_are_listed_by_status_the_latest_first(works: Works, cloud: GoogleCloud) -> None:
    for number, do in enumerate(["", "sleep", "fail", "sleep"]):
        works.place.now_s = START_S + number
        cloud.orchestrations.start("fulfil", f"e{number}", call(do))
    works.pump()
    cloud.orchestrations.cancel("fulfil", "e3")
    listed = cloud.orchestrations.executions
    assert list(listed("fulfil", None, 10)) == ["e3", "e2", "e1", "e0"]
    assert list(listed("fulfil", None, 2)) == ["e3", "e2"]
    by_status = {status: list(listed("fulfil", status, 10)) for status in (RUNNING, COMPLETED, FAILED, CANCELLED)}
    assert by_status == {RUNNING: ["e1"], COMPLETED: ["e0"], FAILED: ["e2"], CANCELLED: ["e3"]}
    assert list(listed("refund", None, 10)) == []


def test_what_nobody_started_is_not_found(cloud: GoogleCloud) -> None:
    for ask in (cloud.orchestrations.describe, cloud.orchestrations.history, cloud.orchestrations.cancel):
        with pytest.raises(NotFound, match="orchestration 'fulfil' has no execution 'nobody'"):
            ask("fulfil", "nobody")
    with pytest.raises(NotFound, match="no address of an orchestration 'nope'"):
        cloud.orchestrations.start("nope", "7", call())


def test_nothing_is_carried_out_by_its_caller(cloud: GoogleCloud) -> None:
    with pytest.raises(UnsupportedError, match=r"fulfil\.start"):
        cloud.orchestrations.run("fulfil", call())


# --- crashes between the three writes of a start


def test_a_start_that_died_before_the_execution_was_created_is_followed_by_the_next(
    works: Works, cloud: GoogleCloud, place: Place
) -> None:
    place.backends["workflowexecutions"], kept = _dead, place.backends["workflowexecutions"]
    with pytest.raises(Unavailable):
        cloud.orchestrations.start("fulfil", "7", call())
    assert cloud.orchestrations.describe("fulfil", "7").status == RUNNING, "somebody may be about to"
    place.backends["workflowexecutions"] = kept
    cloud.orchestrations.start("fulfil", "7", call())
    works.pump()
    assert cloud.orchestrations.describe("fulfil", "7").status == COMPLETED


def test_a_start_that_created_nothing_for_a_minute_is_no_execution(
    works: Works, cloud: GoogleCloud, place: Place
) -> None:
    place.backends["workflowexecutions"] = _dead
    with pytest.raises(Unavailable):
        cloud.orchestrations.start("fulfil", "7", call())
    place.now_s += module.STARTING_S + 1
    with pytest.raises(NotFound, match="has no execution '7'"):
        cloud.orchestrations.describe("fulfil", "7")


def created_twice(works: Works, place: Place) -> None:
    """A start whose answer was lost is repeated."""
    original = place.backends["workflowexecutions"]

    def lossy(one: Any) -> Response:
        answer = original(one)
        if one.method.endswith("executions.create") and len(works.sim.executions) == 1:
            return Response(status=503, body=b"")
        return answer

    place.backends["workflowexecutions"] = lossy


def _dead(call: object) -> Response:
    return Response(status=503, body=b"")


def test_of_two_executions_that_were_created_one_has_the_id_and_the_other_ends_at_once(
    works: Works, cloud: GoogleCloud, place: Place
) -> None:
    created_twice(works, place)
    cloud.orchestrations.start("fulfil", "7", call("sleep"))
    works.pump()
    first, second = works.sim.executions.values()
    assert sorted([first.state, second.state]) == ["ACTIVE", "SUCCEEDED"]
    assert cloud.orchestrations.describe("fulfil", "7").status == RUNNING
    assert list(cloud.orchestrations.executions("fulfil", None, 10)) == ["7"]
    cloud.orchestrations.cancel("fulfil", "7")
    assert {first.state, second.state} == {"CANCELLED", "SUCCEEDED"}


def test_an_execution_that_is_told_twice_to_begin_has_its_id_both_times(works: Works, cloud: GoogleCloud) -> None:
    cloud.orchestrations.start("fulfil", "7", call())
    works.pump()
    [native] = [one.id for one in works.sim.executions.values()]
    again = cloud.starts.begin("fulfil", "7", native)
    other = cloud.starts.begin("fulfil", "7", "another")
    assert again is not None
    assert other is not None
    assert (again.native, other.native) == (native, native)


def test_an_id_is_free_90_days_after_its_start_if_its_execution_has_ended(
    works: Works, cloud: GoogleCloud, place: Place
) -> None:
    cloud.orchestrations.start("fulfil", "ended", call())
    cloud.orchestrations.start("fulfil", "runs", call("wait"))
    works.pump()
    sleeping = [one for one in works.sim.executions.values() if one.state == "ACTIVE"]
    place.now_s += KEPT_S + 1
    cloud.orchestrations.start("fulfil", "ended", call("fail"))
    with pytest.raises(ExecutionExists):
        cloud.orchestrations.start("fulfil", "runs", call("fail"))
    assert len(sleeping) == 1


def test_a_start_is_one_document(works: Works, cloud: GoogleCloud) -> None:
    cloud.orchestrations.start("fulfil", "7", call())
    found = cloud.starts.find("fulfil", "7")
    assert found is not None
    assert found.created in {one.id for one in works.sim.executions.values()}


def test_a_document_that_may_not_be_written_is_told_as_that(works: Works, cloud: GoogleCloud, place: Place) -> None:
    """The execution is there by then: what is missing is no role on Workflows."""
    kept, writes = place.backends["firestore"], list[Any]()

    def answer(one: Any) -> Response:
        writes.append(one)
        return kept(one) if len(writes) == 1 else refused(ApiError("PERMISSION_DENIED", "no"))

    place.backends["firestore"] = answer
    with pytest.raises(PermissionDenied, match=r"datastore\.entities\.update"):
        cloud.orchestrations.start("fulfil", "7", call())
    assert len(works.sim.executions) == 1


# --- what runs, and what happened


def test_what_runs_is_told_by_the_definition_that_it_was_started_with(works: Works, cloud: GoogleCloud) -> None:
    cloud.orchestrations.start("fulfil", "old1", call("sleep"))
    cloud.orchestrations.start("fulfil", "old2", call("sleep"))
    works.pump()
    works.deploy("fulfil", "cd" * 32)
    cloud.orchestrations.start("fulfil", "new", call("sleep"))
    works.place.iam.add(
        f"projects/{works.place.project}", "roles/workflows.viewer", f"serviceAccount:{works.place.account}"
    )
    assert cloud.workflows.running("fulfil") == {DIGEST: 2, "cd" * 32: 1}
    assert cloud.workflows.running("refund") == {}


def test_the_history_tells_attempts_and_their_errors(works: Works, cloud: GoogleCloud) -> None:
    error: dict[str, Any] = {
        "type": "CardDeclined",
        "mro": ["CardDeclined", "Exception"],
        "message": "no funds",
        "data": {},
    }
    kind = (("Content-Type", "application/json"),)
    failed = Response(status=500, headers=kind, body=json.dumps({"cloudless_error": error}).encode())
    works.answers = [failed, Response(status=200, headers=kind, body=b'{"v": 5}')]
    cloud.orchestrations.start("fulfil", "7", call("call"))
    works.pump()
    history = cloud.orchestrations.history("fulfil", "7")
    told = [(one.kind, one.name, one.step, one.attempt, one.value) for one in history]
    assert told == [
        ("started", "fulfil", "", 1, {"do": "call"}),
        ("called", "charge-card", "2.body.0", 1, None),
        ("raised", "charge-card", "2.body.0", 1, None),
        ("called", "charge-card", "2.body.0", 2, None),
        ("returned", "charge-card", "2.body.0", 2, None),
        ("completed", "fulfil", "", 1, 5),
    ]
    assert history[2].error == error


def test_the_history_tells_waits(works: Works, cloud: GoogleCloud) -> None:
    cloud.orchestrations.start("fulfil", "7", call("sleep"))
    cloud.orchestrations.start("fulfil", "8", call("wait"))
    works.pump()
    told = {id: [(one.kind, one.name) for one in cloud.orchestrations.history("fulfil", id)] for id in "78"}
    assert told["7"] == [("started", "fulfil"), ("sleeping", "")]
    assert told["8"] == [("started", "fulfil"), ("waiting", "approval")]
