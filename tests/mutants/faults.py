# mypy: ignore-errors
# pyright: basic, reportPrivateUsage=false, reportAttributeAccessIssue=false, reportOptionalCall=false
"""The mutants. Each is a function that changes one thing of the code, in a process of its own.

A name says what is wrong then; FAULTS collects them in order. No checker can follow what is patched here.
"""

from __future__ import annotations

from typing import Any

from cronsim import CronSim

from cloudless import codec, outgoing, queue, secret, topic
from cloudless.driver.ledger import CLAIMED
from cloudless.memory import channel, cloud, doubles, function, ledger, ordered, permissions, world
from cloudless.memory import queue as queues
from cloudless.memory import topic as topics
from cloudless.message import Context, Envelope
from cloudless.runtime import batch, call, consumer, once, schedule
from cloudless.runtime import filter as filters
from cloudless.runtime import function as functions
from cloudless.runtime.outcome import Again
from cloudless.runtime.plan import Plan
from tests.mutants.fault import Fault, collector, patch, wrap

FAULTS: dict[str, Fault] = {}
fault = collector(FAULTS)


@fault
def lost_attempt() -> None:
    """A retry is a first attempt again, from the third on."""
    wrap(Envelope, "again", lambda old, self, attempt, **rest: old(self, min(attempt, 2), **rest))


@fault
def attempt_counted_twice() -> None:
    wrap(Envelope, "again", lambda old, self, attempt, **rest: old(self, attempt + (attempt > 1), **rest))


@fault
def early_unlock() -> None:
    """A message whose handler crashed is visible at once."""
    patch(channel, "LOCK_FACTOR", 0)


@fault
def crash_loses_the_message() -> None:
    wrap(channel.Channel, "_abandon", lambda old, self, envelope, end: self._back_to_base())


@fault
def crash_is_not_counted() -> None:
    def abandon(_: Any, self: Any, envelope: Envelope, end: object) -> None:
        self._back_to_base()
        self.world.at(self._lock_end(), self._arrive, envelope, work=True)

    wrap(channel.Channel, "_abandon", abandon)


@fault
def visible_while_handled() -> None:
    """A message can be delivered again while a slow handler has it."""

    def settle_later(old: Any, self: Any, envelope: Envelope, outcome: Any) -> None:
        old(self, envelope, outcome)
        if envelope.attempt == 1:
            self.put(envelope.again(2))

    wrap(channel.Channel, "_settle_later", settle_later)


@fault
def dropped_error() -> None:
    """A dead letter does not say why."""
    wrap(Envelope, "again", lambda old, self, attempt, error=None, **rest: old(self, attempt, **rest))


@fault
def dead_letter_one_attempt_early() -> None:
    def again(old: Any, self: Any, envelope: Envelope, failure: Any, wait_s: float) -> Any:
        return (
            self.dead(envelope, failure)
            if envelope.attempt >= self.plan.attempts - 1
            else old(self, envelope, failure, wait_s)
        )

    wrap(consumer.Judge, "_again", again)


@fault
def dead_letter_one_attempt_late() -> None:
    def again(old: Any, self: Any, envelope: Envelope, failure: Any, wait_s: float) -> Any:
        late = envelope.attempt == self.plan.attempts
        return Again(wait_s, failure) if late else old(self, envelope, failure, wait_s)

    wrap(consumer.Judge, "_again", again)


@fault
def dead_letters_vanish() -> None:
    wrap(queues.MemoryQueues, "store_dead_letter", lambda old, self, queue, handler, letter: None)


@fault
def reject_is_retried() -> None:
    patch(consumer, "Reject", type("Other", (Exception,), {}))


@fault
def unreadable_is_retried() -> None:
    wrap(consumer.Judge, "unreadable", lambda old, self, envelope, problem: Again(1, consumer.failure_of(problem, 1)))


@fault
def every_exception_is_retried() -> None:
    wrap(
        consumer.Judge,
        "__init__",
        lambda old, self, plan, on, give_up, **rest: old(self, plan, (Exception,), give_up, **rest),
    )


@fault
def no_back_off() -> None:
    wrap(channel.Channel, "_again", lambda old, self, envelope, outcome: old(self, envelope, Again(0, outcome.failure)))


@fault
def back_off_does_not_grow() -> None:
    wrap(Plan, "wait_s", lambda old, self, attempt: self.delay_s)


@fault
def waits_are_too_short() -> None:
    wrap(Plan, "wait_s", lambda old, self, attempt: old(self, attempt) * 0.8)


@fault
def retry_after_is_ignored() -> None:
    patch(consumer, "RetryAfter", type("Other", (Exception,), {}))


@fault
def delay_is_ignored() -> None:
    patch(channel.Channel, "put_later", channel.Channel.put)


@fault
def delay_is_cut_at_fifteen_minutes() -> None:
    def later(old: Any, self: Any, envelope: Envelope) -> None:
        envelope.delay_s = min(envelope.delay_s, 900)
        old(self, envelope)

    wrap(channel.Channel, "put_later", later)


@fault
def delays_beyond_the_maximum_pass() -> None:
    wrap(queue, "seconds", lambda old, what, delay, longest_s: old(what, delay, longest_s + 60))


@fault
def order_is_always_first_in_first_out() -> None:
    patch(channel, "WINDOW", 1)


@fault
def group_is_not_blocked_by_its_head() -> None:
    def back(_: Any, self: Any, group: str, envelope: Envelope, when_us: int) -> None:
        self._release(group)
        self.world.at(when_us, self.put, envelope, work=True)

    wrap(ordered.OrderedChannel, "_return", back)


@fault
def wrong_group_is_released() -> None:
    wrap(ordered.OrderedChannel, "_release", lambda old, self, group: [old(self, each) for each in list(self._blocked)])


@fault
def group_stays_blocked_after_a_dead_letter() -> None:
    def settle(old: Any, self: Any, *rest: Any) -> None:
        if type(rest[2]).__name__ != "Dead":
            old(self, *rest)

    wrap(ordered.OrderedChannel, "_settle", settle)


@fault
def groups_block_one_another() -> None:
    wrap(
        ordered.OrderedChannel,
        "_block",
        lambda old, self, group: [old(self, each) for each in [*self._groups, group]],
    )


@fault
def once_forgets() -> None:
    wrap(ledger.MemoryLedger, "claim", lambda old, self, key, owner, ttl_s: (old(self, key, owner, ttl_s), CLAIMED)[1])


@fault
def once_remembers_for_ever() -> None:
    wrap(
        ledger.MemoryLedger,
        "complete",
        lambda old, self, key, owner, s, result="": old(self, key, owner, s * 1e6, result),
    )


@fault
def once_keeps_the_key_of_a_failure() -> None:
    wrap(ledger.MemoryLedger, "release", lambda old, self, key, owner: self.complete(key, owner, 86_400))


@fault
def lease_never_ends() -> None:
    wrap(ledger.MemoryLedger, "claim", lambda old, self, key, owner, ttl_s: old(self, key, owner, 1e9))


@fault
def anybody_completes() -> None:
    def complete(old: Any, self: Any, key: str, owner: str, *rest: Any) -> Any:
        lease = self._leases.get(key)
        return old(self, key, lease.owner if lease else owner, *rest)

    wrap(ledger.MemoryLedger, "complete", complete)


@fault
def anybody_releases() -> None:
    def release(old: Any, self: Any, key: str, owner: str) -> None:
        old(self, key, self._leases[key].owner if key in self._leases else owner)

    wrap(ledger.MemoryLedger, "release", release)


@fault
def lease_is_not_renewed_by_its_owner() -> None:
    def claim(old: Any, self: Any, key: str, owner: str, ttl_s: float) -> Any:
        return old(self, key, f"{owner}, once more" if key in self._leases else owner, ttl_s)

    wrap(ledger.MemoryLedger, "claim", claim)


@fault
def once_does_not_wait_for_the_holder() -> None:
    patch(once, "Held", type("Other", (), {}))


@fault
def once_keys_ignore_case() -> None:
    wrap(once.Once, "_key", lambda old, self, body, envelope: old(self, body, envelope).lower())


@fault
def postponed_counts_as_an_attempt() -> None:
    wrap(Again, "__init__", lambda old, self, delay_s, failure, **_: old(self, delay_s, failure))


@fault
def batch_neighbours_run_again() -> None:
    wrap(batch.Batch, "_failed_ids", lambda old, problem, taken: frozenset(one.id for _, one, _ in taken))


@fault
def exception_fails_one_of_its_batch() -> None:
    def run(old: Any, self: Any, taken: Any, outcomes: Any) -> None:
        old(self, taken, outcomes)
        for index, _, _ in taken[1:]:
            if outcomes[index] is not None and outcomes[index].failure.type != "PartialFailure":
                outcomes[index] = None

    wrap(batch.Batch, "_run", run)


@fault
def crash_loses_all_but_one_of_its_batch() -> None:
    wrap(channel.Channel, "_abandon_all", lambda old, self, taken, end, at_us: old(self, taken[:1], end, at_us))


@fault
def batches_are_lists_of_one() -> None:
    def deliver(old: Any, self: Any) -> None:
        self.plan.batch_size = 1
        old(self)

    wrap(channel.Channel, "_deliver_batch", deliver)


@fault
def poison_fails_its_batch() -> None:
    def deliver(old: Any, self: Any, envelopes: Any) -> Any:
        outcomes = old(self, envelopes)
        bad = next((one for one in outcomes if type(one).__name__ == "Dead" and not one.called), None)
        return [bad and self._judge.dead(envelope, bad.failure) for envelope in envelopes] if bad else outcomes

    wrap(batch.Batch, "deliver", deliver)


@fault
def filter_matches_absent_attributes() -> None:
    def filter_of(where: Any) -> Any:
        checks = [(name, filters._check_of(operator, values)) for name, operator, values in where]
        return (lambda attributes: all(check(attributes.get(name, "")) for name, check in checks)) if checks else None

    patch(cloud, "filter_of", filter_of)


@fault
def filter_needs_any_condition_only() -> None:
    def filter_of(where: Any) -> Any:
        checks = [(name, filters._check_of(operator, values)) for name, operator, values in where]
        return (lambda a: any(name in a and check(a[name]) for name, check in checks)) if checks else None

    patch(cloud, "filter_of", filter_of)


@fault
def filter_ignores_case() -> None:
    wrap(filters, "_check_of", lambda old, *condition: lambda value: old(*condition)(value.lower()))


@fault
def topic_reaches_one_subscriber() -> None:
    def publish(old: Any, self: Any, topic: str, messages: Any) -> Any:
        self.subscriptions[topic] = self.subscriptions[topic][:1]
        return old(self, topic, messages)

    wrap(topics.MemoryTopics, "publish", publish)


@fault
def attributes_are_lost_on_a_retry() -> None:
    def again(old: Any, self: Any, attempt: int, **rest: Any) -> Envelope:
        copy = old(self, attempt, **rest)
        copy.attributes = {}
        return copy

    wrap(Envelope, "again", again)


@fault
def correlation_is_lost_on_a_retry() -> None:
    def again(old: Any, self: Any, attempt: int, **rest: Any) -> Envelope:
        copy = old(self, attempt, **rest)
        copy.correlation = ""
        return copy

    wrap(Envelope, "again", again)


@fault
def context_does_not_know_its_attempt() -> None:
    patch(Context, "attempt", property(lambda self: 1))


@fault
def id_changes_on_redrive() -> None:
    def redrive(old: Any, self: Any, queue: str, messages: Any) -> Any:
        for message in messages:
            message.id = (
                message.id[::-1]
                if message.error is None and message.attempt == 1 and queue == "jobs" and self._taken
                else message.id
            )
        return old(self, queue, messages)

    wrap(queues.MemoryQueues, "send", redrive)


@fault
def redrive_keeps_the_attempt() -> None:
    wrap(Envelope, "anew", lambda old, self: old(self).again(self.error.attempt if self.error else 1))


@fault
def peek_removes() -> None:
    wrap(queues.MemoryQueues, "release", lambda old, self, queue, receipts: self.acknowledge(queue, receipts))


@fault
def permissions_are_not_checked() -> None:
    wrap(permissions.Permissions, "check", lambda old, *args: None)


@fault
def denied_permissions_fail_no_test() -> None:
    wrap(world.World, "raise_refused", lambda old, self: None)


@fault
def secret_is_kept_for_ever() -> None:
    patch(secret, "CACHED_S", 1e12)


@fault
def secret_that_one_handler_read_serves_all() -> None:
    read = secret.Secret.value.fget

    def value(self: Any) -> str:
        at = secret.here()
        if self._kept is not None and self._kept[0] is at[0]:
            self._kept = (at[0], at[1], *self._kept[2:])
        return read(self)

    patch(secret.Secret, "value", property(value))


@fault
def lists_are_not_checked_for_size() -> None:
    patch(queue, "_encoded", lambda one, bodies, delay_s: [one.codec.encode(body) for body in bodies])


@fault
def payload_limit_is_off_by_one() -> None:
    patch(codec, "BODY_LIMIT", codec.BODY_LIMIT + 1)
    patch(codec, "DELAYED_BODY_LIMIT", codec.DELAYED_BODY_LIMIT + 1)


@fault
def payload_limit_counts_characters() -> None:
    patch(codec, "size_of", len)


@fault
def surrogates_pass() -> None:
    patch(codec, "escape", lambda text: text)


@fault
def attributes_of_257_characters_pass() -> None:
    patch(outgoing, "ATTRIBUTE_VALUE_MAX", 257)


@fault
def eight_attributes_pass() -> None:
    patch(outgoing, "ATTRIBUTES_MAX", 8)


@fault
def trace_is_lost_on_the_way() -> None:
    for module in (queue, topic):
        wrap(module, "outgoing", lambda old, at, *rest, **more: old((at[0], at[1], None), *rest, **more))


@fault
def schedule_runs_twice_in_the_fold() -> None:
    """The guard believes the local clock alone."""

    def guard(old: Any, timing: Any) -> Any:
        due, info = old(timing), schedule.zone(timing.timezone)
        return lambda at_s: due(at_s) or (schedule._utc(at_s).astimezone(info).fold and due(at_s - 3_600))

    wrap(schedule, "guard", guard)


@fault
def schedule_skips_what_falls_into_the_gap() -> None:
    def guard(old: Any, timing: Any) -> Any:
        due, info = old(timing), schedule.zone(timing.timezone)
        minutes = CronSim(timing.cron, schedule._utc(0)).minutes if timing.cron else range(60)
        return lambda at_s: due(at_s) and schedule._utc(at_s).astimezone(info).minute in minutes

    wrap(schedule, "guard", guard)


@fault
def schedule_ignores_its_zone() -> None:
    wrap(schedule, "zone", lambda old, name: old("UTC"))


@fault
def overlap_is_not_skipped() -> None:
    wrap(once.Exclusive, "call", lambda old, self, body, envelope: self._call(body, envelope))


@fault
def exceptions_of_functions_lose_their_type() -> None:
    wrap(functions, "dump", lambda old, value: old({"error": ["Error", value["error"][1]]}))


@fault
def direct_calls_are_made_twice() -> None:
    wrap(function.MemoryFunctions, "invoke", lambda old, *rest: (old(*rest), old(*rest))[1])


@fault
def invoke_waits_for_ever() -> None:
    wrap(
        function.MemoryFunctions,
        "_within",
        lambda old, self, answer, call, began_us, timeout_s: old(self, answer, call, began_us, 1e6),
    )


@fault
def time_outs_never_happen() -> None:
    wrap(
        doubles.Double,
        "__init__",
        lambda old, self, world, original, timeout_s, is_async: old(self, world, original, 1e6, is_async),
    )


@fault
def time_outs_always_have_effects() -> None:
    patch(doubles.Double, "_begin", lambda self: None)


@fault
def objects_are_shared_between_handlers() -> None:
    kept: dict[str, Any] = {}

    def shared(old: Any, text: str) -> Any:
        return kept.setdefault(text, old(text))

    wrap(codec, "load", shared)


@fault
def handlers_have_no_deadline() -> None:
    wrap(call, "context_of", lambda old, plan, envelope, cloud: _endless(old(plan, envelope, cloud)))


def _endless(context: Any) -> Any:
    context._deadline_s += 1e6
    return context
