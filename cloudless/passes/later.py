"""Leave out the queues of `invoke_later` that nobody in the program sends to."""

from __future__ import annotations

from cloudless.ir import Application, Function
from cloudless.node import replace


def only_used(application: Application) -> Application:
    """The application without the internal queues of functions that no handler invokes later.

    For what is deployed: a queue that is polled costs money. A simulation keeps them, because a test invokes
    what it likes; callers outside of the app need a handler that mentions the call, or names it with `uses=`.
    """
    invoked = {grant.name for one in application.handlers for grant in one.grants if grant.verb == "invoke_later"}
    consumed = {consumer.queue for consumer in application.consumers}
    kept = [_kept(one, one.name in invoked or one.dead_letters in consumed) for one in application.functions]
    return replace(application, functions=tuple(kept))


def _kept(function: Function, used: bool) -> Function:
    return function if used else replace(function, queue="", dead_letters="")
