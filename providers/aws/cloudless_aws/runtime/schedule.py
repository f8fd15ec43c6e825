"""The entry of a deployed schedule: ticks of EventBridge Scheduler in, through the schedule's internal queue.

    run_report = schedule(DEPLOYED["facts"], cloud)

Scheduler sends {"schedule": "report", "due": "<aws.scheduler.scheduled-time>", "timezone": "Europe/Berlin"}, in UTC and
at a superset of the due times; here is decided which of them count. A tick that does not is acknowledged, and nobody is
called. One that does becomes the message of a run: its id is "<schedule>/<due time>", however often Scheduler, which
sends at least once, sends it. What comes as a message of ours (a copy) was decided before.

After an outage of Scheduler's only the latest missed tick counts: one that was sent when the next was due already, and
so has been sent as well or is about to be. Its precision is a minute, which such a tick may be late in any case.
https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html

Beside what a consumer's facts have, there is "timing": see `cloudless.runtime.tick`.
"""

from __future__ import annotations

from cloudless.codec import is_object, load
from cloudless.errors import CloudlessError
from cloudless.runtime import entry
from cloudless.runtime.outcome import SKIPPED
from cloudless.runtime.tick import TICK_S, Timing, run
from cloudless_aws.runtime.invocation import binding
from cloudless_aws.runtime.queue import handle_with, in_turn
from cloudless_aws.runtime.stage import starting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from cloudless.message import Envelope
    from cloudless.runtime.outcome import Outcome
    from cloudless_aws.clients.cloud import AwsCloud
    from cloudless_aws.runtime.queue import Handle

LATE_S = 60
"""https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html"""


@starting
def schedule(facts: Mapping[str, Any], cloud: AwsCloud) -> Handle:
    """The function of a schedule's internal queue."""
    bound, timing = binding(facts, cloud), Timing(facts["timing"])
    deliver = entry.consumer(bound)

    def tick(envelope: Envelope) -> Outcome:
        found = run_of(envelope, timing)
        return SKIPPED if found is None else deliver(found)

    return handle_with(in_turn(tick, bound.plan), bound.plan, cloud)


def run_of(envelope: Envelope, timing: Timing) -> Envelope | None:
    """The message of the run that a tick is for; None where there is none. What is no tick is delivered as it is."""
    due_s = None if envelope.correlation else _due_s(envelope.body)
    if due_s is None:
        return envelope
    if due_s % TICK_S or not timing.is_due(due_s) or _is_missed(due_s, envelope.sent_s, timing):
        return None
    message = run(timing, due_s, envelope.sent_s)
    message.attempt = envelope.attempt
    return message


def _is_missed(due_s: int, sent_s: float, timing: Timing) -> bool:
    """Whether a later tick stands for this one. Most are sent at once: nothing is computed for them."""
    if sent_s < due_s + TICK_S + LATE_S:
        return False
    next_s = timing.next(due_s)
    return next_s is not None and next_s + LATE_S <= sent_s


def _due_s(body: str) -> int | None:
    """The due time in a tick's body, in seconds since the epoch; None where there is none."""
    from datetime import datetime

    try:
        found = load(body)
        return int(datetime.fromisoformat(found["due"]).timestamp()) if is_object(found) else None
    except (CloudlessError, KeyError, TypeError, ValueError):
        return None
