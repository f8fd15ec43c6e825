"""What goes to and fro between an orchestrator, its activity and its callers: JSON as text, inside a string.

As a value it would not arrive as it was sent: the extension reads strings that look like dates as such, and the SDK
makes objects of dicts with a key "__class__".
"""

from __future__ import annotations

import json

from cloudless.codec import is_object, load
from cloudless.driver.error import error_of
from cloudless.errors import InternalError, InvalidBody

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cloudless.driver.error import Error

ORCHESTRATOR = "cl_orchestrator"
ACTIVITY = "cl_activity"
EVENT = "cl"
"""The one external event: all that is sent to an execution comes by it, and the engine keeps the mailbox."""

PORTION = "~"
"""What the id of an instance begins with that runs a portion of a fan-out."""

FAILURE = "cloudless:"
"""What stands before the error in the text of a failure."""

_LONGEST = 2_000
"""Characters of a message of ours about a failure that others describe."""


class Order:
    """The input of an orchestrator.

    definition: its identity. execution: its id, "" for that of the instance. arguments: by name. portion: of a fan-out,
    instead. entropy: what nobody can guess, drawn by who starts the execution; UUIDs are made of it.
    began_s: when that was, seconds since the epoch. deadline_s: of a portion, when its execution's time is up, 0 for
    never.
    trace, correlation: as in an Envelope.
    """

    __slots__ = (
        "arguments", "began_s", "correlation", "deadline_s", "definition", "entropy", "execution", "portion", "trace",
    )  # fmt: skip

    def __init__(
        self,
        definition: str,
        execution: str = "",
        arguments: dict[str, Any] | None = None,
        *,
        portion: dict[str, Any] | None = None,
        entropy: str = "",
        began_s: float = 0,
        deadline_s: float = 0,
        trace: str = "",
        correlation: str = "",
    ) -> None:
        self.definition = definition
        self.execution = execution
        self.arguments = arguments or {}
        self.portion = portion
        self.entropy = entropy
        self.began_s = began_s
        self.deadline_s = deadline_s
        self.trace = trace
        self.correlation = correlation

    @classmethod
    def read(cls, text: Any) -> Order:
        """The order of such a text."""
        found = object_in(text)
        if found is None or "definition" not in found or not found.keys() <= set(cls.__slots__):
            raise InternalError(f"an orchestrator was started with {text!r:.200}, which is no order of ours")
        return cls(**found)

    def text(self) -> str:
        """What an instance is started with."""
        plain = {name: getattr(self, name) for name in self.__slots__}
        return unhidden({name: value for name, value in plain.items() if value})


def portions_of(instance: str, entropy: str) -> str:
    """What the ids of all portions of an execution begin with, and of nothing else: "~<32 digits>:".

    Found by who cancels the execution. They are no executions, and no name begins so. The entropy is in it since an id
    of an execution may be used again.
    """
    from hashlib import sha256

    return f"{PORTION}{sha256(f'{instance} {entropy}'.encode()).hexdigest()[:32]}:"


def unhidden(value: Any) -> str:
    """JSON in which the host sees no credentials.

    An orchestrator that fails says so by an exception, whose text has the error and all actions with their inputs. From
    such texts the host takes what looks like "key=", "Password=", a URL with a password and the like, up to the next
    quotation mark (https://github.com/Azure/azure-functions-host/blob/dev/src/WebJobs.Script/Sanitizer.cs). Each of
    these has one of the two characters that are written as escapes here.
    """
    return json.dumps(value).replace("=", "\\u003d").replace("@", "\\u0040")


def event(name: str, payload: Any, id: str = "") -> str:
    """The data of EVENT."""
    return json.dumps({"name": name, "payload": payload, "id": id})


def event_in(data: Any) -> dict[str, Any] | None:
    """What the mailbox takes of an event; None for one that is not ours: anybody with the host's key can send some."""
    found = object_in(data)
    if found is None or not isinstance(found.get("name"), str):
        return None
    return {"name": found["name"], "payload": found.get("payload"), "id": str(found.get("id", ""))}


def reply_in(result: Any) -> dict[str, Any]:
    """The reply in what an activity, or the instance of a portion, gave. They never fail by themselves."""
    if isinstance(result, Exception):
        return {"err": error_of("Crashed", str(result)[:_LONGEST])}
    found = object_in(result)
    if found is None or not ("v" in found or "err" in found):
        return {"err": error_of("Crashed", f"a step ended with {str(result)[:_LONGEST]!r}, which is no reply")}
    return found


def object_in(text: Any) -> dict[str, Any] | None:
    """The object of a text, however many strings are around it: clients and hosts differ in that. None without one."""
    found = text
    while isinstance(found, str):
        try:
            found = load(found)
        except InvalidBody:
            return None
    return found if is_object(found) else None


def output(outcome: dict[str, Any]) -> str:
    """What an orchestrator returns: {"v": value}. Raises the text of the error, if there is one."""
    if "err" in outcome:
        raise Exception(FAILURE + unhidden(outcome["err"]))  # noqa: TRY002  (the SDK keeps no more than the text)
    return json.dumps(outcome)


def error_in(text: str) -> Error | None:
    """The error in the text of a failed instance, which others have written around; None where it is not ours."""
    _, found, rest = text.partition(FAILURE)
    if not found:
        return None
    try:
        error: Any = json.JSONDecoder().raw_decode(rest)[0]
    except (ValueError, RecursionError):
        return None  # a text that happens to have these words, or that somebody cut
    is_ours = is_object(error) and isinstance(error.get("type"), str) and isinstance(error.get("message"), str)
    return error if is_ours else None
