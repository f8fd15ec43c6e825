"""What answers a request that may be made: an emulator, or a model.

Each takes a `Call` and gives a `Response`, or raises ApiError. What a backend does not know is NotModelled, which fails
the test.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from providers.gcp.tests.discovery import Call, answer_problems
from providers.gcp.tests.errors import ApiError, answered
from providers.gcp.tests.gcwsim import ApiError as WorkflowsError
from providers.gcp.tests.gcwsim import Workflows
from providers.gcp.tests.pubsubmodel import PubsubMessage, Refused
from providers.gcp.tests.pubsubmodel.message import REQUEST_BYTES_MAX, check_message, size_of
from tests.hosting.http import Headers, Response
from tests.hosting.upstream import Upstream

Backend = Callable[[Call], Response]
MESSAGES_MAX = 1_000
"""https://cloud.google.com/pubsub/quotas#resource_limits: messages of a publish request."""


class NotModelled(Exception):
    """A stand-in does not know what the service would do."""


def modelled(model: Callable[[str, Mapping[str, Any], Mapping[str, Any]], Mapping[str, Any]]) -> Backend:
    """A model of ours, which takes a method's id, its parameters and its body."""

    def answer(call: Call) -> Response:
        found = model(call.method, call.params, call.body)
        wrong = answer_problems(call, found)
        if wrong:
            raise NotModelled(f"{call.service} {call.method} would not answer so: {'; '.join(wrong)}")
        return answered(found)

    return answer


def firestore(upstream: Upstream) -> Backend:
    """Google's emulator, for which whoever asks is its owner: it knows no IAM."""
    owner = ("Authorization", "Bearer owner")
    return lambda call: upstream.forward(replace(call.request, headers=_with(call.request.headers, owner)))


def pubsub(upstream: Upstream, published: Callable[[str, Sequence[Mapping[str, Any]]], None]) -> Backend:
    """Google's emulator, as strict as the service. published: told a topic, and what it has got, after each time."""

    def answer(call: Call) -> Response:
        if call.method == "projects.topics.publish":
            messages: list[Mapping[str, Any]] = call.body.get("messages", [])
            _check(messages)
            found = upstream.forward(call.request)
            published(str(call.params["topic"]), messages)
            return found
        if call.method == "projects.subscriptions.pull":
            # What waits for messages goes on to do so after its caller has gone, and takes those that come then.
            body = json.dumps({**call.body, "returnImmediately": True}).encode()
            return upstream.forward(replace(call.request, body=body))
        return upstream.forward(call.request)

    return answer


def workflows(service: Workflows) -> Backend:
    """The model of Workflows and its executions."""

    def answer(call: Call) -> Response:
        request = call.request
        query = {name: str(value) for name, value in call.params.items() if f"{{{name}}}" not in _template(call)}
        try:
            found = service.call(request.method, request.path, call.body or None, query)
        except WorkflowsError as problem:
            raise ApiError(problem.status, problem.message) from problem
        return answered(found)

    return answer


def _template(call: Call) -> str:
    return call.definition.template.replace("{+", "{")


def _with(headers: Headers, header: tuple[str, str]) -> Headers:
    return (*((name, value) for name, value in headers if name.lower() != header[0].lower()), header)


def _check(messages: list[Mapping[str, Any]]) -> None:
    """What the service refuses, and its emulator takes."""
    told = [
        PubsubMessage("0", b64decode(one.get("data", "")), one.get("attributes", {}), one.get("orderingKey", ""))
        for one in messages
    ]
    try:
        for one in told:
            check_message(one)
    except Refused as problem:
        raise ApiError("INVALID_ARGUMENT", str(problem)) from problem
    if not 1 <= len(told) <= MESSAGES_MAX or sum(map(size_of, told)) > REQUEST_BYTES_MAX:
        raise ApiError("INVALID_ARGUMENT", f"{len(told)} messages of {sum(map(size_of, told)):,} bytes")
