"""What goes wrong: definitions and requests that are refused, workflows that raise, and what nobody wrote down.

Refused(Exception)      a definition; holds every problem
ApiError(Exception)     a request to the API; status as in google.rpc.Code
Raised(Exception)       an error in a workflow: what `except` gets
Unspecified(Exception)  the documentation does not say, or its pages disagree: whoever relies on it must not
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from providers.gcp.tests.gcwsim.value import Partial

INVALID = "INVALID"
UNSPECIFIED = "UNSPECIFIED"
"""Codes of problems: the documentation refuses it, or it does not say what comes of it."""


class Problem(NamedTuple):
    """One thing that a definition may not say. path: "main/pack/switch/0/condition"; page: who says so."""

    code: str
    path: str
    message: str
    page: str

    def __str__(self) -> str:
        return f"{self.code}: {self.message} at {self.path or '/'} ({self.page})"


class Refused(Exception):
    """A definition with problems."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("failed to build: " + "; ".join(map(str, self.problems)))


class ApiError(Exception):
    """A refused request. status: "NOT_FOUND"; code: of HTTP."""

    def __init__(self, code: int, status: str, message: str) -> None:
        super().__init__(f"{status}: {message}")
        self.code = code
        self.status = status
        self.message = message


class Unspecified(Exception):
    """Nothing says what Workflows does here. page: where it would stand."""

    def __init__(self, reason: str, page: str) -> None:
        super().__init__(f"{reason} ({page})")
        self.reason = reason
        self.page = page


class Raised(Exception):
    """An error in a workflow. value: a string or a map."""

    def __init__(self, value: Any) -> None:
        super().__init__(value)
        self.value = value


ERROR_TYPES = "https://cloud.google.com/workflows/docs/reference/syntax/error-types"


def raised(tag: str, message: str, **more: Any) -> Raised:
    """An error of Workflows' own. Its page names tags and message; other keys only where `more` has them."""
    return Raised(Partial({"message": message, "tags": [tag], **more}, f"{tag}'s map", ERROR_TYPES))
