"""The time of a handler: a signal ends it in the main thread, and elsewhere it is left behind.

    timed(function, 60)(body)              Overran after 60 s
    wait(coroutine, 60)                    the same of a coroutine, which its loop cancels

An instance that has one request at a time answers it in the main thread (decision 0032), where
`cloudless.runtime.alarm` watches it. Those with several, of ours, have threads of gunicorn's, which no signal reaches:
see `aside.py`. So has who serves a handler with more threads, or listens to SIGALRM itself.
"""

from __future__ import annotations

from cloudless.runtime import boot
from cloudless.runtime.alarm import Alarm, is_heard
from cloudless_gcp.deadline import AFTER_S, unbounded, within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping
    from typing import Any

    from cloudless.driver.provider import Cloud
    from cloudless.runtime.entry import Binding

_alarm = Alarm()
"""Of the process."""


def binding(facts: Mapping[str, Any], cloud: Cloud) -> Binding:
    """The handler that the facts describe (see `cloudless.runtime.boot`), its time watched."""
    return boot.watched(facts, cloud, timed, wait)


def timed(function: Callable[..., Any], timeout_s: float) -> Callable[..., Any]:
    """The function, no longer waited for after `timeout_s`: it raises Overran then."""
    ended = _alarm.timed(function, timeout_s)

    def call(*args: Any, **kwargs: Any) -> Any:
        if is_heard():
            return _handled(lambda: ended(*args, **kwargs))
        from cloudless_gcp.runtime import aside

        return _handled(lambda: aside.called(function, args, kwargs, timeout_s))

    return call


def wait(coroutine: Coroutine[Any, Any, Any], timeout_s: float) -> Any:
    """The value of a coroutine; Overran after `timeout_s`."""
    if is_heard():
        return _handled(lambda: _alarm.wait(coroutine, timeout_s))
    from cloudless_gcp.runtime import aside

    return _handled(lambda: aside.waited(coroutine, timeout_s))


def _handled(value: Callable[[], Any]) -> Any:
    """What a handler gives: its own requests take as long as they like, those of ours that follow end in time."""
    is_waited_for = unbounded()
    try:
        return value()
    finally:
        if is_waited_for:
            within(AFTER_S)
