"""The time of a handler, as long as Lambda has time for the event.

    begin(context)                         of an event: Lambda's own end is known from then on
    timed(function, 60)(body)              Overran after 60 s; what the handler was at does not go on
    wait(coroutine, 60)                    the same of a coroutine, which its loop cancels

Lambda calls us in the main thread, so a signal can end what takes longer: see `cloudless.runtime.alarm`.
"""

from __future__ import annotations

from time import monotonic

from cloudless.runtime import boot
from cloudless.runtime.alarm import Alarm

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Protocol

    from cloudless.driver.provider import Cloud
    from cloudless.runtime.entry import Binding

    class Context(Protocol):
        """What Lambda says of an event.

        https://docs.aws.amazon.com/lambda/latest/dg/python-context.html
        """

        @property
        def aws_request_id(self) -> str: ...
        @property
        def invoked_function_arn(self) -> str: ...
        def get_remaining_time_in_millis(self) -> int: ...


RESERVE_S = 3.0
"""What must be left of Lambda's time when a handler's is up: for its dead letter, back-off, and the answer.

Most of it is the SDK, which is imported then, by a small function in a second or two. See limits.MARGIN_S.
"""

_alarm = Alarm(reserve_s=RESERVE_S)
"""Of the process."""
timed = _alarm.timed
wait = _alarm.wait


def binding(facts: Mapping[str, Any], cloud: Cloud) -> Binding:
    """The handler that the facts describe (see `cloudless.runtime.boot`), its time watched."""
    return boot.watched(facts, cloud, timed, wait)


def begin(context: Context) -> None:
    """An event came in."""
    _alarm.ends_s = monotonic() + context.get_remaining_time_in_millis() / 1_000


def has_time(timeout_s: float) -> bool:
    """Whether another handler can have all of its time before Lambda ends the event."""
    return monotonic() + timeout_s + RESERVE_S <= _alarm.ends_s
