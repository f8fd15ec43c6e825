"""The entry of a function: one for its direct calls, for messages of `invoke_later`, and for steps.

    call_charge = function(DEPLOYED["facts"], cloud)

    request                                 answer
    {"call": {"system", "body"}}            200 {"result": value} or {"error": [type, text]}; body: arguments by name
    {"args": {…}, "ctx": {…}}               see step.py
    a push                                  see queue.py

facts: as in `cloudless.runtime.boot`, the plan that of calls, and "later", the plan of the queue, where there is one.
What a function exits with is no answer: 500 {"crashed": text}, as where its process has ended.
"""

from __future__ import annotations

from cloudless.errors import InvalidArgument
from cloudless.runtime import entry
from cloudless.runtime.routine import Routine
from cloudless.system import opened
from cloudless_gcp.runtime.invocation import binding
from cloudless_gcp.runtime.queue import handle_with
from cloudless_gcp.runtime.reply import answer, crashed, event_of, refused
from cloudless_gcp.runtime.stage import starting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from cloudless.driver.provider import Cloud
    from cloudless_gcp.runtime import queue
    from cloudless_gcp.runtime.reply import Answer, Request

    Handle = Callable[[Request], queue.Answer | Answer]


@starting
def function(facts: Mapping[str, Any], cloud: Cloud) -> Handle:
    """The function of a function."""
    made = _Function(facts, cloud)

    def handle(request: Request) -> queue.Answer | Answer:
        try:
            event = event_of(request)
            if "args" in event:
                return made.stepped(event)
            if "call" in event:
                return made.called(event["call"])
            if "message" in event and made.later is not None:
                return made.later(request)
        except InvalidArgument as problem:
            return refused(problem)
        from cloudless_gcp.runtime.stranger import stranger

        return refused(stranger(request.get_data(), facts["plan"]["handler"], made.takes()))

    return handle


class _Function:
    """The three ways to one function."""

    def __init__(self, facts: Mapping[str, Any], cloud: Cloud) -> None:
        self._cloud = cloud
        self._routine = Routine(facts, binding(facts, cloud))
        self.later = _later({**facts, "plan": facts["later"]}, cloud) if "later" in facts else None

    def takes(self) -> str:
        """What requests the function has, as people read it."""
        return f"calls, steps{' and pushes of its queue' if self.later else ''}"

    def called(self, message: object) -> Answer:
        """The answer to a direct call. Raises InvalidArgument for a message that is none."""
        envelope = opened(message)
        try:
            return answer(self._routine.answer(envelope))
        except BaseException as problem:  # noqa: BLE001  (an exit, which the caller hears of as one)
            return crashed(problem)

    def stepped(self, event: dict[str, Any]) -> Answer:
        """The answer to a step."""
        from cloudless_gcp.runtime.step import answered

        return answered(event, self._cloud.now_s(), lambda cause: self._routine.reply(event, cause))


def _later(facts: Mapping[str, Any], cloud: Cloud) -> queue.Handle:
    bound = binding(facts, cloud)
    return handle_with(entry.consumer(bound), bound.plan, cloud)
