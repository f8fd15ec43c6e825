"""The entry of a deployed consumer: a Pub/Sub push in, an HTTP status out.

A generated module has one:

    cloud = stage(DEPLOYED["addresses"])                  # runtime/stage.py
    handle_take = consumer(DEPLOYED["facts"], cloud)      # see cloudless.runtime.boot for the facts

    def handler(request):
        return handle_take(request)

204 acknowledges. 500 returns the message, and the subscription's retry policy waits before the next push; it is the
plan's (`minimum_backoff` = delay, `maximum_backoff` = max_delay), where that grows as the policy's does. Any other wait
(RetryAfter, another factor, a lease that somebody has) is a copy with a delay, then 204; a copy of what does not count
keeps its attempt. On an ordered queue a copy would overtake: there the message is returned, and counts. The attempt
number is the base in our attribute plus `deliveryAttempt` - 1, which a push has only where its subscription has a
dead-letter policy; that counts pushes which Cloud Run turned away, too, unless the ledger knows better: attempts.py.

What is no push is refused with 400: nobody who may call the function sends such, so it is nothing to try again. Who may
call is Cloud Run's to say, which answers 401 or 403 before us.
https://cloud.google.com/run/docs/authenticating/service-to-service

Beside what boot wants, the facts of a subscriber have "subscription" and "retries", the full names of the two that push
to it. What comes from any other is from the one of before, whose filter was another: it is sent to the retries as it
is, so that it soon has nothing left. Where Pub/Sub cannot hold a filter there is "where": see
`cloudless.runtime.filter`; what does not match is acknowledged, and nobody is called.
"""

from __future__ import annotations

from cloudless.errors import Unavailable
from cloudless.runtime import entry
from cloudless.runtime.consumer import exited
from cloudless.runtime.outcome import Again
from cloudless_gcp.deadline import BEFORE_S, unbounded, within
from cloudless_gcp.runtime.invocation import binding
from cloudless_gcp.runtime.stage import starting
from cloudless_gcp.wire import MALFORMED, delivery_of, envelope_of_push

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from cloudless.driver.provider import Cloud
    from cloudless.message import Envelope
    from cloudless.runtime.consumer import Deliver
    from cloudless.runtime.plan import Plan
    from cloudless_gcp.runtime.reply import Request

    Answer = tuple[str, int]
    Handle = Callable[[Request], Answer]
    Choose = Callable[[Envelope], Envelope | None]
    """What a delivery is to the handler; None where it is no matter of the handler's. With a delay it comes later."""
    Number = Callable[[Mapping[str, Any], Envelope, int], Envelope]
    """A push, its message, and Pub/Sub's count to the message with its attempt. Raises Unavailable."""

ACKNOWLEDGE = ("", 204)
RETURN = ("", 500)
_NATIVE = (1, 2)
"""Factors by which Pub/Sub can wait: https://cloud.google.com/pubsub/docs/subscription-retry-policy."""
_UNCOUNTED = "nobody can say which attempt this is, and it comes again as its subscription says: %s"
_UNCOPIED = "what was to wait in its own way comes again as its subscription says, and counts: %s"


@starting
def consumer(facts: Mapping[str, Any], cloud: Cloud) -> Handle:
    """The function of a subscription. facts: as in `cloudless.runtime.boot`, and what is said above."""
    bound = binding(facts, cloud)
    choose = _filtering(facts["where"]) if "where" in facts else None
    current = frozenset((facts["subscription"], facts["retries"])) if "subscription" in facts else None
    return handle_with(entry.single(bound, facts["kind"]), bound.plan, cloud, choose, current)


def handle_with(
    deliver: Deliver,
    plan: Plan,
    cloud: Cloud,
    choose: Choose | None = None,
    current: frozenset[str] | None = None,
) -> Handle:
    """What takes the pushes of a source. See `_Pushes`."""
    return _Pushes(deliver, plan, cloud, choose, current).handle


class _Pushes:
    """Unwraps pushes, delivers them, and answers with what became of them.

    choose: None where every delivery is the handler's. current: full names of the subscriptions that push what is to be
    delivered, None for any.
    """

    __slots__ = ("_again", "_choose", "_current", "_deliver", "_number", "_plan")

    def __init__(
        self, deliver: Deliver, plan: Plan, cloud: Cloud, choose: Choose | None, current: frozenset[str] | None
    ) -> None:
        self._deliver = deliver
        self._plan = plan
        self._choose = choose
        self._current = current
        self._again = _Again(plan, cloud)
        self._number = _numbering(plan, cloud)

    def handle(self, request: Request) -> Answer:
        """The answer to a push. What it needs beside its handler ends in time: see deadline.py."""
        content = request.get_data()
        try:
            push = delivery_of(request.environ, content)
            envelope = envelope_of_push(push)
            is_current = self._current is None or push["subscription"] in self._current
        except MALFORMED:
            return _refused(content, self._plan.handler)
        within(BEFORE_S)
        try:
            return self._delivered(push, envelope) if is_current else self._again.moved(envelope)
        finally:
            unbounded()

    def _delivered(self, push: Mapping[str, Any], envelope: Envelope) -> Answer:
        deliveries = push.get("deliveryAttempt", 1)
        if self._number is not None:
            try:
                envelope = self._number(push, envelope, deliveries)
            except Unavailable as problem:
                return _returned(self._plan, _UNCOUNTED, problem)
        chosen = envelope if self._choose is None else self._choose(envelope)
        if chosen is None:
            return ACKNOWLEDGE
        if self._choose is not None and chosen.delay_s:
            return self._again.later(chosen)
        try:
            outcome = self._deliver(chosen)
        except BaseException as problem:  # noqa: BLE001  (an exit, or a bug of ours)
            outcome = exited(self._plan, chosen, problem)
        return self._again.answer(chosen, outcome, deliveries) if isinstance(outcome, Again) else ACKNOWLEDGE


class _Again:
    """What becomes of messages that must come again."""

    __slots__ = ("_cloud", "_plan")

    def __init__(self, plan: Plan, cloud: Cloud) -> None:
        self._plan = plan
        self._cloud = cloud

    def answer(self, envelope: Envelope, outcome: Again, deliveries: int) -> Answer:
        """The answer to a push. deliveries: as Pub/Sub counts them, by which its policy waits."""
        plan = self._plan
        is_native = plan.delay_s == 0 or plan.factor in _NATIVE
        if plan.ordered or (outcome.counted and is_native and outcome.delay_s == plan.wait_s(deliveries)):
            return RETURN
        return self._sent(envelope.again(envelope.attempt + outcome.counted, delay_s=outcome.delay_s))

    def later(self, envelope: Envelope) -> Answer:
        """What is not to be delivered yet comes again when it is."""
        return self._sent(envelope.again(envelope.attempt, delay_s=envelope.delay_s))

    def moved(self, envelope: Envelope) -> Answer:
        """What an old subscription brings goes to the current one's retries."""
        return self._sent(envelope.again(envelope.attempt))

    def _sent(self, copy: Envelope) -> Answer:
        try:
            unsent = self._cloud.queues.send(self._plan.source, [copy])
            if unsent:
                raise unsent[0].error
        except Exception as problem:  # noqa: BLE001  (whatever it is, the message must not be lost)
            return _returned(self._plan, _UNCOPIED, problem)
        return ACKNOWLEDGE


def _returned(plan: Plan, what: str, problem: Exception) -> Answer:
    """Have a message come again as its subscription says. what: says so in the log, with %s for the problem."""
    from cloudless.runtime.log import trouble

    trouble(plan, what, problem)
    return RETURN


def _numbering(plan: Plan, cloud: Cloud) -> Number | None:
    """The message with the number of its attempt; None where Pub/Sub's count is that."""
    if plan.endless or not plan.is_guarded:
        return None
    from cloudless_gcp.runtime.attempts import Attempts

    return Attempts(plan, cloud).numbered


def _filtering(where: Any) -> Choose:
    """Only what matches is delivered."""
    from cloudless.runtime.filter import filter_of

    matches = filter_of(where)
    return lambda envelope: envelope if matches is None or matches(envelope.attributes) else None


def _refused(content: bytes, handler: str) -> Answer:
    from cloudless_gcp.runtime.reply import refused
    from cloudless_gcp.runtime.stranger import stranger

    text, status, _ = refused(stranger(content, handler, "pushes of Pub/Sub and CloudEvents"))
    return text, status
