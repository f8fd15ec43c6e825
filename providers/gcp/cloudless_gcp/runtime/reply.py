"""Requests with JSON in them, and answers of JSON: of calls, steps, the worker and the broker."""

from __future__ import annotations

from cloudless.codec import dump, is_object, load
from cloudless.errors import CloudlessError, InvalidArgument

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Protocol

    class Request(Protocol):
        """What functions-framework hands over: a `flask.Request`, of which this much counts."""

        @property
        def environ(self) -> Mapping[str, Any]: ...
        def get_data(self) -> bytes: ...

    Answer = tuple[str, int, Mapping[str, str]]
    """What Flask makes an answer of: text, status, headers."""

_JSON = {"content-type": "application/json"}


def event_of(request: Request) -> dict[str, Any]:
    """The JSON object in a request; InvalidArgument where there is none."""
    try:
        event = load(request.get_data().decode())
    except (CloudlessError, ValueError) as problem:
        raise InvalidArgument(f"the request is no JSON: {problem}") from problem
    if not is_object(event):
        raise InvalidArgument(f"the request is JSON, but no object ({type(event).__name__})")
    return event


def answer(text: str, status: int = 200) -> Answer:
    """An answer of JSON text."""
    return text, status, _JSON


def refused(problem: Exception) -> Answer:
    """The answer to a request that cannot be read: {"refused": text}. It stands in the log as well."""
    import logging

    logging.getLogger("cloudless").warning("a request was refused: %s", problem)
    return answer(dump({"refused": str(problem)}), 400)


def crashed(problem: BaseException) -> Answer:
    """The answer where a handler left, e.g. by `sys.exit`: to the caller, the function's process ended."""
    import logging

    text = f"the handler ended with {problem!r}"
    logging.getLogger("cloudless").error("%s", text)
    return answer(dump({"crashed": text}), 500)
