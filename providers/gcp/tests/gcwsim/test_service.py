"""The service: revisions, callbacks, cancelling, several executions on one clock."""

from __future__ import annotations

from typing import Any

import pytest

from providers.gcp.tests.gcwsim.cases import assign, echoing, post, steps, value
from providers.gcp.tests.gcwsim.errors import Unspecified
from providers.gcp.tests.gcwsim.exchange import Request, Response
from providers.gcp.tests.gcwsim.execution import ACTIVE, CANCELLED, FAILED, SUCCEEDED
from providers.gcp.tests.gcwsim.run import Running
from providers.gcp.tests.gcwsim.service import Workflows
from tests.virtual import START_US, US

CREATE = {"call": "events.create_callback_endpoint", "args": {"http_callback_method": "POST"}, "result": "cb"}


def awaiting(result: str = "q", **arguments: Any) -> dict[str, Any]:
    return {"call": "events.await_callback", "args": {"callback": "${cb}", **arguments}, "result": result}


WAIT = steps(c=CREATE, n=post(body={"url": "${cb.url}"}), w=awaiting(), r={"return": "${q.http_request.body}"})


def told(running: Running) -> str:
    """The URL that the workflow told its server."""
    url: str = running.requests[0].body["url"]
    return url


def test_a_callback_goes_on_with_its_body() -> None:
    running = Running(WAIT, http=echoing()())
    running.settle()
    assert running.execution.state == ACTIVE
    assert running.service.post(told(running), {"ok": [1]}) == 200
    running.settle()
    assert running.outcome().result == {"ok": [1]}


def test_a_callback_has_a_method_a_type_and_a_time() -> None:
    definition = [*WAIT[:3], {"r": {"return": "${[q.http_request.method, q.type, q.received_time]}"}}]
    running = Running(definition, http=echoing()())
    running.settle()
    running.service.post(told(running), b"text", headers={"Content-Type": "text/plain"})
    running.settle()
    assert running.outcome().result == ["POST", "HTTP", "2026-01-02T12:00:00Z"]


def test_a_callback_that_comes_before_it_is_awaited_is_kept() -> None:
    """Documented at https://cloud.google.com/workflows/docs/creating-callback-endpoints."""
    running: Running

    def http(request: Request) -> Response:
        assert running.service.post(request.body["url"], "early") == 200
        assert running.service.post(request.body["url"], "second") == 429
        return Response(200, {})

    running = Running(WAIT, http=http)
    running.settle()
    assert running.outcome().result == "early"


def test_one_endpoint_is_awaited_again() -> None:
    definition = [*WAIT[:3], *steps(w2=awaiting("q2"), r={"return": "${[q.http_request.body, q2.http_request.body]}"})]
    running = Running(definition, http=echoing()())
    for body in (1, 2):
        running.settle()
        assert running.service.post(told(running), body) == 200
    running.settle()
    assert running.outcome().result == [1, 2]


def test_endpoints_are_awaited_in_branches() -> None:
    branch = steps(
        c=CREATE,
        n=post(body={"url": "${cb.url}", "v": "${v}"}),
        w=awaiting(),
        a={"assign": [{"m[v]": "${q.http_request.body}"}]},
    )
    definition = steps(
        i=assign(m={}),
        p={"parallel": {"shared": ["m"], "for": {"value": "v", "in": ["x", "y"], "steps": branch}}},
        r={"return": "${m}"},
    )
    running = Running(definition, http=echoing()(), seed=3)
    running.settle()
    for request in running.requests:
        running.service.post(request.body["url"], f"for {request.body['v']}")
    running.settle()
    assert running.outcome().result == {"x": "for x", "y": "for y"}


@pytest.mark.parametrize(("arguments", "took_s"), [({"timeout": 30}, 30), ({}, 43_200)])
def test_waiting_for_a_callback_ends(arguments: dict[str, Any], took_s: float) -> None:
    """Documented at https://cloud.google.com/workflows/docs/reference/stdlib/events/await_callback."""
    definition = [*WAIT[:2], {"w": awaiting(**arguments)}]
    running = Running(definition, http=echoing()())
    running.until()
    outcome = running.outcome()
    assert (outcome.state, outcome.tags, outcome.took_s) == (FAILED, ["TimeoutError"], took_s)


def test_a_callback_after_the_time_out_is_kept_for_the_next_wait() -> None:
    late = {
        "try": awaiting(timeout=10),
        "except": {"as": "e", "steps": steps(s={"call": "sys.sleep", "args": {"seconds": 10}})},
    }
    definition = [*WAIT[:2], {"w1": late}, *WAIT[2:]]
    running = Running(definition, http=echoing()())
    running.until(15)
    assert running.service.post(told(running), "late") == 200
    running.settle()
    running.until()
    assert (running.outcome().result, running.outcome().took_s) == ("late", 20)


def test_an_execution_that_has_ended_has_no_callbacks() -> None:
    running = Running([*WAIT[:2], {"r": {"return": 1}}], http=echoing()())
    running.until()
    assert running.service.post(told(running), 1) == 404
    assert running.service.post(told(running).replace("/callbacks/", "/callbacks/x"), 1) == 404


def test_another_method_at_an_endpoint_is_written_down_nowhere() -> None:
    running = Running(WAIT, http=echoing()())
    running.settle()
    with pytest.raises(Unspecified, match="GET to a callback endpoint for POST"):
        running.service.post(told(running), method="GET")


def test_two_branches_that_await_one_endpoint_are_written_down_nowhere() -> None:
    branches = [{"a": {"steps": [{"w1": awaiting("q1")}]}}, {"b": {"steps": [{"w2": awaiting("q2")}]}}]
    running = Running(steps(c=CREATE, p={"parallel": {"branches": branches}}))
    with pytest.raises(Unspecified, match="two branches"):
        running.settle()


def test_the_query_of_a_callback_is_written_down_nowhere() -> None:
    running = Running([*WAIT[:3], {"r": {"return": "${q.http_request.query}"}}], http=echoing()())
    running.settle()
    running.service.post(told(running), 1)
    with pytest.raises(Unspecified, match="'query' of a callback"):
        running.settle()


class World:
    """A service on a clock that a test moves."""

    def __init__(self) -> None:
        self.now_us = START_US
        self.service = Workflows(now_us=lambda: self.now_us, http=echoing()())

    def pass_s(self, seconds: float) -> None:
        self.now_us += round(seconds * US)
        self.service.pump()


def sleeping(result: str) -> list[Any]:
    return steps(s={"call": "sys.sleep", "args": {"seconds": 10}}, r={"return": result})


def test_an_execution_keeps_the_revision_it_began_with() -> None:
    """Documented at https://cloud.google.com/workflows/docs/reference/rest/v1/projects.locations.workflows/patch."""
    world = World()
    first = world.service.deploy("w", sleeping("old")).revision
    old = world.service.execute("w")
    second = world.service.deploy("w", sleeping("new")).revision
    new = world.service.execute("w")
    world.pass_s(0)
    world.pass_s(10)
    assert [old.result, new.result] == ["old", "new"]
    assert [old.revision, new.revision] == [first, second]
    assert [first.id[:7], second.id[:7]] == ["000001-", "000002-"]


def test_a_cancelled_execution_does_nothing_more() -> None:
    world = World()
    world.service.deploy("w", steps(s={"call": "sys.sleep", "args": {"seconds": 10}}, r={"raise": "no"}))
    execution = world.service.execute("w")
    world.pass_s(1)
    execution.cancel()
    world.pass_s(20)
    assert (execution.state, execution.error, execution.end_us) == (CANCELLED, None, START_US + US)
    assert world.service.next_due_us() is None


def test_a_cancelled_execution_takes_no_answer() -> None:
    world = World()
    world.service.deploy("w", steps(p={"parallel": {"for": {"value": "v", "in": [1, 2], "steps": steps(c=post())}}}))
    execution = world.service.execute("w")
    world.service.step()
    execution.cancel()
    world.pass_s(1)
    assert execution.state == CANCELLED


def test_executions_run_beside_each_other() -> None:
    world = World()
    world.service.deploy(
        "w",
        {
            "main": {
                "params": ["n"],
                "steps": steps(s={"call": "sys.sleep", "args": {"seconds": "${n}"}}, r={"return": "${n}"}),
            }
        },
    )
    executions = [world.service.execute("w", n) for n in (3, 1, 2)]
    world.pass_s(0)
    world.pass_s(2)
    assert [one.state for one in executions] == [ACTIVE, SUCCEEDED, SUCCEEDED]
    assert len(world.service.running()) == 1


def test_sleeping_is_not_work() -> None:
    world = World()
    world.service.deploy("w", sleeping("x"))
    world.service.execute("w")
    world.service.pump()
    assert world.service.next_due_us(sleeps=False) is None
    assert world.service.next_due_us() == START_US + 10 * US
    assert world.service.next_s() == START_US / US + 10


def test_a_connector_is_a_function_of_the_test() -> None:
    """Documented at https://cloud.google.com/workflows/docs/connectors."""
    name = "googleapis.pubsub.v1.projects.topics.publish"
    definition = steps(
        c={"call": name, "args": {"topic": "t", "body": {"messages": []}}, "result": "r"}, z={"return": "${r.ids}"}
    )
    asked: list[Any] = []

    def publish(arguments: dict[str, Any]) -> Any:
        asked.append(arguments)
        return {"ids": ["1"]}

    running = Running(definition, connectors={name: publish})
    running.until()
    assert running.outcome().result == ["1"]
    assert asked == [{"topic": "t", "body": {"messages": []}}]


def test_a_connector_that_fails_raises_its_answer() -> None:
    name = "googleapis.pubsub.v1.projects.topics.publish"
    running = Running(
        steps(c={"call": name}), connectors={name: lambda arguments: Response(403, {"error": {"code": 403}})}
    )
    running.until()
    outcome = running.outcome()
    assert (outcome.tags, outcome.error["code"], outcome.error["body"]) == (
        ["HttpError"],
        403,
        {"error": {"code": 403}},
    )


def test_a_request_says_what_workflows_adds() -> None:
    """Documented at https://cloud.google.com/workflows/docs/http-requests."""
    definition = steps(
        c=post(
            "x",
            body={"a": 1},
            headers={"User-Agent": "mine"},
            query={"q": 1},
            auth={"type": "OIDC", "audience": "https://server"},
            timeout=7,
        )
    )
    running = Running(definition, http=echoing()())
    running.until()
    request = running.requests[0]
    agent = "mine GoogleCloudWorkflows; (+https://cloud.google.com/workflows/docs)"
    assert request.headers == {"User-Agent": agent, "Content-Type": "application/json; charset=utf-8"}
    assert (request.method, request.url, request.query, request.timeout_s) == ("POST", "https://server/x", {"q": 1}, 7)
    assert (request.auth, request.content()) == ({"type": "OIDC", "audience": "https://server"}, b'{"a": 1}')
    assert request.execution == running.execution.name


def test_an_execution_that_is_never_called_back_stays_active() -> None:
    running = Running(WAIT, http=echoing()())
    running.until(100)
    outcome = running.outcome()
    assert (outcome.state, outcome.took_s) == (ACTIVE, 100)


def test_time_is_the_clocks() -> None:
    running = Running(value("sys.now()"))
    running.now_us += 5 * US
    running.until()
    assert running.outcome().result == START_US / US + 5
