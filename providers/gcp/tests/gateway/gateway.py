"""Gateway: reads who asks for what, checks whether Google would understand it and they may, and has it answered."""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from providers.gcp.tests.discovery import Call, problems, read
from providers.gcp.tests.errors import ApiError, answered, refused
from providers.gcp.tests.gateway.backends import Backend
from providers.gcp.tests.gateway.host import FUNCTIONS, Hosts
from providers.gcp.tests.gateway.tokens import TOKEN_PATH, Tokens
from providers.gcp.tests.iam import Iam, Identities, asked
from tests.hosting.http import Request, Response
from tests.hosting.loopback import Loopback

CALLBACK = re.compile(
    r"/v1/(?P<workflow>projects/[^/]+/locations/[^/]+/workflows/[^/]+)/executions/[^/]+/callbacks/[^/]+"
)
"""https://cloud.google.com/workflows/docs/creating-callback-endpoints#invoke-callback."""
_FAILED = Response(status=501, body=b"the stand-in does not know")


@dataclass(frozen=True, slots=True)
class Made:
    """A request that came. member: who asked. status: of the answer."""

    member: str
    service: str
    method: str
    status: int


class Gateway:
    """See the module. Safe from several threads.

    backends: by API. functions: answers requests for functions, whose own front checks them. callback: takes a request
    to a callback of Workflows, and gives the status of its answer. tokens: gives them to those outside.
    requests: all that came, but those for functions. problems: what no test may run into, as text: what a stand-in
    does not know, and what Google would not understand.
    """

    def __init__(
        self,
        hosts: Hosts,
        *,
        iam: Iam,
        identities: Identities,
        backends: Mapping[str, Backend],
        functions: Callable[[Request], Response],
        callback: Callable[[Request], int],
        tokens: Tokens,
    ) -> None:
        self.requests: list[Made] = []
        self.problems: list[str] = []
        self._hosts = hosts
        self._iam = iam
        self._identities = identities
        self._backends = backends
        self._functions = functions
        self._callback = callback
        self._tokens = tokens
        self._front = Loopback()
        self._front.serve(self.answer)

    @property
    def url(self) -> str:
        return self._front.url

    def close(self) -> None:
        self._front.close()

    def check(self) -> None:
        """Raise AssertionError for what no test may run into."""
        assert not self.problems, "\n".join(self.problems)

    def answer(self, request: Request) -> Response:
        """To whatever server of Google's."""
        try:
            return self._answer(request)
        except Exception:  # noqa: BLE001  (told by check())
            self.problems.append(f"{request.method} {request.header('Host')}{request.path}\n{traceback.format_exc()}")
            return _FAILED

    def _answer(self, request: Request) -> Response:
        host = request.header("Host")
        if request.path == TOKEN_PATH and host == self.url.removeprefix("http://"):
            return self._tokens.exchange(request)
        service = self._hosts.service(host)
        if service == FUNCTIONS:
            return self._functions(request)
        member = self._identities.bearer(request.header("Authorization"))
        try:
            return self._told(member, service, request)
        except ApiError as problem:
            self.requests.append(Made(member or "", service, request.path, problem.status))
            return refused(problem)

    def _told(self, member: str | None, service: str, request: Request) -> Response:
        if member is None:
            raise ApiError("UNAUTHENTICATED", "Request had invalid authentication credentials.")
        callback = CALLBACK.fullmatch(request.path) if service == "workflowexecutions" else None
        if callback:
            self._iam.require(member, "workflows.callbacks.send", callback["workflow"])
            status = self._callback(request)
            self.requests.append(Made(member, service, "callback", status))
            return answered({}, status)
        return self._checked(member, read(request, service))

    def _checked(self, member: str, call: Call) -> Response:
        for one in asked(call):
            self._iam.require(member, one.permission, one.resource)
        wrong = problems(call)
        if wrong:
            self.problems.append(f"{call.service} {call.method}: {'; '.join(wrong)}")
            raise ApiError("INVALID_ARGUMENT", "; ".join(wrong))
        answer = self._backends[call.service](call)
        self.requests.append(Made(member, call.service, call.method, answer.status))
        return answer
