"""How each service says no: AWS JSON, query and REST JSON protocols.

https://smithy.io/2.0/aws/protocols/index.html
"""

from __future__ import annotations

import json
from xml.sax.saxutils import escape

from tests.hosting.http import Response

_DENIED = {"sqs": ("AccessDenied", 403), "sns": ("AuthorizationError", 403)}
"""Codes by which services deny, where it is not AccessDeniedException.

https://docs.aws.amazon.com/sns/latest/api/API_Publish.html#API_Publish_Errors
"""
_STRANGE = {"sqs": ("InvalidClientTokenId", 403), "sns": ("InvalidClientTokenId", 403)}
_QUERY = {"sns", "sts"}
_REST = {"lambda", "scheduler"}


def denied(service: str, text: str) -> Response:
    """IAM says no."""
    code, status = _DENIED.get(service, ("AccessDeniedException", 403 if service in _REST else 400))
    return refused(service, code, text, status)


def unrecognised(service: str) -> Response:
    """Nobody knows this access key."""
    code, status = _STRANGE.get(service, ("UnrecognizedClientException", 403 if service in _REST else 400))
    return refused(service, code, "The security token included in the request is invalid.", status)


def refused(service: str, code: str, text: str, status: int) -> Response:
    """An error in the service's protocol."""
    if service in _QUERY:
        body = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{escape(text)}</Message></Error>"
        xml = f"{body}<RequestId>0</RequestId></ErrorResponse>"
        return Response(status=status, headers=(("Content-Type", "text/xml"),), body=xml.encode())
    headers: tuple[tuple[str, str], ...] = (("Content-Type", "application/json"), ("x-amzn-ErrorType", code))
    if service == "sqs":
        headers = (*headers, ("x-amzn-query-error", f"{code};Sender"))
    body = json.dumps({"__type": f"com.amazonaws.{service}#{code}", "message": text, "Message": text})
    return Response(status=status, headers=headers, body=body.encode())
