"""What Cloud Run asks before it lets a request in: where it comes from, whose token it carries, what they may.

https://cloud.google.com/run/docs/authenticating/service-to-service
https://cloud.google.com/run/docs/securing/ingress
https://cloud.google.com/run/docs/troubleshooting#unauthorized-client
"""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum

from providers.gcp.tests.iam.iam import Iam
from providers.gcp.tests.iam.identity import Identities
from tests.hosting.http import Request, Response

INVOKE = "run.routes.invoke"
SERVERLESS = "X-Serverless-Authorization"
"""Where it is there, it is what counts.

https://cloud.google.com/run/docs/authenticating/service-to-service#set-up-sa
"""
REMOVED = "SIGNATURE_REMOVED_BY_GOOGLE"
"""https://cloud.google.com/run/docs/troubleshooting#signature-removed"""


class Source(Enum):
    """Where a request comes from.

    GOOGLE: Pub/Sub, Cloud Scheduler, Cloud Tasks, Eventarc and Workflows of the same project, which count as internal.
    OUTSIDE: anybody else; API Gateway and other functions, too, unless they go through a network of the project's.
    """

    GOOGLE = "google"
    OUTSIDE = "outside"


def admitted(
    request: Request,
    *,
    iam: Iam,
    identities: Identities,
    service: str,
    audiences: Collection[str],
    ingress: str = "ALLOW_ALL",
    source: Source = Source.OUTSIDE,
) -> Request | Response:
    """The request as the container gets it; a Response where it is not let in.

    service: full name, "projects/p/locations/r/services/s". audiences: the URLs of the service.
    """
    if ingress != "ALLOW_ALL" and source is Source.OUTSIDE:
        return _page(404, "Page not found")
    if iam.allows("", INVOKE, service):
        return request  # everybody may: nobody looks at tokens
    name = SERVERLESS if request.header(SERVERLESS) else "Authorization"
    scheme, _, token = request.header(name).partition(" ")
    if not token:
        return _page(403, "Your client does not have permission to get URL from this server.")
    member = identities.identified(token.strip(), audiences) if scheme.lower() == "bearer" else None
    if member is None:
        return _page(401, "Your client does not have permission to the requested URL: the token is not valid.")
    if not iam.allows(member, INVOKE, service):
        return _page(403, "Your client does not have permission to get URL from this server.")
    return _without_signature(request, name)


def _without_signature(request: Request, name: str) -> Request:
    headers = tuple(
        (key, f"{value.rpartition('.')[0]}.{REMOVED}" if key.lower() == name.lower() else value)
        for key, value in request.headers
    )
    return Request(method=request.method, path=request.path, query=request.query, headers=headers, body=request.body)


def _page(status: int, text: str) -> Response:
    body = f"<html><head><title>{status}</title></head><body><h2>{text}</h2></body></html>"
    return Response(status=status, headers=(("Content-Type", "text/html; charset=UTF-8"),), body=body.encode())
