"""How long the host holds on to a group of an ordered queue that is never empty, as .NET does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from cloudless_azure.compile.group import groups
from cloudless_azure.compile.host import Hosting
from providers.azure.tests.compile.documents import conformance
from providers.azure.tests.functionshost.bindings import Trigger
from providers.azure.tests.functionshost.queues import Listener
from providers.azure.tests.functionshost.settings import HostSettings
from providers.azure.tests.servicebus import Broker, Content, Settings, StandingClock

RENEWAL = "AzureFunctionsJobHost__extensions__serviceBus__maxAutoLockRenewalDuration"
PARCELS = Trigger(id="1", name="ship", parameter="message", address="parcels", many=False, sessions=True)


@pytest.fixture
def broker() -> Iterator[Broker]:
    with Broker.running(StandingClock(1_800_000_000.0)) as broker:
        broker.add_queue("parcels", Settings(sessions=True, lock_s=60))
        yield broker


def listener(broker: Broker, folder: Path, renewal: str) -> Listener:
    (folder / "host.json").write_text(json.dumps({"version": "2.0"}))
    return Listener(broker, HostSettings(folder, {RENEWAL: renewal}), None)


def send(broker: Broker, count: int, *sessions: str) -> None:
    for n in range(count):
        for session in sessions:
            content = Content.of(b"", id=f"{session}{n}", session=session)
            broker.on_queue("parcels", lambda queue, content=content: queue.put(content))


def handled(broker: Broker, listener: Listener) -> list[tuple[str, int]]:
    """Every delivery until there is none, with its count. Each takes 50 s, in which locks are renewed every 10."""
    found: list[tuple[str, int]] = []
    while delivery := listener.take(PARCELS):
        for _ in range(5):
            broker.advance(10)
            listener.renew([delivery])
        found.append((delivery.taken[0].content.id, delivery.counts[0]))
        listener.settle(delivery, is_done=True)
    return found


def test_a_busy_group_is_lost_when_renewal_ends_that_counts_from_taking_the_group(
    broker: Broker, tmp_path: Path
) -> None:
    """https://github.com/Azure/azure-sdk-for-net/issues/35267."""
    send(broker, 6, "a")
    assert handled(broker, listener(broker, tmp_path, "00:02:00"))[:5] == [
        ("a0", 1), ("a1", 1), ("a2", 1), ("a3", 1), ("a3", 2),
    ]  # fmt: skip


def test_a_busy_group_of_a_deployed_queue_is_kept_and_each_message_comes_once(broker: Broker, tmp_path: Path) -> None:
    application = conformance("ordered")
    group = next(one for one in groups(application) if one.name == "on-ship")
    send(broker, 30, "a")
    found = handled(broker, listener(broker, tmp_path, Hosting(application).settings(group)[RENEWAL]))
    assert found == [(f"a{n}", 1) for n in range(30)]


def test_groups_take_turns_and_those_that_wait_are_held(broker: Broker, tmp_path: Path) -> None:
    send(broker, 3, "a", "b")
    found = handled(broker, listener(broker, tmp_path, "1.00:00:00"))
    assert found == [(f"{session}{n}", 1) for n in range(3) for session in "ab"]


def test_a_group_is_another_hosts_as_soon_as_it_is_empty_or_its_host_ends(broker: Broker, tmp_path: Path) -> None:
    first, second = (listener(broker, tmp_path, "1.00:00:00") for _ in range(2))
    send(broker, 1, "a")
    assert handled(broker, first) == [("a0", 1)]
    send(broker, 2, "a")
    taken = first.take(PARCELS)
    assert taken
    first.settle(taken, is_done=True)
    assert second.take(PARCELS) is None
    first.close()
    assert handled(broker, second) == [("a1", 1)]
