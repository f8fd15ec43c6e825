"""The entry of an endpoint: a request of API Gateway (HTTP API, payload 2.0) in, its answer out.

    answer_create = endpoint(DEPLOYED["facts"], cloud)

facts: {"app", "include", "endpoint": plan}: see `cloudless.runtime.endpoint`. A function URL sends the same payload.

What the gateway changes on the way, and is made up for here:
- It decodes the path before it matches and hands it on: it is encoded again, and nothing in it looks like an escape.
- It joins several values of a header with commas, names in lower case; cookies come, and go, apart.
- What is no text travels as base64. So does a long answer: a text of many escapes would be larger than Lambda's 6 MB.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
"""

from __future__ import annotations

from cloudless.request import Request
from cloudless.runtime import boot, http
from cloudless.runtime.endpoint import EndpointPlan, as_asked
from cloudless.runtime.problem import problem
from cloudless.runtime.route import BadPath, segments_of
from cloudless_aws.runtime import invocation
from cloudless_aws.runtime.stage import starting
from cloudless_aws.wire import trace_of_xray

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from cloudless.request import Response
    from cloudless.runtime.http import Served
    from cloudless_aws.clients.cloud import AwsCloud
    from cloudless_aws.runtime.invocation import Context

    Reply = dict[str, Any]

_UUID = 36
_COOKIE = "set-cookie"
_TRACED = "x-amzn-trace-id"
_SEGMENT = "/!$&'()*+,;=:@-._~"
"""What a path may hold as it is: https://www.rfc-editor.org/rfc/rfc3986#section-3.3."""
_PLAIN = frozenset(f"{_SEGMENT}0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
TEXT_MOST = 512 * 1024
"""Bytes of an answer that travels as text: each of them may take 6 in JSON, and base64 never takes more than 4 for 3.

https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""


@starting
def endpoint(facts: Mapping[str, Any], cloud: AwsCloud) -> Callable[[Any, Context], Reply]:
    """The Lambda of an endpoint."""
    plan = EndpointPlan.from_json(facts["endpoint"])
    served: Served = boot.application(facts).handlers[plan.handler]
    serve = http.endpoint(plan, served, cloud, wait=invocation.wait, timed=invocation.timed)

    def handle(event: Any, context: Context) -> Reply:
        request = request_of(event, plan.handler, context.aws_request_id)
        invocation.begin(context)
        try:
            return reply_of(serve(request, segments_of(request.path)))
        except BadPath as bad:
            return reply_of(as_asked(request, problem(400, f"the path cannot be read: {bad}")))
        except Exception:
            raise
        except BaseException as crash:  # noqa: BLE001  (an exit would end the process, and the gateway say 500)
            died = http.gave_out(plan, "Crashed", 502, f"the handler ended with {crash!r}")
            return reply_of(as_asked(request, died))

    return handle


def request_of(event: Any, handler: str, id: str = "") -> Request:
    """The request of an event. id: Lambda's, a UUID, is ours as well. Raises InvalidArgument for another event."""
    try:
        said, path, headers = event["requestContext"]["http"], event["rawPath"], event["headers"]
        body, query, client = event.get("body"), event["rawQueryString"], said.get("sourceIp", "")
        "".join((said["method"], path, query, client, *headers.values()))  # raises where one of them is no text
        is_lower = "".join(headers).islower()
        request = Request(
            said["method"],
            path if _PLAIN.issuperset(path) else _encoded(path),
            query_string=query,
            headers=() if is_lower else headers,
            body=_bytes(body, is_base64=event.get("isBase64Encoded")) if body else b"",
            client=client,
        )
        if is_lower:
            request.headers = headers
        if cookies := event.get("cookies"):
            request.headers = {**request.headers, "cookie": "; ".join(cookies)}
    except (KeyError, TypeError, ValueError, AttributeError) as bad:
        from cloudless_aws.runtime.stranger import refused

        raise refused(event, handler, "requests of API Gateway, payload 2.0") from bad
    if len(id) == _UUID:
        request.id = id.replace("-", "")
    if _TRACED in headers and "traceparent" not in headers:
        request.trace = trace_of_xray(headers[_TRACED])
    return request


def reply_of(answer: Response) -> Reply:
    """The answer as the gateway wants it."""
    headers: dict[str, str] = {}
    cookies: list[str] = []
    for name, value in answer.headers:
        if name == _COOKIE:
            cookies.append(value)
        else:
            headers[name] = f"{headers[name]}, {value}" if name in headers else value
    reply: Reply = {"statusCode": answer.status, "headers": headers}
    try:
        if len(answer.body) > TEXT_MOST:
            raise UnicodeError
        reply["body"], reply["isBase64Encoded"] = answer.body.decode(), False
    except UnicodeError:
        reply["body"], reply["isBase64Encoded"] = _base64(answer.body), True
    if cookies:
        reply["cookies"] = cookies
    return reply


def _encoded(path: str) -> str:
    """A path as it was sent. U+FFFD stands for what could not be decoded, and becomes that again: 400."""
    from urllib.parse import quote

    return quote(path, safe=_SEGMENT, errors="surrogatepass").replace("%EF%BF%BD", "%FF")


def _bytes(body: str, *, is_base64: bool | None) -> bytes:
    """What is no UTF-8, the runtime answers with 400."""
    if not is_base64:
        return body.encode(errors="surrogatepass")
    from binascii import a2b_base64

    return a2b_base64(body, strict_mode=True)


def _base64(body: bytes) -> str:
    from binascii import b2a_base64

    return b2a_base64(body, newline=False).decode()
