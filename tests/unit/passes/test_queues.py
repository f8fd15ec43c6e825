"""Queues that nobody declared: behind schedules, functions that are invoked later, and whatever may fail."""

from cloudless import passes
from cloudless.ir import (
    DEAD_LETTERS,
    DECLARED,
    INTERNAL,
    Application,
    Function,
    Queue,
    Retry,
    Schedule,
    Span,
    Subscription,
    TypeRef,
)

AT = Span("app.py", 1)
JSON = TypeRef(name="JSON")


def orders(dead_letters: str) -> Queue:
    return Queue(name="orders", body=TypeRef(name="Order"), dead_letters=dead_letters, ordered=True, span=AT)


def roles(application: Application) -> dict[str, str]:
    return {queue.name: queue.role for queue in passes.run(application).queues}


def test_a_queue_has_dead_letters_behind_it() -> None:
    application = Application(name="shop", queues=(orders("orders-dead-letters"),))
    assert roles(application) == {"orders": DECLARED, "orders-dead-letters": DEAD_LETTERS}


def test_dead_letters_hold_any_json_and_are_not_ordered() -> None:
    behind = passes.run(Application(name="shop", queues=(orders("lost"),))).queue("lost")
    assert (behind.body, behind.ordered, behind.dead_letters) == (JSON, False, "")


def test_who_may_lose_messages_has_none() -> None:
    assert roles(Application(name="shop", queues=(orders(""),))) == {"orders": DECLARED}


def test_a_subscription_has_dead_letters_of_its_own() -> None:
    mail = Subscription(name="placed-mail", topic="placed", dead_letters="placed-mail-dead-letters", span=AT)
    assert roles(Application(name="shop", subscriptions=(mail,))) == {"placed-mail-dead-letters": DEAD_LETTERS}


def test_a_schedule_is_fed_by_a_queue_with_its_retries() -> None:
    retry = Retry(attempts=2)
    report = Schedule(
        name="report", handler="report", queue="report", retry=retry, dead_letters="report-dead-letters", span=AT
    )
    application = Application(name="shop", schedules=(report,))
    assert roles(application) == {"report": INTERNAL, "report-dead-letters": DEAD_LETTERS}
    assert passes.run(application).queue("report").retry == retry


def test_a_function_has_a_queue_where_it_is_invoked_later() -> None:
    charge = Function(name="charge", handler="charge", result=JSON, queue="charge-later", span=AT)
    assert roles(Application(name="shop", functions=(charge,))) == {"charge-later": INTERNAL}


def test_passes_may_run_twice() -> None:
    once = passes.run(Application(name="shop", queues=(orders("lost"),)))
    assert passes.run(once) == once


def test_queues_stand_in_order_of_name() -> None:
    names = [queue.name for queue in passes.run(Application(name="shop", queues=(orders("a-lost"),))).queues]
    assert names == sorted(names)
