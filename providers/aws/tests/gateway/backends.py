"""What answers a request that may be made: ministack as it is, or a model.

Each takes a `Call` and gives a `Response`. What a backend does not know is NotModelled, which fails the test.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Protocol

from providers.aws.tests.gateway.call import Call
from providers.aws.tests.gateway.refusal import refused
from providers.aws.tests.gateway.upstream import Upstream
from providers.aws.tests.lambdas.service import Lambda, LambdaError
from providers.aws.tests.sqsmodel import Gateway as SqsGateway
from tests.hosting.http import Request, Response

Backend = Callable[[Call], Response]
SNS_MAX = 262_144
"""https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html: message and attributes together, 256 KB."""
SNS_ATTRIBUTES_MAX = 10
"""Of raw delivery to SQS: https://docs.aws.amazon.com/sns/latest/dg/sns-large-payload-raw-message-delivery.html."""


class NotModelled(Exception):
    """A stand-in does not know what the service would do."""


class ApiError(Protocol):
    """What models raise."""

    code: str
    text: str
    status: int


def sqs(gateway: SqsGateway) -> Backend:
    """The strict proxy before ministack's queues."""

    def answer(call: Call) -> Response:
        headers = {name.lower(): value for name, value in call.request.headers}
        status, body = gateway.answer(headers, call.payload)
        return _in_protocol(status, body)

    return answer


def _in_protocol(status: int, body: bytes) -> Response:
    """Errors with the code that SDKs read, which is in a header where a service spoke another protocol before."""
    headers = (("Content-Type", "application/x-amz-json-1.0"),)
    if status < HTTPStatus.BAD_REQUEST:
        return Response(status=status, headers=headers, body=body)
    code = str(json.loads(body).get("__type", "")).rpartition("#")[2]
    return Response(status=status, headers=(*headers, ("x-amzn-query-error", f"{code};Sender")), body=body)


def forwarded_to(upstream: Upstream) -> Callable[[Mapping[str, str], bytes], tuple[int, bytes]]:
    """What passes SQS's requests on."""

    def forward(headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        answer = upstream.forward(Request(method="POST", path="/", headers=tuple(headers.items()), body=body))
        return answer.status, answer.body

    return forward


def as_it_is(upstream: Upstream) -> Backend:
    """Ministack."""
    return lambda call: upstream.forward(call.request)


def secrets(upstream: Upstream) -> Backend:
    """Ministack's secrets. One without a value it tells without saying so.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html#API_GetSecretValue_Errors
    """

    def answer(call: Call) -> Response:
        found = upstream.forward(call.request)
        if call.operation == "GetSecretValue" and found.status == HTTPStatus.OK:
            told = json.loads(found.body)
            if not told.keys() & {"SecretString", "SecretBinary"}:
                text = "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT"
                return refused("secretsmanager", "ResourceNotFoundException", text, 400)
        return found

    return answer


def sns(upstream: Upstream, published: Callable[[str], None]) -> Backend:
    """Ministack's topics, which deliver to its queues at once. published: told the topic's ARN after each."""

    def answer(call: Call) -> Response:
        for sent in _messages(call.params):
            if sum(len(value.encode()) for value in sent.values()) > SNS_MAX:
                return refused("sns", "InvalidParameter", "Invalid parameter: Message too long", 400)
            if sum(name.endswith(".Name") for name in sent) > SNS_ATTRIBUTES_MAX:
                raise NotModelled(f"SNS drops what has more than {SNS_ATTRIBUTES_MAX} attributes, of raw delivery")
        answer = upstream.forward(call.request)
        published(str(call.params["TopicArn"]))
        return answer

    return answer


_ENTRY = "PublishBatchRequestEntries.member."


def _messages(params: Mapping[str, str]) -> list[dict[str, str]]:
    """The parts of each message of Publish or PublishBatch: its text, names, types and values."""
    found: dict[str, dict[str, str]] = {}
    for name, value in params.items():
        number, _, part = name.removeprefix(_ENTRY).partition(".") if name.startswith(_ENTRY) else ("", "", name)
        if part == "Message" or part.startswith("MessageAttributes."):
            found.setdefault(number, {})[part] = value
    return list(found.values())


def functions(service: Lambda) -> Backend:
    """The model of Lambda. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html."""

    def answer(call: Call) -> Response:
        kind = call.request.header("x-amz-invocation-type") or "RequestResponse"
        if call.operation != "Invoke" or kind != "RequestResponse":
            raise NotModelled(f"lambda {call.operation} of type {kind}: who retries would be Lambda")
        try:
            reply = service.invoke(call.params["FunctionName"], call.payload, call.params.get("Qualifier", ""))
        except LambdaError as problem:
            return refused("lambda", problem.code, problem.text, problem.status)
        headers = (("Content-Type", "application/json"), ("X-Amz-Executed-Version", reply.version))
        error = (("X-Amz-Function-Error", reply.error),) if reply.error else ()
        return Response(status=200, headers=(*headers, *error), body=reply.payload)

    return answer


def modelled(call_model: Callable[[str, dict[str, Any]], dict[str, Any]], error: type[Exception]) -> Backend:
    """A model that takes an operation's name and parameters. error: what it raises, with code, text and status."""

    def answer(call: Call) -> Response:
        try:
            found = call_model(call.operation, dict(call.params))
        except error as problem:
            told: Any = problem
            text = getattr(told, "text", None) or str(getattr(told, "message", told))
            return refused(call.service, told.code, text, told.status)
        return Response(status=200, headers=(("Content-Type", "application/json"),), body=json.dumps(found).encode())

    return answer


def who(account: str) -> Backend:
    """https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html."""

    def answer(call: Call) -> Response:
        if call.operation != "GetCallerIdentity":
            raise NotModelled(f"sts {call.operation}")
        found = f"<Arn>arn:aws:iam::{account}:user/deployer</Arn><UserId>U</UserId><Account>{account}</Account>"
        body = f"<GetCallerIdentityResult>{found}</GetCallerIdentityResult>"
        xml = f"<GetCallerIdentityResponse>{body}</GetCallerIdentityResponse>"
        return Response(status=200, headers=(("Content-Type", "text/xml"),), body=xml.encode())

    return answer
