"""Links of our broker without a client: what becomes of messages on their way when the other side is gone."""

from __future__ import annotations

from typing import Any

from providers.azure.tests.servicebus import Clock, Content, Namespace, Settings, frames
from providers.azure.tests.servicebus.access import Access
from providers.azure.tests.servicebus.codec import Described
from providers.azure.tests.servicebus.frames import Frame
from providers.azure.tests.servicebus.session import SESSION_FILTER, Session
from providers.azure.tests.servicebus.stored import ACTIVE, LOCKED

START_S = 1_700_000_000.0
HANDLE = 7


class Client:
    """One side of a session. written: what the broker sent, as code and fields."""

    def __init__(self, namespace: Namespace) -> None:
        self.written: list[tuple[int, list[Any]]] = []
        access = Access(namespace.authoriser)
        access.put("token", "sb://shop.servicebus.windows.net/")
        self.session = Session(namespace, access, self._write, 4_096, 0)

    def _write(self, code: int, fields: list[Any], payload: bytes) -> None:
        self.written.append((code, fields))

    def receives(self, address: str, credit: int, session: str | None = None) -> None:
        """Attach to an entity, and ask for so many messages."""
        filters = {SESSION_FILTER: session} if session else None
        source = Described(frames.SOURCE, [address, None, None, None, None, None, None, filters])
        attach = ["link", HANDLE, True, 0, 0, source, Described(frames.TARGET, [None])]
        self.session.handle(Frame(0, frames.ATTACH, attach, b""))
        self.session.handle(Frame(0, frames.FLOW, [0, 0, 0, 0, HANDLE, 0, credit], b""))

    def sent(self, code: int) -> list[list[Any]]:
        return [fields for one, fields in self.written if one == code]


def filled(settings: Settings | None = None, **options: Any) -> Namespace:
    namespace = Namespace(Clock(lambda: START_S))
    namespace.add_queue("orders", settings)
    for body in (b"a", b"b", b"c"):
        namespace.publish("orders", Content.of(body, **options))
    return namespace


def test_a_host_that_stops_in_the_middle_of_a_batch_leaves_its_messages_locked_until_their_time_is_up() -> None:
    namespace = filled(Settings(lock_s=30))
    client, queue = Client(namespace), namespace.queue("orders")
    client.receives("orders", 2)
    client.session.handle(Frame(0, frames.DISPOSITION, [True, 1, 1, False, frames.accepted()], b""))
    client.session.close()
    assert (queue.count(LOCKED), queue.count(ACTIVE)) == (1, 1)
    namespace.clock.advance(30)
    assert [(stored.state, stored.deliveries) for stored in queue.peek(0, 9)] == [(ACTIVE, 1), (ACTIVE, 0)]


def test_a_session_whose_holder_is_gone_is_free_at_once() -> None:
    namespace = filled(Settings(sessions=True), session="s")
    first, second, queue = Client(namespace), Client(namespace), namespace.queue("orders")
    first.receives("orders", 1, "s")
    first.session.close()
    assert queue.count(ACTIVE) == 3
    second.receives("orders", 1, "s")
    assert [stored.deliveries for stored in queue.peek(0, 9)] == [2, 0, 0]


def test_links_of_a_deleted_entity_are_detached_and_what_still_comes_is_dropped() -> None:
    namespace = filled()
    client = Client(namespace)
    client.receives("orders", 1)
    namespace.remove("orders")
    client.session.drop("orders")
    ((handle, closed, error),) = client.sent(frames.DETACH)
    assert (handle.value, closed, str(error.value[0])) == (HANDLE, True, "amqp:not-found")
    client.session.handle(Frame(0, frames.TRANSFER, [HANDLE, 1, b"", 0, False, False], b"late"))
    assert client.sent(frames.DISPOSITION) == []
