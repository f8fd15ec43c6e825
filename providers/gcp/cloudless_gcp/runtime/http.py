"""The entry of an endpoint: a request of API Gateway in, its answer out.

    answer_create = endpoint(DEPLOYED["facts"], cloud, Response)      # flask's

facts: {"app", "include", "endpoint": plan}: see `cloudless.runtime.endpoint`.

What stands before us, and is made up for here:
- API Gateway puts a token of its own into Authorization; the caller's comes as X-Forwarded-Authorization.
- Flask decodes the path; gunicorn keeps how it came. Flask answers some paths itself (/robots.txt, /favicon.ico, and
  those with two slashes in a row): `take_every_path` is before it.
- Cloud Run tells the trace in X-Cloud-Trace-Context, and passes on traceparent.
- X-Forwarded-For begins with the address of the caller, or with what the caller has written there itself.
https://github.com/GoogleCloudPlatform/esp-v2/issues/140 and /pull/318
https://cloud.google.com/api-gateway/docs/passing-data#x-forwarded-authorization
https://cloud.google.com/run/docs/trace
"""

from __future__ import annotations

from cloudless.request import Request
from cloudless.runtime import boot, http
from cloudless.runtime.endpoint import EndpointPlan, as_asked
from cloudless.runtime.problem import problem
from cloudless.runtime.route import BadPath, segments_of
from cloudless.system import trace_of_parent
from cloudless_gcp.runtime.invocation import timed, wait
from cloudless_gcp.runtime.stage import starting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Protocol

    from cloudless.driver.provider import Cloud
    from cloudless.request import Response
    from cloudless.runtime.http import Served
    from cloudless_gcp.runtime import reply

    class MakeResponse(Protocol):
        """`flask.Response`."""

        def __call__(self, response: bytes, status: int, headers: list[tuple[str, str]]) -> Any: ...

    class Flask(Protocol):
        """What is asked of functions-framework's application: a `flask.Flask`."""

        def before_request(self, f: Callable[[], Any]) -> Any: ...


_NAMES = {
    "CONTENT_TYPE": "content-type",
    "CONTENT_LENGTH": "content-length",
    "HTTP_AUTHORIZATION": "",
    "HTTP_X_FORWARDED_AUTHORIZATION": "authorization",
}
"""Names of headers by those of WSGI, "" of what is no header of the caller's; filled as they come."""
_NAMES_MOST = 512
_HEADER = "HTTP_"
_TRACED = "x-cloud-trace-context"
_CLIENT = "x-forwarded-for"
_TYPE = "content-type"
_LENGTH = "content-length"


@starting
def bound(facts: Mapping[str, Any], cloud: Cloud) -> tuple[EndpointPlan, http.Serve]:
    """The plan of an endpoint, and what answers its requests."""
    plan = EndpointPlan.from_json(facts["endpoint"])
    served: Served = boot.application(facts).handlers[plan.handler]
    return plan, http.endpoint(plan, served, cloud, wait=wait, timed=timed)


def endpoint(facts: Mapping[str, Any], cloud: Cloud, response: MakeResponse) -> Callable[[reply.Request], Any]:
    """The function of an endpoint. response: `flask.Response`."""
    plan, serve = bound(facts, cloud)

    def answered(request: Request) -> Response:
        try:
            return serve(request, segments_of(request.path))
        except BadPath as bad:
            return as_asked(request, problem(400, f"the path cannot be read: {bad}"))
        except BaseException as crash:  # noqa: BLE001  (an exit would end the process, and the gateway say 503)
            return as_asked(request, http.gave_out(plan, "Crashed", 502, f"the handler ended with {crash!r}"))

    def handle(native: reply.Request) -> Any:
        return response_of(answered(request_of(native)), response)

    return handle


def take_every_path(app: Flask, handle: Callable[[Any], Any], request: Any) -> None:
    """Answer requests that functions-framework would not hand over. request: flask's, of whatever is answered."""

    def answer_first() -> Any:
        return None if request.endpoint == "run" else handle(request)

    app.before_request(answer_first)


def request_of(native: reply.Request) -> Request:
    """The request that functions-framework hands over."""
    environ = native.environ
    headers: dict[str, str] = {}
    for key, value in environ.items():
        name = _NAMES.get(key)
        if name is None:
            name = _name_of(key)
        if name and value:
            headers[name] = value
    request = Request(
        environ["REQUEST_METHOD"],
        _path(environ),
        query_string=environ.get("QUERY_STRING", ""),
        body=native.get_data(),
    )
    request.headers = headers
    if _CLIENT in headers:
        request.client = headers[_CLIENT].partition(",")[0].strip()
    if _TRACED in headers and "traceparent" not in headers:
        request.trace = trace_of_parent(f"00-{headers[_TRACED].partition('/')[0]}-")
    return request


def _name_of(key: str) -> str:
    name = key[5:].lower().replace("_", "-") if key.startswith(_HEADER) else ""
    if len(_NAMES) < _NAMES_MOST:
        _NAMES[key] = name
    return name


def response_of(answer: Response, response: MakeResponse) -> Any:
    """The native answer: its length is the one that is told, for HEAD, and one without a type stays so.

    Flask would tell the length of what is there, and make a text of what says no type.
    """
    native = response(answer.body, answer.status, answer.headers)
    has_type = False
    for name, value in answer.headers:
        if name == _TYPE:
            has_type = True
        elif name == _LENGTH:
            native.headers[_LENGTH] = value
    if not has_type:
        native.headers.remove(_TYPE)
    return native


def _path(environ: Mapping[str, Any]) -> str:
    """The path as it was sent. A request line may have a whole URL.

    https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2
    """
    uri: str = environ.get("RAW_URI") or environ.get("REQUEST_URI") or ""
    if not uri.startswith("/"):
        from urllib.parse import urlsplit

        try:
            return urlsplit(uri).path or "/"
        except ValueError:  # e.g. http://[::1: whatever it is, nothing is there
            return uri
    return uri.partition("?")[0].partition("#")[0]
