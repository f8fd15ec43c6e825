"""Lists, a page at a time."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any

from providers.aws.tests.stepfunctions.errors import ApiError
from providers.aws.tests.stepfunctions.limits import PAGE


def page(name: str, items: Sequence[Any], parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What maxResults and nextToken ask for, and the token of the rest."""
    start = _offset(parameters.get("nextToken"))
    end = start + (parameters.get("maxResults") or PAGE)
    rest = {"nextToken": base64.b64encode(f"at/{end}".encode()).decode()} if end < len(items) else {}
    return {name: list(items[start:end]), **rest}


def _offset(token: str | None) -> int:
    if token is None:
        return 0
    try:
        kind, _, number = base64.b64decode(token, validate=True).decode().partition("/")
    except (binascii.Error, UnicodeDecodeError):
        kind, number = "", ""
    if kind != "at" or not number.isdecimal():
        raise ApiError("InvalidToken", "Invalid Token: 'Invalid token'")
    return int(number)
