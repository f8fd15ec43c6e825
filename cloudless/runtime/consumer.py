"""One message a call: decode, count attempts, call the handler, decide what becomes of the delivery.

The same closure runs in memory and in every cloud; it is the only place where an exception becomes an
outcome. The order of checks is the contract (docs/mechanisms.md, failure): a body that does not
validate is a dead letter at once; a delivery beyond `attempts` was preceded by one that never
reached us, so it is a dead letter with the error `Crashed`.
"""

from __future__ import annotations

from cloudless.driver.current import HERE
from cloudless.errors import CloudlessError, InvalidBody, PartialFailure, Reject, RetryAfter
from cloudless.message import Failure
from cloudless.runtime.outcome import Again, Dead, Overran, Postponed, Skipped
from cloudless.system import cut

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from cloudless.driver.provider import Cloud
    from cloudless.message import Envelope
    from cloudless.runtime.call import Call
    from cloudless.runtime.outcome import Outcome
    from cloudless.runtime.plan import Plan

    Deliver = Callable[[Envelope], Outcome]
    Decode = Callable[[str], Any]
    Settled = Callable[[Any, Envelope], bool]
    GiveUp = Callable[[Envelope], None]
    """Stores a dead letter (its `error` is set); raises a CloudlessError where it could not."""

MAX_RETRY_AFTER_S = 600.0
_SETTLED = Skipped("handled already, by a delivery that never ended")


class Judge:
    """Turns failures of one handler's deliveries into outcomes, and stores its dead letters.

    on: exception types worth another attempt. give_up: stores one dead letter. logs: says what failed.
    """

    __slots__ = ("give_up", "logs", "on", "plan")

    def __init__(self, plan: Plan, on: tuple[type[Exception], ...], give_up: GiveUp, *, logs: bool = False) -> None:
        self.logs = logs
        self.plan = plan
        self.on = on
        self.give_up = give_up

    def failed(self, envelope: Envelope, problem: BaseException) -> Outcome:
        """The handler raised."""
        outcome = self._decide(envelope, problem)
        if self.logs:
            from cloudless.runtime import log

            log.failure(self.plan, envelope, problem, outcome)
        return outcome

    def _decide(self, envelope: Envelope, problem: BaseException) -> Outcome:
        failure = failure_of(problem, envelope.attempt)
        if isinstance(problem, Postponed):
            return Again(problem.delay_s, failure, counted=False, called=False)
        if isinstance(
            problem, Overran
        ):  # as where the platform stops it: the delivery after the last one is told Crashed
            return Again(self.plan.wait_s(envelope.attempt), failure)
        if isinstance(problem, Reject):
            return self.dead(envelope, Failure("Reject", cut(str(problem.reason)), envelope.attempt))
        if isinstance(problem, RetryAfter):
            return self._again(envelope, failure, min(max(problem.delay.total_seconds(), 0.0), MAX_RETRY_AFTER_S))
        if not isinstance(problem, (*self.on, PartialFailure)) and not self.plan.endless:
            return self.dead(envelope, failure)
        return self._again(envelope, failure, self.plan.wait_s(envelope.attempt))

    def unreadable(self, envelope: Envelope, problem: InvalidBody) -> Outcome:
        """The body does not validate: it never will."""
        return self._uncalled(envelope, failure_of(problem, envelope.attempt))

    def crashed(self, envelope: Envelope) -> Outcome:
        """One delivery more than allowed: the last one crashed or ran out of time before it reached us."""
        which = f"delivery {envelope.attempt - 1} of {self.plan.attempts}"
        text = f"{which} never ended: the function crashed, ran out of time, or was too busy to begin"
        return self._uncalled(envelope, Failure("Crashed", text, envelope.attempt - 1))

    def _uncalled(self, envelope: Envelope, failure: Failure) -> Outcome:
        outcome = self.dead(envelope, failure, called=False)
        if self.logs:
            from cloudless.runtime import log

            log.uncalled(self.plan, envelope, failure, outcome)
        return outcome

    def dead(self, envelope: Envelope, failure: Failure, *, called: bool = True) -> Outcome:
        """Store a dead letter; keep the message where that fails, so that nothing is lost."""
        if self.plan.endless:
            return Again(self.plan.wait_s(envelope.attempt), failure)
        if self.plan.dead_letters:
            try:
                self.give_up(envelope.again(1, error=failure))
            except CloudlessError as problem:
                refused = failure_of(problem, envelope.attempt)
                return Again(self.plan.max_delay_s, refused, counted=False, called=called, stuck=True)
        return Dead(failure, called=called)

    def _again(self, envelope: Envelope, failure: Failure, wait_s: float) -> Outcome:
        if envelope.attempt >= self.plan.attempts and not self.plan.endless:
            return self.dead(envelope, failure)
        return Again(wait_s, failure)


def exited(plan: Plan, envelope: Envelope, problem: BaseException) -> Outcome:
    """A delivery that nobody judged, since its handler left, e.g. by `sys.exit`. It counts, as where its process ended.

    So the one after the last is told `Crashed`, as after a real crash.
    """
    from cloudless.runtime import log

    failure = Failure("Crashed", f"the handler ended with {problem!r}", envelope.attempt)
    outcome = Again(plan.wait_s(envelope.attempt), failure)
    log.failure(plan, envelope, problem, outcome)
    return outcome


def failure_of(problem: BaseException, attempt: int) -> Failure:
    """An exception as it travels with a dead letter, its text cut at 2 KiB."""
    return Failure(type(problem).__name__, text_of(problem), attempt)


def text_of(problem: BaseException) -> str:
    """What an exception says, cut at 2 KiB; a `__str__` of the user's that raises takes nothing with it."""
    try:
        return cut(str(problem))
    except Exception as second:  # noqa: BLE001  (user code may raise anything)
        return f"(its text cannot be shown: {type(second).__name__})"


def consumer(
    plan: Plan, call: Call, decode: Decode, judge: Judge, cloud: Cloud, *, settled: Settled | None = None
) -> Deliver:
    """The delivery of one message: a closure over everything that is known beforehand.

    settled: whether the ledger says that this message was handled although its delivery never ended.
    """
    attempts = 1 << 62 if plan.endless else plan.attempts
    name = plan.handler

    def deliver(envelope: Envelope) -> Outcome:
        token = HERE.set((cloud, name, envelope))
        try:
            try:
                body = decode(envelope.body)
            except InvalidBody as problem:
                return judge.unreadable(envelope, problem)
            if envelope.attempt > attempts:
                return _SETTLED if settled and settled(body, envelope) else judge.crashed(envelope)
            done = call(body, envelope)
        except Exception as problem:  # noqa: BLE001  (any exception is an outcome; the judge says which)
            return judge.failed(envelope, problem)
        finally:
            HERE.reset(token)
        return done if type(done) is Skipped else None

    return deliver
