"""An exception as orchestrations know it, the same on every platform: {"type", "mro", "message", "data"}.

type: name of its class. mro: names of its exception classes, itself first, "Exception" last; `except` and `Retry.on`
go by them. message: what it says, cut at 2 KiB. data: its annotated fields as JSON, left out where they are over 8 KiB.
"""

from __future__ import annotations

import sys

from cloudless.codec import check_size, codec_of, dump, load, size_of, write
from cloudless.errors import InvalidArgument, InvalidBody
from cloudless.runtime.outcome import Overran

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MESSAGE_MAX = 2 * 1024
DATA_MAX = 8 * 1024
_OURS = "cloudless.errors"  # whose fields are told by their messages
CUT = "…"
"""What a message ends in that was cut; it is within the 2 KiB."""


def failure(problem: Exception) -> dict[str, Any]:
    """The error that an exception is; whatever its class does, there is one."""
    kind = TimeoutError if isinstance(problem, Overran) else type(problem)
    names = [one.__name__ for one in kind.__mro__ if issubclass(one, Exception)]
    return {"type": names[0], "mro": names, "message": shortened(_text(problem)), "data": _data(problem)}


def limited(error: dict[str, Any]) -> dict[str, Any]:
    """An error that a program raised itself, within the limits of those that come from functions."""
    ours = error["type"] == "CompensationFailed"  # its fields are errors, each within the limits
    data: dict[str, Any] = error["data"] if ours or _fits(error["data"]) else {}
    return {**error, "message": shortened(error["message"]), "data": data}


def conclusion(outcome: dict[str, Any], orchestration: str) -> tuple[str | None, dict[str, Any] | None]:
    """What an execution comes to, within the limits of results and errors: the JSON text of its result, or its error.

    outcome: {"v": value} or {"err": error}, as the engine gives it.
    """
    if "err" in outcome:
        return None, limited(outcome["err"])
    try:
        text = write(outcome["v"])
        check_size(text, 0, f"what orchestration {orchestration} returns")
    except InvalidArgument as problem:  # too large, or no JSON: a lone surrogate, too deep
        return None, failure(problem)
    return text, None


def shortened(text: str) -> str:
    """At most 2 KiB of UTF-8: a longer text is cut between two characters, and ends in "…"; lone surrogates escaped."""
    whole = text.encode("utf-8", "backslashreplace")
    if len(whole) <= MESSAGE_MAX:
        return whole.decode()
    return whole[: MESSAGE_MAX - len(CUT.encode())].decode("utf-8", "ignore") + CUT


def _text(problem: Exception) -> str:
    try:
        return str(problem)
    except Exception as second:  # noqa: BLE001  (the user's `__str__` may raise anything)
        return f"(its text cannot be shown: {type(second).__name__})"


def _data(problem: Exception) -> dict[str, Any]:
    """Fields of an exception by name; without those that are not set, or not of their type."""
    found: dict[str, Any] = {}
    for name, hint in fields_of(type(problem)).items():
        try:
            found[name] = load(codec_of(hint).encode(getattr(problem, name)))
        except Exception:  # noqa: BLE001, S112  (properties and validators of the user's may raise anything)
            continue
    return found if _fits(found) else {}


def _fits(data: dict[str, Any]) -> bool:
    try:
        return size_of(dump(data)) <= DATA_MAX
    except InvalidBody:  # of a program's own: a lone surrogate, too deep
        return False


def fields_of(kind: type[Exception]) -> dict[str, Any]:
    """Types of the annotated fields of an exception class and of its bases, those that begin with _ left out.

    A type that cannot be told where the code runs (imported for type checkers only) is `object`: any JSON.
    """
    found: dict[str, Any] = {}
    for one in reversed(kind.__mro__):
        if issubclass(one, Exception) and one.__module__ != _OURS:
            hints = getattr(one, "__annotations__", {})
            found |= {name: _evaluated(one, hint) for name, hint in hints.items() if _is_field(name, hint)}
    return found


def _is_field(name: str, hint: Any) -> bool:
    words = hint if isinstance(hint, str) else str(hint)
    return not name.startswith("_") and not words.removeprefix("typing.").startswith("ClassVar")


def _evaluated(kind: type, hint: Any) -> Any:
    if not isinstance(hint, str):
        return hint
    space = vars(sys.modules[kind.__module__]) if kind.__module__ in sys.modules else {}
    try:
        return eval(hint, dict(space), dict(vars(kind)))  # nosec B307  # noqa: S307  (the user's own annotation)
    except Exception:  # noqa: BLE001  (a name that is imported for type checkers, or of a class in a function)
        return object
