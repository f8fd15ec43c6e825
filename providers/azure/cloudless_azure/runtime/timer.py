"""The entry of a schedule: a tick of its timer in, a message on the schedule's internal queue out.

    start_report = timer(DEPLOYED["timers"]["report"], cloud)

    @app.function_name("report_timer")
    @app.timer_trigger(arg_name="tick", schedule="0 0 6,7 * * *")
    @app.retry(strategy="fixed_delay", max_retry_count="-1", delay_interval="00:00:10")
    def fire_report(tick: func.TimerRequest) -> None:
        start_report(tick)

facts: as in `cloudless.runtime.tick`.

A timer ticks at more times than a schedule is due (compile/schedule.py). What is sent is the latest due time since the
last tick, if there is one: on time, up to a second early (the host's clock), late, or after an outage, when one tick
stands for all that were missed. The host stores when it ticked last, in blobs. A tick that failed comes again after
10 s, for ever: until then no other one comes.
https://learn.microsoft.com/en-us/azure/azure-functions/functions-bindings-timer
https://github.com/Azure/azure-webjobs-sdk-extensions/blob/dev/src/WebJobs.Extensions/Extensions/Timers/Listener/TimerListener.cs
"""

from __future__ import annotations

from cloudless.runtime.tick import TICK_S, Timing, run

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, Protocol

    from cloudless_azure.clients.cloud import AzureCloud

    class Tick(Protocol):
        """What the trigger hands over: an `azure.functions.TimerRequest`."""

        @property
        def past_due(self) -> bool: ...
        @property
        def schedule_status(self) -> Mapping[str, Any]: ...


EARLY_S = 30.0
"""A tick may come so long before its time: clocks differ by less than a second, ticks by a minute at least."""


def timer(facts: Mapping[str, Any], cloud: AzureCloud) -> Callable[[Tick], None]:
    """The function of a timer trigger. Raises where the message was not sent, so that the tick comes again."""
    timing = Timing(facts)

    def start(tick: Tick) -> None:
        now_s = cloud.now_s()
        due_s = timing.latest(*span(tick, now_s))
        if due_s is None:
            return
        unsent = cloud.queues.send(timing.queue, [run(timing, due_s, now_s)])
        if unsent:
            raise unsent[0].error

    return start


def span(tick: Tick, now_s: float) -> tuple[int, int]:
    """After which time, and until when, due times are this tick's, in whole seconds.

    Next is what the tick is for, so it is known when it came early. Last is when the one before came, or was to come;
    before the first one both that and LastUpdated, since when the timer is there, may be 0001-01-01.
    """
    status = tick.schedule_status
    next_s = _seconds(status.get("Next"))
    until_s = next_s if next_s is not None and now_s < next_s <= now_s + EARLY_S else now_s
    since_s = _seconds(status.get("Last")) or _seconds(status.get("LastUpdated"))
    if since_s is None:
        first_s = until_s if next_s is None else min(next_s, until_s)
        since_s = first_s // TICK_S * TICK_S - TICK_S
    return int(min(since_s, until_s)), int(until_s)


def _seconds(moment: object) -> float | None:
    """Seconds since the epoch of a time as .NET writes it, e.g. "2026-01-02T08:00:00.0123456+00:00"; None for none."""
    if not isinstance(moment, str):
        return None
    from datetime import UTC, datetime

    try:
        found = datetime.fromisoformat(moment)
    except ValueError:
        return None
    if found.year == 1:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
