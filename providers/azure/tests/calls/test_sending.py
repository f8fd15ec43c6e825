"""Our encoding of messages, against that of Microsoft's client, byte for byte."""

from __future__ import annotations

from typing import Any

import pytest
from azure.servicebus import ServiceBusMessageBatch
from hypothesis import given, settings
from hypothesis import strategies as st

from cloudless.message import Envelope
from cloudless_azure.clients.queue import ServiceBusQueues
from cloudless_azure.clients.sending import _fits, _fits_directly, _inside
from cloudless_azure.clients.servicebus import Clients, Kept
from providers.azure.tests.servicebus import Broker

NOW_S = 1_767_355_200.25
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
WORDS = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1, max_size=40)
ENVELOPES = st.builds(
    Envelope,
    st.integers(0, 2**128 - 1).map("{:032x}".format) | WORDS,
    TEXTS | st.integers(200, 70_000).map("x".__mul__),
    st.dictionaries(WORDS, TEXTS.filter(bool), max_size=7),
    st.integers(0, 86_400) | st.floats(0, 100),
    st.just("") | WORDS,
    st.floats(0, 2e9),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(ENVELOPES, min_size=1, max_size=4))
def test_a_batch_of_ours_is_the_client_s_own(envelopes: list[Envelope]) -> None:
    ours, theirs = ServiceBusMessageBatch(200_000), ServiceBusMessageBatch(200_000)
    for envelope in envelopes:
        assert _fits(theirs, envelope, lambda: NOW_S) == _fits_directly(ours, envelope, lambda: NOW_S)
    assert _inside(ours) == _inside(theirs)


@settings(deadline=None)
@given(st.integers(700, 1_400))
def test_a_batch_is_full_at_the_same_byte(size: int) -> None:
    ours, theirs = ServiceBusMessageBatch(size), ServiceBusMessageBatch(size)
    envelope = Envelope("0" * 32, "x" * 160)
    for _ in range(6):
        assert _fits(theirs, envelope, lambda: NOW_S) == _fits_directly(ours, envelope, lambda: NOW_S)
    assert len(ours) == len(theirs)


class Renamed:
    """One of which nothing is known but the public names."""

    def __init__(self, max_size_in_bytes: int = 262_144) -> None:
        self.max_size_in_bytes = max_size_in_bytes
        self.added: list[Any] = []

    def __len__(self) -> int:
        return len(self.added)

    def add_message(self, message: Any) -> None:
        self.added.append(message)


class Sender:
    """Keeps what it is given. batch: makes its batches."""

    def __init__(self, batch: Any) -> None:
        self.create_message_batch = batch
        self.sent: list[Any] = []

    def send_messages(self, batch: Any) -> None:
        self.sent.append(batch)


@pytest.mark.parametrize(("batch", "is_known"), [(ServiceBusMessageBatch, True), (Renamed, False)])
def test_a_client_that_is_not_as_we_know_it_does_it_all_itself(batch: Any, is_known: bool) -> None:
    sender: Any = Sender(batch)

    class Given(Clients):
        def sender(self, entity: str) -> Kept[Any]:
            return Kept(sender)

    clients = Given()
    queues = ServiceBusQueues({"orders": "orders"}, lambda: NOW_S, clients)
    assert queues.send("orders", [Envelope(f"{number:032x}", "{}") for number in range(3)]) == []
    assert clients.is_known is is_known
    assert [len(one) for one in sender.sent] == [3]


def test_the_installed_client_is_as_we_know_it(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    broker.add_queue("sending-orders")
    monkeypatch.setenv("CLOUDLESS_SERVICE_BUS", broker.connection_string)
    clients = Clients()
    queues = ServiceBusQueues({"orders": "sending-orders"}, lambda: NOW_S, clients)
    queues.send("orders", [Envelope(f"{number:032x}", '"x"', {"a": "b"}) for number in range(2_000)])
    queues.close()
    assert clients.is_known
    stored = broker.contents("sending-orders")
    assert [one.id for one in stored] == [f"{number:032x}" for number in range(2_000)]
    assert {one.data() for one in stored} == {b'"x"'}
