"""The stand-in for the extension's local HTTP API, asked by Microsoft's own client, and by plain requests.

https://learn.microsoft.com/en-us/azure/azure-functions/durable/durable-functions-http-api; the classes named are those
of https://github.com/Azure/azure-functions-durable-extension.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine, Generator, Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

import pytest

from providers.azure.tests.durable.host import plain, replayed
from providers.azure.tests.durable.hub import Hub
from tests.hosting.http import Request, Response

SDK: Any = import_module("azure.durable_functions")  # it has types of its own making
SESSIONS: Any = import_module("azure.durable_functions.models.utils.http_utils")

pytestmark = pytest.mark.filterwarnings("ignore:azure.functions df_loads was called without expected_type")
Waits = Generator[Any, Any, Any]
START_S = datetime(2026, 1, 1, 12, 0, 0, 250_000, tzinfo=UTC).timestamp()


def main(context: Any) -> Waits:
    """Add one to the input, then wait for an event, and add it too."""
    context.set_custom_status("began")
    found = yield context.call_activity("add", context.get_input())
    more = yield context.wait_for_external_event("go")
    return found + json.loads(more)["n"] if isinstance(more, str) else found + more["n"]


def failing(context: Any) -> Waits:
    yield context.call_activity("add", 1)
    raise ValueError("no")


def parent(context: Any) -> Waits:
    return (yield context.call_sub_orchestrator("main", 1, "the-child"))


class Client:
    """Microsoft's client of a hub on a clock, one event loop for all that it does."""

    def __init__(self) -> None:
        self.now_s = START_S
        self.hub = Hub(lambda: self.now_s, "shop")
        orchestrators = {"main": replayed(main), "failing": replayed(failing), "parent": replayed(parent)}
        self.hub.open(orchestrators, {"add": plain(lambda number: number + 1)})
        self.sdk = SDK.DurableOrchestrationClient(self.hub.binding())
        self._runner = asyncio.Runner()

    def do(self, what: Coroutine[Any, Any, Any]) -> Any:
        return self._runner.run(what)

    def start(self, name: str = "main", id: str | None = None, input: Any = 1) -> str:
        """Start an instance, and let it come as far as it does."""
        found: str = self.do(self.sdk.start_new(name, id, input))
        self.hub.run()
        return found

    def status(self, id: str, **shows: bool) -> Any:
        return self.do(self.sdk.get_status(id, **shows))

    def ask(self, method: str, path: str, body: bytes = b"", query: str = "", **headers: str) -> Response:
        """A request without Microsoft's client. path: below the base."""
        request = Request(
            method=method, path=f"/durabletask/{path}", query=query, body=body, headers=tuple(headers.items())
        )
        return self.hub.answer(request)

    def close(self) -> None:
        self.do(SESSIONS._close_session())
        self._runner.close()
        self.hub.close()


@pytest.fixture
def client() -> Iterator[Client]:
    made = Client()
    yield made
    made.close()


def value(response: Response) -> Any:
    return json.loads(response.body)


# --- start --------------------------------------------------------------------------------------------


def test_an_instance_is_started_and_ends_with_its_output(client: Client) -> None:
    assert client.start(id="one") == "one"
    assert client.status("one").runtime_status.value == "Running"
    client.do(client.sdk.raise_event("one", "go", {"n": 5}))
    client.hub.run()
    found = client.status("one")
    assert (found.runtime_status.value, found.output, found.name) == ("Completed", 7, "main")
    assert found.custom_status == "began"


def test_without_an_id_one_is_made_up(client: Client) -> None:
    id = client.start()
    assert (len(id), list(client.hub.instances)) == (32, [id])


def test_nothing_happens_before_the_extension_looks(client: Client) -> None:
    client.do(client.sdk.start_new("main", "one", 1))
    assert client.status("one").runtime_status.value == "Pending"


def test_a_start_answers_with_the_web_hooks(client: Client) -> None:
    answer = client.ask("POST", "orchestrators/main/a:b", b"1")
    assert answer.status == 202
    assert list(value(answer)) == [
        "id", "statusQueryGetUri", "sendEventPostUri", "terminatePostUri", "purgeHistoryDeleteUri", "restartPostUri",
        "suspendPostUri", "resumePostUri",
    ]  # fmt: skip
    assert answer.header("Location") == value(answer)["statusQueryGetUri"]
    assert "/runtime/webhooks/durabletask/instances/a%3Ab?taskHub=shop" in value(answer)["statusQueryGetUri"]


@pytest.mark.parametrize(
    ("path", "body", "status", "text"),
    [
        ("orchestrators/nobody", b"1", 400, "The function 'nobody' doesn't exist"),
        ("orchestrators/main/@a", b"1", 400, "must not start with @"),
        ("orchestrators/main/a%23b", b"1", 400, "must not contain /, \\, #, ?, or control"),
        (f"orchestrators/main/{'a' * 101}", b"1", 400, "must not exceed 100 characters"),
        ("orchestrators/main", b"{", 400, "Expecting"),
    ],
)
def test_what_cannot_be_started_says_why(client: Client, path: str, body: bytes, status: int, text: str) -> None:
    answer = client.ask("POST", path, body)
    assert (answer.status, text in value(answer)["ExceptionMessage"]) == (status, True)


def test_microsofts_client_passes_on_why(client: Client) -> None:
    with pytest.raises(Exception, match="The function 'nobody' doesn't exist"):
        client.start("nobody")


def test_an_instance_that_runs_is_not_started_again(client: Client) -> None:
    """https://github.com/Azure/azure-sdk-for-python/issues/28602."""
    client.start(id="one")
    answer = client.ask("POST", "orchestrators/main/one", b"1")
    assert (answer.status, value(answer)["Message"]) == (500, "Something went wrong while processing your request")
    assert value(answer)["ExceptionMessage"] == "An Orchestration instance with the status Running already exists."


def test_an_instance_that_has_ended_is_replaced(client: Client) -> None:
    """DurableTaskOptions.OverridableExistingInstanceStates."""
    client.start("failing", "one")
    client.start(id="one", input=40)
    client.do(client.sdk.raise_event("one", "go", {"n": 1}))
    client.hub.run()
    assert client.status("one").output == 42


def test_what_was_on_its_way_to_the_old_execution_does_not_reach_the_new_one(client: Client) -> None:
    client.do(client.sdk.start_new("main", "one", 1))
    client.hub.host.purge("one")
    client.do(client.sdk.start_new("main", "one", 2))
    client.hub.run()
    assert client.hub.instances["one"].turns == 2


# --- status -------------------------------------------------------------------------------------------


def test_a_status_tells_what_the_extension_tells(client: Client) -> None:
    client.start(id="one", input=7)
    client.now_s += 90
    client.do(client.sdk.terminate("one", "enough"))
    client.hub.run()
    answer = client.ask("GET", "instances/one")
    assert answer.status == 200
    assert value(answer) == {
        "name": "main",
        "instanceId": "one",
        "runtimeStatus": "Terminated",
        "input": "7",
        "customStatus": "began",
        "output": "enough",
        "createdTime": "2026-01-01T12:00:00Z",
        "lastUpdatedTime": "2026-01-01T12:01:30Z",
    }


def test_the_input_can_be_left_out(client: Client) -> None:
    client.start(id="one", input=1)
    assert value(client.ask("GET", "instances/one", query="showInput=false"))["input"] is None


def test_an_instance_that_runs_is_accepted_and_to_be_asked_again(client: Client) -> None:
    client.start(id="one")
    answer = client.ask("GET", "instances/one", query="a=b", host="h:1")
    assert (answer.status, answer.header("Retry-After")) == (202, "5")
    assert answer.header("Location") == "http://h:1/durabletask/instances/one?a=b"


def test_a_failure_is_ok_unless_the_caller_wants_it_otherwise(client: Client) -> None:
    client.start("failing", "one")
    answer = client.ask("GET", "instances/one")
    assert (answer.status, value(answer)["runtimeStatus"]) == (200, "Failed")
    assert value(answer)["output"] == "Orchestrator function 'failing' failed: no"
    assert client.ask("GET", "instances/one", query="returnInternalServerErrorOnFailure=true").status == 500


def test_an_unknown_instance_is_not_found(client: Client) -> None:
    assert client.ask("GET", "instances/nobody").status == 404
    assert client.ask("POST", "instances/nobody/terminate").status == 404
    assert client.ask("POST", "instances/nobody/raiseEvent/go", b"1").status == 404
    assert client.ask("DELETE", "instances/nobody").status == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "orchestrators/main"), ("PUT", "instances/one"), ("POST", "instances"), ("POST", "instances/one/dance"),
     ("GET", "instances/one/terminate"), ("GET", "other"), ("GET", "instances/one/raiseEvent/go")],
)  # fmt: skip
def test_what_no_route_takes_is_not_found(client: Client, method: str, path: str) -> None:
    client.start(id="one")
    assert client.ask(method, path).status == 404


def test_the_history_puts_together_what_belongs_together(client: Client) -> None:
    """DurableClient.GetDurableOrchestrationStatusAsync."""
    client.start(id="one", input=1)
    client.do(client.sdk.raise_event("one", "go", {"n": 5}))
    client.hub.run()
    events = value(client.ask("GET", "instances/one", query="showHistory=true&showHistoryOutput=true"))["historyEvents"]
    moment = "2026-01-01T12:00:00.250000Z"
    assert events == [
        {"EventType": "ExecutionStarted", "Timestamp": moment, "Input": '"1"', "FunctionName": "main"},
        {
            "EventType": "TaskCompleted", "Timestamp": moment, "Result": 2, "ScheduledTime": moment,
            "FunctionName": "add", "Input": '["1"]',
        },
        {"EventType": "EventRaised", "Timestamp": moment, "Name": "go", "Input": json.dumps('{"n": 5}')},
        {"EventType": "ExecutionCompleted", "Timestamp": moment, "OrchestrationStatus": "Completed", "Result": 7},
    ]  # fmt: skip


def test_the_history_hides_results_and_inputs_unless_asked(client: Client) -> None:
    client.start("failing", id="one")
    shown = value(client.ask("GET", "instances/one", query="showHistory=true&showInput=false"))["historyEvents"]
    assert [event["EventType"] for event in shown] == ["ExecutionStarted", "TaskCompleted", "ExecutionCompleted"]
    assert not any({"Result", "Input"} & set(event) for event in shown)


def test_microsofts_client_reads_the_history(client: Client) -> None:
    client.start("parent", id="one")
    client.do(client.sdk.raise_event("the-child", "go", {"n": 5}))
    client.hub.run()
    found = client.status("one", show_history=True, show_history_output=True)
    event = found.historyEvents[1]
    assert (event["EventType"], event["FunctionName"], event["Result"]) == (
        "SubOrchestrationInstanceCompleted",
        "main",
        7,
    )


# --- events, ends ---------------------------------------------------------------------------------------


def test_events_for_an_instance_that_has_ended_are_refused(client: Client) -> None:
    client.start("failing", "one")
    with pytest.raises(Exception, match="Instance with ID one is gone: either completed or failed"):
        client.do(client.sdk.raise_event("one", "go", 1))
    with pytest.raises(Exception, match="No instance with ID two found"):
        client.do(client.sdk.raise_event("two", "go", 1))


def test_events_are_json(client: Client) -> None:
    client.start(id="one")
    path = "instances/one/raiseEvent/go"
    assert client.ask("POST", path, b"1").status == 400
    assert client.ask("POST", path, b"{", **{"Content-Type": "application/json"}).status == 400
    assert client.ask("POST", path, b'{"n": 5}', **{"Content-Type": "application/json; charset=utf-8"}).status == 202
    client.hub.run()
    assert client.status("one").output == 7


def test_an_instance_ends_at_its_next_turn_with_the_reason_and_hears_no_more(client: Client) -> None:
    client.start(id="one")
    client.do(client.sdk.terminate("one", "why not"))
    assert client.hub.instances["one"].status == "Running"
    client.do(client.sdk.raise_event("one", "go", {"n": 5}))
    assert (client.status("one").runtime_status.value, client.status("one").output) == ("Terminated", "why not")
    assert client.ask("POST", "instances/one/terminate").status == 410
    client.do(client.sdk.terminate("one", "again"))  # which Microsoft's client takes for done


def test_the_end_of_a_parent_leaves_its_children(client: Client) -> None:
    client.start("parent", "one")
    client.do(client.sdk.terminate("one", "why not"))
    client.hub.run()
    assert client.status("the-child").runtime_status.value == "Running"


def test_a_child_that_is_ended_fails_in_its_parent(client: Client) -> None:
    client.start("parent", "one")
    client.do(client.sdk.terminate("the-child", "why not"))
    client.hub.run()
    assert client.status("one").runtime_status.value == "Failed"
    assert "why not" in client.status("one").output


def test_a_suspended_instance_waits(client: Client) -> None:
    client.start(id="one")
    client.do(client.sdk.suspend("one", "later"))
    client.do(client.sdk.raise_event("one", "go", {"n": 5}))
    client.hub.run()
    assert client.status("one").runtime_status.value == "Suspended"
    client.do(client.sdk.resume("one", "now"))
    client.hub.run()
    assert client.status("one").output == 7


def test_an_instance_can_be_started_again_with_its_input(client: Client) -> None:
    client.start("failing", "one", 1)
    assert client.ask("POST", "instances/one/restart", query="restartWithNewInstanceId=false").status == 202
    client.hub.run()
    assert (list(client.hub.instances), client.hub.instances["one"].turns) == (["one"], 2)
    answer = client.ask("POST", "instances/one/restart")
    assert value(answer)["id"] in client.hub.instances
    assert client.ask("POST", "instances/two/restart").status == 400


def test_what_is_purged_is_forgotten(client: Client) -> None:
    client.start("failing", "one")
    assert client.do(client.sdk.purge_instance_history("one")).instances_deleted == 1
    assert client.do(client.sdk.purge_instance_history("one")).instances_deleted == 0
    assert client.hub.instances == {}


# --- several ------------------------------------------------------------------------------------------


def test_instances_are_listed_by_prefix_status_and_time(client: Client) -> None:
    client.start(id="a:1")
    client.start("failing", "a:2")
    client.now_s += 60
    client.start(id="b:1")
    states = [SDK.OrchestrationRuntimeStatus.Failed, SDK.OrchestrationRuntimeStatus.Terminated]
    minute = datetime.fromtimestamp(START_S, UTC) + timedelta(seconds=30)
    for filters, expected in (
        ({}, ["a:1", "a:2", "b:1"]),
        ({"instance_id_prefix": "a:"}, ["a:1", "a:2"]),
        ({"runtime_status": states}, ["a:2"]),
        ({"created_time_from": minute}, ["b:1"]),
        ({"created_time_to": minute, "instance_id_prefix": "b"}, []),
    ):
        found = client.do(client.sdk.get_status_by(**filters))
        assert [one.instance_id for one in found] == expected


def test_a_list_comes_in_pages(client: Client) -> None:
    for n in range(5):
        client.start(id=f"one{n}")
    pages, token = list[list[str]](), ""
    while True:
        answer = client.ask("GET", "instances", b"", "top=2&showInput=false", **{"x-ms-continuation-token": token})
        pages.append([one["instanceId"] for one in value(answer)])
        if not (token := answer.header("x-ms-continuation-token") or ""):
            break
    assert pages == [["one0", "one1"], ["one2", "one3"], ["one4"]]


def test_what_has_ended_is_purged_by_time(client: Client) -> None:
    client.start("failing", "one")
    client.start(id="runs")
    client.now_s += 60
    client.start("failing", "late")
    until = datetime.fromtimestamp(START_S, UTC) + timedelta(seconds=30)
    purged = client.do(client.sdk.purge_instance_history_by(until - timedelta(days=1), until))
    assert (purged.instances_deleted, list(client.hub.instances)) == (1, ["runs", "late"])
    assert client.ask("DELETE", "instances").status == 400
    assert client.ask("DELETE", "instances", query="createdTimeFrom=2026-01-02").status == 404


# --- the binding --------------------------------------------------------------------------------------


def test_a_binding_is_what_microsofts_client_wants(client: Client) -> None:
    """BindingHelper.DurableOrchestrationClientToString."""
    found = json.loads(client.hub.binding())
    assert found["taskHubName"] == "shop"
    assert found["rpcBaseUrl"] == client.hub.url
    links = client.sdk.create_http_management_payload("one")
    assert "/instances/one/raiseEvent/{eventName}?taskHub=shop" in links["sendEventPostUri"]


def test_there_is_no_api_without_a_host(client: Client) -> None:
    client.hub.shut()
    connection = HTTPConnection(urlsplit(client.hub.url).netloc)
    connection.request("GET", "/durabletask/instances/one")
    assert connection.getresponse().status == 503
    connection.close()
