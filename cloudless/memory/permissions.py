"""The permissions that the compiler will emit, enforced: a handler may do what its code mentions, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cloudless.driver.grant import use_of
from cloudless.errors import PermissionDenied

if TYPE_CHECKING:
    from cloudless.ir import Application
    from cloudless.memory.world import World


class Permissions:
    """Grants by handler, from the IR."""

    def __init__(self, application: Application, world: World) -> None:
        self._world = world
        granted = [(one.name, one.grants) for one in application.handlers]
        granted += [(one.name, one.grants) for one in application.orchestrations]
        self._granted = {(name, one.noun, one.name, one.verb) for name, grants in granted for one in grants}
        self._widen(application)
        if application.orchestrations:
            self._widen_to_called(application)

    def _widen(self, application: Application) -> None:
        """`invoke_later` sends to the function's internal queue; `redrive` to the queue in front."""
        behind = {queue.dead_letters: queue.name for queue in application.queues if queue.dead_letters}
        behind |= {one.dead_letters: one.name for one in application.subscriptions if one.dead_letters}
        later = {function.name: function.queue for function in application.functions}
        for handler, noun, name, verb in list(self._granted):
            if noun == "function" and verb == "invoke_later":
                self._granted.add((handler, "queue", later[name], "send"))
            if verb == "redrive" and name in behind:
                self._granted.add((handler, "queue", behind[name], "send"))

    def _widen_to_called(self, application: Application) -> None:
        """What an orchestration does that another one calls, it does in the name of the other's execution."""
        from cloudless.passes.definition import called

        for one in application.orchestrations:
            within = called(application, one.name)
            self._granted |= {
                (one.name, grant.noun, grant.name, grant.verb) for part in within for grant in part.grants
            }

    def check(self, handler: str, noun: str, name: str, *verbs: str) -> None:
        """Refuse a verb (any of several that would do) that the handler was not granted."""
        for verb in verbs:
            if (handler, noun, name, verb) in self._granted:
                return
        raise self._world.refuse(
            PermissionDenied(
                f"handler {handler!r} may not {verbs[0]} {noun} {name!r}: its code does not mention it. "
                f"Mention it in the handler, or add uses=[{use_of(verbs[0], name)}] to its decorator"
            )
        )
