"""Direct calls in memory: the caller waits, in virtual time as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cloudless.driver.current import here
from cloudless.errors import RemoteError
from cloudless.memory.world import US
from cloudless.runtime.crash import Abandoned, TimedOut

if TYPE_CHECKING:
    from cloudless.memory.ondemand import OnDemand
    from cloudless.memory.permissions import Permissions
    from cloudless.memory.world import World
    from cloudless.message import Envelope
    from cloudless.runtime.function import Answer


class MemoryFunctions:
    """See driver.FunctionDriver. answers: function → the runtime's closure; raises NotFound where there is none."""

    def __init__(self, world: World, permissions: Permissions, answers: OnDemand[Answer]) -> None:
        self._world = world
        self._permissions = permissions
        self.answers = answers

    def invoke(self, function: str, call: Envelope, timeout_s: float) -> str:
        answer = self.answers[function]
        world = self._world
        _, handler, cause = here()
        if handler is not None:
            self._permissions.check(handler, "function", function, "invoke")
        world.history.note("invoke", world.now_us, function, call, by=handler, cause=cause.id if cause else "")
        began_us = world.now_us
        try:
            return self._within(answer, call, began_us, timeout_s)
        finally:
            if handler is None:
                world.now_us = world.base_us  # the test itself takes no virtual time
                world.raise_refused()

    def _within(self, answer: Answer, call: Envelope, began_us: int, timeout_s: float) -> str:
        world = self._world
        deadline_us = began_us + round(timeout_s * US)
        late: TimedOut | None = None
        try:
            reply = answer(call)
            if world.now_us <= deadline_us:
                return reply
        except TimedOut as end:
            late = end
        except Abandoned as end:
            raise RemoteError("Crashed", "the function died without an answer") from end
        world.now_us = max(deadline_us, world.base_us)
        raise TimeoutError(f"no answer within {timeout_s:g} s") from late

    def native(self, function: str) -> Any:
        return self.answers[function]
