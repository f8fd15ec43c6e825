"""The broker's queues, held against what Microsoft's documentation says; no sockets, time stands still."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from providers.azure.tests.servicebus import Clock, Content, LockLost, Namespace, Queue, Settings, SqlRule
from providers.azure.tests.servicebus.codec import Symbol
from providers.azure.tests.servicebus.content import SCHEDULED
from providers.azure.tests.servicebus.filters import CorrelationRule, Rule
from providers.azure.tests.servicebus.namespace import TooManyEntities
from providers.azure.tests.servicebus.problems import BadArgument, Disabled, Full, NotAllowed, SessionLost, SessionTaken
from providers.azure.tests.servicebus.sql import BadFilter, condition_of
from providers.azure.tests.servicebus.stored import ACTIVE, Stored

START_S = 1_700_000_000.0


def namespace() -> Namespace:
    return Namespace(Clock(lambda: START_S))


def queue_of(settings: Settings | None = None, *bodies: str, **options: Any) -> tuple[Queue, Clock]:
    made = namespace()
    queue = made.add_queue("orders", settings)
    for body in bodies:
        queue.put(Content.of(body.encode(), **options))
    return queue, made.clock


def taken(queue: Queue, **by: Any) -> Stored:
    stored = queue.take(**by)
    assert stored and stored.token
    return stored


def bodies(queue: Queue) -> list[str]:
    return [stored.content.data().decode() for stored in queue.peek(0, 100)]


def settle(stored: Stored) -> Any:
    assert stored.token
    return stored.token


def at(delay_s: float) -> Content:
    due = datetime.fromtimestamp(START_S + delay_s, UTC)
    return Content(Content.of(b"later").body, annotations={SCHEDULED: due})


def test_a_locked_message_is_invisible_until_it_is_abandoned() -> None:
    queue, _ = queue_of(None, "a")
    first = taken(queue)
    assert queue.take() is None
    queue.abandon(settle(first))
    assert taken(queue).deliveries == 2


def test_a_completed_message_is_gone() -> None:
    queue, _ = queue_of(None, "a")
    queue.complete(settle(taken(queue)))
    assert queue.count() == 0


def test_a_lock_ends_after_its_duration() -> None:
    queue, clock = queue_of(Settings(lock_s=30), "a")
    token = settle(taken(queue))
    clock.advance(29.9)
    assert queue.take() is None
    clock.advance(0.1)
    assert queue.take() is not None
    with pytest.raises(LockLost):
        queue.complete(token)


def test_a_renewed_lock_begins_again() -> None:
    queue, clock = queue_of(Settings(lock_s=30), "a")
    token = settle(taken(queue))
    clock.advance(20)
    assert queue.renew(token) == START_S + 50
    clock.advance(20)
    queue.complete(token)


def test_a_message_given_up_too_often_is_a_dead_letter_with_the_reason() -> None:
    queue, _ = queue_of(Settings(max_deliveries=2), "a")
    for _ in range(2):
        queue.abandon(settle(taken(queue)))
    assert queue.dead_letters
    (letter,) = queue.dead_letters.peek(0, 10)
    assert letter.content.application["DeadLetterReason"] == "MaxDeliveryCountExceeded"
    assert letter.content.annotations[Symbol("x-opt-deadletter-source")] == "orders"


def test_a_lock_that_ended_counts_as_a_delivery() -> None:
    queue, clock = queue_of(Settings(max_deliveries=1, lock_s=5), "a")
    taken(queue)
    clock.advance(5)
    assert queue.count() == 0
    assert queue.dead_letters and queue.dead_letters.count() == 1


def test_dead_letters_are_forwarded_with_their_reason() -> None:
    made = namespace()
    queue = made.add_queue("orders", Settings(forward_dead_letters_to="dead"))
    dead = made.add_queue("dead")
    queue.put(Content.of(b"a"))
    queue.dead_letter(settle(taken(queue)), "why", "because")
    (letter,) = dead.peek(0, 10)
    assert letter.content.application == {"DeadLetterReason": "why", "DeadLetterErrorDescription": "because"}
    assert letter.deliveries == 0
    assert queue.dead_letters and queue.dead_letters.count() == 0


def test_a_dead_letter_is_never_given_up_again() -> None:
    queue, _ = queue_of(Settings(max_deliveries=1), "a")
    queue.abandon(settle(taken(queue)))
    assert queue.dead_letters
    for _ in range(20):
        queue.dead_letters.abandon(settle(taken(queue.dead_letters)))
    assert queue.dead_letters.count(ACTIVE) == 1


def test_a_scheduled_message_comes_when_it_is_due_with_a_new_number() -> None:
    queue, clock = queue_of()
    number = queue.put(at(10))
    queue.put(Content.of(b"now"))
    assert taken(queue).content.data() == b"now"
    clock.advance(10)
    due = taken(queue)
    assert (due.content.data(), due.number > number) == (b"later", True)


def test_scheduled_messages_become_active_in_order_of_time() -> None:
    queue, clock = queue_of()
    numbers = [queue.put(at(delay_s)) for delay_s in (30, 10, 20)]
    clock.advance(60)
    assert [stored.scheduled_s for stored in queue.peek(0, 9)] == [START_S + 10, START_S + 20, START_S + 30]
    assert all(stored.number not in numbers for stored in queue.peek(0, 9))


def test_a_cancelled_message_never_comes() -> None:
    queue, clock = queue_of()
    queue.cancel(queue.put(at(10)))
    clock.advance(60)
    assert queue.take() is None


def test_a_deferred_message_is_taken_by_its_number_only() -> None:
    queue, _ = queue_of(None, "a")
    stored = taken(queue)
    queue.defer(settle(stored))
    assert queue.take() is None
    queue.complete(settle(queue.take_deferred(stored.number)))
    assert queue.count() == 0


@pytest.mark.parametrize(("kept", "letters"), [(False, 0), (True, 1)])
def test_an_expired_message_is_dropped_or_kept_as_a_dead_letter(*, kept: bool, letters: int) -> None:
    queue, clock = queue_of(Settings(ttl_s=60, dead_letter_expired=kept), "a")
    clock.advance(60)
    assert queue.take() is None
    assert queue.dead_letters and queue.dead_letters.count() == letters


def test_a_locked_message_expires_once_it_is_free() -> None:
    queue, clock = queue_of(Settings(ttl_s=60, lock_s=300), "a")
    token = settle(taken(queue))
    clock.advance(100)
    assert queue.count() == 1
    queue.abandon(token)
    assert queue.take() is None


def test_a_message_id_seen_in_the_window_is_dropped() -> None:
    queue, clock = queue_of(Settings(duplicates_s=600), "a", "b", id="same")
    assert bodies(queue) == ["a"]
    clock.advance(601)
    queue.put(Content.of(b"c", id="same"))
    assert bodies(queue) == ["a", "c"]


def test_a_session_has_one_holder_who_gets_its_messages_in_order() -> None:
    queue, _ = queue_of(Settings(sessions=True), "a", "b", session="x")
    me, other = object(), object()
    queue.accept_session("x", me)
    with pytest.raises(SessionTaken):
        queue.accept_session("x", other)
    assert queue.take(other, "x") is None
    queue.abandon(settle(taken(queue, holder=me, session="x")))
    assert [stored.content.data() for stored in queue.ready(me, "x")] == [b"a", b"b"]


def test_a_session_that_is_left_or_expires_frees_its_messages() -> None:
    queue, clock = queue_of(Settings(sessions=True, lock_s=30), "a", session="x")
    me = object()
    queue.accept_session("x", me)
    taken(queue, holder=me, session="x")
    assert queue.free_session() is None
    queue.leave_session("x", me)
    assert queue.free_session() == "x"
    queue.accept_session("x", me)
    clock.advance(20)
    queue.renew_session("x")
    clock.advance(20)
    assert queue.free_session() is None
    clock.advance(10)
    assert queue.free_session() == "x"
    with pytest.raises(SessionLost):
        queue.renew_session("x")


def test_session_entities_do_not_forward() -> None:
    with pytest.raises(ValueError, match="auto-forwarding"):
        Settings(sessions=True, forward_dead_letters_to="dead")


def chain(made: Namespace, length: int) -> Queue:
    """Queues h0 … that each forward to the next; returns the first."""
    made.add_queue(f"h{length}")
    for number in reversed(range(length)):
        made.add_queue(f"h{number}", Settings(forward_to=f"h{number + 1}"))
    return made.queue("h0")


def test_a_message_is_forwarded_four_times_and_is_a_dead_letter_of_the_fifth_queue() -> None:
    made = namespace()
    chain(made, 4).put(Content.of(b"a"))
    assert bodies(made.queue("h4")) == ["a"]
    made = namespace()
    chain(made, 5).put(Content.of(b"b"))
    (letter,) = made.queue("h4/$DeadLetterQueue").peek(0, 10)
    assert letter.content.application["DeadLetterReason"] == "MaxTransferHopCountExceeded"
    assert bodies(made.queue("h5")) == []


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        (None, "NoEntity"),
        (Settings(status="Disabled"), "Disabled"),
        (Settings(size_bytes=10), "Full"),
        (Settings(sessions=True), "Session ID is null."),
    ],
)
def test_what_cannot_be_forwarded_is_a_dead_letter_of_its_queue(target: Settings | None, reason: str) -> None:
    made = namespace()
    queue = made.add_queue("orders", Settings(forward_to="target"))
    if target:
        made.add_queue("target", target)
    queue.put(Content.of(b"a"))
    (letter,) = made.queue("orders/$DeadLetterQueue").peek(0, 10)
    assert letter.content.application["DeadLetterReason"] == reason
    assert queue.count() == 0


def test_a_dead_letter_that_cannot_be_forwarded_stays() -> None:
    made = namespace()
    queue = made.add_queue("orders", Settings(forward_dead_letters_to="gone"))
    queue.put(Content.of(b"a"))
    queue.dead_letter(settle(taken(queue)), "why", "")
    assert bodies(made.queue("orders/$DeadLetterQueue")) == ["a"]


def test_a_scheduled_message_is_forwarded_when_it_is_due() -> None:
    made = namespace()
    made.add_queue("orders", Settings(forward_to="target")).put(at(60))
    target = made.add_queue("target")
    assert made.next_s() == START_S + 60
    made.clock.advance(60)
    made.tick()
    assert taken(target).content.data() == b"later"


def test_a_topic_keeps_what_is_scheduled_and_can_cancel_it() -> None:
    made = namespace()
    made.add_topic("placed")
    mail = made.add_subscription("placed", "mail").queue
    cancelled, _ = made.publish("placed", at(60)), made.publish("placed", at(60))
    made.intake("placed").cancel(cancelled)
    made.clock.advance(60)
    made.tick()
    assert bodies(mail) == ["later"]


def test_a_topic_drops_duplicates_and_ends_lives() -> None:
    made = namespace()
    made.add_topic("placed", Settings(duplicates_s=60, ttl_s=30))
    mail = made.add_subscription("placed", "mail").queue
    for _ in range(2):
        made.publish("placed", Content.of(b"a", id="m1"))
    assert bodies(mail) == ["a"]
    made.clock.advance(30)
    assert bodies(mail) == []


def test_several_rules_give_one_copy_and_none_gives_nothing() -> None:
    made = namespace()
    made.add_topic("placed")
    rules: dict[str, Rule] = {
        "eu": SqlRule("region = 'eu'"),
        "all": SqlRule("1 = 1"),
        "kind": CorrelationRule({"region": "eu"}),
    }
    both = made.add_subscription("placed", "both", rules=rules).queue
    none = made.add_subscription("placed", "none", rules={}).queue
    made.publish("placed", Content.of(b"a", region="eu"))
    assert (bodies(both), bodies(none)) == (["a"], [])


def test_a_subscription_that_is_full_holds_up_no_other() -> None:
    made = namespace()
    made.add_topic("placed")
    full = made.add_subscription("placed", "full", Settings(size_bytes=1)).queue
    other = made.add_subscription("placed", "other").queue
    made.publish("placed", Content.of(b"a"))
    assert (bodies(full), bodies(other)) == ([], ["a"])


def test_a_full_queue_takes_no_more_until_there_is_room() -> None:
    queue, _ = queue_of(Settings(size_bytes=300), "x" * 100)
    with pytest.raises(Full, match="300 bytes"):
        queue.put(Content.of(b"x" * 300))
    queue.complete(settle(taken(queue)))
    queue.put(Content.of(b"x" * 200))
    assert queue.count() == 1


def test_a_queue_of_sessions_takes_no_message_without_one() -> None:
    queue, _ = queue_of(Settings(sessions=True))
    with pytest.raises(NotAllowed, match="SessionId was not set"):
        queue.put(Content.of(b"a"))


@pytest.mark.parametrize(
    "content",
    [
        Content.of(b"", id="x" * 129),
        Content.of(b"", session="x" * 129),
        Content.of(b"", region="x" * 33_000),
        Content.of(b"", a="x" * 30_000, b="x" * 30_000, c="x" * 30_000),
    ],
)
def test_what_is_longer_than_the_quotas_is_refused(content: Content) -> None:
    made = namespace()
    made.add_queue("orders")
    with pytest.raises(BadArgument, match="at most"):
        made.publish("orders", content)


def test_a_namespace_and_a_topic_hold_so_many_entities() -> None:
    made = Namespace(Clock(lambda: START_S), entities_max=2)
    made.add_queue("a")
    made.add_topic("b")
    made.add_queue("A")
    with pytest.raises(TooManyEntities, match="at most 2"):
        made.add_queue("c")


@pytest.mark.parametrize("status", ["Disabled", "SendDisabled"])
def test_an_entity_that_is_switched_off_takes_nothing(status: str) -> None:
    with pytest.raises(Disabled, match="disabled for send"):
        queue_of(Settings(status=status), "a")


def test_a_deferred_message_does_not_expire() -> None:
    queue, clock = queue_of(Settings(ttl_s=60), "a", "b")
    queue.defer(settle(taken(queue)))
    clock.advance(60)
    assert bodies(queue) == ["a"]


def test_a_subscription_takes_what_a_rule_matches_and_forwards_it() -> None:
    made = namespace()
    made.add_topic("placed")
    mail = made.add_queue("mail")
    made.add_subscription("placed", "mail", Settings(forward_to="mail"), {"only": SqlRule("region = 'eu'")})
    everything = made.add_subscription("placed", "all").queue
    for region in ("eu", "us"):
        made.publish("Placed", Content.of(region.encode(), region=region))
    assert bodies(mail) == ["eu"]
    assert bodies(everything) == ["eu", "us"]
    assert made.queue("placed/Subscriptions/all") is everything


@pytest.mark.parametrize(
    ("condition", "truth"),
    [
        ("region = 'eu'", True),
        ("region <> 'eu'", False),
        ("region IN ('us', 'eu')", True),
        ("region NOT IN ('us', 'eu')", False),
        ("missing NOT IN ('us')", None),
        ("EXISTS(missing) AND missing NOT IN ('us')", False),
        ("EXISTS(region)", True),
        ("NOT EXISTS(region)", False),
        ("missing IS NULL", True),
        ("region IS NOT NULL", True),
        ("code LIKE 'a%'", True),
        (r"code LIKE 'a\%%' ESCAPE '\'", True),
        (r"region LIKE 'e\_' ESCAPE '\'", False),
        ("region LIKE 'e_'", True),
        ("size >= 3 AND (region = 'us' OR region = 'eu')", True),
        ("missing = 'x' OR region = 'eu'", True),
        ("missing = 'x' AND region = 'us'", False),
        ("NOT missing = 'x'", None),
        ("quote = 'it''s'", True),
        ("size > 'text'", None),
        ("sys.MessageId = 'm1'", True),
        ("1 = 1", True),
        ("user.region = 'eu' AND [region] = 'eu' AND user.[REGION] = 'eu'", True),
        ("[in] = 'word' AND [odd ]] name] = 'x'", True),
        ("region = 'EU'", False),
    ],
)
def test_conditions_have_three_truths(condition: str, truth: bool | None) -> None:
    properties: dict[str, Any] = {
        "region": "eu",
        "size": 5,
        "code": "a%b",
        "quote": "it's",
        "in": "word",
        "odd ] name": "x",
    }
    content = Content.of(b"", id="m1", **properties)
    assert condition_of(condition)(content) is truth


@pytest.mark.parametrize(
    "text",
    [
        "",
        "region =",
        "region ~ 'x'",
        "sys.Nothing = 'x'",
        "(a = 'b'",
        "x" * 1_025,
        "a IN 'b'",
        "_a = 'b'",
        "in = 'b'",
        "a-b = 'c'",
        "exists(is)",
    ],
)
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(BadFilter):
        condition_of(text)


def test_a_correlation_filter_wants_all_it_names() -> None:
    content = Content.of(b"", id="m1", region="eu")
    assert CorrelationRule({"region": "eu"}, message_id="m1").matches(content)
    assert not CorrelationRule({"region": "eu"}, message_id="m2").matches(content)
    assert not CorrelationRule({"region": "us"}).matches(content)
