"""The REST APIs: resources, views, pages, refusals; and that Google's discovery documents say the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from providers.gcp.tests.discovery import answer_problems, call_of, document
from providers.gcp.tests.discovery import problems as request_problems
from providers.gcp.tests.gcwsim.api import ROUTES
from providers.gcp.tests.gcwsim.api.executions import FIELDS as EXECUTION_FIELDS
from providers.gcp.tests.gcwsim.api.executions import OUTPUT as EXECUTION_OUTPUT
from providers.gcp.tests.gcwsim.api.workflows import FIELDS as WORKFLOW_FIELDS
from providers.gcp.tests.gcwsim.api.workflows import OUTPUT as WORKFLOW_OUTPUT
from providers.gcp.tests.gcwsim.cases import assign, echoing, post, steps, value
from providers.gcp.tests.gcwsim.errors import ApiError, Unspecified
from providers.gcp.tests.gcwsim.server import Server, serve
from providers.gcp.tests.gcwsim.service import Workflows
from tests.virtual import START_US, US

PARENT = "projects/project/locations/us-central1"
NAME = f"{PARENT}/workflows/shop"
HELLO = json.dumps({"main": {"params": ["args"], "steps": value('"Hello " + args.who')}})
SLEEP = json.dumps(steps(s={"call": "sys.sleep", "args": {"seconds": 10}}))
WAIT = json.dumps(
    steps(
        c={"call": "events.create_callback_endpoint", "args": {"http_callback_method": "PUT"}, "result": "cb"},
        n=post(body="${cb}"),
        w={"call": "events.await_callback", "args": {"callback": "${cb}"}, "result": "q"},
        r={"return": "${q.http_request.body}"},
    )
)
METHODS = {
    "workflows.create": ("workflows", "POST", "/workflows", "parent"),
    "workflows.list": ("workflows", "GET", "/workflows", "parent"),
    "workflows.get": ("workflows", "GET", "", "name"),
    "workflows.patch": ("workflows", "PATCH", "", "name"),
    "workflows.delete": ("workflows", "DELETE", "", "name"),
    "workflows.listRevisions": ("workflows", "GET", ":listRevisions", "name"),
    "operations.get": ("workflows", "GET", "", "name"),
    "workflows.executions.create": ("workflowexecutions", "POST", "/executions", "parent"),
    "workflows.executions.list": ("workflowexecutions", "GET", "/executions", "parent"),
    "workflows.executions.get": ("workflowexecutions", "GET", "", "name"),
    "workflows.executions.cancel": ("workflowexecutions", "POST", ":cancel", "name"),
    "workflows.executions.callbacks.list": ("workflowexecutions", "GET", "/callbacks", "parent"),
    "workflows.executions.stepEntries.list": ("workflowexecutions", "GET", "/stepEntries", "parent"),
    "workflows.executions.stepEntries.get": ("workflowexecutions", "GET", "", "name"),
}
"""Google's methods that the model speaks: API, verb, end of the path, name of what stands before."""


class World:
    """A service on a clock that a test moves."""

    def __init__(self) -> None:
        self.now_us = START_US
        self.service = Workflows(now_us=lambda: self.now_us, http=echoing()())

    def pass_s(self, seconds: float = 0) -> None:
        self.now_us += round(seconds * US)
        self.service.pump()

    def call(self, method: str, name: str, body: Any = None, **query: str) -> dict[str, Any]:
        """Call a method and see that Google would understand the request and say the answer."""
        api, verb, end, parameter = METHODS[method]
        answer = self.service.call(verb, f"/v1/{name}{end}", body, query)
        call = call_of(api, f"projects.locations.{method}", {parameter: name, **query}, body)
        assert request_problems(call) == []
        assert answer_problems(call, answer) == []
        return answer

    def deploy(self, source: str, **fields: Any) -> dict[str, Any]:
        return self.call("workflows.create", PARENT, {"sourceContents": source, **fields}, workflowId="shop")

    def start(self, argument: str | None = None, **fields: Any) -> dict[str, Any]:
        body = {**({"argument": argument} if argument is not None else {}), **fields}
        return self.call("workflows.executions.create", NAME, body)


@pytest.fixture
def world() -> World:
    return World()


def refused(call: Any, code: int, status: str) -> str:
    with pytest.raises(ApiError) as caught:
        call()
    assert (caught.value.code, caught.value.status) == (code, status)
    return caught.value.message


def test_every_route_is_one_of_googles_methods() -> None:
    names = set(METHODS.values())
    assert len(ROUTES) == len(METHODS)
    assert {(verb, end) for verb, _, end, _ in ROUTES} == {(verb, end) for _, verb, end, _ in names}
    for method, (api, verb, _, _) in METHODS.items():
        assert document(api).methods[f"projects.locations.{method}"].verb == verb


def test_fields_are_those_of_googles_schemas() -> None:
    for api, schema, fields, output in (
        ("workflows", "Workflow", WORKFLOW_FIELDS, WORKFLOW_OUTPUT),
        ("workflowexecutions", "Execution", EXECUTION_FIELDS, EXECUTION_OUTPUT),
    ):
        properties = document(api).schemas[schema]["properties"]
        assert fields | output == properties.keys()
        assert output == {name for name, one in properties.items() if one.get("readOnly")}


def test_a_workflow_is_created_read_and_deleted(world: World) -> None:
    operation = world.deploy(HELLO, description="d", labels={"app": "shop"}, userEnvVars={"K": "v"})
    assert operation["done"]
    assert world.call("operations.get", operation["name"]) == operation
    found = world.call("workflows.get", NAME)
    assert (found["sourceContents"], found["description"], found["userEnvVars"]) == (HELLO, "d", {"K": "v"})
    assert [one["name"] for one in world.call("workflows.list", PARENT)["workflows"]] == [NAME]
    world.call("workflows.delete", NAME)
    refused(lambda: world.call("workflows.get", NAME), 404, "NOT_FOUND")


def test_a_source_that_does_not_build_is_refused(world: World) -> None:
    message = refused(lambda: world.deploy(json.dumps(value("x"))), 400, "INVALID_ARGUMENT")
    assert "symbol 'x' is neither a variable nor a sub-workflow name" in message


def test_a_workflow_exists_once(world: World) -> None:
    world.deploy(HELLO)
    refused(lambda: world.deploy(HELLO), 409, "ALREADY_EXISTS")


@pytest.mark.parametrize("id", ["", "1a", "a" * 65, "a-", "a.b"])
def test_ids_have_a_form(world: World, id: str) -> None:
    refused(
        lambda: world.service.call("POST", f"/v1/{PARENT}/workflows", {}, {"workflowId": id}), 400, "INVALID_ARGUMENT"
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"sourceContent": HELLO},
        {"sourceContents": HELLO, "userEnvVars": {"GOOGLE_X": "1"}},
        {"sourceContents": HELLO, "userEnvVars": {f"K{at}": "" for at in range(21)}},
        {"sourceContents": HELLO, "labels": {"App": "x"}},
        {"sourceContents": HELLO, "labels": {f"k{at}": "" for at in range(65)}},
    ],
)
def test_fields_that_google_refuses(world: World, fields: dict[str, Any]) -> None:
    refused(
        lambda: world.service.call("POST", f"/v1/{PARENT}/workflows", fields, {"workflowId": "shop"}),
        400,
        "INVALID_ARGUMENT",
    )


def test_new_source_makes_a_revision_and_a_new_description_does_not(world: World) -> None:
    first = world.deploy(HELLO)["response"]["revisionId"]
    same = world.call("workflows.patch", NAME, {"description": "d"}, updateMask="description")["response"]
    assert (same["revisionId"], same["description"], same["sourceContents"]) == (first, "d", HELLO)
    changed = world.call("workflows.patch", NAME, {"sourceContents": SLEEP}, updateMask="sourceContents")["response"]
    assert changed["revisionId"] != first
    assert changed["description"] == "d"
    assert world.call("workflows.get", NAME, revisionId=first)["sourceContents"] == HELLO
    listed = world.call("workflows.listRevisions", NAME)["workflows"]
    assert [one["revisionId"] for one in listed] == [changed["revisionId"], first]


def test_an_execution_succeeds(world: World) -> None:
    world.deploy(HELLO, labels={"app": "shop", "tier": "a"})
    begun = world.start('{"who": "Ada"}', labels={"tier": "b"}, executionHistoryLevel="EXECUTION_HISTORY_BASIC")
    assert (begun["state"], begun["labels"]) == ("ACTIVE", {"app": "shop", "tier": "b"})
    world.pass_s()
    ended = world.call("workflows.executions.get", begun["name"])
    assert (ended["state"], ended["result"], ended["duration"]) == ("SUCCEEDED", '"Hello Ada"', "0.000000s")
    assert json.loads(ended["argument"]) == {"who": "Ada"}
    assert ended["executionHistoryLevel"] == "EXECUTION_HISTORY_BASIC"


def test_an_execution_fails(world: World) -> None:
    world.deploy(json.dumps(steps(r={"raise": {"code": 7, "message": "ß"}})))
    begun = world.start()
    world.pass_s()
    ended = world.call("workflows.executions.get", begun["name"])
    assert ended["state"] == "FAILED"
    assert json.loads(ended["error"]["payload"]) == {"code": 7, "message": "ß"}


def test_the_basic_view_has_the_fields_that_its_page_names(world: World) -> None:
    world.deploy(HELLO)
    begun = world.start('{"who": "Ada"}')
    world.pass_s()
    basic = world.call("workflows.executions.get", begun["name"], view="BASIC")
    assert basic.keys() == {"name", "startTime", "endTime", "duration", "state", "workflowRevisionId"}


def test_executions_are_listed_newest_first_page_by_page(world: World) -> None:
    world.deploy(SLEEP)
    names = [world.start()["name"] for _ in range(5)]
    first = world.call("workflows.executions.list", NAME, pageSize="3")
    rest = world.call("workflows.executions.list", NAME, pageSize="3", pageToken=first["nextPageToken"])
    assert [one["name"] for one in first["executions"] + rest["executions"]] == names[::-1]
    assert "nextPageToken" not in rest


def test_executions_are_filtered_by_state(world: World) -> None:
    world.deploy(SLEEP)
    world.start()
    world.pass_s()
    world.pass_s(5)
    active = world.start()["name"]
    world.pass_s(5)
    listed = world.call("workflows.executions.list", NAME, view="FULL", filter='state="ACTIVE"')["executions"]
    assert [one["name"] for one in listed] == [active]
    with pytest.raises(Unspecified):
        world.call("workflows.executions.list", NAME, filter='duration>"5s"')


def test_an_execution_is_cancelled(world: World) -> None:
    world.deploy(SLEEP)
    name = world.start()["name"]
    world.pass_s()
    assert world.call("workflows.executions.cancel", name, {})["state"] == "CANCELLED"
    world.pass_s(20)
    assert world.call("workflows.executions.get", name)["state"] == "CANCELLED"
    with pytest.raises(Unspecified, match="cancelling"):
        world.call("workflows.executions.cancel", name, {})


def test_deleting_a_workflow_ends_its_executions(world: World) -> None:
    world.deploy(SLEEP)
    name = world.start()["name"]
    world.call("workflows.delete", NAME)
    refused(lambda: world.call("workflows.executions.get", name), 404, "NOT_FOUND")


@pytest.mark.parametrize("argument", ["{", json.dumps("x" * 32_000)])
def test_an_argument_is_json_of_at_most_32_kb(world: World, argument: str) -> None:
    world.deploy(HELLO)
    refused(lambda: world.start(argument), 400, "INVALID_ARGUMENT")


def test_what_is_not_there_is_not_found(world: World) -> None:
    refused(lambda: world.service.call("POST", f"/v1/{NAME}/executions", {}), 404, "NOT_FOUND")
    refused(lambda: world.service.call("GET", f"/v1/{NAME}/executions/x"), 404, "NOT_FOUND")
    refused(lambda: world.service.call("GET", "/v1/nothing"), 404, "NOT_FOUND")
    world.deploy(HELLO)
    refused(lambda: world.service.call("GET", f"/v1/{NAME}", None, {"x": "1"}), 400, "INVALID_ARGUMENT")


def test_steps_are_told_with_the_steps_around_them(world: World) -> None:
    definition = {
        "main": {"steps": steps(a=assign(x=1), c={"call": "f", "result": "x"})},
        "f": {"steps": steps(t={"try": {"steps": steps(i={"raise": "no"})}, "except": {"as": "e"}}, r={"return": 1})},
    }
    world.deploy(json.dumps(definition))
    name = world.start()["name"]
    world.pass_s()
    listed = world.call("workflows.executions.stepEntries.list", name)
    entries = [
        (
            one["entryId"],
            one["routine"],
            one["step"],
            one["stepType"],
            one["state"],
            one.get("navigationInfo", {}).get("parent"),
        )
        for one in listed["stepEntries"]
    ]
    assert entries == [
        ("1", "main", "a", "STEP_ASSIGN", "STATE_SUCCEEDED", None),
        ("2", "main", "c", "STEP_SUBWORKFLOW_CALL", "STATE_SUCCEEDED", None),
        ("3", "f", "t", "STEP_TRY_RETRY_EXCEPT", "STATE_SUCCEEDED", "2"),
        ("4", "f", "i", "STEP_RAISE", "STATE_FAILED", "3"),
        ("5", "f", "r", "STEP_RETURN", "STATE_SUCCEEDED", "2"),
    ]
    assert listed["totalSize"] == 5
    failed = world.call("workflows.executions.stepEntries.get", f"{name}/stepEntries/4")
    assert failed["exception"] == {"payload": '"no"'}


def test_a_step_that_waits_is_in_progress_until_it_is_cancelled(world: World) -> None:
    world.deploy(SLEEP)
    name = world.start()["name"]
    world.pass_s()
    states = [world.call("workflows.executions.stepEntries.list", name)["stepEntries"][0]["state"]]
    world.call("workflows.executions.cancel", name)
    states.append(world.call("workflows.executions.stepEntries.list", name)["stepEntries"][0]["state"])
    assert states == ["STATE_IN_PROGRESS", "STATE_CANCELLED"]


def test_callbacks_are_listed_while_they_are_waited_for(world: World) -> None:
    world.deploy(WAIT)
    name = world.start()["name"]
    world.pass_s()
    (callback,) = world.call("workflows.executions.callbacks.list", name)["callbacks"]
    assert (callback["method"], callback["waiters"]) == ("PUT", "1")
    assert world.service.post(f"{world.service.callback_base}{callback['name']}", 1, method="PUT") == 200
    world.pass_s()
    assert world.call("workflows.executions.callbacks.list", name)["callbacks"] == []


@pytest.fixture
def server(world: World) -> Iterator[Server]:
    with serve(world.service) as running:
        yield running


def ask(server: Server, method: str, target: str, body: Any = None) -> tuple[int, Any]:
    """One request over loopback."""
    connection = HTTPConnection(urlsplit(server.url).netloc, timeout=10)
    content = None if body is None else json.dumps(body)
    connection.request(method, target, content, {"Content-Type": "application/json"})
    response = connection.getresponse()
    answer = response.status, json.loads(response.read())
    connection.close()
    return answer


def test_an_ordinary_client_deploys_starts_and_calls_back(world: World, server: Server) -> None:
    query = urlencode({"workflowId": "shop"})
    assert ask(server, "POST", f"/v1/{PARENT}/workflows?{query}", {"sourceContents": WAIT})[0] == 200
    name = ask(server, "POST", f"/v1/{NAME}/executions", {})[1]["name"]
    world.pass_s()
    callback = ask(server, "GET", f"/v1/{name}/callbacks")[1]["callbacks"][0]["name"]
    assert ask(server, "PUT", f"/v1/{callback}", {"ok": True}) == (200, {})
    world.pass_s()
    status, execution = ask(server, "GET", f"/v1/{name}?view=FULL")
    assert (status, execution["state"], execution["result"]) == (200, "SUCCEEDED", '{"ok":true}')
    assert ask(server, "PUT", f"/v1/{callback}", {})[0] == 404


def test_errors_have_googles_form(world: World, server: Server) -> None:
    status, answer = ask(server, "GET", f"/v1/{NAME}")
    assert (status, answer["error"]["code"], answer["error"]["status"]) == (404, 404, "NOT_FOUND")
    assert ask(server, "GET", f"/v1/{PARENT}/workflows?orderBy=x")[0] == 400
    ask(server, "POST", f"/v1/{PARENT}/workflows?workflowId=shop", {"sourceContents": SLEEP})
    assert ask(server, "GET", f"/v1/{NAME}/executions?orderBy=state")[0] == 501
    assert [one.reason for one in server.unspecified] == ["orderBy in this model"]


def test_callback_urls_lead_to_the_server(world: World, server: Server) -> None:
    world.service.deploy("shop", WAIT)
    execution = world.service.execute("shop")
    world.pass_s()
    (endpoint,) = execution.run.callbacks.listed()
    assert execution.run.callbacks.base == f"{server.url}/v1/{execution.name}/callbacks"
    assert ask(server, "PUT", f"/v1/{execution.name}/callbacks/{endpoint}", "x")[0] == 200
