"""Gateway: reads who asks for what, checks whether they may, and has it answered."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from providers.aws.tests.bridge import Access, Denied, Request, Role, asked
from providers.aws.tests.gateway import refusal
from providers.aws.tests.gateway.backends import Backend
from providers.aws.tests.gateway.call import Call, NoCall, read
from providers.aws.tests.gateway.callers import Callers
from tests.hosting import http
from tests.hosting.http import Response
from tests.hosting.loopback import Loopback

_FAILED = Response(status=501, body=b"the stand-in does not know")


@dataclass(frozen=True, slots=True)
class Made:
    """A request that came. role: the ARN of who asked, "" for whoever deploys. status: of the answer."""

    role: str
    service: str
    operation: str
    status: int


class Gateway:
    """See the module. backends: by service, as it signs. Safe from several threads.

    requests: all that came. problems: what no test may run into: what a stand-in does not know, as text. secrets: ARNs
    by name, which IAM is asked for.
    """

    def __init__(
        self, callers: Callers, access: Access, backends: Mapping[str, Backend], account: str, region: str
    ) -> None:
        self.secrets: Mapping[str, str] = {}
        self.requests: list[Made] = []
        self.problems: list[str] = []
        self._callers = callers
        self._access = access
        self._backends = backends
        self._place = account, region
        self._front = Loopback()
        self._front.serve(self._safely)

    @property
    def url(self) -> str:
        return self._front.url

    def close(self) -> None:
        self._front.close()

    def check(self) -> None:
        """Raise AssertionError for what no test may run into."""
        assert not self.problems, "\n".join(self.problems)

    def _safely(self, request: http.Request) -> Response:
        try:
            return self._answer(request)
        except Exception:  # noqa: BLE001  (told by check())
            self.problems.append(f"{request.method} {request.path}\n{traceback.format_exc()}")
            return _FAILED

    def _answer(self, request: http.Request) -> Response:
        call = read(request)
        role = self._callers.roles.get(call.key, "")
        if not self._callers.is_known(call.key):
            return refusal.unrecognised(call.service)
        if call.region != self._place[1]:
            raise NoCall(f"{call.service} {call.operation} in {call.region}: this stage is in {self._place[1]}")
        answer = self._checked(call, role)
        self.requests.append(Made(role, call.service, call.operation, answer.status))
        return answer

    def _exact(self, params: Mapping[str, Any]) -> Mapping[str, Any]:
        """A secret's ARN ends in six characters that its name does not tell."""
        secret = self.secrets.get(params.get("SecretId", ""))
        return {**params, "SecretId": secret} if secret else params

    def _checked(self, call: Call, role: str) -> Response:
        try:
            for one in asked(call.service, call.operation, self._exact(call.params), *self._place) if role else ():
                self._access.require(Request(one.action, one.resource, Role(role), one.context))
        except Denied as problem:
            return refusal.denied(call.service, str(problem))
        return self._backends[call.service](call)
