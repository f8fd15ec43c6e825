"""Requests read and judged by Google's discovery documents."""

import json
from typing import Any

import pytest

from providers.gcp.tests.discovery import Call, NoCall, answer_problems, call_of, problems, read
from tests.hosting.http import Request

TOPIC = "projects/shop-1/topics/orders"
JSON = (("Content-Type", "application/json"),)


def post(path: str, body: Any, service: str = "pubsub", query: str = "") -> Call:
    sent = Request(method="POST", path=path, query=query, headers=JSON, body=json.dumps(body).encode())
    return read(sent, service)


def publish(*messages: Any) -> Call:
    return post(f"/v1/{TOPIC}:publish", {"messages": list(messages)})


def test_a_verb_after_a_colon_is_a_method_of_its_own() -> None:
    call = publish({"data": "e30="})
    assert (call.method, call.params) == ("projects.topics.publish", {"topic": TOPIC})
    assert problems(call) == []


def test_a_name_may_hold_what_is_percent_encoded() -> None:
    call = read(Request(method="GET", path="/v1/projects/shop-1/topics/orders%2Bmore"), "pubsub")
    assert (call.method, call.params) == ("projects.topics.get", {"topic": "projects/shop-1/topics/orders+more"})


def test_documents_of_firestore_lie_deeper() -> None:
    path = "/v1/projects/p/databases/d/documents/leases/abc"
    call = read(Request(method="GET", path=path), "firestore")
    assert (call.method, call.params) == ("projects.databases.documents.get", {"name": path[4:]})
    commit = post("/v1/projects/p/databases/d/documents:commit", {"writes": []}, "firestore")
    assert commit.method == "projects.databases.documents.commit"


@pytest.mark.parametrize(
    ("method", "path"), [("PATCH", f"/v1/{TOPIC}:publish"), ("POST", "/v1/topics/orders:publish"), ("GET", "/")]
)
def test_what_is_no_method_is_refused(method: str, path: str) -> None:
    with pytest.raises(NoCall):
        read(Request(method=method, path=path), "pubsub")


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        ({"data": "{}"}, "PublishRequest.messages[0].data: '{}' is no base64"),
        ({"data": "é"}, "PublishRequest.messages[0].data: 'é' is no base64"),
        ({"body": "e30="}, "PublishRequest.messages[0]: there is no body"),
        ({"attributes": {"a": 1}}, "PublishRequest.messages[0].attributes.a: 1 is no string"),
        ({"ordering_key": "a"}, "PublishRequest.messages[0]: there is no ordering_key"),
        ({"data": None}, "PublishRequest.messages[0].data: None is no string"),
        ("{}", "PublishRequest.messages[0]: '{}' is no object"),
    ],
)
def test_what_a_message_cannot_be(message: Any, problem: str) -> None:
    assert problems(publish(message)) == [problem]


def test_what_is_required_is_missed() -> None:
    assert problems(post(f"/v1/{TOPIC}:publish", {})) == ["PublishRequest.messages is required"]


def test_formats_of_times_durations_and_enumerations() -> None:
    queue = "projects/p/locations/r/queues/q"
    sent = {"httpMethod": "SEND", "url": "https://x", "oauthToken": {"serviceAccountEmail": "a@p"}}
    task = {"task": {"scheduleTime": "tomorrow", "dispatchDeadline": "15", "httpRequest": sent}}
    found = problems(post(f"/v2/{queue}/tasks", task, "cloudtasks"))
    assert [one.partition(":")[0] for one in found] == [
        "CreateTaskRequest.task.scheduleTime",
        "CreateTaskRequest.task.dispatchDeadline",
        "CreateTaskRequest.task.httpRequest.httpMethod",
    ]


def test_what_the_service_fills_in_cannot_be_sent() -> None:
    task = {"task": {"createTime": "2026-01-02T12:00:00Z", "httpRequest": {"url": "https://x"}}}
    found = problems(post("/v2/projects/p/locations/r/queues/q/tasks", task, "cloudtasks"))
    assert found == ["CreateTaskRequest.task.createTime is for answers only"]


def test_parameters_of_the_query() -> None:
    path = "/v1/projects/p/locations/r/workflows/w/executions"
    many = read(Request(method="GET", path=path, query="pageSize=ten&view=ALL&of=1"), "workflowexecutions")
    assert [one.split("=")[0].rpartition(" ")[2] for one in problems(many)] == ["pageSize", "view", "of"]


def test_a_body_where_there_is_none() -> None:
    sent = Request(method="GET", path=f"/v1/{TOPIC}", headers=JSON, body=b"{}")
    assert problems(read(sent, "pubsub")) == ["projects.topics.get takes no body"]
    untold = Request(method="POST", path=f"/v1/{TOPIC}:publish", body=b'{"messages": []}')
    assert problems(read(untold, "pubsub")) == ["projects.topics.publish: the body is said to be ''"]


def test_answers_are_judged_as_well() -> None:
    assert answer_problems(publish({}), {"messageIds": ["1"]}) == []
    assert answer_problems(publish({}), {"ids": ["1"]}) == ["PublishResponse: there is no ids"]


def test_calls_can_be_made_of_a_method() -> None:
    made = call_of("pubsub", "projects.topics.create", {"name": TOPIC}, {"messageRetentionDuration": "600s"})
    assert read(made.request, "pubsub") == made
    assert problems(made) == []
    with pytest.raises(NoCall):
        call_of("pubsub", "projects.topics.create", {"name": "orders"}, {})
