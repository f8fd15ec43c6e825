"""What orchestrations do beside calling functions, for platforms that have a function of ours for it: the worker.

    {"op": "pure", "name", "args", "ctx"}                                        {"v": value}
    {"op": "send" or "publish", "resource", "body", "attributes", "delay_s",     {"v": id of the message}
     "group", "ctx"}

ctx: see step.py. resource: logical name. A step that comes again sends the same message, by its id. What fails is
{"err": error}, see failure.py.
"""

from __future__ import annotations

from cloudless.codec import dump, is_object
from cloudless.driver.error import error_of
from cloudless.errors import CloudlessError, InvalidArgument, Unavailable
from cloudless.runtime import boot, entry
from cloudless.runtime.failure import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Protocol

    from cloudless.driver.provider import Cloud
    from cloudless.message import Envelope, StepEnvelope
    from cloudless.runtime.step import Attempt

    Bind = Callable[[Mapping[str, Any]], entry.Binding]
    """The handler that facts describe, its time watched."""

    class Sending(Protocol):
        """See `cloudless.sending`."""

        def send(
            self,
            target: str,
            payload: Mapping[str, Any],
            key: str,
            cause: Envelope,
            *,
            cloud: Cloud,
            orchestration: str,
        ) -> str: ...


PURE = "pure"
_NOUNS = {"send": "queue", "publish": "topic"}
_USUAL: dict[str, Any] = {"body": None, "attributes": {}, "delay_s": 0, "group": ""}


class Worker:
    """Carries steps out.

    facts: {"app", "include", "plans": of pure functions by name}; each is bound when it is first called.
    """

    __slots__ = ("_bind", "_cloud", "_facts", "_pures", "_sending")

    def __init__(self, facts: Mapping[str, Any], cloud: Cloud, bind: Bind, sending: Sending) -> None:
        self._facts = facts
        self._cloud = cloud
        self._bind = bind
        self._sending = sending
        self._pures: dict[str, Attempt] = {}

    def reply(self, event: Mapping[str, Any], cause: StepEnvelope) -> str:
        """The reply to one step; raises InvalidArgument for one that cannot be read."""
        if event["op"] == PURE:
            return self._pure(_text(event, "name"))(dump(event.get("args", {})), cause)
        return self._sent(event, cause)

    def _pure(self, name: str) -> Attempt:
        found = self._pures.get(name)
        if found is None:
            plan = self._facts["plans"].get(name)
            if plan is None:
                raise InvalidArgument(
                    f"the worker has no pure function {name!r}; it has: {sorted(self._facts['plans'])}"
                )
            facts = {**self._facts, "plan": plan}
            found = self._pures[name] = entry.attempt(self._bind(facts), boot.registered(facts).result)
        return found

    def _sent(self, event: Mapping[str, Any], cause: StepEnvelope) -> str:
        payload = {name: event.get(name, otherwise) for name, otherwise in _USUAL.items()}
        target = f"{_NOUNS[event['op']]}:{_text(event, 'resource')}"
        orchestration = event["ctx"].get("orchestration") or cause.execution
        try:
            id = self._sending.send(
                target, payload, cause.id, cause, cloud=self._cloud, orchestration=orchestration
            )  # fmt: skip
        except Unavailable as problem:
            return dump({"err": error_of("UnavailableError", str(problem))})
        except CloudlessError as problem:
            return dump({"err": failure(problem)})
        return dump({"v": id})


def is_work(event: object) -> bool:
    """Whether an event is for the worker."""
    return is_object(event) and event.get("op") in (PURE, *_NOUNS)


def _text(event: Mapping[str, Any], name: str) -> str:
    found = event.get(name)
    if not isinstance(found, str) or not found:
        raise InvalidArgument(f"a step of the worker, {event['op']!r}, has no text {name!r}")
    return found
