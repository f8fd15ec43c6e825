"""The entry of a function: one Lambda for its direct calls, for messages of `invoke_later`, and for steps.

    call_charge = function(DEPLOYED["facts"], cloud)

    event                                   answer
    {"call": {"system", "body"}}            {"result": value} or {"error": [type, text]}; body: arguments by name
    {"args": {…}, "ctx": {…}}               see step.py
    {"Records": […]}                        see queue.py

facts: as in `cloudless.runtime.boot`, the plan that of calls, and "later", the plan of the queue, where there is one.
What a function exits with is no answer: the call has failed, as where its process has ended.
"""

from __future__ import annotations

from cloudless.codec import is_object, load
from cloudless.runtime import entry
from cloudless.runtime.routine import Routine
from cloudless.system import opened
from cloudless_aws.runtime import invocation
from cloudless_aws.runtime.failure import exited
from cloudless_aws.runtime.queue import handle_with, in_turn
from cloudless_aws.runtime.stage import starting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from cloudless_aws.clients.cloud import AwsCloud
    from cloudless_aws.runtime.invocation import Context
    from cloudless_aws.runtime.queue import Handle


@starting
def function(facts: Mapping[str, Any], cloud: AwsCloud) -> Callable[[Any, Context], Any]:
    """The Lambda of a function."""
    made = _Function(facts, cloud)

    def handle(event: Any, context: Context) -> Any:
        if is_object(event):
            if "args" in event:
                return made.stepped(event, context)
            if "call" in event:
                return made.called(event["call"], context)
            if "Records" in event and made.later is not None:
                return made.later(event, context)
        from cloudless_aws.runtime.stranger import refused

        raise refused(event, facts["plan"]["handler"], made.takes())

    return handle


class _Function:
    """The three ways to one function."""

    def __init__(self, facts: Mapping[str, Any], cloud: AwsCloud) -> None:
        self._cloud = cloud
        self._routine = Routine(facts, invocation.binding(facts, cloud))
        self.later: Handle | None = _later({**facts, "plan": facts["later"]}, cloud) if "later" in facts else None

    def takes(self) -> str:
        """What events the function has, as people read it."""
        return f"calls, steps{' and messages of its queue' if self.later else ''}"

    def called(self, message: object, context: Context) -> Any:
        """The answer to a direct call."""
        envelope = opened(message)
        invocation.begin(context)
        try:
            return load(self._routine.answer(envelope))
        except Exception:
            raise
        except BaseException as problem:  # noqa: BLE001  (an exit, which the caller hears of as one)
            raise exited(problem) from None

    def stepped(self, event: dict[str, Any], context: Context) -> dict[str, Any]:
        """The answer to a step."""
        from cloudless_aws.runtime.step import answered

        return answered(event, context, self._cloud.now_s(), lambda cause: self._routine.reply(event, cause))


def _later(facts: Mapping[str, Any], cloud: AwsCloud) -> Handle:
    bound = invocation.binding(facts, cloud)
    return handle_with(in_turn(entry.consumer(bound), bound.plan), bound.plan, cloud)
