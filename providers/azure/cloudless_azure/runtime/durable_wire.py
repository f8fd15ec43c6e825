"""What goes to and fro between an orchestrator, its activity and its callers: JSON as text, inside a string.

As a value it would not arrive as it was sent: the extension reads strings that look like dates as such, and the SDK
makes objects of dicts with a key "__class__".
"""

from __future__ import annotations

import json

from cloudless.codec import is_object
from cloudless.engine.error import error_of
from cloudless.errors import InternalError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from cloudless.engine.error import Error

ORCHESTRATOR = "cl_orchestrator"
ACTIVITY = "cl_activity"
EVENT = "cl"
"""The one external event: all that is sent to an execution comes by it, and the engine keeps the mailbox."""

FAILURE = "cloudless:"
"""What stands before the error in the text of a failure."""


_LONGEST = 2_000
"""Characters of a message of ours about a failure that others describe."""


class Order:
    """The input of an orchestrator.

    definition: its identity. execution: "" for the instance itself. arguments: by name. portion: of a fan-out, instead.
    entropy: what nobody can guess, drawn by who starts the execution; UUIDs are made of it.
    """

    __slots__ = ("arguments", "definition", "entropy", "execution", "portion")

    def __init__(
        self,
        definition: str,
        execution: str = "",
        arguments: dict[str, Any] | None = None,
        portion: dict[str, Any] | None = None,
        entropy: str = "",
    ) -> None:
        self.definition = definition
        self.execution = execution
        self.arguments = arguments or {}
        self.portion = portion
        self.entropy = entropy

    @classmethod
    def read(cls, text: Any) -> Order:
        """The order of such a text."""
        found = object_in(text)
        if found is None:
            raise InternalError(f"an orchestrator was started with {text!r}, which is no order of ours")
        return cls(**found)

    def text(self) -> str:
        """What `client.start_new` takes as `client_input`."""
        plain = {
            "definition": self.definition,
            "execution": self.execution,
            "arguments": self.arguments,
            "portion": self.portion,
            "entropy": self.entropy,
        }
        return json.dumps({name: value for name, value in plain.items() if value})


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
            found = json.loads(found)
        except ValueError:
            return None
    return found if is_object(found) else None


def output(outcome: dict[str, Any]) -> str:
    """What an orchestrator returns: {"v": value}. Raises the text of the error, if there is one."""
    if "err" in outcome:
        raise Exception(FAILURE + json.dumps(outcome["err"]))  # noqa: TRY002  (the SDK keeps no more than the text)
    return json.dumps(outcome)


def error_in(text: str) -> Error | None:
    """The error in the text of a failed instance, which others have written around; None where it is not ours."""
    _, found, rest = text.partition(FAILURE)
    if not found:
        return None
    error: Error = json.JSONDecoder().raw_decode(rest)[0]
    return error
