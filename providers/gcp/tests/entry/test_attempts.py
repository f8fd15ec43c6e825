"""What counts as an attempt where Cloud Run turns pushes away: the entry of a consumer behind a model of Pub/Sub."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cloudless.codec import codec_of
from cloudless.conformance import journal
from cloudless.driver.ledger import CLAIMED, Claimed, Held
from cloudless.errors import PermissionDenied, Unavailable
from cloudless.runtime import entry
from cloudless.runtime.plan import BODY, Plan
from cloudless_gcp.runtime.attempts import Attempts
from cloudless_gcp.runtime.queue import consumer, handle_with
from providers.gcp.tests.entry.asking import Asked, FakeGoogle, made
from providers.gcp.tests.pubsubmodel import PubsubMessage, Settings, Subscription
from tests.virtual import World

BUSY = 429
"""What Cloud Run answers where all instances have something to do."""
MOST = 100


class Keys:
    """A ledger that forgets nothing. fail: what it raises."""

    def __init__(self) -> None:
        self.taken: dict[str, str] = {}
        self.completed = set[str]()
        self.fail: Exception | None = None

    def claim(self, key: str, owner: str, ttl_s: float) -> Claimed | Held:
        if self.fail:
            raise self.fail
        return CLAIMED if self.taken.setdefault(key, owner) == owner else Held(ttl_s)

    def complete(self, key: str, owner: str, remember_s: float, result: str = "") -> bool:
        self.completed.add(key)
        return self.taken.get(key) == owner

    def release(self, key: str, owner: str) -> None:
        self.taken.pop(key, None)


@pytest.fixture(autouse=True)
def _no_notes() -> Iterator[None]:
    journal.clear()
    yield
    journal.clear()


@pytest.fixture
def cloud() -> FakeGoogle:
    cloud = FakeGoogle()
    cloud.ledger = Keys()
    return cloud


def pushed(handle: Callable[..., Any], answers: list[int | None], *, most: int = MOST) -> Subscription:
    """A subscription with one message, pushed until it is done with. answers: of Cloud Run itself; then the function's.

    A number is what it answers in place of the function; None hands the push on.
    """
    left = list(answers)

    def endpoint(body: bytes) -> int:
        said = left.pop(0) if left else None
        return handle(Asked(body))[1] if said is None else said

    name, letters = "projects/p/subscriptions/s", "projects/p/topics/given-up"
    settings = Settings(name, dead_letter_topic=letters, max_delivery_attempts=most)
    subscription = Subscription(settings, endpoint)
    world = World(subscription)
    subscription.accept(PubsubMessage("1", b'{"do":"raise","n":1,"id":7}', published_us=world.now_us), world.now_us)
    world.run()
    return subscription


PLAN = Plan("take", "jobs", (("body", BODY),), attempts=3, once="id", dead_letters="letters")


def once(cloud: FakeGoogle) -> entry.Binding:
    """A handler that is guarded by the ledger."""

    def take(body: dict[str, Any]) -> None: ...

    return entry.Binding(PLAN, take, codec_of(dict[str, Any]), on=(Exception,), cloud=cloud)


def handling(cloud: FakeGoogle, module: str) -> Callable[[Asked], Any]:
    handle = made(consumer, module, cloud)

    def answer(asked: Asked) -> Any:
        return handle(asked.content)

    return answer


def attempts_of(handler: str) -> list[int]:
    return [one["attempt"] for one in journal.kept() if one["handler"] == handler]


def test_what_cloud_run_turned_away_is_no_attempt_where_the_handler_has_the_ledger(cloud: FakeGoogle) -> None:
    subscription = pushed(handling(cloud, "on_sort"), [BUSY] * 7 + [None] + [BUSY] * 5 + [None])
    assert attempts_of("sort") == [2, 3]
    assert len(subscription.pushes) == 14
    [(queue, letter)] = cloud.queues.sent
    assert (queue, letter.error.type, letter.error.attempt) == ("rows-dead-letters", "ConnectionError", 3)  # type: ignore[union-attr]


def test_what_comes_at_once_costs_no_request_to_the_ledger(cloud: FakeGoogle) -> None:
    pushed(handling(cloud, "on_sort"), [])
    assert attempts_of("sort") == [1, 2, 3]
    assert [key.rpartition("/")[2] for key in cloud.ledger.taken] == ["2", "3"]


def test_what_crashes_each_time_is_given_up_after_its_attempts(cloud: FakeGoogle) -> None:
    def crash(envelope: Any) -> Any:
        raise SystemExit

    seen: list[int] = []
    handle = handle_with(lambda one: seen.append(one.attempt) or crash(one), Plan("take", "jobs", once="id"), cloud)
    subscription = pushed(handle, [], most=9)
    assert (seen, len(subscription.pushes)) == ([*range(1, 10)], 9)


def test_where_the_ledger_does_not_answer_the_message_waits_and_is_not_given_up(
    cloud: FakeGoogle, caplog: pytest.LogCaptureFixture
) -> None:
    cloud.ledger.fail = Unavailable("no Firestore")
    subscription = pushed(handling(cloud, "on_sort"), [BUSY] * 7, most=9)
    assert (attempts_of("sort"), len(subscription.pushes), cloud.queues.sent) == ([], 9, [])
    assert "which attempt this is" in caplog.text


def test_a_ledger_that_refuses_is_the_handlers_failure_and_the_letter_says_it(cloud: FakeGoogle) -> None:
    cloud.ledger.fail = PermissionDenied("add datastore.entities.create")
    handle = handle_with(entry.consumer(once(cloud)), PLAN, cloud)
    pushed(handle, [BUSY])
    [(queue, letter)] = cloud.queues.sent
    assert letter.error is not None
    assert (queue, letter.error.type, letter.error.attempt) == ("letters", "PermissionDenied", 3)


def test_nothing_of_what_was_counted_stays_in_memory(cloud: FakeGoogle) -> None:
    """Where a driver keeps what it claimed until that is completed."""
    pushed(handling(cloud, "on_sort"), [BUSY] * 3)
    assert cloud.ledger.completed == cloud.ledger.taken.keys() != set()


def test_elsewhere_pubsub_counts_and_a_letter_says_that_nobody_was_called(cloud: FakeGoogle) -> None:
    pushed(handling(cloud, "on_work"), [BUSY] * 3)
    assert attempts_of("work") == []
    [(queue, letter)] = cloud.queues.sent
    assert letter.error is not None
    assert (queue, letter.error.type, letter.error.attempt) == ("jobs-dead-letters", "Crashed", 3)
    assert "too busy to begin" in letter.error.text


def test_of_one_attempt_the_first_is_kept_as_well(cloud: FakeGoogle) -> None:
    once = Attempts(Plan("take", "jobs", attempts=1, once="id"), cloud)
    assert [once.number("late", 4), once.number("late", 5)] == [1, 2]
    assert [once.number("soon", 1), once.number("soon", 2)] == [1, 2]


def test_a_copy_has_numbers_of_its_own(cloud: FakeGoogle) -> None:
    kept = Attempts(Plan("take", "jobs", once="id"), cloud)
    assert [kept.number("m", 2), kept.number("m", 3), kept.number("copy", 3)] == [2, 3, 2]
