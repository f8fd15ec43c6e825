"""From a request to its answer: one closure an endpoint, the same in memory and in every cloud.

    size ─► other methods (CORS, 405) ─► who is calling ─► arguments ─► the handler ─► answer

The order is the contract (docs/mechanisms.md, HTTP in detail). It is the only place where an exception of an
endpoint becomes a status; what the program does not declare is 500, and its text stays in the log.
"""

from __future__ import annotations

from cloudless.driver.current import HERE
from cloudless.errors import HttpError, InvalidArgument, InvalidBody, PayloadTooLarge, Unavailable
from cloudless.message import NO_ATTRIBUTES, Envelope, Failure
from cloudless.request import BODY_MOST, JSON, Response, Unreadable, answered
from cloudless.runtime.arguments import Refused, Unfit
from cloudless.runtime.call import context_of
from cloudless.runtime.consumer import failure_of
from cloudless.runtime.cors import add_headers, is_preflight, preflight
from cloudless.runtime.outcome import Overran
from cloudless.runtime.problem import problem
from cloudless.runtime.route import Route
from cloudless.system import trace_of_parent, word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from cloudless.codec import Codec
    from cloudless.driver.provider import Cloud
    from cloudless.request import Request
    from cloudless.runtime.arguments import Arguments
    from cloudless.runtime.cors import Rules
    from cloudless.runtime.guard import Guard, Run

    Tell = Callable[["EndpointPlan", Envelope, Exception], None]

CORRELATION = "x-correlation-id"
_BODILESS = frozenset({204, 304})
NOT_FOUND = "there is nothing at this path"


class Mistake(Exception):
    """The program's own: what it returned cannot be answered. No declared exception, whatever it derives from."""


class EndpointPlan:
    """What an endpoint needs to be run; computed when building, carried in the bundle as JSON.

    parameters: (name, kind, key, absent) in order, as in arguments.py. methods: all that the path has, sorted;
    any endpoint of a path can answer for those that it has not. is_async: a coroutine function.
    """

    __slots__ = ("handler", "is_async", "method", "methods", "parameters", "path", "status", "timeout_s")

    def __init__(
        self,
        handler: str,
        method: str,
        path: str,
        *,
        methods: Sequence[str] = (),
        parameters: Sequence[tuple[str, str, str, str]] = (),
        status: int = 200,
        is_async: bool = False,
        timeout_s: float = 29,
    ) -> None:
        self.handler = handler
        self.method = method
        self.path = path
        self.methods = tuple(methods or (method,))
        self.parameters = tuple(parameters)
        self.status = status
        self.is_async = is_async
        self.timeout_s = timeout_s

    def to_json(self) -> dict[str, Any]:
        """The plan as JSON values; `EndpointPlan.from_json` reads them."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_json(cls, facts: Mapping[str, Any]) -> EndpointPlan:
        """The plan of JSON values that `to_json` gave."""
        rest = {key: value for key, value in facts.items() if key not in ("handler", "method", "path", "parameters")}
        parameters = [(name, kind, key, absent) for name, kind, key, absent in facts["parameters"]]
        return cls(facts["handler"], facts["method"], facts["path"], parameters=parameters, **rest)


class Endpoint:
    """One endpoint bound to one cloud. `serve` is what an adapter calls.

    arguments, guard, result: see their modules. statuses: by exception type. rules: of CORS, None for none.
    run: gives the value of what the handler returned. tell: says what is answered with a 5xx; None for nobody.
    """

    __slots__ = (
        "_arguments", "_call", "_cloud", "_guard", "_method", "_plan", "_result", "_route", "_rules", "_run",
        "_statuses", "_tell",
    )  # fmt: skip

    def __init__(
        self,
        plan: EndpointPlan,
        call: Callable[..., Any],
        arguments: Arguments,
        result: Codec,
        *,
        cloud: Cloud,
        guard: Guard | None,
        statuses: Mapping[type[Exception], int],
        rules: Rules | None,
        run: Run,
        tell: Tell | None,
    ) -> None:
        self._plan = plan
        self._call = call
        self._arguments = arguments
        self._result = result
        self._cloud = cloud
        self._guard = guard
        self._statuses = statuses
        self._rules = rules
        self._run = run
        self._tell = tell
        self._method = plan.method
        self._route = Route(plan.path)

    def serve(self, request: Request, segments: list[str]) -> Response:
        """The answer to a request. segments: those of its path, decoded. A BaseException passes: a crash."""
        cause = self._cause(request)
        answer = self._refused(request, segments) or self._called(request, cause)
        for name, _ in answer.headers:
            if name == CORRELATION:
                break
        else:
            answer.headers.append((CORRELATION, cause.correlation))
        if self._rules is not None:
            add_headers(self._rules, request, answer)
        if answer.status in _BODILESS:
            answer.body = b""
        return as_asked(request, answer)

    def _refused(self, request: Request, segments: list[str]) -> Response | None:
        """The answer to a request that the handler never sees."""
        found = self._route.match(segments)
        if found is None:
            return problem(404, NOT_FOUND)
        if len(request.body) > BODY_MOST:
            return problem(413, f"the body is {len(request.body):,} bytes, the limit is {BODY_MOST:,}")
        if request.method != self._method and not (request.method == "HEAD" and self._method == "GET"):
            return self._other_method(request)
        request.path_parameters = found
        return None

    def _other_method(self, request: Request) -> Response:
        allowed = ", ".join(allowed_methods(self._plan.methods))
        if self._rules is not None and is_preflight(request):
            return preflight(self._rules, request, self._plan.methods)
        if request.method == "OPTIONS":
            return Response(status=204, headers={"allow": allowed})
        return problem(405, f"this path has {allowed}", headers={"allow": allowed})

    def _cause(self, request: Request) -> Envelope:
        """What messages of the handler are traced back to."""
        headers, cloud = request.headers, self._cloud
        id = request.id = request.id or cloud.new_id()
        trace, correlation = request.trace, id
        if "traceparent" in headers:
            trace = trace_of_parent(headers["traceparent"]) or trace
        if CORRELATION in headers:
            given = word(headers[CORRELATION])
            correlation = given if given.isascii() and given else id
        now_s = request.received_s = cloud.now_s()
        return Envelope(id, "", NO_ATTRIBUTES, 0, "", now_s, trace or id, correlation)

    def _called(self, request: Request, cause: Envelope) -> Response:
        token = HERE.set((self._cloud, self._plan.handler, cause))
        try:
            return self._outcome(request, cause)
        except Exception as error:  # noqa: BLE001  (every exception is an answer)
            return self._failed(error, cause)
        finally:
            HERE.reset(token)

    def _outcome(self, request: Request, cause: Envelope) -> Response:
        if self._guard is not None:
            request.identity = self._guard(request)
        values = self._arguments.of(request)
        for name in self._arguments.contexts:
            values[name] = context_of(self._plan, cause, self._cloud)
        request.is_handled = True
        value = self._call(**values)
        answer = self._response(self._run(value) if hasattr(value, "__await__") else value)
        if len(answer.body) > BODY_MOST:
            raise Mistake(f"the answer is {len(answer.body):,} bytes, the limit is {BODY_MOST:,}")
        return answer

    def _response(self, value: Any) -> Response:
        if isinstance(value, Response):
            return value.copy()  # the program may keep it
        status = self._plan.status
        if value is None:
            return Response(status=204 if status == 200 else status)
        if isinstance(value, bytes):
            return Response(value, status=status)
        try:
            text = self._result.encode(value)
        except InvalidBody as problem:
            raise Mistake(f"what the endpoint returned does not fit: {problem}") from problem
        return answered(status, text.encode(), JSON)

    def _failed(self, error: Exception, cause: Envelope) -> Response:
        try:
            answer = self._refusal(error)
        except InvalidArgument:  # headers of an HttpError that HTTP does not have
            answer = problem(500)
        answer.failure = failure_of(error, 1)
        if self._tell is not None and answer.status >= 500:
            self._tell(self._plan, cause, error)
        return answer

    def _refusal(self, error: Exception) -> Response:
        """The answer that an exception stands for."""
        if isinstance(error, Refused):
            return problem(error.status, error.detail)
        if isinstance(error, Unfit):
            return problem(422, str(error), errors=error.problems)
        if isinstance(error, Mistake):
            return problem(500)
        status = self._declared(error)
        if status is not None:
            return problem(status, failure_of(error, 1).text)
        if isinstance(error, Unreadable):
            return problem(400, str(error))
        if isinstance(error, HttpError):
            return problem(error.status, str(error.detail), headers=error.headers)
        if isinstance(error, PayloadTooLarge):  # what was to be sent on; it says sizes, and nothing else
            return problem(413, str(error))
        if isinstance(error, Overran):
            return problem(504, str(error))
        if isinstance(error, Unavailable):
            return problem(503, "try again in a moment", headers={"retry-after": "1"})
        return problem(500)

    def _declared(self, error: Exception) -> int | None:
        """The status of the nearest declared class above an exception; our own have theirs, unless they are named."""
        kinds = type(error).__mro__[:1] if isinstance(error, (HttpError, Overran)) else type(error).__mro__
        for kind in kinds:
            if kind in self._statuses:
                return self._statuses[kind]
        return None


def allowed_methods(methods: Sequence[str]) -> list[str]:
    """The methods that a path answers, those of ours included."""
    return sorted({*methods, "OPTIONS", *(("HEAD",) if "GET" in methods else ())})


def as_asked(request: Request, answer: Response) -> Response:
    """The answer; to HEAD without its body, of which it tells the length where its status has one. Once an answer.

    https://www.rfc-editor.org/rfc/rfc9110#section-8.6
    """
    if request.method == "HEAD" and answer.status not in _BODILESS:
        answer.headers.append(("content-length", str(len(answer.body))))
        answer.body = b""
    return answer


def died(failure: Failure, status: int, detail: str) -> Response:
    """The answer of a gateway whose function never answered."""
    answer = problem(status, detail)
    answer.failure = failure
    return answer
