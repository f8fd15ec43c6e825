"""What stands before functions: Cloud Run's front, API Gateway, and Workflows' own requests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode, urlsplit

from providers.gcp.tests.apigateway.api import Backward
from providers.gcp.tests.bridge import Gateway as MadeGateway
from providers.gcp.tests.bridge import Google
from providers.gcp.tests.functions.service import CloudRun
from providers.gcp.tests.gateway.backends import NotModelled
from providers.gcp.tests.gcwsim import Request as Asked
from providers.gcp.tests.gcwsim import Response as Told
from providers.gcp.tests.iam.front import Source, admitted
from tests.hosting.http import Request, Response

Answer = Callable[[Request], Response]
_FORWARDED_FOR = "203.0.113.7"
"""Whoever is outside: https://www.rfc-editor.org/rfc/rfc5737."""


class Front:
    """Cloud Run's: https://region-project.cloudfunctions.net/function/path, to the function's /path, if it may."""

    def __init__(self, google: Google, functions: CloudRun) -> None:
        self._google = google
        self._functions = functions

    def answer(self, request: Request, source: Source = Source.OUTSIDE) -> Response:
        """What its caller gets. request: as it comes to the server of functions."""
        name, _, rest = request.path[1:].partition("/")
        made = self._google.functions.get(name)
        if made is None:
            return Response(status=404, body=b"Page not found")
        found = admitted(
            request,
            iam=self._google.iam,
            identities=self._google.identities,
            service=made.service,
            audiences=made.audiences,
            ingress=made.ingress,
            source=source,
        )
        if isinstance(found, Response):
            return found
        return self._functions.answer(name, replace(_forwarded(found), path=f"/{rest}"))

    def asked(self, backward: Backward) -> Response:
        """As API Gateway asks its backend."""
        return self.answer(backward.request)


def _forwarded(request: Request) -> Request:
    """With what Google's front adds.

    https://cloud.google.com/functions/docs/reference/headers
    """
    known = {name.lower() for name, _ in request.headers}
    before = request.header("X-Forwarded-For")
    kept = tuple((name, value) for name, value in request.headers if name.lower() != "x-forwarded-for")
    more = [("X-Forwarded-For", f"{before},{_FORWARDED_FOR}" if before else _FORWARDED_FOR)]
    if "x-forwarded-proto" not in known:
        more.append(("X-Forwarded-Proto", "https"))
    return replace(request, headers=(*kept, *more))


def public(gateway: MadeGateway, google: Google, front: Front) -> Answer:
    """API Gateway's own front: for everybody."""
    member = f"serviceAccount:{gateway.account}"

    def answer(request: Request) -> Response:
        return gateway.api.answer(request, front.asked, lambda audience: google.identities.id_token(member, audience))

    return answer


class Requests:
    """Requests of executions, each as its workflow's service account. others: answers those for Google's APIs."""

    def __init__(self, google: Google, front: Front, others: Answer) -> None:
        self._google = google
        self._front = front
        self._others = others

    def send(self, asked: Asked) -> Told:
        """Carry one out. https://cloud.google.com/workflows/docs/authenticate-from-workflow."""
        url = urlsplit(asked.url)
        account = self._google.workflows[asked.execution.partition("/executions/")[0]].account
        headers = {**asked.headers, "Host": url.netloc, **self._authorization(asked, account)}
        if asked.body is not None and not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = "application/json"
        query = "&".join(part for part in (url.query, urlencode(asked.query, doseq=True)) if part)
        request = Request(
            method=asked.method,
            path=url.path or "/",
            query=query,
            headers=tuple(headers.items()),
            body=asked.content(),
        )
        is_function = url.netloc.endswith(".cloudfunctions.net")
        answer = self._front.answer(request, Source.GOOGLE) if is_function else self._others(request)
        return Told(answer.status, answer.body, dict(answer.headers))

    def _authorization(self, asked: Asked, account: str) -> dict[str, str]:
        auth: dict[str, Any] = asked.auth or {}
        member = f"serviceAccount:{account}"
        match auth.get("type"):
            case None:
                return {}
            case "OIDC":
                audience = str(auth.get("audience") or asked.url)
                return {"Authorization": f"Bearer {self._google.identities.id_token(member, audience)}"}
            case "OAuth2":
                return {"Authorization": f"Bearer {self._google.identities.token(member)}"}
            case other:
                raise NotModelled(f"a request of Workflows with auth {other!r}")
