"""JSON as Workflows reads it: integers have 64 bits."""

from __future__ import annotations

import json
from typing import Any

from providers.gcp.tests.gcwsim.errors import Unspecified
from providers.gcp.tests.gcwsim.limits import INT_MAX, INT_MIN
from providers.gcp.tests.gcwsim.pages import DATATYPES


def decoded(text: str | bytes) -> Any:
    """A value of JSON. Raises ValueError, and Unspecified for integers that do not fit."""
    return json.loads(text, parse_int=_integer, parse_constant=_refuse)


def _integer(text: str) -> int:
    value = int(text)
    if not INT_MIN <= value <= INT_MAX:
        raise Unspecified(f"{text} in JSON does not fit into 64 bits", DATATYPES)
    return value


def _refuse(text: str) -> Any:
    raise ValueError(f"{text} is no JSON")
