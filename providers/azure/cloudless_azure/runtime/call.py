"""The door of the app `steps`: who signs with the key of a call may make it.

    answer = serve(DEPLOYED["calls"], cloud, func.HttpResponse)

    @app.function_name("cl_call")
    @app.route(route="cloudless/{verb}/{name}", methods=["POST"], auth_level=func.AuthLevel.ANONYMOUS)
    @app.generic_input_binding(arg_name="durable", type="durableClient")     # with orchestrations
    async def cl_call(req: func.HttpRequest, durable: str, context: func.Context) -> func.HttpResponse:
        return await answer(req, durable, context)

    verb, name           request                                                     value of the answer
    invoke  function     {"system", "body"}                                          reply of the function, as text
    start   orchestration  {"execution", "system", "body"}                           null
    control orchestration  {"operation": "describe", "execution"}                    {"status", "started_s", …}
                           "history", "cancel"                                       list of entries; null
                           {"operation": "executions", "status", "limit"}            ids
                           {"operation": "running"}                                  {sha256: number}
    send    event        {"orchestration", "execution", "system", "body"}            null

system, body: of the envelope, as in a message (cloudless.system). An answer is {"value": …}, or {"refused": [kind,
text]} with the name of one of cloudless.errors; the signature is in cloudless_azure/signature.py. The extension binds
its client to any function as a string: the worker's own converter hands it over as it is.
"""

from __future__ import annotations

import time

from cloudless.codec import dump, is_object, load
from cloudless.errors import (
    CloudlessError,
    ExecutionExists,
    InvalidArgument,
    NotFound,
    PermissionDenied,
    Unavailable,
    UnsupportedError,
)
from cloudless.runtime import boot, entry
from cloudless.runtime.plan import Plan
from cloudless.system import unpack
from cloudless_azure.names import CONTROL, INVOKE, START
from cloudless_azure.runtime.guard import LOG, Guard
from cloudless_azure.runtime.invocation import binding, invoke
from cloudless_azure.signature import HEADER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Protocol, TypeVar

    from cloudless.driver.rest import Pause
    from cloudless.message import Envelope
    from cloudless.runtime.function import Answer
    from cloudless_azure.clients.cloud import AzureCloud
    from cloudless_azure.runtime.execution import Executions
    from cloudless_azure.runtime.invocation import Native as Context
    from cloudless_azure.runtime.purge import Beside

    R = TypeVar("R", covariant=True)

    class Native(Protocol):
        """What the trigger hands over: an `azure.functions.HttpRequest`."""

        @property
        def headers(self) -> Mapping[str, str]: ...
        @property
        def route_params(self) -> Mapping[str, str]: ...
        def get_body(self) -> bytes: ...

    class MakeResponse(Protocol[R]):
        """`azure.functions.HttpResponse`."""

        def __call__(self, body: str, *, status_code: int, mimetype: str) -> R: ...

    class Serve(Protocol[R]):
        """Answers one request. durable: of the `durableClient` binding."""

        async def __call__(self, request: Native, durable: str = ..., context: Context | None = ...) -> R: ...

    Request = Mapping[str, Any]

_STATUS: dict[type[CloudlessError], int] = {
    ExecutionExists: 409,
    InvalidArgument: 400,
    NotFound: 404,
    PermissionDenied: 403,
    Unavailable: 503,
    UnsupportedError: 501,
}
_UNSIGNED = 401
_FAILED = 500
LONGEST_S = 230.0
"""An HTTP answer may take: https://learn.microsoft.com/en-us/azure/azure-functions/functions-scale#timeout"""


def serve(facts: Mapping[str, Any], cloud: AzureCloud, respond: MakeResponse[R]) -> Serve[R]:
    """What answers the calls of a deployed app.

    facts: {"functions": {"charge": {…}}, "orchestrations": {"fulfil": "<sha256>"}, "events": {"approval": ["fulfil"]}};
    of functions as in cloudless.runtime.boot, the rest as in `Executions`.
    """
    return answering(Door(facts, cloud), respond)


def answering(door: Door, respond: MakeResponse[R]) -> Serve[R]:
    """The door as the function of a trigger."""

    def response(status: int, text: str) -> R:
        return respond(text, status_code=status, mimetype="application/json")

    async def answer(request: Native, durable: str = "", context: Context | None = None) -> R:
        verb, name = request.route_params["verb"], request.route_params["name"]
        signature, body = request.headers.get(HEADER) or "", request.get_body()
        return await invoke(
            lambda: response(*door.answer(verb, name, signature, body, durable)),
            lambda: response(*door.late(verb, name)),
            context,
            door.timeout_s(verb, name),
        )

    return answer


class Door:
    """Asks the guard, then calls. Functions are bound, and their modules imported, when they are first called.

    pause: waits between two looks at what goes on. beside: carries out what no caller waits for; by default, a thread.
    """

    def __init__(
        self, facts: Mapping[str, Any], cloud: AzureCloud, pause: Pause = time.sleep, beside: Beside | None = None
    ) -> None:
        self._facts = facts
        self._pause = pause
        self._beside = beside
        self._cloud = cloud
        self._guard = Guard(facts, cloud)
        self._functions: dict[str, Answer] = {}
        self._executions: tuple[str, Executions] | None = None

    def answer(self, verb: str, name: str, signature: str, body: bytes, durable: str) -> tuple[int, str]:
        """Status and text. durable: of the `durableClient` binding, "" without orchestrations."""
        try:
            if not self._guard.is_signed(verb, name, signature, body):
                return _UNSIGNED, _refused("PermissionDenied", "the request is not signed with the key of this call")
            return 200, dump({"value": self._value(verb, name, _request(body), durable)})
        except CloudlessError as problem:
            kind = next((one for one in type(problem).__mro__ if one in _STATUS), None)
            name = kind.__name__ if kind else type(problem).__name__
            return _STATUS[kind] if kind else _FAILED, _refused(name, str(problem))
        except Exception as problem:  # a bug of ours, which the caller is to hear of, too
            import logging

            logging.getLogger(LOG).exception("%s %s failed", verb, name)
            return _FAILED, _refused("InternalError", f"{type(problem).__name__}: {problem}")

    def timeout_s(self, verb: str, name: str) -> float:
        """How long the function that is called may take."""
        facts = self._facts["functions"].get(name) if verb == INVOKE else None
        return Plan.from_json(facts["plan"]).timeout_s if facts else LONGEST_S

    def late(self, verb: str, name: str) -> tuple[int, str]:
        """The answer of a function that took longer."""
        text = f"the handler took longer than {self.timeout_s(verb, name):g} s"
        return 200, dump({"value": dump({"error": ["TimeoutError", text]})})

    def close(self) -> None:
        """Close the connections to the extension, which a deployed app never does."""
        if self._executions is not None:
            self._executions[1].close()

    def _value(self, verb: str, name: str, request: Request, durable: str) -> Any:
        if verb == INVOKE:
            return self._function(name)(_envelope(request))
        executions = self._of(durable)
        if verb == START:
            return executions.start(name, _text(request, "execution"), _envelope(request))
        if verb == CONTROL:
            return executions.control(name, request)
        orchestration, execution = _text(request, "orchestration"), _text(request, "execution")
        return executions.send(name, orchestration, execution, _envelope(request))

    def _function(self, name: str) -> Answer:
        found = self._functions.get(name)
        if found is None:
            facts = self._facts["functions"][name]
            found = self._functions[name] = entry.function(binding(facts, self._cloud), boot.registered(facts).result)
        return found

    def _of(self, durable: str) -> Executions:
        """Executions behind that binding, which is the same for as long as the host runs."""
        if self._executions is None or self._executions[0] != durable:
            from cloudless_azure.runtime.durable_client import DurableClient
            from cloudless_azure.runtime.execution import Executions
            from cloudless_azure.runtime.purge import aside

            found = Executions(self._facts, self._cloud, DurableClient(durable), self._pause, self._beside or aside)
            self._executions = durable, found
        return self._executions[1]


def _request(body: bytes) -> Request:
    found = load(body.decode("utf-8", "replace"))
    if not is_object(found):
        raise InvalidArgument("the request is no JSON object")
    return found


def _envelope(request: Request) -> Envelope:
    return unpack(_text(request, "body"), {}, _text(request, "system"), native_id="", native_attempt=1, sent_s=0)


def _text(request: Request, name: str) -> str:
    """A text that a request must have."""
    found = request.get(name)
    if not isinstance(found, str):
        raise InvalidArgument(f"the request has no text {name!r}")
    return found


def _refused(kind: str, text: str) -> str:
    return dump({"refused": [kind, text]})
